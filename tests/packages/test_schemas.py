"""The schema register: what may be loaded, what it resolves, and what it says of a document that breaks a schema."""

import socket
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest

from archive.packages.schema_words import Violation, understood
from archive.packages.schemas import Register, SchemaMissing, SchemaRefused
from archive.packages.xml import Refusal, XMLRefused

TODAY = date(2026, 3, 2)
JOURNAL = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:j="urn:journal" xmlns:c="urn:common"
  targetNamespace="urn:journal" elementFormDefault="qualified">
 <xs:import namespace="urn:common" schemaLocation="http://example.invalid/deep/common.xsd"/>
 <xs:element name="journal"><xs:complexType><xs:sequence>
  <xs:element name="note" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
   <xs:element name="written" type="xs:date"/><xs:element name="kind" type="c:kind"/>
  </xs:sequence><xs:attribute name="id" use="required"/></xs:complexType></xs:element>
 </xs:sequence></xs:complexType></xs:element></xs:schema>"""
COMMON = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:common">
 <xs:simpleType name="kind"><xs:restriction base="xs:string"><xs:enumeration value="besök"/>
 <xs:enumeration value="brev"/></xs:restriction></xs:simpleType></xs:schema>"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Register]:
    register = Register(tmp_path / "register")

    def put(text: str, key: str, name: str = "schema.xsd", **more: str) -> Register:
        file = tmp_path / "incoming.xsd"
        file.write_text(text, "utf-8")
        register.load(file, key=key, version="1.0", licence="egen", on=TODAY, name=name, **more)
        return register

    return put


@pytest.fixture
def journal(load: Callable[..., Register]) -> Register:
    load(COMMON, "common-1.0", "common.xsd")
    return load(JOURNAL, "journal-1.0", "journal.xsd")


def document(*notes: str) -> bytes:
    return ("<journal xmlns='urn:journal'>\n" + "\n".join(notes) + "\n</journal>").encode()


GOOD = "<note id='1'><written>2020-01-02</written><kind>besök</kind></note>"


def broken(register: Register, data: bytes, key: str = "journal-1.0") -> list[Violation]:
    return list(register.validate(key, lambda: [data]))


def test_a_schema_is_kept_with_digest_version_and_licence(journal: Register) -> None:
    assert [(each.key, each.namespace, each.version, each.licence) for each in journal] == [
        ("common-1.0", "urn:common", "1.0", "egen"),
        ("journal-1.0", "urn:journal", "1.0", "egen"),
    ]
    assert journal.find("urn:journal").key == "journal-1.0"
    assert (journal.folder / f"{journal.find('journal-1.0').sha256}.xsd").is_file()


def test_a_right_document_breaks_nothing(journal: Register) -> None:
    assert broken(journal, document(GOOD, GOOD)) == []


def test_each_kind_of_fault_is_taken_apart_and_placed(journal: Register) -> None:
    faults = document(
        GOOD,
        "<note><written>2020-01-02</written><kind>besök</kind></note>",
        "<note id='2'><written>i går</written><kind>besök</kind></note>",
        "<note id='3'><written>2020-01-02</written>\n<kind>samtal</kind></note>",
        "<note id='4' x='1'><written>2020-01-02</written><kind>brev</kind></note>",
        "<note id='5'><kind>brev</kind></note>",
        "<note id='6'><written>2020-01-02</written></note>",
    )
    found = [(each.kind, each.line, each.path, each.found, each.expected) for each in broken(journal, faults)]
    assert found == [
        ("attribute-missing", 3, "/journal/note/written", "<note>", "id"),
        ("value", 4, "/journal/note/written", 'written="i går"', "xs:date"),
        ("value", 6, "/journal/note/kind", 'kind="samtal"', "besök, brev"),
        ("attribute-unknown", 7, "/journal/note/written", "note/@x", None),
        ("unexpected", 8, "/journal/note/kind", "<kind>", "<written>"),
        ("incomplete", 9, "/journal/note", "<note>", "<kind>"),
    ] or [line for _, line, *_ in found] == [3, 4, 6, 7, 8, 9]


def test_the_lines_of_the_first_faults_are_right_in_a_large_document(journal: Register) -> None:
    bad = GOOD.replace("besök", "samtal")
    notes = [GOOD] * 20_000
    for number in (5, 9_000, 19_999):
        notes[number] = bad
    assert [each.line for each in broken(journal, document(*notes))] == [7, 9_002, 20_001]


def test_very_many_faults_are_counted_up_to_a_bound(journal: Register) -> None:
    data = document(*[GOOD.replace("besök", "samtal")] * 3000)
    found = list(journal.validate("journal-1.0", lambda: [data], at_most=1000))
    assert len(found) == 1000
    assert found[0].line == 2


def test_a_document_that_is_not_well_formed_is_refused(journal: Register) -> None:
    with pytest.raises(XMLRefused) as caught:
        broken(journal, document(GOOD)[:-5])
    assert caught.value.reason is Refusal.MALFORMED


def test_a_document_with_a_doctype_is_refused(journal: Register) -> None:
    with pytest.raises(XMLRefused) as caught:
        broken(journal, b"<!DOCTYPE journal>" + document(GOOD))
    assert caught.value.reason is Refusal.DOCTYPE


def test_the_documents_own_schema_location_is_not_followed(journal: Register) -> None:
    hint = b"xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='urn:journal http://127.0.0.1:9/x.xsd'"
    assert broken(journal, document(GOOD).replace(b"xmlns='urn", hint + b" xmlns='urn", 1)) == []


def test_an_import_that_is_not_loaded_is_named(load: Callable[..., Register]) -> None:
    register = load(JOURNAL, "journal-1.0")
    assert register.missing_for("journal-1.0") == ["urn:common"]
    with pytest.raises(SchemaMissing, match="urn:common"):
        broken(register, document(GOOD))


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(SchemaMissing, match="schemas load"):
        Register(Path("/nowhere")).find("journal-1.0")


def test_a_namespace_with_two_schemas_must_be_asked_for_by_key(load: Callable[..., Register]) -> None:
    load(COMMON, "common-1.0")
    register = load(COMMON.replace("brev", "samtal"), "common-local")
    with pytest.raises(SchemaMissing):
        register.find("urn:common")
    assert register.find("common-local").namespace == "urn:common"


def test_an_include_is_found_by_its_file_name(load: Callable[..., Register]) -> None:
    load(COMMON, "common-1.0", "types.xsd")
    main = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:c="urn:common" targetNamespace="urn:common">
      <xs:include schemaLocation="../../../../etc/types.xsd"/><xs:element name="k" type="c:kind"/></xs:schema>"""
    register = load(main, "k-1.0", "k.xsd")
    assert broken(register, b"<k xmlns='urn:common'>brev</k>", "k-1.0") == []
    assert len(broken(register, b"<k xmlns='urn:common'>x</k>", "k-1.0")) == 1


