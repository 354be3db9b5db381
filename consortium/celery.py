"""The doorbell: Celery carries keys of rows to workers; the rows themselves are the queue."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "consortium.settings")
app = Celery("samarkiv")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
