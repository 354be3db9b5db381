"""Handlingar: typeset as tagged PDF/A-2a and PDF/UA-1, without network and with the fonts that come with typst.

A template lays out, the data carries every word, so one template serves both languages. Equal data gives equal bytes.
"""

import datetime
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# What the fonts can show, and all that PDF/A lets us write; proved by a test.
_SHOWN = re.compile(
    r"[\n -~\u00a0-\u04ff\u2010-\u2027\u2030-\u2040\u2042\u2044-\u2052\u2054-\u205e"
    r"\u20a0-\u20bf\u2190-\u21ff\u2200-\u22ff]"
)


def typeset(
    template: Path, data: Mapping[str, Any], *, title: str, reference: str, publisher: str, at: datetime.datetime
) -> bytes:
    """The PDF. `template` imports /consortium/typesetting/sheet.typ and finds `data` there; `at` dates it."""
    language = get_language() or settings.LANGUAGE_CODE
    words = {
        "title": title,
        "reference": reference,
        "publisher": publisher,
        "language": language.partition("-")[0],
        "page": _("Sida"),
        "facts_heads": [_("Uppgift"), _("Innehåll")],
        "footer": "",
    }
    import typst  # seven megabytes that most web processes never need

    pdf: bytes = typst.compile(
        str(template),
        root=str(settings.BASE_DIR),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        package_path=str(template.parent),  # nothing is fetched: there is no package beside a template
        package_cache_path=str(template.parent),
        sys_inputs={"data": json.dumps(printable({**words, **data}))},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(at.timestamp()),
    )
    return pdf


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False)


def printable(value: Any) -> Any:
    """Signs that no font of ours has, or that hide or turn text, are written by their number: [U+202E]."""
    if isinstance(value, str):
        return "".join(sign if _can_be_shown(sign) else f"[U+{ord(sign):04X}]" for sign in value)
    if isinstance(value, Mapping):
        return {key: printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [printable(each) for each in value]
    return value


def _can_be_shown(sign: str) -> bool:
    return _SHOWN.fullmatch(sign) is not None and (sign.isprintable() or sign in "\n\u00a0")
