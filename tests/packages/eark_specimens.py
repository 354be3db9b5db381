"""E-ARK packages without fault, made by the engine's own writer, held in memory so that one thing can be broken."""

import hashlib
import io
import re
import tarfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

from archive.packages import build
from tests.packages import samples

METS = "http://www.loc.gov/METS/"
XLINK = "http://www.w3.org/1999/xlink"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
SIP = "https://DILCIS.eu/XML/METS/SIPExtensionMETS"
NAMES = {"m": METS, "xlink": XLINK, "csip": CSIP, "sip": SIP}
OBJID = samples.description().objid
ROOT = "METS.xml"
REP = "representations/rep1/METS.xml"

Files = dict[str, bytes]
Change = Callable[[Files], None]
_OF_REPRESENTATION = re.compile(r"representations/[^/]+/METS\.xml")
_PROFILE = re.compile(rb"(profile/E-ARK-[A-Z]+)(?:-v2-\d-0)?\.xml")
_DAY = "2026-03-02T09:30:00"


@cache
def _built(kind: str) -> Files:
    """One package of each kind; the archival one keeps the submission as its representation."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / OBJID
        if kind == "aip":
            sip = samples.eark(Path(folder) / "sip.tar")
            made = build.aip(
                Path(folder) / "aip.tar",
                submission=sip.path,
                description=samples.description("aip-0001"),
                created=samples.CREATED,
            )
            return _members(made.path.read_bytes())
        if kind == "dip":
            about = samples.description(contact=None)
            cases, files = samples.cases(), samples.files()
            build.dip(target, files=files, cases=cases, description=about, created=samples.CREATED, container="folder")
        else:
            samples.eark(target, "folder")
        return {each.relative_to(target).as_posix(): each.read_bytes() for each in target.rglob("*") if each.is_file()}


def _members(data: bytes) -> Files:
    files: Files = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is not None:
                files[member.name.partition("/")[2]] = stream.read()
    return files


def documents(files: Files) -> list[str]:
    """The package's own METS documents; a submission inside an archival package keeps its own as content."""
    return [path for path in files if path == ROOT or _OF_REPRESENTATION.fullmatch(path)]


def package(kind: str, version: str) -> Files:
    """A package of the version of the specification; what differs between versions is the profile's address."""
    files, suffix = dict(_built(kind)), b"-v2-2-0" if version == "2.2.0" else b""
    for path in documents(files):
        files[path] = _PROFILE.sub(rb"\1" + suffix + b".xml", files[path])
    return files


def packed(files: Files, folder: Path, *, root: str | None = None, vouched: bool = True) -> Path:
    """As a tar with the package's name as its root folder; the root METS vouches for the METS below it."""
    if vouched:
        vouch(files)
    target = folder / "package.tar"
    top = objid(files) if root is None else root
    with tarfile.open(target, "w") as archive:
        for path, data in sorted(files.items()):
            member = tarfile.TarInfo(f"{top}/{path}" if top else path)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return target


def objid(files: Files) -> str:
    found = re.search(rb'OBJID="([\w.-]+)"', files.get(ROOT, b""))
    return found[1].decode() if found else OBJID


def vouch(files: Files) -> None:
    """Size and digest of changed METS documents of representations, as the root METS records them."""
    for path in [path for path in documents(files) if path != ROOT]:
        facts = f'SIZE="{len(files[path])}"', f'CHECKSUM="{hashlib.sha256(files[path]).hexdigest()}"'

        def renewed(match: re.Match[bytes], facts: tuple[str, str] = facts) -> bytes:
            entry = re.sub(rb'\bSIZE="\d+"', facts[0].encode(), match[0])
            return re.sub(rb'\bCHECKSUM="[0-9a-f]+"', facts[1].encode(), entry)

        entry = rb'<m?e?t?s?:?file [^>]*>\s*<[^>]*FLocat[^>]*"' + re.escape(path.encode()) + rb'"'
        files[ROOT] = re.sub(entry, renewed, files.get(ROOT, b"")) if ROOT in files else b""
    if not files.get(ROOT):
        files.pop(ROOT, None)


