"""Files into a draft, by tus as for whole packages: asked for twice, the same file goes on where it was."""

import functools
import re
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from archive import draft_files
from archive.models import Draft, DraftFile
from archive.views import bodies, tus
from archive.views.uploads import method_of, speaks_tus, turn
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, get_or_404

get_draft = functools.partial(get_or_404, may=Permission.SIP_UPLOAD)


@speaks_tus
def draft_uploads(request: StaffRequest, *, draft_id: UUID) -> HttpResponse:
    draft: Draft = get_draft(request, Draft, draft_id)
    if method_of(request, "OPTIONS", "POST") == "OPTIONS":
        return tus.capabilities()
    tus.demand_version(request)
    facts = tus.pairs(request.headers.get("Upload-Metadata", ""))
    path = facts.get("relativePath") or facts.get("filename", "")
    said = facts.get("lastModified", "")
    modified = int(said) if re.fullmatch(r"-?[0-9]{1,16}", said) else None
    file = draft_files.begin(draft, path, tus.length(request), modified=modified)
    return tus.answer(201, Location=reverse("draft_upload", args=[draft.pk, file.pk]), Upload_Offset=file.offset)


@speaks_tus
def draft_upload(request: StaffRequest, *, draft_id: UUID, file_id: UUID) -> HttpResponse:
    draft: Draft = get_draft(request, Draft, draft_id)
    method = method_of(request, "HEAD", "PATCH", "OPTIONS")
    if method == "OPTIONS":
        return tus.capabilities()
    tus.demand_version(request)
    file = DraftFile.objects.select_related("draft").filter(draft=draft, pk=file_id).first()
    if file is None:
        return tus.told(404, "E_NOT_FOUND", _("Filen finns inte i utkastet längre."))
    if method == "HEAD":
        return tus.answer(200, Upload_Offset=file.offset, Upload_Length=file.size)
    offset, length = tus.offset(request), tus.body_length(request)
    with turn():
        draft_files.append(
            file, offset=offset, length=length, read=bodies.reader(request), hang_up=bodies.hanger_up(request)
        )
    return tus.answer(Upload_Offset=file.offset)
