"""A vendor's own XML becomes cases by the paths the agreement names; what cannot be a path is said."""

import pytest

from archive.packages import vendor_xml
from archive.packages.vendor_xml import PathRefused, Reading
from archive.packages.xml import XMLRefused

RECORD = {
    "reference": "@nr",
    "title": "Rubrik",
    "public_title": "OffentligRubrik",
    "created": "Inledd",
    "secrecy": "Sekretess/@lagrum",
    "secrecy_until": "Sekretess/@till",
    "disposal": "Gallring",
    "disposal_from": "Gallring/@datum",
    "protected": "Skydd",
}
DOCUMENT = {"title": "Namn", "kind": "../../Slag", "file": "Fil[@roll='arkiv']/@sökväg"}
MAPPING = {
    "files": "*.xml",
    "record": {"path": "Akter/Akt", "fields": RECORD},
    "document": {"path": "Handlingar/Handling", "fields": DOCUMENT},
}
XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<u:Uttag xmlns:u="urn:ett" xmlns="urn:annat"><Akter>
<Akt nr="7"><Rubrik>Akt  om
 något</Rubrik><Inledd>2009</Inledd><Slag>Journal</Slag><Sekretess lagrum="OSL 26 kap. 1 §" till="2079"/>
<Handlingar><Handling><Namn>Åtgärd</Namn><Fil roll="arkiv" sökväg="akter\\7\\a.pdf"/>
<Fil roll="original" sökväg="akter\\7\\a.docx"/></Handling></Handlingar></Akt>
<Akt><Skydd>Ja</Skydd><Sekretess lagrum="Nej"/><Gallring datum="2020-01-01">Fem år</Gallring></Akt>
<Annat><Akt nr="inte en"/></Annat></Akter><Akt nr="heller inte"/></u:Uttag>""".encode("iso-8859-1")


def test_paths_find_what_they_name_whatever_the_namespace() -> None:
    first, second = vendor_xml.read([XML], Reading.compile(MAPPING))
    assert (first.reference, first.title, first.dates.created) == ("7", "Akt om något", "2009")
    assert (first.restrictions[0].law, first.restrictions[0].until) == ("OSL 26 kap. 1 §", "2079")
    (document,) = first.documents
    assert (document.reference, document.title, document.kind) == ("7:1", "Åtgärd", "Journal")
    assert [file.path for file in document.files] == ["akter/7/a.pdf"]
    assert (second.reference, second.title, second.restrictions) == ("2", "2", ())
    assert second.parties[0].protected_identity
    assert second.disposal
    assert (second.disposal.period, second.disposal.earliest) == ("Fem år", "2020-01-01")


@pytest.mark.parametrize(
    "path", ["//Akt", "Akt[", "concat('a','b')", "Akt/text()", "", "Akt//Namn", "document('fil')", "Akt[1]", "@a/@b"]
)
def test_what_is_no_path_of_ours_is_refused(path: str) -> None:
    with pytest.raises(PathRefused):
        Reading.compile({"files": "*", "record": {"path": "Akt", "fields": {"title": path}}})


@pytest.mark.parametrize("path", ["", "*", "..", "Akt[@a='1']", "Akt/@nr"])
def test_records_are_named_by_plain_steps(path: str) -> None:
    with pytest.raises(PathRefused):
        Reading.compile({"files": "*", "record": {"path": path}})


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(PathRefused, match="personnummer"):
        Reading.compile({"files": "*", "record": {"path": "Akt", "fields": {"personnummer": "@nr"}}})


def test_a_doctype_and_endless_depth_are_refused() -> None:
    reading = Reading.compile(MAPPING)
    with pytest.raises(XMLRefused):
        list(vendor_xml.read([b"<!DOCTYPE a><a/>"], reading))
    with pytest.raises(XMLRefused):
        list(vendor_xml.read([b"<a>" * 5000 + b"</a>" * 5000], reading))


def test_records_are_read_one_at_a_time() -> None:
    def endless() -> object:
        yield b"<Uttag><Akter>"
        while True:
            yield b"<Akt nr='1'/>" * 1000

    first = next(vendor_xml.read(endless(), Reading.compile(MAPPING)))  # type: ignore[arg-type]
    assert first.reference == "1"
