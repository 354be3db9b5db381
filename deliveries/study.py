"""Förstudien: how far it has come through its nine matters, and who changed what."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from deliveries import editing
from deliveries.models import StudyItem
from governance.models import Consortium


@dataclass(frozen=True)
class Progress:
    items: list[StudyItem]

    @property
    def done(self) -> int:
        return sum(item.status == StudyItem.Status.DONE for item in self.items)

    @property
    def sentence(self) -> str:
        return _("%(done)s av %(all)s frågor är klara.") % {"done": self.done, "all": len(self.items)}


def progress(consortium: Consortium) -> Progress:
    """All nine in their order; what nobody has touched is open."""
    held = {item.topic: item for item in consortium.study_items.select_related("edited_by")}
    return Progress([held.get(topic) or StudyItem(consortium=consortium, topic=topic) for topic in StudyItem.Topic])


def item_of(consortium: Consortium, topic: str) -> StudyItem:
    found = StudyItem.objects.filter(consortium=consortium, topic=topic).first()
    return found or StudyItem(consortium=consortium, topic=topic)


@transaction.atomic
def write(item: StudyItem, status: str, note: str, *, seen: int, by: User) -> StudyItem:
    stored = StudyItem.objects.get_or_create(consortium=item.consortium, topic=item.topic)[0]
    if editing.revise(stored, {"status": status, "note": note}, seen=seen, by=by):
        audit.record(by=by, what=Event.STUDY_CHANGED, target=stored, place=stored.consortium, status=status)
    return stored
