"""Notices: every member's own board, and three weeks from the day the last of them posted."""

import datetime

import pytest
from django.utils import timezone

from governance import notices
from governance.meetings import EditedMeanwhile
from governance.models import Consortium, Minutes, Notice, Posting
from tests.governance import publishing, steering
from tests.governance.steering import Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def group() -> Steering:
    return publishing.board()


@pytest.fixture
@shared
def minutes(group: Steering) -> Minutes:
    return publishing.adjusted(group)


@pytest.fixture
@shared
def notice(minutes: Minutes, group: Steering) -> Notice:
    made = notices.write(minutes, kept_at="E-arkivcentrum, Säter", by=group.secretary)
    # Adjusted on a day long ago, so that days after it have been.
    Notice.objects.update(adjusted_on=datetime.date(2022, 12, 5), post_by=datetime.date(2022, 12, 7))
    made.refresh_from_db()
    return made


def posted(notice: Notice, group: Steering, *days: int) -> list[Posting]:
    return [
        notices.note_posted(each, datetime.date(2022, 12, day), version=each.version, by=group.secretary)
        for each, day in zip(notice.postings.order_by("pk"), days, strict=False)
    ]


def test_every_member_has_a_row_and_is_told_what_to_post(notice: Notice) -> None:
    assert notice.postings.count() == 5
    said = notices.text(notice.postings.order_by("pk")[0]).replace("\xa0", " ")
    for words in ("Nämnden", "24 november 2022", "5 december 2022", "§ 1", "E-arkivcentrum, Säter", "tre veckor"):
        assert words in said
    assert "samtliga medlemskommuners" in said


def test_the_time_for_appeal_begins_when_the_last_has_posted(notice: Notice, group: Steering) -> None:
    posted(notice, group, 5, 6, 6, 9)
    assert notice.appeal_until is None
    posted(notice, group, 5, 6, 6, 9, 7)
    assert notice.last_posted_on == datetime.date(2022, 12, 9)
    assert notice.appeal_until == datetime.date(2022, 12, 30)


def test_a_last_day_that_is_free_moves_to_the_next_working_day(notice: Notice, group: Steering) -> None:
    posted(notice, group, 5, 5, 5, 5, 5)  # three weeks later is annandag jul
    assert notice.appeal_until == datetime.date(2022, 12, 27)


def test_late_posting_is_seen(notice: Notice, group: Steering) -> None:
    early, late = posted(notice, group, 7, 8)
    assert (early.is_late, late.is_late) == (False, True)


def test_days_that_cannot_be_are_refused(notice: Notice, group: Steering) -> None:
    first = notice.postings.order_by("pk")[0]
    with pytest.raises(notices.ImpossibleDay, match="tidigare"):
        notices.note_posted(first, datetime.date(2022, 12, 4), version=1, by=group.secretary)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    with pytest.raises(notices.ImpossibleDay, match="inte varit"):
        notices.note_posted(first, tomorrow, version=1, by=group.secretary)


def test_a_notice_stays_up_until_the_time_is_over(notice: Notice, group: Steering) -> None:
    first, *_rest = posted(notice, group, 5, 6, 6, 9)
    with pytest.raises(notices.ImpossibleDay, match="alla kommuner"):
        notices.note_taken_down(first, datetime.date(2022, 12, 31), version=2, by=group.secretary)
    last = notice.postings.order_by("pk")[4]
    notices.note_posted(last, datetime.date(2022, 12, 7), version=1, by=group.secretary)
    with pytest.raises(notices.ImpossibleDay, match="2022-12-30"):
        notices.note_taken_down(first, datetime.date(2022, 12, 30), version=2, by=group.secretary)
    done = notices.note_taken_down(first, datetime.date(2022, 12, 31), version=2, by=group.secretary)
    assert done.taken_down_on == datetime.date(2022, 12, 31)


def test_two_who_note_at_once_are_told(notice: Notice, group: Steering) -> None:
    first = notice.postings.order_by("pk")[0]
    notices.note_posted(first, datetime.date(2022, 12, 5), version=1, by=group.secretary)
    with pytest.raises(EditedMeanwhile) as told:
        notices.note_posted(first, datetime.date(2022, 12, 6), version=1, by=group.chair)
    assert told.value.theirs.posted_on == datetime.date(2022, 12, 5)


def test_written_twice_it_is_the_same_notice(minutes: Minutes, group: Steering, notice: Notice) -> None:
    assert notices.write(minutes, kept_at="Annanstans", by=group.chair) == notice
    assert Posting.objects.count() == 5


def test_a_federation_posts_on_its_own_board(minutes: Minutes, group: Steering) -> None:
    host = group.consortium.members().get(code="2082")
    Consortium.objects.update(legal_form=Consortium.LegalForm.FEDERATION, host=host)
    minutes = Minutes.objects.get(pk=minutes.pk)
    assert notices.boards(minutes) == [host]


def test_a_steering_group_under_an_agreement_announces_nothing() -> None:
    group = steering.group()
    with pytest.raises(notices.NoLaw):
        notices.write(publishing.adjusted(group), kept_at="Säter", by=group.secretary)


def test_drafts_are_not_announced(group: Steering) -> None:
    with pytest.raises(notices.NotAdjusted):
        notices.write(publishing.written(group), kept_at="Säter", by=group.secretary)
