"""What the refusals about costs say on screen: what is wrong, where, and what to do."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consortium.formats import day, money, number
from consortium.swedish import swedish_key
from governance import allocation, budget_text, costs, settlement
from governance.models import Budget, Municipality

Refusal = costs.BudgetRefused | allocation.CannotShare
REFUSALS = (costs.BudgetRefused, allocation.CannotShare)
STATUS_KINDS = {
    Budget.Status.DRAFT: "neutral",
    Budget.Status.PROPOSAL: "waiting",
    Budget.Status.DECIDED: "good",
}


def status_tag(budget: Budget) -> dict[str, str]:
    return {"kind": STATUS_KINDS[Budget.Status(budget.status)], "label": budget.get_status_display()}


def sentence(refusal: Refusal) -> str:
    """Exactly one for each kind; a kind without words is a fault of ours and fails loudly."""
    return WORDS[type(refusal)](refusal)


def _names(codes: list[str]) -> str:
    found = Municipality.objects.filter(code__in=codes).values_list("name", flat=True)
    return ", ".join(sorted(found, key=swedish_key)) or ", ".join(codes)


def _without_population(refusal: Any) -> str:
    said = ngettext(
        "%(names)s saknar folkmängd för den valda dagen.",
        "Dessa kommuner saknar folkmängd för den valda dagen: %(names)s.",
        len(refusal.codes),
    ) % {"names": _names(refusal.codes)}
    return f"{said} {_('Välj en annan dag, eller läs in folkmängden för den dagen. Datum blandas inte.')}"


def _mixed_dates(refusal: Any) -> str:
    return _("%(names)s har folkmängd för en annan dag än %(day)s. Alla ska räknas med samma dag.") % {
        "names": _names(refusal.codes),
        "day": day(refusal.figure),
    }


def _sum_differs(refusal: Any) -> str:
    told = {"printed": money(refusal.printed), "computed": money(refusal.computed), "label": refusal.label}
    if refusal.label:
        return (
            _("Raden ”%(label)s” säger %(printed)s, men posterna blir %(computed)s. Rätta raden eller posterna.") % told
        )
    return _("Summan enligt underlaget är %(printed)s, men posterna blir %(computed)s. Rätta den som är fel.") % told


def _absurd(refusal: Any) -> str:
    figure: Any = refusal.figure if isinstance(refusal, allocation.CannotShare) else refusal.args[0]
    return _("%(figure)s är inget rimligt tal här. Skriv hela kronor från 0 till 100 miljarder.") % {
        "figure": number(figure)
    }


def _not_in_this_state(refusal: Any) -> str:
    if refusal.args and refusal.args[0] == Budget.Status.DECIDED:
        return _("Det som är fastställt ändras inte. Gör en ny version i stället; den här finns kvar.")
    return _("Det går inte i det läge som budgeten har nu. Ladda om sidan och se vad som har hänt.")


def plain(text: Callable[[], str]) -> Callable[[Any], str]:
    return lambda _refusal: text()


WORDS: dict[type[Exception], Callable[[Any], str]] = {
    allocation.NobodyPays: plain(
        lambda: _(
            "Det finns inga kommuner att fördela på. Välj en dag då samarbetet har medlemmar, eller välj kommuner."
        )
    ),
    allocation.AbsurdFigure: _absurd,
    allocation.WrongParts: lambda refusal: (
        _("Nyckelns delar blir tillsammans %(sum)s procent. De ska bli 100.") % {"sum": refusal.figure}
    ),
    allocation.WithoutPopulation: _without_population,
    allocation.WithoutDate: _without_population,
    allocation.MixedDates: _mixed_dates,
    allocation.NothingUsed: plain(
        lambda: _("Ingen av kommunerna har något nyttjande i den enheten. Välj en annan enhet eller nyckel.")
    ),
    allocation.FixedPartTooLarge: lambda refusal: (
        _("De fasta beloppen blir tillsammans %(sum)s, mer än hela summan. Sänk det fasta beloppet.")
        % {"sum": money(allocation.half_up(refusal.figure))}
    ),
    allocation.HostPaysNothing: plain(
        lambda: _("Värdkommunen är inte med och delar, så den kan inte ta differensen. Välj en annan avrundning.")
    ),
    costs.NotInThisState: _not_in_this_state,
    costs.Replaced: lambda refusal: (
        _("Budgeten är ersatt av version %(edition)s. Följ upp och fakturera i den versionen.")
        % {"edition": refusal.args[0]}
    ),
    costs.ChangedMeanwhile: plain(
        lambda: _("Någon annan har sparat medan du skrev. Det du skrev står kvar här; jämför med det sparade nedan.")
    ),
    costs.YearIsTaken: lambda refusal: (
        _("Det finns redan ett utkast eller förslag för %(year)s. Arbeta vidare i det.") % {"year": refusal.args[0]}
    ),
    costs.AbsurdAmount: _absurd,
    costs.PrintedSumDiffers: _sum_differs,
    costs.NothingToDecide: plain(
        lambda: _(
            "Budgeten saknar poster eller fördelning. Skriv posterna och fördela dem, och lägg sedan fram förslaget."
        )
    ),
    costs.NoParagraph: plain(
        lambda: _("Ett beslut har ett organ, en dag och en paragraf. Välj beslutet i protokollet eller skriv alla tre.")
    ),
    costs.ParagraphNotAdjusted: lambda refusal: (
        _("%(decision)s är inte justerad än. Låt justera paragrafen och registrera beslutet sedan.")
        % {"decision": refusal.args[0]}
    ),
    costs.OwnProposal: plain(
        lambda: _("Du lade själv fram förslaget. Be en kollega, ordföranden eller sekreteraren registrera beslutet.")
    ),
    settlement.OutsideTheYear: lambda refusal: (
        _("%(day)s ligger inte i budgetens år. Skriv en dag under året.") % {"day": day(refusal.args[0])}
    ),
    budget_text.NotInKronor: lambda refusal: (
        _(
            "”%(row)s” säger att beloppen inte står i hela kronor. Ta bort raden och skriv tkr eller mnkr efter varje "
            "belopp, eller räkna om dem till kronor."
        )
        % {"row": refusal.args[0]}
    ),
    budget_text.NotALine: lambda refusal: (
        _(
            "Raden ”%(row)s” går inte att läsa som en post med ett belopp i hela kronor. Skriv tabb eller kolon före "
            "beloppet, och inga ören."
        )
        % {"row": refusal.args[0]}
    ),
}
