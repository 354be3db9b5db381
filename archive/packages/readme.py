"""The words that go into packages for whoever opens one without this program, today or in a hundred years."""

from collections.abc import Callable
from datetime import datetime

from archive.packages.description import ENGINE, PackageDescription
from archive.packages.xmlwriter import XMLWriter

_SCHEMAS = {
    "http://www.loc.gov/METS/": "https://www.loc.gov/standards/mets/mets.xsd",
    "http://www.w3.org/1999/xlink": "https://www.loc.gov/standards/xlink/xlink.xsd",
    "http://www.loc.gov/premis/v3": "https://www.loc.gov/standards/premis/premis.xsd",
    "https://DILCIS.eu/XML/METS/CSIPExtensionMETS": "https://earkcsip.dilcis.eu/schema/DILCISExtensionMETS.xsd",
    "https://DILCIS.eu/XML/METS/SIPExtensionMETS": "https://earksip.dilcis.eu/schema/DILCISExtensionSIPMETS.xsd",
    "https://DILCIS.eu/XML/ERMS": "https://citserms.dilcis.eu/schema/ERMS.xsd",
}


def schema_catalog(sink: Callable[[bytes], object]) -> None:
    """Which schemas the package's metadata follows and where they are published, as an OASIS XML catalogue."""
    xml = XMLWriter(sink)
    with xml.inside("catalog", {"xmlns": "urn:oasis:names:tc:entity:xmlns:xml:catalog"}):
        for namespace, address in _SCHEMAS.items():
            xml.element("uri", None, {"name": namespace, "uri": address})
    xml.close()


def _facts(about: PackageDescription, created: datetime) -> str:
    lines = [
        ("Paketets identitet (OBJID)", about.objid),
        ("Innehåll", about.label),
        ("Arkivbildare", f"{about.creator.name} ({about.creator.code})"),
        ("Levererande organisation", f"{about.submitter.name} ({about.submitter.code})"),
        ("Kommunkod", about.municipality_code),
        ("Referenskod", about.reference),
        ("Leveransöverenskommelse", str(about.agreement)),
        ("Verksamhetssystem", f"{about.system.name}, version {about.system.version}"),
        ("Bevarande arkiv", f"{about.archive.name} ({about.archive.code})" if about.archive else None),
        ("Tidsomfång", f"{about.starts_on} – {about.ends_on}" if about.starts_on and about.ends_on else None),
        ("Skapat", created.isoformat(timespec="seconds")),
    ]
    return "".join(f"{name}: {value}\n" for name, value in lines if value)


def delivery(about: PackageDescription, created: datetime) -> str:
    return (
        "LEVERANSBESKRIVNING\n\n"
        + _facts(about, created)
        + "\nFilerna ligger under representations/. METS.xml räknar upp dem med storlek och kontrollsumma.\n"
        + (
            "Leveransen innehåller uppgifter som kan omfattas av sekretess.\n"
            if about.secrecy
            else "Inga sekretessuppgifter är angivna för leveransen som helhet.\n"
        )
    )


def archival_package(about: PackageDescription, created: datetime, came_in: str | None) -> str:
    return f"""ARKIVPAKET

Det här är ett arkivpaket (AIP). Det innehåller handlingar som en myndighet har lämnat för att bevaras,
och allt som behövs för att förstå dem utan det program som skapade paketet.

{_facts(about, created)}
SÅ LÄSER DU PAKETET
1. Paketet är en okomprimerad tar-fil. Packa upp den med vilket program som helst som kan tar.
2. Handlingarna ligger i representations/submission/data/ precis som de levererades, byte för byte{
        f" i filen {came_in}" if came_in else ""
    }.
3. METS.xml säger vems handlingarna är och hänvisar till representations/submission/METS.xml,
   som räknar upp varje fil med storlek och kontrollsumma (SHA-256).
4. metadata/preservation/premis.xml berättar vad som har hänt med paketet: när det togs emot,
   kontrollerades och lagrades, och vem som beslutade.
5. representations/submission/metadata/preservation/premis.xml ger varje fil en identitet och ett format.

SÅ KONTROLLERAR DU ATT INGET HAR ÄNDRATS
Räkna SHA-256 på varje fil och jämför med CHECKSUM i METS-filerna.

METS och PREMIS är öppna standarder från Library of Congress; paketets uppbyggnad följer E-ARK CSIP
och E-ARK AIP från DILCIS Board. schemas/catalog.xml säger var deras scheman är publicerade.
Paketet skapades av {ENGINE}.
"""
