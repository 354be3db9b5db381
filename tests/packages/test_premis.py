"""PREMIS: what is written can be read back, and memory stays flat."""

import io
import tracemalloc
from collections.abc import Iterator

from archive.packages import premis
from archive.packages.premis import Agent, Event, Format, Identifier, Object, Relation, Right

PACKAGE = Identifier("uuid-1", "local")
FILE = Object(
    identifier=Identifier("6d3c"),
    original_name="2014/Ansökan & beslut <1>.pdf",
    size=5 * 1024**3,
    digests=(("SHA-256", "ab" * 32), ("MD5", "cd" * 16)),
    format=Format("PDF/A", "1b", "fmt/354"),
    relations=(Relation("structural", "is part of", PACKAGE),),
)
WHOLE = Object(PACKAGE, "representation", properties=(("levererad fil", "leverans.zip"),))
EVENT = Event(
    identifier=Identifier("e-1", "local"),
    kind="ingestion start",
    at="2026-03-02T09:30:00+00:00",
    detail="Mottaget",
    outcome="success",
    outcome_note="Inga fel",
    agents=((Identifier("a-1", "local"), "authorizer"),),
    objects=(PACKAGE, Identifier("6d3c")),
)
AGENT = Agent(Identifier("a-1", "local"), "Arkivarie, Falun", "person", note="Funktion, inte person")
RIGHT = Right(
    identifier=Identifier("r-1", "local"),
    statute="OSL 25 kap. 1 §",
    restriction="sekretess",
    restricted_from="2014-05-10",
    restricted_until="2084-05-10",
    objects=(Identifier("6d3c"),),
)


def written(*objects: Object, **more: object) -> bytes:
    sink = io.BytesIO()
    premis.write(sink.write, objects=objects, **more)  # type: ignore[arg-type]
    return sink.getvalue()


def test_what_is_written_is_read_back() -> None:
    data = written(WHOLE, FILE, events=[EVENT], agents=[AGENT], rights=[RIGHT])
    found = list(premis.read(io.BytesIO(data)))
    lines = [each.line for each in found]
    assert lines == sorted(line for line in lines if line)
    assert [_without_line(each) for each in found] == [
        _without_line(each) for each in (WHOLE, FILE, EVENT, AGENT, RIGHT)
    ]


def _without_line(each: object) -> list[tuple[str, object]]:
    return [(name, getattr(each, name)) for name in each.__slots__ if name != "line"]  # type: ignore[attr-defined]


def test_the_same_values_give_the_same_bytes() -> None:
    assert written(FILE, events=[EVENT]) == written(FILE, events=[EVENT])


def test_an_unknown_format_is_said_to_be_unknown() -> None:
    (found,) = premis.read([written(Object(Identifier("1")))])
    assert isinstance(found, Object)
    assert found.format == Format("okänt")


def test_a_format_known_only_by_its_key_needs_no_name() -> None:
    (found,) = premis.read([written(Object(Identifier("1"), format=Format(puid="x-fmt/111")))])
    assert isinstance(found, Object)
    assert found.format == Format(puid="x-fmt/111")


def test_a_size_that_is_no_number_is_left_out() -> None:
    data = written(FILE).replace(b"<premis:size>5368709120<", b"<premis:size>stor<")
    (found,) = premis.read([data])
    assert isinstance(found, Object)
    assert found.size is None


def test_memory_does_not_grow_with_the_number_of_objects() -> None:
    def objects(count: int) -> Iterator[Object]:
        for number in range(count):
            yield Object(Identifier(str(number)), size=number, digests=(("SHA-256", "00" * 32),))

    def peak(count: int) -> int:
        tracemalloc.start()
        premis.write(lambda piece: len(piece), objects=objects(count))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(4000) < peak(400) + 300_000
