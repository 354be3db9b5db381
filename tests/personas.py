"""The same eight people in every test, named by function. Two municipalities, so that a leak between them shows."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from consortium.access.roles import Role
from consortium.models import User
from tests import factories


@dataclass(frozen=True)
class Personas:
    archivist_falun: User
    producer_falun: User
    archivist_leksand: User
    it_archivist: User
    steering_member: User
    chair: User
    consortium_admin: User
    visitor: AnonymousUser


NAMES = tuple(Personas.__dataclass_fields__)


def make() -> Personas:
    falun, leksand = factories.municipality("2080"), factories.municipality("2029")
    consortium = factories.consortium()
    return Personas(
        archivist_falun=factories.user_with(Role.ARCHIVIST, falun, "Arkivarie, Falun"),
        producer_falun=factories.user_with(Role.PRODUCER, falun, "Producent, Falun"),
        archivist_leksand=factories.user_with(Role.ARCHIVIST, leksand, "Arkivarie, Leksand"),
        it_archivist=factories.user_with(Role.IT_ARCHIVIST, consortium, "IT-arkivarie, e-arkivcentrum"),
        steering_member=factories.user_with(Role.STEERING_MEMBER, consortium, "Styrgruppsledamot, Mora"),
        chair=factories.user_with(Role.CHAIR, consortium, "Ordförande, Säter"),
        consortium_admin=factories.user_with(Role.CONSORTIUM_ADMIN, consortium, "Konsortieadministratör"),
        visitor=AnonymousUser(),
    )
