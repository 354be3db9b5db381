"""Packages for the engine's tests, made byte by byte: one good one of each kind, to be broken one thing at a time."""

# ruff: noqa: E501 - METS is written on long lines

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

Files = dict[str, bytes]
DATE = "2024-01-15T10:00:00+01:00"
METS_NS = (
    'xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
E_ARK_NS = (
    f'{METS_NS} xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS" '
    'xmlns:sip="https://DILCIS.eu/XML/METS/SIPExtensionMETS"'
)
SIP_PROFILE = "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml"
FGS_PROFILE = "http://xml.ra.se/e-arkiv/METS/CommonSpecificationSwedenPackageProfile.xml"


def sums(data: bytes, algorithm: str = "sha256", name: str = "SHA-256") -> str:
    return f'SIZE="{len(data)}" CREATED="{DATE}" CHECKSUM="{hashlib.new(algorithm, data).hexdigest()}" CHECKSUMTYPE="{name}"'


# FGS Paketstruktur 1.2

FGS_CONTENT: Files = {
    "content/1/beslut.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
    "content/2/protokoll å.txt": "Protokoll från nämnden\n".encode(),
}


def fgs_file(number: int, path: str, data: bytes, mime: str) -> str:
    return (
        f'<file ID="ID{number}" MIMETYPE="{mime}" {sums(data)} ext:ORIGINALFILENAME="{path.split("/")[-1]}">'
        f'<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="file:///{path}"/></file>'
    )


def fgs_mets(content: Files = FGS_CONTENT) -> str:
    entries = "".join(
        fgs_file(number, path, data, "application/pdf" if path.endswith("pdf") else "text/plain")
        for number, (path, data) in enumerate(content.items())
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<mets {METS_NS} xmlns:ext="ExtensionMETS" OBJID="UUID:6f1f2d0e-1d1b-4a53-9a2e-0d0f5a0b0001" LABEL="Protokoll" TYPE="ERMS"
 ext:STARTDATE="2010-01-01" ext:ENDDATE="2016-12-31" ext:APPRAISAL="No" ext:ACCESSRESTRICT="GDPR" PROFILE="{FGS_PROFILE}">
<metsHdr CREATEDATE="2024-01-15T10:00:00" RECORDSTATUS="NEW" ext:OAISSTATUS="SIP" ext:AGREEMENTFORM="AGREEMENT">
<agent ROLE="ARCHIVIST" TYPE="ORGANIZATION"><name>Miljönämnden</name><note>ORG:2120002239</note></agent>
<agent ROLE="CREATOR" TYPE="ORGANIZATION"><name>Falu kommun</name><note>ORG:2120002239</note></agent>
<agent ROLE="ARCHIVIST" TYPE="OTHER" OTHERTYPE="SOFTWARE"><name>Ecos</name><note>2.5</note></agent>
<agent ROLE="OTHER" OTHERROLE="SUBMITTER" TYPE="ORGANIZATION"><name>IT-avdelningen</name></agent>
<altRecordID TYPE="SUBMISSIONAGREEMENT">MN 2024-0001; 2024-01-15</altRecordID>
</metsHdr>
<amdSec ID="AMD"><digiprovMD ID="DIGI"><mdWrap MDTYPE="OTHER" OTHERMDTYPE="COMMENT"><xmlData/></mdWrap></digiprovMD></amdSec>
<fileSec><fileGrp ID="fgrp001" USE="FILES">{entries}</fileGrp></fileSec>
<structMap LABEL="No structMap defined in this information package"><div><fptr FILEID="ID0"/></div></structMap>
</mets>
"""


def fgs(change: Callable[[str], str] = lambda mets: mets) -> Files:
    return {"sip.xml": change(fgs_mets()).encode(), **FGS_CONTENT}


# E-ARK SIP 2.1.0 (FGS Paketstruktur 2.0)

EARK_CONTENT: Files = {
    "metadata/descriptive/ead.xml": b"<ead/>",
    "metadata/preservation/premis.xml": b"<premis/>",
    "metadata/preservation/rights.xml": b"<rights/>",
    "documentation/lasmig.txt": b"Documentation\n",
    "schemas/own.xsd": b"<schema/>",
    "representations/rep1/data/protokoll.txt": b"Protokoll\n",
    "representations/rep1/data/beslut.txt": b"Beslut\n",
}


def reference(path: str, kind: str, data: bytes) -> str:
    return (
        f'<mdRef LOCTYPE="URL" xlink:type="simple" xlink:href="{path}" MDTYPE="{kind}" MDTYPEVERSION="3.0" '
        f'MIMETYPE="text/xml" {sums(data)}/>'
    )


def eark_file(identifier: str, path: str, data: bytes, mime: str = "text/plain") -> str:
    return (
        f'<file ID="{identifier}" MIMETYPE="{mime}" {sums(data)} OWNERID="o" ADMID="DIGI" DMDID="DMD" '
        'sip:FILEFORMATNAME="Plain text" sip:FILEFORMATVERSION="1" sip:FILEFORMATREGISTRY="PRONOM" '
        f'sip:FILEFORMATKEY="x-fmt/111"><FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="{path}"/></file>'
    )


EARK_HEADER = f"""<metsHdr CREATEDATE="{DATE}" LASTMODDATE="{DATE}" RECORDSTATUS="NEW" csip:OAISPACKAGETYPE="SIP">
<agent ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE"><name>Specimen</name><note csip:NOTETYPE="SOFTWARE VERSION">1</note></agent>
<agent ROLE="ARCHIVIST" TYPE="ORGANIZATION"><name>Miljönämnden</name><note csip:NOTETYPE="IDENTIFICATIONCODE">ORG:2120002239</note></agent>
<agent ROLE="CREATOR" TYPE="ORGANIZATION"><name>Falu kommun</name><note csip:NOTETYPE="IDENTIFICATIONCODE">ORG:2120002239</note></agent>
<agent ROLE="CREATOR" TYPE="INDIVIDUAL"><name>Arkivarie, Falun</name><note>arkiv@example.invalid</note></agent>
<agent ROLE="PRESERVATION" TYPE="ORGANIZATION"><name>E-arkivet</name><note csip:NOTETYPE="IDENTIFICATIONCODE">ORG:2220000000</note></agent>
<altRecordID TYPE="SUBMISSIONAGREEMENT">MN 2024-0001; 2024-01-15</altRecordID>
<altRecordID TYPE="PREVIOUSSUBMISSIONAGREEMENT">MN 2020-0001</altRecordID>
<altRecordID TYPE="REFERENCECODE">SE/MN/1</altRecordID>
<altRecordID TYPE="PREVIOUSREFERENCECODE">SE/MN/0</altRecordID>
</metsHdr>"""


def eark_mets(content: Files = EARK_CONTENT, profile: str = SIP_PROFILE, kind: str = "SIP") -> str:
    metadata = "metadata/preservation/"
    ead, premis = content["metadata/descriptive/ead.xml"], content[metadata + "premis.xml"]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<mets {E_ARK_NS} OBJID="paket-1" LABEL="Protokoll" TYPE="Mixed" csip:CONTENTINFORMATIONTYPE="MIXED" PROFILE="{profile}">
{EARK_HEADER.replace('OAISPACKAGETYPE="SIP"', f'OAISPACKAGETYPE="{kind}"')}
<dmdSec ID="DMD" CREATED="{DATE}" STATUS="CURRENT">{reference("metadata/descriptive/ead.xml", "EAD", ead)}</dmdSec>
<amdSec ID="AMD">
<rightsMD ID="RIGHTS" STATUS="CURRENT">{reference(metadata + "rights.xml", "OTHER", content[metadata + "rights.xml"])}</rightsMD>
<digiprovMD ID="DIGI" STATUS="CURRENT">{reference(metadata + "premis.xml", "PREMIS", premis)}</digiprovMD>
</amdSec>
<fileSec ID="FS">
<fileGrp ID="G-doc" USE="Documentation" ADMID="DIGI">{eark_file("F1", "documentation/lasmig.txt", content["documentation/lasmig.txt"])}</fileGrp>
<fileGrp ID="G-sch" USE="Schemas">{eark_file("F2", "schemas/own.xsd", content["schemas/own.xsd"], "text/xml")}</fileGrp>
<fileGrp ID="G-rep" USE="Representations/rep1" csip:CONTENTINFORMATIONTYPE="MIXED">
{eark_file("F3", "representations/rep1/data/protokoll.txt", content["representations/rep1/data/protokoll.txt"])}
{eark_file("F4", "representations/rep1/data/beslut.txt", content["representations/rep1/data/beslut.txt"])}
</fileGrp>
</fileSec>
<structMap ID="SM" TYPE="PHYSICAL" LABEL="CSIP"><div ID="D0" LABEL="paket-1">
<div ID="D1" LABEL="Metadata" ADMID="DIGI RIGHTS" DMDID="DMD"/>
<div ID="D2" LABEL="Documentation"><fptr FILEID="G-doc"/></div>
<div ID="D3" LABEL="Schemas"><fptr FILEID="G-sch"/></div>
<div ID="D4" LABEL="Representations"><fptr FILEID="G-rep"/></div>
</div></structMap>
</mets>
"""


def eark(change: Callable[[str], str] = lambda mets: mets) -> Files:
    return {"METS.xml": change(eark_mets()).encode(), **EARK_CONTENT}


def representation_mets(files: Mapping[str, bytes]) -> str:
    """A METS document of a representation's own, its paths counted from its own folder."""
    entries = "".join(eark_file(f"R{number}", path, data) for number, (path, data) in enumerate(files.items()))
    entries = entries.replace(' ADMID="DIGI" DMDID="DMD"', "")
    header = EARK_HEADER.partition('<agent ROLE="ARCHIVIST"')[0] + "</metsHdr>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<mets {E_ARK_NS} OBJID="rep1" TYPE="Mixed" csip:CONTENTINFORMATIONTYPE="MIXED" PROFILE="{SIP_PROFILE}">
{header}
<fileSec ID="RFS"><fileGrp ID="RG" USE="Data">{entries}</fileGrp></fileSec>
<structMap ID="RSM" TYPE="PHYSICAL" LABEL="CSIP"><div ID="RD0" LABEL="rep1"><div ID="RD1" LABEL="Metadata"/>
<div ID="RD2" LABEL="Data"><fptr FILEID="RG"/></div></div></structMap>
</mets>
"""


def eark_with_representation_mets(
    change: Callable[[str], str] = lambda mets: mets, change_inner: Callable[[str], str] = lambda mets: mets
) -> Files:
    below = "representations/rep1/"
    inner = {path[len(below) :]: data for path, data in EARK_CONTENT.items() if path.startswith(below)}
    representation = change_inner(representation_mets(inner)).encode()
    mets = eark_mets()
    group = mets[mets.index('\n<file ID="F3"') : mets.index("\n</fileGrp>\n</fileSec>")]
    entry = eark_file("F3", below + "METS.xml", representation, "text/xml")
    mets = mets.replace(group, "\n" + entry)
    pointer = (
        '<div ID="D4" LABEL="Representations/rep1"><mptr LOCTYPE="URL" xlink:type="simple" '
        f'xlink:href="{below}METS.xml" xlink:title="G-rep"/></div>'
    )
    mets = mets.replace('<div ID="D4" LABEL="Representations"><fptr FILEID="G-rep"/></div>', pointer)
    return {"METS.xml": change(mets).encode(), below + "METS.xml": representation, **EARK_CONTENT}


# Packing


def as_folder(files: Files, place: Path, name: str = "paket-1") -> Path:
    for path, data in files.items():
        file = place / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return place / name


def tar_bytes(files: Files, root: str = "paket-1/") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, data in files.items():
            info = tarfile.TarInfo(root + path)
            info.size, info.mtime = len(data), 1_700_000_000
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zip_bytes(files: Files, root: str = "paket-1/", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as zipped:
        for path, data in files.items():
            zipped.writestr(root + path, data)
    return out.getvalue()


def packed(files: Files, place: Path, kind: str = "tar", root: str = "paket-1/") -> Path:
    """Write the package as folder, tar, tar.gz or zip."""
    if kind == "folder":
        return as_folder(files, place)
    data = zip_bytes(files, root) if kind == "zip" else tar_bytes(files, root)
    path = place / f"paket-1.{kind}"
    path.write_bytes(gzip.compress(data, mtime=0) if kind == "tar.gz" else data)
    return path


# Headers written by hand, to be wrong in one way


def tar_header(name: bytes, size: int | bytes = 0, kind: bytes = b"0", link: bytes = b"", prefix: bytes = b"") -> bytes:
    written = size if isinstance(size, bytes) else b"%011o\0" % size
    header = bytearray(512)
    header[0 : len(name)] = name
    header[100:108] = b"0000644\0"
    header[108:116] = header[116:124] = b"0000000\0"
    header[124 : 124 + len(written)] = written
    header[136:148] = b"14524170000\0"
    header[156:157] = kind
    header[157 : 157 + len(link)] = link
    header[257:265] = b"ustar\x0000"
    header[345 : 345 + len(prefix)] = prefix
    header[148:156] = b"        "
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


END = bytes(1024)


def pax(*records: tuple[bytes, bytes]) -> bytes:
    body = b""
    for key, value in records:
        length = len(key) + len(value) + 3
        while len(b"%d" % (length + len(b"%d" % length))) != len(b"%d" % length):
            length += 1
        total = length + len(b"%d" % length)
        while len(b"%d %s=%s\n" % (total, key, value)) != total:
            total += 1 if len(b"%d %s=%s\n" % (total, key, value)) > total else -1
        body += b"%d %s=%s\n" % (total, key, value)
    return tar_header(b"pax", len(body), b"x") + padded(body)


def zip_member(name: bytes, data: bytes, offset: int, **wrong: int | bytes) -> tuple[bytes, bytes]:
    """A local entry with its data, and its entry in the directory; `wrong` overrides fields of either."""
    usual: dict[str, int | bytes] = {
        "flags": 0x800,
        "method": 0,
        "crc": zlib.crc32(data),
        "packed": len(data),
        "size": len(data),
        "local_name": name,
        "local_size": len(data),
        "local_crc": zlib.crc32(data),
        "mode": 0o100644 << 16,
        "extra": b"",
        "at": offset,
    }
    field = {**usual, **wrong}
    local_name, extra = bytes(field["local_name"]), bytes(field["extra"])
    local = struct.pack(
        "<4s5H3I2H",
        b"PK\x03\x04",
        20,
        field["flags"],
        field["method"],
        0,
        0x21,
        field["local_crc"],
        field.get("local_packed", field["packed"]),
        field["local_size"],
        len(local_name),
        0,
    )
    central = struct.pack(
        "<4s6H3I5H2I",
        b"PK\x01\x02",
        0x0314,
        20,
        field["flags"],
        field["method"],
        0,
        0x21,
        field["crc"],
        field["packed"],
        field["size"],
        len(name),
        len(extra),
        0,
        0,
        0,
        field["mode"],
        field["at"],
    )
    return local + local_name + data, central + name + extra


def zip_of(*members: tuple[bytes, bytes, dict[str, int | bytes]], comment: bytes = b"", tail: bytes = b"") -> bytes:
    body, directory = b"", b""
    for name, data, wrong in members:
        local, central = zip_member(name, data, len(body), **wrong)
        body += local
        directory += central
    count = len(members)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), len(comment))
    return body + directory + end + comment + tail
