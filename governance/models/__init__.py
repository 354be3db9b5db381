from governance.models.members import Consortium, Membership, Municipality, Population

__all__ = ["Consortium", "Membership", "Municipality", "Population"]
