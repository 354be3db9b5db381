"""Rows for tests, each whole and lawful with the fewest words; what a test is about it says itself."""

import dataclasses
import datetime
import itertools
from typing import Any

from django.utils import timezone

from archive.models import AIP, SIP, ArchivalUnit, Draft, DraftFile, DraftRow, RecordsCreator, Upload, ValidationReport
from archive.packages.report import Facts, Finding, Findings, Group, Place, Report, Severity, Verdict
from consortium import registry
from consortium.access import grants
from consortium.access.roles import Role
from consortium.models import User
from deliveries.models import DeliveryProject, Participation, SourceSystem, SubmissionAgreement, SystemAlias
from governance.models import Consortium, Membership, Municipality

PASSWORD = "ett långt lösenord för prov"
_counter = itertools.count(1)

MUNICIPALITIES = {
    "2080": ("Falun", "Falu kommun"),
    "2029": ("Leksand", "Leksands kommun"),
    "2082": ("Säter", "Säters kommun"),
    "2062": ("Mora", "Mora kommun"),
}


def consortium(name: str = "E-arkivcentrum Dalarna") -> Consortium:
    found, _ = Consortium.objects.get_or_create(
        name=name,
        defaults={
            "slug": f"konsortium-{next(_counter)}",
            "stage": Consortium.Stage.OPERATION,
            "legal_form": Consortium.LegalForm.AGREEMENT,
        },
    )
    return found


def municipality(code: str = "2080", *, member: bool = True) -> Municipality:
    name, official = MUNICIPALITIES.get(code, (f"Kommun {code}", f"Kommun {code}"))
    found, made = Municipality.objects.get_or_create(
        code=code, defaults={"name": name, "official_name": official, "county": "Dalarnas län"}
    )
    if made and member:
        Membership.objects.create(
            consortium=consortium(),
            municipality=found,
            status=Membership.Status.ACTIVE,
            effective_on=datetime.date(2019, 1, 1),
        )
    return found


def user(function: str = "Arkivarie, Falun", **fields: Any) -> User:
    return User.objects.create_user(
        fields.pop("email", f"funktion{next(_counter)}@exempel.se"),
        fields.pop("password", None),
        function=function,
        **fields,
    )


def user_with(role: Role, where: Any, function: str = "") -> User:
    holder = user(function or str(role.label))
    grants.assign(holder, role, where, by=None, from_on=timezone.localdate() - datetime.timedelta(days=30))
    return holder


def system(name: str = "ECOS") -> SourceSystem:
    found, made = SourceSystem.objects.get_or_create(name=name, defaults={"slug": f"system-{next(_counter)}"})
    if made:
        SystemAlias.objects.create(system=found, name=name)
    return found


def project(owner: Municipality | None = None, **fields: Any) -> DeliveryProject:
    made = DeliveryProject.objects.create(
        consortium=consortium(),
        system=fields.pop("system", None) or system(),
        name=fields.pop("name", "ECOS 2"),
        **fields,
    )
    part(made, owner or municipality())
    return made


def part(project: DeliveryProject, owner: Municipality, **fields: Any) -> Participation:
    """A municipality's part of a project, standing as the project does."""
    status = "ongoing" if project.status == DeliveryProject.Status.RECURRING else project.status
    return Participation.objects.create(
        project=project, municipality=owner, **{"status": status, "phase": project.phase, **fields}
    )


def agreement(owner: Municipality | None = None, *, signed: bool = True, **fields: Any) -> SubmissionAgreement:
    now = timezone.now() if signed else None
    signer = user("Undertecknare") if signed else None
    defaults: dict[str, Any] = {
        "number": f"KS 2022/{next(_counter):04}",
        "records_creator": "Kommunstyrelsen",
        "profile": "fgs-1.2",
        "valid_from": datetime.date(2022, 1, 1),
        "public_by_default": True,
        "producer_signed_at": now,
        "producer_signed_by": signer,
        "archive_signed_at": now,
        "archive_signed_by": signer,
    }
    return SubmissionAgreement.objects.create(
        owner=owner or municipality(), system=fields.pop("system", None) or system(), **{**defaults, **fields}
    )


def ended(agreement: SubmissionAgreement) -> None:
    """As it stands when somebody ended it before its time."""
    SubmissionAgreement.objects.filter(pk=agreement.pk).update(
        ended_on=datetime.date(2022, 12, 31), ended_by=user("Arkivarie"), ended_reason="Systemet är avställt."
    )


