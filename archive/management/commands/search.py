"""`manage.py search rebuild`: both indexes anew from the database, with progress; `search follow` takes what is due."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive import indexing


class Command(BaseCommand):
    help = "Bygger om sökindexen ur databasen, eller tar med det som väntar. Får avbrytas och köras igen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["rebuild", "follow"])

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        if options["act"] == "follow":
            self.stdout.write(f"{indexing.follow(sys.maxsize)} arkivenheter togs med.")
            return
        try:
            indexing.rebuild(self._progress)
        except indexing.BeingWritten:
            raise CommandError(
                "En annan process skriver i sökindexet just nu. Vänta en stund och försök igen."
            ) from None
        self.stdout.write(f"\nKlart på {time.monotonic() - begun:.1f} s.")

    def _progress(self, which: str, done: int, total: int) -> None:
        name = {"public": "Publikt index", "staff": "Internt index"}[which]
        self.stdout.write(f"\r{name}: {done} av {total}", ending="" if sys.stdout.isatty() else "\n")
        self.stdout.flush()
