"""`python -m archive.packages check PATH`: what the portal's worker runs, at the supplier's own desk.

Exit codes: 0 valid, 1 faulty, 2 cannot be read, 3 our own error.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from archive.packages.report import Report, Severity, Verdict

VALID, FAULTY, UNREADABLE, OWN_ERROR = 0, 1, 2, 3
_CODES = {Verdict.VALID: VALID, Verdict.FAULTY: FAULTY, Verdict.UNREADABLE: UNREADABLE}
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
        "who": "Åtgärdas av",
        "changed": "Ändrat av överenskommelsen",
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
        "who": "Mended by",
        "changed": "Changed by the agreement",
    },
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        return code
    except BrokenPipeError:
        return OWN_ERROR
    except OSError as error:
        print(f"{error.strerror or error}: {error.filename or ''}", file=sys.stderr)
        return UNREADABLE
    except ValueError as error:
        print(error, file=sys.stderr)
        return OWN_ERROR
    except Exception as error:  # the engine's own fault, never the package's: say so with its own exit code
        print(f"Tekniskt fel, inte ett fel i paketet / technical error: {error!r}", file=sys.stderr)
        return OWN_ERROR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m archive.packages", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    check = commands.add_parser("check", help="judge a package: folder, tar, tar.gz or zip")
    check.add_argument("path", type=Path)
    check.add_argument("--profile", help="fgs-1.2, e-ark-sip-2.1.0, … or the JSON file of an agreement")
    check.add_argument("--limits", type=Path, help="a JSON file of limits")
    check.add_argument("--json", action="store_true", help="the whole report as JSON")
    check.add_argument("--jobs", type=int, default=1, help="so many processes share the bytes")
    check.add_argument("--formats", action="store_true", help="identify each file's format (PRONOM)")
    check.add_argument("--lang", choices=("sv", "en"), default="sv")
    check.set_defaults(run=_check)
    profiles = commands.add_parser("profiles", help="the specifications packages can be held to")
    profiles.set_defaults(run=_profiles)
    return parser


def _check(options: argparse.Namespace) -> int:
    from archive.packages.check import Progress, check
    from archive.packages.limits import Limits

    if not options.path.exists():
        print(f"{options.path}: finns inte / does not exist", file=sys.stderr)
        return UNREADABLE
    limits = Limits.from_mapping(json.loads(options.limits.read_text("utf-8"))) if options.limits else None
    bar: Callable[[Progress], None] | None = _Bar() if sys.stderr.isatty() else None
    report = check(
        options.path, options.profile, limits=limits, progress=bar, identify=options.formats, jobs=options.jobs
    )
    if bar is not None:
        print("\r\033[K", end="", file=sys.stderr)
    if options.json:
        print(report.to_json())
    else:
        _print(report, options.lang)
    return _CODES[report.verdict]


def _profiles(options: argparse.Namespace) -> int:
    from archive.packages.profile import Profile, published

    for key in published():
        profile = Profile.load(key)
        print(f"{key:20} {profile.name} ({len(profile.levels)} regler, METS: {', '.join(profile.mets)})")
    return VALID


class _Bar:
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
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def _print(report: Report, lang: str) -> None:
    from archive.packages import texts

    words = _WORDS[lang]
    counts = ", ".join(f"{words[at]}: {count}" for at, count in report.counts.items() if count)
    print(f"{report.package}: {words[report.verdict]} {counts}".rstrip())
    print(f"{report.profile} {report.profile_version}, {report.facts.files} filer, {report.facts.bytes} byte")
    for change in report.changes:
        print(f"{words['changed']}: {change}")
    for group in report.groups:
        text = texts.describe(group.rule, lang)
        print(f"\n{words[group.severity]} {group.rule}: {text.title}")
        if group.count > len(group.findings):
            print("  " + words["places"].format(count=group.count, shown=len(group.findings)))
        for finding in group.findings:
            place = finding.place.file + (f":{finding.place.line}" if finding.place.line else "")
            print(f"  {place or report.package}: {texts.message(finding, lang)}")
        if text.mend:
            print(f"  {words['mend']}: {text.mend} ({words['who']}: {text.who.lower()})")


if __name__ == "__main__":
    sys.exit(main())
