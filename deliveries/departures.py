"""A member that leaves while a project runs: its part is marked, the project goes on, its material goes home."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from deliveries import history, reminders
from deliveries.models import LogEntry, Participation, Status
from deliveries.models.news import News
from deliveries.phases import locked
from deliveries.project_refusals import NotNow
from governance.models import Consortium


def follow() -> int:
    """Mark every part whose municipality is no longer a member. Run as often as you like."""
    marked = 0
    for consortium in Consortium.objects.all():
        members = consortium.members().values("pk")
        parts = Participation.objects.going_on().filter(project__consortium=consortium)
        for part in parts.exclude(municipality__in=members):
            marked += _leave(part)
    return marked


@transaction.atomic
def _leave(part: Participation) -> bool:
    part = locked(part)
    if part.status in (Status.LEFT, Status.COMPLETED, Status.CANCELLED):
        return False
    project, municipality = part.project, part.municipality
    today = timezone.localdate()
    part.status = Status.LEFT
    part.ended_on = history.end_of(part, today)
    part.reason = _("Kommunen är inte längre med i samverkan.")
    part.data_return = _(
        "Kommunens handlingar ska lämnas tillbaka: arkivpaket, arkivförteckning och loggar. Anteckna när det är gjort."
    )
    part.save(update_fields=["status", "ended_on", "reason", "data_return"])
    history.remember(part, by=None, reason=part.reason)
    history.summarise(project, by=None)
    history.touch(project)
    LogEntry.objects.create(
        project=project,
        municipality=municipality,
        text=f"{part.reason} {part.data_return}",
    )
    audit.record(by=None, what=Event.PROJECT_STATUS, target=project, place=municipality, status=part.status)
    reminders.tell(
        News.Kind.JOINED,
        _("%(name)s har lämnat samverkan och därmed %(project)s. Projektet går vidare med de andra.")
        % {"name": municipality.name, "project": project.name},
        once=f"left {part.pk} {today}",
        project=project,
    )
    return True


@transaction.atomic
def note_data_return(part: Participation, text: str, *, by: User) -> None:
    """What has been handed back, when and to whom, by function."""
    part = locked(part)
    if part.status != Status.LEFT:
        raise NotNow(_("Återlämning antecknas för den som har lämnat samverkan."))
    part.data_return = text
    part.save(update_fields=["data_return"])
    audit.record(by=by, what=Event.PROJECT_CHANGED, target=part.project, place=part.municipality)
