"""Utökningar."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField, RoughDayField
from consortium.precision import Precision
from governance.forms.shapes import Facts, Municipalities, line, text
from governance.models import Consortium, ExtensionRound, Milestone, Municipality, RoundDecision


class RoundForm(Facts):
    NAMES = ("name", "new_name", "status", "opened_on", "decisions_by", "expected_joiners", "note")

    name = line(_("Namn"))
    new_name = line(_("Samarbetets nya namn"), required=False)
    status = forms.ChoiceField(label=_("Läge"), choices=ExtensionRound.Status.choices)
    opened_on = DayField(label=_("Började"))
    decisions_by = DayField(
        label=_("Alla beslut väntas senast"),
        help_text=_("Dagen som tidsplanen bygger på. Senare beslut flyttar planen."),
    )
    expected_joiners = forms.IntegerField(
        label=_("Väntat antal nya kommuner"), required=False, min_value=1, max_value=290
    )
    note = text(_("Anteckning"), required=False)
    joining = Municipalities(label=_("Nya kommuner"), required=False)

    def __init__(self, *args: Any, consortium: Consortium, **options: Any) -> None:
        super().__init__(*args, **options)
        outside = Municipality.objects.exclude(pk__in=consortium.members().values("pk")).in_swedish_order()
        self.fields["joining"].queryset = outside  # type: ignore[attr-defined]

    def joiners(self) -> list[Municipality]:
        return list(self.cleaned_data["joining"])

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in super().facts().items() if name != "joining"}


class HoldForm(Facts):
    reason = line(_("Vad som väntas"), 300)
    from_on = DayField(label=_("Från och med"))
    until_on = DayField(label=_("Till och med"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("from_on") and data.get("until_on") and data["until_on"] < data["from_on"]:
            raise ValidationError({"until_on": _("Slutdagen ligger före den första dagen.")})
        return data


class DependencyForm(Facts):
    text = line(_("Vad som måste ha hänt"), 200)


class MilestoneForm(Facts):
    name = line(_("Delmål"))
    lane = forms.ChoiceField(label=_("Gäller"), choices=Milestone.Lane.choices)
    planned_on = DayField(label=_("Planerat"))
    waits = forms.BooleanField(label=_("Väntar på medlemmarnas beslut"), required=False, initial=True)


class RoundDecisionForm(Facts):
    ROUGH = {"planned": ("planned_on", "planned_precision")}

    outcome = forms.ChoiceField(label=_("Beslut"), choices=RoundDecision.Outcome.choices, widget=forms.RadioSelect)
    planned = RoughDayField(label=_("Planerat till"), required=False)
    decided_on = DayField(label=_("Beslutsdag"), required=False)
    reference = line(_("Organ, § och diarienummer"), required=False)

    def facts(self) -> dict[str, Any]:
        return {"planned_precision": Precision.DAY, **super().facts()}
