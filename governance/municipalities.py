"""Kommunens uppgifter: organisation number, archival authority, court, fees; and contacts by function."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from governance.models import Consortium, Contact, FeeSchedule, Municipality
from governance.revising import Refusal, revise


class CodeTaken(Refusal):
    """The register knows the municipality by another name, or already."""


class ContactGiven(Refusal):
    """The municipality already has this address for this function."""


_FUNCTION_WORDS = {
    *("kommun", "kommunen", "registrator", "registratur", "arkiv", "arkivet", "kommunarkiv", "kommunarkivet"),
    *("info", "kansli", "kansliet", "dataskydd", "dataskyddsombud", "dso", "it", "support", "ekonomi", "diarium"),
    *("stad", "stadsarkivet", "kommunstyrelsen", "kommunledning", "styrgrupp", "post", "kontakt", "kontaktcenter"),
}
_TWO_NAMES = re.compile(r"([^\W\d_]{2,}(?:-[^\W\d_]{2,})?)\.([^\W\d_]{2,}(?:-[^\W\d_]{2,})?)\d?")


def seems_personal(address: str) -> bool:
    """förnamn.efternamn@…: two words that name no function and no place. A warning, never a refusal."""
    found = _TWO_NAMES.fullmatch(address.partition("@")[0].lower())
    if not found:
        return False
    words = set(found.groups())
    places = {folded(name) for name in Municipality.objects.values_list("name", flat=True)}
    return not words & _FUNCTION_WORDS and not {folded(word) for word in words} & places


def folded(word: str) -> str:
    return word.lower().translate(str.maketrans("åäöé", "aaoe", "- "))


@transaction.atomic
def register(facts: Mapping[str, Any], *, place: Consortium, by: User) -> Municipality:
    """A municipality that the portal has not heard of. Its first step in a consortium comes after."""
    if known := Municipality.objects.filter(pk=facts["code"]).first():
        raise CodeTaken(_("Koden finns redan: %s. Välj kommunen i listan i stället.") % known)
    municipality = Municipality.objects.create(**facts)
    audit.record(by=by, what=Event.MUNICIPALITY_CHANGED, target=municipality, place=place, registered=True)
    return municipality


@transaction.atomic
def change_facts(municipality: Municipality, facts: Mapping[str, Any], *, seen: int, by: User) -> Municipality:
    municipality, changed = revise(municipality, facts, seen=seen)
    if changed:
        audit.record(by=by, what=Event.MUNICIPALITY_CHANGED, target=municipality, place=municipality, fields=changed)
    return municipality


@transaction.atomic
def add_contact(municipality: Municipality, facts: Mapping[str, Any], *, by: User) -> tuple[Contact, str]:
    """The contact, and a warning in words when the address looks like somebody's own."""
    municipality = Municipality.objects.select_for_update().get(pk=municipality.pk)
    if municipality.contacts.filter(function=facts["function"], email=facts["email"]).exists():
        raise ContactGiven(_("%s finns redan för den funktionen. Skriv en annan adress.") % facts["email"])
    contact = Contact.objects.create(municipality=municipality, **facts)
    audit.record(
        by=by, what=Event.MUNICIPALITY_CHANGED, target=municipality, place=municipality, contact=contact.function
    )
    return contact, warning(contact)


def warning(contact: Contact) -> str:
    if not seems_personal(contact.email):
        return ""
    return (
        _("%s ser ut att vara en persons adress. Använd hellre en funktionsadress, som kommunarkivet@…") % contact.email
    )


@transaction.atomic
def remove_contact(contact: Contact, *, by: User) -> None:
    municipality, function = contact.municipality, contact.function
    contact.delete()
    audit.record(
        by=by, what=Event.MUNICIPALITY_CHANGED, target=municipality, place=municipality, contact_removed=function
    )


@transaction.atomic
def set_fees(municipality: Municipality, facts: Mapping[str, Any], *, by: User) -> FeeSchedule:
    """A tariff from a day on. The same day again corrects it."""
    schedule, _made = FeeSchedule.objects.update_or_create(
        municipality=municipality,
        valid_from=facts["valid_from"],
        defaults={name: value for name, value in facts.items() if name != "valid_from"},
    )
    audit.record(
        by=by,
        what=Event.MUNICIPALITY_CHANGED,
        target=municipality,
        place=municipality,
        fees_from=schedule.valid_from.isoformat(),
    )
    return schedule
