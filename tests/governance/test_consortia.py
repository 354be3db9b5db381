"""The consortium's own life: stages, host, and the page that tells of it."""

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from consortium.models import User
from consortium.precision import Precision
from governance import consortia
from governance.consortia import AlreadyThere, HostIsNoMember, NameTaken
from governance.models import Consortium, HostChange, StageChange
from governance.revising import ChangedMeanwhile
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
Stage = Consortium.Stage


@pytest.fixture
@shared
def admin() -> User:
    return factories.user("Konsortieadministratör")


@pytest.fixture
@shared
def skane(admin: User) -> Consortium:
    made = Consortium.objects.create(
        name="SkånEarkiv",
        slug="skane",
        stage=Stage.STUDY,
        legal_form=Consortium.LegalForm.AGREEMENT,
        what="Kommungemensamt e-arkiv",
        members_word="skånska kommuner",
        how="Projektform",
        why="Värde för medborgare och kommuner",
        benefits=["retirement", "democracy"],
    )
    consortia.enter_stage(made, Stage.STUDY, on=datetime.date(2016, 1, 1), precision=Precision.YEAR, by=admin)
    summer = datetime.date(2020, 6, 1)
    consortia.enter_stage(made, Stage.OPERATION, on=summer, precision=Precision.SEASON, by=admin)
    made.refresh_from_db()
    return made


def test_the_five_headings_are_filled_from_what_is_known(skane: Consortium) -> None:
    page = consortia.fact_page(skane)
    assert page.what == ["Kommungemensamt e-arkiv"]
    assert page.who == ["0 skånska kommuner"]
    assert page.when == ["I drift sommaren 2020", "Förstudie från 2016"]
    assert page.how[0] == "Projektform"
    assert page.why == ["Värde för medborgare och kommuner", "Gamla system kan avställas", "Insyn och demokrati"]


def test_the_count_of_members_has_its_day(admin: User) -> None:
    factories.municipality("2080"), factories.municipality("2029")
    consortium = factories.consortium()
    assert consortia.fact_page(consortium).who == ["2 kommuner"]
    assert consortia.fact_page(consortium, datetime.date(2018, 12, 31)).who == ["0 kommuner"]


def test_a_stage_to_come_is_a_plan(skane: Consortium, admin: User) -> None:
    assert skane.stage == Stage.OPERATION
    consortia.enter_stage(skane, Stage.EXTENSION, on=datetime.date(2099, 1, 1), precision=Precision.YEAR, by=admin)
    skane.refresh_from_db()
    assert skane.stage == Stage.OPERATION


def test_the_host_changes_on_its_day_and_not_before(admin: User) -> None:
    falun, consortium = factories.municipality("2080"), factories.consortium()
    leksand = factories.municipality("2029")
    decided: dict[str, Any] = {"precision": Precision.DAY, "decision": "Avtalet, punkt 3", "by": admin}
    consortia.change_host(consortium, falun, on=datetime.date(2019, 1, 1), **decided)
    consortia.change_host(consortium, leksand, on=datetime.date(2099, 1, 1), **decided)
    consortium.refresh_from_db()
    assert consortium.host == falun
    assert consortia.host_on(consortium, datetime.date(2099, 1, 1)) == leksand
    assert consortia.host_on(consortium, datetime.date(2018, 12, 31)) is None
    assert consortia.new_processor_agreements(consortium, leksand) == [falun]
    with pytest.raises(AlreadyThere):
        consortia.change_host(consortium, leksand, on=datetime.date(2099, 2, 1), **decided)


def test_what_was_recorded_ahead_takes_effect_on_its_day(admin: User) -> None:
    falun, consortium = factories.municipality("2080"), factories.consortium()
    day = datetime.date(2024, 1, 1)
    HostChange.objects.create(consortium=consortium, municipality=falun, effective_on=day, decision="Avtalet")
    StageChange.objects.create(consortium=consortium, stage=Stage.EXTENSION, effective_on=day)
    for _ in range(2):
        consortia.follow_calendar()
    consortium.refresh_from_db()
    assert (consortium.host, consortium.stage) == (falun, Stage.EXTENSION)


def test_a_stranger_does_not_become_host(admin: User) -> None:
    mora = factories.municipality("2062", member=False)
    with pytest.raises(HostIsNoMember, match="Mora kommun"):
        consortia.change_host(
            factories.consortium(), mora, on=datetime.date(2023, 1, 1), precision="day", decision="Nej", by=admin
        )


@pytest.mark.parametrize("model", [StageChange, HostChange])
def test_history_is_never_rewritten(skane: Consortium, admin: User, model: Any) -> None:
    if model is HostChange:
        HostChange.objects.create(consortium=skane, effective_on=datetime.date(2020, 1, 1), decision="Avtalet")
    row = model.objects.filter(consortium=skane).first()
    with pytest.raises(TypeError, match="ny rad"):
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.filter(pk=row.pk).update(precision="year")
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_a_name_that_is_taken_is_told(skane: Consortium, admin: User) -> None:
    factories.consortium("Dalarnas e-arkiv")
    with pytest.raises(NameTaken):
        consortia.change_facts(skane, {"name": "Dalarnas e-arkiv"}, seen=skane.version, by=admin)
    same = consortia.change_facts(skane, {"name": skane.name, "how": "Avtal"}, seen=skane.version, by=admin)
    assert same.how == "Avtal"


def test_two_who_write_at_once_are_told(skane: Consortium, admin: User) -> None:
    consortia.change_facts(skane, {"why": "Därför"}, seen=1, by=admin)
    with pytest.raises(ChangedMeanwhile) as told:
        consortia.change_facts(skane, {"why": "Annars"}, seen=1, by=admin)
    assert told.value.current.why == "Därför"  # type: ignore[attr-defined]
