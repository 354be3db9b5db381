"""For each MUST of CSIP, SIP, DIP, AIP and the folder structure: the one change that breaks it.

`also` holds what the same change cannot help breaking, with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from lxml import etree

from tests.packages.eark_specimens import (
    NAMES,
    REP,
    ROOT,
    Change,
    Files,
    added,
    after,
    edited,
    emptied,
    name_of,
    placed_before,
    removed,
    with_old_description,
    with_rights,
    without,
    written,
)


@dataclass(frozen=True)
class Fault:
    rule: str
    change: Change
    also: Mapping[str, str] = field(default_factory=dict)
    versions: tuple[str, ...] = ("2.1.0", "2.2.0")
    root: str | None = None
    """The folder that the container puts around the package, where it is that which is broken."""


CONTENT = "//m:file[m:FLocat/@xlink:href='data/2014/beslut.pdf']"
SOFTWARE = "//m:agent[@OTHERTYPE='SOFTWARE'][1]"
REPRESENTATION = "//m:div[@LABEL='Representations/rep1']"
SUBMITTER = "//m:agent[@ROLE='CREATOR'][@TYPE='ORGANIZATION']"
ARCHIVIST = "//m:agent[@ROLE='ARCHIVIST'][@TYPE='ORGANIZATION']"
PRESERVER = "//m:agent[@ROLE='PRESERVATION']"
CONTACT = "//m:agent[@TYPE='INDIVIDUAL']"
_NO_CONTACT = removed(ROOT, CONTACT)
_NO_ROLE = {"METS-MISSING": "METS itself asks for the role of every agent"}


def _division(label: str) -> str:
    return f"//m:div[@LABEL='{label}']"


def _group(use: str) -> str:
    return f"//m:fileGrp[@USE='{use}']"


def _moved_to(path: str, source: str, target: str, *, whole: str = "") -> Change:
    """The entries of one group stand in another, and the group is gone."""

    def change(files: Files) -> None:
        tree = etree.fromstring(files[path])
        old, new = (tree.xpath(each, namespaces=NAMES)[0] for each in (source, target))
        for entry in list(old):
            new.append(entry)
        old.getparent().remove(old)
        for each in tree.xpath(whole, namespaces=NAMES) if whole else ():
            each.getparent().remove(each)
        files[path] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")

    return change


def _split_off(attributes: str) -> Change:
    """A file of the content stands in a group of its own."""
    return after(
        added(REP, "//m:fileSec", f"<m:fileGrp{attributes}/>"),
        _moved_one(),
    )


def _moved_one() -> Change:
    def change(files: Files) -> None:
        tree = etree.fromstring(files[REP])
        entry = tree.xpath(CONTENT, namespaces=NAMES)[0]
        tree.xpath("//m:fileGrp[last()]", namespaces=NAMES)[-1].append(entry)
        files[REP] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")

    return change


def _reference(first: int, path: str, xpath: str, href: str, before: Change | None = None) -> list[Fault]:
    """The nine requirements on an mdRef."""
    changes = [
        written(path, xpath, "LOCTYPE", "URN"),
        without(path, xpath, "xlink:type"),
        written(path, xpath, "xlink:href", href),
        written(path, xpath, "MDTYPE", "SOMETHING"),
        without(path, xpath, "MIMETYPE"),
        without(path, xpath, "SIZE"),
        without(path, xpath, "CREATED"),
        without(path, xpath, "CHECKSUM"),
        without(path, xpath, "CHECKSUMTYPE"),
    ]
    first_of_all = [before] if before is not None else []
    return [Fault(f"CSIP{first + n}", after(*first_of_all, change)) for n, change in enumerate(changes)]


_MAP = (
    '<m:structMap ID="map-2" TYPE="PHYSICAL" LABEL="CSIP"><m:div ID="map-2-div">'
    '<m:div ID="map-2-md" LABEL="Metadata"/></m:div></m:structMap>'
)
_TWICE = "reference and pointer to the same group: when the group is not mentioned, both requirements are broken"

CSIP = [
    Fault("CSIP1", without(REP, "/m:mets", "OBJID")),
    Fault("CSIP2", written(ROOT, "/m:mets", "TYPE", "Diverse")),
    Fault("CSIP6", without(REP, "/m:mets", "PROFILE")),
    Fault("CSIP117", removed(REP, "//m:metsHdr")),
    Fault("CSIP7", without(ROOT, "//m:metsHdr", "CREATEDATE")),
    Fault("CSIP9", without(REP, "//m:metsHdr", "csip:OAISPACKAGETYPE")),
    Fault("CSIP10", removed(REP, "//m:agent", all_of_them=True)),
    Fault(
        "CSIP11",
        after(
            removed(REP, f"{SOFTWARE}/following-sibling::m:agent", all_of_them=True),
            written(REP, SOFTWARE, "ROLE", "EDITOR"),
        ),
    ),
    Fault(
        "CSIP12",
        after(
            removed(REP, f"{SOFTWARE}/following-sibling::m:agent", all_of_them=True),
            written(REP, SOFTWARE, "TYPE", "ORGANIZATION"),
        ),
    ),
    Fault(
        "CSIP13",
        after(
            removed(REP, f"{SOFTWARE}/following-sibling::m:agent", all_of_them=True),
            written(REP, SOFTWARE, "OTHERTYPE", "PROGRAM"),
        ),
    ),
    Fault("CSIP14", emptied(ROOT, f"{SOFTWARE}/m:name")),
    Fault("CSIP15", emptied(ROOT, f"{SOFTWARE}/m:note")),
    Fault("CSIP16", without(ROOT, f"{SOFTWARE}/m:note", "csip:NOTETYPE")),
    Fault("CSIP18", after(without(ROOT, "//m:dmdSec", "ID"), without(ROOT, _division("Metadata"), "DMDID"))),
    Fault("CSIP19", without(ROOT, "//m:dmdSec", "CREATED")),
    *_reference(22, ROOT, "//m:dmdSec/m:mdRef", "metadata/descriptive/ERMS.xml"),
    Fault("CSIP33", after(without(ROOT, "//m:digiprovMD", "ID"), without(ROOT, _division("Metadata"), "ADMID"))),
    *_reference(36, ROOT, "//m:digiprovMD/m:mdRef", "metadata/preservation/PREMIS.xml"),
    Fault(
        "CSIP46",
        after(
            with_rights,
            without(ROOT, "//m:rightsMD", "ID"),
            edited(
                ROOT,
                _division("Metadata"),
                lambda division: division.set("ADMID", division.get("ADMID", "").split()[1]),
            ),
        ),
    ),
    *_reference(49, ROOT, "//m:rightsMD/m:mdRef", "metadata/other/RIGHTS.xml", with_rights),
    Fault("CSIP59", without(ROOT, "//m:fileSec", "ID")),
    Fault("CSIP60", _moved_to(ROOT, _group("Documentation"), _group("Schemas"), whole=_division("Documentation"))),
    Fault("CSIP113", _moved_to(ROOT, _group("Schemas"), _group("Documentation"), whole=_division("Schemas"))),
    Fault("CSIP114", _moved_to(ROOT, _group("Representations/rep1"), _group("Documentation"))),
    Fault("CSIP64", _split_off(' ID="grp-own"')),
    Fault("CSIP65", _split_off(' USE="Metadata"')),
    Fault("CSIP66", added(REP, "//m:fileSec", '<m:fileGrp ID="grp-own" USE="Metadata"/>')),
    Fault("CSIP67", without(REP, CONTENT, "ID")),
    Fault("CSIP68", written(REP, CONTENT, "MIMETYPE", "pdf")),
    Fault("CSIP69", written(REP, CONTENT, "SIZE", "1")),
    Fault("CSIP70", written(REP, CONTENT, "CREATED", "i går")),
    Fault("CSIP71", written(REP, CONTENT, "CHECKSUM", "0" * 64)),
    Fault("CSIP72", without(REP, CONTENT, "CHECKSUMTYPE")),
    Fault(
        "CSIP76", added(REP, CONTENT, '<m:FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="data/2014/beslut.pdf"/>')
    ),
    Fault("CSIP77", written(REP, f"{CONTENT}/m:FLocat", "LOCTYPE", "URN")),
    Fault("CSIP78", without(REP, f"{CONTENT}/m:FLocat", "xlink:type")),
    Fault("CSIP79", written(REP, f"{CONTENT}/m:FLocat", "xlink:href", "data/2014/Beslut.pdf")),
    Fault("CSIP80", added(ROOT, "/m:mets", _MAP)),
    Fault("CSIP81", written(ROOT, "//m:structMap", "TYPE", "LOGICAL")),
    Fault(
        "CSIP82",
        written(ROOT, "//m:structMap", "LABEL", "Egen"),
        {"CSIP80": "a map of another name is no CSIP map, so there is none"},
    ),
    Fault("CSIP83", without(ROOT, "//m:structMap", "ID")),
    Fault("CSIP84", added(ROOT, "//m:structMap", '<m:div ID="div-2" LABEL="Till"/>')),
    Fault("CSIP85", without(ROOT, "//m:structMap/m:div", "ID")),
    Fault(
        "CSIP88", removed(ROOT, _division("Metadata")), {"CSIP90": "the division that is missing has no label either"}
    ),
    Fault("CSIP89", without(ROOT, _division("Metadata"), "ID")),
    Fault("CSIP90", written(ROOT, _division("Metadata"), "LABEL", "metadata")),
    Fault("CSIP94", without(ROOT, _division("Documentation"), "ID")),
    Fault("CSIP95", written(ROOT, _division("Documentation"), "LABEL", "documentation")),
    Fault("CSIP96", removed(ROOT, f"{_division('Documentation')}/m:fptr"), {"CSIP116": _TWICE}, ("2.1.0",)),
    Fault("CSIP116", added(ROOT, _division("Documentation"), "<m:fptr/>")),
    Fault("CSIP98", without(ROOT, _division("Schemas"), "ID")),
    Fault("CSIP99", written(ROOT, _division("Schemas"), "LABEL", "SCHEMAS")),
    Fault("CSIP100", removed(ROOT, f"{_division('Schemas')}/m:fptr"), {"CSIP118": _TWICE}, ("2.1.0",)),
    Fault("CSIP118", added(ROOT, _division("Schemas"), "<m:fptr/>")),
    Fault("CSIP102", without(REP, _division("Representations"), "ID")),
    Fault("CSIP103", written(REP, _division("Representations"), "LABEL", "representations")),
    Fault("CSIP104", removed(REP, f"{_division('Representations')}/m:fptr"), {"CSIP119": _TWICE}, ("2.1.0",)),
    Fault("CSIP119", added(REP, _division("Representations"), "<m:fptr/>")),
    Fault("CSIP106", without(ROOT, REPRESENTATION, "ID")),
    Fault("CSIP107", written(ROOT, REPRESENTATION, "LABEL", "Representations/original")),
    Fault("CSIP108", without(ROOT, f"{REPRESENTATION}/m:mptr", "xlink:title")),
    Fault(
        "CSIP109",
        added(
            ROOT,
            REPRESENTATION,
            '<m:mptr LOCTYPE="URL" xlink:type="simple" xlink:href="representations/rep1/METS.xml" xlink:title="x"/>',
        ),
        {"CSIP108": "the second pointer needs a title"},
    ),
    Fault(
        "CSIP110",
        without(ROOT, f"{REPRESENTATION}/m:mptr", "xlink:href"),
        {"CSIP105": "a division that points nowhere leaves the representation without one"},
    ),
    Fault("CSIP111", without(ROOT, f"{REPRESENTATION}/m:mptr", "xlink:type")),
    Fault("CSIP112", written(ROOT, f"{REPRESENTATION}/m:mptr", "LOCTYPE", "URN")),
]


def _no_mets(files: Files) -> None:
    del files[ROOT]


STRUCTURE = [
    Fault("CSIPSTR1", lambda files: None, root=""),
    Fault("CSIPSTR4", _no_mets, {"SK-METS-MISSING": "the same, said of every kind of package"}),
]
SIP = [
    Fault("SIP2", written(ROOT, "/m:mets", "PROFILE", "https://example.org/profile.xml")),
    Fault("SIP4", written(ROOT, "//m:metsHdr", "csip:OAISPACKAGETYPE", "AIC")),
    Fault("SIP10", without(ROOT, ARCHIVIST, "ROLE"), _NO_ROLE),
    Fault("SIP11", without(ROOT, ARCHIVIST, "TYPE")),
    Fault("SIP12", emptied(ROOT, f"{ARCHIVIST}/m:name"), versions=("2.2.0",)),
    Fault("SIP14", without(ROOT, f"{ARCHIVIST}/m:note", "csip:NOTETYPE")),
    Fault("SIP15", after(_NO_CONTACT, removed(ROOT, SUBMITTER))),
    Fault("SIP16", after(_NO_CONTACT, without(ROOT, SUBMITTER, "ROLE")), _NO_ROLE),
    Fault("SIP17", after(_NO_CONTACT, without(ROOT, SUBMITTER, "TYPE"))),
    Fault("SIP18", emptied(ROOT, f"{SUBMITTER}/m:name"), versions=("2.2.0",)),
    Fault("SIP20", without(ROOT, f"{SUBMITTER}/m:note", "csip:NOTETYPE")),
    Fault("SIP22", without(ROOT, CONTACT, "ROLE"), _NO_ROLE),
    Fault("SIP23", without(ROOT, CONTACT, "TYPE")),
    Fault("SIP24", emptied(ROOT, f"{CONTACT}/m:name")),
    Fault("SIP27", without(ROOT, PRESERVER, "ROLE"), _NO_ROLE),
    Fault("SIP28", written(ROOT, PRESERVER, "TYPE", "INDIVIDUAL")),
    Fault("SIP29", emptied(ROOT, f"{PRESERVER}/m:name"), versions=("2.2.0",)),
    Fault("SIP31", without(ROOT, f"{PRESERVER}/m:note", "csip:NOTETYPE")),
]
_NO_IDENTITY = {
    "CSIP1": "the same attribute, asked for by CSIP",
    "SK-OBJID": "the same attribute, asked for of every kind of package",
}
DIP = [
    Fault("DIP1", without(ROOT, "/m:mets", "OBJID"), _NO_IDENTITY),
    Fault("DIP2", written(ROOT, "/m:mets", "PROFILE", "https://example.org/profile.xml")),
    Fault("DIP3", written(ROOT, "//m:metsHdr", "csip:OAISPACKAGETYPE", "AIC")),
]
AIP = [
    Fault("AIPM1", without(ROOT, "/m:mets", "OBJID"), _NO_IDENTITY),
    Fault("AIPM2", written(ROOT, "/m:mets", "PROFILE", "https://example.org/profile.xml")),
    Fault("AIPM3", written(ROOT, "//m:metsHdr", "csip:OAISPACKAGETYPE", "AIC")),
    Fault(
        "AIPM5",
        lambda files: files.update({ROOT: files[ROOT].replace(b"digiprovMD", b"techMD")}),
        {"CSIP32": "provenance that is not there is asked for by CSIP as well"},
    ),
]
FAULTS = {"csip": CSIP, "csipstr": STRUCTURE, "sip": SIP, "dip": DIP, "aip": AIP}


# SHOULD


def _moved(before: str, after_: str, path: str = ROOT) -> Change:
    """Files below one folder lie in another, and METS knows it."""

    def change(files: Files) -> None:
        for name in [name for name in files if name.startswith(before)]:
            files[after_ + name.removeprefix(before)] = files.pop(name)
        folder = path.removesuffix("METS.xml")
        old, new = (each.removeprefix(folder).encode() for each in (before, after_))
        files[path] = files[path].replace(b'href="' + old, b'href="' + new)

    return change


def _gone(*paths: str) -> Change:
    def change(files: Files) -> None:
        for path in paths:
            del files[path]

    return change


def _one_file_in(folder: str) -> Change:
    """The content is one file, described by the METS of the package."""

    def change(files: Files) -> None:
        content = b"Beslut.\n"
        for name in [name for name in files if name.startswith("representations/")]:
            del files[name]
        files[f"{folder}beslut.txt"] = content
        tree = etree.fromstring(files[ROOT])
        group = tree.xpath(_group("Representations/rep1"), namespaces=NAMES)[0]
        group.set("USE", "Representations")
        facts = {"MIMETYPE": "text/plain", "SIZE": str(len(content)), "CHECKSUM": sha256(content).hexdigest()}
        group[0].attrib.update(facts)
        group[0][0].set(name_of("xlink:href"), f"{folder}beslut.txt")
        division = tree.xpath(REPRESENTATION, namespaces=NAMES)[0]
        division.set("LABEL", "Representations")
        division.remove(division[0])
        etree.SubElement(division, name_of("m:fptr"), FILEID=group.get("ID"))
        files[ROOT] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")

    return change


def _second(label: str) -> Change:
    path = REP if label == "Representations" else ROOT
    return added(path, "//m:structMap/m:div", f'<m:div ID="div-second" LABEL="{label}"/>')


_ERMS, _PREMIS, _RIGHTS = (
    "metadata/descriptive/erms.xml",
    "metadata/preservation/premis.xml",
    "metadata/other/rights.xml",
)
_NO_DESCRIPTION = after(removed(ROOT, "//m:dmdSec"), without(ROOT, _division("Metadata"), "DMDID"), _gone(_ERMS))
_NO_PROVENANCE = after(removed(ROOT, "//m:amdSec"), without(ROOT, _division("Metadata"), "ADMID"), _gone(_PREMIS))
_LINK = {"PREMIS-LANK": "the PREMIS of the representation speaks of the package, which that of the package declared"}
_OF_REP = "representations/rep1/metadata/preservation/premis.xml"

CSIP_SHOULD = [
    Fault("CSIP3", written(ROOT, "/m:mets", "csip:OTHERTYPE", "Diarium")),
    Fault("CSIP4", without(ROOT, "/m:mets", "csip:CONTENTINFORMATIONTYPE")),
    Fault("CSIP8", without(ROOT, "//m:metsHdr", "LASTMODDATE")),
    Fault(
        "CSIP17",
        after(removed(ROOT, "//m:dmdSec"), without(ROOT, _division("Metadata"), "DMDID")),
        {"SK-FILE-UNLISTED": "a description that has no section is listed nowhere"},
    ),
    Fault("CSIP20", without(ROOT, "//m:dmdSec", "STATUS")),
    Fault("CSIP21", after(removed(ROOT, "//m:dmdSec/m:mdRef"), _gone(_ERMS))),
    Fault("CSIP31", _NO_PROVENANCE, _LINK),
    Fault(
        "CSIP32",
        after(
            with_rights,
            removed(ROOT, "//m:digiprovMD"),
            written(ROOT, _division("Metadata"), "ADMID", "rights-1"),
            _gone(_PREMIS),
        ),
        _LINK,
    ),
    Fault("CSIP34", without(ROOT, "//m:digiprovMD", "STATUS")),
    Fault("CSIP35", after(removed(ROOT, "//m:digiprovMD/m:mdRef"), _gone(_PREMIS)), _LINK),
    Fault("CSIP47", after(with_rights, without(ROOT, "//m:rightsMD", "STATUS"))),
    Fault("CSIP48", after(with_rights, removed(ROOT, "//m:rightsMD/m:mdRef"), _gone(_RIGHTS))),
    Fault(
        "CSIP58", placed_before(ROOT, "//m:structMap", '<m:fileSec ID="files-2"/>'), {"METS-MISSING": "it has no group"}
    ),
    Fault("CSIP62", without(ROOT, _group("Representations/rep1"), "csip:CONTENTINFORMATIONTYPE")),
    Fault("CSIP91", without(ROOT, _division("Metadata"), "ADMID")),
    Fault("CSIP92", without(ROOT, _division("Metadata"), "DMDID")),
    Fault("CSIP93", _second("Documentation")),
    Fault("CSIP97", _second("Schemas")),
    Fault("CSIP101", _second("Representations")),
    Fault("CSIP105", removed(ROOT, REPRESENTATION), {"CSIP108": "without a pointer the file group is not named"}),
    *(
        Fault(rule, removed(path, f"{_division(label)}/m:fptr"), {pointer: _TWICE}, ("2.2.0",))
        for rule, pointer, path, label in (
            ("CSIP96", "CSIP116", ROOT, "Documentation"),
            ("CSIP100", "CSIP118", ROOT, "Schemas"),
            ("CSIP104", "CSIP119", REP, "Representations"),
        )
    ),
]
STRUCTURE_SHOULD = [
    Fault("CSIPSTR2", lambda files: None, {"CSIP1": "the same names, compared by CSIP"}, root="paket"),
    Fault(
        "CSIPSTR5",
        after(_NO_DESCRIPTION, _NO_PROVENANCE),
        {"CSIP31": "what METS does not describe either", **_LINK},
    ),
    Fault("CSIPSTR6", _moved(_PREMIS, "metadata/premis.xml")),
    Fault("CSIPSTR7", _moved(_ERMS, "metadata/erms.xml")),
    Fault("CSIPSTR9", after(_NO_DESCRIPTION, _one_file_in("content/"))),
    Fault("CSIPSTR10", after(_NO_DESCRIPTION, _one_file_in("representations/"))),
    Fault(
        "CSIPSTR11",
        after(
            _NO_DESCRIPTION,
            _moved("representations/rep1/data/", "representations/rep1/content/", REP),
            written(REP, "//m:fileGrp", "USE", "Representations/rep1/content"),
        ),
    ),
    Fault(
        "CSIPSTR12",
        after(_NO_DESCRIPTION, _one_file_in("representations/rep1/data/")),
        {"CSIPSTR13": "nothing but content lies there"},
    ),
    Fault(
        "CSIPSTR13",
        after(removed(REP, "//m:amdSec"), without(REP, _division("Metadata"), "ADMID"), _gone(_OF_REP)),
        {"CSIP31": "what METS does not describe either"},
    ),
    Fault("CSIPSTR15", _moved("schemas/", "xsd/")),
    Fault("CSIPSTR16", _moved("documentation/", "readme/")),
]
DIP_SHOULD = [Fault("DIP4", written(ROOT, "//m:dmdSec", "STATUS", "SUPERSEDED"))]
AIP_SHOULD = [
    Fault("AIPM4", with_old_description),
    Fault("AIPM6", written(ROOT, "//m:digiprovMD/m:mdRef", "MDTYPE", "OTHER")),
    Fault("AIPM7", written(ROOT, "//m:digiprovMD/m:mdRef", "MDTYPEVERSION", "2.2")),
]
SHOULDS = {"csip": CSIP_SHOULD, "csipstr": STRUCTURE_SHOULD, "dip": DIP_SHOULD, "aip": AIP_SHOULD}
