"""`manage.py audit verify`: read both logs from the first event and say whether they hold."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consortium import audit
from consortium.models import AuditEvent


class Command(BaseCommand):
    help = "Kontrollera att granskningsloggen är hel och oförändrad."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        broken = list(audit.breaks())
        for _, sentence in broken:
            self.stderr.write(sentence)
        if broken:
            raise CommandError(f"Loggen håller inte: {len(broken)} fel.")
        last = AuditEvent.objects.order_by("-id").first()
        head = f" Senaste sigill: {last.hash}" if last else ""
        self.stdout.write(f"Loggen är hel: {AuditEvent.objects.count()} händelser.{head}")
