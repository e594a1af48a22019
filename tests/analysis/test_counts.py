"""Numbers in words and figures, and what they count."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbiu.analysis.counts import count
from mbiu.analysis.numbers import mentions
from mbiu.analysis.scan import scan


def words(line: str) -> list[str]:
    return line.split("|")


#: Enough to make most of the ways in which numbers and outcomes meet.
WORDS = words(
    "3|5|two|watu|wawili|killed|injured|wameuawa|cows|people|man|and|na|no|not|total|including|"
    "of|the|dead|were|by|police|families|displaced|abducted|between|to|about|more|than|morts|et|"
    "أشخاص|قتل|abantu|basatu|.|,|(|)|:"
)


def best(text: str) -> list[int]:
    return [mention.best for mention in mentions(scan(text))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("twenty five people", 25),
        ("two hundred and five people", 205),
        ("three thousand people", 3000),
        ("2 hundred people", 200),
        ("1,500 people", 1500),
        ("watu wawili", 2),
        ("watu kumi na wawili", 12),
        ("watu ishirini na tano", 25),
        ("ng'ombe mia mbili", 200),
        ("ng'ombe mia mbili na hamsini", 250),
        ("watu elfu moja na mia tano", 1500),
        ("watu elfu tatu mia nne na ishirini na moja", 3421),
        ("mbuzi arobaini", 40),
        ("٣ قتلى", 3),
    ],
)
def test_a_number_word_has_its_value(text: str, value: int) -> None:
    assert best(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "call 0722123456",
        "+256772123456",
        "at 3pm",
        "saa 3 usiku",
        "14:30",
        "0.361, 30.123",
        "on 12/3/2026",
        "the 5th",
        "in 2017",
        "Ksh 500",
        "tarehe 5",
        "1234567",
    ],
)
def test_a_figure_that_counts_nothing_is_left_out(text: str) -> None:
    assert best(text) == []


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("3-5 people killed", "killed", (3, 4, 5)),
        ("3 to 5 people killed", "killed", (3, 4, 5)),
        ("kati ya 3 na 5 wameuawa", "killed", (3, 4, 5)),
        ("more than 10 injured", "injured", (10, 10, 20)),
        ("zaidi ya watu 10 wamejeruhiwa", "injured", (10, 10, 20)),
        ("watu zaidi ya 10 wamejeruhiwa", "injured", (10, 10, 20)),
        ("about 40 people displaced", "displaced", (36, 40, 44)),
        ("up to 8 people abducted", "abducted", (4, 8, 8)),
        ("several people injured", "injured", (2, 3, 10)),
        ("dozens of people fled", "displaced", (24, 36, 72)),
        ("watu kadhaa wamejeruhiwa", "injured", (2, 3, 10)),
        ("a man was killed", "killed", (1, 1, 1)),
        ("kijana ameuawa", "killed", (1, 1, 1)),
        ("people were killed", "killed", (2, 3, 10)),
        ("10 families displaced", "displaced", (30, 50, 80)),
        ("kaya 10 zimekimbia", "displaced", (30, 50, 80)),
        ("2 men and 3 children were killed", "killed", (5, 5, 5)),
        ("no one was killed", "killed", (0, 0, 0)),
        ("hakuna aliyejeruhiwa", "injured", (0, 0, 0)),
        ("40 goats stolen", "livestock", (40, 40, 40)),
        ("wameiba mbuzi 40", "livestock", (40, 40, 40)),
    ],
)
def test_a_number_is_bound_to_what_it_counts(text: str, field: str, expected: tuple[int, int, int]) -> None:
    found = getattr(count(scan(text)), field)
    assert found is not None
    assert (found.low, found.best, found.high) == expected


@pytest.mark.parametrize(
    ("text", "killed", "injured"),
    [
        ("3 killed and 5 injured", 3, 5),
        ("killed 3 and injured 5", 3, 5),
        ("5 injured 3 killed", 3, 5),
        ("KILLED 3 INJURED 5", 3, 5),
        ("3 people were shot dead, 5 others wounded", 3, 5),
        ("watu watatu wameuawa na watano kujeruhiwa", 3, 5),
        ("wamewaua watu 3 na kujeruhi 5", 3, 5),
        ("3 morts et 5 blessés", 3, 5),
        ("3 dead and 5 in hospital", 3, 5),
    ],
)
def test_neighbouring_numbers_are_kept_apart(text: str, killed: int, injured: int) -> None:
    found = count(scan(text))
    assert found.killed
    assert found.injured
    assert (found.killed.best, found.injured.best) == (killed, injured)


@pytest.mark.parametrize(
    "text",
    [
        "12 houses burnt and people fled",
        "they fired 20 bullets",
        "raiders killed and fled",
        "3 days ago they attacked",
        "they will kill 5 people",
        "if they kill 3 people we go",
        "is it true that 3 people were killed?",
        "the road is 5 km long",
    ],
)
def test_what_is_no_count_of_the_dead_stays_open(text: str) -> None:
    assert count(scan(text)).killed is None


@pytest.mark.parametrize(
    ("text", "killed"),
    [
        ("5 gunmen killed a trader", 1),
        ("5 gunmen killed 2 traders", 2),
        ("majambazi 5 wameua mtu mmoja", 1),
        ("3 raiders were killed", 3),
        ("3 soldiers killed 2 wounded", 3),
        ("majambazi 5 wameuawa", 5),
    ],
)
def test_those_who_did_it_are_not_counted(text: str, killed: int) -> None:
    found = count(scan(text))
    assert found.killed
    assert found.killed.best == killed


def test_the_same_dead_told_twice_are_not_added() -> None:
    found = count(scan("3 people killed at the well. The 3 people killed were buried."))
    assert found.killed
    assert found.killed.best == 3


def counted(text: str) -> dict[str, int]:
    found = count(scan(text))
    names = ("killed", "injured", "displaced", "abducted", "livestock")
    return {name: one.best for name in names if (one := getattr(found, name))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mother and her two children killed", {"killed": 3}),
        ("three men, two women and a child were shot dead", {"killed": 6}),
        ("mama na watoto wake wawili wameuawa", {"killed": 3}),
        ("une femme et ses deux enfants ont été tués", {"killed": 3}),
        ("omusajja ne mukyala we battiddwa", {"killed": 2}),
        ("قتل رجل وامرأة", {"killed": 2}),
        ("they stole 30 cows, 20 goats and a camel", {"livestock": 51}),
        ("babbye ente bbiri n'embuzi kkumi", {"livestock": 12}),
    ],
)
def test_the_parts_of_a_list_add_up(text: str, expected: dict[str, int]) -> None:
    assert counted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 killed including 2 children", {"killed": 7}),
        ("5 people killed, one of the dead is a child", {"killed": 5}),
        ("8 killed (5 men, 3 women)", {"killed": 8}),
        ("5 people were killed, 2 men and 3 women", {"killed": 5}),
        ("5 injured, two of them critically", {"injured": 5}),
        ("watu 6 wakiwemo watoto wawili wameuawa", {"killed": 6}),
        ("bilan: 7 morts dont 2 enfants", {"killed": 7}),
        ("توفي ستة، ثلاثة منهم اطفال", {"killed": 6}),
        ("initial report said 4 killed now confirmed 6 killed", {"killed": 6}),
    ],
)
def test_a_part_is_not_added_to_its_whole(text: str, expected: dict[str, int]) -> None:
    assert counted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 no 4 dead", {"killed": 4}),
        ("3 dead. Sorry 4 dead", {"killed": 4}),
        ("watu 3 hapana 4 wamekufa", {"killed": 4}),
        ("2 killed in Kobebe and 3 in Rupa, total 5 dead", {"killed": 5}),
        ("2 killed in Kobebe and 3 in Rupa", {"killed": 5}),
        ("the death toll has risen to 12", {"killed": 12}),
        ("jumla ya watu 7 wamefariki", {"killed": 7}),
        ("3 killed. 2 more people died", {"killed": 5}),
        ("2 killed 5 injured. One of the injured has died", {"killed": 3, "injured": 5}),
        ("un des blessés est décédé", {"killed": 1}),
        ("5 abducted, 2 of them later found dead", {"abducted": 5, "killed": 2}),
    ],
)
def test_corrections_totals_and_later_deaths_are_told_apart(text: str, expected: dict[str, int]) -> None:
    assert counted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ameuawa jana usiku", {"killed": 1}),
        ("wamemuua mwenyekiti", {"killed": 1}),
        ("un homme a été tué", {"killed": 1}),
        ("omusajja attiddwa", {"killed": 1}),
        ("قتيل وثلاثة جرحى", {"killed": 1, "injured": 3}),
        ("a boy (12) was killed", {"killed": 1}),
        ("stabbed a man who died in hospital", {"killed": 1}),
        ("mwanamke amechomwa kisu na kufariki", {"killed": 1}),
        ("a cow was stolen", {"livestock": 1}),
    ],
)
def test_one_person_is_one_without_a_figure(text: str, expected: dict[str, int]) -> None:
    assert counted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 attackers came and killed 2", {"killed": 2}),
        ("a group of 50 youths attacked shops", {}),
        ("20 armed men on 10 motorcycles attacked, killing four", {"killed": 4}),
        ("15 youths were arrested", {}),
        ("les assaillants ont tué 4 civils et enlevé 12 personnes", {"killed": 4, "abducted": 12}),
        ("majambazi 10 walivamia na kuua watu 2", {"killed": 2}),
        ("5 cows killed", {"livestock": 5}),
        ("2 cows for sale", {}),
        ("we want 50 cows as compensation", {}),
        ("Arsenal beat Chelsea 3-1", {}),
        ("we dont know how many died", {}),
        ("idadi ya waliokufa haijulikani", {}),
        ("four students were taken to hospital", {"injured": 4}),
        ("four students were taken by gunmen", {"abducted": 4}),
        ("5 girls went for firewood and have not come back", {"abducted": 5}),
        ("not true that 5 were killed", {}),
        ("there were no casualties", {"killed": 0}),
    ],
)
def test_what_counts_no_victims_is_left_out(text: str, expected: dict[str, int]) -> None:
    assert counted(text) == expected


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_counted_in_order(text: str) -> None:
    found = count(scan(text))
    for name in ("killed", "injured", "displaced", "abducted", "livestock"):
        one = getattr(found, name)
        assert one is None or 0 <= one.low <= one.best <= one.high


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_every_value_shows_the_words_it_was_taken_from(text: str) -> None:
    found = count(scan(text))
    seen = {item.field for item in found.evidence}
    for name in ("killed", "injured", "displaced", "abducted", "livestock"):
        assert (getattr(found, name) is None) or name in seen
    for item in found.evidence:
        assert item.text == text[item.start : item.end]
        assert item.text
        assert item.why
