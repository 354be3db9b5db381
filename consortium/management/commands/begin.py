"""`manage.py begin`: the first consortium and its administrator, in an empty portal. Others are made in the portal."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone, translation

from consortium.access import invitation
from consortium.models import User
from governance import consortia
from governance.models import Consortium


class Command(BaseCommand):
    help = "Lägg upp det första samarbetet och dess administratör i en tom portal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="samarbetets namn")
        parser.add_argument("email", help="administratörens e-postadress")
        parser.add_argument("--function", default="Konsortieadministratör", help="administratörens funktion")

    def handle(self, *args: Any, **options: Any) -> None:
        if Consortium.objects.exists():
            raise CommandError("Portalen är redan i gång. Lägg upp fler samarbeten på sidan Medlemmar.")
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError("Administratörens e-postadress stämmer inte.") from error
        with translation.override("sv"), transaction.atomic():
            administrator = User.objects.create_user(options["email"], None, function=options["function"])
            consortia.found(
                options["name"],
                stage=Consortium.Stage.PROJECT,
                legal_form=Consortium.LegalForm.PROJECT,
                on=timezone.localdate(),
                by=administrator,
            )
        self.stdout.write(f"{options['name']} är upplagt. Administratören väljer sitt lösenord här, inom tre dagar:")
        self.stdout.write(invitation.link(administrator))
