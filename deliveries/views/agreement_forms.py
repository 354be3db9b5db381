"""The draft's sections as forms: a few fields, or a small table whose emptied rows are gone when it is saved."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.forms import DayField
from deliveries import agreement_contents as contents
from deliveries import recipes
from deliveries.agreement_contents import Column, Table
from deliveries.engine import the_engine
from deliveries.models import DeliveryProject, SourceSystem, SubmissionAgreement
from deliveries.models.agreements import FormatHandling
from governance.models import Municipality

EMPTY_ROWS = 2
MORE_ROWS = 3
RULES = "rules"  # the page's list of suggestions


class NewAgreementForm(forms.Form):
    owner = forms.ModelChoiceField(
        Municipality.objects.none(),
        label=gettext_lazy("Kommun"),
        error_messages={"required": gettext_lazy("Välj kommun.")},
    )
    system = forms.ModelChoiceField(
        SourceSystem.objects.none(),
        label=gettext_lazy("System"),
        help_text=gettext_lazy("Utkastet skrivs efter systemets recept."),
        error_messages={"required": gettext_lazy("Välj system.")},
    )
    number = forms.CharField(
        label=gettext_lazy("Diarienummer"),
        max_length=40,
        error_messages={"required": gettext_lazy("Skriv överenskommelsens diarienummer.")},
    )
    records_creator = forms.CharField(
        label=gettext_lazy("Arkivbildare"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Nämnden eller verksamheten vars handlingar det är."),
    )

    recipe = forms.ChoiceField(
        label=gettext_lazy("Recept"),
        required=False,
        help_text=gettext_lazy("Välj ett annat recept när systemet rymmer flera slags samlingar."),
    )

    recipe = forms.ChoiceField(
        label=gettext_lazy("Recept"),
        required=False,
        help_text=gettext_lazy("Välj ett annat recept när systemet rymmer flera slags samlingar."),
    )

    def __init__(self, owners: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.fields["owner"]).queryset = owners
        cast(Any, self.fields["system"]).queryset = SourceSystem.objects.in_swedish_order().prefetch_related("aliases")
        named = [(recipe.slug, recipe.name) for recipe in recipes.everything().values()]
        cast(forms.ChoiceField, self.fields["recipe"]).choices = [("", _("Systemets eget")), *named]


class BasicsForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Diarienummer"), max_length=40)
    records_creator = forms.CharField(label=gettext_lazy("Arkivbildare"), max_length=120)
    scope = forms.CharField(
        label=gettext_lazy("Omfattning"),
        help_text=gettext_lazy("Vad som levereras, för vilka år och med vilka avgränsningar."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
    )
    profile = forms.ChoiceField(label=gettext_lazy("Paketprofil"))
    project = forms.ModelChoiceField(
        DeliveryProject.objects.none(),
        label=gettext_lazy("Leveransprojekt"),
        required=False,
        empty_label=gettext_lazy("Inget projekt"),
    )
    valid_from = DayField(label=gettext_lazy("Gäller från"))
    valid_until = DayField(
        label=gettext_lazy("Gäller till"), required=False, help_text=gettext_lazy("Tomt betyder tills vidare.")
    )
    public_by_default = forms.BooleanField(
        label=gettext_lazy("Handlingar utan sekretessuppgift blir offentliga när de är arkiverade"), required=False
    )

    def __init__(self, agreement: SubmissionAgreement, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(agreement, name) for name in self.base_fields})
        profiles = [(each.key, each.name) for each in the_engine().profiles()]
        cast(forms.ChoiceField, self.fields["profile"]).choices = profiles
        cast(Any, self.fields["project"]).queryset = DeliveryProject.objects.filter(
            participations__municipality=agreement.owner, system=agreement.system
        ).distinct()
        if agreement.version > 1:
            del self.fields["number"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begins, ends = data.get("valid_from"), data.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", _("Slutdagen ligger före startdagen. Rätta en av dem."))
        return data


class FormatsForm(forms.Form):
    formats_otherwise = forms.ChoiceField(label=gettext_lazy("Övriga format"), choices=FormatHandling.choices)


class PlacesForm(forms.Form):
    """Where in the vendor's XML the cases stand."""

    which = forms.CharField(
        label=gettext_lazy("Filer"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Vilka filer det gäller, till exempel *uttag.xml."),
    )
    record = forms.CharField(
        label=gettext_lazy("Ärende"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Vägen från rotelementet till varje ärende, till exempel Akter/Akt."),
    )
    document = forms.CharField(
        label=gettext_lazy("Handling"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Vägen från ärendet till varje handling, om de står i ärendet."),
    )


class RowForm(forms.Form):
    table: Table

    @property
    def is_blank(self) -> bool:
        return not any(str(self.cleaned_data.get(column.name) or "").strip() for column in self.table.columns)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.is_blank:
            for name, sentence in contents.faults(self.table, {key: str(value) for key, value in data.items()}):
                self.add_error(name, sentence)
        return data

    def dress(self, *, first: bool) -> None:
        """For the page: what is needed is marked so, and the hints stand once."""
        for column in self.table.columns:
            self.fields[column.name].required = column.needed
            if not first:
                self.fields[column.name].help_text = ""


def _field(column: Column) -> forms.Field:
    shared: dict[str, Any] = {"label": column.label, "required": False, "help_text": column.hint}
    if column.choices:
        return forms.ChoiceField(choices=[("", gettext_lazy("Välj")), *column.choices], **shared)
    attributes = {"class": "w10" if column.is_day or column.is_number else "", "autocomplete": "off"}
    if column == contents.CHANGES.columns[0]:
        attributes["list"] = RULES
    return forms.CharField(widget=forms.TextInput(attrs=attributes), **shared)


def rows_formset(table: Table, rows: Sequence[dict[str, str]], data: Any = None) -> "BaseFormSet[RowForm]":
    """The rows with some empty ones after them."""
    made: type[RowForm] = type(
        "TableRowForm", (RowForm,), {"table": table, **{column.name: _field(column) for column in table.columns}}
    )
    formset = formset_factory(made, extra=EMPTY_ROWS, max_num=400, absolute_max=400)
    return formset(data, initial=[dict(row) for row in rows], prefix="rad")


def kept_rows(formset: "BaseFormSet[RowForm]") -> list[dict[str, str]]:
    return [
        {column.name: str(form.cleaned_data.get(column.name) or "") for column in form.table.columns}
        for form in formset.forms
        if form.cleaned_data and not form.is_blank
    ]


def with_more_rows(data: Any) -> Any:
    """What was sent, with room for a few rows more; nothing of it is lost."""
    copied = data.copy()
    total = int(copied.get("rad-TOTAL_FORMS") or 0)
    copied["rad-TOTAL_FORMS"] = str(min(total + MORE_ROWS, 400))
    return copied
