"""Every component with invented content, for those who build pages and for the tests of the look. Swedish only."""

import datetime

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

STATUSES = [
    ("neutral", "Utkast"),
    ("waiting", "Väntar på granskning"),
    ("working", "Kontrolleras"),
    ("good", "Godkänd"),
    ("warn", "Godkänd med varningar"),
    ("bad", "Återlämnad"),
    ("fault", "Tekniskt fel"),
    ("closed", "Sekretess, prövas vid begäran"),
    ("info", "Upplysning"),
]
WHEN = datetime.datetime(2022, 11, 24, 10, 15, tzinfo=datetime.UTC)


class ExampleForm(forms.Form):
    name = forms.CharField(label="Leveransens namn", help_text="Till exempel Bygglov 2015–2019.")
    kind = forms.ChoiceField(
        label="Slag av leverans",
        choices=[("test", "Testleverans"), ("real", "Skarp leverans")],
        widget=forms.RadioSelect,
    )
    received = forms.DateField(label="Kom in den", required=False)
    note = forms.CharField(label="Till arkivarien", required=False, widget=forms.Textarea)
    sure = forms.BooleanField(label="Jag har kontrollerat att paketet är komplett")


def _finding() -> dict[str, object]:
    where = "representations/rep1/data/beslut-2019-044.pdf"
    return {
        "kind": "bad",
        "rule_id": "CSIP71",
        "title": "Kontrollsumma saknas",
        "label": "Fel som stoppar",
        "change": "nytt sedan förra omgången",
        "count": 3,
        "why": "Utan kontrollsumma går det inte att visa att filen är oförändrad.",
        "mend": "Lägg till attributen CHECKSUM och CHECKSUMTYPE på varje fil i METS.xml och ladda upp paketet igen.",
        "who": "Leverantören",
        "url": "#CSIP71",
        "places": [
            {"where": where, "found": "", "expected": "SHA-256"},
            {"where": "METS.xml:114", "found": "MD4", "expected": "SHA-256"},
        ],
    }


def _tree() -> list[dict[str, object]]:
    case = {"label": "BN 2019-044 Exempelby 1:1", "level": "ärende", "current": True}
    series = {"label": "Bygglov", "url": "#", "level": "serie", "children": [case]}
    return [{"label": "Byggnadsnämndens arkiv", "url": "#", "level": "arkiv", "children": [series]}]


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    context = {
        "statuses": STATUSES,
        "empty_form": ExampleForm(auto_id="a_%s"),
        "wrong_form": ExampleForm({"name": "", "kind": "test", "sure": ""}, auto_id="b_%s"),
        "crumbs": [("Att göra", "#"), ("Leveranser", "#"), ("SIP-2022-00042", "")],
        "facts": [("Arkivbildare", "Byggnadsnämnden"), ("Kom in", "2022-11-24"), ("Filer", "1 482")],
        "columns": [{"label": "Kommun"}, {"label": "Läge"}, {"label": "Folkmängd", "number": True}],
        "rows": [
            [{"label": "Falu kommun", "url": "#"}, {"kind": "good", "label": "Godkänd"}, {"number": "59 818"}],
            [{"label": "Säters kommun", "url": "#"}, {"kind": "waiting", "label": "Väntar"}, {"number": "11 194"}],
        ],
        "meter": {
            "id": "example-meter",
            "label": "Falu kommun",
            "limited": True,
            "percent": 94,
            "sentence": "940 GB av 1 TB används (94 %). 60 GB är kvar.",
            "detail": "Arkiverat 920 GB, i karantän 20 GB",
            "status": {"kind": "warn", "label": "Nästan fullt"},
        },
        "page_obj": Paginator(range(400), 20).page(5),
        "stats": [
            {"kind": "bad", "label": "Fel som stoppar", "value": 3},
            {"kind": "warn", "label": "Varningar", "value": 12},
            {"kind": "info", "label": "Upplysningar", "value": 1482},
        ],
        "steps": [
            {"label": "Välj projekt", "done": True},
            {"label": "Ladda upp", "current": True},
            {"label": "Kvittens"},
        ],
        "options": [
            {"value": "2080", "label": "Falun", "count": 1482, "chosen": True},
            {"value": "2082", "label": "Säter", "count": 311},
        ],
        "chips": [{"label": "Falun", "url": "#"}, {"label": "2015–2019", "url": "#"}],
        "tabs": [
            {"label": "Allt", "url": "#", "current": True, "count": 1793},
            {"label": "Protokoll", "url": "#", "count": 64},
        ],
        "events": [
            {"at": WHEN, "label": "Mottagen", "by": "Producent, Falun"},
            {"at": WHEN, "label": "Kontrollerad utan fel", "text": "1 482 filer, 12,4 GB."},
        ],
        "files": [
            {"name": "beslut-2019-044.pdf", "url": "#", "format": "PDF/A-1b", "size": 1_482_000, "download_url": "#"}
        ],
        "tree": _tree(),
        "finding": _finding(),
        "hit": {
            "url": "#",
            "title": "Bygglov för tillbyggnad, Exempelby 1:1",
            "snippet": "Byggnadsnämnden beslutar att bevilja bygglov för tillbyggnad av bostadshus …",
            "meta": ["Falu kommun", "BN 2019-044", "2019-03-14"],
            "status": {"kind": "good", "label": "Öppen"},
        },
        "work": [
            {
                "title": "SIP-2022-00042",
                "url": "#",
                "meta": ["Bygglov 2015–2019", "Falu kommun"],
                "status": {"kind": "waiting", "label": "Väntar på granskning"},
            }
        ],
    }
    return render(request, "site/gallery.html", context)
