"""Att göra: what waits for the person who is signed in, from every room."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive.models import AIP, SIP, Draft
from archive.views import drafts, holdings, submissions
from consortium.access.permissions import Permission
from consortium.access.policy import AnyUser, may_anywhere
from consortium.access.views import StaffRequest
from consortium.formats import day, moment
from consortium.models import OutgoingMail, User
from consortium.site import mine as own
from consortium.swedish import swedish_order
from deliveries import reminders
from deliveries.models import News, SubmissionAgreement
from governance import quota
from governance.models import Consortium, Dispatch, Minutes, Municipality
from governance.views import quota_words

SHOWN = 20


@dataclass
class Pile:
    title: str
    items: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0


def to_decide(user: AnyUser) -> QuerySet[SIP]:
    return SIP.objects.filter(
        owner__in=Municipality.objects.where_may(user, Permission.SIP_ACCEPT),
        status__in=(SIP.Status.VALID, SIP.Status.NEEDS_PERSON),
    ).exclude(received_by=user.pk)


def waiting(user: AnyUser) -> int:
    """The figure beside "Att göra" in the menu."""
    return to_decide(user).count()


@require_safe
def work(request: StaffRequest) -> HttpResponse:
    piles = [pile for pile in _piles(request.user) if pile.items]
    return render(
        request,
        "site/work.html",
        {"piles": piles, "may_upload": may_anywhere(request.user, Permission.SIP_UPLOAD)},
    )


def _piles(user: AnyUser) -> list[Pile]:
    mine = SIP.objects.filter(owner__in=Municipality.objects.where_may(user, Permission.SIP_READ))
    going = AIP.objects.filter(owner__in=Municipality.objects.where_may(user, Permission.AIP_READ))
    return [
        _meetings(user),
        _sips(_("Leveranser att besluta om"), to_decide(user)),
        _sips(_("Leveranser som ska rättas"), mine.filter(status=SIP.Status.FAULTY)),
        _sips(_("Kontrolleras nu"), mine.filter(status__in=(SIP.Status.RECEIVED, SIP.Status.CRASHED))),
        _aips(_("På väg in i arkivet"), going.exclude(status=AIP.Status.CONFIRMED)),
        _agreements_to_sign(user),
        _drafts(user),
        _minutes_to_check(user),
        _not_delivered(user),
        _short_of_room(user),
        _news(user),
    ]


def _meetings(user: AnyUser) -> Pile:
    rows = own.waiting(user) if isinstance(user, User) else []
    return Pile(_("Möten, frågor och protokoll som väntar på dig"), rows[:SHOWN], len(rows))


def _minutes_to_check(user: AnyUser) -> Pile:
    """Four eyes: what somebody else has written and this person may publish."""
    found = (
        Minutes.objects.filter(
            meeting__body__consortium__in=Consortium.objects.where_may(user, Permission.MINUTES_EDIT)
        )
        .filter(status=Minutes.Status.ADJUSTED, publication=None)
        .exclude(finished_by=user.pk)
        .select_related("meeting__body")
        .order_by("-meeting__held_on")
    )
    items = [
        {
            "title": str(each),
            "url": reverse("publication_check", args=[each.pk]),
            "meta": [_("Granska för personuppgifter innan det blir publikt")],
        }
        for each in found[:SHOWN]
    ]
    return Pile(_("Protokoll att granska och publicera"), items, found.count())


def _not_delivered(user: AnyUser) -> Pile:
    mine = Consortium.objects.where_may(user, Permission.MINUTES_EDIT)
    found = Dispatch.objects.filter(
        minutes__meeting__body__consortium__in=mine, mail__status__in=OutgoingMail.NOT_DELIVERED, received_at=None
    ).select_related("minutes__meeting__body", "mail")
    items = [
        {
            "title": each.addressee,
            "url": reverse("dispatch_row", args=[each.pk]),
            "meta": [str(each.minutes), each.mail.get_status_display() if each.mail else ""],
        }
        for each in found[:SHOWN]
    ]
    return Pile(_("Utskick som inte kom fram"), items, found.count())


def _short_of_room(user: AnyUser) -> Pile:
    """Before a delivery is refused: members that have used most of their limit, for who may raise it."""
    found = [
        (consortium, stands)
        for consortium in Consortium.objects.where_may(user, Permission.MEMBERS_EDIT)
        for stands in quota.standings(consortium.members().filter(quota__bytes__isnull=False).in_swedish_order())
        if stands.is_near
    ]
    items = [
        {
            "title": str(stands.municipality),
            "url": reverse("quota", args=[consortium.pk, stands.municipality.pk]),
            "meta": [quota_words.sentence(stands)],
            "status": quota_words.status_tag(stands),
        }
        for consortium, stands in found[:SHOWN]
    ]
    return Pile(_("Kommuner vars utrymme tar slut"), items, len(found))


def _agreements_to_sign(user: AnyUser) -> Pile:
    """Signed by one side, and this person may say yes for the other."""
    producer = Municipality.objects.where_may(user, Permission.SIP_UPLOAD)
    archive = Municipality.objects.where_may(user, Permission.SIP_ACCEPT)
    found = (
        SubmissionAgreement.objects.half_signed()
        .filter(Q(owner__in=archive, archive_signed_at=None) | Q(owner__in=producer, producer_signed_at=None))
        .exclude(Q(producer_signed_by=user.pk) | Q(archive_signed_by=user.pk))
        .select_related("owner", "system")
        .order_by(swedish_order("owner__name"), "number")
    )
    items = [
        {
            "title": f"{each.number}, {each.system}",
            "url": reverse("agreement", args=[each.pk]),
            "meta": [each.owner.name, _("Version %(version)s") % {"version": each.version}],
        }
        for each in found[:SHOWN]
    ]
    return Pile(_("Överenskommelser att underteckna"), items, found.count())


def _drafts(user: AnyUser) -> Pile:
    found = Draft.objects.visible_to(user).open().select_related("agreement__system").order_by("touched_at")
    items = [
        {
            "title": each.label,
            "url": reverse("draft", args=[each.pk]),
            "meta": [str(each.agreement.system), _("finns kvar till %(day)s") % {"day": day(each.swept_at)}],
            "status": drafts.status_tag(each),
        }
        for each in found[:SHOWN]
    ]
    return Pile(_("Leveranser du sätter samman"), items, found.count())


def _sips(title: str, sips: QuerySet[SIP]) -> Pile:
    shown = sips.select_related("owner", "agreement__system").order_by("received_at")[:SHOWN]
    items = [
        {
            "title": f"{sip.number}, {sip.agreement.system}",
            "url": reverse("sip", args=[sip.pk]),
            "meta": [sip.owner.name, moment(sip.received_at), sip.filename],
            "status": submissions.status_tag(sip),
        }
        for sip in shown
    ]
    return Pile(title, items, sips.count())


def _aips(title: str, aips: QuerySet[AIP]) -> Pile:
    items = [
        {
            "title": aip.number,
            "url": reverse("aip", args=[aip.pk]),
            "meta": [aip.owner.name, aip.label],
            "status": holdings.status_tag(aip),
        }
        for aip in aips.select_related("owner").order_by("created_at")[:SHOWN]
    ]
    return Pile(title, items, aips.count())


def _news(user: AnyUser) -> Pile:
    """What has happened in the projects since the reader last said that all was read."""
    news = reminders.unread(user) if isinstance(user, User) else News.objects.none()
    items = [
        {"title": each.text, "url": reverse("news"), "meta": [moment(each.at), str(each.get_kind_display())]}
        for each in news[:SHOWN]
    ]
    return Pile(_("Händelser i leveransprojekten"), items, news.count())
