"""Samarbetet: its stage, form and host, dated; and the five headings of its public page, filled from what is known."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consortium import audit
from consortium.access import grants
from consortium.access.roles import Role
from consortium.audit_events import Event
from consortium.models import User
from consortium.precision import in_words
from governance import membership
from governance.models import Benefit, Consortium, HostChange, Membership, Municipality, StageChange
from governance.revising import Refusal, revise


class HostIsNoMember(Refusal):
    """A host is one of the members (kommunallagen 9:19 and 9:37)."""


class NameTaken(Refusal):
    """Another consortium is called that, or has the same address."""


class AlreadyThere(Refusal):
    """The same stage or host is recorded already."""


@dataclass(frozen=True)
class FactPage:
    """VAD, VEM, NÄR, HUR, VARFÖR, each a list of sentences. The count of members has its date."""

    what: list[str]
    who: list[str]
    when: list[str]
    how: list[str]
    why: list[str]
    members: list[Municipality]
    counted_on: datetime.date


@transaction.atomic
def found(name: str, *, stage: str, legal_form: str, on: datetime.date, by: User) -> Consortium:
    """A new consortium with nobody in it. Whoever founds it looks after it until somebody else is given the role."""
    slug = slugify(name)
    if not slug or Consortium.objects.filter(Q(name=name) | Q(slug=slug)).exists():
        raise NameTaken(_("Det finns redan ett samarbete med det namnet. Välj ett annat."))
    made = Consortium.objects.create(name=name, slug=slug, stage=stage, legal_form=legal_form, started_on=on)
    StageChange.objects.create(consortium=made, stage=stage, effective_on=on)
    grants.assign(by, Role.CONSORTIUM_ADMIN, made, by=by)
    audit.record(by=by, what=Event.CONSORTIUM_CHANGED, target=made, place=made, founded=True)
    return made


@transaction.atomic
def change_facts(consortium: Consortium, facts: Mapping[str, Any], *, seen: int, by: User) -> Consortium:
    if Consortium.objects.filter(name=facts.get("name")).exclude(pk=consortium.pk).exists():
        raise NameTaken(_("Det finns redan ett samarbete med det namnet. Välj ett annat."))
    changed_row, changed = revise(consortium, facts, seen=seen)
    if changed:
        audit.record(by=by, what=Event.CONSORTIUM_CHANGED, target=consortium, place=consortium, fields=changed)
    return changed_row


@transaction.atomic
def enter_stage(
    consortium: Consortium, stage: str, *, on: datetime.date, precision: str, comment: str = "", by: User
) -> StageChange:
    """The consortium goes on. A day to come is a plan and changes nothing today."""
    consortium = Consortium.objects.select_for_update().get(pk=consortium.pk)
    last = consortium.stages.last()
    if last and last.stage == stage and last.effective_on == on:
        raise AlreadyThere(_("Skedet %s är redan antecknat från den dagen.") % last.get_stage_display())
    made = StageChange.objects.create(
        consortium=consortium, stage=stage, effective_on=on, precision=precision, comment=comment
    )
    take_effect(consortium)
    audit.record(by=by, what=Event.STAGE_CHANGED, target=made, place=consortium, stage=stage)
    return made


@transaction.atomic
def change_host(
    consortium: Consortium, municipality: Municipality, *, on: datetime.date, precision: str, decision: str, by: User
) -> HostChange:
    """Another member takes over servers, staff and agreements from that day."""
    consortium = Consortium.objects.select_for_update().get(pk=consortium.pk)
    if host_on(consortium, on) == municipality:
        raise AlreadyThere(_("%s är redan värdkommun den dagen.") % municipality)
    taking_part = [row.municipality for row in membership.standing(consortium, on) if row.status in Membership.INVOLVED]
    if municipality not in taking_part:
        raise HostIsNoMember(
            _("%s är inte med i samarbetet den dagen. Anteckna först kommunens medlemskap.") % municipality
        )
    made = HostChange.objects.create(
        consortium=consortium, municipality=municipality, effective_on=on, precision=precision, decision=decision
    )
    take_effect(consortium)
    audit.record(by=by, what=Event.HOST_CHANGED, target=made, place=consortium, municipality=municipality.pk)
    return made


def take_effect(consortium: Consortium) -> None:
    """Stage and host are those whose day has come. Safe to run as often as anybody likes."""
    today = timezone.localdate()
    stage = consortium.stages.filter(effective_on__lte=today).last()
    host = consortium.host_changes.filter(effective_on__lte=today).last()
    facts = {
        "stage": stage.stage if stage else consortium.stage,
        "host_id": host.municipality_id if host else consortium.host_id,
    }
    if facts != {"stage": consortium.stage, "host_id": consortium.host_id}:
        Consortium.objects.filter(pk=consortium.pk).update(**facts)


def follow_calendar() -> None:
    """What was recorded ahead takes effect on its day."""
    for consortium in Consortium.objects.all():
        take_effect(consortium)


def host_on(consortium: Consortium, on: datetime.date) -> Municipality | None:
    changes = consortium.host_changes.select_related("municipality")
    row = changes.filter(effective_on__lte=on).last()
    if row:
        return row.municipality
    return None if changes.exists() else consortium.host


def new_processor_agreements(consortium: Consortium, host: Municipality) -> list[Municipality]:
    """Whose agreements with the host as data processor must be made anew, and whose requests must be re-routed."""
    return [member for member in consortium.members().in_swedish_order() if member != host]


def fact_page(consortium: Consortium, on: datetime.date | None = None) -> FactPage:
    day = on or timezone.localdate()
    rows = membership.standing(consortium, day)
    members = [row.municipality for row in rows if row.status in Membership.TAKES_PART]
    interested = [row.municipality for row in rows if row.status in Membership.ON_THE_WAY]
    host = host_on(consortium, day)
    return FactPage(
        what=[consortium.what] if consortium.what else [],
        who=_who(consortium, members, interested),
        when=_when(consortium),
        how=[text for text in (consortium.how, _form(consortium), _hosting(host)) if text],
        why=[*([consortium.why] if consortium.why else []), *_benefits(consortium)],
        members=members or interested,
        counted_on=day,
    )


def _who(consortium: Consortium, members: list[Municipality], interested: list[Municipality]) -> list[str]:
    said = []
    if members or not interested:
        said.append(f"{len(members)} {consortium.members_word}")
    if interested:
        said.append(
            ngettext("%(count)s kommun på väg in", "%(count)s kommuner på väg in", len(interested))
            % {"count": len(interested)}
            if members
            else f"{len(interested)} {consortium.members_word}"
        )
    first = consortium.memberships.filter(status__in=Membership.TAKES_PART).first()
    count = consortium.members(first.effective_on).count() if first else 0
    if members and first and count != len(members):
        facts = {"count": count, "who": consortium.members_word, "when": in_words(first.effective_on, first.precision)}
        said.append(_("%(count)s %(who)s från början, %(when)s") % facts)
    return said


def _when(consortium: Consortium) -> list[str]:
    words = {
        Consortium.Stage.STUDY: _("Förstudie från %s"),
        Consortium.Stage.PROJECT: _("Projekt från %s"),
        Consortium.Stage.PROCUREMENT: _("Upphandling från %s"),
        Consortium.Stage.OPERATION: _("I drift %s"),
        Consortium.Stage.EXTENSION: _("Utökning från %s"),
    }
    return [
        words[Consortium.Stage(row.stage)] % in_words(row.effective_on, row.precision)
        for row in reversed(consortium.stages.all())
    ]


def _form(consortium: Consortium) -> str:
    form = str(consortium.get_legal_form_display())
    return "" if form.lower() in consortium.how.lower() else form


def _hosting(host: Municipality | None) -> str:
    return _("%s är värdkommun") % host if host else ""


def _benefits(consortium: Consortium) -> list[str]:
    return [str(Benefit(code).label) for code in consortium.benefits if code in Benefit.values]
