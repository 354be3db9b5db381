"""The whole cycle of a meeting in a real browser: call, answer, write, adjust, publish, and found in public search.

Pictures at 1280 and 360 px are left in artefacts/.
"""

import datetime
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from consortium.models import OutgoingMail, User
from governance import minutes
from governance.models import Attendance, Consortium, Meeting, Minutes, Paragraph
from tests import factories
from tests.archive.stores import folders
from tests.archive.test_own_records import agreement, work
from tests.browser.conftest import SignIn, late
from tests.governance import steering
from tests.governance.steering import Steering

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Picture = Callable[[Page, str], None]
DECISION = "Styrgruppen godkänner att torpare och backstugor tas upp i leveransplanen."


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Steering]:
    made = steering.group()
    host = factories.municipality("2082")
    Consortium.objects.filter(pk=made.consortium.pk).update(host=host)
    agreement(host)
    with folders(tmp_path):
        yield made


@pytest.fixture
def page_of(chromium: Browser, live_server: LiveServer, sign_in: SignIn) -> Iterator[Callable[[User], Page]]:
    """A browser of each person's own."""
    opened: list[BrowserContext] = []

    def enter(user: User) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, locale="sv-SE", viewport={"width": 1280, "height": 800}
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        page = context.new_page()
        sign_in(page, user)
        return page

    yield enter
    for context in opened:
        context.close()


def test_from_notice_to_public_search(
    group: Steering, page_of: Callable[[User], Page], page: Page, picture: Picture
) -> None:
    secretary = page_of(group.secretary)
    meeting = plan_and_call(secretary, picture)
    answer(page_of(group.member), meeting, picture)
    the_day_comes(meeting)
    take_presence(secretary, meeting, picture)
    write(secretary, page_of(group.chair), meeting, picture)
    adjust(secretary, page_of(group.chair), page_of(group.adjuster), meeting, picture)
    publish(page_of(group.chair), meeting, picture)
    work()
    page.goto("/sok/?q=backstugor")
    expect(page.get_by_role("main")).to_contain_text("Leveransplan")
    picture(page, "cycle-found")


def test_what_is_written_before_the_scripts_have_come_is_saved(
    group: Steering, page_of: Callable[[User], Page]
) -> None:
    paragraph = minutes.add(
        minutes.begin(steering.meeting(group), by=group.secretary), "Val av justerare", by=group.secretary
    )
    page = page_of(group.secretary)
    with late(page, "htmx*.js"):
        page.goto(f"/paragrafer/{paragraph.pk}/", wait_until="commit")
        page.locator("#id_decisions-0-text").fill("Sekretariatschefen justerar.")
        page.locator("#id_comments-0-text").fill("Kanslichefen kom senare.")
    expect(page.locator("#saved")).to_contain_text("Sparat kl.")
    page.get_by_role("button", name="Lägg till en kommentar").click()
    expect(page.locator("#id_comments-0-text")).to_have_value("Kanslichefen kom senare.")
    expect(page.locator("#id_comments-1-text")).to_have_value("")
    page.reload()
    expect(page.locator("#id_decisions-0-text")).to_have_value("Sekretariatschefen justerar.")
    expect(page.locator("#id_comments-0-text")).to_have_value("Kanslichefen kom senare.")


def plan_and_call(page: Page, picture: Picture) -> Meeting:
    page.goto("/moten/nytt/")
    page.get_by_label("Dag", exact=True).fill((timezone.localdate() + datetime.timedelta(days=20)).isoformat())
    page.get_by_label("Börjar").fill("10")
    page.get_by_label("Slutar").fill("11.30")
    page.get_by_label("Plats").fill("Teams")
    page.get_by_role("button", name="Planera mötet").click()
    page.get_by_label("Rubrik").fill("Leveransplan")
    page.get_by_label("Typ", exact=True).select_option("B")
    page.get_by_role("button", name="Lägg till punkten").click()
    meeting = Meeting.objects.get()
    item = meeting.items.get(title="Leveransplan")
    before = item.position
    page.wait_for_load_state()  # the key is the script's
    page.locator(f"#up-{item.pk}").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(f"#punkt-{item.pk} th")).to_contain_text(f"{before - 1}. Leveransplan")
    expect(page.locator(f"#up-{item.pk}")).to_be_focused()
    picture(page, "cycle-agenda")
    page.get_by_role("link", name="Mötet", exact=True).click()
    page.get_by_role("button", name="Skicka kallelsen").click()
    expect(page.get_by_role("main")).to_contain_text("Kallelsen är skickad till 5 adresser.")
    assert OutgoingMail.objects.about(meeting).count() == 5
    picture(page, "cycle-called")
    return meeting


