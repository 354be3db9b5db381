"""E-ARK AIP and DIP: the few requirements that the packages of the archive itself add to CSIP."""

from collections.abc import Iterator

from archive.packages.mets import CSIP, Document, Node
from archive.packages.rules import Trouble, fault, requirement


@requirement("DIP1", "AIPM1", on="mets")
def the_package_has_an_identity_of_its_own(node: Node, document: Document) -> Iterator[Trouble]:
    if document.is_root and not node.get("OBJID").strip():
        yield fault(node.attributes.get("OBJID"), "OBJID")


@requirement("DIP2", "AIPM2", on="mets")
def the_profile_is_that_of_the_package(node: Node, document: Document) -> Iterator[Trouble]:
    allowed = document.notes["profile"].settings["profiles"]
    if document.is_root and node.get("PROFILE") not in allowed:
        yield fault(node.attributes.get("PROFILE"), allowed[0])


def _is_a(rule: str, kind: str) -> None:
    @requirement(rule, on="metsHdr")
    def judge(node: Node, document: Document) -> Iterator[Trouble]:
        if document.is_root and node.get(CSIP + "OAISPACKAGETYPE") != kind:
            yield fault(node.attributes.get(CSIP + "OAISPACKAGETYPE"), f'csip:OAISPACKAGETYPE="{kind}"')


_is_a("DIP3", "DIP")
_is_a("AIPM3", "AIP")


@requirement("DIP4", on="dmdSec")
def descriptions_in_a_dip_are_current(node: Node, document: Document) -> Iterator[Trouble]:
    if node.get("STATUS") != "CURRENT":
        yield fault(node.attributes.get("STATUS"), 'STATUS="CURRENT"')


@requirement("AIPM4", on="mets/end")
def one_description_is_current(node: Node, document: Document) -> Iterator[Trouble]:
    described = [section for section in document.sections if section.kind == "dmdSec"]
    if document.is_root and described and not any(section.get("STATUS") == "CURRENT" for section in described):
        yield fault(described[0].attributes.get("STATUS"), 'STATUS="CURRENT"', at=document.place(described[0]))


def _references(document: Document) -> list[Node]:
    return [
        reference
        for section in document.sections
        if section.kind == "digiprovMD"
        for reference in section.child("mdRef")
    ]


@requirement("AIPM5", on="mets/end")
def provenance_is_referred_to(node: Node, document: Document) -> Iterator[Trouble]:
    if document.is_root and not _references(document):
        yield fault(expected="amdSec/digiprovMD/mdRef")


@requirement("AIPM6", on="mets/end")
def some_provenance_is_premis(node: Node, document: Document) -> Iterator[Trouble]:
    found = _references(document)
    if document.is_root and found and not any(each.get("MDTYPE").startswith("PREMIS") for each in found):
        yield fault(found[0].get("MDTYPE"), 'MDTYPE="PREMIS"', at=document.place(found[0]))


@requirement("AIPM7", on="mets/end")
def premis_is_of_version_3(node: Node, document: Document) -> Iterator[Trouble]:
    for each in _references(document) if document.is_root else ():
        if each.get("MDTYPE").startswith("PREMIS") and not each.get("MDTYPEVERSION").startswith("3"):
            yield fault(each.attributes.get("MDTYPEVERSION"), 'MDTYPEVERSION="3.0"', at=document.place(each))
