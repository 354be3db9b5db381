"""The nine matters of a study: what nobody has touched is open, and progress is counted, not typed."""

import pytest
from django.test import Client
from django.urls import reverse

from deliveries import study
from deliveries.editing import ChangedMeanwhile
from deliveries.models import StudyItem
from tests import factories
from tests.personas import Personas

pytestmark = pytest.mark.django_db
Status, Topic = StudyItem.Status, StudyItem.Topic


def test_a_study_has_nine_matters_from_the_start() -> None:
    seen = study.progress(factories.consortium())
    assert [item.topic for item in seen.items] == list(Topic)
    assert seen.sentence == "0 av 9 frågor är klara."
    assert not StudyItem.objects.exists()


def test_progress_counts_what_is_done_in_this_consortium() -> None:
    user, here, other = factories.user(), factories.consortium(), factories.consortium("Ett annat")
    study.write(study.item_of(here, Topic.LAW), Status.DONE, "", seen=1, by=user)
    study.write(study.item_of(here, Topic.COSTS), Status.ONGOING, "Tre alternativ", seen=1, by=user)
    study.write(study.item_of(other, Topic.NEEDS), Status.DONE, "", seen=1, by=user)
    assert study.progress(here).sentence == "1 av 9 frågor är klara."


def test_the_second_of_two_writers_is_told() -> None:
    user, item = factories.user(), study.item_of(factories.consortium(), Topic.LAW)
    study.write(item, Status.DONE, "Först", seen=1, by=user)
    with pytest.raises(ChangedMeanwhile):
        study.write(item, Status.OPEN, "Sedan", seen=1, by=user)
    assert StudyItem.objects.get().note == "Först"


def test_the_checklist_is_written_by_the_consortium_and_read_by_all(people: Personas) -> None:
    client = Client()
    client.force_login(people.it_archivist)
    form = {"status": "done", "note": "Utrett", "revision": "1"}
    page = client.post(reverse("edit_study", args=["law"]), form, follow=True).content.decode()
    assert "1 av 9 frågor är klara." in page
    client.force_login(people.archivist_falun)
    page = client.get(reverse("study")).content.decode()
    assert "Utrett" in page
    assert reverse("edit_study", args=["law"]) not in page
