"""Validering: the engine judges a SIP in a child process while the row tells how far it has come.

The child's death is a technical fault of ours, told as such and tried again, never a verdict on the package.
"""

import contextlib
import datetime
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from archive import preservation, project_progress, reception
from archive.models import SIP, PreservationEvent, ValidationReport
from consortium.models.leases import database_now

VERDICTS = {"VALID": SIP.Status.VALID, "FAULTY": SIP.Status.FAULTY, "UNREADABLE": SIP.Status.FAULTY}
MAX_CRASHES = 5
PAUSE_AFTER_CRASH = datetime.timedelta(seconds=10)
PAUSE_WITHOUT_SCANNER = datetime.timedelta(minutes=1)
SECONDS_PER_GIGABYTE = 120
LONGEST_SILENCE = 600.0  # seconds without a sign of life from the child
HEARTBEAT = 1.0  # seconds between writes to the row


class EngineDied(Exception):
    """The child ended without a report; the text says why, in words for the page."""


class ScannerSilent(Exception):
    """A virus scanner is set, and cannot be asked. The package waits; unscanned it goes nowhere."""


class Cancelled(Exception):
    """Somebody pressed cancel."""


def validate(sip: SIP) -> None:
    """One round of judgement on a claimed SIP. Leaves it VALID, FAULTY, CANCELLED, CRASHED or NEEDS_PERSON."""
    if sip.cancel_requested_at:
        return _leave(sip, SIP.Status.CANCELLED)
    if sip.tries > MAX_CRASHES:
        return _leave(sip, SIP.Status.NEEDS_PERSON)
    try:
        if not reception.digest(sip):
            return None
        started = database_now()
        sip.keep(stage="read", stage_started_at=started, files_done=0, bytes_done=0)
        report = _judge(sip)
    except Cancelled:
        return _leave(sip, SIP.Status.CANCELLED)
    except ScannerSilent as problem:
        sip.retry_later(PAUSE_WITHOUT_SCANNER, status=SIP.Status.RECEIVED, trouble=str(problem), stage="", tries=0)
        return None
    except (EngineDied, OSError) as problem:
        sip.retry_later(PAUSE_AFTER_CRASH * 2**sip.tries, status=SIP.Status.CRASHED, trouble=str(problem), stage="")
        return None
    return _conclude(sip, report, started)


@transaction.atomic
def _conclude(sip: SIP, report: dict[str, Any], started: datetime.datetime) -> None:
    status = VERDICTS[report["verdict"]]
    sip.done(status=status, trouble="", stage="", objid=report["facts"]["objid"][:200], progress_at=database_now())
    counts = report["counts"]
    round_number = sip.reports.count() + 1
    kept = ValidationReport.objects.create(
        sip=sip,
        round=round_number,
        verdict=report["verdict"],
        profile=report["profile"]["key"],
        errors=counts["ERROR"],
        warnings=counts["WARNING"],
        remarks=counts["INFO"],
        report=report,
        started_at=started,
        finished_at=database_now(),
    )
    preservation.note(
        PreservationEvent.Kind.VALIDATION,
        sip=sip,
        outcome="success" if status == SIP.Status.VALID else "failure",
        once=f"validation {sip.pk} {round_number}",
        profile=report["profile"]["key"],
        errors=counts["ERROR"],
        warnings=counts["WARNING"],
    )
    project_progress.tell_judged(sip, kept)


def _leave(sip: SIP, status: SIP.Status) -> None:
    sip.done(status=status, stage="", cancel_requested_at=None)


def _judge(sip: SIP) -> dict[str, Any]:
    child = subprocess.Popen(
        [sys.executable, "-m", "archive.judging"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONPATH": str(settings.BASE_DIR)},
        start_new_session=True,
    )
    try:
        assert child.stdin
        with contextlib.suppress(BrokenPipeError):  # dead already: why, its exit tells
            child.stdin.write(json.dumps(_order(sip)).encode())
            child.stdin.close()
        for line in _lines(child):
            if "report" in line:
                report: dict[str, Any] = line["report"]
                return report
            if "scanner_down" in line:
                raise ScannerSilent(
                    _("Virusskyddet svarar inte (%(why)s). Paketet väntar och kontrolleras när skyddet är igång igen.")
                    % {"why": line["scanner_down"]}
                )
            _follow(sip, line.get("progress"))
            _watch_memory(child)
        raise EngineDied(_why_it_died(child))
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdout, child.stderr):
            if pipe:
                pipe.close()


def _order(sip: SIP) -> dict[str, Any]:
    return {
        "package": str(sip.path),
        "sha256": sip.sha256,
        "inventory": str(inventory_path(sip)),
        "schemas": str(settings.SCHEMA_DIR),
        "clamd": settings.CLAMD,
        "profile": sip.agreement.engine_profile(),
        "cpu_seconds": 120 + int(sip.size / 1e9 * SECONDS_PER_GIGABYTE),
    }


def inventory_path(sip: SIP) -> Path:
    """Per content file one JSON line, written by the round of validation that came last."""
    return sip.path.with_suffix(".inventory")


def _lines(child: "subprocess.Popen[bytes]") -> Iterator[dict[str, Any]]:
    """The child's lines; an empty one each HEARTBEAT, so that the lease is kept and cancel heard in silence too."""
    assert child.stdout
    last_sign, buffer = time.monotonic(), b""
    os.set_blocking(child.stdout.fileno(), False)
    with selectors.DefaultSelector() as waiting:
        waiting.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not waiting.select(HEARTBEAT):
                if time.monotonic() - last_sign > LONGEST_SILENCE:
                    raise EngineDied(_("Kontrollen gav inget livstecken på tio minuter och stoppades."))
                yield {}
                continue
            piece = child.stdout.read(1 << 16)
            if not piece:
                return
            last_sign = time.monotonic()
            *whole, buffer = (buffer + piece).split(b"\n")
            yield from (json.loads(line) for line in whole)


def _follow(sip: SIP, progress: dict[str, Any] | None) -> None:
    """Keep the lease and show where we are, at most once a HEARTBEAT."""
    now = database_now()
    if sip.progress_at and (now - sip.progress_at).total_seconds() < HEARTBEAT:
        return
    shown = {
        name: progress[name]
        for name in ("stage", "files_done", "files_total", "bytes_done", "bytes_total")
        if progress and name in progress
    }
    sip.keep(progress_at=now, **shown)
    if SIP.objects.filter(pk=sip.pk).exclude(cancel_requested_at=None).exists():
        raise Cancelled


def _watch_memory(child: "subprocess.Popen[bytes]") -> None:
    try:
        pages = int(Path(f"/proc/{child.pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return
    if pages * os.sysconf("SC_PAGE_SIZE") > settings.ENGINE_MEMORY_BYTES:
        raise EngineDied(
            _("Kontrollen behövde mer än %(limit)d MB minne och stoppades.")
            % {"limit": settings.ENGINE_MEMORY_BYTES // 10**6}
        )


def _why_it_died(child: "subprocess.Popen[bytes]") -> str:
    code = child.wait()
    assert child.stderr
    words = child.stderr.read().decode(errors="replace").strip().splitlines()
    if code < 0:
        return _("Kontrollprogrammet stoppades av systemet (signal %(signal)d).") % {"signal": -code}
    return _("Kontrollprogrammet avslutades utan besked (kod %(code)d): %(last)s") % {
        "code": code,
        "last": words[-1][:200] if words else "",
    }