def answer(page: Page, meeting: Meeting, picture: Picture) -> None:
    page.goto(f"/moten/{meeting.pk}/")
    page.get_by_label("Ja, jag kommer").check()
    page.get_by_role("button", name="Skicka svaret").click()
    expect(page.get_by_role("main")).to_contain_text("Tack, ditt svar är antecknat.")
    picture(page, "cycle-answered")
    assert meeting.attendances.filter(answer=Attendance.Answer.COMING).count() == 1


def the_day_comes(meeting: Meeting) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(held_on=timezone.localdate() - datetime.timedelta(days=1))


def take_presence(page: Page, meeting: Meeting, picture: Picture) -> None:
    page.goto(f"/moten/{meeting.pk}/narvaro/")
    for row in meeting.attendances.filter(is_vacant=False):
        here = "absent" if row.municipality_id == "2080" else "present"
        page.locator(f"#id_{row.pk}-presence").select_option(here)
    adjuster = meeting.attendances.get(municipality="2021")
    page.get_by_label(f"Ordförande, {adjuster}").check()
    page.get_by_label(f"Justerare, {adjuster}").check()
    page.get_by_role("button", name="Spara närvaron").click()
    expect(page.get_by_role("alert")).to_contain_text("kan inte både justera och vara ordförande")
    chair = meeting.attendances.get(municipality="2082")
    page.get_by_label(f"Ordförande, {chair}").check()
    page.get_by_role("button", name="Spara närvaron").click()
    expect(page.get_by_role("main")).to_contain_text("Närvaron är sparad.")
    picture(page, "cycle-attendance")


def write(page: Page, other: Page, meeting: Meeting, picture: Picture) -> None:
    page.goto(f"/moten/{meeting.pk}/")
    page.get_by_role("button", name="Börja skriva protokoll").click()
    page.get_by_role("link", name=re.compile("Skriv .*Val av justerare")).click()
    page.locator("#id_decisions-0-text").fill("Sekretariatschefen justerar.")
    expect(page.locator("#saved")).to_contain_text("Sparat kl.", timeout=15_000)
    paragraph = Paragraph.objects.get(title="Leveransplan")
    page.goto(f"/paragrafer/{paragraph.pk}/")
    other.goto(f"/paragrafer/{paragraph.pk}/")
    page.locator("#id_decisions-0-text").fill(DECISION)
    page.get_by_role("button", name="Lägg till en åtgärd").click()
    page.locator("#id_actions-0-task").fill("Skriv in det i planen")
    page.locator("#id_actions-0-responsible").fill("Enhetschef")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("är sparad.")
    picture(page, "cycle-paragraph")
    meet_in_the_same_paragraph(other, paragraph, picture)


def meet_in_the_same_paragraph(page: Page, paragraph: Paragraph, picture: Picture) -> None:
    """The second writer is told while writing, sees both texts, and leaves the first one's."""
    page.locator("#id_summary").fill("Jag skrev också.")
    expect(page.locator("#saved")).to_contain_text("har sparat", timeout=15_000)
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("#conflict")).to_contain_text("medan du skrev")
    expect(page.get_by_role("main")).to_contain_text(DECISION)
    expect(page.locator("#id_summary")).to_have_value("Jag skrev också.")
    picture(page, "cycle-conflict")
    paragraph.refresh_from_db()
    assert paragraph.summary == ""


def adjust(page: Page, chair: Page, adjuster: Page, meeting: Meeting, picture: Picture) -> None:
    page.goto(f"/moten/{meeting.pk}/protokoll/granska/")
    for doubt in page.locator("input[name=confirmed]").all():
        doubt.check()
    picture(page, "cycle-check")
    page.get_by_role("button", name="Lämna till justering").click()
    expect(page.get_by_role("main")).to_contain_text("Näst i tur: Chef kommunstyrelsesektorn")
    chair.goto(f"/moten/{meeting.pk}/justering/")
    chair.get_by_role("button", name="Skriv under protokollet").click()
    expect(chair.get_by_role("main")).to_contain_text("Näst i tur: Sekretariatschef")
    adjuster.goto(f"/moten/{meeting.pk}/justering/")
    adjuster.get_by_role("button", name="Skriv under protokollet").click()
    expect(adjuster.get_by_role("main")).to_contain_text("Protokollet är justerat och låst.")
    picture(adjuster, "cycle-adjusted")
    assert meeting.minutes.status == Minutes.Status.ADJUSTED
    answer = page.request.get(f"/moten/{meeting.pk}/protokoll.pdf")
    assert answer.body().startswith(b"%PDF-")


def publish(page: Page, meeting: Meeting, picture: Picture) -> None:
    page.goto(f"/utgivning/{meeting.minutes.pk}/granska/")
    picture(page, "cycle-publication")
    page.get_by_role("button", name="Godkänn och publicera").click()
    expect(page.get_by_role("main")).to_contain_text("publicerat")
