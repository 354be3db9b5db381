"""What every page needs to draw its frame. Nothing is asked of the database until a template uses it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.site import navigation, work
from consortium.site.preferences import THEME_COOKIE, THEMES
from governance.models import Municipality


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool


class Page:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def consortium(self) -> str:
        return settings.SITE_NAME

    @property
    def path(self) -> str:
        """Where a changed language or theme comes back to."""
        return self.request.get_full_path() if self.request.method in {"GET", "HEAD"} else "/"

    @property
    def theme(self) -> str:
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "system"

    @property
    def themes(self) -> list[Choice]:
        labels = {"system": _("Som enheten"), "light": _("Ljust"), "dark": _("Mörkt")}
        return [Choice(value, labels[value], value == self.theme) for value in THEMES]

    @property
    def languages(self) -> list[Choice]:
        own_names = {"sv": "Svenska", "en": "English"}
        return [Choice(code, own_names[code], code == get_language()) for code, _name in settings.LANGUAGES]

    @cached_property
    def public_nav(self) -> list[navigation.Link]:
        return navigation.public_links(self.request)

    @cached_property
    def staff_nav(self) -> list[navigation.Group]:
        return navigation.staff_links(self.request, waiting=work.waiting(self.request.user))

    @cached_property
    def place(self) -> str:
        """Where the user works: the first municipality, else the consortium."""
        user = self.request.user
        if not isinstance(user, User):
            return ""
        assignments = user.assignments.in_force(timezone.localdate()).order_by("from_on")
        places = [assignment.where for assignment in assignments]
        municipality = next((place for place in places if isinstance(place, Municipality)), None)
        return municipality.official_name if municipality else str(next(iter(places), ""))

    @property
    def function(self) -> str:
        return str(self.request.user)


def page(request: HttpRequest) -> dict[str, Any]:
    return {"page": Page(request)}
