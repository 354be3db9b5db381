"""What is written about meetings, agendas and answers. Shape only: whether it may be is the acts' question."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField, SentFile
from governance.models import AgendaItem, Body, Meeting


class ClockField(forms.TimeField):
    """10.30, 10:30 or 10."""

    widget = forms.TimeInput(format="%H.%M", attrs={"class": "w10", "inputmode": "text", "autocomplete": "off"})
    input_formats = ("%H.%M", "%H:%M", "%H")
    default_error_messages = {
        "invalid": _("Skriv klockslaget som 10.30."),
        "required": _("Skriv ett klockslag, till exempel 10.30."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=self.input_formats, **options)


class MeetingForm(forms.Form):
    title = forms.CharField(
        label=_("Rubrik"), max_length=120, required=False, help_text=_("Tomt: organets namn och dagen.")
    )
    held_on = DayField(label=_("Dag"))
    starts_at = ClockField(label=_("Börjar"))
    ends_at = ClockField(label=_("Slutar"))
    mode = forms.ChoiceField(label=_("Mötesform"), choices=Meeting.Mode.choices)
    place_text = forms.CharField(
        label=_("Plats"), max_length=160, required=False, help_text=_("Till exempel Teams eller Rådhuset i Säter.")
    )
    link = forms.URLField(
        label=_("Länk till det digitala mötet"), max_length=500, required=False, assume_scheme="https"
    )
    kind = forms.ChoiceField(
        label=_("Dokumenteras med"),
        choices=Meeting.Kind.choices,
        help_text=_("Minnesanteckningar justeras inte."),
    )
    answer_by = DayField(label=_("Svar senast"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("Mötet ska sluta efter att det börjar."))
        day, answer_by = data.get("held_on"), data.get("answer_by")
        if day and answer_by and answer_by > day:
            self.add_error("answer_by", _("Svaren behövs senast mötesdagen."))
        return data


class NewMeetingForm(MeetingForm):
    body = forms.ModelChoiceField(label=_("Organ"), queryset=Body.objects.none())

    field_order = (
        "body",
        "held_on",
        "starts_at",
        "ends_at",
        "mode",
        "place_text",
        "link",
        "title",
        "kind",
        "answer_by",
    )

    def __init__(self, *args: Any, bodies: QuerySet[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]
        self.fields["kind"].required = False
        self.fields["kind"].choices = [("", _("Som organet brukar")), *Meeting.Kind.choices]  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    title = forms.CharField(label=_("Rubrik"), max_length=200)
    type = forms.ChoiceField(label=_("Typ"), choices=AgendaItem.Type.choices)
    responsible = forms.CharField(
        label=_("Ansvarig"),
        max_length=120,
        required=False,
        help_text=_("En funktion, till exempel Enhetschef. Inget personnamn."),
    )
    length = forms.IntegerField(
        label=_("Minuter"), min_value=1, max_value=600, widget=forms.NumberInput(attrs={"class": "w10"}), initial=10
    )
    fixed_start = ClockField(
        label=_("Fast tid"), required=False, help_text=_("Bara om punkten måste börja ett visst klockslag.")
    )
    registry_number = forms.CharField(label=_("Diarienummer"), max_length=40, required=False)
    description = forms.CharField(
        label=_("Beskrivning"), required=False, widget=forms.Textarea(attrs={"rows": 5}), max_length=20_000
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @classmethod
    def of(cls, item: AgendaItem) -> "ItemForm":
        return cls(initial={name: getattr(item, name) for name in cls.base_fields})

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ShortItemForm(ItemForm):
    """For the foot of the agenda: what a new item needs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("fixed_start", "registry_number", "description", "version"):
            del self.fields[name]


class PaperForm(forms.Form):
    paper = SentFile(
        label=_("Fil"),
        help_text=_("PDF, Word, Excel, PowerPoint, OpenDocument, PNG eller JPEG, högst 20 MB."),
        error_messages={"required": _("Välj en fil först.")},
    )


class AnswerForm(forms.Form):
    coming = forms.TypedChoiceField(
        label=_("Kommer du?"),
        choices=((1, _("Ja, jag kommer")), (0, _("Nej, jag har förhinder"))),
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj om du kommer eller har förhinder.")},
    )
    substitute = forms.CharField(
        label=_("Ersättare som kommer i stället"), max_length=120, required=False, help_text=_("Funktion och kommun.")
    )
    note = forms.CharField(label=_("Meddelande till sekreteraren"), max_length=300, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Skäl"),
        max_length=300,
        help_text=_("Skickas till alla som är kallade."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AttendanceRow(forms.Form):
    presence = forms.ChoiceField(
        label=_("Närvaro"),
        required=False,
        choices=(("", _("Inte antecknad")), ("present", _("Närvarande")), ("absent", _("Frånvarande"))),
    )
    arrived_at = forms.IntegerField(label=_("Kom till §"), required=False, min_value=1, max_value=9999)
    left_after = forms.IntegerField(label=_("Gick efter §"), required=False, min_value=0, max_value=9999)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("arrived_at", "left_after"):
            self.fields[name].widget = forms.TextInput(attrs={"class": "w5 num", "inputmode": "numeric"})


def next_weekday(today: datetime.date, days: int = 28) -> datetime.date:
    """A first guess for a new meeting's day: four weeks on, never a weekend."""
    day = today + datetime.timedelta(days=days)
    return day + datetime.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def options(rows: Iterable[Any]) -> list[tuple[int, str]]:
    return [(row.pk, str(row)) for row in rows]
