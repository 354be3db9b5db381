"""Systems by all the names people use, registered once, changed by one person at a time."""

import pytest

from consortium.models import AuditEvent
from deliveries import systems
from deliveries.editing import ChangedMeanwhile
from deliveries.models import SourceSystem, SystemAlias
from deliveries.models.systems import folded, without_version
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked", ["ByggR", "Bygg-R", "bygg r", "BYGGR", " Bygg_R "])
def test_spelling_does_not_matter(asked: str) -> None:
    system = factories.system("ByggR")
    assert SourceSystem.objects.named(asked).get() == system


@pytest.mark.parametrize("asked", ["Procapita", "Lifecare", "procapita lifecare"])
def test_another_name_finds_the_same_system(asked: str) -> None:
    system = factories.system("Procapita")
    for name in ("Lifecare", "Procapita Lifecare"):
        SystemAlias.objects.create(system=system, name=name)
    assert SourceSystem.objects.named(asked).get() == system


@pytest.mark.parametrize(("asked", "found"), [("ECOS2", "2"), ("Ecos 1", "1"), ("ECOS 3", "3"), ("ecos v2.1", "2.1")])
def test_figures_at_the_end_are_a_version(asked: str, found: str) -> None:
    system = systems.register({"name": "ECOS"}, [("ECOS 1", "1"), ("ECOS 2", "2")], by=None)
    assert SourceSystem.objects.named(asked).get() == system
    assert systems.Names.load().find(asked) == (system, found)


def test_figures_that_belong_to_the_name_are_no_version() -> None:
    system = systems.register({"name": "Public 360"}, by=None)
    assert systems.Names.load().find("Public360") == (system, "")
    assert systems.Names.load().find("Public") is None
    assert not SourceSystem.objects.named("Public").exists()


def test_letters_written_in_two_ways_are_the_same() -> None:
    assert folded("EDP Vision Miljo\u0308") == folded("EDP Vision Miljö") != folded("EDP Vision Miljo")


@pytest.mark.parametrize("name", ["PMO", "360", "Å", ""])
def test_a_name_without_version_is_left_alone(name: str) -> None:
    assert without_version(name) == (name, "")


def test_the_nearest_name_is_suggested() -> None:
    systems.register({"name": "Procapita"}, [("Lifecare", "")], by=None)
    names = systems.Names.load()
    assert names.nearest("Livecare") == "Lifecare"
    assert names.nearest("Prokapita") == "Procapita"
    assert names.nearest("Zzyzx") == ""


def test_a_system_is_registered_with_its_own_name_and_an_address() -> None:
    system = systems.register({"name": "Äldreomsorg Öst"}, by=factories.user())
    assert (system.slug, system.aliases.get().name) == ("aldreomsorg-ost", "Äldreomsorg Öst")
    assert AuditEvent.objects.filter(what="system_registered", target_id=str(system.pk)).exists()


def test_two_systems_never_share_a_name_or_an_address() -> None:
    systems.register({"name": "Procapita"}, [("Lifecare", "")], by=None)
    with pytest.raises(systems.NameTaken, match="systemet Procapita"):
        systems.register({"name": "Life-Care"}, by=None)
    with pytest.raises(systems.NameTaken, match="Procapita"):
        systems.register({"name": "Omfale"}, [("PROCAPITA", "")], by=None)
    assert {systems.register({"name": name}, by=None).slug for name in ("Åre", "Are", "Äre")} == {
        "are",
        "are-2",
        "are-3",
    }


def test_a_change_is_saved_with_its_names() -> None:
    system, user = systems.register({"name": "ByggR"}, [("Bygg R+", "")], by=None), factories.user()
    systems.change(system, {"vendor": "Exempelbolaget"}, [("Bygg-Reda", ""), ("ByggR 4", "4")], seen=1, by=user)
    again = SourceSystem.objects.get(pk=system.pk)
    assert (again.vendor, again.revision) == ("Exempelbolaget", 2)
    assert [(each.name, each.version) for each in systems.other_names(again)] == [("Bygg-Reda", ""), ("ByggR 4", "4")]


def test_the_second_of_two_writers_is_told() -> None:
    system, user = systems.register({"name": "ByggR"}, by=None), factories.user()
    systems.change(system, {"lessons": "Först"}, [], seen=1, by=user)
    with pytest.raises(ChangedMeanwhile) as refused:
        systems.change(system, {"lessons": "Sedan"}, [], seen=1, by=user)
    assert refused.value.current.lessons == "Först"  # type: ignore[attr-defined]
    assert SourceSystem.objects.get(pk=system.pk).lessons == "Först"


def test_new_names_alone_count_as_a_change() -> None:
    system, user = systems.register({"name": "ByggR"}, by=None), factories.user()
    systems.change(system, {}, [("Bygg-Reda", "")], seen=1, by=user)
    assert SourceSystem.objects.get(pk=system.pk).revision == 2
    systems.change(system, {"name": "ByggR"}, [("Bygg-Reda", "")], seen=2, by=user)
    assert SourceSystem.objects.get(pk=system.pk).revision == 2
    with pytest.raises(ChangedMeanwhile):
        systems.change(system, {}, [], seen=1, by=user)
