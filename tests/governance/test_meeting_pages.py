"""The pages of meetings and minutes: what was typed is never lost, and every refusal says what to do."""

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from consortium.models import AuditEvent, OutgoingMail, User
from governance import adjustment, agenda, meetings, minutes, notice
from governance.models import Attendance, Meeting, Minutes, Paragraph
from governance.paragraphs import Content, content_of
from tests.governance import publishing, steering
from tests.governance.steering import HALF_PAST_ELEVEN, TEN, Steering
from tests.keeping import shared

pytestmark = pytest.mark.django_db


@pytest.fixture
@shared
def group() -> Steering:
    return steering.group()


@pytest.fixture
@shared
def kept(group: Steering) -> Minutes:
    return publishing.written(group)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode()).replace("\xa0", " ").replace("&amp;", "&").replace("&quot;", '"')


def new_meeting(group: Steering, **fields: str) -> dict[str, str]:
    day = (timezone.localdate() + datetime.timedelta(days=30)).isoformat()
    times = {"held_on": day, "starts_at": "10", "ends_at": "11.30"}
    return {"body": str(group.body.pk), "mode": "online", "place_text": "Rådhuset", **times, **fields}


def section(paragraph: Paragraph, **fields: Any) -> dict[str, Any]:
    """The form of a § as a browser sends it."""
    counts = {
        f"{name}-{part}": "0"
        for name in ("decisions", "comments", "dissents", "actions")
        for part in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    return {"title": paragraph.title, "version": paragraph.version, **counts, **fields}


def test_a_meeting_is_planned_and_the_agenda_comes_next(group: Steering) -> None:
    response = signed_in(group.secretary).post(reverse("meeting_new"), new_meeting(group))
    meeting = Meeting.objects.get()
    assert response["Location"] == reverse("agenda", args=[meeting.pk])
    assert (meeting.starts_at, meeting.ends_at) == (datetime.time(10), datetime.time(11, 30))


def test_the_oldest_meeting_is_found_by_turning_pages(group: Steering) -> None:
    first = datetime.date(2020, 1, 1)
    Meeting.objects.bulk_create(
        Meeting(body=group.body, held_on=first + datetime.timedelta(weeks=n), starts_at=TEN, ends_at=HALF_PAST_ELEVEN)
        for n in range(41)
    )
    steering.coming(group)
    client, url = signed_in(group.member), reverse("meeting_list")
    page = text(client.get(url))
    assert "Kommande möten" in page
    assert "2020-01-01" not in page
    assert 'href="?sida=2"' in page
    last = text(client.get(url, {"sida": "2"}))
    assert "2020-01-01" in last
    assert "Kommande möten" not in last


def test_a_meeting_that_ends_before_it_begins_keeps_what_was_typed(group: Steering) -> None:
    response = signed_in(group.secretary).post(reverse("meeting_new"), new_meeting(group, ends_at="9"))
    assert response.status_code == 422
    assert "Mötet ska sluta efter att det börjar." in text(response)
    assert 'value="Rådhuset"' in text(response)
    assert not Meeting.objects.exists()


def test_a_body_that_is_paused_is_not_offered(group: Steering) -> None:
    group.body.status = group.body.Status.PAUSED
    group.body.save()
    assert signed_in(group.secretary).post(reverse("meeting_new"), new_meeting(group)).status_code == 422


def test_the_second_call_says_who_called_and_when(group: Steering) -> None:
    meeting = steering.coming(group)
    client = signed_in(group.secretary)
    client.post(reverse("call_meeting", args=[meeting.pk]))
    response = client.post(reverse("call_meeting", args=[meeting.pk]), follow=True)
    assert "Kallelsen skickades" in text(response)
    assert OutgoingMail.objects.count() == 5


def test_two_who_change_a_meeting_see_both(group: Steering) -> None:
    meeting = steering.coming(group)
    meetings.change(meeting, version=1, place_text="Mora", by=group.chair)
    typed = new_meeting(group, version="1", kind="minutes")
    response = signed_in(group.secretary).post(reverse("meeting_edit", args=[meeting.pk]), typed)
    assert "Någon annan har ändrat mötet" in text(response)
    assert "Mora" in text(response)
    assert 'value="Rådhuset"' in text(response)
    assert 'name="version" value="2"' in text(response)


def test_a_late_apology_is_shown_as_late(group: Steering) -> None:
    meeting = steering.coming(group, days=2, answer_by=timezone.localdate() - datetime.timedelta(days=1))
    client = signed_in(group.member)
    response = client.post(reverse("answer_meeting", args=[meeting.pk]), {"coming": "0", "note": "Sjuk"}, follow=True)
    assert "noterat som sent" in text(response)
    assert "Förhinder, sent svar" in text(response)
    assert Attendance.objects.get(user=group.member, meeting=meeting).answered_late


def test_an_answer_without_a_choice_keeps_the_message(group: Steering) -> None:
    meeting = steering.coming(group)
    response = signed_in(group.member).post(reverse("answer_meeting", args=[meeting.pk]), {"note": "Kanske"})
    assert response.status_code == 422
    assert 'value="Kanske"' in text(response)


def test_only_who_has_a_seat_answers(group: Steering) -> None:
    meeting = steering.coming(group)
    meeting.attendances.filter(user=group.member).update(user=None)
    response = signed_in(group.member).post(reverse("answer_meeting", args=[meeting.pk]), {"coming": "1"})
    assert response.status_code == 404


def test_moving_an_item_answers_htmx_with_the_list_alone(group: Steering) -> None:
    meeting = steering.coming(group)
    item = agenda.add(meeting, title="Budget", by=group.secretary)
    response = signed_in(group.secretary).post(
        reverse("move_item", args=[item.pk]), {"to": "up"}, headers={"HX-Request": "true"}
    )
    assert text(response).lstrip().startswith('<div id="slots"')
    assert f'data-say="Budget är nu punkt {item.position - 1}."' in text(response)


def test_an_overlap_and_too_long_an_agenda_are_said(group: Steering) -> None:
    meeting = steering.coming(group)
    agenda.add(meeting, title="Lång", length=90, by=group.secretary)
    agenda.add(meeting, title="Gäst", length=10, fixed_start=datetime.time(10, 30), by=group.secretary)
    page = text(signed_in(group.member).get(reverse("agenda", args=[meeting.pk])))
    assert "Krockar: punkten före slutar" in page


def test_a_paper_is_a_file_to_keep(group: Steering) -> None:
    meeting = steering.coming(group)
    item = agenda.add(meeting, title="Budget", by=group.secretary)
    paper = agenda.attach(item, 'förslag "1".pdf', b"%PDF-1.7", by=group.secretary)
    response = signed_in(group.member).get(reverse("paper", args=[paper.pk]))
    assert response["Content-Disposition"].startswith("attachment")
    assert (response["X-Content-Type-Options"], response["Content-Type"]) == ("nosniff", "application/pdf")
    assert "sandbox" in response["Content-Security-Policy"]


def test_a_refused_paper_says_which_formats_are_taken(group: Steering) -> None:
    item = agenda.add(steering.coming(group), title="Budget", by=group.secretary)
    file = SimpleUploadedFile("skript.html", b"<script>")
    response = signed_in(group.secretary).post(reverse("attach_paper", args=[item.pk]), {"paper": file}, follow=True)
    assert "skript.html kan inte läggas till." in text(response)


def test_what_is_ticked_is_kept_when_it_is_refused(group: Steering, kept: Minutes) -> None:
    rows = {row.user_id: row.pk for row in kept.meeting.attendances.all()}
    typed = {f"{pk}-presence": "present" for pk in rows.values()}
    chair = rows[group.chair.pk]
    response = signed_in(group.secretary).post(
        reverse("attendance", args=[kept.meeting_id]),
        {**typed, "chair": chair, "secretary": rows[group.secretary.pk], "adjuster": chair},
    )
    assert response.status_code == 422
    assert "kan inte både justera och vara ordförande" in text(response)
    assert f'id="adjuster-{chair}" checked' in text(response)


def test_autosave_says_when_and_gives_the_new_version(group: Steering, kept: Minutes) -> None:
    paragraph = kept.paragraphs.get()
    response = signed_in(group.secretary).post(
        reverse("save_paragraph", args=[paragraph.pk]), section(paragraph, summary="Nytt.")
    )
    assert "Sparat kl." in text(response)
    assert f'value="{paragraph.version + 1}" hx-swap-oob' in text(response)


def test_autosave_of_the_second_writer_names_the_first(group: Steering, kept: Minutes) -> None:
    paragraph = kept.paragraphs.get()
    minutes.save(paragraph, Content("Ny rubrik"), version=paragraph.version, by=group.chair)
    response = signed_in(group.secretary).post(
        reverse("save_paragraph", args=[paragraph.pk]), section(paragraph, summary="Mitt.")
    )
    assert "Chef kommunstyrelsesektorn har sparat" in text(response)
    assert "id_version" not in text(response)


def test_the_second_writer_sees_both_texts_and_may_choose(group: Steering, kept: Minutes) -> None:
    paragraph = kept.paragraphs.get()
    minutes.save(paragraph, Content("Deras", summary="Deras ord."), version=paragraph.version, by=group.chair)
    client = signed_in(group.secretary)
    url = reverse("paragraph", args=[paragraph.pk])
    response = client.post(url, section(paragraph, summary="Mina ord."))
    assert response.status_code == 409
    assert "Deras ord." in text(response)
    assert "Mina ord." in text(response)
    newer = Paragraph.objects.get(pk=paragraph.pk)
    assert f'id="id_version" value="{newer.version}"' in text(response)
    client.post(url, section(newer, title="Mitt", summary="Mina ord."))
    assert content_of(Paragraph.objects.get(pk=paragraph.pk)).summary == "Mina ord."
    assert paragraph.versions.filter(content__summary="Deras ord.").exists()


def test_who_moves_a_paragraph_is_still_told_what_another_saved(group: Steering) -> None:
    first, second = publishing.written(group, Content("Ett"), Content("Två")).paragraphs.all()
    minutes.save(first, Content("Ett", summary="Deras ord."), version=first.version, by=group.chair)
    client = signed_in(group.secretary)
    move = reverse("move_paragraph", args=[second.pk])
    moved = client.post(move, {"to": "up", "here": first.pk}, headers={"HX-Request": "true"})
    assert "Två är nu § 1." in text(moved)
    assert "id_version" not in text(moved)
    answer = client.post(reverse("save_paragraph", args=[first.pk]), section(first, summary="Mina ord."))
    assert "Chef kommunstyrelsesektorn har sparat § 2 medan du skrev." in text(answer)
    assert Paragraph.objects.get(pk=first.pk).summary == "Deras ord."


def test_writing_goes_on_after_a_move(group: Steering) -> None:
    first, second = publishing.written(group, Content("Ett"), Content("Två")).paragraphs.all()
    minutes.move(second, -1, by=group.chair)
    answer = signed_in(group.secretary).post(
        reverse("save_paragraph", args=[first.pk]), section(first, summary="Mina ord.")
    )
    assert "Sparat kl." in text(answer)


def test_an_action_without_anybody_responsible_is_not_saved(group: Steering, kept: Minutes) -> None:
    paragraph = kept.paragraphs.get()
    actions = {"actions-TOTAL_FORMS": "1", "actions-0-task": "Ring runt", "actions-0-responsible": ""}
    response = signed_in(group.secretary).post(reverse("paragraph", args=[paragraph.pk]), section(paragraph, **actions))
    assert response.status_code == 422
    assert "Skriv vilken funktion som ska göra det." in text(response)
    assert "Ring runt" in text(response)


def test_an_action_is_given_to_somebody_and_to_municipalities(group: Steering, kept: Minutes) -> None:
    paragraph, client = kept.paragraphs.get(), signed_in(group.secretary)
    url = reverse("paragraph", args=[paragraph.pk])
    page = text(client.get(url))
    assert f'<option value="{group.member.pk}">Kanslichef, Mora kommun</option>' in page
    assert '<legend class="hidden">Kommuner som åtgärden väntar på</legend>' in page
    given = {"task": "Svara", "responsible": "Kanslichef", "user": group.member.pk, "addressees": ["2080", "2021"]}
    rows = {"actions-TOTAL_FORMS": "1", **{f"actions-0-{name}": value for name, value in given.items()}}
    client.post(url, section(paragraph, **rows))
    action = paragraph.actions.get()
    assert action.responsible_user == group.member
    assert {each.code for each in action.addressees.all()} == {"2080", "2021"}
    assert f'<option value="{group.member.pk}" selected>' in text(client.get(url))
    stranger = {**rows, "actions-0-user": User.objects.create(email="annan@exempel.se", function="Annan").pk}
    paragraph.refresh_from_db()
    assert client.post(url, section(paragraph, **stranger)).status_code == 422


def test_a_number_that_is_taken_says_where(group: Steering, kept: Minutes) -> None:
    other = minutes.begin(steering.meeting(group, held_on=datetime.date(2022, 12, 15)), by=group.secretary)
    response = signed_in(group.secretary).post(
        reverse("minutes_head", args=[other.meeting_id]), {"time_and_place": "Teams", "first": "§1", "version": "1"}
    )
    assert response.status_code == 422
    assert "§ 1 finns redan" in text(response)
    assert 'value="Teams"' in text(response)


def test_two_who_write_the_head_of_the_minutes_see_both(group: Steering, kept: Minutes) -> None:
    url = reverse("minutes_head", args=[kept.meeting_id])
    typed = {"previous_outcome": "", "first": "§ 1", "version": "1"}
    signed_in(group.chair).post(url, {**typed, "time_and_place": "Mora"})
    response = signed_in(group.secretary).post(url, {**typed, "time_and_place": "Falun"})
    assert response.status_code == 422
    assert "Någon annan har sparat uppgifterna om mötet" in text(response)
    assert "<dd>Mora</dd>" in text(response)
    assert 'value="Falun"' in text(response)
    assert 'name="version" value="2"' in text(response)
    signed_in(group.secretary).post(url, {**typed, "version": "2", "time_and_place": "Falun"})
    assert Minutes.objects.get(pk=kept.pk).time_and_place == "Falun"


def test_the_same_head_saved_twice_is_no_conflict(group: Steering, kept: Minutes) -> None:
    for _again in range(2):
        minutes.write_head(kept, time_and_place="Mora", previous_outcome="", version=1, by=group.secretary)
    with pytest.raises(meetings.EditedMeanwhile):
        minutes.write_head(kept, time_and_place="Mora", previous_outcome="", first="§ 18", version=1, by=group.chair)


@pytest.mark.parametrize("name", ["minutes", "adjustment"])
def test_many_paragraphs_are_asked_for_at_once(group: Steering, name: str) -> None:
    client, asked = signed_in(group.member), []
    for n in (2, 8):
        contents = [replace(publishing.CONTENT, title=f"Ärende {at}") for at in range(n)]
        kept = publishing.written(group, *contents, held_on=datetime.date(2022, 11, n))
        url = reverse(name, args=[kept.meeting_id])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            page = text(client.get(url))
        assert page.count("Fråga de frånvarande") == n
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_doubts_are_ticked_and_faults_lead_to_their_place(group: Steering, kept: Minutes) -> None:
    minutes.write_head(
        kept, time_and_place="fredagen den 24 november", previous_outcome="", version=1, by=group.secretary
    )
    kept.meeting.attendances.filter(user=group.adjuster).update(is_adjuster=False)
    client, url = signed_in(group.secretary), reverse("minutes_check", args=[kept.meeting_id])
    page = text(client.get(url))
    assert "En sak måste rättas först" in page
    assert f'href="{reverse("attendance", args=[kept.meeting_id])}"' in page
    assert "är en torsdag" in page
    assert client.post(url).status_code == 422
    assert Minutes.objects.get().status == Minutes.Status.DRAFT


def test_the_pdf_before_and_after(group: Steering, kept: Minutes) -> None:
    client, url = signed_in(group.member), reverse("minutes_pdf", args=[kept.meeting_id])
    assert client.get(url).content.startswith(b"%PDF-")
    adjustment.finish(kept, by=group.secretary)
    for user in (group.chair, group.adjuster):
        adjustment.sign(kept, by=user)
    done = Minutes.objects.get()
    assert client.get(url).content == bytes(done.document.content)


def test_signing_out_of_turn_says_whose_turn_it_is(group: Steering, kept: Minutes) -> None:
    adjustment.finish(kept, by=group.secretary)
    url = reverse("sign_minutes", args=[kept.meeting_id])
    assert "Det är inte din tur" in text(signed_in(group.adjuster).post(url, follow=True))
    assert "skrivs under av mötets sekreterare" in text(signed_in(group.member).post(url, follow=True))
    assert AuditEvent.objects.filter(what="minutes_signed").count() == 1


def test_a_remark_reopens_and_is_answered(group: Steering, kept: Minutes) -> None:
    adjustment.finish(kept, by=group.secretary)
    chair, secretary = signed_in(group.chair), signed_in(group.secretary)
    paragraph = kept.paragraphs.get()
    said = {"paragraph": paragraph.pk, "text": "Fel antal kommuner."}
    page = text(chair.post(reverse("remark_minutes", args=[kept.meeting_id]), said, follow=True))
    assert "Fel antal kommuner." in page
    secretary.post(reverse("reopen_minutes", args=[kept.meeting_id]))
    assert "Fel antal kommuner." in text(secretary.get(reverse("paragraph", args=[paragraph.pk])))
    remark = kept.remarks.get()
    page = text(secretary.post(reverse("answer_remark", args=[remark.pk]), {"answer": "Rättat."}, follow=True))
    assert "Rättat." in page


def test_a_correction_is_read_beside_adjusted_minutes(group: Steering, kept: Minutes) -> None:
    adjustment.finish(kept, by=group.secretary)
    for user in (group.chair, group.adjuster):
        adjustment.sign(kept, by=user)
    said = {"rattelse-text": "Dagen var den 24 november."}
    signed_in(group.secretary).post(reverse("correct_minutes", args=[kept.meeting_id]), said)
    page = text(signed_in(group.member).get(reverse("minutes", args=[kept.meeting_id])))
    assert "Dagen var den 24 november." in page
    assert "Rättelser efter justeringen" in page


def test_a_secret_matter_says_so_to_those_who_write(group: Steering, kept: Minutes) -> None:
    paragraph = kept.paragraphs.get()
    url = reverse("paragraph", args=[paragraph.pk])
    client = signed_in(group.secretary)
    assert "vilken bestämmelse" in text(client.post(url, section(paragraph, withheld="on")))
    client.post(url, section(paragraph, withheld="on", withheld_reason="OSL 19:3"))
    assert "Publiceras inte" in text(client.get(reverse("minutes", args=[kept.meeting_id])))


def test_in_english_the_minutes_are_still_written_in_swedish(group: Steering) -> None:
    client = signed_in(group.secretary)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override(settings.LANGUAGE_CODE):  # what the request sets is undone for the tests after this one
        client.post(reverse("meeting_new"), new_meeting(group))
        meeting = Meeting.objects.get()
        notice.call(meeting, by=group.secretary)
        client.post(reverse("begin_minutes", args=[meeting.pk]))
    kept = Minutes.objects.get()
    assert "digitalt" in kept.time_and_place
    assert kept.paragraphs.filter(title="Val av justerare").exists()
