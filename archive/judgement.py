"""What the engine's report says to people: groups with plain titles, how to mend, and what changed since last round."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from archive.models import ValidationReport
from archive.packages import texts
from archive.packages.profile import Profile, published
from archive.packages.report import Finding, Group, Report, Severity
from consortium import sheets

KINDS = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.INFO: "info"}


def severity_label(severity: Severity) -> str:
    return {
        Severity.ERROR: _("Fel som stoppar"),
        Severity.WARNING: _("Varning"),
        Severity.INFO: _("Upplysning"),
    }[severity]


@dataclass(frozen=True)
class ReadGroup:
    """One rule's findings in words, in the reader's language."""

    group: Group
    words: texts.Text
    language: str
    change: str

    @property
    def kind(self) -> str:
        return KINDS[self.group.severity]

    @property
    def label(self) -> str:
        return severity_label(self.group.severity)

    @property
    def who(self) -> str:
        return self.words.who

    @property
    def example(self) -> str:
        return self.words.example

    @property
    def rule_id(self) -> str:
        return self.group.rule

    @property
    def title(self) -> str:
        return self.words.title

    @property
    def why(self) -> str:
        return self.words.why

    @property
    def mend(self) -> str:
        return self.words.mend

    @property
    def count(self) -> int:
        return self.group.count

    @property
    def more(self) -> str:
        left = self.group.count - len(self.group.findings)
        return _("och %(n)d till; alla ställen räknas, de första 50 visas.") % {"n": left} if left else ""

    def places(self) -> Iterator[dict[str, str]]:
        for finding in self.group.findings:
            said = self.words.reasons.get(finding.params.get("reason", ""))
            yield {
                "where": where(finding),
                "said": texts.message(finding, self.language) if said else "",
                "found": finding.found or "",
                "expected": finding.expected or "",
            }


class Judgement:
    """A report and, where there is one, the round before it."""

    def __init__(self, row: ValidationReport, *, with_change: bool = True) -> None:
        self.row = row
        self.report = Report.from_json(row.report)
        self.language = (get_language() or "sv")[:2]
        before = row.sip.reports.filter(round=row.round - 1).first() if with_change else None
        self.before = Report.from_json(before.report) if before else None

    @property
    def profile_name(self) -> str:
        return Profile.load(self.row.profile).name if self.row.profile in published() else self.row.profile

    @property
    def scanned(self) -> str:
        """Who looked for viruses. Nobody having looked is never told as clean."""
        name = self.report.facts.scanner
        return _("Genomsökt med %(name)s") % {"name": name} if name else _("Inte genomsökt efter virus")

    @property
    def kind(self) -> str:
        return "bad" if self.row.errors else ("warn" if self.row.warnings else "good")

    @property
    def sentence(self) -> str:
        if self.row.verdict == ValidationReport.Verdict.UNREADABLE:
            return _("Paketet går inte att läsa och har därför inte kontrollerats.")
        if self.row.errors:
            return ngettext(
                "Paketet kan inte tas emot: %(n)d fel måste rättas.",
                "Paketet kan inte tas emot: %(n)d fel måste rättas.",
                self.row.errors,
            ) % {"n": self.row.errors}
        if self.row.warnings:
            return ngettext(
                "Paketet kan tas emot, men läs varningen först.",
                "Paketet kan tas emot, men läs de %(n)d varningarna först.",
                self.row.warnings,
            ) % {"n": self.row.warnings}
        return _("Paketet är felfritt och kan tas emot.")

    def stats(self) -> list[dict[str, Any]]:
        counted = [
            (_("Fel som stoppar"), self.row.errors, "bad"),
            (_("Varningar"), self.row.warnings, "warn"),
            (_("Upplysningar"), self.row.remarks, "info"),
        ]
        return [{"label": label, "value": number, "kind": kind if number else ""} for label, number, kind in counted]

    def groups(self) -> list[ReadGroup]:
        earlier = {(group.rule, group.severity): group for group in self.before.groups} if self.before else {}
        return [
            ReadGroup(group, texts.describe(group.rule, self.language), self.language, self._change(group, earlier))
            for group in self.report.groups
        ]

    def to_mend(self) -> list[ReadGroup]:
        """What stops and what warns, the first to act on first."""
        return [each for each in self.groups() if each.group.severity != Severity.INFO]

    def to_know(self) -> list[ReadGroup]:
        return [each for each in self.groups() if each.group.severity == Severity.INFO]

    def _change(self, group: Group, earlier: dict[tuple[str, Severity], Group]) -> str:
        if self.before is None:
            return ""
        was = earlier.get((group.rule, group.severity))
        if was is None:
            return _("nytt sedan förra omgången")
        if was.digest == group.digest:
            return _("kvar sedan förra omgången")
        return _("ändrat sedan förra omgången (var %(n)d)") % {"n": was.count}

    def mended(self) -> list[ReadGroup]:
        """Groups of the round before that are gone now."""
        if self.before is None:
            return []
        now = {(group.rule, group.severity) for group in self.report.groups}
        return [
            ReadGroup(group, texts.describe(group.rule, self.language), self.language, _("rättat"))
            for group in self.before.groups
            if (group.rule, group.severity) not in now
        ]


def where(finding: Finding) -> str:
    """File, line and XPath in one line: "sip.xml, rad 12"."""
    place = finding.place
    parts = [place.file or _("hela paketet")]
    if place.line:
        parts.append(_("rad %(line)d") % {"line": place.line})
    elif place.xpath:
        parts.append(place.xpath)
    return ", ".join(parts)


def to_csv(judgement: Judgement) -> bytes:
    """One line per kept place."""
    heads = [_("Regel"), _("Allvar"), _("Rubrik"), _("Fil"), _("Rad"), _("XPath"), _("Funnet"), _("Väntat")]
    return sheets.to_csv([*heads, _("Så rättar du")], _lines(judgement))


def _lines(judgement: Judgement) -> Iterator[tuple[sheets.Cell, ...]]:
    for each in judgement.groups():
        for finding in each.group.findings:
            place = (finding.place.file, finding.place.line, finding.place.xpath)
            said = (finding.found, finding.expected, each.words.mend)
            yield each.group.rule, each.label, each.words.title, *place, *said
