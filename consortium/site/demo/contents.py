"""Invented records in the tone of the real ones: minutes by §, building permits, meetings, finished cases."""

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass

from archive.packages.build import SourceFile
from archive.packages.erms import Attachment, Case, Dates, Document, Restriction, RestrictionKind
from archive.sample_files import page

VILLAGES = ["Exempelby", "Norra Exempelby", "Kyrkexempel", "Exempelbo", "Sörexempel"]
PERMITS = [
    ("Bygglov för tillbyggnad av enbostadshus", "Ritningar och situationsplan till tillbyggnaden."),
    ("Bygglov för garage och uthus", "Bygglovshandlingar med fasadritning och planritning."),
    ("Rivningslov för ladugård", "Ansökan, fotografier och beslut."),
    ("Bygglov för skylt vid torget", "Skyltens mått, färg och belysning."),
    ("Marklov för schaktning", "Situationsplan med nya nivåer."),
    ("Bygglov för förskola", "Bygglovsritning, brandskyddsbeskrivning och tillgänglighetsutlåtande."),
]
MINUTES = [
    ("Kommunens budget för nästa år", "Kommunfullmäktige fastställer budgeten och den kommunala skattesatsen."),
    ("Detaljplan för centrum", "Kommunfullmäktige antar detaljplanen för kvarteren kring torget."),
    ("Motion om cykelvägar", "Motionen besvaras med att arbetet pågår i trafikplanen."),
    ("Medborgarförslag om lekplats", "Förslaget överlämnas till tekniska nämnden."),
    ("Val av ledamöter i valnämnden", "Kommunfullmäktige förrättar val för mandatperioden."),
    ("Årsredovisning och ansvarsfrihet", "Kommunfullmäktige godkänner årsredovisningen."),
    ("Renhållningsordning", "Ny renhållningsordning antas och gäller från årsskiftet."),
    ("Samverkan om e-arkiv", "Kommunen deltar i samverkan om ett gemensamt e-arkiv."),
]
ENVIRONMENT = [
    ("Tillsyn av enskilt avlopp", "Föreläggande om åtgärd och slutbesiktning."),
    ("Livsmedelskontroll av restaurang", "Kontrollrapport utan avvikelser."),
    ("Anmälan om värmepump", "Anmälan om inrättande av bergvärmepump."),
    ("Buller från verksamhet", "Klagomål, mätning och beslut."),
]
SECRET = [
    ("Ärende inom individ- och familjeomsorg", "OSL 26 kap. 1 §"),
    ("Elevhälsans journalhandlingar", "OSL 25 kap. 1 §"),
    ("Personalärende", "OSL 39 kap. 1 §"),
]


@dataclass(frozen=True)
class Contents:
    label: str
    creator: str
    system: str
    cases: list[Case]
    files: list[SourceFile]


def permits(municipality: str, chance: random.Random) -> Contents:
    """Building permits 2015–2019 of the building committee, from ByggR."""
    cases, files = [], []
    for number in range(1, 11):
        title, about = chance.choice(PERMITS)
        place = f"{chance.choice(VILLAGES)} {chance.randint(1, 9)}:{chance.randint(1, 40)}"
        opened = datetime.date(chance.randint(2015, 2019), chance.randint(1, 12), chance.randint(1, 28))
        closed = opened + datetime.timedelta(days=chance.randint(20, 200))
        reference = f"BN {opened.year}-{number:04}"
        decision = f"{opened.year}/{reference.replace(' ', '_')}_beslut.pdf"
        drawing = f"{opened.year}/{reference.replace(' ', '_')}_ritning.pdf"
        files += [
            SourceFile(decision, page(f"Beslut: {title}", f"Fastighet: {place}", about, f"{municipality}. Exempel.")),
            SourceFile(drawing, page("Ritning", f"Fastighet: {place}", "Skala 1:100. Exempel.")),
        ]
        cases.append(
            Case(
                reference=reference,
                title=f"{title}, {place}",
                kind="Bygglov",
                status="Stängt",
                description=about,
                property_designation=place,
                dates=Dates(created=str(opened), received=str(opened), closed=str(closed)),
                documents=(
                    Document(
                        *(f"{reference}:1", "Beslut om lov"),
                        kind="Beslut",
                        dates=Dates(created=str(closed), prepared=str(closed)),
                        files=(Attachment(decision),),
                    ),
                    Document(
                        *(f"{reference}:2", "Fasadritning"),
                        kind="Ritning",
                        dates=Dates(created=str(opened), received=str(opened)),
                        files=(Attachment(drawing),),
                    ),
                ),
            )
        )
    return Contents("Bygglov 2015–2019", "Byggnadsnämnden", "byggr", cases, files)


