"""One municipality in the consortium: its history, the next step, its notice, and what is known of it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.formats import day, number
from consortium.methods import require_form_methods
from consortium.precision import in_words
from consortium.swedish import swedish_key
from governance import membership, municipalities, withdrawal
from governance.forms.members import (
    ContactForm,
    FeesForm,
    MunicipalityFacts,
    NewMunicipality,
    NoticeForm,
    StepForm,
    readiness,
)
from governance.forms.shapes import first_values
from governance.membership import Step
from governance.models import Consortium, Contact, FeeSchedule, Membership, Municipality, Seat, Withdrawal
from governance.views import finding, quota_words, quotas
from governance.views.consortia import crumbs, status_tag
from governance.views.editing import Crumbs, Paper, press, write

EDIT = Permission.MEMBERS_EDIT


def _back(consortium: Consortium, municipality: Municipality) -> str:
    return reverse("member", args=[consortium.pk, municipality.pk])


def member_crumbs(consortium: Consortium, municipality: Municipality, *more: tuple[Any, str]) -> Crumbs:
    here = _back(consortium, municipality) if more else ""
    return crumbs(consortium, (municipality.name, here), *more)


@require_safe
def member(request: StaffRequest, consortium_id: int, code: str) -> HttpResponse:
    consortium, municipality = finding.member(request, consortium_id, code)
    steps = list(Membership.objects.filter(consortium=consortium, municipality=municipality).reverse())
    now = membership.newest(consortium, municipality)
    seats = Seat.objects.in_force().filter(body__consortium=consortium, municipality=municipality)
    return render(
        request,
        "governance/member_detail.html",
        {
            "consortium": consortium,
            "municipality": municipality,
            "crumbs": member_crumbs(consortium, municipality),
            "now": now,
            "status": status_tag(now) if now else None,
            "steps": [(step, status_tag(step), _when(step), _reference(step)) for step in steps],
            "facts": _facts(municipality),
            "contacts": [(each, municipalities.warning(each)) for each in municipality.contacts.all()],
            "fees": FeeSchedule.objects.filter(municipality=municipality).on(),
            "population_columns": [
                {"label": _("Per den")},
                {"label": _("Folkmängd"), "number": True},
                {"label": _("Källa")},
            ],
            "populations": [
                [day(each.on), {"number": number(each.count)}, each.source]
                for each in municipality.populations.order_by("-on")
            ],
            "seats": [(seat, seat.body) for seat in seats.select_related("body").in_swedish_order()],
            "withdrawal": Withdrawal.objects.filter(consortium=consortium, municipality=municipality).last(),
            "may_edit": (may_edit := finding.edits(request, consortium)),
            "may_give_notice": may_edit and now is not None and now.may_become(Membership.Status.LEAVING),
            "may_edit_own": may_edit or finding.keeps_own_facts(request, municipality),
            "room": quota_words.shown_to(request.user, municipality),
            "may_set_room": quotas.may_set(request.user, consortium, municipality),
        },
    )


def _when(step: Membership) -> str:
    return in_words(step.effective_on, step.precision)


def _reference(step: Membership) -> str:
    planned = (
        _("beslut planeras till %s") % in_words(step.planned_on, step.planned_precision) if step.planned_on else ""
    )
    parts = (step.body, step.paragraph, step.registry_number, step.document, planned)
    return ", ".join(part for part in parts if part)


def _facts(municipality: Municipality) -> list[tuple[str, Any]]:
    said = {True: _("Ja"), False: _("Nej"), None: _("Inte uppgivet")}
    return [
        (_("Kommunkod"), municipality.code),
        (_("Län"), municipality.county),
        (_("Organisationsnummer"), municipality.organisation_number or _("Inte uppgivet")),
        (_("Arkivmyndighet"), municipality.archival_authority),
        (_("Kammarrätt"), municipality.appeal_court or _("Inte uppgivet")),
        (_("Värdens uppgift"), municipality.get_host_capacity_display()),
        (_("Har redan ett e-arkiv"), said[municipality.existing_solution]),
        (_("Arkivarie"), said[municipality.has_archivist]),
        (_("Informationshanteringsplan"), said[municipality.has_information_plan]),
        (_("Inventerade system"), said[municipality.has_system_inventory]),
    ]


@require_form_methods
def member_new(request: StaffRequest, consortium_id: int) -> HttpResponse:
    """Municipalities that the consortium has heard nothing of yet; the choice leads on to the first step."""
    consortium = finding.consortium(request, consortium_id, may=EDIT)
    known = consortium.memberships.values("municipality")
    others: dict[str, list[Municipality]] = {}
    for each in Municipality.objects.exclude(pk__in=known).in_swedish_order():
        others.setdefault(each.county, []).append(each)
    return render(
        request,
        "governance/member_new.html",
        {
            "consortium": consortium,
            "others": sorted(others.items(), key=lambda group: swedish_key(group[0])),
            "crumbs": crumbs(consortium, (_("Ny kommun"), "")),
        },
    )


@require_form_methods
def municipality_add(request: StaffRequest, consortium_id: int) -> HttpResponse:
    consortium = finding.consortium(request, consortium_id, may=EDIT)
    paper = Paper(
        title=_("Lägg upp en kommun"),
        submit=_("Lägg upp kommunen"),
        back=reverse("member_new", args=[consortium.pk]),
        lead=_("För en kommun som inte finns i registret än. Sedan antecknar du dess första läge."),
        crumbs=crumbs(consortium, (_("Lägg upp en kommun"), "")),
    )
    return write(
        request,
        NewMunicipality(request.POST or None),
        paper,
        lambda form: municipalities.register(form.facts(), place=consortium, by=request.user),
        lambda made: _("%s är upplagd. Anteckna nu kommunens läge.") % made,
        onward=lambda made: reverse("member_step", args=[consortium.pk, made.pk]),
    )


@require_form_methods
def member_step(request: StaffRequest, consortium_id: int, code: str) -> HttpResponse:
    consortium = finding.consortium(request, consortium_id, may=EDIT)
    municipality = get_object_or_404(Municipality, pk=code)
    last = membership.newest(consortium, municipality)
    follows = last.STEPS[last.status] if last else Membership.Status.values
    lead = (
        _("Läget nu: %(status)s, från %(when)s.") % {"status": last.get_status_display(), "when": _when(last)}
        if last
        else ""
    )
    paper = Paper(
        title=_("Nytt läge för %s") % municipality,
        submit=_("Anteckna läget"),
        back=_back(consortium, municipality) if last else reverse("consortium", args=[consortium.pk]),
        lead=" ".join(part for part in (lead, _("Historiken står kvar.")) if part),
        crumbs=member_crumbs(consortium, municipality, (_("Nytt läge"), ""))
        if last
        else crumbs(consortium, (municipality.name, "")),
        theirs=lambda row: [
            (_("Läge"), row.get_status_display()),
            (_("Gäller från"), _when(row)),
            (_("Beslut"), _reference(row)),
        ],
    )
    return write(
        request,
        StepForm(
            request.POST or None,
            lawful=() if membership.is_under_notice(consortium, municipality) else follows,
            initial={"seen": last.pk if last else None},
        ),
        paper,
        lambda form: membership.take_step(
            consortium, municipality, Step(**form.facts()), seen=form.version_seen or None, by=request.user
        ),
        lambda step: (
            _("%(municipality)s har nu läget ”%(status)s”.")
            % {"municipality": municipality, "status": step.get_status_display()}
        ),
        onward=_back(consortium, municipality),
    )


@require_form_methods
def member_notice(request: StaffRequest, consortium_id: int, code: str) -> HttpResponse:
    consortium, municipality = finding.member(request, consortium_id, code, may=EDIT)
    last = membership.newest(consortium, municipality)
    paper = Paper(
        title=_("Uppsägning från %s") % municipality,
        submit=_("Anteckna uppsägningen"),
        back=_back(consortium, municipality),
        lead=_("Kommunen är medlem och betalar sin del tills uppsägningstiden, %s månader, har löpt ut.")
        % consortium.months_of_notice,
        crumbs=member_crumbs(consortium, municipality, (_("Uppsägning"), "")),
        danger=True,
    )

    def act(form: NoticeForm) -> Withdrawal:
        facts = form.facts()
        seen = form.version_seen or None
        return withdrawal.give_notice(consortium, municipality, seen=seen, by=request.user, **facts)

    return write(
        request,
        NoticeForm(request.POST or None, initial={"seen": last.pk if last else None}),
        paper,
        act,
        lambda made: _("Uppsägningen är antecknad. Kommunen utträder %s.") % day(made.leaves_on),
        onward=lambda made: reverse("withdrawal", args=[made.pk]),
    )


@require_form_methods
def municipality_edit(request: StaffRequest, consortium_id: int, code: str) -> HttpResponse:
    consortium, municipality = finding.own_facts(request, consortium_id, code)
    paper = Paper(
        title=_("Uppgifter om %s") % municipality,
        submit=_("Spara uppgifterna"),
        back=_back(consortium, municipality),
        crumbs=member_crumbs(consortium, municipality, (_("Uppgifter"), "")),
        theirs=_facts,
    )
    return write(
        request,
        MunicipalityFacts(
            request.POST or None,
            whole=finding.decides(request, consortium, municipality),
            initial=first_values(municipality, *MunicipalityFacts.NAMES) | readiness(municipality),
        ),
        paper,
        lambda form: municipalities.change_facts(municipality, form.facts(), seen=form.version_seen, by=request.user),
        _("Uppgifterna är sparade."),
    )


@require_form_methods
def contact_add(request: StaffRequest, consortium_id: int, code: str) -> HttpResponse:
    consortium, municipality = finding.own_facts(request, consortium_id, code)
    paper = Paper(
        title=_("Ny kontakt i %s") % municipality,
        submit=_("Lägg till kontakten"),
        back=_back(consortium, municipality),
        lead=_("Skriv funktioner, inte personer."),
        crumbs=member_crumbs(consortium, municipality, (_("Ny kontakt"), "")),
    )
    return write(
        request,
        ContactForm(request.POST or None),
        paper,
        lambda form: municipalities.add_contact(municipality, form.facts(), by=request.user),
        lambda made: " ".join(part for part in (_("Kontakten är tillagd."), made[1]) if part),
    )


@require_POST
def contact_remove(request: StaffRequest, consortium_id: int, code: str, contact_id: int) -> HttpResponse:
    consortium, municipality = finding.own_facts(request, consortium_id, code)
    contact = get_object_or_404(Contact, pk=contact_id, municipality=municipality)
    return press(
        request,
        lambda: municipalities.remove_contact(contact, by=request.user),
        _("Kontakten är borttagen."),
        _back(consortium, municipality),
    )


@require_form_methods
def fees_edit(request: StaffRequest, consortium_id: int, code: str) -> HttpResponse:
    consortium, municipality = finding.own_facts(request, consortium_id, code)
    paper = Paper(
        title=_("Taxa för kopior, %s") % municipality,
        submit=_("Spara taxan"),
        back=_back(consortium, municipality),
        lead=_("Som kommunen har beslutat. En ny dag ger en ny taxa; den gamla gäller till dess."),
        crumbs=member_crumbs(consortium, municipality, (_("Taxa"), "")),
    )
    return write(
        request,
        FeesForm(request.POST or None),
        paper,
        lambda form: municipalities.set_fees(municipality, form.facts(), by=request.user),
        _("Taxan är sparad."),
    )
