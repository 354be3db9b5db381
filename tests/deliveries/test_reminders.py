"""News reach those who may read the project, as each has chosen, and no person is named."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from consortium.access.roles import Role
from consortium.models import OutgoingMail, User
from deliveries import projects, reminders
from deliveries.models import DeliveryProject, News, NewsChoice
from tests import factories
from tests.keeping import shared

pytestmark = pytest.mark.django_db
Kind = News.Kind
MORNING = datetime.datetime(2022, 11, 25, 7, 0, tzinfo=datetime.UTC)


@pytest.fixture
@shared
def project() -> DeliveryProject:
    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    return projects.create(
        factories.consortium(), factories.system(), "ECOS 2", [falun, leksand], by=factories.user("IT-arkivarie")
    )


@pytest.fixture
@shared
def archivist(project: DeliveryProject) -> User:
    falun = factories.municipality("2080")
    user = factories.user_with(Role.ARCHIVIST, falun, "Arkivarie, Falun")
    NewsChoice.objects.create(user=user, read_until=MORNING - datetime.timedelta(days=2), mailed_until=MORNING)
    return user


def told(project: DeliveryProject, code: str | None, text: str, kind: str = Kind.PHASE, **fields: object) -> News:
    place = factories.municipality(code) if code else None
    reminders.tell(News.Kind(kind), text, once=text, project=project, municipality=place)
    News.objects.filter(once=text).update(**{"at": MORNING + datetime.timedelta(hours=1), **fields})
    return News.objects.get(once=text)


def test_each_sees_the_joint_and_the_own(project: DeliveryProject, archivist: User) -> None:
    for code in (None, "2080", "2029"):
        told(project, code, f"Nytt för {code}")
    assert {each.text for each in reminders.unread(archivist)} == {"Nytt för None", "Nytt för 2080"}
    stranger = factories.user_with(Role.ARCHIVIST, factories.municipality("2062"))
    assert not reminders.unread(stranger).exists()


def test_a_kind_that_is_switched_off_is_not_shown(project: DeliveryProject, archivist: User) -> None:
    told(project, "2080", "Ny fas")
    reminders.choose(archivist, in_portal=set(Kind.values) - {Kind.PHASE}, by_mail=set(Kind.values))
    assert not reminders.unread(archivist).exists()


def test_read_is_read(project: DeliveryProject, archivist: User) -> None:
    last = told(project, "2080", "Ny fas")
    reminders.mark_read(archivist, last.at)
    assert not reminders.unread(archivist).exists()


def test_one_letter_a_day_with_what_is_new(project: DeliveryProject, archivist: User) -> None:
    told(project, "2080", "ECOS 2, Falun: nu i fas 1.")
    told(project, "2029", "ECOS 2, Leksand: nu i fas 1.")
    later = MORNING + datetime.timedelta(hours=2)
    assert [reminders.send_letters(later), reminders.send_letters(later)] == [1, 0]
    letter = OutgoingMail.objects.get()
    assert letter.to == archivist.email
    assert "ECOS 2, Falun: nu i fas 1." in letter.text
    assert "Leksand" not in letter.text
    assert archivist.function not in letter.text
    assert reverse("news") in letter.text
    assert reverse("news_settings") in letter.text
    tomorrow = later + datetime.timedelta(days=1)
    assert reminders.send_letters(tomorrow) == 0, "nothing new, no letter"


def test_no_letter_of_kinds_switched_off_and_none_at_night(project: DeliveryProject, archivist: User) -> None:
    told(project, "2080", "Ny fas")
    night = datetime.datetime(2022, 11, 26, 3, 0, tzinfo=datetime.UTC)
    assert reminders.send_letters(night) == 0
    reminders.choose(archivist, in_portal=set(), by_mail={Kind.MISSED})
    assert reminders.send_letters(night + datetime.timedelta(hours=4)) == 0


def test_a_personal_number_never_leaves_by_mail(project: DeliveryProject, archivist: User) -> None:
    told(project, "2080", "Projekt 19121212-1212 är pausat.")
    assert reminders.send_letters(MORNING + datetime.timedelta(hours=2)) == 0


def test_a_bad_address_keeps_nobody_elses_letter_back(project: DeliveryProject, archivist: User) -> None:
    wrong = factories.user_with(Role.ARCHIVIST, factories.municipality("2080"))
    NewsChoice.objects.create(user=wrong, mailed_until=MORNING)
    User.objects.filter(pk=wrong.pk).update(email="inte en adress")
    told(project, "2080", "Ny fas")
    assert reminders.send_letters(MORNING + datetime.timedelta(hours=2)) == 1
    assert OutgoingMail.objects.get().to == archivist.email


def test_a_new_user_hears_of_what_happens_from_now_on(project: DeliveryProject) -> None:
    told(project, "2080", "Gammalt", at=timezone.now() - datetime.timedelta(days=30))
    fresh = factories.user_with(Role.ARCHIVIST, factories.municipality("2080"))
    assert not reminders.unread(fresh).exists()
    told(project, "2080", "Nytt", at=timezone.now() + datetime.timedelta(seconds=1))
    assert reminders.unread(fresh).count() == 1
