"""What a question says in its address, and how its answer is laid out: for the public page and the staff's alike."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive import search
from archive.models import ArchivalUnit, ContentFile
from archive.search import Filters, Found, Order
from archive.search.marking import marked, snippet
from archive.views.content import format_name
from consortium import personal_numbers
from consortium.formats import day, number, size
from consortium.swedish import swedish_key
from governance.models import Municipality

SHOWN_VALUES = 12
MOST_CHOSEN = 50
LONGEST_KIND = 120
PARAMETERS = {"municipality": "kommun", "year": "ar", "kind": "typ"}
FILES_NAMED = 3
REFUSED = "personnummer"  # the parameter that says why nothing was searched


@dataclass(frozen=True)
class Question:
    text: str
    filters: Filters
    order: Order
    page: int
    parameters: QueryDict = field(repr=False)

    @property
    def asks(self) -> bool:
        return bool(self.text) or bool(self.filters)

    def url(self, **changes: Any) -> str:
        """The same question with something else: None takes a parameter away; the page is always the first."""
        copy = self.parameters.copy()
        for name, value in {"sida": None, **changes}.items():
            copy.pop(name, None)
            if value is not None:
                copy[name] = str(value)
        return f"?{copy.urlencode()}"

    def url_without(self, name: str, value: str) -> str:
        copy = self.parameters.copy()
        copy.setlist(name, [each for each in copy.getlist(name) if each != value])
        copy.pop("sida", None)
        return f"?{copy.urlencode()}"

    def hidden(self, *names: str) -> list[tuple[str, str]]:
        return [(name, value) for name in names for value in self.parameters.getlist(name) if value]


def url_for(text: str) -> str:
    asked = QueryDict(mutable=True)
    asked["q"] = text
    return f"{reverse('search')}?{asked.urlencode()}"


def asked(request: HttpRequest) -> Question:
    given = request.GET
    filters = Filters(
        municipalities=frozenset(code for code in _listed(given, "kommun") if len(code) == 4 and code.isdecimal()),
        kinds=frozenset(kind for kind in _listed(given, "typ") if len(kind) <= LONGEST_KIND),
        years=frozenset(year for text in _listed(given, "ar") if (year := _year(text)) is not None),
        year_from=_year(given.get("fran", "")),
        year_to=_year(given.get("till", "")),
    )
    order = Order(given["ordna"]) if given.get("ordna") in list(Order) else Order.RELEVANCE
    page = given.get("sida", "")
    return Question(
        text=given.get("q", "").replace("\x00", " ").strip(),
        filters=filters,
        order=order,
        page=min(int(page), search.DEEPEST_PAGE) if page.isdecimal() and len(page) < 6 and int(page) else 1,
        parameters=given,
    )


def holds_personal_number(request: HttpRequest) -> bool:
    return any(personal_numbers.holds_one(value) for values in request.GET.lists() for value in values[1])


def _listed(given: QueryDict, name: str) -> list[str]:
    return [value.strip() for value in given.getlist(name)[:MOST_CHOSEN] if value.strip()]


def _year(text: str) -> int | None:
    text = text.strip()
    return int(text) if len(text) == 4 and text.isdecimal() else None


def page_of(found: Found, question: Question) -> "Page[int]":
    """For the pagination: as many pages as can be turned to."""
    return Paginator(range(min(found.total, search.DEEPEST_PAGE * search.PAGE)), search.PAGE).get_page(question.page)


def heading(found: Found, question: Question) -> str:
    if question.text and not found.total:
        return _("Inga träffar på ”%(text)s”") % {"text": question.text}
    hits = ngettext("%(n)s träff", "%(n)s träffar", found.total) % {"n": number(found.total)}
    return _("%(hits)s på ”%(text)s”") % {"hits": hits, "text": question.text} if question.text else hits


def orders(question: Question) -> list[dict[str, Any]]:
    labels = {
        Order.RELEVANCE: _("bäst träff"),
        Order.NEWEST: _("nyast först"),
        Order.OLDEST: _("äldst först"),
        Order.TITLE: _("titel"),
    }
    if not question.text:
        del labels[Order.RELEVANCE]
    current = question.order if question.order in labels else Order.NEWEST
    return [
        {"label": label, "url": question.url(ordna=order.value), "current": order is current}
        for order, label in labels.items()
    ]


def facets(found: Found, question: Question, names: dict[str, str]) -> list[dict[str, Any]]:
    chosen = {
        "municipality": question.filters.municipalities,
        "year": {str(year) for year in question.filters.years},
        "kind": question.filters.kinds,
    }
    legends = {"municipality": _("Kommun"), "kind": _("Typ"), "year": _("År")}
    return [
        facet
        for name, legend in legends.items()
        if (facet := _facet(name, legend, found.facets.get(name, {}), set(chosen[name]), names, question))["options"]
    ]


def _facet(
    name: str, legend: str, counts: dict[str, int], chosen: set[str], names: dict[str, str], question: Question
) -> dict[str, Any]:
    parameter = PARAMETERS[name]
    everything = question.parameters.get("alla") == parameter
    values = list(dict.fromkeys([*counts, *sorted(chosen)]))
    if not everything:
        values = [value for place, value in enumerate(values) if place < SHOWN_VALUES or value in chosen]
    in_order: Callable[[str], Any] = (lambda year: -int(year)) if name == "year" else _by_label(names)
    options = [
        {"value": value, "label": names.get(value, value), "count": counts.get(value, 0), "chosen": value in chosen}
        for value in sorted(values, key=in_order)
    ]
    more = len(counts) > len(options) and not everything
    return {
        "name": parameter,
        "legend": legend,
        "options": options,
        "more_url": question.url(alla=parameter) if more else "",
    }


def _by_label(names: dict[str, str]) -> Callable[[str], str]:
    return lambda value: swedish_key(names.get(value, value))


def chips(question: Question, names: dict[str, str]) -> list[dict[str, str]]:
    """Each limit in force, to be taken away by itself."""
    found = [(name, value) for name in PARAMETERS.values() for value in _listed(question.parameters, name)]
    made = [{"label": names.get(value, value), "url": question.url_without(name, value)} for name, value in found]
    if question.filters.year_from:
        made.append(
            {"label": _("från %(year)s") % {"year": question.filters.year_from}, "url": question.url(fran=None)}
        )
    if question.filters.year_to:
        made.append({"label": _("till %(year)s") % {"year": question.filters.year_to}, "url": question.url(till=None)})
    return made


def names_shown(found: Found, question: Question) -> dict[str, str]:
    """Names of the municipalities that the page mentions, by code."""
    counted = list(found.facets.get("municipality", ()))
    if question.parameters.get("alla") != PARAMETERS["municipality"]:
        counted = counted[:SHOWN_VALUES]
    codes = {*counted, *question.filters.municipalities}
    return dict(Municipality.objects.filter(code__in=codes).values_list("code", "name"))


@dataclass(frozen=True)
class Hit:
    url: str
    title: SafeString
    snippet: SafeString
    meta: list[str]
    status: dict[str, str]


def hit(unit: ArchivalUnit, found: Found, url: str, status: dict[str, str]) -> Hit:
    about = unit.description or (unit.parent.title if unit.parent else "")
    return Hit(
        url=url,
        title=marked(unit.title, found.stems),
        snippet=snippet(about, found.stems),
        meta=[
            unit.kind or unit.get_level_display(),
            str(unit.owner),
            str(unit.aip.records_creator),
            unit.reference,
            dates(unit),
            files_in_words(list(unit.files.all())),
        ],
        status=status,
    )


def dates(unit: ArchivalUnit) -> str:
    first, last = unit.dated_from, unit.dated_to
    if first and last and first != last:
        whole_years = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
        if whole_years:
            return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
        return f"{day(first)} – {day(last)}"
    only = first or last
    return day(only) if only else ""


def files_in_words(files: list[ContentFile]) -> str:
    """PDF 1,5 MB, TIFF 48 MB; or, when there are many, how many."""
    if len(files) > FILES_NAMED:
        return _("%(n)s filer") % {"n": number(len(files))}
    return ", ".join(f"{format_name(file)} {size(file.size)}" for file in files)
