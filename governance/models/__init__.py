from governance.models.bodies import Body, Seat
from governance.models.members import Benefit, Consortium, Membership, Municipality
from governance.models.parties import Party
from governance.models.populations import Population

__all__ = ["Benefit", "Body", "Consortium", "Membership", "Municipality", "Party", "Population", "Seat"]
