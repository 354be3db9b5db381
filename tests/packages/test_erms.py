"""Cases and documents: read from both formats and their real-life variants, written so that they read back."""

import io
import tracemalloc
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace

import pytest

from archive.packages import erms, erms_cits_writer, erms_fgs_writer
from archive.packages.erms import (
    Attachment,
    Case,
    Dates,
    Document,
    Restriction,
    RestrictionKind,
    Source,
    Specification,
    clean_link,
    locate,
)
from archive.packages.xml import XMLRefused
from tests.packages import samples


def fgs(cases: Iterable[Case | Document]) -> bytes:
    sink = io.BytesIO()
    erms_fgs_writer.write(sink.write, cases, creator="Miljö- och byggnadsnämnden")
    return sink.getvalue()


def cits(cases: Iterable[Case | Document]) -> bytes:
    sink = io.BytesIO()
    erms_cits_writer.write(
        sink.write,
        cases,
        creator="Miljö- och byggnadsnämnden",
        creator_code=samples.FALUN_CODE,
        system="Ecos",
        created=samples.CREATED,
    )
    return sink.getvalue()


def read(data: bytes, head: Source | None = None) -> list[Case | Document]:
    specification = erms.specification_of([data])
    assert specification is not None
    return list(erms.read(io.BytesIO(data), specification, head=head))


def plain(value: object) -> object:
    """The value without lines, which only a document that was read has."""
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value) if each.name != "line"}
    return [plain(each) for each in value] if isinstance(value, tuple | list) else value


def test_fgs_cases_read_back_as_they_were_written() -> None:
    written = [replace(case, creator="Miljö- och byggnadsnämnden") for case in samples.cases()]
    written[0] = replace(written[0], extra=(("Fastighetsbeteckning", "Viared 5:12"),))
    found = read(fgs(samples.cases()))
    assert plain(found) == plain(_with_names(written))


def test_cits_cases_read_back_as_they_were_written() -> None:
    head = Source()
    found = read(cits(samples.cases()), head)
    assert [case.reference for case in found] == ["MBN 2014-000123", "MBN 2015-000007"]
    first, second = found
    assert isinstance(first, Case)
    assert isinstance(second, Case)
    assert first.dates == samples.cases()[0].dates
    assert first.property_designation == "Viared 5:12"
    assert (first.status, second.status) == ("Stängt", "Ad Acta.")
    assert first.documents[0].parties[0].protected_identity
    assert second.restrictions == samples.cases()[1].restrictions
    assert second.documents[0].dates == Dates(created="2015-02-01")
    assert [file.link for file in second.documents[0].files] == ["2015/remiss/yttrande.txt", "2015/notering ö.txt"]
    assert (head.creator, head.system) == ("Miljö- och byggnadsnämnden", "Ecos")


