"""Every component with invented content, for those who build pages and for the tests of the look."""

import datetime

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

STATUSES = [
    ("neutral", _("Utkast")),
    ("waiting", _("Väntar på granskning")),
    ("working", _("Kontrolleras")),
    ("good", _("Godkänd")),
    ("warn", _("Godkänd med varningar")),
    ("bad", _("Återlämnad")),
    ("fault", _("Tekniskt fel")),
    ("closed", _("Sekretess, prövas vid begäran")),
    ("info", _("Upplysning")),
]
WHEN = datetime.datetime(2022, 11, 24, 10, 15, tzinfo=datetime.UTC)


class ExampleForm(forms.Form):
    name = forms.CharField(label=_("Leveransens namn"), help_text=_("Till exempel Bygglov 2015–2019."))
    kind = forms.ChoiceField(
        label=_("Slag av leverans"),
        choices=[("test", _("Testleverans")), ("real", _("Skarp leverans"))],
        widget=forms.RadioSelect,
    )
    received = forms.DateField(label=_("Kom in den"), required=False)
    note = forms.CharField(label=_("Till arkivarien"), required=False, widget=forms.Textarea)
    sure = forms.BooleanField(label=_("Jag har kontrollerat att paketet är komplett"))


def _finding() -> dict[str, object]:
    where = "representations/rep1/data/beslut-2019-044.pdf"
    return {
        "kind": "bad",
        "rule_id": "CSIP71",
        "title": _("Kontrollsumma saknas"),
        "label": _("Fel som stoppar"),
        "change": _("nytt sedan förra omgången"),
        "count": 3,
        "why": _("Utan kontrollsumma går det inte att visa att filen är oförändrad."),
        "mend": _("Lägg till attributen CHECKSUM och CHECKSUMTYPE på varje fil i METS.xml och ladda upp paketet igen."),
        "who": _("Rättas av leverantören"),
        "url": "#CSIP71",
        "places": [
            {"where": where, "found": "", "expected": "SHA-256"},
            {"where": "METS.xml:114", "found": "MD4", "expected": "SHA-256"},
        ],
    }


def _tree() -> list[dict[str, object]]:
    case = {"label": "BN 2019-044 Exempelby 1:1", "level": _("ärende"), "current": True}
    series = {"label": _("Bygglov"), "url": "#", "level": _("serie"), "children": [case]}
    return [{"label": _("Byggnadsnämndens arkiv"), "url": "#", "level": _("arkiv"), "children": [series]}]


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    context = {
        "statuses": STATUSES,
        "empty_form": ExampleForm(auto_id="a_%s"),
        "wrong_form": ExampleForm({"name": "", "kind": "test", "sure": ""}, auto_id="b_%s"),
        "crumbs": [(_("Att göra"), "#"), (_("Leveranser"), "#"), ("SIP-2022-00042", "")],
        "facts": [(_("Arkivbildare"), _("Byggnadsnämnden")), (_("Kom in"), "2022-11-24"), (_("Filer"), "1 482")],
        "columns": [{"label": _("Kommun")}, {"label": _("Läge")}, {"label": _("Folkmängd"), "number": True}],
        "rows": [
            [{"label": "Falu kommun", "url": "#"}, {"kind": "good", "label": _("Godkänd")}, {"number": "59 818"}],
            [{"label": "Säters kommun", "url": "#"}, {"kind": "waiting", "label": _("Väntar")}, {"number": "11 194"}],
        ],
        "page_obj": Paginator(range(400), 20).page(5),
        "stats": [
            {"kind": "bad", "label": _("Fel som stoppar"), "value": 3},
            {"kind": "warn", "label": _("Varningar"), "value": 12},
            {"kind": "info", "label": _("Upplysningar"), "value": 1482},
        ],
        "steps": [
            {"label": _("Välj projekt"), "done": True},
            {"label": _("Ladda upp"), "current": True},
            {"label": _("Kvittens")},
        ],
        "options": [
            {"value": "2080", "label": "Falun", "count": 1482, "chosen": True},
            {"value": "2082", "label": "Säter", "count": 311},
        ],
        "chips": [{"label": "Falun", "url": "#"}, {"label": "2015–2019", "url": "#"}],
        "tabs": [
            {"label": _("Allt"), "url": "#", "current": True, "count": 1793},
            {"label": _("Protokoll"), "url": "#", "count": 64},
        ],
        "events": [
            {"at": WHEN, "label": _("Mottagen"), "by": _("Producent, Falun")},
            {"at": WHEN, "label": _("Kontrollerad utan fel"), "text": _("1 482 filer, 12,4 GB.")},
        ],
        "files": [
            {"name": "beslut-2019-044.pdf", "url": "#", "format": "PDF/A-1b", "size": 1_482_000, "download_url": "#"}
        ],
        "tree": _tree(),
        "finding": _finding(),
        "hit": {
            "url": "#",
            "title": _("Bygglov för tillbyggnad, Exempelby 1:1"),
            "snippet": _("Byggnadsnämnden beslutar att bevilja bygglov för tillbyggnad av bostadshus …"),
            "meta": ["Falu kommun", "BN 2019-044", "2019-03-14"],
            "status": {"kind": "good", "label": _("Öppen")},
        },
        "work": [
            {
                "title": "SIP-2022-00042",
                "url": "#",
                "meta": ["Bygglov 2015–2019", "Falu kommun"],
                "status": {"kind": "waiting", "label": _("Väntar på granskning")},
            }
        ],
    }
    return render(request, "site/gallery.html", context)
