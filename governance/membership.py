"""Medlemskap: each step of a municipality's way in, with who decided what and when. History is added to, never changed.

The table of lawful steps stands beside the states (Membership.STEPS). A mistake is corrected by a row of its own that
says so; the old one stays. Who was a member on a day decides who pays, so days matter more than the order of typing.
"""

import datetime
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.audit_events import Event
from consortium.models import User
from consortium.precision import Precision, last_day
from governance.models import Consortium, Membership, Municipality, Withdrawal
from governance.revising import ChangedMeanwhile, Refusal

Status = Membership.Status
DECISIONS = (Status.BOARD_DECIDED, Status.DECIDED)
BY_NOTICE = (Status.LEAVING, Status.LEFT)  # only by withdrawal, which also plans the records' return


class NotThisStep(Refusal):
    """The municipality stands where this step does not follow; the text says which do."""


class DecisionIncomplete(Refusal):
    """A decision without body and paragraph cannot be found again."""


class MemberElsewhere(Refusal):
    """Rights follow membership, so nobody takes over another consortium's member by writing it into his own."""


class OutOfOrder(Refusal):
    """Earlier than the newest step, and not said to be a correction."""


@dataclass(frozen=True)
class Step:
    status: str
    effective_on: datetime.date
    precision: str = Precision.DAY
    planned_on: datetime.date | None = None
    planned_precision: str = Precision.MONTH
    body: str = ""
    paragraph: str = ""
    registry_number: str = ""
    document: str = ""
    comment: str = ""
    is_correction: bool = False


@dataclass(frozen=True)
class Remaining:
    """A decision that a municipality has planned and not taken."""

    municipality: Municipality
    step: Membership
    overdue: bool


def newest(consortium: Consortium, municipality: Municipality) -> Membership | None:
    """The last step, also when it takes effect later."""
    steps = Membership.objects.filter(consortium=consortium, municipality=municipality)
    return steps.order_by("-effective_on", "-id").first()


def is_under_notice(consortium: Consortium, municipality: Municipality) -> bool:
    return consortium.withdrawals.filter(municipality=municipality, status=Withdrawal.Status.RUNNING).exists()


@transaction.atomic
def take_step(
    consortium: Consortium, municipality: Municipality, step: Step, *, seen: int | None, by: User
) -> Membership:
    """Add a step. `seen` is the newest step that the writer had before the eyes (None: none)."""
    if step.status in BY_NOTICE and not step.is_correction:
        raise NotThisStep(_("Uppsägning och utträde antecknas under Uppsägning, där återlämnandet också planeras."))
    last = newest(consortium, municipality)
    if last and step.effective_on >= last.effective_on and is_under_notice(consortium, municipality):
        raise NotThisStep(_("Uppsägningen löper. Återta den först, på sidan Uppsägningen och återlämnandet."))
    return add(consortium, municipality, step, seen=seen, by=by)


def add(consortium: Consortium, municipality: Municipality, step: Step, *, seen: int | None, by: User) -> Membership:
    """For acts that have asked their own questions. Inside a transaction."""
    Consortium.objects.select_for_update().get(pk=consortium.pk)  # one writer at a time
    Municipality.objects.select_for_update().get(pk=municipality.pk)  # nor does another consortium sign it meanwhile
    last = newest(consortium, municipality)
    if (last.pk if last else None) != seen:
        raise ChangedMeanwhile(last or municipality)
    _demand_order(last, step)
    _demand_whole(step)
    _demand_free(consortium, municipality, step, by)
    made = Membership.objects.create(consortium=consortium, municipality=municipality, **asdict(step))
    audit.record(
        by=by,
        what=Event.MEMBERSHIP_CHANGED,
        target=made,
        place=consortium,
        municipality=municipality.pk,
        status=step.status,
        correction=step.is_correction,
    )
    return made


def _demand_order(last: Membership | None, step: Step) -> None:
    if step.is_correction:
        if not step.comment:
            raise DecisionIncomplete(_("Skriv i kommentaren vad som rättas och varför."))
        return
    if last is None:
        return
    if not last.may_become(step.status):
        raise NotThisStep(
            _("Läget är ”%(at)s” och kan inte bli ”%(to)s”. Det kan bli: %(options)s. Kryssa i om det är en rättelse.")
            % {
                "at": last.get_status_display(),
                "to": Status(step.status).label,
                "options": ", ".join(str(Status(each).label) for each in Status.values if last.may_become(each)),
            }
        )
    if step.effective_on < last.effective_on:
        raise OutOfOrder(
            _("Senaste steget gäller från %(day)s. Ett tidigare steg är en rättelse: kryssa i det och säg varför.")
            % {"day": last.effective_on.isoformat()}
        )


def _demand_whole(step: Step) -> None:
    if step.status in DECISIONS and not (step.body and step.paragraph):
        raise DecisionIncomplete(_("Ange organ och paragraf, så att beslutet går att hitta igen."))
    if step.status == Status.DECISION_PLANNED and not step.planned_on:
        raise DecisionIncomplete(_("Ange när beslutet planeras: en dag, en månad eller ett år."))


def _demand_free(consortium: Consortium, municipality: Municipality, step: Step, by: User) -> None:
    """From that day on, as a step of long ago gives rights today. Who takes part here already is taken from nobody."""
    if step.status not in Membership.TAKES_PART:
        return
    rows = Membership.objects.filter(municipality=municipality)
    here = rows.filter(consortium=consortium).newest(step.effective_on).first()
    if here and here.status in Membership.TAKES_PART:
        return
    for row in rows.exclude(consortium=consortium).standing_from(step.effective_on).select_related("consortium"):
        if row.status in Membership.TAKES_PART and not policy.may(by, Permission.MEMBERS_EDIT, row.consortium):
            raise MemberElsewhere(
                _("%(municipality)s är medlem i %(other)s. Be den som är administratör där att göra detta med dig.")
                % {"municipality": municipality, "other": row.consortium}
            )


def standing(consortium: Consortium, on: datetime.date | None = None) -> list[Membership]:
    """How every municipality that ever had a step stands that day, in Swedish order."""
    rows = Membership.objects.newest(on).filter(consortium=consortium).select_related("municipality")
    places = {code: at for at, code in enumerate(Municipality.objects.in_swedish_order().values_list("pk", flat=True))}
    return sorted(rows, key=lambda row: places[row.municipality_id])


def involved(consortium: Consortium, on: datetime.date | None = None) -> list[Municipality]:
    """Members and those on their way in: the municipalities that the consortium is about."""
    return [row.municipality for row in standing(consortium, on) if row.status in Membership.INVOLVED]


def decisions_remaining(consortium: Consortium, on: datetime.date | None = None) -> list[Remaining]:
    """Beslut som återstår: planned and not taken. Overdue when the whole of the planned month or season has passed."""
    day = on or timezone.localdate()
    return [
        Remaining(row.municipality, row, last_day(row.planned_on, row.planned_precision) < day)
        for row in standing(consortium, day)
        if row.planned_on and row.status in Membership.UNDECIDED
    ]


def without_archive(consortium: Consortium, on: datetime.date | None = None) -> list[Municipality]:
    """Saknar e-arkiv: not in operation here and without a solution of its own, which bars nobody from membership."""
    return [
        row.municipality
        for row in standing(consortium, on)
        if row.status in (*Membership.ON_THE_WAY, Status.SIGNED, Status.JOINING)
        and not row.municipality.existing_solution
    ]
