"""What holds between several elements of METS: ids, labels and pointers of representations, agents and their parts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.packages.check import check
from archive.packages.report import Severity
from tests.packages import eark_specimens
from tests.packages.eark_faults import CONTENT, REPRESENTATION, SUBMITTER
from tests.packages.eark_specimens import (
    REP,
    ROOT,
    Change,
    added,
    after,
    placed_before,
    removed,
    without,
    written,
)

POINTER = "//m:mptr"
NOWHERE = "representations/rep9/METS.xml"
_CODE = '<m:note csip:NOTETYPE="IDENTIFICATIONCODE">ORG:2120002221</m:note>'


def complaints(tmp_path: Path, *changes: Change) -> dict[str, Severity]:
    files = eark_specimens.package("sip", "2.1.0")
    after(*changes)(files)
    report = check(eark_specimens.packed(files, tmp_path), "e-ark-sip-2.1.0")
    return {finding.rule: finding.severity for finding in report.findings() if finding.severity != Severity.INFO}


def test_a_division_called_by_its_folder_is_not_blamed_for_a_lost_mets(tmp_path: Path) -> None:
    files = eark_specimens.package("sip", "2.1.0")
    del files[REP]
    rules = check(eark_specimens.packed(files, tmp_path), "e-ark-sip-2.1.0").rules()
    assert {"CSIP105", "CSIP110"} <= rules
    assert "CSIP107" not in rules


def agent(role: str, kind: str, name: str = "Falu kommun") -> Change:
    return placed_before(
        ROOT, "//m:altRecordID", f'<m:agent ROLE="{role}" TYPE="{kind}"><m:name>{name}</m:name>{_CODE}</m:agent>'
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), set()),
        (
            (
                written(ROOT, REPRESENTATION, "LABEL", "Representations/rep9"),
                written(ROOT, POINTER, "xlink:href", NOWHERE),
            ),
            {"CSIP105", "CSIP107", "CSIP110"},
        ),
        ((written(ROOT, POINTER, "xlink:href", NOWHERE),), {"CSIP105", "CSIP110"}),
        ((written(ROOT, REPRESENTATION, "LABEL", "rep1"),), {"CSIP107"}),
        ((added(ROOT, "//m:structMap/m:div", '<m:div ID="d" LABEL="Representations/rep9"/>'),), {"CSIP107"}),
        ((removed(ROOT, POINTER),), {"CSIP105", "CSIP108", "CSIP109"}),
        ((written(ROOT, POINTER, "xlink:title", "nobody"),), {"CSIP108"}),
    ],
    ids=[
        "as built",
        "both elsewhere",
        "pointer elsewhere",
        "plain label",
        "a division too many",
        "no pointer",
        "title",
    ],
)
def test_label_and_pointer_of_a_representation(tmp_path: Path, changes: tuple[Change, ...], expected: set[str]) -> None:
    assert complaints(tmp_path, *changes).keys() == expected


def test_a_group_that_a_division_of_a_representation_mentions_is_mentioned(tmp_path: Path) -> None:
    schemas = "//m:div[@LABEL='Schemas']"
    division = '<m:div ID="d" LABEL="Representations/rep1/schemas"><m:fptr FILEID="{}"/></m:div>'
    files = eark_specimens.package("sip", "2.1.0")
    group = files[ROOT].partition(b'USE="Schemas"')[0].rpartition(b'ID="')[2].partition(b'"')[0].decode()
    changes = removed(ROOT, f"{schemas}/m:fptr"), added(ROOT, REPRESENTATION, division.format(group))
    assert complaints(tmp_path, *changes).keys() == set()


def test_an_id_on_two_elements_is_a_fault_of_both(tmp_path: Path) -> None:
    shared = written(ROOT, "//m:dmdSec", "ID", "shared"), written(ROOT, "//m:fileGrp", "ID", "shared")
    found = complaints(tmp_path, *shared)
    assert found["CSIP18"] == found["CSIP65"] == Severity.ERROR
    assert "METS-ID" not in found


def test_two_files_with_one_id(tmp_path: Path) -> None:
    first = (
        without(REP, "//m:file[1]", "ID"),
        written(REP, CONTENT, "ID", "one"),
        written(REP, "//m:file[1]", "ID", "one"),
    )
    assert complaints(tmp_path, *first).keys() == {"CSIP67"}


def test_a_file_that_names_metadata_that_is_not_there(tmp_path: Path) -> None:
    assert complaints(tmp_path, written(REP, CONTENT, "ADMID", "nothing")) == {"CSIP74": Severity.ERROR}
    assert complaints(tmp_path, written(REP, CONTENT, "DMDID", "nothing")) == {"CSIP75": Severity.ERROR}


def test_a_media_type_that_iana_does_not_know_is_worth_a_word(tmp_path: Path) -> None:
    assert complaints(tmp_path, written(REP, CONTENT, "MIMETYPE", "application/pfd")) == {"CSIP68": Severity.WARNING}
    assert complaints(tmp_path, written(REP, CONTENT, "MIMETYPE", "application/x-own")) == {}
    assert complaints(tmp_path, written(REP, CONTENT, "MIMETYPE", "application/vnd.ms-excel")) == {}


def test_one_of_each_part_is_enough(tmp_path: Path) -> None:
    assert complaints(tmp_path, agent("ARCHIVIST", "ORGANIZATION")) == {"SIP9": Severity.WARNING}
    assert complaints(tmp_path, agent("CREATOR", "ORGANIZATION")) == {"SIP15": Severity.WARNING}
    assert complaints(tmp_path, agent("CREATOR", "INDIVIDUAL", "Registrator, Falun")) == {}


def test_a_person_alone_is_the_submitter(tmp_path: Path) -> None:
    changes = removed(ROOT, SUBMITTER), removed(ROOT, "//m:agent[@TYPE='INDIVIDUAL']"), agent("CREATOR", "INDIVIDUAL")
    assert complaints(tmp_path, *changes) == {}


def test_a_package_made_in_the_future_is_worth_a_word(tmp_path: Path) -> None:
    future = written(ROOT, "//m:metsHdr", "CREATEDATE", "2190-01-01T00:00:00")
    assert complaints(tmp_path, future) == {"CSIP7": Severity.WARNING}


@pytest.mark.parametrize("attribute", ["CREATEDATE", "LASTMODDATE"])
def test_a_package_made_where_it_is_tomorrow_already_is_not(tmp_path: Path, attribute: str) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    made = written(ROOT, "//m:metsHdr", attribute, f"{tomorrow}T00:30:00+02:00")
    assert complaints(tmp_path, made) == {}


def test_a_package_changed_in_the_future_is_refused(tmp_path: Path) -> None:
    changed = written(ROOT, "//m:metsHdr", "LASTMODDATE", " 2190-01-01T00:00:00")
    assert complaints(tmp_path, changed) == {"CSIP8": Severity.ERROR}


def test_the_parts_of_mets_stand_in_one_order(tmp_path: Path) -> None:
    late = added(ROOT, "//m:metsHdr", '<m:agent ROLE="OTHER" TYPE="INDIVIDUAL"><m:name>Registrator</m:name></m:agent>')
    assert complaints(tmp_path, late) == {"METS-ELEMENT": Severity.ERROR}
