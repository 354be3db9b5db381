"""Old minutes become a proposal: what is there is read, what may be wrong is marked, nothing is made up."""

import datetime
import io
import json

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.sample_files import page
from governance.old_minutes import KnownMunicipality, Proposal, read
from governance.old_minutes.source import Unreadable

KNOWN = [
    KnownMunicipality("2082", "Säter", "Säters kommun"),
    KnownMunicipality("2080", "Falun", "Falu kommun"),
    KnownMunicipality("2062", "Mora", "Mora kommun"),
    KnownMunicipality("2029", "Leksand", "Leksands kommun"),
    KnownMunicipality("2034", "Orsa", "Orsa kommun"),
    KnownMunicipality("2084", "Avesta", "Avesta kommun"),
]
MEMBERS = [each.code for each in KNOWN]
MINUTES = """
Styrgruppsmöte 2021-03-18

Tid och plats: onsdagen den 18 februari, kl 9-10:45, via Teams.

Närvarande: Ada Prov (förvaltningschef, Säter kommun, ordförande), Bo Prov (kanslichef, Falu kommun), \
Cia Prov (registrator, Mora kommun) Dan Prov (enhetschef e-arkivet)

Frånvarande: Eva Prov (arkivchef, Leksands kommun), Fia Prov, kommunchef, Orsa kommun)

§1 Justerare

Bo Prov utses till justerare.

§ 2 Läget i projekten

Dnr: KS 2021/17

De projekt som pågår är:

Betygen (Falun). Allt är läst och projektet är klart.

Postadress

Box 1, 780 10 Exempelstad
Telefon: 0200-11 22 33

Webbplats

exempel.se

Elevhälsan (flera kommuner) går bra.

Kommande projekt:

Byggloven (Mora)

§3 Möten i höst

- 14/9 kl 9-10 (rapporten ska vara klar i oktober)
- 9/11, kl 9-10

Styrgruppens kommentar

Gruppen vill veta när IT ska anställa gamla system.

§4 Utbildning

Punkten utgår och tas upp nästa gång.

Sekreterare

Dan Prov

Enhetschef

Ordförande

Ada Prov

Förvaltningschef,
Sätters kommun

Justerare

Bo Prov

Kanslichef, Falu
kommun
"""
EXTRACT = """
## § 41 Plan för arkivet

Diarienummer: 2021/EX0007

### Beslut

Direktionen avslutar plan för arkivet 2018-2020

Direktionen tar informationen till dagens protokoll

### Sammanfattning

Planen har följts och målet är ett gemensamt

Justerare\t\tUtdragsbestyrkande
---------\t--\t------------------

arkiv för alla.

**Expedieras till**

Medlemskommunerna
"""
AGENDA = """
Möte för rådet

2020-05-04

Punkt\tTyp\tBeskrivning\tAnsvarig\tCa tid
1\tI\tVälkommen\tSamordnaren\t9.00
2\tD\tNuläge\tSamordnaren\t9.15
3\tA\tÖvning\tAlla\t10.00
\t\tSLUT\t\t11.30

STYRGRUPP

Ada Prov, *Säters kommun*
(*Bo Prov, Falu kommun*)

- ?

Grund\t2 000 000 kr/år
Stöd\t500 000kr/år

Totalt: 2 600 000 kr/år

Kommun\tFolkmängd\tAndel\tKostnad
Säter\t11000\t50,00%\t501 kr
Falun\t11 000\t50,00%\t500 kr
Summa\t22 000\t100,00%\t1 000 kr
"""


def pages_of_text(*pages: list[str]) -> bytes:
    with pikepdf.new() as whole:
        for title, *lines in pages:
            with pikepdf.open(io.BytesIO(page(title, *lines))) as one:
                whole.pages.extend(one.pages)
        whole.save(made := io.BytesIO())
    return made.getvalue()


def proposal(text: str = MINUTES) -> Proposal:
    return read(text.encode(), known=KNOWN, members=MEMBERS)


def doubts(found: Proposal) -> dict[str, str]:
    return {doubt.code: doubt.found for doubt in found.doubts}


def test_every_doubt_is_marked_and_no_other() -> None:
    assert doubts(proposal()) == {
        "DATE_MISMATCH": "onsdagen den 18 februari",
        "BRACKET_UNBALANCED": "Fia Prov, kommunchef, Orsa kommun)",
        "SEAT_NOT_LISTED": "Avesta",
        "STATUS_CONTRADICTS": "är klart",
        "MUNICIPALITIES_UNSPECIFIED": "flera kommuner",
        "MONTH_ONLY": "i oktober",
        "WORD_DOUBTFUL": "anställa gamla system",
        "MUNICIPALITY_MISSPELT": "Sätters kommun",
        "FURNITURE_REMOVED": "Postadress",
    }


def test_the_day_is_for_a_person_to_choose() -> None:
    found = proposal()
    (choice,) = found.to_choose()
    assert choice.code == "DATE_MISMATCH"
    assert "2021-03-18, som är en torsdag" in choice.sentence
    assert "2021-02-18 är en torsdag" in choice.sentence
    assert (found.held_on, found.other_days) == (datetime.date(2021, 3, 18), [datetime.date(2021, 2, 18)])
    assert (found.starts_at, found.ends_at, found.place, found.mode) == ("09:00", "10:45", "Teams", "online")


@pytest.mark.parametrize("said", ["torsdagen den 18 mars", "den 18 mars 2021", "torsdag 18/3", "2021-03-18"])
def test_a_day_that_agrees_raises_no_doubt(said: str) -> None:
    assert "DATE_MISMATCH" not in doubts(proposal(MINUTES.replace("onsdagen den 18 februari", said)))


