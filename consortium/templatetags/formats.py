"""The formatters of consortium/formats.py for templates; an empty value becomes a dash."""

from collections.abc import Callable, Iterable
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.defaultfilters import stringfilter
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from consortium import formats

register = template.Library()


def _or_dash(write: Callable[..., str]) -> Callable[..., str]:
    def filter_function(value: Any, *args: Any) -> str:
        return "–" if value is None or value == "" else write(value, *args)

    return filter_function


for _name, _write in {
    "number": formats.number,
    "money": formats.money,
    "signed_money": formats.signed_money,
    "percent": formats.percent,
    "bytes": formats.size,
    "rate": formats.rate,
    "duration": formats.duration,
    "day": formats.day,
    "day_in_text": formats.day_in_text,
    "clock": formats.clock,
    "moment": formats.moment,
    "moment_in_table": formats.moment_in_table,
    "week": formats.week,
}.items():
    register.filter(_name, _or_dash(_write))  # type: ignore[arg-type]


@register.filter
def page_numbers(page: Page[Any]) -> Iterable[int | str]:
    """1 … 4 5 6 … 20, for the pagination component."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
@stringfilter
def breakable(path: str) -> SafeString:
    """Lets a long path wrap after its slashes instead of in the middle of a name."""
    return mark_safe(escape(path).replace("/", "/<wbr>"))  # noqa: S308  escaped just here
