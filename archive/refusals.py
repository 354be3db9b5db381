"""Why a package cannot be brought in right now: one class per fact, each with the sentence a person reads."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.models import SIP
from consortium import formats


class Refused(Exception):
    sentence: ClassVar[str | Promise]

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts = facts

    def __str__(self) -> str:
        return str(self.sentence) % self.facts


class Empty(Refused):
    sentence = _("Filen är tom (0 byte). Kontrollera att exporten blev klar och välj filen igen.")


class TooLarge(Refused):
    sentence = _("Filen är %(size)s, men en leverans får vara högst %(limit)s. Dela upp leveransen i flera paket.")


class TooLargeForForm(Refused):
    sentence = _(
        "Filen är %(size)s. Utan JavaScript går det att skicka högst %(limit)s. "
        "Slå på JavaScript i webbläsaren och ladda upp filen igen."
    )


class TooManyAtOnce(Refused):
    sentence = _("E-arkivet tar emot så många filer det hinner med just nu. Uppladdningen väntar på sin tur.")


class TooManyOpen(Refused):
    sentence = _("Du har redan %(count)d påbörjade uppladdningar. Slutför eller avbryt någon av dem och försök igen.")


class AgreementHinders(Refused):
    """The sentence is the agreement's own: unsigned, run out or not yet in force."""

    sentence: ClassVar[str | Promise] = "%(sentence)s"


class WaitsForAgreement(AgreementHinders):
    """The agreement ran out while the package was on its way: the bytes are kept for the next version."""

    sentence = _(
        "%(sentence)s Paketet är mottaget i sin helhet och sparas till %(until)s. Det lämnas in av sig självt när en "
        "ny version är undertecknad av båda parter; du behöver inte ladda upp det igen."
    )


class AlreadyReceived(Refused):
    sentence = _("Paketet är redan mottaget. %(who)s lämnade in det %(when)s och det har nummer %(number)s.")

    def __init__(self, earlier: SIP) -> None:
        self.earlier = earlier
        super().__init__(who=str(earlier.received_by), when=formats.moment(earlier.received_at), number=earlier.number)


class NoSpace(Refused):
    sentence = _(
        "Det finns inte plats för filen hos e-arkivet just nu. Det som redan är mottaget finns kvar. "
        "Kontakta e-arkivets drift och fortsätt uppladdningen när det finns plats."
    )


class QuotaReached(Refused):
    """The municipality's own limit, not the disk's: somebody decided it, and somebody can raise it."""

    sentence = _(
        "%(place)s har använt %(used)s av sitt utrymme på %(limit)s, och leveransen behöver %(size)s. "
        "Ta bort utkast eller avbryt uppladdningar som inte behövs. Konsortieadministratören i %(where)s kan höja "
        "gränsen. Det som redan är mottaget finns kvar."
    )


class Busy(Refused):
    sentence = _(
        "Filen tas redan emot från en annan flik eller en tidigare anslutning. "
        "Vänta en halv minut eller stäng den andra fliken och fortsätt sedan."
    )


class WrongOffset(Refused):
    """`offset` is where the upload really stands."""

    sentence = _("E-arkivet har tagit emot %(offset)d byte av filen. Fortsätt därifrån.")


class BeyondEnd(Refused):
    sentence = _("Det kom fler byte än filens angivna storlek, %(size)d byte. Börja om med rätt fil.")


class PartDiffers(Refused):
    sentence = _("Delen skadades på vägen: kontrollsumman stämmer inte. Skicka samma del en gång till.")


class OtherContent(Refused):
    sentence = _(
        "Innehållet är inte den fil som uppladdningen började med: kontrollsumman stämmer inte. "
        "Välj rätt fil och fortsätt, eller avbryt uppladdningen och börja om."
    )


class Cut(Refused):
    sentence = _("Anslutningen bröts. E-arkivet har tagit emot %(offset)d byte. Fortsätt därifrån.")


class Stalled(Refused):
    sentence = _("Det kom inga nya byte på %(seconds)d sekunder. Kontrollera nätet och fortsätt uppladdningen.")


class Gone(Refused):
    sentence = _("Uppladdningen är avbruten eller för gammal. Välj filen igen och börja om.")


class BadPath(Refused):
    sentence = _("Filens namn eller mapp går inte att använda: %(path)s. Byt namn på den och försök igen.")


class PathTaken(Refused):
    sentence = _("Utkastet har redan en fil som heter %(path)s. Ta bort den först, eller byt namn på den nya.")


class DraftFull(Refused):
    sentence = _("Ett utkast får ha högst %(most)s filer. Dela upp leveransen i flera utkast.")


class DraftIsClosed(Refused):
    sentence = _("Leveransen är redan på väg eller inlämnad och kan inte ändras.")


class NotAllowed(Refused):
    sentence = _("Du får inte längre lämna in paket för %(place)s. Be kommunens arkivarie om hjälp.")