def test_people_are_known_by_function_and_municipality_alone() -> None:
    found = proposal()
    assert [(person.function, person.organisation) for person in found.people] == [
        ("förvaltningschef", "Säters kommun"),
        ("kanslichef", "Falu kommun"),
        ("registrator", "Mora kommun"),
        ("enhetschef e-arkivet", ""),
        ("arkivchef", "Leksands kommun"),
        ("kommunchef", "Orsa kommun"),
    ]
    assert [len(found.present()), len(found.coopted()), len(found.absent())] == [3, 1, 2]
    assert found.vacant == ["2084"]
    chair, adjuster, _, secretary, *_ = found.people
    assert (chair.is_chair, adjuster.is_adjuster, secretary.is_secretary) == (True, True, True)
    assert "Prov" not in json.dumps([found.as_json()["people"], found.as_json()["signatures"]])


def test_page_furniture_is_gone_and_the_list_whole() -> None:
    found = proposal()
    assert found.paragraphs[1].registry_number == "KS 2021/17"
    assert "Elevhälsan (flera kommuner) går bra." in found.paragraphs[1].summary
    assert "Box 1" not in found.paragraphs[1].summary
    assert "exempel.se" not in found.paragraphs[1].summary


def test_decisions_comments_and_signatures_are_told_apart() -> None:
    found = proposal()
    assert [[decision.kind for decision in each.decisions] for each in found.paragraphs] == [
        ["chooses"],
        [],
        [],
        ["withdraws"],
    ]
    assert found.paragraphs[2].comment.startswith("Gruppen vill veta")
    assert found.signatures == [
        ("secretary", "Enhetschef"),
        ("chair", "Förvaltningschef, Säters kommun"),
        ("adjuster", "Kanslichef, Falu kommun"),
    ]


def test_an_extract_has_two_decisions_and_a_sentence_mended_over_the_page() -> None:
    found = proposal(EXTRACT)
    (paragraph,) = found.paragraphs
    assert set(doubts(found)) == {"DATE_MISSING", "FURNITURE_REMOVED", "SENTENCE_JOINED"}
    assert (paragraph.number, paragraph.registry_number) == (41, "2021/EX0007")
    assert [decision.kind for decision in paragraph.decisions] == ["closes_plan", "noted"]
    assert paragraph.summary == "Planen har följts och målet är ett gemensamt arkiv för alla."
    assert paragraph.dispatch_to == "Medlemskommunerna"


def test_an_agenda_a_budget_and_a_cost_table_are_computed_once_more() -> None:
    found = proposal(AGENDA)
    assert [(item.starts_at, item.length, item.type) for item in found.agenda] == [
        ("09:00", 15, "I"),
        ("09:15", 45, "D"),
        ("10:00", 90, "A"),
    ]
    assert [(each.printed, each.computed) for each in found.budget] == [(2_600_000, 2_500_000)]
    assert found.costs
    assert (found.costs.residual, found.costs.populations) == (1, [11_000, 11_000])
    assert [doubt.code for doubt in found.doubts if doubt.code == "SUM_MISMATCH"] == ["SUM_MISMATCH"] * 2
    assert {"POPULATION_UNDATED", "SEAT_TENTATIVE", "PLACEHOLDER"} < set(doubts(found))
    assert found.groups[0].tentative == ["2080"]


def test_a_pdf_is_read_page_by_page_without_its_running_heads() -> None:
    first = ["Exempelstads kommun sida 1 (2)", "Protokoll 2021-03-18", "§ 1 Plan", "Planen gäller hela"]
    second = ["Exempelstads kommun sida 2 (2)", "kommunen till sommaren.", "§ 2 Slut", "Mötet avslutas."]
    found = read(pages_of_text(first, second), known=KNOWN)
    assert found.held_on == datetime.date(2021, 3, 18)
    assert [paragraph.title for paragraph in found.paragraphs] == ["Plan", "Slut"]
    assert found.paragraphs[0].summary == "Planen gäller hela kommunen till sommaren."


def test_two_paragraphs_of_one_number_must_be_told_apart() -> None:
    assert "PARAGRAPH_TWICE" in doubts(proposal("Möte 2021-03-18\n\n§ 1 Ett\n\nText.\n\n§ 1 Två\n\nText."))


@pytest.mark.parametrize(
    "content",
    [b"", b" \n\n", b"%PDF-1.7 trasig", b"PK\x03\x04\0\0", b"x" * 20_000_001, b"a\n" * 20_001],
    ids=["empty", "blank", "broken PDF", "zip", "too large", "too many lines"],
)
def test_what_cannot_be_read_says_so(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read(content, known=KNOWN)


@pytest.mark.parametrize("text", ["hej", "(((((", ")))))(((", "§", "Närvarande: ((,)(,", "§ 1 " + "*" * 500, "1\t2\t3"])
def test_poor_text_ends_in_a_poor_proposal_and_never_in_a_crash(text: str) -> None:
    found = proposal(text)
    assert Proposal.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_a_proposal_survives_being_kept() -> None:
    found = proposal(AGENDA + MINUTES)
    assert Proposal.from_json(json.loads(json.dumps(found.as_json()))) == found


WORDS = [
    *("§", "1", "Närvarande:", "(", ")", ",", "kommun", "Säters", "kl", "9-10", "den", "31", "februari", "2021-02-30"),
    *("Justerare", "Beslut", "-", "?", "*", "\t", "Summa", "12 kr", "Kommun\tFolkmängd", "Punkt\tTyp", "\n", "\n\n"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_whatever_the_words_come_in_a_proposal_comes_out(words: list[str]) -> None:
    text = " ".join([*words, "slut"])
    found = proposal(text)
    assert Proposal.from_json(json.loads(json.dumps(found.as_json()))) == found
