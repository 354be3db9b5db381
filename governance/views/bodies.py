"""Bodies with their seats and coverage; opened, paused, taken up again."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.formats import day
from consortium.methods import require_form_methods
from consortium.models import Assignment, User
from consortium.precision import in_words
from governance import bodies
from governance.coverage import coverage
from governance.forms.bodies import BodyForm, EndSeatForm, PartyForm, SeatForm
from governance.forms.calendar import YearForm
from governance.forms.shapes import first_values
from governance.models import Body, Party, Seat
from governance.views import finding
from governance.views.consortia import BODY_KINDS, crumbs
from governance.views.editing import Crumbs, Paper, press, write

EDIT = Permission.MEMBERS_EDIT
SEAT_KINDS = {Seat.Status.FIRM: "good", Seat.Status.TENTATIVE: "waiting", Seat.Status.VACANT: "warn"}
STEPS: dict[str, tuple[Callable[..., Body], Any]] = {
    "pausa": (bodies.pause, gettext_lazy("Organet är vilande. Det kallar inga möten förrän det återupptas.")),
    "ateruppta": (bodies.reactivate, gettext_lazy("Organet är återupptaget.")),
    "avsluta": (bodies.end, gettext_lazy("Organet har upphört. Protokoll och platser finns kvar.")),
}


def _find(request: StaffRequest, pk: int, *, may: Permission | None = None) -> Body:
    return finding.find(request, Body.objects.select_related("consortium"), pk=pk, may=may)


def _crumbs(found: Body, *more: tuple[Any, str]) -> Crumbs:
    return crumbs(found.consortium, (found.name, reverse("body", args=[found.pk]) if more else ""), *more)


@require_safe
def body(request: StaffRequest, body_id: int) -> HttpResponse:
    found = _find(request, body_id)
    seats = found.seats.in_force().select_related("municipality", "party", "user").in_swedish_order()
    years = found.series.all()
    return render(
        request,
        "governance/body_detail.html",
        {
            "body": found,
            "crumbs": _crumbs(found),
            "status": {"kind": BODY_KINDS[Body.Status(found.status)], "label": found.get_status_display()},
            "facts": _facts(found),
            "coverage": coverage(found),
            "seats": [(seat, SEAT_KINDS[Seat.Status(seat.status)]) for seat in seats],
            "ended": found.seats.filter(until_on__lt=timezone.localdate()).select_related("municipality", "party"),
            "series": years,
            "tokens": found.feed_tokens.filter(revoked_at=None).select_related("created_by"),
            "year_form": YearForm(initial={"year": timezone.localdate().year + 1}),
            "may_edit": finding.edits(request, found.consortium),
            "may_plan": finding.edits(request, found.consortium, Permission.MINUTES_EDIT),
            "may_pause": found.may_become(Body.Status.PAUSED),
            "may_resume": found.may_become(Body.Status.ACTIVE),
        },
    )


def _facts(found: Body) -> list[tuple[str, Any]]:
    until = day(found.until_on) if found.until_on else _("tills vidare")
    days = found.adjustment_days
    return [
        (_("Slag"), found.get_kind_display()),
        (_("Ordning"), f"{found.get_legal_regime_display()}. {found.regime_text}"),
        (_("Justering"), _("Inom %s dagar från mötet") % days if days else _("Justeras inte")),
        (_("Kallelse"), _("%s dagar före mötet") % found.notice_days),
        (_("Paragrafer"), found.get_numbering_display()),
        (_("Period"), f"{in_words(found.from_on, found.from_precision)} – {until}"),
        (_("Anteckning"), found.note),
    ]


@require_form_methods
def body_add(request: StaffRequest, consortium_id: int) -> HttpResponse:
    consortium = finding.consortium(request, consortium_id, may=EDIT)
    paper = Paper(
        title=_("Nytt organ"),
        submit=_("Lägg upp organet"),
        back=reverse("consortium", args=[consortium.pk]),
        crumbs=crumbs(consortium, (_("Nytt organ"), "")),
    )
    return write(
        request,
        BodyForm(request.POST or None, initial={"from_on": timezone.localdate()}),
        paper,
        lambda form: bodies.open_body(consortium, form.facts(), by=request.user),
        _("Organet är upplagt. Lägg nu till platser."),
        onward=lambda made: reverse("body", args=[made.pk]),
    )


@require_form_methods
def body_edit(request: StaffRequest, body_id: int) -> HttpResponse:
    found = _find(request, body_id, may=EDIT)
    paper = Paper(
        title=_("Ändra %s") % found.name,
        submit=_("Spara organet"),
        back=reverse("body", args=[found.pk]),
        crumbs=_crumbs(found, (_("Ändra"), "")),
        theirs=lambda row: [(_("Namn"), row.name), *_facts(row)],
    )

    def act(form: BodyForm) -> Body:
        facts = form.facts()
        if facts["from_on"] == found.from_on:
            facts["from_precision"] = found.from_precision
        return bodies.change_body(found, facts, seen=form.version_seen, by=request.user)

    form = BodyForm(request.POST or None, initial=first_values(found, *BodyForm.NAMES))
    return write(request, form, paper, act, _("Organet är sparat."))


@require_POST
def body_status(request: StaffRequest, body_id: int, step: str) -> HttpResponse:
    found = _find(request, body_id, may=EDIT)
    if step not in STEPS:
        raise Http404(_("Sidan finns inte."))
    act, done = STEPS[step]
    return press(request, lambda: act(found, by=request.user), str(done), reverse("body", args=[found.pk]))


def _users(found: Body) -> QuerySet[User]:
    """Those who have a role in the consortium or in one of its municipalities."""
    codes = found.consortium.memberships.values_list("municipality", flat=True)
    held = Assignment.objects.in_force(timezone.localdate()).filter(
        Q(where_type__model="consortium", where_id=str(found.consortium_id))
        | Q(where_type__model="municipality", where_id__in=list(codes))
    )
    return User.objects.filter(is_active=True, assignments__in=held).distinct().order_by("function")


@require_form_methods
def seat_add(request: StaffRequest, body_id: int) -> HttpResponse:
    found = _find(request, body_id, may=EDIT)
    paper = Paper(
        title=_("Ny plats i %s") % found.name,
        submit=_("Lägg till platsen"),
        back=reverse("body", args=[found.pk]),
        lead=_("En plats tillhör en kommun eller en annan part och fylls av en funktion."),
        crumbs=_crumbs(found, (_("Ny plats"), "")),
    )
    return write(
        request,
        SeatForm(request.POST or None, body=found, users=_users(found), initial={"from_on": timezone.localdate()}),
        paper,
        lambda form: bodies.give_seat(found, form.facts(), by=request.user),
        lambda seat: _("Platsen är tillagd: %s.") % seat,
    )


@require_form_methods
def seat_edit(request: StaffRequest, seat_id: int) -> HttpResponse:
    found = finding.find(
        request, Seat.objects.select_related("body__consortium", "municipality", "party"), pk=seat_id, may=EDIT
    )
    paper = Paper(
        title=_("Ändra platsen"),
        submit=_("Spara platsen"),
        back=reverse("body", args=[found.body_id]),
        lead=str(found),
        crumbs=_crumbs(found.body, (_("Plats"), "")),
        theirs=lambda seat: [
            (_("Plats"), seat),
            (_("Uppgift"), seat.get_role_display()),
            (_("Läge"), seat.get_status_display()),
            (_("Funktionsadress"), seat.email),
        ],
    )
    return write(
        request,
        SeatForm(
            request.POST or None,
            body=found.body,
            users=_users(found.body),
            initial=first_values(found, *SeatForm.NAMES),
        ),
        paper,
        lambda form: bodies.change_seat(found, form.facts(), seen=form.version_seen, by=request.user),
        lambda seat: _("Platsen är sparad: %s.") % seat,
    )


@require_form_methods
def seat_end(request: StaffRequest, seat_id: int) -> HttpResponse:
    found = finding.find(request, Seat.objects.select_related("body__consortium"), pk=seat_id, may=EDIT)
    paper = Paper(
        title=_("Avsluta platsen"),
        submit=_("Avsluta platsen"),
        back=reverse("body", args=[found.body_id]),
        lead=_("%s. Platsen står kvar i historiken.") % found,
        crumbs=_crumbs(found.body, (_("Avsluta plats"), "")),
        danger=True,
    )
    return write(
        request,
        EndSeatForm(request.POST or None, initial={"on": timezone.localdate()}),
        paper,
        lambda form: bodies.end_seat(found, by=request.user, **form.facts()),
        _("Platsen är avslutad."),
    )


@require_form_methods
def party_add(request: StaffRequest, body_id: int) -> HttpResponse:
    """A region, federation or company that is to hold a seat."""
    found = _find(request, body_id, may=EDIT)
    paper = Paper(
        title=_("Ny part"),
        submit=_("Lägg upp parten"),
        back=reverse("seat_add", args=[found.pk]),
        lead=_("En region, ett förbund, ett bolag eller en annan organisation som kan ha plats."),
        crumbs=_crumbs(found, (_("Ny part"), "")),
    )

    def act(form: PartyForm) -> Party:
        return bodies.register_party(form.facts(), place=found.consortium, by=request.user)

    return write(
        request, PartyForm(request.POST or None), paper, act, _("Parten är upplagd och kan väljas för en plats.")
    )
