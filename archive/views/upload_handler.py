"""Streams the file of the plain upload form into quarantine: without JavaScript, never through memory or /tmp."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload
from django.utils.translation import gettext as _

from archive import quarantine
from archive.quarantine import Inflow
from archive.refusals import NoSpace, Refused, TooLargeForForm
from consortium import formats
from consortium.forms import RefusedFile

ROUTE = "upload"
FORM_AROUND_FILE = 1 << 16


class QuarantinedFile(UploadedFile):  # type: ignore[type-arg]
    """A file in quarantine that nobody answers for yet: gone with the request unless somebody `keep`s it."""

    def __init__(self, key: UUID, name: str, size: int, sha256: str) -> None:
        super().__init__(file=None, name=name, size=size)
        self.key, self.sha256, self._kept = key, sha256, False

    def keep(self) -> None:
        self._kept = True

    def close(self) -> None:
        if not self._kept:
            quarantine.upload_path(self.key).unlink(missing_ok=True)


class QuarantineHandler(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS. On the upload page files go to quarantine; elsewhere it only guards.

    No page takes files from somebody who is not logged in, and none takes more than the stated size. What is wrong
    with the file is left on the request for the page to tell: as `upload_refused`, and for `sent_files` in its field.
    """

    inflow: Inflow | None = None

    def handle_raw_input(self, input_data: Any, META: dict[str, Any], content_length: int, *rest: Any) -> None:  # noqa: N803
        match = getattr(self.request, "resolver_match", None)
        self.at_home = bool(match and match.url_name == ROUTE)
        self.length = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if not getattr(getattr(self.request, "user", None), "is_authenticated", False):
            raise StopUpload(connection_reset=True)
        try:
            self._demand_fits()
        except Refused as refused:
            self._stop(refused)
        if not self.at_home:
            return
        self.key, self.digest = uuid4(), hashlib.sha256()
        self.inflow = Inflow(self.key)
        self.inflow.__enter__()
        self.inflow.start_at(0)
        raise StopFutureHandlers

    def _demand_fits(self) -> None:
        if self.length > settings.UPLOAD_PLAIN_MAX_BYTES + FORM_AROUND_FILE:
            limit = formats.size(settings.UPLOAD_PLAIN_MAX_BYTES)
            raise TooLargeForForm(size=formats.size(self.length), limit=limit)
        quarantine.demand_room(self.length)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.inflow:
            return raw_data
        try:
            self.inflow.write(raw_data)
        except OSError:
            self._stop(NoSpace())
        self.digest.update(raw_data)
        return None

    def file_complete(self, file_size: int) -> QuarantinedFile | None:
        if not self.inflow:
            return None
        try:
            self.inflow.sync()
        except OSError:
            self._stop(NoSpace())
        self.inflow.__exit__(None, None, None)
        self.inflow = None
        return QuarantinedFile(self.key, self.file_name or "", file_size, self.digest.hexdigest())

    def upload_interrupted(self) -> None:
        if self.inflow:
            self.inflow.remove()
            self.inflow.__exit__(None, None, None)
            self.inflow = None

    __del__ = upload_interrupted  # Django tells of some ways to break off, not of all

    def _stop(self, refused: Refused) -> None:
        """Read the rest and throw it away, so that the browser gets to see the sentence."""
        self.upload_interrupted()
        sentence = str(refused)
        if isinstance(refused, TooLargeForForm) and not self.at_home:
            sentence = _("Filen är större än sidan tar emot. Välj en mindre fil.")
        request: Any = self.request
        request.upload_refused = refused
        request.refused_file = (self.field_name or "", RefusedFile(self.file_name or "", sentence))
        raise StopUpload(connection_reset=False)