def _with_names(cases: list[Case]) -> list[Case]:
    def named(files: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
        return tuple(replace(file, name=file.name or file.path.rpartition("/")[2]) for file in files)

    return [
        replace(case, documents=tuple(replace(one, files=named(one.files)) for one in case.documents)) for case in cases
    ]


def test_the_namespace_from_before_the_release_is_read_alike() -> None:
    old = fgs(samples.cases()).replace(erms.FGS.encode(), b"eARDERMS")
    assert erms.specification_of([old]) is Specification.FGS_BEFORE_RELEASE
    assert plain(read(old)) == plain(read(fgs(samples.cases())))


def test_documents_without_cases_are_read_one_by_one() -> None:
    documents = list(samples.cases()[0].documents)
    for data in (fgs(documents), cits(documents)):
        found = read(data)
        assert [(type(each), each.title) for each in found] == [
            (Document, "Ansökan om enskilt avlopp"),
            (Document, "Beslut om föreläggande"),
        ]


def test_local_additions_of_byggr_are_understood() -> None:
    data = """<Leveransobjekt xmlns="http://xml.ra.se/e-arkiv/FGS-ERMS"><ArkivobjektListaArenden><ArkivobjektArende>
      <ArkivobjektID>BYGG 2022-000001</ArkivobjektID><Arendemening>  Bygglov
         för carport </Arendemening>
      <Fastighet><Fastighetsbeteckning>VIARED 5:12</Fastighetsbeteckning></Fastighet>
      <ArkivobjektListaHandlingar><ArkivobjektHandling><ArkivobjektID>1</ArkivobjektID><Skannad>2001</Skannad>
      <Bilaga Namn="Ritning å.pdf" Lank="Bilagor\\Ritning å.pdf"/></ArkivobjektHandling></ArkivobjektListaHandlingar>
      </ArkivobjektArende></ArkivobjektListaArenden></Leveransobjekt>"""
    (case,) = read(data.encode("utf-8"))
    assert isinstance(case, Case)
    assert case.title == "Bygglov för carport"
    assert case.property_designation == "VIARED 5:12"
    assert case.documents[0].files[0].path == "Bilagor/Ritning å.pdf"
    assert case.documents[0].files[0].line == 6


def test_appendices_inside_a_vendors_own_xml_are_found() -> None:
    data = b"""<erms xmlns="https://DILCIS.eu/XML/ERMS"><records><record systemIdentifier="1"><objectId>1</objectId>
      <otherTitle titleType="public">Public title</otherTitle>
      <additionalInformation><additionalXMLData><x:own xmlns:x="urn:x"><appendix name="a" path="1_0.PDF"/></x:own>
      </additionalXMLData></additionalInformation></record></records></erms>"""
    (record,) = read(data)
    assert [file.path for file in record.files] == ["1_0.PDF"]
    assert record.public_title == "Public title"


def test_an_aggregation_of_aggregations_gives_its_title_as_classification() -> None:
    data = b"""<erms xmlns="https://DILCIS.eu/XML/ERMS"><aggregations><aggregation><objectId>4</objectId>
      <title>Tillsyn</title><aggregation><objectId>4-1</objectId><title>Case</title>
      <record><objectId>4-1-1</objectId></record></aggregation></aggregation></aggregations></erms>"""
    (case,) = read(data)
    assert isinstance(case, Case)
    assert (case.reference, case.classification, len(case.documents)) == ("4-1", "Tillsyn", 1)


def test_every_kind_of_restriction_survives_both_formats() -> None:
    marks = tuple(Restriction(kind, "OSL 21 kap. 7 §", until="2040-01-01") for kind in RestrictionKind)
    case = replace(samples.cases()[0], restrictions=marks, documents=())
    (from_cits,) = read(cits([case]))
    assert [mark.kind for mark in from_cits.restrictions] == list(RestrictionKind)
    assert {mark.until for mark in from_cits.restrictions} == {"2040-01-01"}
    (from_fgs,) = read(fgs([case]))
    assert [mark.kind for mark in from_fgs.restrictions][:2] == [RestrictionKind.SECRECY, RestrictionKind.INTEGRITY]
    assert from_fgs.restrictions[2].other_kind == "Dataskydd"


@pytest.mark.parametrize("data", [b"<mets/>", b"not xml", b"", b"<!DOCTYPE a><a/>", b"<Leveransobjekt xmlns='urn:x'/>"])
def test_other_documents_are_not_taken_for_cases(data: bytes) -> None:
    assert erms.specification_of([data]) is None


def test_a_broken_document_says_where() -> None:
    data = fgs(samples.cases())[:-30]
    with pytest.raises(XMLRefused) as caught:
        read(data)
    assert caught.value.line


def test_cases_and_loose_documents_do_not_mix() -> None:
    with pytest.raises(ValueError, match="not both"):
        fgs([*samples.cases(), samples.cases()[0].documents[0]])


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("content/1/beslut.pdf", "content/1/beslut.pdf"),
        ("Bilagor\\Namn på å.pdf", "Bilagor/Namn på å.pdf"),
        ("file:///content/1.pdf", "content/1.pdf"),
        ("file:content/1.pdf", "content/1.pdf"),
        ("./1.pdf", "1.pdf"),
        ("\\\\server\\1.pdf", "server/1.pdf"),
        (" 1.pdf ", "1.pdf"),
    ],
)
def test_links_of_every_shape_become_paths(link: str, path: str) -> None:
    assert clean_link(link) == path


@pytest.mark.parametrize(
    ("link", "metadata", "stored"),
    [
        ("1.pdf", "content/7/erms.xml", "content/7/1.pdf"),
        ("content/1.pdf", "metadata/arenden.xml", "content/1.pdf"),
        ("1.pdf", "metadata/arenden.xml", "content/1.pdf"),
        ("Bilagor\\a b.pdf", "arenden.xml", "Bilagor/a b.pdf"),
        ("a%20b.pdf", "arenden.xml", "a b.pdf"),
        (
            "content/1.pdf",
            "representations/submission/data/metadata/a.xml",
            "representations/submission/data/content/1.pdf",
        ),
        ("../../etc/passwd", "metadata/a.xml", None),
        ("2.pdf", "metadata/a.xml", None),
    ],
)
def test_attachments_are_found_where_systems_put_them(link: str, metadata: str, stored: str | None) -> None:
    there = {stored, "content/unrelated.pdf"}
    assert locate(Attachment(link), metadata, lambda path: path in there) == stored


def test_memory_does_not_grow_with_the_number_of_cases() -> None:
    def peak(count: int) -> int:
        data = fgs(samples.many_cases(count))
        tracemalloc.start()
        assert sum(1 for _ in erms.read([data], Specification.FGS_1_0)) == count
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(3000) < peak(300) + 400_000
