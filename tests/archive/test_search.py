"""The words of the search: what citizens type finds what archives hold, without any syntax."""

import datetime
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.index_entries import natural_key
from archive.search import generations, language, vocabulary, writing
from archive.search.engine import EVERYTHING, Engine, Filters, Order
from archive.search.generations import IndexAway
from archive.search.schema import Entry

TITLES = {
    "handling": "Bygglovshandling för uthus",
    "ritning": "Bygglovsritning, fasad",
    "viared": "Förhandsbesked Viared 5:12",
    "viared 51": "Förhandsbesked Viared 51:2",
    "council": "Kommunfullmäktiges sammanträde § 18",
    "council 180": "Fullmäktige § 180",
    "network": "e-arkiv i Sjuhärad",
    "network 2": "eArkiv, lägesrapport",
    "network 3": "Earkiv för alla",
    "plan": "eHandlingsplan och samverkan",
    "sater": "Hyttan Sater",
    "säter": "Årsredovisning Säter",
    "östersund": "Resa till Östersund",
    "ostersund": "Fartyget Ostersund",
    "minutes": "Protokoll från nämnden",
    "minutes 2": "Protokollet justerat",
    "garage": "Bygglov för garage",
    "school": "Skolan i byn",
}
IDS = {key: uuid.uuid5(uuid.NAMESPACE_URL, key) for key in TITLES}
NUMBERS = {"plan": ("2022/SKF0106",), "viared": ("BN 2019-000123", "Viared 5:12"), "viared 51": ("Viared 51:2",)}
Ask = Callable[..., list[str]]


def entry(key: str, **fields: object) -> Entry:
    title = TITLES[key]
    year = 2000 + list(TITLES).index(key)
    values = {
        "id": IDS[key],
        "title": title,
        "municipality": "2080",
        "kind": "Bygglov" if "ygg" in title else "Protokoll",
        "numbers": NUMBERS.get(key, ()),
        "dated_from": datetime.date(year, 1, 1),
        "title_order": natural_key(title),
    }
    return Entry(**(values | fields))  # type: ignore[arg-type]


def built(folder: Path, *entries: Entry) -> Engine:
    folder.mkdir(parents=True, exist_ok=True)
    generations.take_into_use(writing.build(folder, entries, memory=30_000_000, threads=1))
    return Engine(folder)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return built(tmp_path_factory.mktemp("search"), *map(entry, TITLES))


