"""A new colleague gets a letter with a link, and chooses the password alone. The link works once, for three days."""

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from consortium import audit, post
from consortium.audit_events import Event
from consortium.models import User

KIND = "invitation"


class LinkUsedUp(Exception):
    """The link was used, is older than three days, or was never ours."""


@transaction.atomic
def invite(user: User, *, by: User) -> None:
    """Write the letter. Whoever gives a place never learns the password. Raises `post.Unwritable`."""
    audit.record(by=by, what=Event.USER_INVITED, target=user)
    text = _(
        "Du har fått en plats i e-arkivets portal som %(function)s.\n\n"
        "Välj ett lösenord på den här sidan. Länken gäller i tre dagar och fungerar en gång:\n%(link)s\n\n"
        "Väntade du inte på detta kan du bortse från brevet."
    )
    post.send(
        to=[user.email],
        subject=_("Välj ditt lösenord till e-arkivet"),
        text=text % {"function": user.function, "link": link(user)},
        kind=KIND,
        about=user,
        by=by,
    )


def link(user: User) -> str:
    whom = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("choose_password", args=(whom, default_token_generator.make_token(user)))
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def invited(whom: str, token: str) -> User:
    """Raises LinkUsedUp."""
    try:
        user = User.objects.get(pk=int(force_str(urlsafe_base64_decode(whom))), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        raise LinkUsedUp from None
    if not default_token_generator.check_token(user, token):
        raise LinkUsedUp
    return user


@transaction.atomic
def choose_password(whom: str, token: str, password: str) -> User:
    """Raises LinkUsedUp, or ValidationError when the password is too easy to guess."""
    user = invited(whom, token)
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(by=user, what=Event.PASSWORD_CHOSEN, target=user)
    return user
