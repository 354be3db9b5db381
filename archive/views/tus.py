"""The shape of tus 1.0.0 (tus.io): what headers mean and how refusals are answered, without the portal's own rules."""

import base64
import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _

from archive.models import Upload
from archive.models.submissions import DeliveryKind
from archive.uploading import Checksum

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
CHECKSUMS = ("sha256", "sha1", "md5")
CONTENT_TYPE = "application/offset+octet-stream"
# Names other clients send along; what they say about owner or place is refused, that comes from the session.
METADATA_KEYS = {"filename", "name", "filetype", "type", "relativePath", "sha256", "agreement", "kind"}
MAX_FILENAME = 255


class Malformed(Exception):
    """The request itself is wrong: status, code and a sentence for whoever writes the client."""

    def __init__(self, status: int, code: str, sentence: str | Promise) -> None:
        super().__init__(str(sentence))
        self.status, self.code = status, code


@dataclass(frozen=True)
class Metadata:
    filename: str
    sha256: str
    agreement: str
    kind: str


def answer(status: int = 204, **headers: Any) -> HttpResponse:
    response = HttpResponse(status=status)
    if status == 204:
        del response["Content-Type"]
    return marked(response, **headers)


def told(status: int, code: str, sentence: str, /, headers: dict[str, Any] | None = None, **more: Any) -> HttpResponse:
    return marked(JsonResponse({"code": code, "message": sentence, **more}, status=status), **(headers or {}))


def marked(response: HttpResponse, **headers: Any) -> HttpResponse:
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response[name.replace("_", "-")] = str(value)
    return response


def capabilities() -> HttpResponse:
    return answer(
        Tus_Version=VERSION,
        Tus_Extension=EXTENSIONS,
        Tus_Max_Size=settings.UPLOAD_MAX_BYTES,
        Tus_Checksum_Algorithm=",".join(CHECKSUMS),
    )


def demand_version(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Malformed(412, "E_UPLOAD_VERSION", _("Här talas tus 1.0.0. Skicka rubriken Tus-Resumable: 1.0.0."))


def length(request: HttpRequest) -> int:
    if "Upload-Concat" in request.headers:
        raise Malformed(
            400, "E_UPLOAD_LENGTH", _("Delar som fogas ihop (Upload-Concat) stöds inte. Skicka filen i en följd.")
        )
    if "Upload-Defer-Length" in request.headers:
        raise Malformed(400, "E_UPLOAD_LENGTH", _("Storleken måste vara känd från början. Ange den i Upload-Length."))
    return _whole_number(request.headers.get("Upload-Length", ""), "E_UPLOAD_LENGTH", "Upload-Length")


def offset(request: HttpRequest) -> int:
    return _whole_number(request.headers.get("Upload-Offset", ""), "E_UPLOAD_OFFSET", "Upload-Offset")


def body_length(request: HttpRequest) -> int:
    """Bodies of unknown length are refused: without it nobody can tell a whole request from one that was cut."""
    if request.headers.get("Transfer-Encoding"):
        raise Malformed(411, "E_UPLOAD_LENGTH", _("Rubriken Content-Length saknas. Ange hur många byte som skickas."))
    if request.content_type != CONTENT_TYPE:
        raise Malformed(415, "E_UPLOAD_TYPE", _("Innehållet ska skickas som application/offset+octet-stream."))
    return _whole_number(request.headers.get("Content-Length") or "0", "E_UPLOAD_LENGTH", "Content-Length")


def _whole_number(text: str, code: str, header: str) -> int:
    if not re.fullmatch(r"[0-9]{1,30}", text):
        raise Malformed(400, code, _("Rubriken %(header)s ska vara ett heltal i byte.") % {"header": header})
    return int(text)


def checksum(request: HttpRequest) -> Checksum | None:
    if not (header := request.headers.get("Upload-Checksum")):
        return None
    algorithm, _space, encoded = header.partition(" ")
    if algorithm not in CHECKSUMS:
        raise Malformed(
            400,
            "E_UPLOAD_CHECKSUM",
            _("Kontrollsumman ska vara av slaget %(known)s.") % {"known": ", ".join(CHECKSUMS)},
        )
    digest = _decoded(encoded)
    if digest is None or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise Malformed(400, "E_UPLOAD_CHECKSUM", _("Kontrollsumman går inte att läsa. Ange den i Base64."))
    return Checksum(algorithm, digest)


def metadata(request: HttpRequest) -> Metadata:
    found = pairs(request.headers.get("Upload-Metadata", ""))
    if unknown := sorted(found.keys() - METADATA_KEYS):
        raise _bad_metadata(_("Uppgiften %(key)s får inte anges av den som laddar upp.") % {"key": unknown[0]})
    filename = label(found.get("filename") or found.get("name", ""))
    if not filename:
        raise _bad_metadata(_("Filnamnet saknas. Ange filename i Upload-Metadata."))
    sha256 = found.get("sha256", "").lower()
    if sha256 and not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise _bad_metadata(_("sha256 ska vara 64 hexadecimala tecken."))
    agreement = found.get("agreement", "")
    if agreement and not re.fullmatch(r"[0-9]{1,18}", agreement):
        raise _bad_metadata(_("agreement ska vara numret på en leveransöverenskommelse i portalen."))
    kind = found.get("kind") or DeliveryKind.PRODUCTION
    if kind not in DeliveryKind.values:
        raise _bad_metadata(_("kind ska vara test eller production."))
    return Metadata(filename, sha256, agreement, kind)


def pairs(header: str) -> dict[str, str]:
    """`filename c2lwLnRhcg==,kind dGVzdA==`; a key without value is an empty text."""
    found: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else []:
        key, _space, encoded = pair.strip().partition(" ")
        raw = _decoded(encoded)
        if not re.fullmatch(r"[!-+\--~]{1,100}", key) or key in found or raw is None:
            raise _bad_metadata(_("Upload-Metadata går inte att läsa. Skriv nyckel, blanksteg och värde i Base64."))
        try:
            found[key] = raw.decode()
        except UnicodeDecodeError:
            raise _bad_metadata(_("Värdet för %(key)s är inte UTF-8.") % {"key": key}) from None
    return found


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _bad_metadata(sentence: str | Promise) -> Malformed:
    return Malformed(400, "E_UPLOAD_METADATA", sentence)


def label(name: str) -> str:
    """A file name is only a label: no path, no invisible or direction-changing characters, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip()[:MAX_FILENAME]


def shown_metadata(upload: Upload) -> str:
    facts = {"filename": upload.filename, "kind": upload.kind, "agreement": str(upload.agreement_id)}
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in facts.items())


def expires(upload: Upload) -> str:
    return http_date(upload.expires_at.timestamp())
