"""METS as the engine writes it: FGS Paketstruktur 1.2, and the E-ARK profiles for SIP, AIP and DIP.

Files come from a ledger one by one, so a METS of a million files is written in the memory of one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Literal
from urllib.parse import quote

from archive.packages.description import ENGINE, PackageDescription
from archive.packages.ledger import Entry
from archive.packages.report import ENGINE_VERSION
from archive.packages.xmlwriter import Attributes, XMLWriter

FGS_PROFILE = "http://xml.ra.se/e-arkiv/METS/CommonSpecificationSwedenPackageProfile.xml"
PROFILES = {
    "SIP": "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml",
    "AIP": "https://earkaip.dilcis.eu/profile/E-ARK-AIP-v2-2-0.xml",
    "DIP": "https://earkdip.dilcis.eu/profile/E-ARK-DIP.xml",
}
PackageType = Literal["SIP", "AIP", "DIP"]
_XLINK = "http://www.w3.org/1999/xlink"
_NAMESPACES = {"xmlns:mets": "http://www.loc.gov/METS/", "xmlns:xlink": _XLINK}
_SAFE = "/-._~!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """A metadata file that METS points to. `kind` is METS's MDTYPE; OTHER is named by `other`."""

    entry: Entry
    kind: str = "OTHER"
    other: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A fileGrp: `use` is the folder it stands for, `files` are walked once, paths relative to the METS file."""

    use: str
    files: Iterable[Entry]
    content_type: str | None = None
    is_representation: bool = False
    """One file in it, the METS of a representation, to which the structural map points."""


def moment(created: datetime) -> str:
    return created.isoformat(timespec="seconds")


def href(path: str) -> str:
    """The path as a relative URL; plain names stay as they are."""
    return quote(path, safe=_SAFE)


def write_fgs(
    sink: Callable[[bytes], object], about: PackageDescription, created: datetime, files: Iterable[Entry]
) -> None:
    """`sip.xml` of FGS Paketstruktur 1.2."""
    root = {
        **_NAMESPACES,
        "xmlns:ext": "ExtensionMETS",
        "OBJID": about.objid,
        "LABEL": about.label,
        "TYPE": about.content,
        "PROFILE": FGS_PROFILE,
        "ext:CONTENTTYPESPECIFICATION": "FGS Ärendehantering 1.0" if about.content == "ERMS" else None,
        "ext:SYSTEMTYPE": about.system.kind,
        "ext:STARTDATE": about.starts_on,
        "ext:ENDDATE": about.ends_on,
        "ext:APPRAISAL": "Yes" if about.disposable else "No",
        "ext:ACCESSRESTRICT": "Secrecy" if about.secrecy else "GDPR" if about.personal_data else None,
    }
    xml = XMLWriter(sink)
    with xml.inside("mets:mets", root):
        header = {
            "CREATEDATE": moment(created),
            "RECORDSTATUS": about.status,
            "ext:OAISSTATUS": "SIP",
            "ext:AGREEMENTFORM": "AGREEMENT",
        }
        with xml.inside("mets:metsHdr", header):
            _agent(xml, "ARCHIVIST", "ORGANIZATION", about.creator.name, about.creator.code)
            _agent(xml, "CREATOR", "ORGANIZATION", about.submitter.name, about.submitter.code)
            _agent(xml, "ARCHIVIST", "OTHER", about.system.name, about.system.version, other_type="SOFTWARE")
            _agent(xml, "CREATOR", "OTHER", ENGINE, ENGINE_VERSION, other_type="SOFTWARE")
            if about.contact:
                _agent(xml, "CREATOR", "INDIVIDUAL", about.contact)
            if about.archive:
                _agent(xml, "PRESERVATION", "ORGANIZATION", about.archive.name, about.archive.code)
            _alternative_ids(xml, about)
        with xml.inside("mets:fileSec"), xml.inside("mets:fileGrp", {"ID": "fgrp001", "USE": "FILES"}):
            for number, entry in enumerate(files, 1):
                _file(xml, f"ID{number}", entry, _fgs_file(entry), "file:///")
        with xml.inside("mets:structMap", {"LABEL": "No structMap defined in this information package"}):
            xml.element("mets:div")
    xml.close()


def _fgs_file(entry: Entry) -> Attributes:
    return {
        "ext:ORIGINALFILENAME": entry.original,
        "ext:FILEFORMATNAME": entry.format_name,
        "ext:FILEFORMATVERSION": entry.format_version,
        "ext:FORMATREGISTRY": "PRONOM" if entry.puid else None,
        "ext:FORMATREGISTRYKEY": entry.puid,
    }


def write_eark(
    sink: Callable[[bytes], object],
    about: PackageDescription,
    created: datetime,
    *,
    package_type: PackageType,
    objid: str,
    label: str | None = None,
    content_type: str,
    groups: Sequence[Group],
    descriptive: Sequence[MetadataFile] = (),
    provenance: Sequence[MetadataFile] = (),
    profile: str | None = None,
    content_group: str | None = None,
) -> None:
    """`METS.xml` of a package or of one representation in it, after CSIP and its SIP, AIP and DIP profiles.

    `content_group` names the group that holds the content itself where no representation METS does.
    """
    root = {
        **_NAMESPACES,
        "xmlns:csip": "https://DILCIS.eu/XML/METS/CSIPExtensionMETS",
        "xmlns:sip": "https://DILCIS.eu/XML/METS/SIPExtensionMETS",
        "OBJID": objid,
        "LABEL": label,
        "TYPE": "Mixed",
        "PROFILE": profile or PROFILES[package_type],
        "csip:CONTENTINFORMATIONTYPE": content_type,
    }
    ids = _Ids(objid)
    xml = XMLWriter(sink)
    with xml.inside("mets:mets", root):
        header = {
            "CREATEDATE": moment(created),
            "LASTMODDATE": moment(created),
            "RECORDSTATUS": about.status if package_type == "SIP" else None,
            "csip:OAISPACKAGETYPE": package_type,
        }
        with xml.inside("mets:metsHdr", header):
            _eark_agents(xml, about)
            _alternative_ids(xml, about)
        described = [ids.new("dmd") for _ in descriptive]
        for identifier, file in zip(described, descriptive, strict=True):
            with xml.inside("mets:dmdSec", {"ID": identifier, "CREATED": file.entry.created, "STATUS": "CURRENT"}):
                _metadata_reference(xml, file)
        proven = [ids.new("prov") for _ in provenance]
        if provenance:
            with xml.inside("mets:amdSec", {"ID": ids.new("amd")}):
                for identifier, file in zip(proven, provenance, strict=True):
                    attributes = {"ID": identifier, "CREATED": file.entry.created, "STATUS": "CURRENT"}
                    with xml.inside("mets:digiprovMD", attributes):
                        _metadata_reference(xml, file)
        group_ids = [ids.new("grp") for _ in groups]
        with xml.inside("mets:fileSec", {"ID": ids.new("filesec")}):
            for identifier, group in zip(group_ids, groups, strict=True):
                with xml.inside("mets:fileGrp", _group(identifier, group)):
                    for entry in group.files:
                        _file(xml, ids.new("file"), entry, _eark_file(entry))
        _structure(xml, ids, objid, groups, group_ids, described, proven, content_group)
    xml.close()


class _Ids:
    """xml:id values that no other METS file of the package has."""

    def __init__(self, objid: str) -> None:
        self._prefix = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in objid)
        self._numbers: Iterator[int] = count(1)

    def new(self, kind: str) -> str:
        return f"ID-{self._prefix}-{kind}-{next(self._numbers)}"


def _group(identifier: str, group: Group) -> Attributes:
    return {"ID": identifier, "USE": group.use, "csip:CONTENTINFORMATIONTYPE": group.content_type}


def _structure(
    xml: XMLWriter,
    ids: _Ids,
    objid: str,
    groups: Sequence[Group],
    group_ids: Sequence[str],
    described: Sequence[str],
    proven: Sequence[str],
    content_group: str | None,
) -> None:
    with (
        xml.inside("mets:structMap", {"ID": ids.new("map"), "TYPE": "PHYSICAL", "LABEL": "CSIP"}),
        xml.inside("mets:div", {"ID": ids.new("div"), "LABEL": objid}),
    ):
        metadata = {
            "ID": ids.new("div"),
            "LABEL": "Metadata",
            "ADMID": " ".join(proven) or None,
            "DMDID": " ".join(described) or None,
        }
        xml.element("mets:div", None, metadata)
        for identifier, group in zip(group_ids, groups, strict=True):
            label = "Representations" if group.use == content_group else group.use
            with xml.inside("mets:div", {"ID": ids.new("div"), "LABEL": label}):
                if group.is_representation:
                    target = f"representations/{group.use.partition('/')[2]}/METS.xml"
                    pointer = {"LOCTYPE": "URL", "xlink:type": "simple", "xlink:href": href(target)}
                    xml.element("mets:mptr", None, {**pointer, "xlink:title": identifier})
                else:
                    xml.element("mets:fptr", None, {"FILEID": identifier})


def _eark_agents(xml: XMLWriter, about: PackageDescription) -> None:
    code, version = "IDENTIFICATIONCODE", "SOFTWARE VERSION"
    _agent(xml, "CREATOR", "OTHER", ENGINE, ENGINE_VERSION, other_type="SOFTWARE", note_type=version)
    _agent(xml, "ARCHIVIST", "ORGANIZATION", about.creator.name, about.creator.code, note_type=code)
    _agent(xml, "CREATOR", "ORGANIZATION", about.submitter.name, about.submitter.code, note_type=code)
    name, number = about.system.name, about.system.version
    _agent(xml, "ARCHIVIST", "OTHER", name, number, other_type="SOFTWARE", note_type=version)
    if about.contact:
        _agent(xml, "CREATOR", "INDIVIDUAL", about.contact)
    if about.archive:
        _agent(xml, "PRESERVATION", "ORGANIZATION", about.archive.name, about.archive.code, note_type=code)


def _agent(
    xml: XMLWriter,
    role: str,
    kind: str,
    name: str,
    note: str | None = None,
    *,
    other_type: str | None = None,
    note_type: str | None = None,
) -> None:
    with xml.inside("mets:agent", {"ROLE": role, "TYPE": kind, "OTHERTYPE": other_type}):
        xml.element("mets:name", name)
        if note:
            xml.element("mets:note", note, {"csip:NOTETYPE": note_type})


def _alternative_ids(xml: XMLWriter, about: PackageDescription) -> None:
    xml.element("mets:altRecordID", about.agreement, {"TYPE": "SUBMISSIONAGREEMENT"})
    if about.reference:
        xml.element("mets:altRecordID", about.reference, {"TYPE": "REFERENCECODE"})


def _metadata_reference(xml: XMLWriter, file: MetadataFile) -> None:
    entry = file.entry
    attributes = {
        "LOCTYPE": "URL",
        "xlink:type": "simple",
        "xlink:href": href(entry.path),
        "MDTYPE": file.kind,
        "OTHERMDTYPE": file.other,
        "MDTYPEVERSION": file.version,
    }
    xml.element("mets:mdRef", None, attributes | _stored(entry))


def _stored(entry: Entry) -> dict[str, object]:
    return {
        "MIMETYPE": entry.mime,
        "SIZE": entry.size,
        "CREATED": entry.created,
        "CHECKSUM": entry.sha256,
        "CHECKSUMTYPE": "SHA-256",
    }


def _eark_file(entry: Entry) -> Attributes:
    return {
        "sip:FILEFORMATNAME": entry.format_name,
        "sip:FILEFORMATVERSION": entry.format_version,
        "sip:FORMATREGISTRY": "PRONOM" if entry.puid else None,
        "sip:FORMATREGISTRYKEY": entry.puid,
    }


def _file(xml: XMLWriter, identifier: str, entry: Entry, more: Attributes, scheme: str = "") -> None:
    with xml.inside("mets:file", {"ID": identifier, **_stored(entry), **more}):
        location = {"LOCTYPE": "URL", "xlink:type": "simple", "xlink:href": scheme + href(entry.path)}
        xml.element("mets:FLocat", None, location)
