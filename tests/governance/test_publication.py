"""Public copies: a second person checks, personal data stays out, and what is taken down is gone at once."""

import dataclasses
import json

import pytest

from consortium.models import AuditEvent
from governance import adjustment, publication
from governance.meetings import EditedMeanwhile, NotNow
from governance.models import Minutes, Publication
from tests.consortium import pdf
from tests.governance import publishing, steering
from tests.governance.publishing import CONTENT
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture
@shared
def minutes(group: Steering) -> Minutes:
    return publishing.adjusted(group)


def test_minutes_are_public_once_a_second_person_has_checked_them(minutes: Minutes, group: Steering) -> None:
    assert not Publication.objects.public().exists()
    made = publication.publish(minutes, by=group.member)
    assert list(Publication.objects.public()) == [made]
    assert (made.checked_by, made.due_at) == (group.member, made.published_at)
    assert AuditEvent.objects.filter(what="minutes_published").count() == 1


def test_who_wrote_the_minutes_does_not_check_them(minutes: Minutes, group: Steering) -> None:
    with pytest.raises(publication.OwnMinutes):
        publication.publish(minutes, by=group.secretary)
    assert not publication.may_check(minutes, group.secretary)
    assert publication.may_check(minutes, group.chair)


def test_drafts_are_not_published(group: Steering) -> None:
    with pytest.raises(publication.NotAdjusted):
        publication.publish(publishing.written(group), by=group.chair)


def test_page_pdf_and_json_say_the_same_and_the_pdf_is_archival(minutes: Minutes, group: Steering) -> None:
    made = publication.publish(minutes, by=group.member)
    (told,) = made.content["sheet"]["paragraphs"]
    with pdf.Read(bytes(made.pdf)) as read:
        assert read.claims() == {"PDF/A": "2a", "PDF/UA": "1"}
        said = read.text()
    for words in (told["title"], "Styrgruppen godkänner planen.", "Sju kommuner vill ansluta sig."):
        assert words in said
        assert words in json.dumps(made.content, ensure_ascii=False)
    assert "Offentlig kopia" in said


def test_what_is_to_be_left_out_is_in_none_of_the_forms(group: Steering) -> None:
    named = dataclasses.replace(CONTENT, summary="Tolvan Exempelsson vill se planen. TOLVAN EXEMPELSSON svarar.")
    minutes = publishing.adjusted(group, named)
    made = publication.publish(minutes, masked="Tolvan Exempelsson\n", by=group.member)
    with pdf.Read(bytes(made.pdf)) as read:
        forms = [json.dumps(made.content, ensure_ascii=False), read.text()]
    for form in forms:
        assert "exempelsson" not in form.casefold()
        assert "[uppgift utelämnad]" in form
        assert "Uppgifter är utelämnade" in form
    assert "Tolvan" in minutes.paragraphs.get().summary


def test_a_personal_number_is_never_published(group: Steering) -> None:
    numbered = dataclasses.replace(CONTENT, summary="Gäller 19121212-1212.")
    kept = publishing.written(group, numbered)
    # The check before signing stops it too; here it is about what slipped through.
    adjustment.adopt(kept, b"%PDF-1.7", adjusted_on=kept.meeting.held_on, by=group.secretary)
    with pytest.raises(publication.HoldsPersonalNumber):
        publication.publish(kept, by=group.member)
    (found,) = publication.personal_numbers_in(publication.copy(kept))
    assert "1212" not in found
    assert publication.publish(kept, masked="19121212-1212", by=group.member).is_public


def test_a_withheld_paragraph_shows_its_number_and_provision_alone(group: Steering) -> None:
    secret = dataclasses.replace(
        *(CONTENT,), title="Upphandling", summary="Anbuden är tre.", withheld=True, withheld_reason="OSL 19:3"
    )
    made = publication.publish(publishing.adjusted(group, CONTENT, secret), by=group.member)
    told = json.dumps(made.content, ensure_ascii=False)
    assert "OSL 19:3" in told
    assert "Anbuden" not in told
    assert "Upphandling" not in told
    assert [each["label"] for each in made.content["sheet"]["paragraphs"]] == ["§\xa01", "§\xa02"]


def test_what_corrects_a_withheld_paragraph_is_withheld_with_it(group: Steering) -> None:
    secret = dataclasses.replace(*(CONTENT,), title="Upphandling", withheld=True, withheld_reason="OSL 19:3")
    kept = publishing.adjusted(group, CONTENT, secret)
    adjustment.correct(kept, "Anbuden är fyra.", paragraph=kept.paragraphs.get(withheld=True), by=group.secretary)
    adjustment.correct(kept, "Dagen ska vara den 7 december.", by=group.secretary)
    made = publication.publish(kept, by=group.member)
    told = json.dumps(made.content, ensure_ascii=False)
    assert "fyra" not in told + pdf.Read(bytes(made.pdf)).text()
    assert "Rättelsen av §\xa02 publiceras inte (OSL 19:3)" in told
    assert "Dagen ska vara den 7 december." in told


def test_a_copy_that_changed_under_the_checkers_eyes_is_not_published(minutes: Minutes, group: Steering) -> None:
    seen = publication.digest(publication.copy(minutes))
    adjustment.correct(minutes, "Dagen ska vara den 7 december.", by=group.secretary)
    with pytest.raises(EditedMeanwhile):
        publication.publish(minutes, seen=seen, by=group.member)
    made = publication.publish(minutes, seen=publication.digest(publication.copy(minutes)), by=group.member)
    assert "Dagen ska vara den 7 december." in json.dumps(made.content, ensure_ascii=False)


def test_it_is_published_once(minutes: Minutes, group: Steering) -> None:
    publication.publish(minutes, by=group.member)
    with pytest.raises(publication.AlreadyPublished):
        publication.publish(minutes, by=group.chair)


def test_a_correction_becomes_public_after_a_new_check(minutes: Minutes, group: Steering) -> None:
    made = publication.publish(minutes, by=group.member)
    adjustment.correct(minutes, "Dagen ska vara den 7 december.", by=group.secretary)
    assert publication.corrected_since(made)
    assert "7 december" not in json.dumps(made.content, ensure_ascii=False)
    again = publication.publish(minutes, by=group.member)
    assert again.pk == made.pk
    assert "7 december" in json.dumps(again.content, ensure_ascii=False)
    assert not publication.corrected_since(again)
    with pytest.raises(publication.AlreadyPublished):
        publication.publish(minutes, by=group.member)


def test_what_is_taken_down_is_gone_at_once_and_may_come_back_after_a_new_check(
    minutes: Minutes, group: Steering
) -> None:
    made = publication.publish(minutes, by=group.member)
    Publication.objects.update(due_at=None)
    down = publication.withdraw(made, "En privatperson nämns.", by=group.chair)
    assert down.due_at  # the archive closes its copy too
    assert not Publication.objects.public().exists()
    with pytest.raises(NotNow):
        publication.withdraw(down, "Igen", by=group.chair)
    again = publication.publish(minutes, masked="Sju kommuner", by=group.member)
    assert again.pk == made.pk
    assert again.is_public
    assert "Sju kommuner" not in json.dumps(again.content, ensure_ascii=False)
