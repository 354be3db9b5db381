"""What is written about source systems and of who has them. Shape only: whether it may be is the acts' question."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.utils.translation import gettext_lazy as _

from consortium import personal_numbers
from consortium.forms import DayField, RoughDayField, SentFile
from consortium.swedish import swedish_key
from deliveries.models import SourceSystem, SystemInventory
from governance.models import Municipality

_VERSION = re.compile(r"(?P<name>.+?)\s*\(version (?P<version>[^()]{1,20})\)", re.IGNORECASE)
LONGEST_NAME, MOST_NAMES = 80, 40


class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    """The fields of a row and the revision the writer saw. What must hold between them is the act's question."""

    revision = forms.IntegerField(widget=forms.HiddenInput, initial=1)

    def _post_clean(self) -> None:
        """Each field by itself. The act says in words what the database would refuse in its own."""
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.clean_fields(exclude=self._get_validation_exclusions())  # type: ignore[attr-defined]
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and personal_numbers.holds_one(value):
                self.add_error(name, _("Texten innehåller ett personnummer. Ta bort det."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the act writes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class SystemForm(RowForm):
    aliases = forms.CharField(
        label=_("Andra namn och versioner"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Ett namn per rad. En version skrivs så här: ECOS 2 (version 2)."),
        max_length=MOST_NAMES * (LONGEST_NAME + 40),
    )

    class Meta:
        model = SourceSystem
        fields = ("name", "vendor", "information_type", "secrecy_default", "delivered_as", "recipe", "lessons")
        widgets = {"lessons": forms.Textarea(attrs={"rows": 5})}
        help_texts = {"lessons": _("Det som nästa kommun bör veta. Inget hemligt innehåll.")}

    field_order = ("name", "aliases")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not any(letter.isalnum() for letter in name):
            raise ValidationError(_("Skriv ett namn med bokstäver eller siffror."))
        return name

    def clean_aliases(self) -> list[tuple[str, str]]:
        names = []
        for line in str(self.cleaned_data["aliases"]).splitlines():
            if not (text := " ".join(line.split())):
                continue
            found = _VERSION.fullmatch(text)
            name, version = (found["name"], found["version"]) if found else (text, "")
            if len(name) > LONGEST_NAME or not any(letter.isalnum() for letter in name):
                raise ValidationError(_("”%(name)s” går inte att använda som namn."), params={"name": text[:40]})
            names.append((name, version))
        if len(names) > MOST_NAMES:
            raise ValidationError(_("Skriv högst 40 namn."))
        return names


class CountField(forms.IntegerField):
    """12500 or 12 500."""

    def to_python(self, value: Any) -> int | None:
        text = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3})", "", value) if isinstance(value, str) else value
        number: int | None = super().to_python(text)
        return number


class InventoryForm(RowForm):
    class Meta:
        model = SystemInventory
        fields: Any = (
            *("version", "in_use", "used_from", "retired_on", "records", "size_gb", "retention"),
            *("confidentiality", "correctness", "availability", "personal_data"),
            *("end_of_life_on", "contract_ends_on", "note"),
        )
        field_classes = {
            **dict.fromkeys(("used_from", "retired_on", "end_of_life_on", "contract_ends_on"), DayField),
            "records": CountField,
        }
        localized_fields = ("size_gb",)
        widgets = {
            "note": forms.Textarea(attrs={"rows": 3}),
            "records": forms.TextInput(attrs={"class": "w10", "inputmode": "numeric"}),
            "size_gb": forms.TextInput(attrs={"class": "w10", "inputmode": "decimal"}),
            **{
                name: forms.Select(
                    choices=[("", _("Ej klassat")), *((n, str(n)) for n in range(5))], attrs={"class": "w10"}
                )
                for name in ("confidentiality", "correctness", "availability")
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.size_gb is not None:
            self.initial["size_gb"] = self.instance.size_gb.normalize()  # 21,2 rather than 21,200


class NewInventoryForm(InventoryForm):
    class Meta(InventoryForm.Meta):
        fields: Any = ("system", *InventoryForm.Meta.fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["system"]
        choice.queryset = SourceSystem.objects.in_swedish_order()
        choice.empty_label = _("Välj system")


class ImportForm(forms.Form):
    file = SentFile(
        label=_("Fil"),
        help_text=_("CSV eller .xlsx, högst 10 MB och 50 000 rader. Använd mallen om du är osäker på kolumnerna."),
        error_messages={"required": _("Välj en fil."), "empty": _("Filen är tom. Välj en annan.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    municipality = forms.ModelChoiceField(
        label=_("Kommun"),
        queryset=Municipality.objects.none(),
        required=False,
        empty_label=_("Enligt filens kolumn Kommun"),
    )
    register_systems = forms.BooleanField(
        label=_("Lägg upp system som inte finns i registret"),
        required=False,
        help_text=_("Namn som liknar ett känt system räknas ändå som felskrivna."),
    )


class JointProjectForm(forms.Form):
    name = forms.CharField(label=_("Projektets namn"), max_length=120)
    delivering = forms.ModelMultipleChoiceField(
        label=_("Kommuner som levererar"),
        queryset=Municipality.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Välj minst två kommuner som levererar.")},
    )
    listening = forms.ModelMultipleChoiceField(
        label=_("Kommuner som lyssnar"),
        queryset=Municipality.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    planned_from = RoughDayField(
        label=_("Planerat från"), required=False, help_text=_("Till exempel 2023-01-01 eller hösten 2023.")
    )
    note = forms.CharField(
        label=_("Anteckning"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        both = set(cleaned.get("delivering") or ()) & set(cleaned.get("listening") or ())
        if both:
            names = ", ".join(sorted((each.name for each in both), key=swedish_key))
            self.add_error("listening", _("%(names)s kan inte både leverera och lyssna.") % {"names": names})
        return cleaned
