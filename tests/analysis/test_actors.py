"""Who a text names as a party, and on which side it puts them. It takes no side that the text does not."""

import csv
from importlib import resources

import pytest

from mbiu.analysis.actors import actors
from mbiu.analysis.checks import ACTOR_KINDS
from mbiu.analysis.scan import scan


def said(text: str) -> set[str]:
    found, _ = actors(scan(text))
    return {f"{actor.name} {actor.side}" for actor in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ADF attacked Bwera last night", "ADF attacker"),
        ("Bwera was attacked by ADF last night", "ADF attacker"),
        (
            "Our village has been raided by suspected Karamojong warriors",
            "Karamojong attacker, warriors attacker",
        ),
        ("An attack by unknown gunmen left 3 dead", "gunmen attacker"),
        ("Al-Shabaab fighters ambushed a bus near Mandera", "Al-Shabaab attacker, fighters attacker"),
        ("Police shot dead two protesters in Nakuru", "police attacker, protesters target"),
        ("Two protesters were shot dead by police in Nakuru", "police attacker, protesters target"),
        ("3 soldiers killed in an ambush", "army target"),
        ("Pokot raiders stole 40 cows from Turkana herders", "Pokot attacker, raiders attacker"),
        ("Attack on Banyamulenge herders in Minembwe", "Banyamulenge target, herders target"),
        ("killing of two boda riders in Kasese", "boda riders target"),
        ("Youth burnt the houses of farmers", "youth attacker, farmers unknown"),
        ("Warriors came to our kraal and took all animals", "warriors attacker"),
        ("Residents beat up a journalist", "villagers attacker, journalists target"),
        ("Polisi wamewapiga waandamanaji Mlolongo", "police attacker, protesters target"),
        ("Waandamanaji wamepigwa risasi na polisi Kibera", "police attacker, protesters target"),
        ("Wafugaji wameuawa na watu wasiojulikana", "herders target, gunmen attacker"),
        ("Waasi wameshambulia kijiji na kuua wakulima wawili", "rebels attacker, farmers target"),
        ("Wakulima watatu wameuawa Kilosa", "farmers target"),
        ("Les ADF ont attaqué Mbau hier", "ADF attacker"),
        ("Des civils tués par les miliciens CODECO à Djugu", "militia attacker, CODECO attacker"),
        ("Attaque contre les éleveurs à Minembwe", "herders target"),
        ("Trois soldats ont été tués par des rebelles", "army target, rebels attacker"),
        ("Abayeekera balumbye Bwera", "rebels attacker"),
        ("هاجم مسلحون قرية في جونقلي", "gunmen attacker"),
        ("قتل ثلاثة مواطنين على يد مسلحين", "villagers target, gunmen attacker"),
    ],
)
def test_the_text_says_who_did_it(text: str, expected: str) -> None:
    assert set(expected.split(", ")) <= said(text)


@pytest.mark.parametrize(
    "text",
    [
        "Clashes between Pokot and Turkana in Kapedo, 3 dead",
        "Pokot vs Turkana fighting at Kapedo",
        "Fighting between the army and rebels in Bor",
        "Mapigano kati ya wafugaji na wakulima Kilosa",
        "Wafugaji na wakulima wamepigana Kilosa",
        "Affrontements entre Hema et Lendu à Djugu",
        "اشتباكات بين الجيش ومتمردين في الناصر",
        "Elders of Pokot and Turkana signed a peace agreement",
        "Farmers and herders quarrel over a well",
    ],
)
def test_where_two_stand_against_each_other_no_side_is_taken(text: str) -> None:
    found = said(text)
    assert len(found) >= 2
    assert all(one.endswith("unknown") for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "Attack in Turkana county, 3 dead",
        "Walishambuliwa katika kaunti ya Samburu",
        "3 killed in Kotido, please send police",
        "Wameua watu wawili Loruk, tunaomba polisi",
        "We reported to police station Kasese, nobody came",
        "Police said 3 people were killed in Moroto",
        "There are no police here, two people were killed",
        "Good morning from Kampala",
    ],
)
def test_a_place_or_a_force_called_for_is_no_party(text: str) -> None:
    assert said(text) == set()


def test_who_did_and_suffered_it_in_turn_is_on_no_side() -> None:
    assert said("Pokot attacked Turkana. Then Turkana attacked Pokot.") == {
        "Pokot unknown",
        "Turkana unknown",
    }


def test_a_denied_act_has_no_side() -> None:
    assert said("Police did not shoot the protesters") <= {"police unknown", "protesters unknown"}


def test_the_evidence_is_the_name_as_it_is_written() -> None:
    text = "yesterday M23 attacked Rutshuru"
    _, evidence = actors(scan(text))
    assert [(item.value, text[item.start : item.end]) for item in evidence] == [("M23", "M23")]
    assert evidence[0].why == "a name of a armed group, told as attacker"


def test_the_shipped_table_names_each_group_once_and_neutrally() -> None:
    table = resources.files("mbiu.analysis") / "data" / "actors.csv"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    names = [row["name"] for row in rows]
    aliases = [alias for row in rows for alias in row["aliases"].split("|")]
    assert len(names) == len(set(names))
    assert len(aliases) == len(set(aliases))
    assert {row["kind"] for row in rows} <= set(ACTOR_KINDS)
