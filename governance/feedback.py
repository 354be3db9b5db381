"""Anonyma synpunkter: what nobody can trace, counted first when five have spoken.

No trace of who wrote is left in the log either; what is logged is only that somebody opened the topic.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from consortium import audit, personal_numbers
from consortium.audit_events import Event
from consortium.models import User
from consortium.swedish import swedish_key
from governance.models import Consortium, Feedback, FeedbackTopic, Municipality
from governance.revising import Refusal

ENOUGH = 5


class TopicClosed(Refusal):
    pass


class NamesSomebody(Refusal):
    """The text would lead back to a municipality or a person."""


@dataclass(frozen=True)
class Summary:
    """`count` is None while too few have spoken: even how few would tell something."""

    count: int | None
    tags: list[tuple[str, int]]
    texts: list[str]


@transaction.atomic
def open_topic(consortium: Consortium, facts: Mapping[str, Any], *, by: User) -> FeedbackTopic:
    topic = FeedbackTopic.objects.create(consortium=consortium, **facts)
    audit.record(by=by, what=Event.FEEDBACK_TOPIC_OPENED, target=topic, place=consortium)
    return topic


def give(topic: FeedbackTopic, text: str, tags: list[str]) -> None:
    """No `by`: nobody asks."""
    if not topic.is_open:
        raise TopicClosed(_("Tiden för synpunkter har gått ut."))
    if personal_numbers.holds_one(text):
        raise NamesSomebody(_("Texten innehåller ett personnummer. Ta bort det."))
    if named := _municipality_named(text):
        raise NamesSomebody(
            _("Texten nämner %s, och då är synpunkten inte anonym. Skriv om den utan kommunens namn.") % named
        )
    Feedback.objects.create(topic=topic, text=text, tags=[tag for tag in Feedback.Tag.values if tag in tags])


def _municipality_named(text: str) -> str:
    """By its name with a capital, also in the genitive; land is called mark and lund, too."""
    stripped = (word.strip(".,:;!?()”\"'") for word in text.split())
    words = {word.lower().removesuffix("s") for word in stripped if word[:1].isupper()}
    for name in Municipality.objects.values_list("name", flat=True):
        if name.lower().removesuffix("s") in words:
            return name
    return ""


def summary(topic: FeedbackTopic) -> Summary:
    rows = list(topic.feedback.all())
    if len(rows) < ENOUGH:
        return Summary(None, [], [])
    counted = Counter(tag for row in rows for tag in row.tags)
    tags = [(str(Feedback.Tag(tag).label), count) for tag, count in counted.most_common()]
    return Summary(len(rows), tags, sorted((row.text for row in rows), key=swedish_key))
