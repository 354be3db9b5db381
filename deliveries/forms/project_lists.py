"""What is written beside the projects: file collections, systems shut down, and what one wants to hear of."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField, KronorField, RoughDayField
from deliveries.forms.projects import AS_KNOWN, Municipalities, OneMunicipality, no_personal_number, offer, text
from deliveries.models import FileStream, News, SourceSystem
from governance.models import Municipality


class StreamForm(forms.Form):
    kind = forms.ChoiceField(label=_("Slag"), choices=FileStream.Kind.choices)
    name = forms.CharField(label=_("Egen benämning"), max_length=80, required=False, validators=[no_personal_number])
    municipalities = Municipalities(label=_("Kommuner"))
    priority = forms.ChoiceField(
        label=_("Prioritet"), choices=FileStream.Priority.choices, initial=FileStream.Priority.LOW
    )
    from_on = DayField(label=_("Från och med"), required=False)
    until_on = DayField(label=_("Till och med"), required=False)
    note = text(_("Anteckning"), 3, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=1)

    def __init__(self, *args: Any, municipalities: Iterable[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["municipalities"], Municipality, municipalities)

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("municipalities", "version")}


class ShutDownForm(forms.Form):
    system = forms.ModelChoiceField(
        label=_("System"), queryset=SourceSystem.objects.in_swedish_order(), to_field_name="slug"
    )
    municipality = OneMunicipality(label=_("Kommun"), queryset=Municipality.objects.none())
    on = RoughDayField(label=_("Avställt"), help_text=AS_KNOWN)
    saving_per_year = KronorField(label=_("Besparing per år"))
    note = text(_("Anteckning"), 3, required=False)

    def __init__(self, *args: Any, municipalities: Iterable[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["municipality"], Municipality, municipalities)

    def clean_saving_per_year(self) -> int:
        amount = self.cleaned_data["saving_per_year"]
        if amount < 0 or amount > 2_000_000_000:
            raise ValidationError(_("Skriv ett belopp som är noll eller mer."))
        return int(amount)


class NewsForm(forms.Form):
    """Which news, where. An unticked box switches the kind off."""

    in_portal = forms.MultipleChoiceField(
        label=_("Visa i portalen"), choices=News.Kind.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    by_mail = forms.MultipleChoiceField(
        label=_("Skicka i det dagliga brevet"),
        choices=News.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
