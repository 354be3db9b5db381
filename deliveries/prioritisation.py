"""Prioritering: in which order systems are connected. Exact, open in its parts, and locked once it is decided.

Score = (w₁·need + w₂·ease + w₃·saving) / (w₁ + w₂ + w₃), a fraction from 1 to 5. Equal scores are told apart by the
number of municipalities that share the system. Systems alike in all four parts share a rank, as do those that even
then cannot be told apart; the next rank is counted past them.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from consortium.swedish import swedish_key
from deliveries import sharing
from deliveries.editing import ChangedMeanwhile
from deliveries.models import Prioritisation, SourceSystem, SystemScore
from deliveries.models.prioritisation import MAX_WEIGHT, PARTS
from governance.models import Consortium


class NothingWeighs(Exception):
    """All weights are nought."""


class OutOfRange(Exception):
    """A score or a weight lies outside its scale."""


class Locked(Exception):
    """The version is decided; what is decided anew is a new version."""


class NothingScored(Exception):
    """There is nothing to decide on."""


class DecisionMissing(Exception):
    """A decision has a day and somebody who decided."""


@dataclass(frozen=True)
class Weights:
    need: int = 5
    ease: int = 5
    saving: int = 5

    def __post_init__(self) -> None:
        if not all(0 <= each <= MAX_WEIGHT for each in self.all):
            raise OutOfRange(_("En vikt är ett heltal från 0 till 10."))
        if not any(self.all):
            raise NothingWeighs(_("Minst en vikt måste vara större än 0, annars väger alla system lika."))

    @property
    def all(self) -> tuple[int, int, int]:
        return self.need, self.ease, self.saving

    @classmethod
    def of(cls, row: Prioritisation) -> "Weights":
        return cls(row.weight_need, row.weight_ease, row.weight_saving)


@dataclass(frozen=True)
class Parts:
    need: int
    ease: int
    saving: int
    shared_by: int = 0

    def score(self, weights: Weights) -> Fraction:
        return Fraction(sum(self.products(weights)), sum(weights.all))

    def products(self, weights: Weights) -> tuple[int, int, int]:
        """Each part times its weight: what the score is the sum of."""
        return weights.need * self.need, weights.ease * self.ease, weights.saving * self.saving


@dataclass(frozen=True)
class Ranked:
    rank: int
    system: SourceSystem
    parts: Parts
    score: Fraction
    products: tuple[int, int, int]
    motive: str = ""


Candidate = tuple[SourceSystem, Parts, str]


def rank(candidates: Iterable[Candidate], weights: Weights) -> list[Ranked]:
    """Best first. Within a rank by name, so that the list always looks the same."""
    scored = sorted(
        ((parts.score(weights), parts.shared_by, system, parts, motive) for system, parts, motive in candidates),
        key=lambda each: (-each[0], -each[1], swedish_key(each[2].name)),
    )
    ranked: list[Ranked] = []
    for place, (score, shared_by, system, parts, motive) in enumerate(scored, 1):
        before = ranked[-1] if ranked else None
        alike = before is not None and (before.score, before.parts.shared_by) == (score, shared_by)
        number = before.rank if before and alike else place
        ranked.append(Ranked(number, system, parts, score, parts.products(weights), motive))
    return ranked


def ranking(row: Prioritisation, weights: Weights | None = None) -> list[Ranked]:
    """How the version ranks, with its own weights or with others on trial."""
    counts = None if row.is_locked else sharing.sharing_counts(row.consortium)
    candidates = [(score.system, _parts(score, counts), score.motive) for score in row.scores.select_related("system")]
    return rank(candidates, weights or Weights.of(row))


def _parts(score: SystemScore, counts: Mapping[int, int] | None) -> Parts:
    """Of a decided version the frozen number of municipalities, of a draft today's."""
    shared_by = score.shared_by if counts is None else counts.get(score.system_id, 0)
    return Parts(score.need, score.ease, score.saving, shared_by)


