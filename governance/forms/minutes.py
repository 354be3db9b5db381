"""A § as it is written on the screen: one form with a row of fields for each decision, comment, dissent and action."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField
from governance.models import AgendaItem, Decision, Dissent, Meeting
from governance.models.minutes import NotAParagraph, read_paragraph

WRITTEN = 50_000


def prose(label: Any, rows: int = 6, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=WRITTEN, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


class ParagraphForm(forms.Form):
    title = forms.CharField(label=_("Rubrik"), max_length=200)
    registry_number = forms.CharField(
        label=_("Diarienummer"), max_length=40, required=False, widget=forms.TextInput(attrs={"class": "w20"})
    )
    summary = prose(
        _("Sammanfattning"),
        9,
        help_text=_("Tom rad ger nytt stycke. En rad som börjar med - blir en punkt i en lista."),
    )
    basis = prose(_("Beslutsunderlag"), 3)
    dispatch_to = prose(
        _("Expedieras till"), 3, help_text=_("En mottagare på varje rad, till exempel Medlemskommunerna.")
    )
    outcome = forms.ChoiceField(
        label=_("Punktens utfall"),
        required=False,
        choices=(("", _("Behandlad")), *AgendaItem.Outcome.choices[2:]),
    )
    carry_over = forms.BooleanField(label=_("Tas upp på nästa möte"), required=False)
    withheld = forms.BooleanField(label=_("Paragrafen publiceras inte"), required=False)
    withheld_reason = forms.CharField(
        label=_("Bestämmelse"), max_length=120, required=False, help_text=_("Till exempel OSL 19 kap. 3 §.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("withheld") and not data.get("withheld_reason"):
            self.add_error("withheld_reason", _("Skriv vilken bestämmelse som hindrar att paragrafen publiceras."))
        return data


class DecisionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Slag"), choices=Decision.Kind.choices)
    text = prose(_("Beslut"), 2)


class CommentForm(forms.Form):
    who = forms.CharField(label=_("Vems kommentar"), max_length=160, required=False)
    text = prose(_("Kommentar"), 3)


class DissentForm(forms.Form):
    kind = forms.ChoiceField(label=_("Slag"), choices=Dissent.Kind.choices, initial=Dissent.Kind.DISSENT)
    who = forms.CharField(label=_("Av (funktion, kommun)"), max_length=160, required=False)
    text = prose(_("Text"), 2)


class ActionForm(forms.Form):
    key = forms.IntegerField(widget=forms.HiddenInput, required=False)
    task = forms.CharField(label=_("Åtgärd"), max_length=300, required=False)
    responsible = forms.CharField(label=_("Ansvarig funktion"), max_length=120, required=False)
    due_on = DayField(label=_("Klart senast"), required=False)
    user = forms.TypedChoiceField(
        label=_("Vem i portalen"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Ser åtgärden bland sina och antecknar hur det går. Står inte i protokollet."),
    )
    addressees = forms.MultipleChoiceField(
        label=_("Kommuner som åtgärden väntar på"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("De som har kommunens plats ser åtgärden bland sina. Står inte i protokollet."),
    )

    def __init__(
        self, *args: Any, people: Iterable[tuple[int, str]], municipalities: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = [("", _("Ingen")), *people]  # type: ignore[attr-defined]
        self.fields["addressees"].choices = municipalities  # type: ignore[attr-defined]

    def clean_addressees(self) -> tuple[str, ...]:
        return tuple(sorted(self.cleaned_data["addressees"]))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("task") and not data.get("responsible"):
            self.add_error("responsible", _("Skriv vilken funktion som ska göra det."))
        return data


if TYPE_CHECKING:
    Base = BaseFormSet[Any]
else:
    Base = BaseFormSet  # not subscriptable when it runs


class Rows(Base):
    """Rows without their main text are left out: emptying a row takes it away."""

    main = "text"

    def said(self) -> list[dict[str, Any]]:
        rows = [form.cleaned_data for form in self.forms if form.has_changed() or form.initial]
        return [row for row in rows if row.get(self.main, "").strip()]


class ActionRows(Rows):
    main = "task"


class DissentRows(Rows):
    main = "who"


DecisionSet = formset_factory(DecisionForm, formset=Rows, extra=1, max_num=50)
CommentSet = formset_factory(CommentForm, formset=Rows, extra=1, max_num=50)
DissentSet = formset_factory(DissentForm, formset=DissentRows, extra=1, max_num=50)
ActionSet = formset_factory(ActionForm, formset=ActionRows, extra=1, max_num=50)


class HeadForm(forms.Form):
    time_and_place = forms.CharField(
        label=_("Tid och plats"), max_length=300, widget=forms.TextInput, help_text=_("Som det ska stå i protokollet.")
    )
    previous_outcome = forms.ChoiceField(
        label=_("Föregående protokoll"),
        required=False,
        choices=(("", _("Inte antecknat")), *Meeting.PreviousOutcome.choices),
    )
    first = forms.CharField(
        label=_("Första paragrafens nummer"), max_length=12, widget=forms.TextInput(attrs={"class": "w10"})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_first(self) -> str:
        text = str(self.cleaned_data["first"])
        try:
            read_paragraph(text)
        except NotAParagraph:
            raise forms.ValidationError(_("Skriv numret som 18 eller § 18.")) from None
        return text


class NewParagraphForm(forms.Form):
    title = forms.CharField(label=_("Rubrik på ny paragraf"), max_length=200)


class RemarkForm(forms.Form):
    paragraph = forms.TypedChoiceField(label=_("Gäller"), required=False, coerce=int, empty_value=None)
    text = prose(_("Anmärkning"), 3)

    def __init__(self, *args: Any, paragraphs: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paragraph"].choices = [("", _("Hela protokollet")), *paragraphs]  # type: ignore[attr-defined]
        self.fields["text"].required = True


class CorrectionForm(RemarkForm):
    text = prose(_("Rättelse"), 3, help_text=_("Rättelsen fogas till protokollet. Det justerade ändras inte."))


class RemarkAnswerForm(forms.Form):
    answer = forms.CharField(label=_("Svar"), max_length=300)
