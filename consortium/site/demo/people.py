"""The demo's people: one function each, one shared trial password."""

import datetime
from dataclasses import dataclass

from consortium.access import grants
from consortium.access.roles import Role
from consortium.models import User
from governance.models import Consortium, Municipality

PASSWORD = "prova samarkiv"  # noqa: S105, a trial password shown on screen
FROM = datetime.date(2022, 1, 1)


@dataclass(frozen=True)
class Persona:
    email: str
    function: str
    role: Role
    municipality: str = ""  # empty: the whole consortium


PERSONAS = [
    Persona("arkivarie.falun@exempel.se", "Arkivarie, Falun", Role.ARCHIVIST, "2080"),
    Persona("producent.falun@exempel.se", "Producent, Falun", Role.PRODUCER, "2080"),
    Persona("arkivarie.leksand@exempel.se", "Arkivarie, Leksand", Role.ARCHIVIST, "2029"),
    Persona("it-arkivarie@exempel.se", "IT-arkivarie, e-arkivcentrum", Role.IT_ARCHIVIST),
    Persona("styrgrupp.mora@exempel.se", "Styrgruppsledamot, Mora", Role.STEERING_MEMBER),
    Persona("ordforande@exempel.se", "Ordförande i styrgruppen", Role.CHAIR),
    Persona("sekreterare@exempel.se", "Enhetschef, e-arkivcentrum", Role.SECRETARY),
    Persona("justerare@exempel.se", "Sekretariatschef, Vansbro", Role.ADJUSTER),
    Persona("ekonom@exempel.se", "Ekonom, Säter", Role.ECONOMIST),
    Persona("administrator@exempel.se", "Konsortieadministratör", Role.CONSORTIUM_ADMIN),
]


def load(consortium: Consortium) -> None:
    for persona in PERSONAS:
        user = User.objects.create_user(persona.email, PASSWORD, function=persona.function)
        where = Municipality.objects.get(code=persona.municipality) if persona.municipality else consortium
        grants.assign(user, persona.role, where, by=None, from_on=FROM)


def named(email: str) -> User:
    return User.objects.get(email=email)


def are_here() -> bool:
    return User.objects.filter(email__in=[persona.email for persona in PERSONAS]).count() == len(PERSONAS)


def logins() -> str:
    """What `manage.py up` prints: who may try the portal, and with what password."""
    width = max(len(persona.function) for persona in PERSONAS)
    lines = [f"  {persona.function:<{width}}  {persona.email}" for persona in PERSONAS]
    return "\n".join([*lines, f"  Lösenord för alla: {PASSWORD}"]) + "\n"
