"""Does it live? `/halsa/` for a load balancer, and the status page for those who look after the portal."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from archive import fixity, storage
from archive.clamd import Clamd, ScannerDown
from archive.models import AIP, SIP, ArchiveStore, Draft, OwnRecord
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.formats import moment
from consortium.models import OutgoingMail, Pulse
from consortium.models.leases import database_now
from consortium.swedish import swedish_order
from governance.models import Meeting, Minutes, Publication

SWEEP_OVERDUE = datetime.timedelta(minutes=3)
FIXITY_OVERDUE = datetime.timedelta(days=1)  # large packages may keep every heavy worker busy for a while
STUCK_AFTER = datetime.timedelta(minutes=30)
SCANNER_PATIENCE = 2.0  # seconds


@dataclass(frozen=True)
class Check:
    label: str
    sound: bool
    text: str


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when database, cache and sweep answer, else 503. Says nothing else to strangers."""
    sound = all(check.sound for check in (_cache(), _sweep()))
    return JsonResponse({"sound": sound}, status=200 if sound else 503)


@require_safe
def status(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.HEALTH_READ)
    checks = [
        _cache(),
        _sweep(),
        _sweep_parts(),
        *_stores(),
        _scanner(),
        _mail(),
        _stuck(),
        _packages(),
        _copies(),
        _fixity(),
        _needs_person(),
    ]
    return render(request, "site/status.html", {"checks": checks})


def _cache() -> Check:
    try:
        cache.set("health", 1, 10)
        sound = cache.get("health") == 1
    except Exception:  # whatever the client raises, the answer is the same
        sound = False
    return Check(
        _("Meddelandekö och cache"), sound, _("Svarar") if sound else _("Redis svarar inte. Starta om tjänsten.")
    )


def _sweep() -> Check:
    last = Pulse.objects.filter(name="sweep").first()
    if last is None:
        return Check(_("Svepet"), False, _("Har aldrig gått. Starta beat och en arbetare."))
    late = database_now() - last.at > SWEEP_OVERDUE
    return Check(_("Svepet"), not late, _("Gick senast %(at)s") % {"at": moment(last.at)})


def _sweep_parts() -> Check:
    """A part that fails is tried again each minute, so the last trouble is recent as long as it lasts."""
    last = Pulse.objects.filter(name="sweep trouble", at__gt=database_now() - SWEEP_OVERDUE).first()
    said = _("En del gick inte %(at)s. Orsaken står i arbetarens logg.") % {"at": moment(last.at)} if last else ""
    return Check(_("Svepets delar"), not last, said or _("Alla går"))


def _stores() -> list[Check]:
    return [
        Check(_("Lager %(name)s") % {"name": store.name}, not store.trouble, store.trouble or _("Svarar"))
        for store in ArchiveStore.objects.order_by(swedish_order("name"))
    ]


def _scanner() -> Check:
    if not settings.CLAMD:
        return Check(_("Virusskydd"), True, _("Inget är inställt. Rapporterna säger ”inte genomsökt”."))
    try:
        return Check(_("Virusskydd"), True, Clamd(settings.CLAMD, SCANNER_PATIENCE).name)
    except ScannerDown as down:
        waits = _("Svarar inte (%(why)s). Nya paket väntar tills det är igång.") % {"why": down}
        return Check(_("Virusskydd"), False, waits)


def _mail() -> Check:
    """Letters that wait too long, and whether there is a server to take them at all."""
    if not settings.EMAIL_URL:
        text = _("Ingen server är inställd (EMAIL_URL). Breven läggs i mappen %(folder)s.")
        return Check(_("E-post"), settings.EMBEDDED, text % {"folder": settings.EMAIL_FILE_PATH})
    late = OutgoingMail.objects.waiting().stuck(STUCK_AFTER).count()
    said = ngettext("%(n)s brev väntar sedan länge", "%(n)s brev väntar sedan länge", late) % {"n": late}
    return Check(_("E-post"), not late, said if late else _("Breven går ut"))


def _stuck() -> Check:
    queues = (
        SIP.objects.waiting_for_validation(),
        AIP.objects.all(),
        Draft.objects.to_build(),
        Meeting.objects.waiting_for_notice(),
        Minutes.objects.waiting_for_publication(),
        OwnRecord.objects.all(),
        Publication.objects.all(),
    )
    stuck = sum(queue.stuck(STUCK_AFTER).count() for queue in queues)
    return Check(_("Rader som har fastnat"), stuck == 0, str(stuck))


def _packages() -> Check:
    """What waits for a store, for room or for a whole copy. It goes on by itself once that is mended.

    Why may name what is in the package, which is for its own municipality to read.
    """
    waiting = AIP.objects.exclude(trouble="").exclude(status=AIP.Status.NEEDS_PERSON).order_by("created_at")
    if not (count := waiting.count()):
        return Check(_("Arkivpaket"), True, _("Inget väntar"))
    said = ngettext(
        "%(number)s väntar. Kommunens arkivarie ser orsaken på paketets sida.",
        "%(n)s väntar, till exempel %(number)s. Kommunernas arkivarier ser orsaken på paketens sidor.",
        count,
    )
    return Check(_("Arkivpaket"), False, said % {"n": count, "number": waiting[0].number})


def _copies() -> Check:
    if not (short := storage.packages_short_of_copies().count()):
        return Check(_("Kopior"), True, _("Alla arkivpaket har sina kopior"))
    said = ngettext(
        "%(n)s arkivpaket har färre kontrollerade kopior än %(wanted)s. "
        "De görs av sig själva så länge lagren svarar och det finns en hel kopia.",
        "%(n)s arkivpaket har färre kontrollerade kopior än %(wanted)s. "
        "De görs av sig själva så länge lagren svarar och det finns en hel kopia.",
        short,
    )
    return Check(_("Kopior"), False, said % {"n": short, "wanted": storage.copies_wanted()})


def _fixity() -> Check:
    label, last = _("Kontroll av kopior"), Pulse.objects.filter(name="fixity").first()
    if last and database_now() - last.at > FIXITY_OVERDUE:
        said = _("Har inte gett livstecken sedan %(at)s. Starta om den tunga arbetaren.")
        return Check(label, False, said % {"at": moment(last.at)})
    if disagreeing := fixity.disagreeing().count():
        said = ngettext(
            "%(n)s kopia stämmer inte med databasens kontrollsumma. Den är inte rörd; ta reda på vad som har ändrats.",
            "%(n)s kopior stämmer inte med databasens kontrollsumma. De är inte rörda; ta reda på vad som har ändrats.",
            disagreeing,
        )
        return Check(label, False, said % {"n": disagreeing})
    return Check(label, True, _("Gick senast %(at)s") % {"at": moment(last.at)} if last else _("Har inte gått än"))


def _needs_person() -> Check:
    waiting = (
        SIP.objects.filter(status=SIP.Status.NEEDS_PERSON).count()
        + AIP.objects.filter(status=AIP.Status.NEEDS_PERSON).count()
    )
    return Check(_("Behöver en människa"), waiting == 0, str(waiting))
