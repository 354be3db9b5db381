"""Tidslinjen: where each bar lies on the axis of time. Geometry only; the page draws it and says it in a table."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consortium.precision import last_day
from consortium.swedish import swedish_key
from deliveries.models import DeliveryProject, Status

LEFT, WIDTH, ROW, TOP, BAR = 190, 770, 30, 34, 16  # in the picture's own units
GUESS = datetime.timedelta(days=180)  # how far a bar without an end is drawn
MOST_MONTHS = 60


@dataclass(frozen=True)
class Tick:
    x: float
    label: str
    is_year: bool


@dataclass(frozen=True)
class Bar:
    project: DeliveryProject
    x: float
    y: int
    width: float
    is_open: bool  # nobody knows the end

    @property
    def text_y(self) -> int:
        return self.y + BAR - 4


@dataclass(frozen=True)
class Timeline:
    bars: list[Bar]
    ticks: list[Tick]
    undated: list[DeliveryProject]
    today_x: float | None
    height: int
    width: int = LEFT + WIDTH

    @property
    def bottom(self) -> int:
        return self.height - 4


def draw(projects: Sequence[DeliveryProject], today: datetime.date) -> Timeline:
    spans = {project.pk: span for project in projects if (span := span_of(project, today))}
    dated = sorted(
        (each for each in projects if each.pk in spans), key=lambda each: (spans[each.pk], swedish_key(each.name))
    )
    undated = [each for each in projects if each.pk not in spans]
    if not dated:
        return Timeline([], [], undated, None, TOP)
    first = min(start for start, _end in spans.values()).replace(day=1)
    last = max(end for _start, end in spans.values())
    first = max(first, _months_before(last, MOST_MONTHS))
    days = max((last - first).days, 28)

    def x(day: datetime.date) -> float:
        return round(LEFT + WIDTH * min(max((day - first).days, 0), days) / days, 1)

    bars = []
    for number, project in enumerate(dated):
        start, end = spans[project.pk]
        is_open = project.ended_on is None
        bars.append(Bar(project, x(start), TOP + number * ROW, max(round(x(end) - x(start), 1), 6), is_open))
    inside = first <= today <= last
    return Timeline(
        bars, list(_ticks(first, last, x)), undated, x(today) if inside else None, TOP + len(bars) * ROW + 8
    )


def span_of(project: DeliveryProject, today: datetime.date) -> tuple[datetime.date, datetime.date] | None:
    start = project.started_on or project.planned_from
    if start is None:
        return None
    if project.ended_on:
        return start, max(last_day(project.ended_on, project.ended_precision), start)
    return start, start + GUESS if project.status == Status.PLANNED else max(today, start) + GUESS / 6


def _months_before(day: datetime.date, months: int) -> datetime.date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return datetime.date(year, month + 1, 1)


def _ticks(first: datetime.date, last: datetime.date, x: Callable[[datetime.date], float]) -> list[Tick]:
    """Quarters, and every month when there is room."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = 1 if months <= 14 else 3 if months <= 36 else 12
    starts = [_months_before(first, -number) for number in range(months)]
    return [
        Tick(x(day), str(day.year) if day.month == 1 else f"{day.month}/{day.year % 100:02}", day.month == 1)
        for day in starts
        if (day.month - 1) % step == 0
    ]
