"""What is written about budgets, keys and outcomes. Shape only: whether it may be is the acts' question."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField, KronorField
from governance.models import BudgetLine, Consortium, CostAllocation, CostReport, Decision, Municipality
from governance.models.costs import YEARS

BLANK_LINES = 3
Key = CostAllocation.Key


def percent_field(label: Any, initial: int) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"class": "w10 num", "inputmode": "numeric"})
    return forms.IntegerField(label=label, initial=initial, required=False, min_value=0, max_value=100, widget=widget)


class YearField(forms.IntegerField):
    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"class": "w10", "inputmode": "numeric"})
        super().__init__(min_value=YEARS[0], max_value=YEARS[1], widget=widget, **options)


class KeyForm(forms.Form):
    """How a sum is shared. Fields that the chosen key does not ask for are left as they are."""

    key = forms.ChoiceField(label=_("Fördelningsnyckel"), choices=Key.choices, initial=Key.POPULATION)
    rule = forms.ChoiceField(
        label=_("Avrundning"),
        choices=CostAllocation.Rule.choices,
        initial=CostAllocation.Rule.LARGEST_REMAINDER,
    )
    population_on = DayField(
        label=_("Folkmängd per den"),
        error_messages={"required": _("Skriv vilken dag folkmängden gäller. Utan dag går den inte att räkna med.")},
        help_text=_("Alla kommuner räknas med folkmängden samma dag."),
    )
    members_on = DayField(
        label=_("Medlemmar per den"), help_text=_("De som är medlemmar den dagen delar på kostnaden.")
    )
    pro_rata = forms.BooleanField(label=_("Räkna månader för den som ansluter eller lämnar under året"), required=False)
    fixed = KronorField(
        label=_("Fast belopp per kommun"), required=False, help_text=_("Används av nycklarna med fast belopp.")
    )
    population_percent = percent_field(_("Folkmängd, procent"), 60)
    equal_percent = percent_field(_("Lika delar, procent"), 40)
    usage_percent = percent_field(_("Nyttjande, procent"), 0)
    usage_unit = forms.ChoiceField(
        label=_("Nyttjande mäts i"),
        required=False,
        choices=CostAllocation.UsageUnit.choices,
        initial=CostAllocation.UsageUnit.GIGABYTES,
    )

    MIXED = ("population_percent", "equal_percent", "usage_percent", "usage_unit")

    def clean_fixed(self) -> int:
        return self.cleaned_data["fixed"] or 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("population_percent", "equal_percent", "usage_percent"):
            cleaned[name] = cleaned.get(name) or 0
        return cleaned


class SimulationForm(KeyForm):
    """A key with a year, a sum and the members one would like to try."""

    field_order = ("consortium", "year", "amount", "key", "rule")

    consortium = forms.ModelChoiceField(
        label=_("Samarbete"), queryset=Consortium.objects.none(), to_field_name="slug", empty_label=None
    )
    year = YearField(label=_("År"))
    amount = KronorField(label=_("Budget, kronor per år"))
    own_members = forms.BooleanField(label=_("Välj själv vilka kommuner som delar"), required=False)
    members = forms.ModelMultipleChoiceField(
        label=_("Kommuner"),
        required=False,
        queryset=Municipality.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, consortia: Any, candidates: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["consortium"].queryset = consortia  # type: ignore[attr-defined]
        self.fields["members"].queryset = candidates  # type: ignore[attr-defined]
        if len(consortia) == 1:
            self.fields["consortium"].widget = forms.HiddenInput()


class NewBudgetForm(forms.Form):
    consortium = forms.ModelChoiceField(label=_("Samarbete"), queryset=Consortium.objects.none(), empty_label=None)
    year = YearField(label=_("År"), help_text=_("Utkastet börjar med förra årets poster, eller årets om det finns."))

    def __init__(self, *args: Any, consortia: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["consortium"].queryset = consortia  # type: ignore[attr-defined]
        if len(consortia) == 1:
            self.fields["consortium"].initial = consortia[0].pk
            self.fields["consortium"].widget = forms.HiddenInput()


class BudgetForm(forms.Form):
    """What stands around the lines."""

    pasted = forms.CharField(
        label=_("Klistra in fler poster"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Från ett kalkylblad eller en text: en post per rad med beloppet sist, efter tabb eller kolon. Beloppen "
            "står i kronor, eller med tkr eller mnkr efter sig. Rader som börjar med Summa eller Totalt jämförs med "
            "posterna."
        ),
    )
    printed_total = KronorField(
        label=_("Summa enligt underlaget"),
        required=False,
        help_text=_("Skriv summan som står i underlaget, så jämförs den med posterna."),
    )
    note = forms.CharField(
        label=_("Kommentar"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )
    funds = KronorField(
        label=_("Medel att tillgå"),
        required=False,
        help_text=_("Om samarbetet lever på en pott pengar: hur mycket som finns kvar."),
    )
    funds_on = DayField(label=_("Medlen räknade per den"), required=False)
    project_ends_on = DayField(label=_("Projektet slutar"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("funds") is not None and not cleaned.get("funds_on"):
            self.add_error("funds_on", _("Skriv vilken dag medlen är räknade."))
        if cleaned.get("funds") is None:
            cleaned["funds_on"] = None
        return cleaned


class LineForm(forms.Form):
    group = forms.CharField(label=_("Avsnitt"), max_length=80, required=False)
    label = forms.CharField(label=_("Post"), max_length=120, required=False)
    amount = KronorField(label=_("Belopp, kr"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("amount") is not None and not cleaned.get("label") and "amount" not in self.errors:
            self.add_error("label", _("Skriv vad beloppet avser."))
        if cleaned.get("label") and cleaned.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("Skriv ett belopp, eller töm posten för att ta bort raden."))
        return cleaned


LineFormSet = forms.formset_factory(LineForm, extra=BLANK_LINES, max_num=200)


def line_initials(lines: Iterable[BudgetLine]) -> list[dict[str, Any]]:
    return [{"group": line.group, "label": line.label, "amount": line.amount} for line in lines]


class CitedDecision(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, decision: Decision) -> str:
        return f"{decision}: {Truncator(decision.text).chars(80)}"


class DecisionForm(forms.Form):
    """The § in the portal's own minutes, or a reference to minutes kept elsewhere."""

    decision = CitedDecision(
        label=_("Beslut i portalens protokoll"),
        queryset=Decision.objects.none(),
        required=False,
        empty_label=_("Beslutet finns i ett annat protokoll"),
    )
    body = forms.CharField(
        label=_("Beslutande organ"),
        max_length=120,
        error_messages={"required": _("Skriv vilket organ som beslutade, eller välj beslutet ovan.")},
    )
    on = DayField(label=_("Beslutsdag"))
    paragraph = forms.CharField(
        label=_("Paragraf"),
        max_length=20,
        widget=forms.TextInput(attrs={"class": "w10"}),
        error_messages={"required": _("Skriv paragrafen. Utan paragraf är budgeten inte fastställd.")},
    )

    def __init__(self, *args: Any, decisions: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["decision"].queryset = decisions  # type: ignore[attr-defined]
        if self.is_bound and self.data.get("decision"):
            for name in ("body", "on", "paragraph"):
                self.fields[name].required = False


class ReportForm(forms.Form):
    as_of = DayField(label=_("Utfall till och med"))
    note = forms.CharField(
        label=_("Kommentar"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=4000
    )
    printed_total = KronorField(
        label=_("Summa utfall enligt bokföringen"),
        required=False,
        help_text=_("Skriv summan ur ekonomisystemet, så jämförs den med raderna."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, report: CostReport, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.report = report
        for row in self.rows():
            self.fields[f"outcome_{row.pk}"] = KronorField(label=_("Utfall, %(post)s") % {"post": row.line.label})
            if report.kind == CostReport.Kind.HALF_YEAR:
                self.fields[f"forecast_{row.pk}"] = KronorField(label=_("Prognos, %(post)s") % {"post": row.line.label})

    def rows(self) -> Any:
        return self.report.lines.select_related("line")

    def figure_fields(self) -> list[dict[str, Any]]:
        """Line by line, for the table."""
        return [
            {
                "row": row,
                "fields": [
                    self[name] for each in ("outcome", "forecast") if (name := f"{each}_{row.pk}") in self.fields
                ],
            }
            for row in self.rows()
        ]
