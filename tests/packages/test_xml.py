"""The safe parser: what it reads, what it refuses, and that it forgets as it goes."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from archive.packages.xml import Refusal, XMLLimits, XMLRefused, every_event, first_element, iterparse, read_tree

BODY = "<a><b n='1'>räksmörgås</b><c><b n='2'/></c></a>"


def refusal(data: bytes, limits: XMLLimits | None = None) -> XMLRefused:
    with pytest.raises(XMLRefused) as caught:
        list(iterparse(io.BytesIO(data), wanted=["b"], limits=limits or XMLLimits()))
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        BODY.encode(),
        b"\xef\xbb\xbf" + BODY.encode(),
        b"<?xml version='1.0' encoding='UTF-8'?>" + BODY.encode(),
        ("<?xml version='1.0' encoding='ISO-8859-1'?>" + BODY).encode("latin-1"),
        ("<?xml version='1.0' encoding='UTF-16'?>" + BODY).encode("utf-16"),
        b"\xfe\xff" + BODY.encode("utf-16-be"),
        b"<!-- a comment --><?note <!DOCTYPE is only words here?>\n" + BODY.encode(),
    ],
)
def test_reads_the_encodings_of_real_deliveries(data: bytes) -> None:
    found = [(element.get("n"), element.text) for _, element in iterparse(io.BytesIO(data), wanted=["b"])]
    assert found == [("1", "räksmörgås"), ("2", None)]


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE a><a/>",
        b"<?xml version='1.0'?>\n<!-- x -->\n<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><a>&e;</a>",
        b"<!doctype html><html></html>",
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>".encode("utf-16"),
        b"\xef\xbb\xbf<!DOCTYPE a><a/>",
        b"<?xml version='1.0' encoding='ISO-8859-1'?><!DOCTYPE a><a/>",
    ],
)
def test_refuses_a_doctype_in_any_encoding(data: bytes) -> None:
    assert refusal(data).reason is Refusal.DOCTYPE


def test_names_the_line_of_the_doctype() -> None:
    assert refusal(b"<?xml version='1.0'?>\n\n<!DOCTYPE a><a/>").line == 3


@pytest.mark.parametrize(
    "data",
    [
        BODY.encode("utf-16-le"),
        BODY.encode("utf-32"),
        b"<?xml version='1.0' encoding='UTF-16'?><a/>",
        b"<?xml version='1.0' encoding='UTF-7'?><a/>",
        b"<?xml version='1.0' encoding='windows-1252'?><a/>",
        b"<?xml version='1.1'?><a/>",
        b"\xef\xbb\xbf<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
        "<?xml version='1.0' encoding='UTF-8'?><a/>".encode("cp037"),
        BODY.encode("utf-16") + b"\x00",
    ],
)
def test_refuses_encodings_that_lie_or_hide(data: bytes) -> None:
    assert refusal(data).reason is Refusal.ENCODING


@pytest.mark.parametrize(
    "data",
    [b"", b"   ", b"\0" * 100, b"<a>", b"<a></b>", b"<a/><a/>", b"text", b"<a>&x;</a>", b"<a>\xe5</a>", b"<a>&#0;</a>"],
)
def test_refuses_what_is_not_well_formed(data: bytes) -> None:
    assert refusal(data).reason in (Refusal.MALFORMED, Refusal.ENCODING)


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"<b/>" * 40, XMLLimits(max_elements=30)),
        (b"<d>" * 300 + b"</d>" * 300, XMLLimits()),
        (b"<d>" * 30 + b"</d>" * 30, XMLLimits(max_depth=20)),
        (b"x" * 10_000_000, XMLLimits()),
        (b"<d " + b" ".join(b"a%d=''" % n for n in range(300)) + b"/>", XMLLimits()),
        (b"<d n='" + b"x" * 400_000 + b"'/>", XMLLimits()),
        (b"<b/>" * 40, XMLLimits(max_bytes=100)),
    ],
)
def test_refuses_what_costs_too_much(data: bytes, limits: XMLLimits) -> None:
    assert refusal(b"<a>" + data + b"</a>", limits).reason is Refusal.LIMIT


def test_an_endless_prolog_is_refused_before_the_parser_sees_it() -> None:
    assert refusal(b"<!--" + b" " * 300_000 + b"--><a/>").reason is Refusal.LIMIT


def test_long_text_and_long_character_data_are_read() -> None:
    long = b"x" * 2_000_000
    data = b"<a><b>" + long + b"</b><b><![CDATA[" + long + b"]]></b></a>"
    assert [len(element.text) for _, element in iterparse(io.BytesIO(data), wanted=["b"])] == [2_000_000] * 2


def test_an_outer_wanted_element_brings_its_inner_ones() -> None:
    data = b"<r><a><b/><b/></a><b/></r>"
    assert [(event, element.tag, len(element)) for event, element in iterparse([data], wanted=["a", "b"])] == [
        ("end", "a", 2),
        ("end", "b", 0),
    ]


def test_opened_elements_come_with_attributes_before_their_children() -> None:
    data = b"<r><g use='x'><b/></g><g use='y'><b/><b/></g></r>"
    seen = [element.get("use") or element.tag for _, element in iterparse([data], wanted=["b"], opened=["g"])]
    assert seen == ["x", "b", "y", "b", "b"]


def test_lines_are_right_beyond_65535() -> None:
    data = b"<r>\n" + b"<x>1</x>\n" * 70_000 + b"<b>last</b>\n</r>"
    assert [element.sourceline for _, element in iterparse([data], wanted=["b"])] == [70_002]


def test_the_root_is_known_from_the_first_bytes() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"<r xmlns='urn:x' version='1'>" + b" " * 600
        raise AssertionError("read further than needed")

    root = first_element(chunks())
    assert (root.tag, root.get("version")) == ("{urn:x}r", "1")


def test_a_small_document_can_be_read_whole() -> None:
    assert read_tree(io.BytesIO(BODY.encode())).findtext("b") == "räksmörgås"
    with pytest.raises(XMLRefused):
        read_tree(io.BytesIO(BODY.encode()), max_bytes=10)


def test_memory_does_not_grow_with_the_document() -> None:
    def document(entries: int) -> Iterator[bytes]:
        yield b"<?stylesheet?><!-- before --><r>"
        for number in range(entries):
            yield b"<unwanted><x/></unwanted> text <!-- c --><b n='%d'>text</b>" % number
        yield b"</r>"

    def peak(entries: int) -> int:
        tracemalloc.start()
        assert sum(1 for _ in iterparse(document(entries), wanted=["b"])) == entries
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(40_000) < peak(2_000) + 500_000


@pytest.mark.parametrize(
    ("data", "why"), [(b"<a>" * 4 + b"</a>" * 4, "depth"), (b"<a><b c='1' d='2' e='3'/></a>", "attributes")]
)
def test_every_reader_holds_depth_and_attributes(data: bytes, why: str) -> None:
    limits = XMLLimits(max_depth=3, max_attributes=2)
    for read in (every_event, iterparse):
        with pytest.raises(XMLRefused) as caught:
            list(read(io.BytesIO(data), limits=limits))
        assert (caught.value.reason, caught.value.why) == (Refusal.LIMIT, why)
        list(read(io.BytesIO(data), limits=XMLLimits(max_depth=4, max_attributes=3)))
