"""How dates, numbers, money and sizes are written on screen: one place, after the Swedish rules for public text.

Days are 2022-11-24 in tables and 24 november 2022 in running text, times kl. 10–11.30, sums 1 500 000 kr with spaces
that do not break. English pages get the same facts with English months and separators.
"""

import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

NBSP = "\u00a0"
Number = int | float | Decimal


def number(value: Number, decimals: int | None = None) -> str:
    """1500000 → 1 500 000. Years and ids are no amounts: print them as they are."""
    if isinstance(value, float):
        value = Decimal(str(value))
    return formats.number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True)


def money(kronor: Number) -> str:
    """Whole kronor unless there are öre: 1 500 000 kr, 72 392,50 kr."""
    amount = Decimal(str(kronor)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{number(amount, 0 if amount == amount.to_integral_value() else 2)}{NBSP}kr"


def signed_money(kronor: int) -> str:
    """A difference: +1 kr, −350 kr, 0 kr."""
    sign = "+" if kronor > 0 else "−" if kronor < 0 else ""
    return f"{sign}{money(abs(kronor))}"


def percent(share: Number, decimals: int = 2) -> str:
    """A share of one: 0.2156 → 21,56 %."""
    value = (Decimal(str(share)) * 100).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{number(value, decimals)}{NBSP}%"


def size(octets: int) -> str:
    """Decimal units, as disks and networks count: 512 byte, 1,5 kB, 154 MB, 12,4 GB."""
    if octets < 1000:
        return f"{octets}{NBSP}byte"
    power = next((power for power in range(1, 5) if octets < Decimal("999.5") * 1000**power), 5)
    unit = ("kB", "MB", "GB", "TB", "PB")[power - 1]
    value = Decimal(octets) / 1000**power
    small = value < (100 if power >= 3 else 10)
    text = number(value.quantize(Decimal("0.1") if small else Decimal(1), ROUND_HALF_UP), 1 if small else 0)
    return f"{text.removesuffix(',0').removesuffix('.0')}{NBSP}{unit}"


def rate(octets_per_second: int) -> str:
    return f"{size(octets_per_second)}/s"


def duration(length: datetime.timedelta | float) -> str:
    """The two largest units are enough for a person: 2 timmar 5 minuter."""
    seconds = round(length.total_seconds() if isinstance(length, datetime.timedelta) else length)
    if seconds < 1:
        return _("under en sekund")
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [
        ngettext("%(n)s dag", "%(n)s dagar", days) % {"n": days} if days else "",
        ngettext("%(n)s timme", "%(n)s timmar", hours) % {"n": hours} if hours else "",
        ngettext("%(n)s minut", "%(n)s minuter", minutes) % {"n": minutes} if minutes else "",
        ngettext("%(n)s sekund", "%(n)s sekunder", seconds) % {"n": seconds} if seconds else "",
    ]
    first = next(i for i, part in enumerate(parts) if part)
    return " ".join(part.replace(" ", NBSP) for part in parts[first : first + 2] if part)


def _local(at: datetime.datetime) -> datetime.datetime:
    return timezone.localtime(at) if timezone.is_aware(at) else at


def day(on: datetime.date) -> str:
    """For tables: 2022-11-24."""
    return (_local(on) if isinstance(on, datetime.datetime) else on).strftime("%Y-%m-%d")


def day_in_text(on: datetime.date) -> str:
    """For sentences: 24 november 2022."""
    return formats.date_format(_local(on) if isinstance(on, datetime.datetime) else on, "j F Y").replace(" ", NBSP)


def clock(at: datetime.datetime | datetime.time) -> str:
    """Swedish has a full stop and drops whole hours' zeros: kl. 10, kl. 9.05."""
    if isinstance(at, datetime.datetime):
        at = _local(at)
    if get_language() == "en":
        return at.strftime("%H:%M")
    return f"kl.{NBSP}{_hour(at)}"


def clock_span(start: datetime.datetime | datetime.time, end: datetime.datetime | datetime.time) -> str:
    """kl. 10–11.30"""
    last = clock(end).removeprefix(f"kl.{NBSP}")
    return f"{clock(start)}–{last}"


def moment(at: datetime.datetime) -> str:
    """For sentences: 24 november 2022 kl. 10.15."""
    return f"{day_in_text(at)} {clock(at)}"


def moment_in_table(at: datetime.datetime) -> str:
    """For tables: 2022-11-24 10.15, always with minutes so that columns align."""
    return f"{day(at)}{NBSP}{_local(at).strftime('%H:%M' if get_language() == 'en' else '%H.%M')}"


def week(on: datetime.date) -> str:
    text = _("v. %(n)s") % {"n": on.isocalendar().week}
    return text.replace(" ", NBSP)


def _hour(at: datetime.datetime | datetime.time) -> str:
    return f"{at.hour}.{at.minute:02d}" if at.minute else str(at.hour)
