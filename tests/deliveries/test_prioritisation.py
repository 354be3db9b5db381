"""The order of systems is exact, open in its parts, and stands still once it is decided."""

import datetime
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as some

from consortium.models import AuditEvent, User
from deliveries import inventory, prioritisation
from deliveries.editing import ChangedMeanwhile
from deliveries.models import Prioritisation, SourceSystem, SystemScore
from deliveries.prioritisation import Parts, Weights, rank
from tests import factories
from tests.keeping import shared

DAY = datetime.date(2023, 2, 13)
LETTERS = "ABCDEFGHIJ"

figures = some.integers(1, 5)
parts = some.builds(Parts, figures, figures, figures, some.integers(0, 3))
weights = some.tuples(*[some.integers(0, 10)] * 3).filter(any).map(lambda three: Weights(*three))
candidates = some.lists(parts, max_size=10).map(
    lambda all_parts: [(SourceSystem(pk=at, name=LETTERS[at]), each, "") for at, each in enumerate(all_parts)]
)


def ranks(*all_parts: Parts, by: Weights | None = None) -> list[tuple[int, str]]:
    systems = [(SourceSystem(pk=at, name=LETTERS[at]), each, "") for at, each in enumerate(all_parts)]
    return [(each.rank, each.system.name) for each in rank(systems, by or Weights())]


def test_default_weights_are_equal_and_the_score_is_a_mean() -> None:
    assert Parts(5, 3, 1).score(Weights()) == 3
    assert Parts(5, 4, 4).score(Weights()) == Fraction(13, 3)


def test_weights_change_the_order() -> None:
    needed, easy = Parts(5, 1, 3), Parts(1, 5, 3)
    assert ranks(needed, easy, by=Weights(10, 1, 1)) == [(1, "A"), (2, "B")]
    assert ranks(needed, easy, by=Weights(1, 10, 1)) == [(1, "B"), (2, "A")]


def test_equal_scores_are_told_apart_by_how_many_share() -> None:
    assert ranks(Parts(5, 1, 3, 2), Parts(1, 5, 3, 4)) == [(1, "B"), (2, "A")]


def test_equal_parts_give_equal_rank_and_the_next_is_counted_past_them() -> None:
    assert ranks(Parts(4, 4, 4, 2), Parts(4, 4, 4, 2), Parts(1, 1, 1, 9)) == [(1, "A"), (1, "B"), (3, "C")]


def test_thirds_are_exact() -> None:
    """In binary fractions 0.1 + 0.2 + … would part what is equal."""
    assert ranks(Parts(1, 2, 3), Parts(3, 2, 1), by=Weights(1, 1, 1)) == [(1, "A"), (1, "B")]
    assert ranks(Parts(2, 1, 1), Parts(1, 1, 4), by=Weights(3, 7, 1)) == [(1, "A"), (1, "B")]


@given(candidates, weights)
def test_the_order_is_what_the_rule_says(systems: list[prioritisation.Candidate], by: Weights) -> None:
    ranked = rank(systems, by)
    assert {each.system.pk for each in ranked} == {system.pk for system, _parts, _motive in systems}
    for better, worse in pairwise(ranked):
        keys = [(each.score, each.parts.shared_by) for each in (better, worse)]
        assert keys[0] >= keys[1]
        assert (better.rank == worse.rank) == (keys[0] == keys[1])
    for at, each in enumerate(ranked):
        assert each.rank == 1 + sum((o.score, o.parts.shared_by) > (each.score, each.parts.shared_by) for o in ranked)
        assert each.rank <= at + 1
        assert each.score * sum(by.all) == sum(each.products)
        assert 1 <= each.score <= 5


@given(candidates, some.tuples(*[some.integers(0, 3)] * 3).filter(any), some.integers(2, 3))
def test_only_the_proportions_of_weights_matter(
    systems: list[prioritisation.Candidate], small: tuple[int, int, int], times: int
) -> None:
    by_small, by_large = Weights(*small), Weights(*(each * times for each in small))
    order = [[(each.rank, each.system.pk) for each in rank(systems, chosen)] for chosen in (by_small, by_large)]
    assert order[0] == order[1]


@given(candidates, weights, some.randoms(use_true_random=False))
def test_the_order_of_asking_does_not_matter(
    systems: list[prioritisation.Candidate], by: Weights, chance: object
) -> None:
    shuffled = list(systems)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert rank(systems, by) == rank(shuffled, by)


def test_weights_must_weigh_something_and_keep_to_the_scale() -> None:
    with pytest.raises(prioritisation.NothingWeighs):
        Weights(0, 0, 0)
    for wrong in (-1, 11):
        with pytest.raises(prioritisation.OutOfRange):
            Weights(wrong, 1, 1)


