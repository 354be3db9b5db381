"""What is written about delivery projects. Shape only: whether it may be is the acts' question."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consortium import personal_numbers
from consortium.forms import DayField, KronorField, RoughDayField, SentFile
from consortium.swedish import swedish_key
from deliveries.models import (
    Benefit,
    Cost,
    Milestone,
    Participation,
    ProjectFunction,
    Reconciliation,
    Recurrence,
    SampleCheck,
    SourceSystem,
)
from governance.models import Consortium, Municipality

NO_PERSONS = _("Skriv inga personuppgifter.")
AS_KNOWN = _("Så noga det är känt: 2022-11-24, oktober 2022, hösten 2022 eller 2022.")


def no_personal_number(value: str) -> None:
    if personal_numbers.holds_one(value):
        raise ValidationError(_("Texten innehåller ett personnummer. Ta bort det."))


def line(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=120, validators=[no_personal_number], **options)


def text(label: Any, rows: int = 4, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
        validators=[no_personal_number],
        **options,
    )


class Municipalities(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Tick boxes by name; the official name stands on the pages."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Municipality.objects.none(), widget=forms.CheckboxSelectMultiple, required=False, **options
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class OneMunicipality(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class ProjectFacts(forms.Form):
    """What a project's editor may change. The dates are written as exactly as they are known."""

    ROUGH = ("planned_from", "started", "ended")

    name = line(_("Namn"))
    planned_from = RoughDayField(label=_("Planerat från"), required=False, help_text=AS_KNOWN)
    started = RoughDayField(label=_("Startade"), required=False, help_text=AS_KNOWN)
    ended = RoughDayField(label=_("Avslutades"), required=False, help_text=AS_KNOWN)
    note = text(_("Anteckning för alla"), 3, required=False, help_text=_("Syns i styrgruppens lista."))
    benefits = forms.MultipleChoiceField(
        label=_("Nyttor"), choices=Benefit.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    cost = forms.ChoiceField(label=_("Kostnad"), choices=Cost.choices, widget=forms.RadioSelect, initial=Cost.UNKNOWN)
    cost_amount = KronorField(label=_("Belopp, om det är eget"), required=False)
    has_secrets = forms.BooleanField(
        label=_("Innehållet omfattas av sekretess: från fas 3 arbetar varje kommun för sig"), required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        amount = cleaned.get("cost_amount")
        if cleaned.get("cost") == Cost.EXTRA and not amount and "cost_amount" not in self.errors:
            self.add_error("cost_amount", _("Skriv beloppet, eller välj att kostnaden inte är klarlagd."))
        elif amount is not None and amount < 0:
            self.add_error("cost_amount", _("Beloppet kan inte vara mindre än noll."))
        elif cleaned.get("cost") != Cost.EXTRA:
            cleaned["cost_amount"] = None
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """As the act takes them: each day with its precision beside it."""
        facts = {name: value for name, value in self.cleaned_data.items() if name not in (*self.ROUGH, "version")}
        for name, column in (("planned_from", "planned_from"), ("started", "started_on"), ("ended", "ended_on")):
            if name in self.cleaned_data:
                day, precision = self.cleaned_data[name] or (None, "day")
                facts[column] = day
                facts[f"{column.removesuffix('_on')}_precision"] = precision
        return facts


class ProjectForm(ProjectFacts):
    lessons = text(
        _("Lärdomar"), required=False, help_text=_("Delas med alla i slutrapporten. Inget hemligt innehåll.")
    )
    reusable = text(
        _("Återanvändbart för andra"), 3, required=False, help_text=_("Till exempel mappning, frågor och kontroller.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class NewProjectForm(ProjectFacts):
    field_order = ("consortium", "system", "name", "municipalities", "observers")

    consortium = forms.ModelChoiceField(
        label=_("Samverkan"), queryset=Consortium.objects.none(), to_field_name="slug", empty_label=None
    )
    system = forms.ModelChoiceField(
        label=_("System"), queryset=SourceSystem.objects.in_swedish_order(), to_field_name="slug"
    )
    municipalities = Municipalities(label=_("Kommuner som levererar"))
    observers = Municipalities(label=_("Kommuner som lyssnar"))
    ended = None  # type: ignore[assignment]
    started = None  # type: ignore[assignment]

    def __init__(
        self, *args: Any, consortia: Iterable[Consortium], municipalities: Iterable[Municipality], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["consortium"], Consortium, consortia)
        offer(self.fields["municipalities"], Municipality, municipalities)
        offer(self.fields["observers"], Municipality, municipalities)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        twice = set(cleaned.get("municipalities") or ()) & set(cleaned.get("observers") or ())
        if twice:
            names = ", ".join(sorted((each.name for each in twice), key=swedish_key))
            self.add_error("observers", _("%(names)s kan inte både leverera och lyssna.") % {"names": names})
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        given = ("consortium", "system", "name", "municipalities", "observers")
        return {name: value for name, value in super().facts.items() if name not in given}


def offer(field: Any, model: Any, rows: Iterable[Any]) -> None:
    field.queryset = model.objects.filter(pk__in=[row.pk for row in rows])
    if model is Municipality:
        field.queryset = field.queryset.in_swedish_order()


class ReasonForm(forms.Form):
    reason = text(_("Skäl"), help_text=NO_PERSONS)


class LogForm(forms.Form):
    text = text(_("Anteckning"), help_text=NO_PERSONS)


class CorrectionForm(forms.Form):
    text = text(_("Så ska det stå"), help_text=NO_PERSONS)
    revision = forms.IntegerField(widget=forms.HiddenInput)


class BarrierForm(forms.Form):
    text = text(_("Vad som är i vägen"), help_text=NO_PERSONS)


class SolutionForm(forms.Form):
    solution = text(_("Hur det löstes"), 3, help_text=NO_PERSONS)


class FunctionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Uppgift"), choices=ProjectFunction.Kind.choices)
    function = line(_("Funktion"), help_text=_("Till exempel Bygglovschef. Inga namn."))
    email = forms.EmailField(label=_("Funktionsadress"), required=False)


class MilestoneForm(forms.Form):
    kind = forms.ChoiceField(label=_("Milstolpe"), choices=Milestone.Kind.choices)
    label = line(_("Egen benämning"), required=False)
    planned = RoughDayField(label=_("Planerad"), required=False, help_text=AS_KNOWN)
    reached = RoughDayField(label=_("Nådd"), required=False, help_text=AS_KNOWN)


class MilestoneChangeForm(MilestoneForm):
    reached = RoughDayField(label=_("Nådd"), required=False, help_text=_("Lämna tomt så länge den inte är nådd."))
    revision = forms.IntegerField(widget=forms.HiddenInput)


class ReachedForm(forms.Form):
    reached = RoughDayField(label=_("Nådd"))


class DocumentForm(forms.Form):
    title = line(_("Titel"))
    file = SentFile(
        label=_("Fil"),
        help_text=_("Högst 10 MB: pdf, docx, xlsx, pptx, odt, ods, png, jpg, txt eller csv."),
        max_length=160,
    )


class DocumentVersionForm(DocumentForm):
    revision = forms.IntegerField(widget=forms.HiddenInput)


class RemovalForm(forms.Form):
    """Nothing but which version the reader was asked about."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class ReconciliationForm(forms.Form):
    """The archive's own figure is not asked for: the archive knows it."""

    what = forms.ChoiceField(label=_("Vad som räknas"), choices=Reconciliation.What.choices)
    in_source = forms.IntegerField(
        label=_("Rader i källsystemet"),
        min_value=0,
        max_value=2_000_000_000,
        widget=forms.NumberInput({"class": "w10"}),
    )
    left_out = forms.IntegerField(
        label=_("Varav ska inte arkiveras"),
        min_value=0,
        max_value=2_000_000_000,
        initial=0,
        widget=forms.NumberInput({"class": "w10"}),
    )
    why_left_out = line(_("Varför de inte arkiveras"), required=False, help_text=_("Till exempel gallringsbeslutet."))


class SampleForm(forms.Form):
    what = line(_("Vad som jämfördes"), help_text=_("Diarienummer eller typ. Inga personuppgifter."))
    outcome = forms.ChoiceField(label=_("Utfall"), choices=SampleCheck.Outcome.choices, widget=forms.RadioSelect)
    note = line(_("Anmärkning"), required=False)


class JoinForm(forms.Form):
    municipality = OneMunicipality(label=_("Kommun"), queryset=Municipality.objects.none())
    role = forms.ChoiceField(
        label=_("Roll"),
        choices=Participation.Role.choices,
        widget=forms.RadioSelect,
        initial=Participation.Role.DELIVERING,
    )

    def __init__(self, *args: Any, municipalities: Iterable[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["municipality"], Municipality, municipalities)


class RhythmForm(forms.Form):
    every_months = forms.TypedChoiceField(
        label=_("Hur ofta"), choices=Recurrence.Every.choices, coerce=int, initial=Recurrence.Every.YEAR
    )
    first_due_on = DayField(label=_("Första leveransen senast"))
    remind_days = forms.IntegerField(
        label=_("Påminn så många dagar före"), min_value=0, max_value=365, initial=30, widget=forms.NumberInput
    )
    missed_after_days = forms.IntegerField(
        label=_("Räknas som missad så många dagar efter"),
        min_value=0,
        max_value=365,
        initial=14,
        help_text=_("Då tas den upp i styrgruppens lista."),
    )


class TickForm(forms.Form):
    note = line(_("Anteckning"), required=False, help_text=_("Till exempel att ingen leverans behövdes i år."))


class DataReturnForm(forms.Form):
    text = text(_("Vad som är återlämnat"), help_text=_("När och till vilken funktion."))