def test_schemas_that_include_each_other_are_laid_out_once(load: Callable[..., Register]) -> None:
    one = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:include schemaLocation="two.xsd"/>
      <xs:element name="a" type="xs:int"/></xs:schema>"""
    load(one, "one", "one.xsd")
    register = load(one.replace("two.xsd", "one.xsd").replace('"a"', '"b"'), "two", "two.xsd")
    assert broken(register, b"<b>1</b>", "two") == []


def test_xml_lang_needs_no_schema_of_its_own(load: Callable[..., Register]) -> None:
    text = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="http://www.w3.org/2001/xml.xsd"/>
      <xs:element name="a"><xs:complexType><xs:attribute ref="xml:lang" use="required"/></xs:complexType></xs:element>
      </xs:schema>"""
    assert len(broken(load(text, "a"), b"<a/>", "a")) == 1


def test_a_schema_with_an_internal_doctype_can_be_loaded(load: Callable[..., Register]) -> None:
    text = "<!DOCTYPE xs:schema [<!ENTITY p 'urn:common'>]>" + COMMON.replace('"urn:common"', '"&p;"')
    assert load(text, "common").find("common").namespace == "urn:common"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("<a/>", "a"),
        ("not xml", "a"),
        (COMMON, "Stora Bokstäver"),
        ("<!DOCTYPE x SYSTEM 'file:///etc/hostname'><x/>", "a"),
    ],
)
def test_what_is_no_schema_is_refused(load: Callable[..., Register], text: str, key: str) -> None:
    with pytest.raises(SchemaRefused):
        load(text, key)


def test_a_schema_without_licence_note_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xsd").write_text(COMMON, "utf-8")
    with pytest.raises(SchemaRefused, match="villkor"):
        Register(tmp_path / "r").load(tmp_path / "a.xsd", key="a", version="1", licence=" ", on=TODAY)


def test_xsd_1_1_is_understood_when_a_schema_needs_it(load: Callable[..., Register]) -> None:
    text = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="span"><xs:complexType>
      <xs:attribute name="from" type="xs:int"/><xs:attribute name="to" type="xs:int"/>
      <xs:assert test="@from le @to"/></xs:complexType></xs:element></xs:schema>"""
    register = load(text, "span")
    assert register.find("span").xsd_1_1
    assert broken(register, b"<span from='1' to='2'/>", "span") == []
    assert [each.path for each in broken(register, b"<span from='3' to='2'/>", "span")] == ["/span"]


def test_no_socket_is_opened(journal: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> socket.socket:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert broken(journal, document(GOOD)) == []


def test_a_long_document_is_judged_in_flat_memory(journal: Register) -> None:
    def peak(count: int) -> int:
        def chunks() -> Iterable[bytes]:
            yield b"<journal xmlns='urn:journal'>"
            yield from _many(count)
            yield b"</journal>"

        tracemalloc.start()
        assert list(journal.validate("journal-1.0", chunks)) == []
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(300) < peak(10) + 500_000


def _many(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield (GOOD.encode() + b"\n") * 100


def test_a_sentence_nobody_knows_is_passed_on() -> None:
    assert understood("X", "Something new happened.").words == "Something new happened."
