"""The consortium: its members at a glance, its own facts, and the page everybody may read."""

import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.formats import day_in_text, number
from consortium.methods import require_form_methods
from consortium.precision import in_words
from governance import consortia, membership
from governance.coverage import coverage
from governance.forms.members import ConsortiumFacts, HostForm, NewConsortium, StageForm
from governance.forms.shapes import first_values
from governance.models import AgreementDeadline, Body, Consortium, Membership, Municipality, Population
from governance.views import finding
from governance.views.editing import Crumbs, Paper, write

Status = Membership.Status
STATUS_KINDS = {
    **dict.fromkeys([Status.UNKNOWN, Status.INTEREST], "neutral"),
    **dict.fromkeys([Status.INTENT, Status.DECISION_PLANNED, Status.WAITING], "waiting"),
    **dict.fromkeys([Status.BOARD_DECIDED, Status.DECIDED, Status.SIGNED, Status.JOINING], "working"),
    **dict.fromkeys([Status.ACTIVE, Status.EXTENDED], "good"),
    **dict.fromkeys([Status.LEAVING], "warn"),
    **dict.fromkeys([Status.NO_INTENT, Status.OWN_SOLUTION, Status.LEFT, Status.CLOSED], "closed"),
}
INQUIRIES_PER_PAGE = 10
BODY_KINDS = {Body.Status.ACTIVE: "good", Body.Status.PAUSED: "closed", Body.Status.ENDED: "closed"}


def status_tag(row: Membership) -> dict[str, str]:
    return {"kind": STATUS_KINDS[Status(row.status)], "label": row.get_status_display()}


def crumbs(consortium: Consortium, *more: tuple[Any, str]) -> Crumbs:
    here = reverse("consortium", args=[consortium.pk])
    return [(_("Medlemmar"), reverse("members")), (consortium.name, here if more else ""), *more]


@require_safe
def members(request: StaffRequest) -> HttpResponse:
    """Whoever has one consortium is led there; whoever has several chooses."""
    found = list(Consortium.objects.visible_to(request.user).in_swedish_order())
    if len(found) == 1:
        return redirect("consortium", found[0].pk)
    rows = [
        [
            {"label": each.name, "url": reverse("consortium", args=[each.pk])},
            str(each.get_stage_display()),
            str(each.get_legal_form_display()),
            each.host.name if each.host else "–",
            {"number": number(each.members().count())},
        ]
        for each in found
    ]
    columns = [
        {"label": _("Samarbete")},
        {"label": _("Skede")},
        {"label": _("Form")},
        {"label": _("Värdkommun")},
        {"label": _("Medlemmar"), "number": True},
    ]
    may_found = policy.may_anywhere(request.user, Permission.MEMBERS_EDIT)
    return render(request, "governance/member_list.html", {"rows": rows, "columns": columns, "may_found": may_found})


@require_form_methods
def consortium_new(request: StaffRequest) -> HttpResponse:
    """For whoever looks after members somewhere already."""
    demand_anywhere(request, Permission.MEMBERS_EDIT)
    paper = Paper(
        title=_("Nytt samarbete"),
        submit=_("Lägg upp samarbetet"),
        back=reverse("members"),
        lead=_("Du blir dess administratör. Kommuner, organ och andra administratörer lägger du till efteråt."),
        crumbs=[(_("Medlemmar"), reverse("members")), (_("Nytt samarbete"), "")],
    )
    return write(
        request,
        NewConsortium(request.POST or None, initial={"on": timezone.localdate()}),
        paper,
        lambda form: consortia.found(by=request.user, **form.facts()),
        _("Samarbetet är upplagt."),
        onward=lambda made: reverse("consortium", args=[made.pk]),
    )


@require_safe
def consortium(request: StaffRequest, consortium_id: int) -> HttpResponse:
    found = finding.consortium(request, consortium_id)
    standing = membership.standing(found)
    populations = newest_populations([row.municipality_id for row in standing])
    page = consortia.fact_page(found)
    return render(
        request,
        "governance/consortium_detail.html",
        {
            "consortium": found,
            "crumbs": crumbs(found),
            "facts": _facts(found, page),
            "counts": _counts(standing),
            "columns": [
                {"label": _("Kommun")},
                {"label": _("Läge")},
                {"label": _("Gäller från")},
                {"label": _("Beslut")},
                {"label": _("Folkmängd"), "number": True},
            ],
            "rows": [_row(found, row, populations) for row in standing],
            "remaining": [
                {"municipality": each.municipality, "overdue": each.overdue, "planned": _planned(each.step)}
                for each in membership.decisions_remaining(found)
            ],
            "without_archive": membership.without_archive(found),
            "bodies": [
                {
                    "title": body.name,
                    "url": reverse("body", args=[body.pk]),
                    "meta": [str(body.get_kind_display()), _covered(body)],
                    "status": {"kind": BODY_KINDS[Body.Status(body.status)], "label": body.get_status_display()},
                }
                for body in found.bodies.in_swedish_order()
            ],
            "rounds": list(found.rounds.all()),
            "inquiries": Paginator(found.inquiries.all(), INQUIRIES_PER_PAGE).get_page(request.GET.get("sida")),
            "topics": list(found.feedback_topics.all()),
            "withdrawals": list(found.withdrawals.select_related("municipality")),
            "deadlines": [(_yearly(each), str(each)) for each in found.deadlines.all()],
            "history": _history(found),
            "may_edit": finding.edits(request, found),
            "may_found": policy.may_anywhere(request.user, Permission.MEMBERS_EDIT),
            "may_ask": finding.edits(request, found, Permission.MINUTES_EDIT),
        },
    )


def _covered(body: Body) -> str:
    return coverage(body).sentence() if body.seats.exists() else _("Inga platser är upplagda.")


