"""Five consortia in five stages of life, with who sits where, as the sources tell and count."""

import datetime

import pytest

from consortium.site.demo import bodies, consortia, members, people
from governance import membership, year_wheel
from governance.consortia import fact_page
from governance.coverage import coverage
from governance.feedback import summary
from governance.inquiries import tally
from governance.models import Body, Consortium, ExtensionRound, FeedbackTopic, Inquiry, MeetingSeries, Municipality
from governance.year_wheel import Kind
from tests.keeping import shared

pytestmark = pytest.mark.django_db
JANUARY = datetime.date(2022, 1, 15)


@pytest.fixture
@shared
def loaded(db: None) -> None:
    dalarna = members.load()
    people.load(dalarna)
    administrator = people.named("administrator@exempel.se")
    consortia.load(administrator)
    bodies.load(dalarna, administrator)


def body(slug: str, name: str = "Styrgruppen") -> Body:
    return Body.objects.get(consortium__slug=slug, name=name)


def test_everything_the_sources_count(loaded: None) -> None:
    """One test, since the demo is loaded whole."""
    assert {each.slug: len(membership.involved(each)) for each in Consortium.objects.all()} == {
        "dalarna": 15,
        "fyrbodal": 14,
        "sjuharad": 7,
        "vasterbotten": 15,
        "skanearkiv": 16,
    }
    sums = {each.slug: 0 for each in Consortium.objects.all()}
    for each in Municipality.objects.prefetch_related("memberships__consortium", "populations"):
        sums[each.memberships.all()[0].consortium.slug] += each.populations.all()[0].count
    assert (sums["dalarna"], sums["vasterbotten"], sums["fyrbodal"]) == (287_253, 278_729, 273_878)


def test_sjuharad_waits_for_one_decision(loaded: None) -> None:
    found = Consortium.objects.get(slug="sjuharad")
    assert [each.overdue for each in membership.decisions_remaining(found, JANUARY)] == [False]
    assert "Borås" not in [each.name for each in membership.without_archive(found, JANUARY)]
    assert body("sjuharad", "eLedningsrådet").status == Body.Status.PAUSED


def test_coverage_is_as_the_sources_count_it(loaded: None) -> None:
    assert coverage(body("dalarna")).sentence() == "14 av 15 kommuner är representerade. Vakant plats: Avesta."
    assert coverage(body("fyrbodal")).sentence() == (
        "11 av 14 kommuner är representerade. Preliminärt: Uddevalla. Saknas: Bengtsfors, Dals-Ed, Tanum."
    )
    team = coverage(body("fyrbodal", "Projektgruppen"))
    assert (team.seats, team.represented, len(team.missing)) == (16, 10, 4)
    group = coverage(body("vasterbotten", "Arbetsgruppen"))
    assert (group.seats, group.represented, group.total, len(group.parties)) == (8, 4, 15, 2)
    skane = body("skanearkiv")
    assert coverage(skane, datetime.date(2019, 6, 1)).sentence().startswith("14 av 14")


def test_the_fact_page_has_the_five_headings(loaded: None) -> None:
    page = fact_page(Consortium.objects.get(slug="skanearkiv"))
    assert page.what == ["Kommungemensamt e-arkiv"]
    assert page.who == ["16 skånska kommuner", "14 skånska kommuner från början, 2019"]
    assert "I drift sommaren 2020" in page.when
    assert page.how == ["Projektform", "Avtalssamverkan", "Lunds kommun är värdkommun"]
    assert page.why[0] == "Värde för medborgare och kommuner"


def test_the_question_the_hold_the_wheel_and_the_quotes(loaded: None) -> None:
    counted = tally(Inquiry.objects.get())
    assert (counted.asked, counted.presumed, counted.waiting) == (15, 6, 9)
    opened = ExtensionRound.objects.get()
    assert opened.hold(datetime.date(2022, 11, 25))
    assert opened.hold(datetime.date(2022, 12, 8)) is None
    kinds = {each.kind for each in year_wheel.conflicts(MeetingSeries.objects.get())}
    assert {Kind.AFTER_DEADLINE, Kind.NO_HOURS} <= kinds
    assert summary(FeedbackTopic.objects.get()).count == 6
