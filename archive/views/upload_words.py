"""What the upload script says, in the reader's language. Words in braces are filled in by the script."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    return {
        "waiting": _("Väntar på sin tur"),
        "reading": _("Läser filen och räknar fram kontrollsumman"),
        "asking": _("Frågar e-arkivet hur mycket som redan är mottaget"),
        "sending": _("Skickar"),
        "finishing": _("Allt är skickat. E-arkivet kontrollerar och tar emot paketet"),
        "paused": _("Pausad"),
        "offline": _("Nätet är borta. Uppladdningen fortsätter av sig själv när det är tillbaka"),
        "retrying": _("Anslutningen bröts. Nytt försök om {seconds} sekunder"),
        "done": _("Mottaget"),
        "refused": _("Stoppad"),
        "cancelled": _("Avbruten"),
        "detail": _("{done} av {all}, {rate}, {left} kvar"),
        "detail_still": _("{done} av {all}"),
        "said": _("{name}: {percent} procent skickat"),
        "received": _("Paketet är mottaget och har nummer {number}."),
        "follow": _("Följ kontrollen av {number}"),
        "open_earlier": _("Öppna {number}"),
        "same": _("Kontrollsumman stämmer med filen på din dator."),
        "differs": _(
            "Kontrollsumman stämmer inte med filen på din dator. Be arkivarien lämna tillbaka leveransen "
            "och ladda upp filen igen."
        ),
        "comparing": _("Kontrollsumman jämförs med filen på din dator."),
        "choose_agreement": _("Välj först vilken överenskommelse leveransen gäller."),
        "empty": _("Filen är tom (0 byte). Kontrollera att exporten blev klar och välj filen igen."),
        "folder": _("En mapp går inte att lämna in som den är. Packa den till en zip- eller tar-fil och välj den."),
        "changed": _("Filen har ändrats eller flyttats på din dator medan den lästes. Välj den igen."),
        "already_here": _("Filen är redan med i listan."),
        "resumed": _("Fortsätter där den slutade: {done} av {all} var redan mottaget."),
        "confirm_cancel": _("Avbryta uppladdningen av {name}? Det som är skickat tas bort."),
        "network": _("E-arkivet svarar inte. Kontrollera nätet och försök igen."),
        "signed_out": _("Du är utloggad. Logga in i en ny flik och välj sedan Fortsätt."),
        "log_in": _("Logga in i en ny flik"),
        "unknown": _("E-arkivet svarade inte som väntat (fel {status}). Försök igen om en stund."),
        "second": _("{n} s"),
        "minute": _("{n} min"),
        "hour": _("{n} tim"),
        "calculating": _("beräknas"),
    }
