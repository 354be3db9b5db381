"""E-arkivcentrum Dalarna: fifteen municipalities and the host, with official names typed in and dated populations."""

import datetime

from governance.models import Consortium, Membership, Municipality, Population

COUNTY = "Dalarnas län"
POPULATION_ON = datetime.date(2023, 12, 31)
FOUNDED_ON = datetime.date(2019, 1, 1)
HOST = "2082"

# code, name, official name, population on POPULATION_ON (SCB)
MUNICIPALITIES = [
    ("2021", "Vansbro", "Vansbro kommun", 6_728),
    ("2023", "Malung-Sälen", "Malung-Sälens kommun", 10_260),
    ("2026", "Gagnef", "Gagnefs kommun", 10_430),
    ("2029", "Leksand", "Leksands kommun", 16_043),
    ("2031", "Rättvik", "Rättviks kommun", 11_042),
    ("2034", "Orsa", "Orsa kommun", 6_908),
    ("2039", "Älvdalen", "Älvdalens kommun", 6_929),
    ("2061", "Smedjebacken", "Smedjebackens kommun", 10_913),
    ("2062", "Mora", "Mora kommun", 20_536),
    ("2080", "Falun", "Falu kommun", 59_986),
    ("2081", "Borlänge", "Borlänge kommun", 51_735),
    ("2082", "Säter", "Säters kommun", 11_243),
    ("2083", "Hedemora", "Hedemora kommun", 15_345),
    ("2084", "Avesta", "Avesta kommun", 22_753),
    ("2085", "Ludvika", "Ludvika kommun", 26_402),
]


def load() -> Consortium:
    for code, name, official_name, count in MUNICIPALITIES:
        municipality = Municipality.objects.create(code=code, name=name, official_name=official_name, county=COUNTY)
        Population.objects.create(municipality=municipality, on=POPULATION_ON, count=count, source="SCB")
    consortium = Consortium.objects.create(
        name="E-arkivcentrum Dalarna",
        slug="dalarna",
        stage=Consortium.Stage.EXTENSION,
        legal_form=Consortium.LegalForm.AGREEMENT,
        host_id=HOST,
    )
    for code, *_ in MUNICIPALITIES:
        Membership.objects.create(
            consortium=consortium,
            municipality_id=code,
            status=Membership.Status.ACTIVE,
            effective_on=FOUNDED_ON,
            precision="year",
            comment="Exempel",
        )
    return consortium
