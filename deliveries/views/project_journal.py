"""What is written along a project, as its pages show it: jointly, or on one municipality's tab."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from consortium import audit
from consortium.access.views import StaffRequest
from consortium.audit_events import Event
from consortium.formats import moment
from deliveries import correcting
from deliveries.models import Barrier, DeliveryProject, LogEntry, Milestone, ProjectDocument, ProjectFunction
from deliveries.views import project_words as words
from governance.models import Municipality

LOG_PER_PAGE = 100


def journal_of(
    request: StaffRequest, found: DeliveryProject, municipality: Municipality | None, *, may_edit: bool
) -> dict[str, Any]:
    def rows(model: Any) -> Any:
        return model.objects.visible_to(request.user).filter(project=found, municipality=municipality)

    entries = rows(LogEntry).select_related("by", "removed_by").prefetch_related("corrections__by")
    log = Paginator(entries, LOG_PER_PAGE).get_page(request.GET.get("sida"))
    documents = rows(ProjectDocument).defer("content").select_related("by")
    return {
        "may_edit": may_edit,
        "may_write": may_edit and (municipality is not None or found.separated_at is None),
        "functions": list(rows(ProjectFunction).order_by("kind", "id")),
        "milestones": [milestone_words(each) for each in rows(Milestone)],
        "barriers": list(rows(Barrier).select_related("raised_by", "solved_by")),
        "documents": _documents(documents.kept()),
        "removed_documents": documents.exclude(removed_at=None).select_related("removed_by") if may_edit else [],
        "log": [{"row": each, "mine": correcting.may_correct(each, request.user)} for each in log],
        "log_page": log,
    }


def milestone_words(each: Milestone) -> dict[str, Any]:
    return {
        "row": each,
        "planned": words.rough(each.planned_on, each.planned_precision),
        "reached": words.rough(each.reached_on, each.reached_precision),
    }


def _documents(rows: Iterable[ProjectDocument]) -> list[dict[str, Any]]:
    """Each document once, in its newest version, with the earlier ones below it."""
    versions: dict[int, list[ProjectDocument]] = {}
    for row in rows:
        versions.setdefault(row.first_id or row.pk, []).append(row)
    chains = [sorted(each, key=lambda row: -row.number) for each in versions.values()]
    return [_document(newest) | {"earlier": [_document(each) for each in rest]} for newest, *rest in chains]


def _document(each: ProjectDocument) -> dict[str, Any]:
    return {
        "row": each,
        "name": each.title,
        "url": reverse("project_document", args=[each.project_id, each.pk]),
        "format": each.filename.rpartition(".")[2].upper(),
        "size": each.size,
        "note": f"{moment(each.at)}, {each.by or 'Samarkiv'}",
    }


@require_GET
def project_document(request: StaffRequest, project_id: int, document_id: int) -> HttpResponse:
    """Never shown in the browser, always saved: what others have uploaded is not ours."""
    found = words.project_or_404(request, project_id)
    row = ProjectDocument.objects.kept().visible_to(request.user).filter(project=found, pk=document_id).first()
    if row is None:
        raise Http404(_("Sidan finns inte."))
    audit.record(by=request.user, what=Event.PROJECT_DOCUMENT_READ, target=found, place=row.place, document=row.pk)
    answer = HttpResponse(bytes(row.content), content_type=row.content_type)
    ascii_name = row.filename.encode("ascii", "replace").decode().replace("?", "_")
    answer["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(row.filename, safe='')}"
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
