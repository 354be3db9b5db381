"""How far a step has come, in figures for the page: percent, files, rate and time left."""

from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from archive.models import SIP
from consortium import formats
from consortium.models.leases import database_now


def _stage_words(stage: str) -> str:
    words = {
        "digest": _("Räknar kontrollsumma"),
        "read": _("Läser paketet"),
        "container": _("Läser innehållsförteckningen"),
        "mets": _("Läser METS"),
        "metadata": _("Läser metadata"),
        "content": _("Kontrollerar filerna"),
        "bytes": _("Kontrollerar filerna"),
    }
    return words.get(stage, _("Kontrollerar paketet"))


@dataclass(frozen=True)
class Shown:
    running: bool
    label: str
    percent: int
    files_done: int
    files_total: int | None
    bytes_done: int
    bytes_total: int | None
    rate: float | None  # bytes per second
    remaining: float | None  # seconds

    @classmethod
    def of(cls, sip: SIP) -> Self:
        waiting = sip.status in (SIP.Status.RECEIVED, SIP.Status.CRASHED)
        held = bool(sip.lease_until and sip.lease_until > database_now())
        seconds = (
            (sip.progress_at - sip.stage_started_at).total_seconds()
            if sip.progress_at and sip.stage_started_at
            else 0.0
        )
        rate = sip.bytes_done / seconds if held and seconds > 0 and sip.bytes_done else None
        total = sip.bytes_total
        left = (total - sip.bytes_done) / rate if rate and total else None
        return cls(
            running=waiting,
            label=_stage_words(sip.stage) if held else _("Väntar på sin tur"),
            percent=min(100, int(100 * sip.bytes_done / total)) if held and total else 0,
            files_done=sip.files_done,
            files_total=sip.files_total,
            bytes_done=sip.bytes_done,
            bytes_total=total,
            rate=rate,
            remaining=left,
        )

    @property
    def detail(self) -> str:
        parts = []
        if self.files_total:
            parts.append(
                _("%(done)s av %(total)s filer")
                % {"done": formats.number(self.files_done), "total": formats.number(self.files_total)}
            )
        if self.bytes_total:
            parts.append(
                _("%(done)s av %(total)s")
                % {"done": formats.size(self.bytes_done), "total": formats.size(self.bytes_total)}
            )
        if self.rate:
            parts.append(formats.rate(int(self.rate)))
        if self.remaining is not None:
            parts.append(_("%(time)s kvar") % {"time": formats.duration(self.remaining)})
        return ", ".join(parts)

    @property
    def said(self) -> str:
        """For screen readers: new words only at every tenth percent."""
        return _("%(label)s, %(percent)d procent klart") % {"label": self.label, "percent": self.percent // 10 * 10}
