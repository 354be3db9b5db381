"""Organ, platser och andra parter."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField
from consortium.models import User
from consortium.precision import Precision
from governance.forms.shapes import Facts, OneMunicipality, line, text
from governance.models import Body, Municipality, Party, Seat
from governance.models.members import luhn


class BodyForm(Facts):
    NAMES = (
        *("name", "kind", "legal_regime", "agreed_adjustment_days", "numbering", "notice_days"),
        *("from_on", "until_on", "note"),
    )

    name = line(_("Namn"))
    kind = forms.ChoiceField(label=_("Slag"), choices=Body.Kind.choices)
    legal_regime = forms.ChoiceField(
        label=_("Ordning"),
        choices=Body.LegalRegime.choices,
        help_text=_("Styr protokollets klockor och texter. En styrgrupp av tjänstepersoner är ingen nämnd."),
    )
    agreed_adjustment_days = forms.IntegerField(
        label=_("Dagar till justering enligt avtalet"), required=False, min_value=1, max_value=120
    )
    numbering = forms.ChoiceField(label=_("Paragrafnumrering"), choices=Body.Numbering.choices)
    notice_days = forms.IntegerField(label=_("Kallelse, dagar före mötet"), min_value=0, max_value=90, initial=10)
    from_on = DayField(label=_("Från och med"))
    until_on = DayField(label=_("Till och med"), required=False)
    note = text(_("Anteckning"), required=False)

    def clean(self) -> dict[str, Any]:
        return _in_order(super().clean() or {})

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "from_precision": Precision.DAY}


def _in_order(data: dict[str, Any]) -> dict[str, Any]:
    first, last = data.get("from_on"), data.get("until_on")
    if first and last and last < first:
        raise ValidationError({"until_on": _("Slutdagen ligger före den första dagen.")})
    return data


class SeatForm(Facts):
    NAMES = (
        *("municipality", "party", "role", "status", "is_substitute", "function"),
        *("email", "user", "from_on", "until_on"),
    )

    municipality = OneMunicipality(label=_("Kommun"), queryset=Municipality.objects.none(), required=False)
    party = forms.ModelChoiceField(
        label=_("eller annan part"), queryset=Party.objects.all().in_swedish_order(), required=False
    )
    role = forms.ChoiceField(label=_("Uppgift"), choices=Seat.Role.choices, initial=Seat.Role.MEMBER)
    status = forms.ChoiceField(label=_("Läge"), choices=Seat.Status.choices, initial=Seat.Status.FIRM)
    is_substitute = forms.BooleanField(label=_("Ersättare"), required=False)
    function = line(
        _("Funktion"),
        required=False,
        help_text=_("Till exempel Kanslichef. Aldrig ett personnamn. Tomt för vakant plats."),
    )
    email = forms.EmailField(
        label=_("Funktionsadress"), required=False, help_text=_("Dit kallelser skickas. Tomt: användarens egen adress.")
    )
    user = forms.ModelChoiceField(
        label=_("Användare i portalen"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Den som svarar här."),
    )
    from_on = DayField(label=_("Från och med"))
    until_on = DayField(label=_("Till och med"), required=False)

    def __init__(self, *args: Any, body: Body, users: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = Municipality.objects.filter(memberships__consortium=body.consortium).distinct().in_swedish_order()
        self.fields["municipality"].queryset = known  # type: ignore[attr-defined]
        self.fields["user"].queryset = users  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = _in_order(super().clean() or {})
        vacant = data.get("status") == Seat.Status.VACANT
        if vacant and data.get("function"):
            raise ValidationError({"function": _("En vakant plats har ingen funktion. Töm fältet eller ändra läget.")})
        if not vacant and not data.get("function"):
            raise ValidationError({"function": _("Skriv vilken funktion som har platsen, eller välj läget Vakant.")})
        if data.get("municipality") and data.get("party"):
            raise ValidationError({"party": _("Platsen tillhör antingen en kommun eller en annan part.")})
        return data


class EndSeatForm(Facts):
    on = DayField(label=_("Sista dag"))


class PartyForm(Facts):
    kind = forms.ChoiceField(label=_("Slag"), choices=Party.Kind.choices)
    name = line(_("Namn"))
    organisation_number = forms.CharField(
        label=_("Organisationsnummer"), max_length=11, required=False, validators=[luhn]
    )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Party.objects.filter(name__iexact=name).exists():
            raise ValidationError(_("Parten finns redan. Välj den i listan på platsens sida."))
        return name
