"""Pages of text that belong to the portal as a whole."""

import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

REVIEWED_ON = datetime.date(2026, 11, 21)  # when somebody last went through the statement; change it when you do


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "site/about.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the law on digital public services (2018:1937) 13 § asks every authority to tell."""
    return render(request, "site/accessibility.html", {"reviewed_on": REVIEWED_ON, "contact": settings.CONTACT_EMAIL})