def minutes(municipality: str, chance: random.Random) -> Contents:
    """The council's minutes, a case per meeting with its paragraphs, some secret personnel matters among them."""
    cases, files = [], []
    for year in range(2015, 2020):
        held = datetime.date(year, chance.choice([2, 4, 6, 9, 11]), chance.randint(1, 28))
        path = f"protokoll/{year}/kf-{held}.pdf"
        items = chance.sample(MINUTES, 3)
        first = chance.randint(1, 60)
        lines = [f"§ {first + at} {title}. {text}" for at, (title, text) in enumerate(items)]
        files.append(SourceFile(path, page(f"Kommunfullmäktige {held}", *lines, f"{municipality}. Exempel.")))
        documents = tuple(
            Document(
                f"KF {year} § {first + at}",
                f"§ {first + at} {title}",
                kind="Protokollsparagraf",
                description=text,
                dates=Dates(created=str(held), prepared=str(held)),
                files=(Attachment(path),) if at == 0 else (),
            )
            for at, (title, text) in enumerate(items)
        )
        cases.append(
            Case(
                reference=f"{year}/KF{first:04}",
                title=f"Kommunfullmäktiges protokoll {held}",
                kind="Protokoll",
                status="Stängt",
                description="Justerat protokoll från kommunfullmäktiges sammanträde.",
                dates=Dates(created=str(held), prepared=str(held), closed=str(held)),
                documents=documents,
            )
        )
    for number, (title, law) in enumerate(SECRET, 1):
        cases.append(_secret(number, title, law))
    return Contents("Kommunfullmäktiges protokoll 2015–2019", "Kommunfullmäktige", "ciceron", cases, files)


def _secret(number: int, title: str, law: str) -> Case:
    return Case(
        reference=f"SEKR 2016-{number:04}",
        title=title,
        kind="Ärende",
        status="Stängt",
        dates=Dates(created="2016-03-01", closed="2016-09-01"),
        restrictions=(Restriction(RestrictionKind.SECRECY, law, "Exempel", "2086-03-01"),),
    )


def environment(municipality: str, chance: random.Random) -> Contents:
    """Finished matters of the environment committee, from ECOS."""
    cases, files = [], []
    for number in range(1, 7):
        title, about = chance.choice(ENVIRONMENT)
        place = f"{chance.choice(VILLAGES)} {chance.randint(1, 9)}:{chance.randint(1, 40)}"
        opened = datetime.date(chance.randint(2012, 2018), chance.randint(1, 12), chance.randint(1, 28))
        path = f"miljo/{opened.year}/beslut {number}.pdf"
        files.append(SourceFile(path, page(f"Beslut: {title}", place, about, f"{municipality}. Exempel.")))
        cases.append(
            Case(
                reference=f"{opened.year}/MN{number:04}",
                title=f"{title}, {place}",
                kind="Miljöärende",
                status="Stängt",
                description=about,
                property_designation=place,
                dates=Dates(created=str(opened), received=str(opened), closed=str(opened)),
                documents=(
                    Document(
                        *(f"{opened.year}/MN{number:04}:1", "Beslut"),
                        kind="Beslut",
                        dates=Dates(created=str(opened), prepared=str(opened)),
                        files=(Attachment(path),),
                    ),
                ),
            )
        )
    return Contents("Miljöärenden 2012–2018", "Miljönämnden", "ecos", cases, files)


def for_municipality(code: str, name: str) -> Iterator[Contents]:
    """Two packages each, drawn by the municipality's code, so that every first start shows the same archive."""
    chance = random.Random(code)  # noqa: S311, examples need no secrecy
    yield minutes(name, chance)
    yield permits(name, chance) if int(code) % 2 else environment(name, chance)
