"""`manage.py schemas`: the register of schemas that vendors' XML is judged by.

`schemas list` shows what is there, `schemas load FILE --key --version --licence` takes one in, `schemas missing KEY`
names what else has to be loaded before a schema can be used. Nothing is fetched: what is imported must be loaded too.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from archive.packages.schemas import Register, SchemaMissing, SchemaRefused


class Command(BaseCommand):
    help = "Visar och läser in XML-scheman som leverantörers XML prövas mot."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="scheman i registret")
        load = acts.add_parser("load", help="läs in ett schema")
        load.add_argument("file", type=Path)
        for name, words in (
            ("key", "namnet som överenskommelser använder"),
            ("schema-version", "schemats version"),
            ("licence", "villkoren för att använda schemat"),
        ):
            load.add_argument(f"--{name}", required=True, help=words)
        missing = acts.add_parser("missing", help="vad ett schema behöver som inte är inläst")
        missing.add_argument("key")

    def handle(self, *args: Any, **options: Any) -> None:
        register = Register(Path(settings.SCHEMA_DIR))
        try:
            getattr(self, f"_{options['act']}")(register, options)
        except (SchemaRefused, SchemaMissing) as problem:
            raise CommandError(str(problem)) from None
        except FileNotFoundError as problem:
            raise CommandError(f"Filen {problem.filename} finns inte.") from None

    def _list(self, register: Register, options: dict[str, Any]) -> None:
        for each in register:
            self.stdout.write(
                f"{each.key}  {each.version}  {each.namespace or '–'}  {each.licence}  {each.sha256[:16]}"
            )

    def _load(self, register: Register, options: dict[str, Any]) -> None:
        entry = register.load(
            options["file"],
            key=options["key"],
            version=options["schema_version"],
            licence=options["licence"],
            on=timezone.localdate(),
        )
        self.stdout.write(f"{entry.key} är inläst ({entry.sha256}).")
        for wanted in register.missing_for(entry.key):
            self.stdout.write(f"Schemat behöver även {wanted}; läs in det också.")

    def _missing(self, register: Register, options: dict[str, Any]) -> None:
        for wanted in register.missing_for(options["key"]):
            self.stdout.write(wanted)
