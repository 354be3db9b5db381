"""A second reader of the PDFs we make: what they claim, how they are tagged, and their text by the fonts' own maps."""

import io
import re
from types import TracebackType
from typing import Any, Self

import pikepdf

_PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
_PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"


class Read:
    def __init__(self, content: bytes) -> None:
        self.pdf = pikepdf.open(io.BytesIO(content))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.pdf.close()

    @property
    def title(self) -> str:
        return str(self.pdf.docinfo["/Title"])

    @property
    def language(self) -> str:
        return str(self.pdf.Root.Lang)

    def claims(self) -> dict[str, str]:
        """What the metadata says the file conforms to."""
        with self.pdf.open_metadata(set_pikepdf_as_editor=False) as data:
            part, level, ua = (str(data.get(name)) for name in (f"{_PDFA}part", f"{_PDFA}conformance", f"{_PDFUA}part"))
        return {"PDF/A": part + level.lower(), "PDF/UA": ua}

    def tags(self) -> list[str]:
        """Structure elements in reading order."""
        found: list[str] = []

        def walk(element: Any) -> None:
            if isinstance(element, pikepdf.Array):
                for each in element:
                    walk(each)
            elif isinstance(element, pikepdf.Dictionary):
                if "/S" in element:
                    found.append(str(element.S).lstrip("/"))
                if "/K" in element:
                    walk(element.K)

        walk(self.pdf.Root.StructTreeRoot.K)
        return found

    def fonts(self) -> list[Any]:
        return [font for page in self.pdf.pages for font in page.Resources.get("/Font", {}).values()]

    def text(self) -> str:
        return "\n".join(_page_text(page) for page in self.pdf.pages)


def _page_text(page: pikepdf.Page) -> str:
    maps = {name: _to_unicode(font) for name, font in page.Resources.get("/Font", {}).items()}
    current: dict[int, str] = {}
    out: list[str] = []
    for step in pikepdf.parse_content_stream(page):
        operands, name = step.operands, str(step.operator)
        if name == "Tf":
            current = maps[str(operands[0])]
        elif name in ("Tj", "TJ"):
            pieces = operands[0] if name == "TJ" else [operands[0]]
            for piece in pieces:
                if isinstance(piece, pikepdf.String):
                    raw = bytes(piece)
                    out.extend(current.get(int.from_bytes(raw[at : at + 2], "big"), "") for at in range(0, len(raw), 2))
        elif name == "ET":
            out.append("")
    return "".join(out)


def _to_unicode(font: Any) -> dict[int, str]:
    table = font.ToUnicode.read_bytes().decode("ascii")
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for low, high, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            first = int(text, 16)
            found.update({code: chr(first + code - int(low, 16)) for code in range(int(low, 16), int(high, 16) + 1)})
    return found