@pytest.fixture
def ask(engine: Engine) -> Ask:
    keys = {pk: key for key, pk in IDS.items()}

    def asked(question: str, filters: Filters = EVERYTHING, order: Order = Order.RELEVANCE) -> list[str]:
        answer = engine.find(question, filters, order=order)
        assert answer.total == len(answer.ids)
        return [keys[pk] for pk in answer.ids]

    return asked


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("bygglov", {"garage", "handling", "ritning"}),
        ("bygglovshandlingar", {"handling"}),
        ("ritning", {"ritning"}),
        ("ritningar", {"ritning"}),
        ("handling", {"handling", "plan"}),
        ("fullmäktiges", {"council", "council 180"}),
        ("fullmäktige", {"council", "council 180"}),
        ("FULLMÄKTIGE", {"council", "council 180"}),
        ("protokol", {"minutes", "minutes 2"}),
        ("prottokoll", {"minutes"}),
        ("protokoll", {"minutes", "minutes 2"}),
        ("protokollet", {"minutes", "minutes 2"}),
        ("§ 18", {"council"}),
        ("§18", {"council"}),
        ("§\u00a018", {"council"}),
        ("paragraf 18", {"council"}),
        ("paraGraf 18", {"council"}),
        ("ParaGrafen\n18", {"council"}),
        *((f"§{blank}18", {"council"}) for blank in "\t\n\u2009\u202f"),
        *((f"viared{blank}5:12", {"viared"}) for blank in "\t\u202f"),
        ("1" * 81, set()),
        ("a1" * 60, set()),
        ('"' + "å" * 90 + '"', set()),
        (f'"{"a" * 90} {"b" * 90}"', set()),
        ("İ" * 40 + "*", set()),
        ("fullmäktige § 18", {"council"}),
        ("2022/SKF0106", {"plan"}),
        ("2022/skf0106", {"plan"}),
        ("2022-skf-0106", {"plan"}),
        ("2022 SKF0106", {"plan"}),
        ("skf0106", {"plan"}),
        ("BN 2019-000123", {"viared"}),
        ("bn2019/000123", {"viared"}),
        ("viared 5:12", {"viared"}),
        ("Viared 51:2", {"viared 51"}),
        ("5:12", {"viared"}),
        ("förhandsbesked viared 5:12", {"viared"}),
        ("Säter", {"säter"}),
        ("Östersund", {"östersund"}),
        ('"protokoll från nämnden"', {"minutes"}),
        ('"nämnden från protokoll"', set()),
        ("bygg*", {"garage", "handling", "ritning"}),
        ("protokoll för nämnden", {"minutes"}),
        ("resa till mars", set()),
        ("fasadritning", {"ritning"}),
        ("????", set(TITLES)),
        ('"', set(TITLES)),
    ],
)
def test_question_finds(ask: Ask, question: str, found: set[str]) -> None:
    assert set(ask(question)) == found


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.one_of(st.sampled_from('§"*-:1 \tparagfbygåİß²'), st.characters(codec="utf-8")), max_size=250))
def test_no_text_is_too_odd_to_ask(engine: Engine, text: str) -> None:
    assert engine.find(text).total <= len(TITLES)
    engine.find(text, within=["2080"])
    engine.by_title(text, 5)


@pytest.mark.parametrize("written", ["earkiv", "e-arkiv", "eArkiv", "E-ARKIV", "e arkiv", "e\u2011arkiv", "Earkiv"])
def test_electronic_archive_is_one_word_however_written(ask: Ask, written: str) -> None:
    assert set(ask(written)) == {"network", "network 2", "network 3"}


def test_without_dots_finds_both_after_what_is_spelt_so(ask: Ask) -> None:
    assert ask("Sater") == ["sater", "säter"]
    assert ask("Ostersund") == ["ostersund", "östersund"]


def test_exact_word_comes_before_compounds(ask: Ask) -> None:
    assert ask("bygglov")[0] == "garage"
    assert ask("protokollet")[0] == "minutes 2"


def test_letters_composed_or_not_are_the_same(ask: Ask) -> None:
    assert ask("Sa\u0308ter") == ["säter"]


def test_misspelling_is_told(engine: Engine) -> None:
    assert engine.find("prottokoll").plan.replaced == {"prottokoll": "protokoll"}
    assert engine.find("protokoll").plan.replaced == {}


def test_query_language_of_the_library_is_not_spoken(ask: Ask) -> None:
    assert ask("title_words:garage") == []
    assert ask("id:*") == []
    assert ask("/.*/") == ask("")
    assert ask("garage OR skolan") == []
    assert ask("garage AND NOT x") == []


def test_long_questions_are_cut_and_told(engine: Engine) -> None:
    assert engine.find("bygglov " * 50).plan.cut
    assert engine.find("a" * 500).plan.cut
    assert not engine.find("bygglov garage").plan.cut


def test_order_is_by_date_or_swedish_title(ask: Ask, tmp_path: Path) -> None:
    newest = ask("protokoll", order=Order.NEWEST)
    assert newest == list(reversed(ask("protokoll", order=Order.OLDEST))) == ["minutes 2", "minutes"]
    names = [
        "Örkelljunga",
        "Ystad",
        "Älvdalen",
        "Åmål",
        "Vänersborg",
        "Åstorp",
        "Ängelholm",
        "§ 10",
        "§ 2",
        "Säter",
        "Smedjebacken",
    ]
    entries = [Entry(uuid.uuid4(), name, "2080", title_order=natural_key(name)) for name in names]
    titles = {each.id: each.title for each in entries}
    found = built(tmp_path, *entries).find("", order=Order.TITLE).ids
    assert [titles[pk] for pk in found] == [
        *("Smedjebacken", "Säter", "Vänersborg", "Ystad", "Åmål", "Åstorp", "Älvdalen", "Ängelholm", "Örkelljunga"),
        *("§ 2", "§ 10"),
    ]


