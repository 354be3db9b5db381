"""What everybody may see, without logging in: the start page, the search, and the suggestions while one types."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from archive import search
from archive.models import ArchivalUnit
from archive.search import Found, IndexAway
from archive.views import search_words as words
from consortium import rate_limit
from consortium.formats import number
from governance.models import Consortium, Municipality, Publication
from governance.models.members import MunicipalityQuerySet

View = Callable[[HttpRequest], HttpResponse]
OPEN = "good"
LATEST_MINUTES = 3
WORDS_TO_TRY = ("bygglov", "protokoll", "e-arkiv")


def limited(view: View) -> View:
    """At most so many searches per second from one address."""

    @wraps(view)
    def within_limit(request: HttpRequest) -> HttpResponse:
        wait = rate_limit.wait("search", request, rate=settings.SEARCH_RATE, burst=settings.SEARCH_BURST)
        if not wait:
            return view(request)
        seconds = ceil(wait)
        said = ngettext("%(n)s sekund", "%(n)s sekunder", seconds) % {"n": seconds}
        answer = render(request, "429.html", {"wait": said}, status=429)
        answer["Retry-After"] = str(seconds)
        return answer

    return within_limit


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    members = list(_served().in_swedish_order())
    try:
        known = search.coverage()
    except IndexAway:
        known = {}
    return render(
        request,
        "archive/start.html",
        {
            "examples": _examples(),
            "rows": [_coverage_row(place, known.get(place.code)) for place in members],
            "total": sum(cover.units for cover in known.values()),
            "places": len(members),
            "minutes": _latest_minutes(),
        },
    )


def _latest_minutes() -> list[dict[str, Any]]:
    """The consortium's own, for those who come to see what it has decided."""
    newest = Publication.objects.public().defer("pdf").order_by("-minutes__meeting__held_on", "pk")[:LATEST_MINUTES]
    return [
        {"title": each.content["title"], "url": each.get_absolute_url(), "meta": [each.content["consortium"]]}
        for each in newest
    ]


def _served() -> MunicipalityQuerySet:
    """The members of the consortia that deliver here; others may be in the register without having anything here."""
    registered = Municipality.objects.filter(memberships__isnull=False).distinct()
    delivering = Consortium.objects.filter(projects__isnull=False)
    return registered.filter(memberships__consortium__in=delivering) if delivering.exists() else registered


def _coverage_row(place: Municipality, cover: search.Coverage | None) -> dict[str, Any]:
    if cover is None:
        return {"name": place.official_name, "count": 0}
    years = "–".join(dict.fromkeys(str(year) for year in (cover.first, cover.last) if year))
    url = f"{reverse('search')}?kommun={place.code}"
    return {
        "name": place.official_name,
        "url": url,
        "kinds": ", ".join(cover.kinds),
        "years": years,
        "count": cover.units,
    }


def _examples() -> list[str]:
    """Things to click on that find something: words, and the numbers of a public case."""
    cases = ArchivalUnit.objects.public().filter(level=ArchivalUnit.Level.CASE).exclude(reference="")
    unit = cases.exclude(property_designation="").order_by("pk").first()
    numbers = [unit.reference, unit.property_designation] if unit else []
    try:
        return search.that_find((*WORDS_TO_TRY, *numbers, "§ 18"))
    except IndexAway:
        return []


@login_not_required
@require_safe
@limited
def results(request: HttpRequest) -> HttpResponse:
    if words.holds_personal_number(request):
        return refused("search")
    question = words.asked(request)
    context: dict[str, Any] = {"question": question, "q": question.text, "refused": words.REFUSED in request.GET}
    status = 200
    try:
        context |= _answered(question) if question.asks else {}
    except IndexAway:
        context["away"] = True
        status = 503
    return not_for_robots(render(request, "archive/search.html", context, status=status))


def refused(page: str) -> HttpResponse:
    """A personal number stays in no address line, history or link on the way out."""
    return redirect(f"{reverse(page)}?{words.REFUSED}=1")


def not_for_robots(answer: HttpResponse) -> HttpResponse:
    """No engine elsewhere keeps what may be withdrawn here tomorrow, and no cache shows it in between."""
    answer["X-Robots-Tag"] = "noindex"
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _answered(question: words.Question) -> dict[str, Any]:
    found = search.public(question.text, question.filters, order=question.order, page=question.page)
    names = words.names_shown(found, question)
    return {
        "found": found,
        "heading": words.heading(found, question),
        "hits": [_hit(unit, found) for unit in found.units],
        "facets": words.facets(found, question, names),
        "chips": words.chips(question, names),
        "orders": words.orders(question),
        "page_obj": words.page_of(found, question),
        "kept": question.hidden("kommun", "ar", "typ", "fran", "till"),
        "asked": question.hidden("q", "ordna"),
        "replaced": [{"typed": typed, "meant": meant} for typed, meant in found.replaced.items()],
        "ways_on": [] if found.total else _ways_on(question),
    }


def _hit(unit: ArchivalUnit, found: Found) -> words.Hit:
    status = {"kind": OPEN, "label": str(unit.get_access_display())}
    return words.hit(unit, found, reverse("record", args=[unit.pk]), status)


def _ways_on(question: words.Question) -> list[dict[str, str]]:
    ways = []
    for way in search.ways_on(question.text, question.filters):
        hits = ngettext("%(n)s träff", "%(n)s träffar", way.total) % {"n": number(way.total)}
        same = way.text == question.text
        label = _("Sök ”%(text)s” utan avgränsningar") if same else _("Sök ”%(text)s”")
        ways.append({"label": label % {"text": way.text}, "hits": hits, "url": words.url_for(way.text)})
    return ways


@login_not_required
@require_safe
@limited
def suggestions(request: HttpRequest) -> HttpResponse:
    """Titles of public units, for the search field; without JavaScript nobody asks."""
    try:
        titles = search.suggestions(request.GET.get("q", ""))
    except IndexAway:
        titles = []
    return not_for_robots(JsonResponse({"titles": titles}))
