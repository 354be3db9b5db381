"""`manage.py fixity`: read every copy now, or let the copies of a store be replaced after somebody has looked at it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from archive import fixity
from archive.models import FixityCheck, StorageCopy
from archive.stores.base import StoreUnavailable


class Command(BaseCommand):
    help = "Läser alla kopior till slutet och jämför kontrollsummor. Ändrar ingenting om inte --restore anges."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", choices=settings.ARCHIVE_STORES, help="Bara detta lager.")
        parser.add_argument(
            "--restore",
            action="store_true",
            help="Ersätt saknade och skadade kopior i lagret från en hel kopia. De skadade byten ligger kvar.",
        )

    def handle(self, *, store: str | None, restore: bool, **options: Any) -> None:
        if restore and not store:
            raise CommandError("Ange vilket lager som ska återställas: --store NAMN --restore.")
        bad = self._read(store)
        if restore and store:
            try:
                mended = fixity.restore(store, by=None)
            except StoreUnavailable as problem:
                raise CommandError(str(problem)) from problem
            self.stdout.write(f"{mended} av {bad} kopior återställda i lager {store}.")
            bad -= mended
        if bad:
            raise CommandError(f"{bad} kopior är inte hela. Se ovan; inget är ändrat i dem.", returncode=1)

    def _read(self, store: str | None) -> int:
        copies = StorageCopy.objects.filter(store__in=[store] if store else settings.ARCHIVE_STORES)
        bad = 0
        for copy in copies.select_related("aip").order_by("store", "pk").iterator(chunk_size=200):
            check = fixity.audit_copy(copy)
            if check.outcome != FixityCheck.Outcome.SOUND:
                bad += 1
                self.stdout.write(f"{copy}: {check.get_outcome_display()}. {check.found}")
        self.stdout.write(f"{copies.count()} kopior lästa, {bad} är inte hela.")
        return bad