def next_version(of: SubmissionAgreement, **fields: Any) -> SubmissionAgreement:
    return agreement(
        of.owner, number=of.number, version=of.version + 1, previous=of, system=of.system, profile=of.profile, **fields
    )


def sip(owner: Municipality | None = None, **fields: Any) -> SIP:
    owner = owner or municipality()
    defaults: dict[str, Any] = {
        "number": registry.next_number("SIP"),
        "agreement": fields.pop("agreement", None) or agreement(owner),
        "filename": "leverans.zip",
        "size": 1000,
        "sha256": f"{next(_counter):064x}",
        "received_at": timezone.now(),
        "received_by": fields.pop("received_by", None) or user("Producent, Falun"),
    }
    return SIP.objects.create(owner=owner, **{**defaults, **fields})


def report(of: SIP, *groups: Group, **fields: Any) -> ValidationReport:
    """A round of validation as the engine would tell it."""
    now = timezone.now()
    told = Report(
        package=of.filename,
        size=of.size,
        sha256=of.sha256,
        profile=of.agreement.profile,
        profile_version="1.2",
        verdict=Verdict.FAULTY if any(group.severity == Severity.ERROR for group in groups) else Verdict.VALID,
        groups=groups,
        facts=Facts(objid=of.objid, files=3, bytes=of.size),
    )
    counts = told.counts
    defaults: dict[str, Any] = {
        "round": of.reports.count() + 1,
        "verdict": told.verdict.value,
        "profile": told.profile,
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "remarks": counts[Severity.INFO],
        "report": told.as_dict(),
        "started_at": now,
        "finished_at": now,
    }
    return ValidationReport.objects.create(sip=of, **{**defaults, **fields})


def group(rule: str, severity: Severity, *places: str, count: int | None = None) -> Group:
    findings = Findings()
    for place in places:
        findings.add(Finding(rule, severity, Place(place, 12), "a1b2", "c3d4"))
    (made,) = findings.groups()
    return dataclasses.replace(made, count=count or made.count)


def upload(owner: Municipality, by: User, **fields: Any) -> Upload:
    return Upload.objects.create(
        owner=owner,
        agreement=fields.pop("agreement", None) or agreement(owner),
        uploaded_by=by,
        **{
            "filename": "leverans.zip",
            "size": 1000,
            "expires_at": timezone.now() + datetime.timedelta(days=7),
            **fields,
        },
    )


def draft(owner: Municipality, by: User, *paths: str, **fields: Any) -> Draft:
    """A delivery being put together, with a small file at each path and a row for it."""
    made = Draft.objects.create(
        owner=owner,
        agreement=fields.pop("agreement", None) or agreement(owner),
        started_by=by,
        **{"label": "Protokoll 2010–2014", **fields},
    )
    for number, path in enumerate(paths, 1):
        draft_file(made, path, path.encode())
        DraftRow.objects.create(draft=made, position=number, path=path, title=f"Protokoll {number}")
    return made


def draft_file(of: Draft, path: str, body: bytes, *, size: int | None = None) -> DraftFile:
    made = DraftFile.objects.create(draft=of, path=path, size=size or len(body), offset=len(body))
    made.source.parent.mkdir(parents=True, exist_ok=True)
    made.source.write_bytes(body)
    return made


def aip(owner: Municipality | None = None, **fields: Any) -> AIP:
    source = fields.pop("sip", None) or sip(owner, status=SIP.Status.ACCEPTED)
    creator, _ = RecordsCreator.objects.get_or_create(owner=source.owner, name="Kommunstyrelsen")
    defaults: dict[str, Any] = {
        "number": registry.next_number("AIP"),
        "agreement": source.agreement,
        "records_creator": creator,
        "objid": f"UUID:{source.pk}",
        "label": "Bygglov 2015–2019",
        "created_at": timezone.now(),
    }
    return AIP.objects.create(owner=source.owner, sip=source, **{**defaults, **fields})


def unit(owner: Municipality | None = None, *, public: bool = True, **fields: Any) -> ArchivalUnit:
    package = fields.pop("aip", None) or aip(owner)
    defaults: dict[str, Any] = {
        "level": ArchivalUnit.Level.CASE,
        "title": "Bygglov för uthus",
        "place_in_aip": f"arende-{next(_counter)}",
        "access": ArchivalUnit.Access.PUBLIC if public else ArchivalUnit.Access.SECRET,
        "public_from": timezone.now() - datetime.timedelta(days=1) if public else None,
        "index_due": timezone.now(),
    }
    return ArchivalUnit.objects.create(aip=package, owner=package.owner, **{**defaults, **fields})
