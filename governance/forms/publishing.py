"""Forms of what comes after the minutes: shape only, the acts know the law."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField, SentFile
from governance.models import ActionItem, Body, Decision, DispatchGroup

LONG = forms.Textarea(attrs={"rows": 4})


class MaskForm(forms.Form):
    masked = forms.CharField(
        label=_("Utelämna i den offentliga kopian"),
        help_text=_(
            "Ett ord eller en mening på varje rad. De ersätts överallt i kopian; protokollet självt ändras inte."
        ),
        required=False,
        max_length=5000,
        widget=LONG,
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Skäl"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class DispatchForm(forms.Form):
    lines = forms.CharField(
        label=_("Mottagare"),
        help_text=_("En på varje rad: en sändlista, en kommun, ett namn med e-postadress eller någon som får brev."),
        max_length=5000,
        widget=LONG,
    )

    def clean_lines(self) -> list[str]:
        return [line.strip() for line in str(self.cleaned_data["lines"]).splitlines() if line.strip()]


class BounceForm(forms.Form):
    reason = forms.CharField(label=_("Vad svaret säger"), max_length=300)


class AddressForm(forms.Form):
    email = forms.EmailField(label=_("Ny e-postadress"))


class PaperForm(forms.Form):
    on = DayField(label=_("Skickat som brev"))


class NoticeForm(forms.Form):
    kept_at = forms.CharField(
        label=_("Protokollet förvaras"), help_text=_("Till exempel Kommunarkivet, Säters kommun."), max_length=200
    )


class PostedForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    posted_on = DayField(label=_("Anslaget den"))
    proof = forms.URLField(label=_("Länk till anslaget"), required=False, max_length=500, assume_scheme="https")


class TakenDownForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    taken_down_on = DayField(label=_("Nedtaget den"))


class DispatchGroupForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = DispatchGroup
        fields = ("consortium", "name", "kind", "body", "addresses")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") == DispatchGroup.Kind.BODY and not given.get("body"):
            self.add_error("body", _("Välj vilket organ listan står för."))
        if given.get("kind") == DispatchGroup.Kind.ADDRESSES and not given.get("addresses"):
            self.add_error("addresses", _("Skriv minst en adress."))
        return given


class ActionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    status = forms.ChoiceField(label=_("Läge"), choices=ActionItem.Status.choices)
    note = forms.CharField(label=_("Anteckning"), max_length=300, required=False)


class OldFileForm(forms.Form):
    body = forms.ModelChoiceField(label=_("Organ"), queryset=Body.objects.none())
    file = SentFile(
        label=_("Protokollet"), help_text=_("PDF eller text, ett möte i varje fil, högst 20 MB."), max_length=200
    )


class OldMinutesForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Rubrik"), max_length=120, required=False)
    held_on = DayField(label=_("Mötet hölls"))
    starts_at = forms.TimeField(label=_("Började"), input_formats=["%H:%M", "%H.%M"])
    ends_at = forms.TimeField(label=_("Slutade"), input_formats=["%H:%M", "%H.%M"])
    place = forms.CharField(label=_("Plats"), max_length=160, required=False)
    signed = forms.BooleanField(
        label=_("Originalet är undertecknat: lås protokollet som justerat"),
        help_text=_("Då ändras det inte mer och lämnas till arkivet med originalet."),
        required=False,
    )
    adjusted_on = DayField(label=_("Justerat den"), required=False, help_text=_("Tomt: mötets dag."))
    note = forms.CharField(
        label=_("Anteckning om inläsningen"),
        help_text=_("Till exempel hur tvivel har avgjorts. Sparas tillsammans med originalet."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("starts_at") and given.get("ends_at") and given["ends_at"] <= given["starts_at"]:
            self.add_error("ends_at", _("Mötet kan inte sluta innan det har börjat."))
        return given


class OldParagraphForm(forms.Form):
    number = forms.IntegerField(
        label=_("§"), min_value=1, max_value=9999, widget=forms.NumberInput(attrs={"class": "w5"})
    )
    title = forms.CharField(label=_("Rubrik"), max_length=200)
    registry_number = forms.CharField(label=_("Diarienummer"), max_length=40, required=False)
    decisions = forms.CharField(
        label=_("Beslut"), help_text=_("Ett på varje rad."), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    summary = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    basis = forms.CharField(label=_("Beslutsunderlag"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    comment = forms.CharField(label=_("Kommentar"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    dispatch_to = forms.CharField(label=_("Expedieras till"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def as_row(self, kinds: dict[str, str]) -> dict[str, Any]:
        """`kinds`: what the reader took each decision for; a new or changed text is a plain decision."""
        row = dict(self.cleaned_data)
        lines = [line.strip() for line in row["decisions"].splitlines() if line.strip()]
        row["decisions"] = [{"kind": kinds.get(line, Decision.Kind.DECIDES.value), "text": line} for line in lines]
        row.pop("DELETE", None)
        return row


OldParagraphs = forms.formset_factory(OldParagraphForm, extra=1, can_delete=True, max_num=300)
