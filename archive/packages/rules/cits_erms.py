"""CITS ERMS 3.0.0 and 2.1.2: the shape of the schema, and what goes together with what.

The eleven co-occurrence rules are published as Schematron for a processor that is not at hand here; each is one line
of a table below, under an id of its own.
"""

from typing import Any, NamedTuple

from archive.packages.attachments import Attachments
from archive.packages.erms import CITS, Attachment
from archive.packages.identity_numbers import holds_identity_number
from archive.packages.report import Place
from archive.packages.shape import Shape, Walker

PREFIX = "ERMS-"


class Companion(NamedTuple):
    """When `attribute` has `value` (on `element`, or anywhere), `needed` must be there and not be empty."""

    rule: str
    attribute: str
    value: str
    needed: str
    element: str = ""


COMPANIONS = (
    Companion("CO-aggregationType", "aggregationType", "own_aggregation_definition", "otherAggregationType"),
    Companion("CO-dateType", "dateType", "other", "otherDateType"),
    Companion("CO-directionDefinition", "directionDefinition", "other", "otherDirectionDefinition"),
    Companion("CO-addressType", "addressType", "other", "otherAddressLineType"),
    Companion("CO-addressType", "adressType", "other", "otherAddressLineType"),
    Companion("CO-contactType", "contactType", "other", "otherContactLineType"),
    Companion("CO-agentType", "agentType", "other", "otherAgentType"),
    Companion("CO-disposalDate", "dateType", "other_date", "otherDisposalDateType", "disposalDate"),
    Companion("CO-restrictionType", "restrictionType", "other_type", "otherRestrictionType"),
    Companion("CO-relationType", "relationType", "own_relation_definition", "otherRelationType"),
    Companion(
        "CO-classificationSchemaStatus", "classificationSchemaStatus", "other", "otherClassificationSchemaStatus"
    ),
)
_BY_ATTRIBUTE: dict[str, list[Companion]] = {}
for _each in COMPANIONS:
    _BY_ATTRIBUTE.setdefault(_each.attribute, []).append(_each)


class CitsErms(Walker):
    def __init__(self, shape: Shape, attachments: Attachments) -> None:
        super().__init__(shape, CITS)
        self.attachments = attachments
        self.cases = self.documents = 0
        self._identifiers: set[int] = set()
        self._schemas: set[str] = set()
        self._schemas_used: list[tuple[str, Place]] = []
        self._address_lines: list[int] = []
        self._inside: list[list[str]] = []

    def begins(self, name: str, element: Any) -> None:
        for attribute in element.attrib:
            for companion in _BY_ATTRIBUTE.get(attribute, ()):
                self._companion(companion, name, element)
        if name in ("aggregation", "record"):
            self._unit(name, element)
        elif name == "addressContactInformation":
            self._address_lines.append(0)
        elif name in ("addressLine", "contactLine") and self._address_lines:
            self._address_lines[-1] += 1
        elif name == "classificationSchema" and (identifier := element.get("classificationSchemaId")):
            self._schemas.add(identifier)
        elif name == "appendix" and (element.get("path") or "").strip():
            attachment = Attachment(element.get("path") or "", element.get("name"), line=element.sourceline)
            for subject, reason, found, expected in self.attachments.check(attachment):
                self.tell(f"BILAGA-{subject}", reason, found, expected)
        if used := element.get("classificationSchemaUsed"):
            self._schemas_used.append((used, self.place()))

    def ends(self, name: str, text: str) -> None:
        if name in ("aggregation", "record") and self._inside:
            self._inside.pop()
        elif name == "addressContactInformation":
            if not self._address_lines.pop():
                self.tell("CO-addressContactInformation", "missing", None, "<addressLine>")
        elif name == "title" and text and holds_identity_number(text):
            self.tell("PERSONNUMMER", "title")
        elif name == "erms":
            for used, place in self._schemas_used:
                if used not in self._schemas:
                    expected = ", ".join(sorted(self._schemas)) or None
                    self.tell("IDREF", "missing", used, expected, place)

    def _companion(self, companion: Companion, name: str, element: Any) -> None:
        if element.get(companion.attribute) != companion.value or companion.element not in ("", name):
            return
        if not (element.get(companion.needed) or "").strip():
            found = f'{companion.attribute}="{companion.value}"'
            self.tell(companion.rule, "missing", found, companion.needed)

    def _unit(self, name: str, element: Any) -> None:
        if name == "record":
            self.documents += 1
        else:
            self.cases += 1
        if self._inside:
            siblings = self._inside[-1]
            if siblings and siblings[0] != name:
                self.tell("BLANDAT", "mixed", name, siblings[0])
            siblings[:] = [name]
        self._inside.append([])
        identifier = element.get("systemIdentifier")
        if identifier:
            if hash((name, identifier)) in self._identifiers:
                self.tell("DUBBLETT", "twice", identifier, None)
            self._identifiers.add(hash((name, identifier)))
