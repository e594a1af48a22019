"""Whether two tellings are of one event, and whether the second adds a source: judged pairs and rules."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from mbiu import agreement
from mbiu.agreement import NEVER
from mbiu.analysis.similarity import Text
from mbiu.codes import EventType, Precision
from mbiu.joining import JOIN, PROPOSE, WINDOW, Facts, Match, Witness, compare, distance_km, rough, source

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
INCIDENT = UUID(int=1)
KWEEN, BUKWO, KASESE = "/ug/ug-eastern/ug-kween/", "/ug/ug-eastern/ug-bukwo/", "/ug/ug-western/ug-kasese/"

KAMPALA = "/ug/ug-central/ug-kampala/"

# name: block, path, latitude, longitude, radius, precision
_PLACES: dict[str, tuple[str, str, float | None, float | None, float, Precision]] = {
    "kapkwata": (KWEEN, f"{KWEEN}kapkwata/", 1.40, 34.60, 2.0, Precision.VILLAGE),
    "kapkwata school": (KWEEN, f"{KWEEN}kapkwata/", 1.41, 34.61, 0.5, Precision.EXACT),
    "ngenge": (KWEEN, f"{KWEEN}ngenge/", 1.47, 34.47, 3.0, Precision.VILLAGE),
    "binyiny": (KWEEN, f"{KWEEN}binyiny/", 1.42, 34.53, 2.0, Precision.VILLAGE),
    "kween": (KWEEN, KWEEN, 1.42, 34.58, 20.0, Precision.DISTRICT),
    "eastern": ("/ug/ug-eastern/", "/ug/ug-eastern/", 1.5, 34.0, 110.0, Precision.REGION),
    "uganda": ("/ug/", "/ug/", 1.3, 32.4, 280.0, Precision.COUNTRY),
    "suam": (BUKWO, f"{BUKWO}suam/", 1.40, 34.64, 3.0, Precision.VILLAGE),
    "bukwo": (BUKWO, BUKWO, 1.28, 34.75, 18.0, Precision.DISTRICT),
    "bwera": (KASESE, f"{KASESE}bwera/", 0.04, 29.77, 4.0, Precision.VILLAGE),
    "kasese": (KASESE, KASESE, 0.18, 30.08, 40.0, Precision.DISTRICT),
    "unmapped one": (KASESE, f"{KASESE}one/", None, None, 0.0, Precision.VILLAGE),
    "unmapped two": (KASESE, f"{KASESE}two/", None, None, 0.0, Precision.VILLAGE),
    "kampala": (KAMPALA, KAMPALA, 0.3136, 32.5811, 25.0, Precision.WARD),
    "nairobi": ("/ke/ke-nairobi/", "/ke/ke-nairobi/", -1.2864, 36.8172, 25.0, Precision.WARD),
}  # fmt: skip


@dataclass(frozen=True)
class Telling:
    """What one person said: the reading as it should be, and the words."""

    text: str
    type: str = "cattle_raid"
    place: str | None = "kapkwata"
    hours: float = 0
    when: tuple[float, float] | None = None
    home: str = "/ug/"
    counts: dict[str, int] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    actors: dict[str, str] = field(default_factory=dict)
    exercise: bool = False
    contact: int = 0
    organisation: str = ""
    circle: str = ""
    supervisor: int = 0
    forwarded: bool = False
    hearsay: bool = False

    @property
    def facts(self) -> Facts:
        known = _PLACES.get(self.place or "", (self.home, "/", None, None, None, Precision.NONE))
        block, path, lat, lon, radius, precision = known
        at = NOW + dt.timedelta(hours=self.when[0] if self.when else self.hours)
        return Facts(
            event_type=EventType(self.type),
            place_id=path.strip("/").rpartition("/")[2] if self.place else None,
            block=block,
            lat=lat,
            lon=lon,
            radius_km=radius,
            precision=precision,
            at=at,
            until=NOW + dt.timedelta(hours=self.when[1]) if self.when else None,
            told=self.when is not None,
            path=path,
            exercise=self.exercise,
            other_types=self.others,
            numbers={name: {"low": n, "best": n, "high": n} for name, n in self.counts.items()},
            actors=self.actors,
        )

    @property
    def witness(self) -> Witness:
        return Witness(
            (Text.of(self.text),),
            UUID(int=self.contact) if self.contact else None,
            self.organisation,
            forwarded=self.forwarded,
            hearsay=self.hearsay,
            circle=self.circle,
            supervisor=UUID(int=self.supervisor) if self.supervisor else None,
        )


def match(first: Telling, second: Telling) -> Match | None:
    """How the second telling fits the incident that the first began."""
    return compare(second.facts, replace(first.facts, id=INCIDENT), second.witness, [first.witness])


def verdict(first: Telling, second: Telling) -> str:
    found = match(first, second)
    if found is None:
        return "nothing"
    return ("copy" if found.is_copy else "joins") if found.joins else "proposed"


RAID = Telling(
    "Raiders attacked Kapkwata at dawn and took 40 cows, 3 people are dead",
    when=(-6, -4),
    counts={"killed": 3, "livestock": 40},
)
ATTACK = Telling(
    "Armed men attacked Bwera this morning and killed 3 people", "attack", "bwera", counts={"killed": 3}
)
QUARREL = Telling("They quarrel over land at Ngenge, elders are talking", "dispute", "ngenge")
VAGUE = Telling(
    "They killed two people last night, everybody has run away", "attack", None, counts={"killed": 2}
)

PAIRS: dict[str, tuple[Telling, Telling, str]] = {
    # One event in other words and other languages.
    "Swahili for English": (
        RAID,
        Telling(
            "Wezi wa mifugo wamevamia Kapkwata alfajiri, watu watatu wameuawa na ng'ombe 42 wameibwa",
            when=(-7, -4),
            counts={"killed": 3, "livestock": 42},
        ),
        "joins",
    ),
    "telegraphic": (
        RAID,
        Telling("KAPKWATA*RAID*3 DEAD*40 COWS", counts={"killed": 3, "livestock": 40}),
        "joins",
    ),
    "French for English": (
        ATTACK,
        Telling(
            "Des hommes armés ont tué trois personnes à Bwera ce matin",
            "attack",
            "bwera",
            counts={"killed": 3},
        ),
        "joins",
    ),
    "Luganda for English": (
        ATTACK,
        Telling(
            "Abazigu basse abantu basatu e Bwera enkya ya leero", "attack", "bwera", counts={"killed": 3}
        ),
        "joins",
    ),
    "Arabic for Swahili": (
        Telling(
            "Watu wenye silaha wameua watu watano Bwera jana usiku", "attack", "bwera", counts={"killed": 5}
        ),
        Telling("مسلحون قتلوا خمسة اشخاص في بويرا البارحة", "attack", "bwera", counts={"killed": 5}),
        "joins",
    ),
    "Sheng, without numbers": (
        ATTACK,
        Telling("Wasee wamevamia Bwera asubuhi, watu wamedead", "attack", "bwera"),
        "joins",
    ),
    "a kindred type in the same hours": (
        RAID,
        Telling("Gunmen attacked people at Kapkwata at dawn, cows gone", "attack", when=(-6, -3)),
        "joins",
    ),
    "types told together": (
        RAID,
        Telling("Huts burnt at Kapkwata by raiders", "destruction", others=("cattle_raid",)),
        "joins",
    ),
    "the school of the village": (
        RAID,
        Telling("Shooting at the school, cattle taken", place="kapkwata school"),
        "joins",
    ),
    "one more found dead": (
        RAID,
        replace(RAID, text="Now four bodies at Kapkwata after the raid", counts={"killed": 4}),
        "joins",
    ),
    "the district only, but both numbers agree": (
        RAID,
        Telling(
            "Kween raided, cows 42 gone and three dead", place="kween", counts={"killed": 3, "livestock": 42}
        ),
        "joins",
    ),
    "a group that both name": (
        replace(ATTACK, actors={"ADF": "attacker"}),
        Telling("ADF rebels shot people at Bwera", "attack", "bwera", actors={"ADF": "attacker"}),
        "joins",
    ),
    "a village across the district border": (
        RAID,
        Telling(
            "40 cows raided near Suam this morning", place="suam", when=(-6, 0), counts={"livestock": 40}
        ),
        "joins",
    ),
    # Perhaps one event: a person decides.
    "a kindred type, nobody says when": (
        ATTACK,
        Telling("Houses are burning at Bwera", "destruction", "bwera"),
        "proposed",
    ),
    "four kilometres off, nobody says when": (
        Telling("Thief beaten to death", "mob_violence", "kapkwata"),
        Telling("They lynched a man at Suam", "mob_violence", "suam"),
        "proposed",
    ),
    "the district only": (RAID, Telling("There was a raid in Kween", place="kween"), "proposed"),
    "the district only, told first": (
        Telling("There was a raid in Kween", place="kween"),
        Telling("Raiders came to Binyiny", place="binyiny"),
        "proposed",
    ),
    "a day later": (RAID, replace(RAID, text="Raid at Kapkwata", when=None, hours=24, counts={}), "proposed"),
    "type not told": (RAID, Telling("Something bad happened at Kapkwata today", "unknown"), "proposed"),
    "no place, but the sender lives there": (
        RAID,
        Telling("They took our cows this morning", place=None, home=KWEEN),
        "proposed",
    ),
    "two villages nobody has mapped": (
        Telling("Attack at One", "attack", "unmapped one", counts={"killed": 6}),
        Telling("Six killed at Two by armed men", "attack", "unmapped two", counts={"killed": 6}),
        "proposed",
    ),
    # Another event.
    "another village far off in the district": (
        RAID,
        Telling("Cattle raid at Ngenge", place="ngenge"),
        "nothing",
    ),
    "another village ten kilometres off": (
        RAID,
        Telling("Cows stolen at Binyiny", place="binyiny"),
        "nothing",
    ),
    "the neighbouring district": (RAID, Telling("Cattle raid in Bukwo", place="bukwo"), "nothing"),
    "another region": (RAID, Telling("Cattle raid at Bwera", place="bwera"), "nothing"),
    "only the country is known": (RAID, Telling("Cattle raids in Uganda", place="uganda"), "nothing"),
    "peace after the raid": (RAID, Telling("Peace meeting at Kapkwata, cows given back", "peace"), "nothing"),
    "ten times as many dead": (
        ATTACK,
        Telling("Forty people massacred at Bwera", "attack", "bwera", counts={"killed": 40}),
        "nothing",
    ),
    "three days later": (RAID, Telling("Another raid at Kapkwata", hours=73), "nothing"),
    "last week's raid": (RAID, Telling("They raided Kapkwata last week", when=(-200, -150)), "nothing"),
    "no place, and the sender lives elsewhere": (
        RAID,
        Telling("They took our cows this morning", place=None, home=KASESE),
        "nothing",
    ),
    "nobody tells a place": (VAGUE, Telling("Watu wamepigana hapa", "attack", None), "nothing"),
    "an exercise": (RAID, replace(RAID, exercise=True), "nothing"),
    "a quarrel and a flood": (
        QUARREL,
        Telling("Floods at Ngenge, houses under water", "hazard", "ngenge"),
        "nothing",
    ),
    # Copies.
    "forwarded in capitals": (RAID, replace(RAID, text="FWD: " + RAID.text.upper() + "!!"), "copy"),
    "a few words changed": (
        RAID,
        replace(RAID, text="Raiders attacked Kapkwata village at dawn & took 40 cows, 3 persons are dead"),
        "copy",
    ),
    "a comment before and behind": (
        RAID,
        replace(RAID, text=f"Dear friends please read. {RAID.text}. God help us all in this country of ours"),
        "copy",
    ),
    "mistyped throughout": (
        RAID,
        replace(RAID, text="Raiderz atacked Kapkwatta at dawwn and tok 40 cows, 3 peple are ded"),
        "copy",
    ),
    "no place, but the same long text": (VAGUE, replace(VAGUE, text=VAGUE.text.lower()), "copy"),
    "the same text, read as another place": (RAID, replace(RAID, place="bwera"), "proposed"),
    "the same shout without a place": (
        Telling("fighting here pls help", "riot", None),
        Telling("fighting here pls help", "riot", None, hours=2),
        "proposed",
    ),
    "the same shout from another district": (
        replace(VAGUE, home=KASESE),
        replace(VAGUE, home=KWEEN),
        "proposed",
    ),
    "stock words two days later": (
        Telling("Cattle raid at Kapkwata, cows taken"),
        Telling("Cattle raid at Kapkwata, cows taken", hours=48),
        "proposed",
    ),
    "the same phrases with other numbers": (
        RAID,
        replace(
            RAID,
            text="Raiders attacked Kapkwata at dawn and took 400 cows, 30 people are dead",
            counts={"killed": 30, "livestock": 400},
        ),
        "proposed",
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_judged_pair(name: str) -> None:
    first, second, expected = PAIRS[name]
    assert verdict(first, second) == expected, match(first, second)


@pytest.mark.parametrize("name", [name for name in PAIRS if "first" not in name and "later" not in name])
def test_facts_weigh_the_same_both_ways(name: str) -> None:
    first, second, _ = PAIRS[name]
    assert rough(first.facts, second.facts) == pytest.approx(rough(second.facts, first.facts))


SOURCES: dict[str, tuple[Telling, Telling, str]] = {
    "two people in their own words": (RAID, PAIRS["Swahili for English"][1], ""),
    "two translations": (ATTACK, PAIRS["French for English"][1], ""),
    "the same words": (RAID, RAID, "copy"),
    "a light rewording": (RAID, PAIRS["a few words changed"][1], "copy"),
    "the same phrases with a number changed": (
        RAID,
        replace(RAID, text=RAID.text.replace("40", "45"), counts={"killed": 3, "livestock": 45}),
        "copy",
    ),
    "one person again": (
        replace(RAID, contact=7),
        Telling("I was there, they shot from the hill", contact=7),
        "same_person",
    ),
    "two of one organisation": (
        replace(RAID, organisation="Kween Peace Committee"),
        Telling("Cows gone from Kapkwata", organisation="KWEEN peace committee "),
        "connected",
    ),
    "of different organisations": (
        replace(RAID, organisation="Kween Peace Committee"),
        Telling("Cows gone from Kapkwata", organisation="Sabiny elders"),
        "",
    ),
    "two of one community and denomination": (
        replace(RAID, circle="st peter kween/catholic"),
        Telling("Cows gone from Kapkwata", circle="st peter kween/catholic"),
        "connected",
    ),
    "of two communities": (
        replace(RAID, circle="st peter kween/catholic"),
        Telling("Cows gone from Kapkwata", circle="kween mosque/muslim"),
        "",
    ),
    "a supervisor after one who reports to them": (
        replace(RAID, contact=7, supervisor=9),
        Telling("Cows gone from Kapkwata", contact=9),
        "connected",
    ),
    "one who reports to a supervisor after them": (
        replace(RAID, contact=9),
        Telling("Cows gone from Kapkwata", contact=7, supervisor=9),
        "connected",
    ),
    "two who report to one supervisor": (
        replace(RAID, contact=7, supervisor=9),
        Telling("Cows gone from Kapkwata", contact=8, supervisor=9),
        "",
    ),
    "a forwarded message": (RAID, Telling("Cows gone from Kapkwata", forwarded=True), "forwarded"),
    "hearsay": (RAID, Telling("They say cows are gone from Kapkwata", hearsay=True), "hearsay"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_judged_source(name: str) -> None:
    first, second, expected = SOURCES[name]
    found = source(second.witness, [first.witness])
    assert found.code == expected
    assert found.independent is (expected == "")
    assert bool(found.why) is (expected != "")


def test_a_match_says_whether_it_is_a_new_source_and_why() -> None:
    found = match(*PAIRS["Swahili for English"][:2])
    assert found is not None
    assert found.independent
    assert found.why == ("the same place", "the same type", "the same hours", "3 killed", "40 and 42 animals")


def test_nearer_is_likelier() -> None:
    def at(lat: float) -> float:
        other = replace(RAID.facts, place_id="other", path=f"{KWEEN}other/", lat=lat)
        return rough(other, RAID.facts)

    weights = [at(1.40 + step / 100) for step in range(0, 40, 2)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == NEVER


def test_the_longer_between_the_less_likely() -> None:
    chances = [rough(replace(RAID, when=None, hours=hours).facts, RAID.facts) for hours in range(9, 72, 3)]
    assert chances == sorted(chances, reverse=True)
    assert (
        rough(replace(RAID, when=None, hours=12 + WINDOW.total_seconds() / 3600).facts, RAID.facts) == NEVER
    )


def test_probabilities_lie_between_the_thresholds_and_one() -> None:
    found = [match(first, second) for first, second, _ in PAIRS.values()]
    chances = [one.same_event for one in found if one]
    assert PROPOSE <= min(chances) < JOIN <= max(chances) < 1


def test_an_incident_without_an_id_is_nothing_to_join() -> None:
    assert compare(RAID.facts, RAID.facts) is None


def test_numbers_that_people_round_do_not_part_an_event() -> None:
    def told(**counts: Any) -> float:
        return rough(replace(RAID, counts=counts).facts, RAID.facts)

    assert told(livestock=40) > told(livestock=42) > told(livestock=60) > told(livestock=400)
    assert told(killed=3) > told() > told(killed=40)


def test_a_name_says_more_than_a_common_word() -> None:
    def named(mine: dict[str, str], theirs: dict[str, str]) -> float:
        return agreement.actors(
            replace(ATTACK, actors=mine).facts, replace(ATTACK, actors=theirs).facts
        ).weight

    adf, gunmen, police = ({name: "attacker"} for name in ("ADF", "gunmen", "police"))
    assert named(adf, adf) > named(gunmen, gunmen) > named(gunmen, adf) == named(gunmen, police) == 0
    assert named(adf, {"ADF": "target"}) < 0
    assert named(adf, {"M23": "attacker"}) < 0


def test_the_distance_of_kampala_and_nairobi_is_500_km() -> None:
    kampala, nairobi = (Telling("", place=name).facts for name in ("kampala", "nairobi"))
    assert distance_km(kampala, nairobi) == pytest.approx(504, abs=5)
    assert distance_km(kampala, replace(nairobi, lat=None)) is None
