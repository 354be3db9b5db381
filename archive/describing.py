"""Förteckning: the units of an AIP, from the case metadata inside it or, where there is none, from its list of files.

Case metadata is FGS Ärendehantering, CITS ERMS, or the vendor's own XML when the agreement says how it is read. Where
the metadata says nothing of secrecy and disposal, the agreement's object types do.

A unit's key follows from the package and its place in it, so a second reading finds the same rows and changes none of
them: what an archivist has decided since stays decided. Metadata is read straight out of the stored package.
"""

import datetime
import fnmatch
import posixpath
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from archive import ingest, storage
from archive.models import AIP, ArchivalUnit, ContentFile
from archive.packages import erms, texts, vendor_xml
from archive.packages.erms import Case, Document, RestrictionKind
from archive.packages.report import Finding, Place, Severity, quote
from archive.packages.xml import XMLRefused
from archive.stores.base import Alive
from consortium import personal_numbers
from consortium.models.leases import DatabaseNow, database_now

BATCH = 500
PAUSE = datetime.timedelta(minutes=2)
MOST_XML_TRIED = 2000
MOST_PATHS_HELD = 250_000
_HEAD = 64 * 1024  # bytes that are enough to see what an XML file is
_METADATA_NAME = re.compile(r"(^|/)(erms|arende|ärende|metadata)[^/]*\.xml$", re.IGNORECASE)
# Files that describe the package itself are no records.
_PACKAGE_FILES = re.compile(
    r"^(sip|mets|premis|manifest|additionalpackageinfo)[^/]*\.xml$"
    r"|(^|/)(mets|premis[^/]*)\.xml$|(^|/)(schemas?|metadata)/|\.xsd$|(^|/)\.|(^|/)thumbs\.db$",
    re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
Access = ArchivalUnit.Access
Read = Callable[[Iterable[bytes]], Iterator[Case | Document]]
OTHERS = "*"  # the agreement's row for object types without one of their own


class NotDescribable(Exception):
    """The package does not let itself be described whole; the text says where and what to do."""


@dataclass
class _Made:
    """A batch of rows on its way to the database; parents stand before their children."""

    units: list[ArchivalUnit] = field(default_factory=list)
    files: list[tuple[uuid.UUID, int]] = field(default_factory=list)


def describe(aip: AIP) -> None:
    """Make the units and hand them to the search index. The AIP is claimed; running again makes the same rows."""
    if aip.tried_too_often:
        return ingest.leave_to_person(
            aip, aip.trouble or _("Förteckningen avbröts gång på gång utan att hinna säga varför.")
        )
    alive = ingest.Heartbeat(aip)
    try:
        units = _Reader(aip, database_now(), alive).units()
        while batch := list(islice(units, BATCH)):
            _save(batch)
            alive.beat()
    except storage.NoCopyAnswers as problem:
        return aip.retry_later(PAUSE, trouble=str(problem), tries=0)
    except NotDescribable as problem:
        return ingest.leave_to_person(aip, str(problem))
    return aip.done(status=AIP.Status.DESCRIBED, next_due=DatabaseNow(), trouble="")


@transaction.atomic
def _save(batch: list[_Made]) -> None:
    ArchivalUnit.objects.bulk_create((unit for made in batch for unit in made.units), ignore_conflicts=True)
    through = ArchivalUnit.files.through
    links = (through(archivalunit_id=unit, contentfile_id=file) for made in batch for unit, file in made.files)
    through.objects.bulk_create(links, ignore_conflicts=True)


class _Reader:
    def __init__(self, aip: AIP, now: datetime.datetime, alive: Alive) -> None:
        self.aip = aip
        self.now = now
        self.alive = alive
        self.files: QuerySet[ContentFile] = aip.content_files.order_by("path")
        agreement = aip.agreement
        self.default = Access.PUBLIC if agreement.public_by_default else Access.NOT_ASSESSED
        self.types: dict[str, dict[str, str]] = {row["name"].casefold(): row for row in agreement.object_types}
        # A newer version may mend a reading that fits no file.
        versions = (agreement, agreement.current()) if agreement.mapping else ()
        self.readings = [vendor_xml.Reading.compile(each.mapping) for each in dict.fromkeys(versions) if each.mapping]
        self.left_xml_unread = False

    def units(self) -> Iterator[_Made]:
        described = False
        for metadata, read in self._metadata():
            described = True
            yield from self._from_cases(metadata, read)
        if described:
            return
        if self.readings:
            raise NotDescribable(self._no_file_fits())
        yield from self._from_files()

    def _metadata(self) -> Iterator[tuple[ContentFile, Read]]:
        """The XML files that hold cases; in a package of very many XML files only those with a telling name."""
        yield from self._by_agreement()
        candidates = list(self.files.filter(path__iendswith=".xml")[: MOST_XML_TRIED + 1])
        if len(candidates) > MOST_XML_TRIED:
            candidates = [file for file in self._xml_files() if _METADATA_NAME.search(file.path)]
            self.left_xml_unread = True
        for file in candidates:
            self.alive()
            head = storage.read_range(self.aip, file.offset, min(file.size, _HEAD)) if file.size else ()
            if specification := erms.specification_of(head):
                yield file, partial(erms.read, specification=specification)

    def _by_agreement(self) -> Iterator[tuple[ContentFile, Read]]:
        """The files that the agreement names, in capitals or not."""
        for reading in self.readings:
            fits = False
            for file in self._xml_files():
                self.alive()
                if fnmatch.fnmatchcase(file.path.casefold(), reading.files.casefold()):
                    fits = True
                    yield file, partial(vendor_xml.read, reading=reading)
            if fits:
                return

    def _no_file_fits(self) -> str:
        return _(
            "Ingen XML-fil i paketet passar mönstret ”%(pattern)s” i överenskommelsen %(number)s, så dess ärenden kan "
            "inte förtecknas. Rätta mönstret i en ny version av överenskommelsen, låt båda parter underteckna den och "
            "fortsätt sedan arkiveringen."
        ) % {"pattern": self.readings[-1].files, "number": self.aip.agreement.number}

    def _xml_files(self) -> Iterator[ContentFile]:
        return self.files.filter(path__iendswith=".xml").iterator()

    def _from_cases(self, metadata: ContentFile, read: Read) -> Iterator[_Made]:
        where = sha256(metadata.path.encode()).hexdigest()[:16]
        try:
            for number, each in enumerate(read(self._content(metadata))):
                yield self._record(each, f"{where}:{number}", number, metadata.path)
        except XMLRefused as problem:
            raise NotDescribable(_not_whole(metadata.path, problem)) from problem

    def _content(self, file: ContentFile) -> Iterator[bytes]:
        for piece in storage.read_range(self.aip, file.offset, file.size):
            self.alive()
            yield piece

    def _record(self, each: Case | Document, place: str, number: int, metadata: str) -> _Made:
        made = _Made()
        unit = self._unit(each, place, number, None)
        made.units.append(unit)
        made.files += self._links(unit, each, metadata)
        for position, document in enumerate(each.documents if isinstance(each, Case) else ()):
            child = self._unit(document, f"{place}.{position}", position, unit)
            made.units.append(child)
            made.files += self._links(child, document, metadata)
        return made

    def _unit(self, each: Case | Document, place: str, position: int, parent: ArchivalUnit | None) -> ArchivalUnit:
        type_row = self._type(each.kind)
        access, law, until = self._access(each, parent, type_row)
        public_title = each.public_title or each.title or each.kind or each.reference
        first, last = each.dates.first(), each.dates.closed or each.dates.decided or each.dates.dispatched
        dated_from = day(first, last=False)
        dated_to = day(last, last=True) or day(first, last=True)
        return self._row(
            place,
            parent=parent,
            position=position,
            level=ArchivalUnit.Level.CASE if isinstance(each, Case) else ArchivalUnit.Level.DOCUMENT,
            kind=(each.kind or "")[:120],
            reference=each.reference[:120],
            title=public_title,
            internal_title=(each.title or "") if each.public_title else "",
            description=each.description or "",
            property_designation=((isinstance(each, Case) and each.property_designation) or "")[:120],
            dated_from=dated_from,
            dated_to=dated_to if not dated_from or not dated_to or dated_to >= dated_from else dated_from,
            access=access,
            secrecy_provision=law[:120],
            secrecy_base_on=dated_from if access == Access.SECRET else None,
            secrecy_until=until,
            **_disposal(each, type_row, dated_to or dated_from),
        )

    def _type(self, kind: str | None) -> dict[str, str]:
        """What the agreement says of this kind of case or document."""
        return self.types.get((kind or "").casefold()) or self.types.get(OTHERS, {})

    def _row(self, place: str, **fields: object) -> ArchivalUnit:
        unit = ArchivalUnit(
            id=uuid.uuid5(self.aip.pk, place),
            aip=self.aip,
            owner_id=self.aip.owner_id,
            place_in_aip=place,
            index_due=self.now,
            **fields,
        )
        unit.public_from = self.now if unit.access == Access.PUBLIC else None
        said = (unit.title, unit.description, unit.reference, unit.kind, unit.property_designation)
        unit.holds_personal_number = any(map(personal_numbers.holds_one, said))
        return unit

    def _access(
        self, each: Case | Document, parent: ArchivalUnit | None, type_row: dict[str, str]
    ) -> tuple[ArchivalUnit.Access, str, datetime.date | None]:
        """Secret when marked so, or inside what is; not assessed when anything else calls for a person to look."""
        marks = [mark for mark in each.restrictions if mark.kind is RestrictionKind.SECRECY]
        if marks:
            laws = ", ".join(dict.fromkeys(mark.law or mark.text or "" for mark in marks)).strip(", ")
            ends = [end for mark in marks if (end := day(mark.until, last=True))]
            return Access.SECRET, laws, max(ends) if len(ends) == len(marks) else None
        if parent and parent.access == Access.SECRET:
            return Access.SECRET, parent.secrecy_provision, parent.secrecy_until
        if law := type_row.get("secrecy"):
            return Access.SECRET, law, _years_after(day(each.dates.first(), last=False), type_row.get("years"))
        protected = any(party.protected_identity for party in each.parties)
        if each.restrictions or protected or (parent and parent.access == Access.NOT_ASSESSED):
            return Access.NOT_ASSESSED, "", None
        return self.default, "", None

    def _links(self, unit: ArchivalUnit, each: Case | Document, metadata: str) -> list[tuple[uuid.UUID, int]]:
        links = []
        for attachment in each.files:
            path = erms.locate(attachment, metadata, lambda path: self._key_of(path) is not None)
            if path and (key := self._key_of(path)):
                links.append((unit.pk, key))
                unit.holds_personal_number |= personal_numbers.holds_one(path)
        return links

    def _key_of(self, path: str) -> int | None:
        if self._keys is None:
            return self.files.filter(path=path).values_list("pk", flat=True).first()
        return self._keys.get(path)

    @cached_property
    def _keys(self) -> dict[str, int] | None:
        """Every path in memory, unless there are so many that asking one by one is the lesser evil."""
        if self.files.count() > MOST_PATHS_HELD:
            return None
        return dict(self.files.values_list("path", "pk"))

    def _from_files(self) -> Iterator[_Made]:
        """A collection named as the package, with a document per file. Here only the row for all others can apply.

        XML that nobody has read may say that its files are secret, so then none of them is opened.
        """
        law = self._type(None).get("secrecy", "")
        otherwise = Access.NOT_ASSESSED if self.left_xml_unread else self.default
        self.of_files = {"access": Access.SECRET if law else otherwise, "secrecy_provision": law[:120]}
        collection = self._row(
            "samling",
            level=ArchivalUnit.Level.COLLECTION,
            title=self.aip.label or self.aip.number,
            **self.of_files,
        )
        yield _Made([collection])
        for position, file in enumerate(self.files.iterator()):
            if not _PACKAGE_FILES.search(file.path):
                yield self._file(file, position, collection)

    def _file(self, file: ContentFile, position: int, collection: ArchivalUnit) -> _Made:
        folder, name = posixpath.split(file.path)
        unit = self._row(
            f"fil:{sha256(file.path.encode()).hexdigest()[:40]}",
            parent=collection,
            position=position,
            level=ArchivalUnit.Level.DOCUMENT,
            title=readable(name),
            description=" / ".join(map(readable, folder.split("/"))) if folder else "",
            **self.of_files,
        )
        unit.holds_personal_number |= personal_numbers.holds_one(file.path)
        return _Made([unit], [(unit.pk, file.pk)])


def _not_whole(path: str, problem: XMLRefused) -> str:
    rule = problem.reason.value
    return _(
        "%(where)s: %(what)s %(mend)s Lämna sedan in leveransen på nytt. Det här arkivpaketet är inte helt "
        "förtecknat och får ingen kvittens, så källsystemet ska behålla sina handlingar."
    ) % {
        "where": _("%(path)s, rad %(line)d") % {"path": path, "line": problem.line} if problem.line else path,
        "what": texts.message(Finding(rule, Severity.ERROR, Place(path, problem.line), quote(problem.detail or None))),
        "mend": texts.describe(rule).mend,
    }


def _disposal(
    each: Case | Document, type_row: dict[str, str], last_day: datetime.date | None
) -> dict[str, str | datetime.date | None]:
    """What the delivery says of disposal, else what the agreement does. Nothing is disposed of because of it."""
    said = each.disposal
    if said and said.disposable:
        text = ", ".join(part for part in (said.period, said.mandate) if part)
        return {"disposal": text[:200], "disposal_from": day(said.earliest, last=False)}
    years = type_row.get("disposal")
    if said or not years:
        return {}
    rule = _("Gallras %(years)s år efter avslut") % {"years": years}
    text = ", ".join(part for part in (rule, type_row.get("mandate")) if part)
    return {"disposal": text[:200], "disposal_from": _years_after(last_day, years)}


def _years_after(begins: datetime.date | None, years: str | None) -> datetime.date | None:
    if begins is None or not years or begins.year + int(years) > datetime.MAXYEAR:
        return None
    try:
        return begins.replace(year=begins.year + int(years))
    except ValueError:  # 29 February
        return begins.replace(year=begins.year + int(years), day=28)


def readable(name: str) -> str:
    """A file name as a title: Protokoll_2015-03-12.pdf → Protokoll 2015-03-12."""
    return posixpath.splitext(name)[0].replace("_", " ").strip() or name


def day(text: str | None, *, last: bool) -> datetime.date | None:
    """The first or last day that a date as the source wrote it may mean: 2015 → 2015-01-01 or 2015-12-31."""
    match = _DATE.match(text.strip()) if text else None
    if not match:
        return None
    year, month, on = (int(part) if part else None for part in match.groups())
    try:
        begins = datetime.date(year or 0, month or 1, on or 1)
    except ValueError:
        return None
    if not last or on:
        return begins
    ends = datetime.date(begins.year + (month in (None, 12)), (month or 12) % 12 + 1, 1)
    return ends - datetime.timedelta(days=1)
