"""What people say without a name cannot be given one afterwards."""

import datetime

import pytest

from consortium.models.audit import AuditEvent
from governance import feedback
from governance.feedback import NamesSomebody, TopicClosed
from governance.models import Feedback, FeedbackTopic
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
SAID = [
    "Plan saknas hos oss.",
    "Behov här och nu styr.",
    "Svårt att visa nyttan.",
    "Argument finns.",
    "Vem har mandat?",
]


@pytest.fixture
@shared
def topic() -> FeedbackTopic:
    factories.municipality("2082")
    admin = factories.user("Konsortieadministratör")
    return feedback.open_topic(factories.consortium(), {"title": "Samrådsgruppens heldag"}, by=admin)


def test_the_row_has_no_place_for_who_said_it() -> None:
    assert {field.name for field in Feedback._meta.get_fields()} == {"id", "topic", "text", "tags"}


def test_nothing_is_counted_before_five_have_spoken(topic: FeedbackTopic) -> None:
    for text in SAID[:4]:
        feedback.give(topic, text, ["INGEN_PLAN"])
    assert feedback.summary(topic) == feedback.Summary(None, [], [])
    feedback.give(topic, SAID[4], ["MANDAT", "påhittad"])
    told = feedback.summary(topic)
    assert told.count == 5
    assert told.tags == [("Plan saknas", 4), ("Oklart mandat", 1)]
    assert told.texts != SAID  # not in the order they came


def test_the_log_does_not_tell_either(topic: FeedbackTopic) -> None:
    before = AuditEvent.objects.count()
    feedback.give(topic, SAID[0], [])
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    "text", ["Hos oss i Säter finns ingen plan.", "Säters ledning vill inte.", "Ring 19121212-1212."]
)
def test_words_that_lead_back_are_refused(topic: FeedbackTopic, text: str) -> None:
    with pytest.raises(NamesSomebody):
        feedback.give(topic, text, [])
    assert not Feedback.objects.exists()


def test_land_is_no_municipality(topic: FeedbackTopic) -> None:
    factories.municipality("2062")
    feedback.give(topic, "Det finns ingen säter eller mark att stå på.", [])


def test_a_closed_topic_takes_no_more(topic: FeedbackTopic) -> None:
    topic.open_until = datetime.date(2020, 1, 1)
    with pytest.raises(TopicClosed):
        feedback.give(topic, SAID[0], [])
