"""Field types that several rooms share: days, sums and files as people write and send them."""

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from consortium.dates import NotADay, read_day
from consortium.formats import number
from consortium.precision import as_typed, read_rough

LONGEST = 40
_KRONOR = re.compile(r"(-?\d[\d\s\u00a0\u202f.]*)(?:,(?:00|-)|:-)?\s*(?:kr(?:onor)?\.?)?", re.IGNORECASE)


class DayField(forms.DateField):
    """2024-02-13, 13/2 2024, 240213 or 13 februari 2024."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"class": "w10", "inputmode": "text", "autocomplete": "off"})
    default_error_messages = {
        "invalid": _("Skriv dagen som 2024-02-13, 13/2 2024 eller 240213."),
        "required": _("Skriv en dag, till exempel 2024-02-13."),
    }

    def to_python(self, value: Any) -> datetime.date | None:
        if value in self.empty_values or isinstance(value, datetime.date):
            return super().to_python(value)
        try:
            return read_day(str(value), timezone.localdate())
        except NotADay:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class KronorField(forms.Field):
    """Whole kronor: 1500000, 1 500 000 or 1 500 000 kr. Öre are refused, not rounded."""

    default_error_messages = {
        "invalid": _("Skriv beloppet i hela kronor, till exempel 1 500 000."),
        "required": _("Skriv ett belopp i hela kronor."),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"class": "w10 num", "inputmode": "numeric"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or isinstance(value, int):
            return None if value == "" else value
        found = _KRONOR.fullmatch(str(value).strip()[:LONGEST])
        if not found:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(re.sub(r"[^\d-]", "", found[1]))

    def prepare_value(self, value: Any) -> Any:
        return number(value) if isinstance(value, int) else value


class RoughDayField(forms.CharField):
    """A day as exactly as it is known: 2022-10-03, oktober 2022, hösten 2022, 2022. Gives the day and its precision."""

    default_error_messages = {
        "invalid": _("Skriv till exempel 2022-11-24, oktober 2022, hösten 2022 eller 2022."),
        "required": _("Skriv när, till exempel 2022-11-24 eller hösten 2022."),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"class": "w20", "autocomplete": "off"}))
        super().__init__(max_length=40, **options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return read_rough(text, timezone.localdate())
        except NotADay:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        return as_typed(*value) if isinstance(value, tuple) else value


class RefusedFile(UploadedFile):  # type: ignore[type-arg]
    """Stands where the server did not take in a file; the sentence says why."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(file=None, name=name, size=1)
        self.sentence = sentence


class SentFile(forms.FileField):
    """A file, or the sentence that says why it was not taken in."""

    def to_python(self, data: Any) -> Any:
        if isinstance(data, RefusedFile):
            raise ValidationError(data.sentence, code="refused")
        return super().to_python(data)


def sent_files(request: HttpRequest) -> MultiValueDict[str, UploadedFile]:  # type: ignore[type-arg]
    """The files of the request; when one was refused on its way in, a stand-in for it and nothing else."""
    field, refused = getattr(request, "refused_file", ("", None))
    return request.FILES if refused is None else MultiValueDict({field: [refused]})