def name_of(written: str) -> str:
    """ "xlink:href" as lxml wants it."""
    prefix, _, local = written.rpartition(":")
    return f"{{{NAMES[prefix]}}}{local}" if prefix else local


def edited(path: str, xpath: str, edit: Callable[[etree._Element], None], *, all_of_them: bool = False) -> Change:
    """Do something to the first element (or all) that the XPath finds in one of the package's METS documents."""

    def change(files: Files) -> None:
        tree = etree.fromstring(files[path])
        found = tree.xpath(xpath, namespaces=NAMES)
        assert found, f"{path}: {xpath}"
        for element in found if all_of_them else found[:1]:
            edit(element)
        files[path] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")

    return change


def without(path: str, xpath: str, name: str) -> Change:
    def edit(element: etree._Element) -> None:
        del element.attrib[name_of(name)]

    return edited(path, xpath, edit)


def written(path: str, xpath: str, name: str, value: str) -> Change:
    return edited(path, xpath, lambda element: element.set(name_of(name), value))


def removed(path: str, xpath: str, *, all_of_them: bool = False) -> Change:
    def edit(element: etree._Element) -> None:
        element.getparent().remove(element)

    return edited(path, xpath, edit, all_of_them=all_of_them)


def emptied(path: str, xpath: str) -> Change:
    def edit(element: etree._Element) -> None:
        element.text = ""

    return edited(path, xpath, edit)


def _parsed(xml: str) -> list[etree._Element]:
    """Elements from text where "m:" is METS."""
    spaces = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in NAMES.items())
    return list(etree.fromstring(f"<x {spaces}>{xml}</x>"))


def added(path: str, xpath: str, xml: str) -> Change:
    """XML as the last child."""
    return edited(path, xpath, lambda element: element.extend(_parsed(xml)))


def placed_before(path: str, xpath: str, xml: str) -> Change:
    def edit(element: etree._Element) -> None:
        for each in _parsed(xml):
            element.addprevious(each)

    return edited(path, xpath, edit)


def after(*changes: Change) -> Change:
    def change(files: Files) -> None:
        for each in changes:
            each(files)

    return change


def reference_to(path: str, content: bytes, kind: str) -> str:
    return (
        f'<m:mdRef LOCTYPE="URL" xlink:type="simple" xlink:href="{path}" MDTYPE="{kind}" MIMETYPE="text/xml" '
        f'SIZE="{len(content)}" CREATED="{_DAY}" CHECKSUM="{hashlib.sha256(content).hexdigest()}" '
        'CHECKSUMTYPE="SHA-256"/>'
    )


def with_rights(files: Files) -> None:
    """A rights statement, which the writer has no use for: a file and its rightsMD."""
    path = "metadata/other/rights.xml"
    text = b'<RightsDeclarationMD xmlns="http://cosimo.stanford.edu/sdr/metsrights/" RIGHTSCATEGORY="PUBLIC DOMAIN"/>'
    files[path] = text
    section = f'<m:rightsMD ID="rights-1" STATUS="CURRENT">{reference_to(path, text, "METSRIGHTS")}</m:rightsMD>'

    def name(division: etree._Element) -> None:
        division.set("ADMID", f"rights-1 {division.get('ADMID', '')}".strip())

    placed_before(ROOT, "//m:amdSec/*", section)(files)
    edited(ROOT, "//m:div[@LABEL='Metadata']", name)(files)


def with_old_description(files: Files) -> None:
    """A description that has been replaced, and none that replaced it."""
    path, text = "metadata/descriptive/dc.xml", b'<dc xmlns="http://purl.org/dc/elements/1.1/"/>'
    files[path] = text
    section = f'<m:dmdSec ID="dmd-old" CREATED="{_DAY}" STATUS="SUPERSEDED">{reference_to(path, text, "DC")}</m:dmdSec>'
    placed_before(ROOT, "//m:amdSec", section)(files)
