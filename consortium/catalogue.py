"""Texts of the screens and their English, kept in one .po file. Written here so that a fresh machine needs no gettext.

Swedish is the language of the source; only English has a catalogue. A text with a plural is a pair.
"""

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from consortium.swedish import swedish_key

Text = tuple[str, str]  # singular and plural; the plural is "" where there is none
Catalogue = dict[Text, tuple[str, ...]]

HEADER = """Project-Id-Version: Samarkiv
Language: en
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Plural-Forms: nplurals=2; plural=(n != 1);
"""
_SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_STRING = r"""(u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))"""
_IN_TEMPLATE = re.compile(rf"\b(?:_|n?gettext)\({_STRING}(?:, *{_STRING})?", re.DOTALL)
_PO_LINE = re.compile(r'(?:(msgid_plural|msgid|msgstr(?:\[\d\])?) )?(".*")')


def in_python(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name in _SINGULAR and words:
            yield words[0], ""
        elif name in _PLURAL and len(words) > 1:
            yield words[0], words[1]


def in_template(source: str) -> Iterator[Text]:
    for singular, plural in _IN_TEMPLATE.findall(templatize(source)):
        yield ast.literal_eval(singular), ast.literal_eval(plural) if plural else ""


def in_project(root: Path) -> set[Text]:
    """Every text that a page of ours may show, without those of the libraries."""
    found: set[Text] = set()
    for room in ("consortium", "governance", "deliveries", "archive"):
        for path in (root / room).rglob("*.py"):
            if "migrations" not in path.parts:
                found.update(in_python(path.read_text()))
    for path in (root / "templates").rglob("*"):
        if path.suffix in {".html", ".txt"}:
            found.update(in_template(path.read_text()))
    return {text for text in found if text[0]}


def read(po: str) -> Catalogue:
    """The plain subset of the format that `write` makes."""
    found: Catalogue = {}
    for block in po.split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if match := _PO_LINE.fullmatch(line):
                name = match[1] or name
                fields[name] = fields.get(name, "") + ast.literal_eval(match[2])
        if fields.get("msgid"):
            forms = tuple(value for key, value in fields.items() if key.startswith("msgstr"))
            found[fields["msgid"], fields.get("msgid_plural", "")] = forms
    return found


def write(catalogue: Catalogue) -> str:
    blocks = ['msgid ""\nmsgstr ""\n' + "\n".join(_quoted(line + "\n") for line in HEADER.splitlines())]
    for (singular, plural), forms in sorted(catalogue.items(), key=lambda item: (swedish_key(item[0][0]), item[0])):
        if plural:
            one, many = (*forms, "", "")[:2]
            lines = [("msgid", singular), ("msgid_plural", plural), ("msgstr[0]", one), ("msgstr[1]", many)]
        else:
            lines = [("msgid", singular), ("msgstr", forms[0] if forms else "")]
        blocks.append("\n".join(f"{name} {_quoted(value)}" for name, value in lines))
    return "\n\n".join(blocks) + "\n"


def compiled(catalogue: Catalogue) -> bytes:
    """The binary form that Python's gettext reads (GNU .mo, little endian, no hash table)."""
    pairs = [(b"", HEADER.encode())]
    for (singular, plural), forms in catalogue.items():
        if all(forms):
            name = f"{singular}\0{plural}" if plural else singular
            pairs.append((name.encode(), "\0".join(forms).encode()))
    pairs.sort()
    start = 28 + 16 * len(pairs)
    keys, values = b"", b""
    key_places, value_places = [], []
    key_length = sum(len(key) + 1 for key, _value in pairs)
    for key, value in pairs:
        key_places.append((len(key), start + len(keys)))
        value_places.append((len(value), start + key_length + len(values)))
        keys += key + b"\0"
        values += value + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + b"".join(struct.pack("<2I", *place) for place in key_places + value_places) + keys + values


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