def test_undated_units_come_last_in_both_orders(tmp_path: Path) -> None:
    dated, undated = entry("garage"), entry("minutes", dated_from=None)
    engine = built(tmp_path, undated, dated)
    for order in (Order.NEWEST, Order.OLDEST):
        assert engine.find("", order=order).ids == [dated.id, undated.id]


def test_facets_are_exact_and_a_chosen_one_still_shows_the_others(engine: Engine) -> None:
    everything = engine.find("").facets
    assert everything["kind"] == {"Protokoll": 15, "Bygglov": 3}
    assert everything["municipality"] == {"2080": 18}
    assert sum(everything["year"].values()) == 18
    chosen = engine.find("", Filters(kinds=frozenset({"Bygglov"})))
    assert (chosen.total, chosen.facets["kind"]) == (3, {"Protokoll": 15, "Bygglov": 3})
    assert sum(chosen.facets["year"].values()) == 3


def test_years_are_a_span(tmp_path: Path) -> None:
    long = entry("minutes", dated_from=datetime.date(2015, 5, 1), dated_to=datetime.date(2017, 2, 1))
    engine = built(tmp_path, long)
    assert set(engine.find("").facets["year"]) == {"2015", "2016", "2017"}
    assert engine.find("", Filters(years=frozenset({2016}))).total == 1
    assert engine.find("", Filters(year_from=2017, year_to=2020)).total == 1
    assert engine.find("", Filters(year_from=2018)).total == 0


def test_staff_question_stays_within_their_municipalities(tmp_path: Path) -> None:
    engine = built(tmp_path, entry("garage"), entry("minutes", municipality="2029"))
    assert engine.find("", within=["2080"]).ids == [IDS["garage"]]
    assert engine.find("", within=["2080"]).facets["municipality"] == {"2080": 1}
    assert engine.find("", within=[]).total == 0


OWN = [
    *("Akt om Bergstrand", "Bergstrund", "Bygglov Rädisan 1:2", "Rädisan, kvastfening", "Nämndritning", "Sjömärke"),
    *("Vadställe", "Vadställen", "Myrstack vadställe vadställe", "Vadställe myrstack myrstack"),
]
OTHERS = [
    *("Bergstrond", "Bergstrund", "Kvastfaning", "Kvastfeningsakt", "Sjö", "Märke", "Sjömärkning"),
    *["Myrstack"] * 9,
]


@pytest.mark.parametrize(
    "question",
    [
        *("bergstrond", "bergstrend", "kvastfaning", "kvastfeningsakt", "bergstron*", "kvastf*", "märke", "sjö"),
        *("sjömärkning", "myrstack vadställe", '"myrstack vadställe"', "kvastfening akt", "radisan", "saknas"),
    ],
)
def test_words_of_other_municipalities_change_no_answer(tmp_path: Path, question: str) -> None:
    own = [Entry(uuid.uuid4(), title, "2062") for title in OWN]
    others = [Entry(uuid.uuid4(), title, "2080", body="hemlig") for title in OTHERS]
    alone, beside = built(tmp_path / "alone", *own), built(tmp_path / "beside", *own, *others)
    before, after = (each.find(question, within=["2062"]) for each in (alone, beside))
    assert (after.ids, after.facets, after.plan.replaced) == (before.ids, before.facets, before.plan.replaced)


def test_misspelling_is_helped_with_the_words_of_those_who_ask(tmp_path: Path) -> None:
    names = {"2062": "Akt om Bergstrand", "2080": "Bergstrond hemligt"}
    engine = built(tmp_path, *(Entry(uuid.uuid4(), name, place) for place, name in names.items()))
    assert engine.find("bergstrend", within=["2062"]).plan.replaced == {"bergstrend": "bergstrand"}
    assert engine.find("bergstrend", within=["2080"]).plan.replaced == {"bergstrend": "bergstrond"}


