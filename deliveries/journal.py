"""What people write down along a project: functions, milestones, log, barriers and documents, jointly or for one."""

import datetime
import hashlib
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.formats import size as size_in_words
from consortium.models import User
from deliveries.models import (
    Barrier,
    DeliveryProject,
    LogEntry,
    Milestone,
    ProjectDocument,
    ProjectFunction,
)
from deliveries.project_refusals import JointWorkEnded, NotNow, ReasonMissing, WrongFile
from governance.models import Municipality

Row = TypeVar("Row", LogEntry, ProjectFunction, Milestone, Barrier, ProjectDocument)
DOCUMENT_MAX_BYTES = 10_000_000
_ZIP = b"PK\x03\x04"
# What is taken: ending → the type it is served with, and how such a file begins. Never what a browser would run.
DOCUMENT_TYPES: dict[str, tuple[str, bytes]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", _ZIP),
    "odt": ("application/vnd.oasis.opendocument.text", _ZIP),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", _ZIP),
    "png": ("image/png", b"\x89PNG\r\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    "txt": ("text/plain; charset=utf-8", b""),
    "csv": ("text/csv; charset=utf-8", b""),
}


@transaction.atomic
def log(project: DeliveryProject, text: str, *, by: User, municipality: Municipality | None = None) -> LogEntry:
    demand_open(project, municipality)
    row = LogEntry.objects.create(project=project, municipality=municipality, text=text, by=by)
    return noted(row, by=by)


@transaction.atomic
def name_function(
    project: DeliveryProject,
    kind: str,
    function: str,
    *,
    by: User,
    email: str = "",
    municipality: Municipality | None = None,
) -> ProjectFunction:
    """Who does what is not secret: functions may be named jointly all the way."""
    row = ProjectFunction.objects.create(
        project=project, municipality=municipality, kind=kind, function=function, email=email
    )
    return noted(row, by=by)


@transaction.atomic
def remove_function(row: ProjectFunction, *, by: User) -> None:
    noted(row, by=by)
    row.delete()


@transaction.atomic
def plan_milestone(
    project: DeliveryProject,
    kind: str,
    *,
    by: User,
    label: str = "",
    planned: tuple[datetime.date, str] | None = None,
    reached: tuple[datetime.date, str] | None = None,
    municipality: Municipality | None = None,
) -> Milestone:
    if planned is None and reached is None:
        raise ReasonMissing(_("Ange när milstolpen är planerad eller nådd."))
    row = Milestone(project=project, municipality=municipality, kind=kind, label=label)
    if planned:
        row.planned_on, row.planned_precision = planned
    if reached:
        row.reached_on, row.reached_precision = reached
    row.save()
    return noted(row, by=by)


@transaction.atomic
def reach(milestone: Milestone, *, by: User, on: datetime.date | None = None, precision: str = "day") -> Milestone:
    milestone = Milestone.objects.select_for_update(of=("self",)).get(pk=milestone.pk)
    milestone.reached_on, milestone.reached_precision = on or timezone.localdate(), precision
    milestone.revision += 1
    milestone.save(update_fields=["reached_on", "reached_precision", "revision"])
    return noted(milestone, by=by)


@transaction.atomic
def raise_barrier(
    project: DeliveryProject, text: str, *, by: User, municipality: Municipality | None = None
) -> Barrier:
    demand_open(project, municipality)
    return noted(Barrier.objects.create(project=project, municipality=municipality, text=text, raised_by=by), by=by)


@transaction.atomic
def solve_barrier(barrier: Barrier, solution: str, *, by: User) -> Barrier:
    barrier = Barrier.objects.select_for_update(of=("self",)).get(pk=barrier.pk)
    if barrier.solved_at:
        raise NotNow(_("Hindret är redan löst. Ladda om sidan och se hur."))
    barrier.solved_at, barrier.solved_by, barrier.solution = timezone.now(), by, solution
    barrier.save(update_fields=["solved_at", "solved_by", "solution"])
    return noted(barrier, by=by)


@transaction.atomic
def add_document(
    project: DeliveryProject,
    title: str,
    filename: str,
    content: bytes,
    *,
    by: User,
    municipality: Municipality | None = None,
) -> ProjectDocument:
    demand_open(project, municipality)
    row = ProjectDocument.objects.create(
        project=project,
        municipality=municipality,
        title=title,
        **document_facts(filename, content),
        by=by,
    )
    return noted(row, by=by)


def document_facts(filename: str, content: bytes) -> dict[str, Any]:
    """The columns of a document's row that its bytes decide. Raises WrongFile."""
    return {
        "content_type": document_type(filename, content),
        "filename": _plain(filename),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": content,
    }


def document_type(filename: str, content: bytes) -> str:
    """The type the file will be served with. Raises WrongFile, saying what is taken."""
    if not content:
        raise WrongFile(_("Filen är tom. Välj en annan fil."))
    if len(content) > DOCUMENT_MAX_BYTES:
        raise WrongFile(
            _("Filen är %(size)s. Ett projektdokument får vara högst %(limit)s.")
            % {"size": size_in_words(len(content)), "limit": size_in_words(DOCUMENT_MAX_BYTES)}
        )
    ending = filename.rpartition(".")[2].lower()
    kind, begins = DOCUMENT_TYPES.get(ending, ("", b""))
    taken = ", ".join(DOCUMENT_TYPES)
    if not kind:
        raise WrongFile(_("Filer av det slaget tas inte emot. Tillåtna slag: %(taken)s.") % {"taken": taken})
    if not content.startswith(begins) or (kind.startswith("text/") and b"\0" in content):
        raise WrongFile(_("Filens innehåll stämmer inte med ändelsen .%(ending)s.") % {"ending": ending})
    return kind


def demand_open(project: DeliveryProject, municipality: Municipality | None) -> None:
    """Once secret content is handled nothing is written jointly. Each municipality writes in its own tab."""
    if municipality is None and project.separated_at is not None:
        raise JointWorkEnded(
            _("Projektet hanterar sekretessbelagt innehåll. Skriv på kommunens egen flik i stället för gemensamt.")
        )


def _plain(filename: str) -> str:
    """The last part of the name, without signs that would break a header or a folder."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    name = "".join(sign for sign in name if sign.isprintable() and sign not in '"<>|:*?')
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:140]}{dot}{ending}"


def noted(row: Row, *, by: User, what: Event = Event.PROJECT_JOURNAL) -> Row:
    """Every trace of the journal names the kind and the row, never what was written."""
    audit.record(
        by=by,
        what=what,
        target=row.project,
        place=row.municipality or row.project.consortium,
        kind=row._meta.model_name,
        row=row.pk,
    )
    return row
