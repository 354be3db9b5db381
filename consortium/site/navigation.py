"""What the headers link to. The composition root knows every room; who sees an item is asked at the door."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consortium.access.permissions import Permission
from consortium.access.policy import held_anywhere


@dataclass(frozen=True)
class Item:
    label: str | Promise
    url_name: str
    permissions: tuple[Permission, ...] = ()  # any of them; none means everybody in the room
    unless: Permission | None = None
    also: tuple[str, ...] = ()  # where else addresses of the same room begin

    def is_for(self, held: frozenset[Permission]) -> bool:
        return self.unless not in held and (not self.permissions or not held.isdisjoint(self.permissions))


@dataclass(frozen=True)
class Link:
    label: str | Promise
    url: str
    current: str = ""  # the value of aria-current
    count: int = 0


@dataclass(frozen=True)
class Group:
    label: str | Promise
    links: list[Link]


MEMBERS_ROOM = ("/organ/", "/plats/", "/utokning/", "/arshjul/", "/uppsagning/", "/fraga/", "/synpunkter/")
PUBLIC = [
    Item(_("Sök i arkivet"), "start"),
    Item(_("Protokoll"), "public_minutes_list"),
    Item(_("Samarbeten"), "consortia"),
    Item(_("Om e-arkivet"), "about"),
]
ARCHIVE = [
    Item(_("Att göra"), "work"),
    Item(_("Mitt"), "mine", (Permission.MINUTES_READ, Permission.COSTS_READ)),
    Item(_("Leveranser"), "sip_list", (Permission.SIP_STATUS,)),
    Item(_("Lämna paket"), "upload", (Permission.SIP_UPLOAD,)),
    Item(_("Arkivpaket"), "aip_list", (Permission.AIP_STATUS,)),
    Item(_("Leveransprojekt"), "board", (Permission.PROJECT_READ,)),
    Item(_("Överenskommelser"), "agreements", (Permission.AGREEMENT_READ,)),
    Item(_("System"), "systems", (Permission.PROJECT_READ,)),
    Item(_("Sök i arkivet"), "staff_search", (Permission.RECORD_READ_CLOSED,)),
    Item(_("Sök i arkivet"), "search", unless=Permission.RECORD_READ_CLOSED),
]
COOPERATION = [
    Item(_("Medlemmar"), "members", also=MEMBERS_ROOM),
    Item(_("Möten"), "meeting_list", (Permission.MINUTES_READ,)),
    Item(_("Utgivning"), "publishing", (Permission.MINUTES_READ,)),
    Item(_("Uppföljning"), "follow_up", (Permission.MINUTES_READ,)),
    Item(_("Kalender"), "calendar"),
    Item(_("Kostnader"), "costs", (Permission.COSTS_READ,)),
    Item(_("Användare"), "people", (Permission.USERS_EDIT,)),
    Item(_("Driftläge"), "status", (Permission.HEALTH_READ,)),
]
STAFF = {_("Arkivet"): ARCHIVE, _("Samarbetet"): COOPERATION}


def public_links(request: HttpRequest) -> list[Link]:
    signed_in = (
        Item(_("Till ditt arbete"), "work") if request.user.is_authenticated else Item(_("Logga in"), "account_login")
    )
    return [link for item in (*PUBLIC, signed_in) if (link := _link(item, request.path))]


def staff_links(request: HttpRequest, waiting: int) -> list[Group]:
    """A row for each half of the work."""
    held = held_anywhere(request.user)

    def links(items: list[Item]) -> list[Link]:
        seen = [
            item for item in items if (not item.permissions or held & {*item.permissions}) and item.unless not in held
        ]
        return [link for item in seen if (link := _link(item, request.path, waiting if item.url_name == "work" else 0))]

    return [Group(label, links(items)) for label, items in STAFF.items()]


def _link(item: Item, path: str, count: int = 0) -> Link | None:
    try:
        url = reverse(item.url_name)
    except NoReverseMatch:
        return None
    within = path.startswith(item.also) or (url != "/" and path.startswith(url))
    current = "page" if path == url else "true" if within else ""
    return Link(item.label, url, current, count)
