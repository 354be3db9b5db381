"""A folder, a table and a few facts become a package, from the command line too."""

import json
from pathlib import Path

import pytest

from archive.packages import case_table
from archive.packages.__main__ import main
from archive.packages.case_table import TableFault
from archive.packages.check import check
from tests.packages import samples

_FIRST = "MBN 2014-000123;Tillsyn av enskilt avlopp;Tillsyn;Viared 5:12;2014-05-10;2016-03-01;1;Ansökan;2014-05-09;;"
TABLE = f"""Ärende;Ärendemening;Ärendetyp;Fastighet;Startdatum;Avslutat;Handling;Rubrik;Datum;Sekretess;Fil
{_FIRST}2014/ansökan.pdf
{_FIRST}2014/bilaga.pdf
MBN 2014-000123;;;;;;2;Beslut;2015-01-15;OSL 21 kap. 7 §;2014/beslut.pdf
MBN 2015-000007;Remiss;;;2015;;;;;;
"""
FACTS = {
    "objid": "uuid-0f2a7c1e-0001",
    "label": "Miljöärenden",
    "creator": {"name": "Miljönämnden", "code": samples.FALUN_CODE},
    "submitter": {"name": "Falu kommun", "code": samples.FALUN_CODE},
    "agreement": {"number": "KS 2025/0117", "signed_on": "2025-11-04"},
    "system": {"name": "Ecos", "version": "2.5"},
    "municipality_code": "2080",
    "starts_on": "2014-01-01",
}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    for name in ("ansökan", "bilaga", "beslut"):
        path = tmp_path / "filer" / "2014" / f"{name}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(samples.pdf(name))
    (tmp_path / "tabell.csv").write_text(TABLE, "utf-8")
    (tmp_path / "uppgifter.json").write_text(json.dumps(FACTS), "utf-8")
    return tmp_path


def command(desk: Path, target: str, *more: str) -> int:
    given = [str(desk / "filer"), str(desk / target), "--facts", str(desk / "uppgifter.json")]
    return main(["build", *given, "--table", str(desk / "tabell.csv"), *more])


@pytest.mark.parametrize("target", ["paket.tar", "paket.zip", "paket"])
@pytest.mark.parametrize("profile", ["fgs-1.2", "e-ark-sip-2.1.0"])
def test_the_command_builds_a_package_without_fault(desk: Path, target: str, profile: str) -> None:
    assert command(desk, target, "--profile", profile) == 0
    report = check(desk / target)
    assert (report.verdict, report.facts.cases, report.facts.records) == ("VALID", 2, 2)


def test_the_same_date_gives_the_same_package(desk: Path) -> None:
    for name in ("a.tar", "b.tar"):
        assert command(desk, name, "--created", "2026-03-02T09:30:00+00:00") == 0
    assert (desk / "a.tar").read_bytes() == (desk / "b.tar").read_bytes()


def test_nothing_is_written_over(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "paket.tar").write_bytes(b"mine")
    assert command(desk, "paket.tar") == 3
    assert "finns redan" in capsys.readouterr().err
    assert (desk / "paket.tar").read_bytes() == b"mine"


def test_a_missing_fact_is_named(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "uppgifter.json").write_text(json.dumps({**FACTS, "agreement": {"number": "1"}}), "utf-8")
    assert command(desk, "paket.tar") == 3
    assert "signed_on" in capsys.readouterr().err


def test_rows_become_cases_with_documents_and_files(desk: Path) -> None:
    first, second = case_table.read(desk / "tabell.csv")
    assert (first.reference, first.status, first.property_designation) == ("MBN 2014-000123", "Stängt", "Viared 5:12")
    assert [[file.link for file in document.files] for document in first.documents] == [
        ["2014/ansökan.pdf", "2014/bilaga.pdf"],
        ["2014/beslut.pdf"],
    ]
    assert first.documents[1].restrictions[0].law == "OSL 21 kap. 7 §"
    assert second.documents == ()


def test_a_table_in_latin_1_with_tabs_is_read(desk: Path) -> None:
    (desk / "tabell.csv").write_bytes(TABLE.replace(";", "\t").encode("iso-8859-1"))
    assert [case.title for case in case_table.read(desk / "tabell.csv")] == ["Tillsyn av enskilt avlopp", "Remiss"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("Ärende;Rubrik\n1;x\n", "Ärendemening"),
        ("Ärende;Ärendemening\n;x\n", "Rad 2"),
        ("Ärende;Ärendemening\n1;\n", "saknar ärendemening"),
        ("Ärende;Ärendemening\n1;a\n2;b\n1;a\n", "Rad 4"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(desk: Path, table: str, words: str) -> None:
    (desk / "tabell.csv").write_text(table, "utf-8")
    with pytest.raises(TableFault, match=words):
        list(case_table.read(desk / "tabell.csv"))