@pytest.fixture
@shared
def user(db: None) -> User:
    return factories.user("IT-arkivarie")


@pytest.fixture
@shared
def draft(user: User) -> Prioritisation:
    row = prioritisation.begin(factories.consortium(), 2023, by=user)
    scores = [
        {"system": factories.system("ECOS"), "need": 5, "ease": 3, "saving": 2, "motive": "Stödet upphör"},
        {"system": factories.system("PMO"), "need": 2, "ease": 3, "saving": 5, "motive": ""},
    ]
    return prioritisation.score(row, scores, seen=1, by=user)


def decide(row: Prioritisation, user: User, seen: int = 2) -> Prioritisation:
    return prioritisation.decide(row, function="Styrgruppen", on=DAY, paragraph="§ 4", seen=seen, by=user)


def test_how_many_share_a_system_is_counted_and_frozen_with_the_decision(draft: Prioritisation, user: User) -> None:
    inventory.add(factories.municipality("2080"), factories.system("PMO"), {}, by=user)
    assert [(each.system.name, each.parts.shared_by) for each in prioritisation.ranking(draft)] == [
        ("PMO", 1),
        ("ECOS", 0),
    ]
    decided = decide(draft, user)
    for code in ("2080", "2029", "2062"):
        inventory.add(factories.municipality(code), factories.system("ECOS"), {}, by=user)
    assert [each.system.name for each in prioritisation.ranking(decided)] == ["PMO", "ECOS"]
    assert decided.decided_by_function == "Styrgruppen"
    assert AuditEvent.objects.filter(what="prioritisation_decided").count() == 1


def test_a_decided_version_is_closed_to_everybody(draft: Prioritisation, user: User) -> None:
    decided = decide(draft, user)
    with pytest.raises(prioritisation.Locked, match="ny version"):
        prioritisation.weigh(decided, Weights(1, 1, 1), seen=3, by=user)
    with pytest.raises(prioritisation.Locked):
        decide(decided, user, seen=3)
    closed: list[Callable[[], object]] = [
        lambda: Prioritisation.objects.filter(pk=decided.pk).update(weight_need=1),
        lambda: Prioritisation.objects.filter(pk=decided.pk)._raw_delete("default"),
        lambda: SystemScore.objects.filter(prioritisation=decided).update(need=1),
        lambda: SystemScore.objects.filter(prioritisation=decided).delete(),
        lambda: SystemScore.objects.create(
            prioritisation=decided, system=factories.system("X"), need=1, ease=1, saving=1
        ),
    ]
    for attempt in closed:
        with pytest.raises(DatabaseError, match="is decided"), transaction.atomic():
            attempt()


def test_what_is_decided_anew_is_a_new_version_that_begins_where_the_old_ended(
    draft: Prioritisation, user: User
) -> None:
    prioritisation.weigh(draft, Weights(10, 5, 0), seen=2, by=user)
    decide(draft, user, seen=3)
    again = prioritisation.begin(factories.consortium(), 2023, by=user)
    assert (again.version, again.weight_need, again.scores.count(), again.is_locked) == (2, 10, 2, False)
    assert prioritisation.begin(factories.consortium(), 2023, by=user) == again
    later = prioritisation.begin(factories.consortium(), 2024, by=user)
    assert (later.version, later.scores.count()) == (1, 2)


def test_the_second_of_two_writers_is_told(draft: Prioritisation, user: User) -> None:
    prioritisation.weigh(draft, Weights(1, 2, 3), seen=2, by=user)
    with pytest.raises(ChangedMeanwhile) as refused:
        prioritisation.weigh(draft, Weights(3, 2, 1), seen=2, by=user)
    assert refused.value.current.weight_need == 1  # type: ignore[attr-defined]


def test_a_decision_needs_somebody_who_decided_a_day_and_something_to_decide(user: User) -> None:
    empty = prioritisation.begin(factories.consortium(), 2023, by=user)
    with pytest.raises(prioritisation.NothingScored):
        decide(empty, user, seen=1)
    for function, on in (("", DAY), ("Styrgruppen", None)):
        with pytest.raises(prioritisation.DecisionMissing):
            prioritisation.decide(empty, function=function, on=on, seen=1, by=user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Prioritisation.objects.filter(pk=empty.pk).update(locked_at="2023-01-01T00:00:00Z", locked_by=user)


@pytest.mark.parametrize("wrong", [0, 6])
def test_scores_keep_to_the_scale(user: User, wrong: int) -> None:
    row = prioritisation.begin(factories.consortium(), 2023, by=user)
    with pytest.raises(prioritisation.OutOfRange, match="ECOS"):
        prioritisation.score(
            row, [{"system": factories.system("ECOS"), "need": wrong, "ease": 1, "saving": 1}], seen=1, by=user
        )
