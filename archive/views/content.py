"""Serving archive content, never as ours (design 16, reliability 5.3).

What a file is shown as follows from its own first bytes, for a short list of kinds that browsers show without running
anything; everything else is handed over to be saved. Every answer is sandboxed and may not be sniffed.
"""

import posixpath
import re
from collections.abc import Iterator
from itertools import chain

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header

from archive import storage
from archive.models import ContentFile
from consortium import personal_numbers

SHOWN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
UNKNOWN = "application/octet-stream"
_SHOWN_ENDINGS = {".pdf", ".png", ".jpg", ".jpeg", ".gif", ".webp"}
_HEAD = 16
_FORMATS = {
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "tif": "TIFF",
    "htm": "HTML",
    "doc": "Word",
    "docx": "Word",
    "xls": "Excel",
    "xlsx": "Excel",
}
# Control characters, and those that turn the direction of writing: rcs.exe must not read as exe.scr.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def file_name(file: ContentFile) -> str:
    """As shown and saved: without folders, control characters or personal numbers."""
    return personal_numbers.hidden(_UNSAFE.sub("_", posixpath.basename(file.path))) or f"fil-{file.pk}"


def format_name(file: ContentFile) -> str:
    ending = posixpath.splitext(file.path)[1].lower().lstrip(".")
    return _FORMATS.get(ending, ending.upper()[:10]) if ending.isalnum() else "Fil"


def may_be_shown(file: ContentFile) -> bool:
    """By its name, for the link; what is really served is decided by the bytes."""
    return posixpath.splitext(file.path)[1].lower() in _SHOWN_ENDINGS and file.size > 0


def kind_of(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for signature, kind in SHOWN if head.startswith(signature)), UNKNOWN)


def url(request: HttpRequest, path: str) -> str:
    """On the content host where there is one, so that nothing in a record can reach the portal's cookies."""
    return f"https://{settings.CONTENT_HOST}{path}" if settings.CONTENT_HOST else path


def serve(request: HttpRequest, file: ContentFile, *, save: bool = False) -> HttpResponseBase:
    """The file's bytes out of the package, whole or the one range asked for."""
    etag = f'"{file.sha256}"'
    if request.headers.get("If-None-Match") == etag:
        return _guarded(HttpResponse(status=304, headers={"ETag": etag}))
    try:
        return _served(request, file, etag, save)
    except storage.NoCopyAnswers:
        return unavailable(request)


def _served(request: HttpRequest, file: ContentFile, etag: str, save: bool) -> HttpResponseBase:
    head = b"".join(storage.read_range(file.aip, file.offset, min(_HEAD, file.size))) if file.size else b""
    kind = kind_of(head)
    begin, end = 0, file.size
    asked = _range(request, file.size) if request.headers.get("If-Range", etag) == etag else None
    if asked == ():
        answer: HttpResponseBase = HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
        return _guarded(answer)
    if asked:
        begin, end = asked
    answer = StreamingHttpResponse(_body(request, file, begin, end), content_type=kind, status=206 if asked else 200)
    if asked:
        answer["Content-Range"] = f"bytes {begin}-{end - 1}/{file.size}"
    answer["Content-Length"] = str(end - begin)
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"  # a withdrawn record is gone at the next request
    disposition = content_disposition_header(as_attachment=save or kind == UNKNOWN, filename=file_name(file))
    answer["Content-Disposition"] = disposition or "attachment"
    return _guarded(answer)


def _body(request: HttpRequest, file: ContentFile, begin: int, end: int) -> Iterator[bytes]:
    if request.method == "HEAD" or begin == end:
        return iter(())
    pieces = storage.read_range(file.aip, file.offset + begin, end - begin)
    return chain([next(pieces, b"")], pieces)  # a store that does not answer is found out before the first byte


def _range(request: HttpRequest, length: int) -> tuple[int, int] | tuple[()] | None:
    """The one range asked for as begin and end; empty when it lies outside; None to send everything.

    Several ranges at once, and ranges that make no sense, are answered with the whole file, as HTTP allows.
    """
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        return (max(0, length - int(last)), length) if int(last) and length else ()
    begin = int(first)
    end = min(int(last) + 1, length) if last else length
    if last and int(last) < begin:
        return None
    return (begin, end) if begin < length else ()


def _guarded(answer: HttpResponseBase) -> HttpResponseBase:
    answer["Content-Security-Policy"] = f"sandbox; default-src 'none'; frame-ancestors 'self' {settings.SITE_URL}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-site"
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    answer.xframe_options_exempt = True  # type: ignore[attr-defined]  # who may frame it is said by the policy above
    return answer


def unavailable(request: HttpRequest) -> HttpResponse:
    """Every copy failed just now; that says nothing about whether the record is lost (fault F26)."""
    answer = render(request, "archive/record_unavailable.html", status=503)
    answer["Retry-After"] = "600"
    return answer
