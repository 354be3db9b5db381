"""Stående punkter: apps further up register what every agenda begins with."""

import datetime
from collections.abc import Iterator

import pytest

from governance import standing
from governance.models import Consortium
from governance.standing import Section, StandingContent
from tests.governance import steering

pytestmark = pytest.mark.django_db
DAY = datetime.date(2022, 11, 24)


@pytest.fixture
def weather() -> Iterator[None]:
    def provide(consortium: Consortium, on: datetime.date) -> StandingContent:
        return StandingContent(on, (Section("Väder", str(consortium), ("Ort", "Väder"), (("Mora", "Snö"),)),))

    standing.register("weather", "Väder", provide, length=3, order=15)
    yield
    del standing._registered["weather"]


def test_a_registered_item_is_on_every_new_agenda_in_its_place(weather: None) -> None:
    meeting = steering.meeting(steering.group())
    keys = [item.standing_key for item in meeting.items.all()]
    assert keys.index("weather") == keys.index(standing.CHOOSE_ADJUSTER) + 1
    assert meeting.items.get(standing_key="weather").length == 3


def test_content_is_of_the_day_asked_for(weather: None) -> None:
    group = steering.group()
    content = standing.content("weather", group.consortium, DAY)
    assert content is not None
    assert (content.as_of, content.sections[0].rows) == (DAY, (("Mora", "Snö"),))


def test_content_survives_being_frozen(weather: None) -> None:
    content = standing.content("weather", steering.group().consortium, DAY)
    assert content is not None
    assert StandingContent.from_json(content.as_json()) == content


def test_items_without_content_and_unknown_ones_show_nothing() -> None:
    consortium = steering.group().consortium
    assert standing.content(standing.CHOOSE_ADJUSTER, consortium, DAY) is None
    assert standing.content("nothing", consortium, DAY) is None
