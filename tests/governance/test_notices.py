"""Notices: every member's own board, and three weeks from the day the last of them posted."""

import dataclasses
import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consortium.formats import day_in_text
from governance import adjustment, checking, immediate_adjustment, notices
from governance.meetings import EditedMeanwhile
from governance.models import Consortium, Minutes, Notice, Posting
from tests import factories
from tests.governance import publishing, steering
from tests.governance.publishing import CONTENT
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


def test_a_federation_posts_on_its_own_board_and_appeal_counts_from_there(minutes: Minutes, group: Steering) -> None:
    federation = Consortium.LegalForm.FEDERATION
    host = factories.municipality("2082")
    Consortium.objects.filter(pk=group.consortium.pk).update(legal_form=federation, host=host)
    notice = notices.write(Minutes.objects.get(pk=minutes.pk), kept_at="Säter", by=group.secretary)
    (only,) = notice.postings.all()
    assert only.municipality == host
    assert "på kommunalförbundets anslagstavla." in notices.text(only)
    client = Client()
    client.force_login(group.secretary)
    page = client.get(reverse("notice", args=[minutes.pk])).content.decode()
    assert "kommunalförbundets anslagstavla" in page
    assert "varje kommuns" not in page
    assert "sista kommunen" not in page


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
    with pytest.raises(notices.ImpossibleDay, match="varje tavla"):
        notices.note_taken_down(first, datetime.date(2022, 12, 31), version=2, by=group.secretary)
    last = notice.postings.order_by("pk")[4]
    notices.note_posted(last, datetime.date(2022, 12, 7), version=1, by=group.secretary)
    with pytest.raises(notices.ImpossibleDay, match="2022-12-30"):
        notices.note_taken_down(first, datetime.date(2022, 12, 30), version=2, by=group.secretary)
    done = notices.note_taken_down(first, datetime.date(2022, 12, 31), version=2, by=group.secretary)
    assert done.taken_down_on == datetime.date(2022, 12, 31)
    with pytest.raises(notices.ImpossibleDay, match="nedtaget 2022-12-31"):
        notices.note_posted(done, datetime.date(2023, 1, 10), version=3, by=group.secretary)


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


# A § adjusted at once


@pytest.fixture
@shared
def draft(group: Steering) -> Minutes:
    """Two §§, of which the first is adjusted at once."""
    kept = publishing.written(group, CONTENT, dataclasses.replace(CONTENT, title="Nästa fråga"))
    for user in (group.chair, group.adjuster):
        immediate_adjustment.adjust_at_once(kept.paragraphs.get(number=1), by=user)
    return kept


def at_once(draft: Minutes, group: Steering, number: int = 1) -> Notice:
    paragraph = draft.paragraphs.get(number=number)
    return notices.write(draft, paragraph=paragraph, kept_at="E-arkivcentrum, Säter", by=group.secretary)


def test_a_paragraph_adjusted_at_once_is_announced_before_the_rest(draft: Minutes, group: Steering) -> None:
    made = at_once(draft, group)
    today = timezone.localdate()
    assert (made.adjusted_on, made.post_by) == (today, adjustment.post_by(group.body, today))
    assert made.postings.count() == 5
    said = notices.text(made.postings.order_by("pk")[0]).replace("\xa0", " ")
    for words in ("omedelbart justerad paragraf", "Paragraf: § 1\n", "Paragrafen justerades:", "tre veckor"):
        assert words in said
    assert "§ 2" not in said
    assert at_once(draft, group).pk == made.pk
    assert Posting.objects.count() == 5


def test_one_that_waits_for_the_rest_has_no_notice_of_its_own(draft: Minutes, group: Steering) -> None:
    with pytest.raises(notices.NotAdjusted, match="inte omedelbart justerad"):
        at_once(draft, group, number=2)
    with pytest.raises(notices.NotAdjusted, match="Protokollet är inte justerat"):
        notices.write(draft, kept_at="Säter", by=group.secretary)


def test_its_time_for_appeal_counts_from_its_own_posting(draft: Minutes, group: Steering) -> None:
    alone = at_once(draft, group)
    keys = [finding.key for finding in checking.check(draft, draft.meeting.held_on) if not finding.stops]
    adjustment.finish(draft, confirmed=keys, by=group.secretary)
    adjustment.sign(draft, by=group.chair)
    minutes = adjustment.sign(draft, by=group.adjuster)
    whole = notices.write(minutes, kept_at="Säter", by=group.secretary)
    assert "§§ 1–2" in notices.text(whole.postings.order_by("pk")[0])
    assert (minutes.whole_notice, minutes.notices.count()) == (whole, 2)
    Notice.objects.update(adjusted_on=datetime.date(2022, 12, 5), post_by=datetime.date(2022, 12, 7))
    posted(alone, group, 6, 6, 6, 6, 6)
    alone.refresh_from_db()
    assert [each.appeal_until for each in (alone, whole)] == [datetime.date(2022, 12, 27), None]
    posted(whole, group, 9, 9, 9, 9, 9)
    assert [each.appeal_until for each in (alone, whole)] == [datetime.date(2022, 12, day) for day in (27, 30)]


def test_a_body_under_an_agreement_announces_no_paragraph() -> None:
    group = steering.group()
    kept = publishing.written(group)
    for user in (group.chair, group.adjuster):
        immediate_adjustment.adjust_at_once(kept.paragraphs.get(), by=user)
    with pytest.raises(notices.NoLaw):
        at_once(kept, group)


def test_the_pages_lead_to_it(draft: Minutes, group: Steering, client: Client) -> None:
    client.force_login(group.secretary)
    url = reverse("paragraph_notice", args=[draft.pk, 1])
    for name, pk in (("adjustment", draft.meeting_id), ("notice", draft.pk)):
        assert url in client.get(reverse(name, args=[pk])).content.decode()
    assert client.get(reverse("paragraph_notice", args=[draft.pk, 2])).status_code == 404
    assert "Skriv anslaget" in client.get(url).content.decode()
    done = client.post(url, {"kept_at": "Kommunarkivet, Säter"}, follow=True)
    assert done.redirect_chain == [(url, 302)]
    posting = Posting.objects.order_by("pk")[0]
    page = reverse("posting", args=[posting.pk])
    assert "Tillkännagivande av omedelbart justerad paragraf" in client.get(page).content.decode()
    early = client.post(page, {"act": "posted", "version": "1", "posted_on": "2020-01-01"}).content.decode()
    assert "1 justerades" in early
    sent = {"act": "posted", "version": "1", "posted_on": timezone.localdate().isoformat()}
    assert client.post(page, sent, follow=True).redirect_chain == [(url, 302)]
    assert "1 av 5 har anslagit" in client.get(reverse("notice", args=[draft.pk])).content.decode()


def test_who_adjusts_at_once_is_told_when_it_is_to_be_posted(group: Steering, client: Client) -> None:
    paragraph = publishing.written(group).paragraphs.get()
    immediate_adjustment.adjust_at_once(paragraph, by=group.chair)
    client.force_login(group.adjuster)
    page = client.post(reverse("adjust_paragraph", args=[paragraph.pk]), follow=True).content.decode()
    last = adjustment.post_by(group.body, timezone.localdate())
    assert last
    assert f"Den ska anslås för sig, senast {day_in_text(last)}." in page
