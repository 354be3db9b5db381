"""Forms check shape; the acts check law."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Skäl"),
        help_text=_("Skriv vad som behöver ändras. Skriv inga personuppgifter."),
        error_messages={"required": _("Skriv skälen, så att mottagaren vet vad som ska ändras.")},
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class GiveBackForm(ReasonForm):
    """Why a delivery is given back; the producer reads it."""
