"""A report as a person reads it at a terminal, as a table for a spreadsheet, and the bar that moves meanwhile."""

import csv
import io
import sys
import time
from collections.abc import Iterator

from archive.packages import texts
from archive.packages.report import Report, Severity, Verdict

_WORDS = {
    "sv": {
        Verdict.VALID: "Paketet är godkänt.",
        Verdict.FAULTY: "Paketet har fel.",
        Verdict.UNREADABLE: "Paketet kan inte läsas.",
        Severity.ERROR: "Fel som stoppar",
        Severity.WARNING: "Varning",
        Severity.INFO: "Upplysning",
        "places": "{count} ställen, de första {shown}:",
        "mend": "Åtgärd",
        "example": "Exempel",
        "who": "Åtgärdas av",
        "changed": "Ändrat av överenskommelsen",
        "files": "filer",
        "scanned": "Virusskydd: inte genomsökt",
        "columns": ("Regel", "Allvar", "Fil", "Rad", "XPath", "Hittade", "Väntade", "Vad", "Åtgärd", "Åtgärdas av"),
    },
    "en": {
        Verdict.VALID: "The package is valid.",
        Verdict.FAULTY: "The package has faults.",
        Verdict.UNREADABLE: "The package cannot be read.",
        Severity.ERROR: "Error",
        Severity.WARNING: "Warning",
        Severity.INFO: "Information",
        "places": "{count} places, the first {shown}:",
        "mend": "To mend it",
        "example": "Example",
        "who": "Mended by",
        "changed": "Changed by the agreement",
        "files": "files",
        "scanned": "Viruses: not scanned",
        "columns": (
            "Rule",
            "Severity",
            "File",
            "Line",
            "XPath",
            "Found",
            "Expected",
            "What",
            "To mend it",
            "Mended by",
        ),
    },
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def as_text(report: Report, lang: str) -> Iterator[str]:
    """Line by line: the verdict first, then each rule with its places and how it is mended."""
    words = _WORDS[lang]
    counts = ", ".join(f"{words[at]}: {count}" for at, count in report.counts.items() if count)
    yield f"{report.package}: {words[report.verdict]} {counts}".rstrip()
    yield f"{report.profile} {report.profile_version}, {report.facts.files} {words['files']}, {report.facts.bytes} byte"
    if not report.facts.scanner:
        yield str(words["scanned"])
    yield from (f"{words['changed']}: {change}" for change in report.changes)
    for group in report.groups:
        text = texts.describe(group.rule, lang)
        yield f"\n{words[group.severity]} {group.rule}: {text.title}"
        if group.count > len(group.findings):
            yield "  " + str(words["places"]).format(count=group.count, shown=len(group.findings))
        for finding in group.findings:
            place = finding.place.file + (f":{finding.place.line}" if finding.place.line else "")
            yield f"  {place or report.package}: {texts.message(finding, lang)}"
        if text.mend:
            yield f"  {words['mend']}: {text.mend} ({words['who']}: {text.who.lower()})"
        if text.example:
            yield f"  {words['example']}: {text.example}"


def as_csv(report: Report, lang: str) -> str:
    """One row per kept finding; no cell can start a formula."""
    words, out = _WORDS[lang], io.StringIO()
    writer = csv.writer(out)
    writer.writerow(words["columns"])
    for group in report.groups:
        text = texts.describe(group.rule, lang)
        for finding in group.findings:
            place = finding.place
            cells = (
                group.rule,
                words[group.severity],
                place.file,
                place.line,
                place.xpath,
                finding.found,
                finding.expected,
                texts.message(finding, lang),
                text.mend,
                text.who,
            )
            writer.writerow(["" if cell is None else _harmless(str(cell)) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell


class Bar:
    """Files, bytes, rate and what remains, on one line of the terminal."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, progress: object) -> None:
        done, total = getattr(progress, "bytes_done", 0), getattr(progress, "bytes_total", 0)
        passed = max(time.monotonic() - self._began, 0.001)
        share = done / total if total else 0.0
        remains = f"{passed / share - passed:4.0f} s" if share > 0.01 else "   –  "
        filled = "█" * int(share * 24) + "░" * (24 - int(share * 24))
        files = f"{getattr(progress, 'files_done', 0)}/{getattr(progress, 'files_total', 0)}"
        line = f"{filled} {share:4.0%} {files} {done / 1e6:.0f} MB {done / 1e6 / passed:.0f} MB/s {remains}"
        sys.stderr.write(f"\r\033[K{line}")
        sys.stderr.flush()

    def wipe(self) -> None:
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()
