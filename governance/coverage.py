"""Täckning: which of the consortium's municipalities have a seat in a body, and which are missing."""

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from consortium.swedish import swedish_key
from governance import membership
from governance.models import Body, Municipality, Seat


@dataclass(frozen=True)
class Coverage:
    firm: list[Municipality]
    tentative: list[Municipality]  # only a seat that is not settled yet
    vacant: list[Municipality]  # only a seat that nobody fills
    missing: list[Municipality]  # no seat at all
    parties: list[str]
    total: int
    seats: int
    by_organisation: dict[str, int]

    @property
    def represented(self) -> int:
        return len(self.firm) + len(self.tentative)

    @property
    def is_whole(self) -> bool:
        return self.represented == self.total

    @property
    def share(self) -> float:
        return self.represented / self.total if self.total else 0.0

    def sentence(self) -> str:
        """11 av 14 kommuner är representerade. Preliminärt: Uddevalla. Saknas: Bengtsfors, Dals-Ed, Tanum."""
        said = [
            _("%(represented)s av %(total)s kommuner är representerade.")
            % {"represented": self.represented, "total": self.total}
        ]
        for words, municipalities in (
            (_("Preliminärt: %s."), self.tentative),
            (_("Vakant plats: %s."), self.vacant),
            (_("Saknas: %s."), self.missing),
        ):
            if municipalities:
                said.append(words % ", ".join(each.name for each in municipalities))
        return " ".join(said)


def coverage(body: Body, on: datetime.date | None = None) -> Coverage:
    """Of members and those on their way in, on that day. Substitutes and co-opted staff represent nobody."""
    seats = list(body.seats.in_force(on).ordinary().select_related("municipality", "party"))
    asked = membership.involved(body.consortium, on)
    held = {status: {seat.municipality_id for seat in seats if seat.status == status} for status in Seat.Status.values}
    rest: Any = {code.pk: code for code in asked}

    def take(codes: set[str | None]) -> list[Municipality]:
        return [rest.pop(each.pk) for each in asked if each.pk in codes and each.pk in rest]

    firm, tentative, vacant = take(held["firm"]), take(held["tentative"]), take(held["vacant"])
    filled = [seat for seat in seats if seat.status != Seat.Status.VACANT]
    return Coverage(
        firm=firm,
        tentative=tentative,
        vacant=vacant,
        missing=[each for each in asked if each.pk in rest],
        parties=sorted({str(seat.party) for seat in filled if seat.party}, key=swedish_key),
        total=len(asked),
        seats=len(filled),
        by_organisation=dict(Counter(seat.organisation for seat in filled)),
    )
