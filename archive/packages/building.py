"""`python -m archive.packages build`: a folder of files, a table of cases and a few facts become a package."""

import argparse
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the command line starts in a third of a second, so nothing is imported before it is needed
    from archive.packages import build

_FACTS = """a JSON file: {"objid", "label", "creator": {"name", "code"}, "submitter": {"name", "code"},
"agreement": {"number", "signed_on"}, "system": {"name", "version"}, and what else PackageDescription knows}"""


def add_to(commands: Any) -> None:
    """The subcommand, for the parser of the command line."""
    command = commands.add_parser("build", help="make a package of a folder of files")
    command.add_argument("folder", type=Path, help="the files, as they shall lie in the package")
    command.add_argument("target", type=Path, help="the package to be made: .tar, .zip or a folder")
    command.add_argument("--facts", type=Path, required=True, help=_FACTS)
    command.add_argument("--table", type=Path, help="a CSV of cases and documents that name the files")
    command.add_argument("--profile", default="fgs-1.2", choices=("fgs-1.2", "e-ark-sip-2.1.0"))
    command.add_argument("--created", type=datetime.fromisoformat, help="date and time to write; now if not given")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from archive.packages import build, case_table

    if options.target.exists():
        raise ValueError(f"{options.target} finns redan; välj ett annat namn eller flytta undan den.")
    kinds: dict[str, build.ContainerKind] = {".tar": "tar", ".zip": "zip"}
    built = build.sip(
        options.target,
        profile=options.profile,
        files=build.files_in(options.folder),
        description=description(json.loads(options.facts.read_text("utf-8"))),
        cases=case_table.read(options.table) if options.table else None,
        created=options.created or datetime.now(UTC).replace(microsecond=0),
        container=kinds.get(options.target.suffix.lower(), "folder"),
    )
    sys.stdout.write(f"{built.path}  {built.size} byte  sha256 {built.sha256 or '–'}\n")
    return 0


def description(facts: dict[str, Any]) -> "build.PackageDescription":
    """A package's description from plain values; what is missing is named."""
    from archive.packages import build

    values = dict(facts)
    try:
        for name in ("creator", "submitter", "archive"):
            if values.get(name):
                values[name] = build.Organisation(**values[name])
        agreement = values["agreement"]
        values["agreement"] = build.Agreement(agreement["number"], date.fromisoformat(agreement["signed_on"]))
        values["system"] = build.System(**values["system"])
        for name in ("starts_on", "ends_on"):
            if values.get(name):
                values[name] = date.fromisoformat(values[name])
        return build.PackageDescription(**values)
    except KeyError as missing:
        raise ValueError(f"Uppgiften {missing} saknas i filen med uppgifter om paketet.") from None
    except TypeError as wrong:
        raise ValueError(f"Filen med uppgifter om paketet: {wrong}") from None
