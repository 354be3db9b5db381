"""Samarbete, medlem och kommun."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consortium.forms import DayField, RoughDayField, SentFile
from consortium.precision import Precision
from governance.forms.shapes import Facts, OneMunicipality, line, text
from governance.models import Benefit, Consortium, Contact, Membership, Municipality
from governance.models.members import luhn

WHEN = _("2022-11-24, november 2022, hösten 2022 eller 2022.")
YES_NO_UNKNOWN = [("", _("Vet inte")), ("yes", _("Ja")), ("no", _("Nej"))]


class ConsortiumFacts(Facts):
    ROUGH = {"started": ("started_on", "started_precision")}
    NAMES = ("name", "legal_form", "what", "members_word", "how", "why", "benefits", "notice_months")

    name = line(_("Namn"))
    legal_form = forms.ChoiceField(label=_("Samverkansform"), choices=Consortium.LegalForm.choices)
    started = RoughDayField(label=_("Började"), required=False, help_text=WHEN)
    what = line(_("Vad"), 200, required=False, help_text=_("Till exempel Kommungemensamt e-arkiv."))
    members_word = line(_("Vilka, i ord"), 80, help_text=_("Står efter antalet: 14 skånska kommuner."))
    how = line(_("Hur"), 200, required=False, help_text=_("Till exempel Projektform."))
    why = line(_("Varför"), 300, required=False)
    benefits = forms.MultipleChoiceField(
        label=_("Nyttor"), choices=Benefit.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    notice_months = forms.IntegerField(
        label=_("Uppsägningstid, månader"),
        required=False,
        min_value=1,
        max_value=120,
        help_text=_("Tomt: tre år i ett kommunalförbund (KL 9:18), annars ett år."),
    )

    def facts(self) -> dict[str, Any]:
        return {"started_precision": Precision.DAY, **super().facts()}


class NewConsortium(Facts):
    name = line(_("Namn"))
    stage = forms.ChoiceField(label=_("Skede"), choices=Consortium.Stage.choices)
    legal_form = forms.ChoiceField(label=_("Samverkansform"), choices=Consortium.LegalForm.choices)
    on = DayField(label=_("Började"))


class StageForm(Facts):
    ROUGH = {"when": ("on", "precision")}

    stage = forms.ChoiceField(label=_("Nytt skede"), choices=Consortium.Stage.choices)
    when = RoughDayField(label=_("Gäller från"), help_text=WHEN)
    comment = line(_("Kommentar"), 300, required=False)


class HostForm(Facts):
    ROUGH = {"when": ("on", "precision")}

    municipality = OneMunicipality(label=_("Ny värdkommun"), queryset=Municipality.objects.none())
    when = RoughDayField(label=_("Gäller från"), help_text=WHEN)
    decision = line(_("Beslut"), 200, help_text=_("Organ, dag och paragraf, eller avtalet."))

    def __init__(self, *args: Any, municipalities: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["municipality"].queryset = municipalities  # type: ignore[attr-defined]


class StepForm(Facts):
    """The next step of a membership. Notice and leaving have a page of their own."""

    ROUGH = {"when": ("effective_on", "precision"), "planned": ("planned_on", "planned_precision")}

    status = forms.ChoiceField(label=_("Nytt läge"))
    when = RoughDayField(label=_("Gäller från"), help_text=WHEN)
    planned = RoughDayField(label=_("Beslutet planeras till"), required=False, help_text=_("Till exempel 2022-02."))
    body = line(_("Beslutande organ"), 80, required=False, help_text=_("Till exempel Kommunfullmäktige."))
    paragraph = line(_("Paragraf"), 20, required=False)
    registry_number = line(_("Diarienummer"), 40, required=False)
    document = line(_("Handling"), 200, required=False, help_text=_("Namn eller adress, så att den återfinns."))
    comment = text(_("Kommentar"), required=False)
    is_correction = forms.BooleanField(
        label=_("Det här är en rättelse av historiken"),
        required=False,
        help_text=_("Raden som var fel står kvar. Skriv i kommentaren vad som rättas."),
    )

    def __init__(self, *args: Any, lawful: Collection[str], **options: Any) -> None:
        super().__init__(*args, **options)
        hidden = (Membership.Status.LEAVING, Membership.Status.LEFT)
        shown = [choice for choice in Membership.Status.choices if choice[0] not in hidden]
        follows = [choice for choice in shown if choice[0] in lawful]
        others = [choice for choice in shown if choice[0] not in lawful]
        groups = [(_("Följer på läget nu"), follows), (_("Bara som rättelse"), others)]
        choices = [("", _("Välj läge")), *((name, group) for name, group in groups if group)]
        self.fields["status"].choices = choices  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        return {"planned_precision": Precision.MONTH, **super().facts()}


class NoticeForm(Facts):
    notified_on = DayField(label=_("Uppsagd den"))
    reference = line(_("Kommunens beslut"), 200, help_text=_("Organ, dag och paragraf."))
    months = forms.IntegerField(
        label=_("Uppsägningstid, månader"),
        required=False,
        min_value=0,
        max_value=120,
        help_text=_("Tomt: avtalets tid."),
    )
    remaining_costs = text(_("Kvarstående kostnader"), required=False)


class ReturnedForm(Facts):
    done_on = DayField(label=_("Klart den"))
    note = line(_("Anteckning"), 200, required=False)


class LeaveForm(Facts):
    on = DayField(label=_("Dag"))


class TakeBackForm(Facts):
    on = DayField(label=_("Dag"))
    reason = line(_("Beslut eller skäl"), 200)


class NewMunicipality(Facts):
    code = forms.RegexField(
        r"^\d{4}$",
        label=_("Kommunkod"),
        widget=forms.TextInput(attrs={"class": "w10", "inputmode": "numeric"}),
        error_messages={"invalid": _("Kommunkoden har fyra siffror.")},
        help_text=_("Fyra siffror enligt SCB, till exempel 2080."),
    )
    name = line(_("Namn"), 60, help_text=_("Till exempel Falun."))
    official_name = line(_("Formellt namn"), 80, help_text=_("Skrivs in, härleds aldrig: Falu kommun."))
    county = line(_("Län"), 60)
    organisation_number = forms.CharField(
        label=_("Organisationsnummer"), max_length=11, required=False, validators=[luhn]
    )


class MunicipalityFacts(Facts):
    NAMES = (
        *("official_name", "county", "organisation_number", "archival_authority", "appeal_court"),
        *("host_capacity", "existing_solution"),
    )
    READINESS = ("has_archivist", "has_information_plan", "has_system_inventory")
    DECIDED = ("official_name", "county", "host_capacity")  # by the register and the agreement, not by the municipality

    official_name = line(_("Formellt namn"), 80, help_text=_("Skrivs in, härleds aldrig: Falu kommun."))
    county = line(_("Län"), 60)
    organisation_number = forms.CharField(
        label=_("Organisationsnummer"),
        max_length=11,
        required=False,
        validators=[luhn],
        widget=forms.TextInput(attrs={"class": "w10"}),
        help_text=_("Kontrollsiffran prövas."),
    )
    archival_authority = line(_("Arkivmyndighet"), 80)
    appeal_court = line(_("Kammarrätt"), 80, required=False, help_text=_("Dit avslag överklagas."))
    host_capacity = forms.ChoiceField(label=_("Värdens uppgift"), choices=Municipality.HostCapacity.choices)
    existing_solution = forms.BooleanField(label=_("Har redan ett e-arkiv"), required=False)
    has_archivist = forms.ChoiceField(label=_("Har arkivarie"), choices=YES_NO_UNKNOWN, required=False)
    has_information_plan = forms.ChoiceField(
        label=_("Har informationshanteringsplan"), choices=YES_NO_UNKNOWN, required=False
    )
    has_system_inventory = forms.ChoiceField(
        label=_("Har inventerat sina system"), choices=YES_NO_UNKNOWN, required=False
    )

    def __init__(self, *args: Any, whole: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in () if whole else self.DECIDED:
            del self.fields[name]

    def facts(self) -> dict[str, Any]:
        found = super().facts()
        said = {"yes": True, "no": False}
        return found | {name: said.get(found[name]) for name in self.READINESS}


def readiness(municipality: Municipality) -> dict[str, str]:
    said = {True: "yes", False: "no", None: ""}
    return {name: said[getattr(municipality, name)] for name in MunicipalityFacts.READINESS}


class ContactForm(Facts):
    function = forms.ChoiceField(label=_("Funktion"), choices=Contact.Function.choices)
    title = line(_("Benämning"), required=False, help_text=_("Till exempel Kommunarkivet."))
    email = forms.EmailField(label=_("E-post"), help_text=_("Helst en funktionsadress: kommunarkivet@…"))
    phone = line(_("Telefon"), 40, required=False)


class FeesForm(Facts):
    valid_from = DayField(label=_("Gäller från"))
    free_pages = forms.IntegerField(label=_("Sidor utan avgift"), min_value=0, max_value=1000, initial=9)
    first_fee = forms.IntegerField(label=_("Avgift för nästa sida, kr"), min_value=0, max_value=10_000, initial=50)
    page_fee = forms.IntegerField(label=_("Avgift för varje sida därefter, kr"), min_value=0, max_value=1000, initial=2)
    decision = line(_("Beslut"), 200, required=False)


class PopulationFile(forms.Form):
    MOST = 200_000

    file = SentFile(
        label=_("Fil"),
        help_text=_("CSV med kommunkod eller kommun, och folkmängd."),
        error_messages={"required": _("Välj en fil.")},
    )
    text = forms.CharField(widget=forms.HiddenInput, required=False)
    on = DayField(
        label=_("Per den"), required=False, help_text=_("Behövs om filen inte har kolumnen ”per den”: 2023-12-31.")
    )
    source = line(_("Källa"), 200, required=False, help_text=_("Behövs om filen inte har kolumnen ”källa”."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["file"].required = not self.data.get("text")  # confirming sends back what was read

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("file"):
            data["text"] = self._decoded(data["file"])
        return data

    def _decoded(self, given: Any) -> str:
        if given.size > self.MOST:
            self.add_error("file", _("Filen är större än 200 kB. Dela upp den."))
            return ""
        raw = given.read()
        try:
            return str(raw.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return str(raw.decode("cp1252", errors="replace"))
