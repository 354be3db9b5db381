"""Sätta samman en leverans: choose the agreement, bring files, say what each is, look it through, hand it in.

For what has no export that makes packages. The worker builds the package (packaging.py), and from there it goes the
way of every upload. Nothing is lost on the way: a draft that cannot be built is a draft again, with the reason.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive import collection_table, draft_files, quota, reception
from archive.collection_table import Fault, TableRow
from archive.models import Draft, DraftRow
from archive.packages import build
from consortium import audit, formats, post
from consortium.audit_events import Event
from consortium.models import User
from consortium.models.leases import DatabaseNow, database_now
from deliveries.models import SubmissionAgreement

BUILDABLE = (build.FGS_1_2, build.EARK_SIP)
SENT_KEPT = datetime.timedelta(days=30)


class NotBuildable(Exception):
    """The agreement wants a package that cannot be made here."""


class DraftClosed(Exception):
    """The draft is on its way or handed in, so nothing in it is changed."""


class TooManyRows(Exception):
    """More rows than a draft may have files. None is read, rather than some."""


class NotReady(Exception):
    """Something stands in the way of handing in. `sentences` say what."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__(" ".join(sentences))


def hindrance(agreement: SubmissionAgreement) -> str:
    """Why no delivery can be put together under the agreement, or nothing."""
    if agreement.profile not in BUILDABLE:
        return _("Överenskommelsen begär en paketform som inte kan byggas här. Lämna ett färdigt paket i stället.")
    return agreement.hindrance() or ""


@transaction.atomic
def start(agreement: SubmissionAgreement, *, label: str, kind: str, by: User) -> Draft:
    if agreement.profile not in BUILDABLE:
        raise NotBuildable(hindrance(agreement))
    reception.demand_lawful(agreement, by=by)
    now = database_now()
    draft = Draft.objects.create(
        owner=agreement.owner,
        agreement=agreement,
        label=label,
        kind=kind,
        started_by=by,
        started_at=now,
        touched_at=now,
    )
    audit.record(by=by, what=Event.DRAFT_STARTED, target=draft, place=draft.owner)
    return draft


def demand_open(draft: Draft) -> None:
    if draft.status != Draft.Status.OPEN:
        raise DraftClosed(_("Leveransen är redan på väg eller inlämnad och kan inte ändras."))


