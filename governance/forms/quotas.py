"""Utrymme, in whole GB as disks count them: a thousand million bytes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.forms.shapes import Facts

GB = 10**9
MOST = 1_000_000


class QuotaForm(Facts):
    gigabytes = forms.IntegerField(
        label=_("Gräns i GB"),
        required=False,
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"class": "w10"}),
        help_text=_("Hela GB. Tomt: ingen gräns. En lägre gräns än det som används stoppar bara nya leveranser."),
        error_messages={
            "invalid": _("Skriv gränsen i hela GB, till exempel 500."),
            "min_value": _("Gränsen är minst 1 GB. Lämna fältet tomt om det inte ska finnas någon gräns."),
            "max_value": _("Gränsen är högst 1 000 000 GB. Lämna fältet tomt om det inte ska finnas någon gräns."),
        },
    )

    @property
    def limit(self) -> int | None:
        gigabytes: int | None = self.cleaned_data["gigabytes"]
        return gigabytes * GB if gigabytes else None


def first_limit(limit: int | None, version: int) -> dict[str, Any]:
    """What stands now, rounded up: saving it unseen must not shut anybody out."""
    return {"gigabytes": -(-limit // GB) if limit else None, "seen": version}