@transaction.atomic
def begin(consortium: Consortium, year: int, *, by: User) -> Prioritisation:
    """The year's draft; a new version begins with the weights and scores of the newest one before it."""
    Consortium.objects.select_for_update().get(pk=consortium.pk)
    if draft := Prioritisation.objects.filter(consortium=consortium, year=year, locked_at=None).first():
        return draft
    before = Prioritisation.objects.filter(consortium=consortium, year__lte=year).newest_first().first()
    newest = Prioritisation.objects.filter(consortium=consortium, year=year).aggregate(last=Max("version"))["last"]
    weights = Weights.of(before) if before else Weights()
    row = Prioritisation.objects.create(
        consortium=consortium,
        year=year,
        version=(newest or 0) + 1,
        weight_need=weights.need,
        weight_ease=weights.ease,
        weight_saving=weights.saving,
    )
    SystemScore.objects.bulk_create(
        SystemScore(
            prioritisation=row,
            system_id=score.system_id,
            need=score.need,
            ease=score.ease,
            saving=score.saving,
            motive=score.motive,
        )
        for score in (before.scores.all() if before else ())
    )
    audit.record(by=by, what=Event.PRIORITISATION_CHANGED, target=row, place=consortium, year=year, version=row.version)
    return row


@transaction.atomic
def weigh(row: Prioritisation, weights: Weights, *, seen: int, by: User) -> Prioritisation:
    current = _open(row, seen)
    current.weight_need, current.weight_ease, current.weight_saving = weights.all
    return _saved(current, by=by, weights=weights.all)


@transaction.atomic
def score(row: Prioritisation, scores: Sequence[Mapping[str, Any]], *, seen: int, by: User) -> Prioritisation:
    """Replace the version's scores: each a mapping of system, need, ease, saving and motive."""
    current = _open(row, seen)
    for each in scores:
        if not all(1 <= each[part] <= 5 for part in PARTS):
            raise OutOfRange(_("%(system)s: behov, enkelhet och besparing anges från 1 till 5.") % each)
    current.scores.all().delete()
    SystemScore.objects.bulk_create(SystemScore(prioritisation=current, **each) for each in scores)
    return _saved(current, by=by, systems=len(scores))


@transaction.atomic
def decide(
    row: Prioritisation, *, function: str, on: datetime.date | None, paragraph: str = "", seen: int, by: User
) -> Prioritisation:
    """Lock the version with who decided. The numbers of municipalities are frozen as they are today."""
    current = _open(row, seen)
    if not function.strip() or on is None:
        raise DecisionMissing(_("Skriv vem som beslutade och vilken dag."))
    if not current.scores.exists():
        raise NothingScored(_("Inget system är bedömt än. Bedöm minst ett system innan ordningen låses."))
    counts = sharing.sharing_counts(current.consortium)
    for each in current.scores.all():
        each.shared_by = counts.get(each.system_id, 0)
        each.save(update_fields=["shared_by"])
    current.decided_by_function, current.decided_on, current.paragraph = function.strip(), on, paragraph.strip()
    current.locked_at, current.locked_by = timezone.now(), by
    current.revision += 1
    current.save()
    audit.record(
        by=by, what=Event.PRIORITISATION_DECIDED, target=current, place=current.consortium, decided_on=on.isoformat()
    )
    return current


def _open(row: Prioritisation, seen: int) -> Prioritisation:
    current = Prioritisation.objects.select_for_update(of=("self",)).select_related("consortium").get(pk=row.pk)
    if current.is_locked:
        raise Locked(
            _("Version %(version)s för %(year)s är beslutad och låst. Börja en ny version och ändra i den.")
            % {"version": current.version, "year": current.year}
        )
    if current.revision != seen:
        raise ChangedMeanwhile(current)
    return current


def _saved(current: Prioritisation, *, by: User, **details: Any) -> Prioritisation:
    current.revision += 1
    current.save()
    audit.record(by=by, what=Event.PRIORITISATION_CHANGED, target=current, place=current.consortium, **details)
    return current
