"""Small real files for samples and examples: a page of PDF, a picture, a web page. All content is invented."""

import struct
import zlib
from collections.abc import Callable


def page(title: str, *lines: str) -> bytes:
    """A real one-page PDF 1.4 with a heading and some lines of text."""

    def escaped(text: str) -> bytes:
        return text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")

    rows = b"".join(b"0 -20 Td (" + escaped(line) + b") Tj " for line in lines)
    drawn = b"BT /F1 16 Tf 72 760 Td (" + escaped(title) + b") Tj /F1 11 Tf 0 -12 Td " + rows + b"ET"
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R/Lang(sv-SE)>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n" + table + trailer


def picture(_title: str) -> bytes:
    """One grey pixel as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def scan(_title: str) -> bytes:
    """One grey pixel as TIFF 6.0, as a scanner would write a page."""
    tags = [(256, 3, 1), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 122), (277, 3, 1), (278, 3, 1)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in [*tags, (279, 4, 1)])
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 9) + entries + struct.pack("<I", 0) + b"\x80"


def film(title: str) -> bytes:
    """The head of an MPEG-4 file and no picture."""
    kind = b"ftypmp42\0\0\0\0mp42isom"
    text = title.encode()
    return struct.pack(">I", len(kind) + 4) + kind + struct.pack(">I", len(text) + 8) + b"mdat" + text


def web_page(title: str) -> bytes:
    head = f'<!DOCTYPE html>\n<html lang="sv"><head><meta charset="utf-8"><title>{title}</title></head>'
    return f"{head}<body><h1>{title}</h1><p>Exempel.</p></body></html>\n".encode()


def text(title: str) -> bytes:
    return f"{title}\nExempel.\n".encode()


def figures(title: str) -> bytes:
    return f"Uppgift;Värde\n{title};1\nExempel;2\n".encode()


_MAKERS: dict[str, Callable[[str], bytes]] = {
    "pdf": lambda title: page(title, "Exempel."),
    "png": picture,
    "tif": scan,
    "mp4": film,
    "html": web_page,
    "csv": figures,
}


def file_for(path: str, title: str) -> bytes:
    """A file of the kind that the path's ending says."""
    return _MAKERS.get(path.rpartition(".")[2].lower(), text)(title)
