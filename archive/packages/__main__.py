"""`python -m archive.packages`: what the portal's worker runs, at the supplier's own desk.

Exit codes: 0 valid, 1 faulty, 2 cannot be read, 3 our own error.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archive.packages import building
from archive.packages.report import Report, Verdict

VALID, FAULTY, UNREADABLE, OWN_ERROR = 0, 1, 2, 3
_CODES = {Verdict.VALID: VALID, Verdict.FAULTY: FAULTY, Verdict.UNREADABLE: UNREADABLE}
_REPORT_SCHEMA = Path(__file__).parent / "report.schema.json"
_SHOWN_FOLDERS = 200


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        return code
    except BrokenPipeError:
        return OWN_ERROR
    except FileNotFoundError as error:
        print(f"{error.filename}: finns inte / does not exist", file=sys.stderr)
        return UNREADABLE
    except OSError as error:
        print(f"{error.strerror or error}: {error.filename or ''}", file=sys.stderr)
        return UNREADABLE
    except (ValueError, LookupError) as error:
        print(error, file=sys.stderr)
        return OWN_ERROR
    except Exception as error:  # the engine's own fault, never the package's: say so with its own exit code
        print(f"Tekniskt fel, inte ett fel i paketet / technical error: {error.__cause__ or error!r}", file=sys.stderr)
        return OWN_ERROR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m archive.packages", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    check = commands.add_parser("check", help="judge a package: folder, tar, tar.gz or zip")
    check.add_argument("path", type=Path, nargs="?")
    _choices(check)
    check.add_argument("--json", action="store_true", help="the whole report as JSON")
    check.add_argument("--csv", action="store_true", help="the findings as a table")
    check.add_argument("--schema", action="store_true", help="print the JSON Schema of the report and stop")
    check.set_defaults(run=_check)
    describe = commands.add_parser("describe", help="what a package holds: folders, sizes, formats, cases")
    describe.add_argument("path", type=Path)
    _choices(describe)
    describe.set_defaults(run=_describe)
    profiles = commands.add_parser("profiles", help="the specifications packages can be held to, or the rules of one")
    profiles.add_argument("key", nargs="?")
    profiles.add_argument("--lang", choices=("sv", "en"), default="sv")
    profiles.set_defaults(run=_profiles)
    schemas = commands.add_parser("schemas", help="the schemas that vendors' XML is judged by")
    schemas.add_argument("register", type=Path, help="the folder of the register")
    schemas.add_argument("--load", type=Path, metavar="XSD", help="take a schema in")
    for name in ("key", "version", "licence"):
        schemas.add_argument(f"--{name}", default="", help="needed with --load")
    schemas.set_defaults(run=_schemas)
    building.add_to(commands)
    return parser


def _choices(command: argparse.ArgumentParser) -> None:
    command.add_argument("--profile", help="fgs-1.2, e-ark-sip-2.1.0, … or the JSON file of an agreement")
    command.add_argument("--limits", type=Path, help="a JSON file of limits")
    command.add_argument("--schemas", type=Path, metavar="FOLDER", help="the register of schemas")
    command.add_argument("--jobs", type=int, default=1, help="so many processes share the bytes")
    command.add_argument("--formats", action="store_true", help="identify each file's format (PRONOM)")
    command.add_argument("--lang", choices=("sv", "en"), default="sv")


def _judged(options: argparse.Namespace) -> Report:
    from archive.packages.check import check
    from archive.packages.limits import Limits
    from archive.packages.printing import Bar
    from archive.packages.profile import Profile
    from archive.packages.schemas import Register

    os.stat(options.path)
    limits = Limits.from_mapping(json.loads(options.limits.read_text("utf-8"))) if options.limits else None
    profile = Profile.load(options.profile) if options.profile else None
    schemas = Register(options.schemas) if options.schemas else None
    bar = Bar() if sys.stderr.isatty() else None
    try:
        return check(
            options.path,
            profile,
            limits=limits,
            progress=bar,
            identify=options.formats,
            schemas=schemas,
            jobs=options.jobs,
        )
    except (ValueError, LookupError) as error:  # what was asked for has been read, so this is the engine's own fault
        raise RuntimeError from error
    finally:
        if bar is not None:
            bar.wipe()


def _check(options: argparse.Namespace) -> int:
    from archive.packages.printing import as_csv, as_text

    if options.schema:
        print(_REPORT_SCHEMA.read_text("utf-8"), end="")
        return VALID
    if options.path is None:
        raise ValueError("Ange ett paket / name a package: check PATH")
    report = _judged(options)
    if options.json:
        print(report.to_json())
    elif options.csv:
        print(as_csv(report, options.lang), end="")
    else:
        print(*as_text(report, options.lang), sep="\n")
    return _CODES[report.verdict]


def _describe(options: argparse.Namespace) -> int:
    """The same reading as `check`, told as content instead of as faults."""
    report = _judged(options)
    facts: dict[str, Any] = report.facts.to_json()
    for name, value in facts.items():
        if value and not isinstance(value, (list, dict)):
            print(f"{name:24} {value}")
    for name in ("agreements", "codes", "specifications"):
        print(*(f"{name:24} {value}" for value in facts.get(name, ())), sep="\n", end="\n" if facts.get(name) else "")
    for agent in report.facts.agents:
        print(
            f"{'agent':24} {agent.role} {agent.otherrole or agent.type} {agent.name} {' '.join(agent.codes)}".rstrip()
        )
    for name in ("formats", "claims"):
        for each, count in facts[name].items():
            print(f"{name:24} {each} {count}")
    if report.verdict != Verdict.UNREADABLE:
        _print_folders(options.path)
    return _CODES[report.verdict]


def _print_folders(path: Path) -> None:
    from archive.packages.container import open_package

    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    with open_package(path, report=lambda _: None) as tree:
        for member in tree.members():
            folder = "/".join(member.path.split("/")[:-1][:4])
            files[folder] += 1
            sizes[folder] += member.size
    for folder in sorted(files)[:_SHOWN_FOLDERS]:
        print(f"{files[folder]:10} {sizes[folder]:16} {folder or '.'}/")


def _profiles(options: argparse.Namespace) -> int:
    from archive.packages import texts
    from archive.packages.profile import Profile, published

    if options.key:
        profile = Profile.load(options.key)
        for rule, severity in profile.levels.items():
            print(f"{rule:28} {severity:8} {texts.describe(rule, options.lang).title}")
        return VALID
    for key in published():
        profile = Profile.load(key)
        print(f"{key:20} {profile.name} ({len(profile.levels)}: {', '.join(profile.mets) or '–'})")
    return VALID


def _schemas(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from archive.packages.schemas import Register

    register = Register(options.register)
    if options.load:
        today = datetime.now(UTC).date()
        register.load(options.load, key=options.key, version=options.version, licence=options.licence, on=today)
    for each in register:
        missing = register.missing_for(each.key)
        lacks = f"  saknar / lacks: {', '.join(missing)}" if missing else ""
        print(f"{each.key:24} {each.version:10} {each.sha256[:12]} {each.namespace}{lacks}")
    return VALID


if __name__ == "__main__":
    sys.exit(main())
