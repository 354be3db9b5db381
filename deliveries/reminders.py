"""Kvittenser och påminnelser: news are told once, shown to whom they concern, and gathered in a daily letter.

A letter names projects and municipalities, never persons or file names. Each kind of news is switched on and off per
user, for the portal and for letters.
"""

import datetime
import logging

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consortium import personal_numbers, post
from consortium.models import User
from deliveries.models import DeliveryProject, News, NewsChoice
from deliveries.models.news import NewsQuerySet
from governance.models import Municipality

log = logging.getLogger(__name__)
LETTERS_FROM_HOUR = 6
MOST_IN_A_LETTER = 50


def tell(
    kind: News.Kind,
    text: str,
    *,
    once: str,
    project: DeliveryProject | None = None,
    municipality: Municipality | None = None,
) -> None:
    """Told again with the same `once`, it is the same news. Without a municipality it concerns all of the project."""
    News.objects.bulk_create(
        [News(kind=kind, text=text[:300], once=once[:120], project=project, municipality=municipality)],
        ignore_conflicts=True,
    )


def choice_of(user: User) -> NewsChoice:
    return NewsChoice.objects.get_or_create(user=user)[0]


def unread(user: User) -> NewsQuerySet:
    """For "Att göra"; a user who never chose hears of everything from the day the account was made."""
    choice = NewsChoice.objects.filter(user=user).first()
    news = News.objects.visible_to(user).filter(at__gt=choice.read_until if choice else user.joined_at)
    return news.exclude(kind__in=choice.not_in_portal) if choice else news


def mark_read(user: User, until: datetime.datetime) -> None:
    choice = choice_of(user)
    choice.read_until = max(choice.read_until, until)
    choice.save(update_fields=["read_until"])


def choose(user: User, *, in_portal: set[str], by_mail: set[str]) -> NewsChoice:
    choice = choice_of(user)
    choice.not_in_portal = [kind for kind in News.Kind.values if kind not in in_portal]
    choice.not_by_mail = [kind for kind in News.Kind.values if kind not in by_mail]
    choice.save(update_fields=["not_in_portal", "not_by_mail"])
    return choice


def send_letters(now: datetime.datetime | None = None) -> int:
    """One letter a day to each active user with news. Run as often as you like: the day is kept with the user."""
    now = now or timezone.now()
    if timezone.localtime(now).hour < LETTERS_FROM_HOUR:
        return 0
    today = timezone.localdate(now)
    done = NewsChoice.objects.filter(mailed_on__gte=today).values("user")
    waiting = User.objects.filter(is_active=True).exclude(pk__in=done).exclude(email="")
    return sum(_letter(user, today, now) for user in waiting)


@transaction.atomic
def _letter(user: User, today: datetime.date, now: datetime.datetime) -> int:
    choice_of(user)
    choice = NewsChoice.objects.select_for_update().get(user=user)
    if choice.mailed_on and choice.mailed_on >= today:
        return 0
    since, choice.mailed_on, choice.mailed_until = choice.mailed_until, today, now
    choice.save(update_fields=["mailed_on", "mailed_until"])
    news = list(
        News.objects.visible_to(user)
        .filter(at__gt=since, at__lte=now)
        .exclude(kind__in=choice.not_by_mail)
        .order_by("at")[: MOST_IN_A_LETTER + 1]
    )
    news = [each for each in news if not personal_numbers.holds_one(each.text)]
    if not news:
        return 0
    once = f"news {user.pk} {today}"
    try:
        post.send(to=[user.email], subject=_subject(len(news)), text=_text(news), kind="news", once=once)
    except post.Unwritable as problem:  # one bad address must not keep the others' letters back
        log.warning("Inget brev till användare %s: %s", user.pk, problem)
        return 0
    return 1


def _subject(count: int) -> str:
    return ngettext("Samarkiv: %(n)s händelse", "Samarkiv: %(n)s händelser", count) % {"n": count}


def _text(news: list[News]) -> str:
    lines = [f"- {each.text}" for each in news[:MOST_IN_A_LETTER]]
    more = [_("- och fler i portalen")] if len(news) > MOST_IN_A_LETTER else []
    return "\n".join(
        [
            _("Det här har hänt i leveransprojekten sedan förra brevet:"),
            "",
            *lines,
            *more,
            "",
            _("Läs mer: %(url)s") % {"url": f"{settings.SITE_URL}/handelser/"},
            _("Välj vad du vill få brev om: %(url)s") % {"url": f"{settings.SITE_URL}/handelser/installningar/"},
        ]
    )
