"""Numbers in words and figures, and what they count."""

import pytest

from mbiu.analysis.counts import count
from mbiu.analysis.numbers import mentions
from mbiu.analysis.scan import scan


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
