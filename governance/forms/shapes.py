"""What the rooms' forms have in common: the version that was seen, days as people write them, words without persons."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from consortium import personal_numbers
from governance.models import Municipality


def no_personal_number(value: str) -> None:
    if personal_numbers.holds_one(value):
        raise ValidationError(_("Texten innehåller ett personnummer. Ta bort det."))


def line(label: Any, length: int = 120, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, validators=[no_personal_number], **options)


def text(label: Any, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
        validators=[no_personal_number],
        **options,
    )


class OneMunicipality(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class Municipalities(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def __init__(self, **options: Any) -> None:
        options.setdefault("queryset", Municipality.objects.none())
        super().__init__(widget=forms.CheckboxSelectMultiple, **options)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class Facts(forms.Form):
    """Fields that become facts for an act. A rough day becomes two: the day and its precision."""

    ROUGH: ClassVar[dict[str, tuple[str, str]]] = {}  # field: (name of the day, name of its precision)

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def facts(self) -> dict[str, Any]:
        found = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        for name, (day, precision) in self.ROUGH.items():
            value = found.pop(name)
            if value:
                found[day], found[precision] = value
            else:
                found[day] = None
        return found

    @property
    def version_seen(self) -> int:
        return int(self.cleaned_data.get("seen") or 0)

    def reopened(self, version: int) -> "Facts":
        """The same words once more, over what somebody else has saved."""
        data = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("seen")] = str(version)
        self.data = data
        return self


def first_values(row: models.Model, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names} | {"seen": getattr(row, "version", None)}
