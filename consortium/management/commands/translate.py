"""manage.py translate: bring the English catalogue up to date with the texts in the source, and compile it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from consortium import catalogue


class Command(BaseCommand):
    help = "Samlar texter ur källkoden i locale/en och kompilerar dem. Skriver ut dem som saknar engelska."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "locale" / "en" / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        po = folder / "django.po"
        known = catalogue.read(po.read_text()) if po.exists() else {}
        texts = catalogue.in_project(Path(settings.BASE_DIR))
        current: catalogue.Catalogue = {text: known.get(text, ("",)) for text in texts}
        po.write_text(catalogue.write(current))
        (folder / "django.mo").write_bytes(catalogue.compiled(current))
        missing = sorted(text[0] for text, forms in current.items() if not all(forms))
        self.stdout.write(f"{len(current)} texter, {len(missing)} saknar engelska.")
        for text in missing:
            self.stdout.write(f"  {text}")
