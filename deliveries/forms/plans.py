"""What is written in delivery plans, of archivists, and of the order of systems."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField
from deliveries.forms.systems import RowForm
from deliveries.models import DeliveryPlan, Sector, SourceSystem, StudyItem
from deliveries.models.prioritisation import MAX_WEIGHT, PARTS
from governance.models import Municipality

FIRST_YEAR, LAST_YEAR = 2000, 2100


class PlanForm(RowForm):
    sectors = forms.MultipleChoiceField(
        label=_("Förvaltningar med behov"), choices=Sector.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = DeliveryPlan
        fields = (
            *("status", "mandate_holder", "deciding_body", "anchoring_forum", "sectors"),
            *("decided_on", "paragraph", "registry_number", "note"),
        )
        field_classes = {"decided_on": DayField}
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


class StaffingForm(RowForm):
    has_archivist = forms.TypedChoiceField(
        label=_("Har kommunen en arkivarie?"),
        choices=[("", _("Ej angivet")), ("yes", _("Ja")), ("no", _("Nej"))],
        coerce=lambda word: word == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Anteckning"), max_length=200, required=False)

    class Meta:
        model = Municipality
        fields = ("has_archivist",)


class WeightsForm(forms.Form):
    """Also read from the address, so that a ranking on trial can be sent to somebody."""

    need = forms.IntegerField(label=_("Behov av arkivering"), min_value=0, max_value=MAX_WEIGHT)
    ease = forms.IntegerField(label=_("Lätt att ansluta"), min_value=0, max_value=MAX_WEIGHT)
    saving = forms.IntegerField(label=_("Besparing"), min_value=0, max_value=MAX_WEIGHT)


class DecisionForm(forms.Form):
    function = forms.CharField(
        label=_("Vem beslutade"),
        max_length=120,
        help_text=_("Funktion eller organ, inte namn: till exempel Styrgruppen."),
    )
    on = DayField(label=_("Beslutsdag"))
    paragraph = forms.CharField(label=_("Paragraf"), max_length=20, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)


class ScoreForm(forms.Form):
    """One system's line. All three figures or none: a system without figures is not ranked."""

    need = forms.IntegerField(label=_("Behov"), min_value=1, max_value=5, required=False)
    ease = forms.IntegerField(label=_("Enkelhet"), min_value=1, max_value=5, required=False)
    saving = forms.IntegerField(label=_("Besparing"), min_value=1, max_value=5, required=False)
    motive = forms.CharField(label=_("Skäl"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, system: SourceSystem, shared_by: int = 0, **kwargs: Any) -> None:
        super().__init__(data, prefix=f"s{system.pk}", **kwargs)
        self.system, self.shared_by = system, shared_by
        for name in PARTS:
            self.fields[name].widget = forms.Select(
                choices=[("", "–"), *((str(n), str(n)) for n in range(1, 6))],
                attrs={"aria-label": f"{system.name}, {self.fields[name].label}"},
            )
        self.fields["motive"].widget.attrs["aria-label"] = f"{system.name}, {self.fields['motive'].label}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = [name for name in PARTS if cleaned.get(name)]
        if given and len(given) < len(PARTS) and not self.errors:
            missing = next(name for name in PARTS if name not in given)
            self.add_error(missing, _("%(system)s: fyll i alla tre, eller ingen.") % {"system": self.system.name})
        return cleaned

    @property
    def is_scored(self) -> bool:
        return all(self.cleaned_data.get(name) for name in PARTS)


class StudyForm(RowForm):
    class Meta:
        model = StudyItem
        fields = ("status", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}
