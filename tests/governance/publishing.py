"""Minutes that everybody has signed, made the ordinary way, for tests of what comes after."""

from typing import Any

from governance import adjustment, agenda, minutes
from governance.models import Body, Minutes
from governance.paragraphs import Content, Decided, ToDo
from tests.governance import steering
from tests.governance.steering import THE_DAY, Steering

CONTENT = Content(
    title="Utökad samverkan",
    registry_number="KS 2022/17",
    decisions=(Decided("Styrgruppen godkänner planen."),),
    summary="Sju kommuner vill ansluta sig.",
    actions=(ToDo("Fråga de frånvarande", "Enhetschef", THE_DAY.replace(month=12, day=7)),),
    dispatch_to="Medlemskommunerna",
)


def written(group: Steering, *contents: Content, **fields: Any) -> Minutes:
    """A draft with these §§ and nothing else."""
    meeting = steering.meeting(group, **fields)
    meeting.items.all().delete()
    for content in contents or (CONTENT,):
        agenda.add(meeting, title=content.title, by=group.secretary)
    steering.everybody_came(group, meeting)
    kept = minutes.begin(meeting, by=group.secretary)
    for paragraph, content in zip(kept.paragraphs.all(), contents or (CONTENT,), strict=True):
        minutes.save(paragraph, content, version=paragraph.version, by=group.secretary)
    return kept


def adjusted(group: Steering, *contents: Content, **fields: Any) -> Minutes:
    kept = written(group, *contents, **fields)
    keys = [finding.key for finding in adjustment.checking.check(kept, kept.meeting.held_on) if not finding.stops]
    adjustment.finish(kept, confirmed=keys, by=group.secretary)
    adjustment.sign(kept, by=group.chair)
    return adjustment.sign(kept, by=group.adjuster)


def board(**fields: Any) -> Steering:
    """A body under kommunallagen, whose minutes are announced and can be appealed."""
    return steering.group(**{"name": "Nämnden", "legal_regime": Body.LegalRegime.LAW, **fields})
