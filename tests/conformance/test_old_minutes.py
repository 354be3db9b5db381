"""Three real documents, read with exactly the doubts that a careful person had, no fewer and no more."""

import csv
import datetime
import re
from functools import cache

import pytest

from governance.old_minutes import KnownMunicipality, Proposal, read
from tests.conformance.corpora import corpus

pytestmark = pytest.mark.conformance
OFFICIAL = {"2080": "Falu kommun", "2082": "Säters kommun", "2029": "Leksands kommun", "1490": "Borås Stad"}


@cache
def known() -> tuple[list[KnownMunicipality], dict[str, list[str]]]:
    municipalities: list[KnownMunicipality] = []
    regions: dict[str, list[str]] = {}
    with corpus("data/municipalities.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            official = OFFICIAL.get(row["code"], f"{row['name']} kommun")
            municipalities.append(KnownMunicipality(row["code"], row["name"], official))
            regions.setdefault(row["region_seed"], []).append(row["code"])
    return municipalities, regions


def proposal(source: str, region: str = "") -> Proposal:
    municipalities, regions = known()
    (path,) = corpus("sources").glob(f"{source}_*.txt")
    return read(path.read_bytes(), known=municipalities, members=regions.get(region, ()))


def doubts(found: Proposal) -> list[tuple[str, int]]:
    return sorted((doubt.code, doubt.line) for doubt in found.doubts)


def names(codes: list[str]) -> set[str]:
    return {each.name for each in known()[0] if each.code in codes}


def test_an_extract_with_two_decisions_and_no_day() -> None:
    found = proposal("000")
    assert doubts(found) == [("DATE_MISSING", 0), ("FURNITURE_REMOVED", 29), ("SENTENCE_JOINED", 32)]
    (paragraph,) = found.paragraphs
    assert (paragraph.number, paragraph.title) == (18, "eHandlingsplan och samverkan eArkiv")
    assert (paragraph.registry_number, paragraph.dispatch_to) == ("2022/SKF0106", "Medlemskommunerna")
    assert [decision.kind for decision in paragraph.decisions] == ["closes_plan", "noted"]
    assert "ett gemensamt eArkiv för ingående kommuner" in paragraph.summary
    assert "Utdragsbestyrkande" not in paragraph.summary


def test_a_steering_group_with_its_faults() -> None:
    found = proposal("002", "dalarna")
    assert doubts(found) == [
        ("BRACKET_UNBALANCED", 11),
        ("DATE_MISMATCH", 7),
        ("FURNITURE_REMOVED", 31),
        ("MONTH_ONLY", 91),
        ("MONTH_ONLY", 93),
        ("MUNICIPALITIES_UNSPECIFIED", 54),
        ("MUNICIPALITY_MISSPELT", 153),
        ("SEAT_NOT_LISTED", 0),
        ("STATUS_CONTRADICTS", 29),
        ("WORD_DOUBTFUL", 106),
    ]
    assert [doubt.code for doubt in found.to_choose()] == ["DATE_MISMATCH"]
    assert found.held_on == datetime.date(2022, 11, 24)
    assert found.other_days == [datetime.date(2022, 9, 24)]
    assert (found.starts_at, found.ends_at, found.mode) == ("10:00", "11:30", "online")
    assert "Säter" in next(doubt.suggestion for doubt in found.doubts if doubt.code == "MUNICIPALITY_MISSPELT")


def test_who_was_there_and_who_was_not() -> None:
    found = proposal("002", "dalarna")
    assert names([person.code for person in found.present()]) == {
        *("Säter", "Vansbro", "Borlänge", "Älvdalen", "Malung-Sälen", "Mora")
    }
    assert len(found.coopted()) == 2
    assert names([person.code for person in found.absent()]) == {
        *("Falun", "Orsa", "Smedjebacken", "Rättvik", "Hedemora", "Leksand", "Ludvika", "Gagnef")
    }
    assert names(found.vacant) == {"Avesta"}
    assert [person.organisation for person in found.people if person.is_chair] == ["Säters kommun"]
    assert [person.organisation for person in found.people if person.is_adjuster] == ["Vansbro kommun"]
    assert [person.is_coopted for person in found.people if person.is_secretary] == [True]


def test_its_paragraphs_without_the_page_furniture() -> None:
    found = proposal("002", "dalarna")
    assert [paragraph.number for paragraph in found.paragraphs] == [1, 2, 3, 4, 5, 6, 7]
    status = found.paragraphs[2].summary
    assert "Evolution (Leksand, Ludvika, Borlänge)" in status
    assert not re.search(r"Postadress|Box 300|0225|@|sater\.se|Webbplats", status)
    assert [decision.kind for decision in found.paragraphs[6].decisions] == ["withdraws"]
    assert found.paragraphs[3].comment.startswith("En första inventering")
    assert [role for role, _who in found.signatures] == ["secretary", "chair", "adjuster"]
    assert found.signatures[1][1] == "Chef kommunstyrelsesektorn, Säters kommun"


def test_slides_with_an_agenda_a_budget_and_a_cost_table() -> None:
    found = proposal("003", "fyrbodal")
    assert doubts(found) == [
        ("COVERAGE", 0),
        ("COVERAGE", 0),
        ("NOTE_LOOSE", 134),
        ("NOTE_LOOSE", 135),
        ("PLACEHOLDER", 50),
        ("POPULATION_UNDATED", 245),
        ("SEAT_TENTATIVE", 68),
        ("SUM_MISMATCH", 245),
    ]
    assert [item.starts_at for item in found.agenda] == ["13:00", "13:10", "13:30", "13:50", "14:00"]
    assert [item.length for item in found.agenda] == [10, 20, 20, 10, 120]
    assert sum(item.length for item in found.agenda) == 180
    assert "".join(item.type for item in found.agenda) == "IDIIA"
    assert found.ends_at == "16:00"
    assert [(each.printed, each.computed) for each in found.budget] == [(9_000_000,) * 2, (15_000_000,) * 2]
    assert found.costs
    assert (sum(found.costs.costs), found.costs.printed_sum, found.costs.residual) == (1_500_001, 1_500_000, 1)
    assert sum(found.costs.populations) == 273_878


def test_its_groups_and_who_is_missing_from_them() -> None:
    steering, project = proposal("003", "fyrbodal").groups
    assert (steering.seats, names(steering.tentative)) == (11, {"Uddevalla"})
    assert names(steering.missing) == {"Bengtsfors", "Dals-Ed", "Tanum"}
    assert (project.seats, len(set(project.codes))) == (16, 10)
    assert names(project.missing) == {"Bengtsfors", "Dals-Ed", "Munkedal", "Tanum"}