def touch(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(touched_at=DatabaseNow(), trouble="")


# The table


@transaction.atomic
def import_table(draft: Draft, content: bytes) -> int:
    """The rows of a CSV or XLSX take the place of those there are. All of them or, if it cannot be read, none."""
    draft = _locked(draft)
    rows = collection_table.read(content)
    if len(rows) > settings.DRAFT_MOST_FILES:
        raise TooManyRows(
            _("Tabellen har %(rows)s rader, men ett utkast rymmer högst %(most)s filer. Dela upp leveransen i flera.")
            % {"rows": formats.number(len(rows)), "most": formats.number(settings.DRAFT_MOST_FILES)}
        )
    DraftRow.objects.filter(draft=draft).delete()
    DraftRow.objects.bulk_create(DraftRow(draft=draft, position=row.line, **_values(row)) for row in rows)
    touch(draft)
    return len(rows)


@transaction.atomic
def save_rows(draft: Draft, rows: Iterable[TableRow]) -> None:
    """What was written on one page of the form, by path."""
    draft = _locked(draft)
    last = DraftRow.objects.filter(draft=draft).count() + 1
    for row in rows:
        known = DraftRow.objects.filter(draft=draft, path=row.path)
        if not known.update(**_values(row)):
            last += 1
            DraftRow.objects.create(draft=draft, position=last, **_values(row))
    touch(draft)


@transaction.atomic
def remove_rows_without_file(draft: Draft) -> int:
    draft = _locked(draft)
    without = DraftRow.objects.filter(draft=draft).exclude(path__in=draft.files.values("path"))
    count, _by_model = without.delete()
    touch(draft)
    return count


def _values(row: TableRow) -> dict[str, str]:
    """As they were written; only a path that no file can have is cut, since rows are found by it."""
    return {name: getattr(row, name) for name in collection_table.NAMES} | {"path": row.path[:1000]}


def rows_of(draft: Draft) -> list[TableRow]:
    """Numbered as they stand, so that a fault can be found again."""
    return [TableRow(number, *row) for number, row in enumerate(draft.rows.values_list(*collection_table.NAMES), 1)]


def suggested(draft: Draft) -> list[TableRow]:
    """Every file with the row it has, or the row it might have."""
    rows = {row.path: row for row in rows_of(draft)}
    paths = draft.files.values_list("path", flat=True)
    return [rows.get(path) or TableRow(0, path, title=_readable(path)) for path in paths]


def _readable(path: str) -> str:
    name = path.rpartition("/")[2]
    return (name.rpartition(".")[0] or name).replace("_", " ").strip()


# Looking it through


@dataclass(frozen=True)
class Review:
    """All that the last look before handing in needs to know."""

    rows: list[TableRow]
    faults: list[Fault]
    files: int
    bytes: int

    @property
    def stops(self) -> list[Fault]:
        return [fault for fault in self.faults if fault.stops]

    @property
    def remarks(self) -> list[Fault]:
        return [fault for fault in self.faults if not fault.stops]


def review(draft: Draft) -> Review:
    files = list(draft.files.values_list("path", "size", "offset"))
    rows = rows_of(draft)
    found = list(collection_table.faults(rows, {path for path, _size, _offset in files}, timezone.localdate()))
    found += [
        Fault(path, _("Filen är inte helt uppladdad. Välj den igen, så fortsätter uppladdningen."))
        for path, size, offset in files
        if offset != size
    ]
    return Review(rows, found, len(files), sum(size for _path, size, _offset in files))


def law_for(draft: Draft, row: TableRow) -> str:
    """The secrecy the document will have: the row's own, or what the agreement says of its kind."""
    types = {each["name"].casefold(): each.get("secrecy", "") for each in draft.agreement.object_types}
    return row.law or types.get(row.kind.casefold(), types.get("*", ""))


# Handing in, deleting


@transaction.atomic
def submit(draft: Draft, *, by: User) -> Draft:
    """Hand over to the worker. Raises NotReady, DraftClosed or what hinders the agreement."""
    draft = _locked(draft)
    reception.demand_lawful(draft.agreement.current(), by=by)
    look = review(draft)
    sentences = []
    if not look.files:
        sentences.append(_("Utkastet har inga filer. Lägg till dem först."))
    if stops := len(look.stops):
        sentences.append(
            ngettext("%(n)s fel återstår att rätta.", "%(n)s fel återstår att rätta.", stops) % {"n": stops}
        )
    if sentences:
        raise NotReady(sentences)
    quota.demand_room(draft.owner, look.bytes, counted=True)
    now = database_now()
    Draft.objects.filter(pk=draft.pk).update(
        status=Draft.Status.BUILDING,
        agreement=draft.agreement.current(),
        sent_at=now,
        due_at=now,
        touched_at=now,
        tries=0,
        trouble="",
        files_done=0,
        bytes_done=0,
    )
    audit.record(by=by, what=Event.DRAFT_SUBMITTED, target=draft, place=draft.owner, files=look.files, size=look.bytes)
    draft.refresh_from_db()
    return draft


@transaction.atomic
def delete(draft: Draft, *, by: User | None) -> None:
    """For good, with its files. `by=None` is the sweep."""
    draft = _locked(draft, closed_too=True)
    if draft.status == Draft.Status.BUILDING:
        raise DraftClosed(_("Paketet byggs just nu. Vänta tills det är klart."))
    audit.record(by=by, what=Event.DRAFT_DELETED, target=draft, place=draft.owner)
    folder = draft.folder
    draft.delete()
    transaction.on_commit(lambda: draft_files.remove_folder(folder))


def sweep() -> None:
    """Drafts nobody has touched for long are removed, after a letter, and so are those handed in a while ago."""
    now = database_now()
    warned = now - datetime.timedelta(days=settings.DRAFT_KEPT_DAYS - settings.DRAFT_WARNED_DAYS)
    for draft in Draft.objects.open().filter(touched_at__lt=warned).select_related("started_by"):
        _warn(draft)
    old = Draft.objects.open().filter(touched_at__lt=now - datetime.timedelta(days=settings.DRAFT_KEPT_DAYS))
    sent = Draft.objects.filter(status=Draft.Status.SENT, touched_at__lt=now - SENT_KEPT)
    for draft in (*old, *sent):
        delete(draft, by=None)


def _warn(draft: Draft) -> None:
    """Once for each time it was left. The letter names nothing of what the draft holds."""
    day = formats.day_in_text(draft.swept_at)
    post.send(
        to=[draft.started_by.email],
        subject=_("Ett utkast till leverans tas snart bort"),
        text=_(
            "Du har börjat sätta samman en leverans i e-arkivet, men ingen har arbetat med den på länge. "
            "Utkastet och dess filer tas bort %(day)s.\n\n"
            "Vill du behålla det? Logga in, välj Sätt samman en leverans och ändra något i utkastet."
        )
        % {"day": day},
        about=draft,
        kind="draft",
        once=f"draft {draft.pk} {draft.touched_at:%Y-%m-%d}",
    )


def _locked(draft: Draft, *, closed_too: bool = False) -> Draft:
    row = Draft.objects.select_for_update(of=("self",)).select_related("agreement", "owner").get(pk=draft.pk)
    if not closed_too:
        demand_open(row)
    return row
