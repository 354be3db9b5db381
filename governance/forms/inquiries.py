"""Frågor till medlemmarna och anonyma synpunkter."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField
from governance.forms.shapes import Facts, Municipalities, line, text
from governance.models import Body, Consortium, ExtensionRound, Feedback, Inquiry, Municipality


class AskForm(Facts):
    question = line(_("Fråga"), 300)
    background = text(_("Bakgrund"), required=False)
    kind = forms.ChoiceField(label=_("Svaret är"), choices=Inquiry.Kind.choices, widget=forms.RadioSelect)
    body = forms.ModelChoiceField(label=_("Ställs av"), queryset=Body.objects.none(), required=False)
    round = forms.ModelChoiceField(
        label=_("Gäller utökningen"),
        queryset=ExtensionRound.objects.none(),
        required=False,
        help_text=_("Svar med en dag flyttar då utökningens tidsplan."),
    )
    to_function = line(
        _("Ställs till en funktion"), required=False, help_text=_("Till exempel Kanslichef. Tomt: kommunens plats.")
    )
    answer_by = DayField(label=_("Svar senast"), required=False)
    heard = Municipalities(
        label=_("Har redan sagt sitt på mötet"),
        required=False,
        help_text=_("De påminns inte. Du kan ändra det efteråt, och de kan ändå svara själva."),
    )

    def __init__(self, *args: Any, consortium: Consortium, asked: Iterable[Municipality], **options: Any) -> None:
        super().__init__(*args, **options)
        codes = [each.pk for each in asked]
        self.fields["heard"].queryset = Municipality.objects.filter(pk__in=codes).in_swedish_order()  # type: ignore[attr-defined]
        self.fields["body"].queryset = consortium.bodies.all()  # type: ignore[attr-defined]
        self.fields["round"].queryset = consortium.rounds.all()  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in super().facts().items() if name != "heard"}

    def presumed(self) -> dict[str, str]:
        return {each.pk: str(_("Svarade på mötet")) for each in self.cleaned_data["heard"]}


class AnswerForm(Facts):
    """One field for the kind asked for, and room for words."""

    day = DayField(label=_("Dag"), required=False)
    yes = forms.ChoiceField(
        label=_("Svar"), choices=[("yes", _("Ja")), ("no", _("Nej"))], widget=forms.RadioSelect, required=False
    )
    text = text(_("Svar eller kommentar"), required=False)

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, wanted in (("day", Inquiry.Kind.DAY), ("yes", Inquiry.Kind.YES_NO)):
            if kind != wanted:
                del self.fields[name]

    def facts(self) -> dict[str, Any]:
        found = super().facts()
        said = {"yes": True, "no": False}
        return found | ({"yes": said.get(found["yes"])} if "yes" in found else {})


class PresumeForm(Facts):
    presumed = line(
        _("Antaget läge"), 200, required=False, help_text=_("Till exempel Svarade på mötet. Tomt: inget svar än.")
    )


class TopicForm(Facts):
    title = line(_("Ämne"))
    question = text(_("Fråga"), required=False)
    open_until = DayField(label=_("Öppet till och med"), required=False)


class FeedbackForm(forms.Form):
    text = forms.CharField(label=_("Din synpunkt"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    tags = forms.MultipleChoiceField(
        label=_("Gäller"), choices=Feedback.Tag.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
