"""Small packages for tests, made by the engine's own writer: believable cases of an invented committee."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from archive.packages import build
from archive.packages.erms import (
    Attachment,
    Case,
    Dates,
    Disposal,
    Document,
    Party,
    Restriction,
    RestrictionKind,
)

CREATED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
AGREEMENT = build.Agreement("KS 2025/0117", date(2025, 11, 4))
FALUN_CODE = "ORG:2120002221"


def description(
    objid: str = "uuid-0f2a7c1e-3b54-4c8e-9d3f-0a1b2c3d4e5f", **changes: object
) -> build.PackageDescription:
    values: dict[str, object] = {
        "objid": objid,
        "label": "Miljöärenden 2014–2016",
        "creator": build.Organisation("Miljö- och byggnadsnämnden", FALUN_CODE),
        "submitter": build.Organisation("Falu kommun", FALUN_CODE),
        "agreement": AGREEMENT,
        "system": build.System("Ecos", "2.5", "Ärendehanteringssystem"),
        "municipality_code": "2080",
        "archive": build.Organisation("E-arkivcentrum Dalarna", "ORG:2120002247"),
        "contact": "Arkivarie, Falun",
        "starts_on": date(2014, 1, 1),
        "ends_on": date(2016, 12, 31),
        "personal_data": True,
    }
    return build.PackageDescription(**(values | changes))  # type: ignore[arg-type]


def pdf(words: str) -> bytes:
    """A real one-page PDF 1.4 that says something."""
    text = words.encode("cp1252", "replace").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    content = b"BT /F1 12 Tf 72 760 Td (" + text + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % len(out)


def files() -> list[build.SourceFile]:
    return [
        build.SourceFile("2014/Ansökan om avlopp.pdf", pdf("Ansökan om enskilt avlopp, Viared 5:12")),
        build.SourceFile("2014/beslut.pdf", pdf("Beslut om föreläggande")),
        build.SourceFile("2015/remiss/yttrande.txt", b"Inget att erinra.\n"),
        build.SourceFile("2015/notering ö.txt", b"Noterat.\n"),
    ]


def cases() -> list[Case]:
    application = Document(
        reference="MBN 2014-000123:1",
        title="Ansökan om enskilt avlopp",
        kind="Ansökan",
        number=1,
        status="Inkommen",
        dates=Dates(created="2014-05-10", received="2014-05-09"),
        files=(Attachment("2014/Ansökan om avlopp.pdf"),),
        parties=(Party("avsändare", "Sökande", protected_identity=True),),
    )
    decision = Document(
        reference="MBN 2014-000123:2",
        title="Beslut om föreläggande",
        kind="Beslut",
        number=2,
        status="Upprättad",
        dates=Dates(created="2015-01-15", prepared="2015-01-15"),
        files=(Attachment("2014/beslut.pdf", name="Beslut"),),
    )
    supervision = Case(
        reference="MBN 2014-000123",
        title="Tillsyn av enskilt avlopp, Viared 5:12",
        kind="Tillsyn",
        status="Stängt",
        classification="4.2 Miljötillsyn",
        property_designation="Viared 5:12",
        dates=Dates(created="2014-05-10", received="2014-05-09", decided="2015-01-15", closed="2016-03-01"),
        documents=(application, decision),
        parties=(Party("handläggare", "Miljöinspektör", "Falu kommun", "Miljöenheten"),),
        disposal=Disposal(disposable=False),
        system_id="8f14e45f-ceea-467f-a9d0-0a1b2c3d4e5f",
    )
    secret = Case(
        reference="MBN 2015-000007",
        title="Remiss om skyddsobjekt",
        kind="Remiss",
        status="Ad Acta.",
        description="Yttrande till länsstyrelsen.",
        dates=Dates(created="2015"),
        restrictions=(
            Restriction(RestrictionKind.SECRECY, "OSL 18 kap. 13 §", "Försvårar försvarets planläggning", "2055-01-01"),
        ),
        documents=(
            Document(
                reference="MBN 2015-000007:1",
                title="Yttrande",
                dates=Dates(created="2015-02"),
                files=(Attachment("2015/remiss/yttrande.txt"), Attachment("2015/notering ö.txt")),
            ),
        ),
    )
    return [supervision, secret]


def fgs(target: Path, container: build.ContainerKind = "tar", **changes: object) -> build.Built:
    return build.sip(
        target,
        profile="fgs-1.2",
        files=files(),
        description=description(**changes),  # type: ignore[arg-type]
        cases=cases(),
        created=CREATED,
        container=container,
    )


def eark(target: Path, container: build.ContainerKind = "tar", **changes: object) -> build.Built:
    return build.sip(
        target,
        profile="e-ark-sip-2.1.0",
        files=files(),
        description=description(**changes),  # type: ignore[arg-type]
        cases=cases(),
        created=CREATED,
        container=container,
    )


def many(count: int, size: int = 1000) -> Iterator[build.SourceFile]:
    """`count` files of `size` bytes, each its own, made when they are read."""
    for number in range(count):
        yield build.SourceFile(f"{number // 1000:03}/fil-{number:06}.txt", b"%010d\n" % number * (size // 11))


def many_cases(count: int) -> Iterator[Case]:
    """A case with one document for each of the `many` files."""
    for number in range(count):
        file = Attachment(f"{number // 1000:03}/fil-{number:06}.txt")
        document = Document(f"KS {number}:1", f"Handling {number}", dates=Dates(created="2020-01-02"), files=(file,))
        yield Case(f"KS 2020-{number:06}", f"Ärende nummer {number}", documents=(document,))
