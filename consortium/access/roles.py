"""The roles of a consortium, as sentences for whoever assigns them (requirements 3.1)."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consortium.access.permissions import Permission

P = Permission


class Role(TextChoices):
    PRODUCER = "producer", _("Producent")
    ARCHIVIST = "archivist", _("Arkivarie")
    DECISION_MAKER = "decision_maker", _("Arkivmyndighetens beslutsfattare")
    IT_ARCHIVIST = "it_archivist", _("IT-arkivarie vid e-arkivcentrum")
    STEERING_MEMBER = "steering_member", _("Styrgruppsledamot")
    CHAIR = "chair", _("Ordförande")
    SECRETARY = "secretary", _("Sekreterare")
    ADJUSTER = "adjuster", _("Justerare")
    ECONOMIST = "economist", _("Ekonom i värdkommunen")
    CONSORTIUM_ADMIN = "consortium_admin", _("Konsortieadministratör")
    MUNICIPALITY_ADMIN = "municipality_admin", _("Kommunadministratör")
    AUDITOR = "auditor", _("Revisor")
    DATA_PROTECTION_OFFICER = "dpo", _("Dataskyddsombud")


# Where each can be held. A role over the whole consortium never carries rights to a municipality's closed content.
IN_MUNICIPALITIES = (
    *(Role.PRODUCER, Role.ARCHIVIST, Role.DECISION_MAKER, Role.MUNICIPALITY_ADMIN),
    *(Role.DATA_PROTECTION_OFFICER, Role.AUDITOR),
)
IN_CONSORTIA = (
    *(Role.STEERING_MEMBER, Role.CHAIR, Role.SECRETARY, Role.ADJUSTER, Role.ECONOMIST),
    *(Role.IT_ARCHIVIST, Role.CONSORTIUM_ADMIN, Role.AUDITOR),
)

_STEERING = {P.PROJECT_READ, P.MINUTES_READ, P.COSTS_READ}

PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.PRODUCER: frozenset({P.SIP_UPLOAD, P.SIP_STATUS, P.SIP_READ, P.AIP_STATUS, P.PROJECT_READ, P.AGREEMENT_READ}),
    Role.ARCHIVIST: frozenset(
        {
            *(P.SIP_UPLOAD, P.SIP_STATUS, P.SIP_READ, P.SIP_ACCEPT, P.AIP_STATUS, P.AIP_READ),
            *(P.RECORD_READ_CLOSED, P.RECORD_PUBLISH, P.PROJECT_READ, P.PROJECT_EDIT),
            *(P.AGREEMENT_READ, P.AGREEMENT_EDIT, P.AUDIT_READ),
        }
    ),
    Role.DECISION_MAKER: frozenset({P.AIP_STATUS, P.RECORD_READ_CLOSED, P.PROJECT_READ}),
    Role.IT_ARCHIVIST: frozenset(
        {P.SIP_STATUS, P.AIP_STATUS, P.PROJECT_READ, P.PROJECT_EDIT, P.AGREEMENT_READ, P.AGREEMENT_EDIT, P.HEALTH_READ}
    ),
    Role.STEERING_MEMBER: frozenset(_STEERING),
    Role.CHAIR: frozenset({*_STEERING, P.MINUTES_EDIT}),
    Role.SECRETARY: frozenset({*_STEERING, P.MINUTES_EDIT}),
    Role.ADJUSTER: frozenset(_STEERING),
    Role.ECONOMIST: frozenset({*_STEERING, P.COSTS_EDIT}),
    Role.CONSORTIUM_ADMIN: frozenset(
        {
            *(P.SIP_STATUS, P.AIP_STATUS, P.PROJECT_READ, P.AGREEMENT_READ, P.AGREEMENT_EDIT, P.MINUTES_READ),
            *(P.MINUTES_EDIT, P.COSTS_READ, P.MEMBERS_EDIT, P.USERS_EDIT, P.AUDIT_READ, P.HEALTH_READ),
        }
    ),
    Role.MUNICIPALITY_ADMIN: frozenset({P.USERS_EDIT, P.MUNICIPALITY_EDIT, P.PROJECT_READ}),
    Role.AUDITOR: frozenset({P.SIP_STATUS, P.AIP_STATUS, P.PROJECT_READ, P.MINUTES_READ, P.COSTS_READ, P.AUDIT_READ}),
    Role.DATA_PROTECTION_OFFICER: frozenset({P.AUDIT_READ, P.PROJECT_READ}),
}

SENTENCES: dict[Role, str | Promise] = {
    Role.PRODUCER: _("Laddar upp paket för sin kommun och läser sina valideringsrapporter. Får inte godkänna."),
    Role.ARCHIVIST: _("Tar emot, granskar och godkänner leveranser för sin kommun. Ser inte andra kommuners material."),
    Role.DECISION_MAKER: _("Beslutar om utlämnande och gallring för sin kommun. Ändrar inte paket."),
    Role.IT_ARCHIVIST: _("Samordnar projekt och ser hur leveranserna går. Öppnar inte kommunernas slutna innehåll."),
    Role.STEERING_MEMBER: _("Läser status, protokoll och kostnader och svarar på frågor. Ändrar inte leveranser."),
    Role.CHAIR: _("Leder mötet och undertecknar protokollet."),
    Role.SECRETARY: _("Skriver protokollet. Kan inte justera det."),
    Role.ADJUSTER: _("Justerar protokollet. Kan inte vara ordförande för samma möte."),
    Role.ECONOMIST: _("Upprättar budget och kostnadsfördelning. Ändrar inte det som är beslutat."),
    Role.CONSORTIUM_ADMIN: _("Sköter medlemmar, platser och användare. Läser inte slutet innehåll."),
    Role.MUNICIPALITY_ADMIN: _("Sköter sin kommuns användare och uppgifter."),
    Role.AUDITOR: _("Läser status och logg. Ändrar ingenting."),
    Role.DATA_PROTECTION_OFFICER: _("Läser loggen för sin kommun. Ändrar ingenting."),
}
