"""Årshjul och kalender."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField
from governance.forms.shapes import Facts, line, text
from governance.models import AgreementDeadline, Consortium


class YearForm(Facts):
    year = forms.IntegerField(label=_("År"), min_value=2000, max_value=2100)


class PlannedForm(Facts):
    on = DayField(label=_("Dag"))
    start = forms.TimeField(
        label=_("Börjar"),
        required=False,
        input_formats=["%H.%M", "%H:%M", "%H"],
        help_text=_("Till exempel 9 eller 9.30."),
    )
    end = forms.TimeField(label=_("Slutar"), required=False, input_formats=["%H.%M", "%H:%M", "%H"])
    deadline = forms.ModelChoiceField(
        label=_("Knutet till"),
        queryset=AgreementDeadline.objects.none(),
        required=False,
        empty_label=_("Inget särskilt"),
    )
    venue = line(_("Plats"), required=False, help_text=_("Till exempel Teams."))

    def __init__(self, *args: Any, consortium: Consortium, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["deadline"].queryset = consortium.deadlines.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if (start is None) != (end is None):
            raise ValidationError({"end" if start else "start": _("Ange både när mötet börjar och när det slutar.")})
        if start and end and end <= start:
            raise ValidationError({"end": _("Mötet slutar innan det börjar.")})
        return data


class CommentForm(Facts):
    text = text(_("Din synpunkt på datumen"))


class DeadlineForm(Facts):
    kind = forms.ChoiceField(label=_("Slag"), choices=AgreementDeadline.Kind.choices)
    name = line(_("Benämning"), required=False)
    month = forms.IntegerField(label=_("Månad, 1–12"), min_value=1, max_value=12)
    day = forms.IntegerField(
        label=_("Dag"), required=False, min_value=1, max_value=31, help_text=_("Tomt: hela månaden räknas.")
    )
    source = line(_("Källa"), 200, required=False, help_text=_("Till exempel avtalet, punkt 7."))
