"""FGS Ärendehantering 1.0: every element, value list and cross reference of case metadata.

The order and number of elements stand in the shape; here is what Riksarkivet's text says beyond its schema, and whether
what the cases name is really in the package.
"""

from typing import Any

from archive.packages.attachments import Attachments
from archive.packages.erms import FGS_BEFORE_RELEASE, Attachment
from archive.packages.identity_numbers import holds_identity_number
from archive.packages.shape import Shape, Walker

PREFIX = "FGSA-"
_OPEN_TITLES = ("Arendemening", "Rubrik")
_OTHER = {"Annan typ", "Egen relationsdefinition"}
_STARTS, _ENDS = ("Skapad", "Inkommen", "Upprattad"), ("Avslutat", "Arkiverat")


class Arendehantering(Walker):
    def __init__(self, shape: Shape, namespace: str, attachments: Attachments) -> None:
        super().__init__(shape, namespace)
        self.attachments = attachments
        self.cases = self.documents = 0
        self._namespace = namespace
        self._prefix_length = len(namespace) + 2
        self._case_ids: set[int] = set()
        self._document_ids: set[str] = set()
        self._unit: dict[str, str] = {}
        self._case: dict[str, str] = {}
        self._in_document = False

    def begins(self, name: str, element: Any) -> None:
        if name == "Leveransobjekt" and self._namespace == FGS_BEFORE_RELEASE:
            self.tell("NAMNRYMD", "old", self._namespace, self.shape.namespaces[0])
        elif name == "ArkivobjektArende":
            self.cases += 1
            self._case, self._document_ids = {}, set()
        elif name == "ArkivobjektHandling":
            self.documents += 1
            self._unit, self._in_document = {}, True
        elif name == "Bilaga":
            self._attachment(element)
        elif name in ("Restriktion", "ArendeRelation", "HandlingRelation"):
            self._other_type(element)

    def ends(self, name: str, text: str) -> None:
        if name == "ArkivobjektHandling":
            self._in_document = False
            self._document_ended()
        elif name == "ArkivobjektArende":
            self._dates(self._case)
        elif name == "ArkivobjektID":
            self._identity(text)
        elif name in _OPEN_TITLES and text and holds_identity_number(text):
            self.tell("PERSONNUMMER", "title")
        if name in ("Rubrik", "Beskrivning", *_STARTS, *_ENDS) and text:
            (self._unit if self._in_document else self._case)[name] = text

    def _document_ended(self) -> None:
        if "Rubrik" not in self._unit and "Beskrivning" not in self._unit:
            self.tell("RUBRIK", "missing", None, "<Rubrik>")
        self._dates(self._unit)

    def _identity(self, text: str) -> None:
        """A case's reference once in the delivery, a document's once in its case."""
        if not text:
            return
        if self._in_document:
            known = text in self._document_ids
            if self.cases:
                self._document_ids.add(text)
        else:
            known = hash(text) in self._case_ids
            self._case_ids.add(hash(text))
        if known:
            self.tell("DUBBLETT", "twice", text, None)

    def _dates(self, unit: dict[str, str]) -> None:
        started = min((unit[name][:10] for name in _STARTS if name in unit), default="")
        for name in _ENDS:
            ended = unit.get(name, "")[:10]
            if ended and started and ended < started[: len(ended)]:
                self.tell("DATUMORDNING", "before", f"{name} {ended}", f"≥ {started}")

    def _other_type(self, element: Any) -> None:
        if element.get("Typ") in _OTHER and not (element.get("AnnanTyp") or "").strip():
            self.tell("ANNANTYP", "missing", f'Typ="{element.get("Typ")}"', "AnnanTyp")

    def _attachment(self, element: Any) -> None:
        attachment = Attachment(
            link=element.get("Lank") or "",
            name=element.get("Namn"),
            size=element.get("Storlek"),
            digest=element.get("Checksumma"),
            algorithm=element.get("ChecksummaMetod"),
            line=element.sourceline,
        )
        if attachment.link.strip():
            for subject, reason, found, expected in self.attachments.check(attachment):
                self.tell(f"BILAGA-{subject}", reason, found, expected)