def test_units_on_their_way_out_are_in_no_count(engine: Engine) -> None:
    answer = engine.find("bygglov", without=[IDS["garage"]])
    assert (answer.total, answer.facets["kind"]) == (2, {"Bygglov": 2})


def test_units_on_their_way_out_help_nobody_spell(tmp_path: Path) -> None:
    case = entry("garage", title="Kvastfening")
    under = [entry(key, title="Kvastfeningens bilaga", parent=case.id) for key in ("handling", "ritning")]
    engine = built(tmp_path, case, *under, entry("minutes"))
    assert engine.find("kvastfenink").plan.replaced
    answer = engine.find("kvastfenink", without=[case.id])
    assert (answer.total, answer.plan.replaced) == (0, {})
    assert engine.count("kvastfening", without=[case.id]) == 0
    assert engine.coverage()["2080"].units == 4
    assert engine.coverage(without=[case.id])["2080"].units == 1


def test_suggestions_go_by_words_of_titles(engine: Engine) -> None:
    assert engine.by_title("fartyget ost", 5) == [IDS["ostersund"]]
    assert engine.by_title("ost", 5) == [IDS["ostersund"]]
    assert engine.by_title("", 5) == engine.by_title("x", 5) == []


def test_other_process_sees_a_commit_at_once(tmp_path: Path) -> None:
    engine = built(tmp_path, entry("garage"))
    assert engine.find("garage").total == 1
    writer = writing.Writer(generations.current(tmp_path) or tmp_path)
    writer.remove(IDS["garage"])
    writer.put(entry("minutes"))
    writer.commit()
    assert engine.find("garage").total == 0
    assert engine.find("protokoll").ids == [IDS["minutes"]]
    writer.close()


def test_removed_word_is_neither_suggested_nor_meant(tmp_path: Path) -> None:
    engine = built(tmp_path, entry("garage"), entry("minutes"))
    writer = writing.Writer(generations.current(tmp_path) or tmp_path)
    writer.remove(IDS["minutes"])
    writer.commit()
    answer = engine.find("prottokoll")
    assert (answer.total, answer.plan.replaced) == (0, {})
    writer.close()


def test_new_generation_takes_over_while_people_search(tmp_path: Path) -> None:
    engine = built(tmp_path, entry("garage"))
    opened = engine.reader.open()
    built(tmp_path, entry("garage"), entry("minutes"))
    assert opened.units.num_docs == 1
    assert engine.find("").total == 2
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_lost_or_old_index_is_not_asked(tmp_path: Path) -> None:
    engine = built(tmp_path, entry("garage"))
    path = generations.current(tmp_path)
    assert path
    (path / "shape").write_text("an older one")
    assert generations.current(tmp_path) is None
    with pytest.raises(IndexAway):
        Engine(tmp_path).find("garage")
    shutil.rmtree(path)
    with pytest.raises(IndexAway):
        engine.find("garage")


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("bygglovshandling", {"bygglov", "handling", "bygg", "lov"}),
        ("gatukontor", {"gat", "kontor"}),
        ("kyrkogård", {"kyrk", "gård"}),
        ("protokollet", {"protokoll"}),
        ("banan", set()),
        ("protokoll", set()),
    ],
)
def test_compounds_are_taken_apart(word: str, parts: set[str]) -> None:
    known = {"bygglov", "bygg", "lov", "handling", "gat", "kontor", "kyrk", "gård", "protokoll", "ban"}
    assert vocabulary.parts(word, known) == parts


def test_one_function_for_what_is_indexed_and_asked() -> None:
    assert language.code("2022/SKF0106") in language.codes("Diarienummer 2022 / dnr 2022-skf-0106.")
    assert language.codes("Viared 5:12") & {language.code("viared  5:12".replace("  ", " "))}
    assert language.code("5:12") != language.code("51:2")
