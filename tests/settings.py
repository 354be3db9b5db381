"""The real settings over a throw-away trial. Importing them starts nothing; the first database test does."""

from tests import session

session.data_dir()  # before the settings read the environment

from consortium.settings import *  # noqa: E402, F403
from consortium.settings import DATABASES, STORAGES  # noqa: E402

# The servers are the session's own, so programs the tests start find the database under its usual name. Its tables
# are made from the models (tests/schema.py).
DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"], "MIGRATE": False}
# Pages are tested without a collectstatic first; the manifest is tested where it is made.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# The real one is slow on purpose; the journeys in the browser log in with it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
