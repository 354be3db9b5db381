"""E-arkiv i Sjuhärad as its board knew it in January 2022: seven want in, one does not, one decision is left."""

import datetime

from consortium.models import User
from governance import membership
from governance.membership import Step
from governance.models import Consortium, Membership, Municipality

TOLD_ON = datetime.date(2022, 1, 20)
NAMES = {
    **{"1443": "Bollebygd", "1490": "Borås", "1466": "Herrljunga", "1463": "Mark"},
    **{"1465": "Svenljunga", "1452": "Tranemo", "1491": "Ulricehamn", "1442": "Vårgårda"},
}
LAST_TO_DECIDE = "1442"


def make(by: User) -> Consortium:
    consortium = Consortium.objects.create(
        name="E-arkiv i Sjuhärad",
        slug="sjuharad",
        stage=Consortium.Stage.PROJECT,
        legal_form=Consortium.LegalForm.PROJECT,
    )
    for code, name in NAMES.items():
        municipality = Municipality.objects.create(
            code=code, name=name, official_name=f"{name} kommun", county="X", existing_solution=name == "Borås"
        )
        status = Membership.Status.NO_INTENT if name == "Bollebygd" else Membership.Status.INTENT
        planned = datetime.date(2022, 2, 1) if code == LAST_TO_DECIDE else None
        membership.take_step(consortium, municipality, Step(status, TOLD_ON, planned_on=planned), seen=None, by=by)
    return consortium
