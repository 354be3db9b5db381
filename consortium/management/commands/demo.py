"""`manage.py demo`: fill an empty portal with the believable consortium, through the real pipeline."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from consortium.site.demo import (
    agreements,
    bodies,
    consortia,
    costs,
    inventory,
    meetings,
    members,
    packages,
    people,
    projects,
    publishing,
    quotas,
)
from governance.models import Consortium


class Command(BaseCommand):
    help = "Läs in exempelkonsortiet med kommuner, projekt, personer och arkiv."

    def handle(self, *args: Any, **options: Any) -> None:
        if people.are_here() and not packages.unfinished():
            self._tell_logins()
        elif Consortium.objects.exists() and not packages.unfinished():
            raise CommandError("Det finns redan ett konsortium här. Exemplet läses bara in i en tom portal.")
        else:
            with translation.override("sv"):
                self._load()

    def _load(self) -> None:
        if not Consortium.objects.exists():
            with transaction.atomic():
                consortium = members.load()
                projects.load(consortium)
                people.load(consortium)
                consortia.load(people.named("administrator@exempel.se"))
                bodies.load(consortium, people.named("administrator@exempel.se"))
                projects.furnish(people.named("it-arkivarie@exempel.se"))
                inventory.load(consortium, people.named("it-arkivarie@exempel.se"))
                meetings.load(consortium)
                costs.load(consortium)
                publishing.load(consortium)
                packages.staff()
        self.stdout.write("Medlemmar, projekt och personer är inlästa. Nu byggs arkivet, paket för paket:")
        packages.load(self.stdout.write)
        agreements.load()
        quotas.load()
        self._tell_logins()
        self.stdout.write("Exemplet är klart.")

    def _tell_logins(self) -> None:
        (settings.DATA_DIR / "demo-logins.txt").write_text(people.logins(), encoding="utf-8")
