"""The project lists of a real steering group's minutes, read as they are written, give the figures they should."""

import datetime
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

from consortium.site.demo import members
from consortium.site.demo.projects import SYSTEMS
from deliveries import file_collections, projects, sharing, status
from deliveries.models import DeliveryProject, FileStream, SourceSystem, Status, SystemAlias
from governance.models import Consortium, Municipality

pytestmark = [pytest.mark.conformance, pytest.mark.django_db]
SOURCES = Path(settings.BASE_DIR).parent / "shared" / "sources"
MEETING = datetime.date(2022, 11, 24)


@dataclass
class Read:
    """A line of the list: the project's name, who delivers, who listens, and what is said of it."""

    name: str
    delivering: list[str] = field(default_factory=list)
    listening: list[str] = field(default_factory=list)
    note: str = ""


@pytest.fixture(scope="module")
def section() -> list[str]:
    """§ 3 without blank lines; a page break has left the letterhead in the middle of it."""
    found = sorted(SOURCES.glob("002_*.txt")) if SOURCES.is_dir() else []
    if not found:
        pytest.skip(f"Styrgruppens protokoll finns inte i {SOURCES}; provet läser det bara där.")
    text = found[0].read_text(encoding="utf-8")
    lines = text[text.index("§3 ") : text.index("§4 ")].splitlines()
    return [line.strip() for line in lines if line.strip()]


def lines_of(section: list[str], begins: str, ends: str) -> list[str]:
    """The projects between two headings: a name, and in brackets who takes part. The letterhead has no brackets."""
    first = next(number for number, line in enumerate(section) if begins in line)
    last = next((number for number, line in enumerate(section) if number > first and ends in line), len(section))
    return [line for line in section[first + 1 : last] if re.match(r"[\wÅÄÖåäö \-]+ \(", line)]


def read(line: str, names: set[str]) -> Read:
    name, _, rest = line.partition(" (")
    inside, _, note = rest.partition(")")
    made = Read(name.strip(), note=note.strip(" ."))
    for sentence in inside.split("."):
        listens = "lyssnat" in sentence
        found = [place for place in re.split(r",\s*", sentence.strip()) if place in names]
        found = found or [place for place in names if sentence.strip().startswith(place)]
        (made.listening if listens else made.delivering).extend(found)
    return made


@pytest.fixture
def dalarna(section: list[str]) -> Consortium:
    consortium = members.load()
    for name, slug, aliases, information, _secrecy in SYSTEMS:
        system = SourceSystem.objects.create(name=name, slug=slug, information_type=information)
        for alias in {name, *(each for each, _version in aliases)}:
            SystemAlias.objects.create(system=system, name=alias)
    by_name = {each.name: each for each in Municipality.objects.all()}
    ongoing = [read(line, set(by_name)) for line in lines_of(section, "pågår", "Filsamlingar")]
    upcoming = [read(line, set(by_name)) for line in lines_of(section, "Kommande projekt", "§")]
    for each in (*ongoing, *upcoming):
        state = Status.PLANNED if each in upcoming else Status.ONGOING
        state = Status.RECURRING if "årliga" in each.note or each.name.startswith("PMO") else state
        done = "klart idag" in each.note
        projects.create(
            consortium,
            SourceSystem.objects.named(each.name).get(),
            each.name,
            [by_name[name] for name in each.delivering],
            observers=[by_name[name] for name in each.listening],
            by=None,
            on=MEETING,
            status=Status.COMPLETED if done else state,
            note=each.note,
            ended_on=MEETING if done else None,
            planned_from=datetime.date(2023, 1, 1) if each in upcoming else None,
        )
    kinds = {str(label).casefold(): value for value, label in FileStream.Kind.choices}
    files = next(line for line in section if line.startswith("Filsamlingar"))
    for name in files.partition(":")[2].strip(" .").split(", "):
        file_collections.begin(consortium, {"kind": kinds[name]}, by=None)
    return consortium


def test_the_lists_give_the_figures_of_the_dashboard(dalarna: Consortium) -> None:
    told = status.as_of(dalarna, MEETING + datetime.timedelta(days=1))
    assert (len(told.named_ongoing), len(told.just_ended), len(told.recurring)) == (6, 1, 1)
    assert (len(told.upcoming), len(told.streams)) == (6, 4)
    assert (told.links, told.observers) == (19, 1)
    assert (len(told.members), told.without_projects) == (15, ("Falun", "Rättvik"))


def test_systems_are_known_by_the_names_in_the_minutes(dalarna: Consortium) -> None:
    system = {project.name: project.system.name for project in DeliveryProject.objects.select_related("system")}
    assert (system["ECOS2"], system["ECOS1"]) == ("ECOS", "ECOS")
    assert (system["Bygg-R"], system["Public360"]) == ("ByggR", "Public 360")
    assert system["Procapita Lifecare"] == "Procapita"


def test_the_letterhead_in_the_middle_is_not_read(section: list[str]) -> None:
    read_lines = [*lines_of(section, "pågår", "Filsamlingar"), *lines_of(section, "Kommande projekt", "§")]
    assert len(read_lines) == 12 < len(section) - 3
    assert not any("@" in line or re.search(r"\d{3} \d{2}", line) for line in read_lines)


def test_shared_systems_are_counted(dalarna: Consortium) -> None:
    counts = {each.system.name: each.count for each in sharing.shared_systems(dalarna, by_inventory=False)}
    assert (counts["Public 360"], counts["Evolution"], counts["Ciceron"], counts["ByggR"]) == (4, 3, 3, 2)


def test_what_does_not_say_which_municipalities_is_warned_about(dalarna: Consortium) -> None:
    (yearly,) = status.as_of(dalarna, MEETING).recurring
    assert "Ange vilka kommuner som deltar." in yearly.words