def _planned(step: Membership) -> str:
    return in_words(step.planned_on, step.planned_precision) if step.planned_on else ""


def _yearly(deadline: AgreementDeadline) -> str:
    last = deadline.last_day(timezone.localdate().year)
    return _("senast %s") % formats.date_format(last, "j F") if deadline.day else formats.date_format(last, "F")


def _history(found: Consortium) -> list[tuple[str, str]]:
    """Stages and hosts in the order they came."""
    rows: list[tuple[datetime.date, str, str]] = [
        (
            row.effective_on,
            row.precision,
            " – ".join(part for part in (str(row.get_stage_display()), row.comment) if part),
        )
        for row in found.stages.all()
    ]
    for change in found.host_changes.select_related("municipality"):
        who = _("Värdkommun: %(host)s (%(decision)s)") % {"host": change.municipality, "decision": change.decision}
        rows.append((change.effective_on, change.precision, who))
    return [(in_words(on, precision), text) for on, precision, text in sorted(rows)]


def newest_populations(codes: list[str]) -> dict[str, Population]:
    rows = Population.objects.filter(municipality__in=codes).order_by("municipality", "-on")
    return {row.municipality_id: row for row in rows.distinct("municipality")}


def _facts(found: Consortium, page: consortia.FactPage) -> list[tuple[str, Any]]:
    started = in_words(found.started_on, found.started_precision) if found.started_on else ""
    return [
        (_("Skede"), found.get_stage_display()),
        (_("Samverkansform"), found.get_legal_form_display()),
        (_("Värdkommun"), found.host or _("Ingen än")),
        (_("Började"), started),
        (_("Kommuner"), f"{', '.join(page.who)} ({day_in_text(page.counted_on)})"),
        (_("Uppsägningstid"), _("%s månader") % found.months_of_notice),
    ]


def _counts(standing: list[Membership]) -> list[dict[str, Any]]:
    groups = [
        (_("Medlemmar"), Membership.TAKES_PART, "good"),
        (_("På väg in"), Membership.ON_THE_WAY, "waiting"),
        (_("Står utanför"), (Status.NO_INTENT, Status.OWN_SOLUTION, Status.LEFT, Status.CLOSED), "closed"),
    ]
    return [
        {"label": label, "value": sum(row.status in statuses for row in standing), "kind": kind}
        for label, statuses, kind in groups
    ]


def _row(found: Consortium, row: Membership, populations: dict[str, Population]) -> list[Any]:
    population = populations.get(row.municipality_id)
    return [
        {"label": row.municipality.name, "url": reverse("member", args=[found.pk, row.municipality_id])},
        status_tag(row),
        in_words(row.effective_on, row.precision),
        " ".join(part for part in (row.body, row.paragraph, row.registry_number) if part) or "–",
        {"number": number(population.count)} if population else "–",
    ]


@require_form_methods
def consortium_edit(request: StaffRequest, consortium_id: int) -> HttpResponse:
    found = finding.consortium(request, consortium_id, may=Permission.MEMBERS_EDIT)
    initial = first_values(found, *ConsortiumFacts.NAMES)
    if found.started_on:
        initial["started"] = (found.started_on, found.started_precision)
    paper = Paper(
        title=_("Ändra uppgifter om samarbetet"),
        submit=_("Spara uppgifterna"),
        back=reverse("consortium", args=[found.pk]),
        lead=_("Uppgifterna visas på samarbetets öppna sida."),
        crumbs=crumbs(found, (_("Ändra"), "")),
        theirs=lambda row: [(name, getattr(row, name)) for name in ConsortiumFacts.NAMES],
    )
    return write(
        request,
        ConsortiumFacts(request.POST or None, initial=initial),
        paper,
        lambda form: consortia.change_facts(found, form.facts(), seen=form.version_seen, by=request.user),
        _("Uppgifterna är sparade."),
    )


@require_form_methods
def consortium_stage(request: StaffRequest, consortium_id: int) -> HttpResponse:
    found = finding.consortium(request, consortium_id, may=Permission.MEMBERS_EDIT)
    paper = Paper(
        title=_("Anteckna nytt skede"),
        submit=_("Anteckna skedet"),
        back=reverse("consortium", args=[found.pk]),
        lead=_("Tidigare skeden står kvar. Ett datum framåt i tiden är en plan."),
        crumbs=crumbs(found, (_("Nytt skede"), "")),
    )
    return write(
        request,
        StageForm(request.POST or None),
        paper,
        lambda form: consortia.enter_stage(found, by=request.user, **form.facts()),
        _("Skedet är antecknat."),
    )


@require_form_methods
def consortium_host(request: StaffRequest, consortium_id: int) -> HttpResponse:
    found = finding.consortium(request, consortium_id, may=Permission.MEMBERS_EDIT)
    involved = [each.pk for each in membership.involved(found)]
    paper = Paper(
        title=_("Anteckna ny värdkommun"),
        submit=_("Anteckna värdkommunen"),
        back=reverse("consortium", args=[found.pk]),
        lead=_(
            "En ny värd betyder nya personuppgiftsbiträdesavtal med varje medlem, och att begäranden går en ny väg."
        ),
        crumbs=crumbs(found, (_("Ny värdkommun"), "")),
    )
    return write(
        request,
        HostForm(request.POST or None, municipalities=Municipality.objects.filter(pk__in=involved).in_swedish_order()),
        paper,
        lambda form: consortia.change_host(found, by=request.user, **form.facts()),
        lambda change: (
            _("%(host)s är antecknad. Nya biträdesavtal behövs med %(count)s medlemmar.")
            % {
                "host": change.municipality,
                "count": len(consortia.new_processor_agreements(found, change.municipality)),
            }
        ),
    )
