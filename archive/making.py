"""What the tar of an AIP is made of: rows and the submission, nothing else, so that every try gives the same bytes.

No clock and no random number goes in; dates come from the rows. The finished tar is read back by the strict reader
before anybody relies on where its files lie.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from archive import validation
from archive.models import AIP, SIP, PreservationAgent, PreservationEvent
from archive.packages import build, premis
from archive.packages.container import Fault, Tree, open_package
from archive.packages.limits import Limits
from archive.packages.profile import Profile
from archive.stores.base import Alive
from governance.models import Municipality

BEFORE_STORING = (
    PreservationEvent.Kind.RECEPTION,
    PreservationEvent.Kind.DIGEST,
    PreservationEvent.Kind.VALIDATION,
)


class SubmissionChanged(Exception):
    """The package in quarantine is not the one that was judged and accepted, or cannot be kept whole."""


@dataclass(frozen=True)
class FormatFound:
    puid: str = ""
    mime: str = ""


def make_tar(aip: AIP, target: Path, alive: Alive) -> build.BuiltAIP:
    """Write the tar and prove that it holds what it says. Raises SubmissionChanged or ContainerRefused."""
    sip = aip.sip
    limits = Limits.from_mapping(Profile.load(aip.agreement.engine_profile()).limits)
    left_out: list[Fault] = []
    known = formats_found(sip)

    def format_of(path: str) -> premis.Format | None:
        found = known(path)
        return premis.Format(name=found.mime or None, puid=found.puid) if found.puid else None

    with open_package(sip.path, limits, left_out.append) as tree, translation.override("sv"):
        built = build.aip(
            target,
            submission=cast(Tree, _Beating(tree, alive)),
            description=description_of(aip),
            created=aip.created_at,
            events=list(_events(aip)),
            agents=list(_agents(aip)),
            formats=format_of,
            received=build.Received(sip.filename, sip.size, sip.sha256),
            progress=lambda _files, _bytes: alive(),
        )
        _prove(built, tree.files)
    return built


def description_of(aip: AIP) -> build.PackageDescription:
    agreement, owner = aip.agreement, aip.owner
    signed = agreement.archive_signed_at
    return build.PackageDescription(
        objid=aip.objid,
        label=aip.label or aip.sip.filename,
        creator=build.Organisation(aip.records_creator.name, code_of(owner)),
        submitter=build.Organisation(owner.official_name, code_of(owner)),
        agreement=build.Agreement(
            agreement.number, timezone.localtime(signed).date() if signed else agreement.valid_from
        ),
        system=build.System(agreement.system.name),
        municipality_code=owner.code,
    )


def formats_found(sip: SIP) -> Callable[[str], FormatFound]:
    """What validation found each file to be. Ask in the order of the package: the list is never held in memory."""
    lines = _inventory(sip)
    waiting: dict[str, Any] | None = next(lines, None)

    def known(path: str) -> FormatFound:
        nonlocal waiting
        if waiting is None or waiting["path"] != path:
            return FormatFound()
        found = FormatFound(waiting.get("puid") or "", waiting.get("mime") or "")
        waiting = next(lines, None)
        return found

    return known


def _inventory(sip: SIP) -> Iterator[dict[str, Any]]:
    path = validation.inventory_path(sip)
    if path.exists():
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def _prove(built: build.BuiltAIP, submitted: int) -> None:
    """Our own strict reader finds the same files at the same places, and none of the submission's is left out."""
    in_submission = 0
    with open_package(built.path, Limits(max_members=1 << 40, max_unpacked_bytes=1 << 60, max_path_bytes=4096)) as tar:
        for stored, read in zip(built.members, tar.members(), strict=True):
            if (stored.path, stored.offset, stored.size) != (read.path, read.offset, read.size):
                raise SubmissionChanged(_("Arkivpaketet kunde inte byggas rätt: %(path)s.") % {"path": stored.path})
            in_submission += stored.submission_path is not None
    if in_submission != submitted:
        raise SubmissionChanged(
            _("Leveransen har %(submitted)d filer men arkivpaketet %(kept)d. Lagringen är stoppad.")
            % {"submitted": submitted, "kept": in_submission}
        )


def _events(aip: AIP) -> Iterator[premis.Event]:
    package = premis.Identifier(aip.objid, "local")
    happened = PreservationEvent.objects.filter(sip_id=aip.sip_id, kind__in=BEFORE_STORING).select_related("agent")
    for event in happened.order_by("id"):
        yield premis.Event(
            identifier=premis.Identifier(build.object_id(aip.objid, f"event/{event.hash}")),
            kind=event.kind,
            at=event.at.isoformat(timespec="seconds"),
            detail=event.get_kind_display(),
            outcome=event.outcome,
            outcome_note=json.dumps(event.detail, ensure_ascii=False, sort_keys=True),
            agents=((_agent_id(event.agent), "executing program"),),
            objects=(package,),
        )
    yield premis.Event(
        identifier=premis.Identifier(build.object_id(aip.objid, f"event/creation/{aip.generation}")),
        kind=PreservationEvent.Kind.CREATION.value,
        at=aip.created_at.isoformat(timespec="seconds"),
        detail=str(PreservationEvent.Kind.CREATION.label),
        outcome="success",
        agents=((_authority_id(aip.owner), "authorizer"),),
        objects=(package,),
    )


def _agents(aip: AIP) -> Iterator[premis.Agent]:
    used = PreservationEvent.objects.filter(sip_id=aip.sip_id, kind__in=BEFORE_STORING).values("agent")
    for agent in PreservationAgent.objects.filter(pk__in=used).order_by("id"):
        yield premis.Agent(_agent_id(agent), agent.name, agent.kind, version=agent.version or None)
    yield premis.Agent(_authority_id(aip.owner), f"{aip.owner.archival_authority}, {aip.owner.official_name}")


def _agent_id(agent: PreservationAgent) -> premis.Identifier:
    return premis.Identifier(f"{agent.name} {agent.version}".strip(), "local")


def _authority_id(owner: Municipality) -> premis.Identifier:
    return premis.Identifier(f"SE/{owner.code}", "local")


def code_of(owner: Municipality) -> str:
    return f"ORG:{owner.organisation_number.replace('-', '')}" if owner.organisation_number else f"Local:{owner.code}"


class _Beating:
    """The submission's tree with a sign of life at every piece, however large a file is."""

    def __init__(self, tree: Tree, alive: Alive) -> None:
        self._tree = tree
        self._alive = alive

    def sweep(self) -> Iterator[tuple[int, memoryview, bool]]:
        for piece in self._tree.sweep():
            self._alive()
            yield piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tree, name)
