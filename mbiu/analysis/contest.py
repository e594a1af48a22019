"""Which of the types that a text speaks of is the main one."""

from dataclasses import dataclass

from mbiu.analysis.counts import Counts
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import cached, grammar, rows

STRONG = 3.0
USUAL = 2.0
BACKGROUND = 0.5
COMPANY = 0.3
MOST_COMPANY = 3.0
#: What the dead add to a type, or take from it: those killed outweigh those taken.
LIFE_AND_DEATH = {"attack": 1.0, "armed_clash": 1.0, "crackdown": 1.0, "mob_violence": 1.0, "abduction": -1.0}
ANIMALS = 1.5
RETURNED = 1.5
IN_BATTLE = 2.0
ONLY_THINGS = 0.6
SET_ON_FIRE = 1.5
ONLY_NAMED = 1.5
PEOPLE = ("person", "person1", "family")
#: How near behind a verb its object stands, in words.
NEXT = 2
WITHOUT_SIDES = 1.8
#: What is told as done outweighs what is said to come.
TO_COME = ("threat", "mobilisation")
DONE = 1.6
HARM = ("killed", "injured")
#: Groups without arms of their own, and kinds that bear them.
CROWDS = (
    "students",
    "traders",
    "youth",
    "protesters",
    "party supporters",
    "boda riders",
    "villagers",
    "refugees",
)
ARMED = frozenset(("armed_group",))
_CALM = grammar("calm")
_BETWEEN, _GATHERING = grammar("between sides"), grammar("gathering")
SIDES = ("state_force", "armed_group", "community", "livelihood", "religious", "political")


@dataclass(frozen=True)
class Kind:
    """How a type competes to be the main one, and whether it is violence."""

    bonus: float
    violent: bool


@dataclass
class Tally:
    """Hits of one type, each with its weight and why it counts."""

    hits: list[tuple[Hit, float, str]]

    def has(self, hit: Hit) -> bool:
        """Whether a hit on the same words is counted already."""
        return any(one.first == hit.first and one.last == hit.last for one, _, _ in self.hits)

    @property
    def best(self) -> float:
        return max(weight for _, weight, _ in self.hits)

    @property
    def score(self) -> float:
        rest = sum(weight for _, weight, _ in self.hits) - self.best
        return self.best + COMPANY * min(rest, MOST_COMPANY)


Tallies = dict[str, Tally]


@cached
def types() -> dict[str, Kind]:
    """How each type competes, by its code."""
    return {row["code"]: Kind(float(row["bonus"]), row["violent"] == "1") for row in rows("types")}


def lead(scan: Scan, tallies: Tallies, counts: Counts) -> list[str]:
    """The codes in order, the main one first; adds and drops types that follow from others."""
    _add_stolen_animals(scan, tallies, counts)
    _drop_accidents(scan, tallies)
    _weigh_force(scan, tallies)
    _add_two_sides(scan, tallies)
    _make_riot(scan, tallies)
    _keep_to_words(scan, tallies, counts)
    _add_harm(scan, tallies, counts)
    _add_private_violence(scan, tallies)
    _drop_calm(scan, tallies)
    return sorted(tallies, key=lambda code: -_rank(scan, code, tallies, counts))


def _add_stolen_animals(scan: Scan, tallies: Tallies, counts: Counts) -> None:
    """Counted animals beside a word of taking make a raid, unless they were given back."""
    taken = [hit for hit in scan.of("counts") if hit.entry.code == "stolen" and not scan.denied(hit)]
    told = [hit for hit in taken if not (scan.ahead(hit) or scan.asked(hit) or scan.background(hit))]
    returned = "peace" in tallies and tallies["peace"].best >= STRONG
    if counts.livestock and returned and "cattle_raid" in tallies:
        first, _, why = tallies["cattle_raid"].hits[0]
        tallies["cattle_raid"] = Tally([(first, RETURNED, why)])
    elif counts.livestock and told and not returned:
        raid = tallies.setdefault("cattle_raid", Tally([]))
        raid.hits.append((told[0], STRONG, "animals taken"))


def _drop_accidents(scan: Scan, tallies: Tallies) -> None:
    """People also die in floods and crashes: then the dead are no sign of an attack."""
    hazard, attack = tallies.get("hazard"), tallies.get("attack")
    if hazard and attack and hazard.best >= STRONG:
        harm = {hit.first for hit in scan.of("counts") if hit.entry.code.startswith(HARM)}
        if attack.best < STRONG or all(hit.first in harm for hit, _, _ in attack.hits):
            del tallies["attack"]


def _weigh_force(scan: Scan, tallies: Tallies) -> None:
    """Police or soldiers, a gathering and violence are a crackdown; without a gathering it is an attack."""
    forces = [hit for hit in scan.of("actors") if hit.entry.note == "state_force"]
    gathered = _is_gathered(scan, tallies)
    crackdown = tallies.get("crackdown")
    if forces and gathered and "attack" in tallies and not crackdown and "riot" not in tallies:
        tallies["crackdown"] = Tally([(forces[0], STRONG, "a force, a gathering and violence together")])
    elif crackdown and not gathered and all(_overlaps(hit, forces) for hit, _, _ in crackdown.hits):
        attack = tallies.setdefault("attack", Tally([]))
        attack.hits += [(hit, weight, "violence of a force") for hit, weight, _ in crackdown.hits]
        del tallies["crackdown"]


def _is_gathered(scan: Scan, tallies: Tallies) -> bool:
    named = any(hit.entry.code == "protesters" for hit in scan.of("actors"))
    words = any(token.folded in _GATHERING for token in scan.tokens)
    return named or words or "protest" in tallies or "riot" in tallies


def _make_riot(scan: Scan, tallies: Tallies) -> None:
    """Students, traders or supporters who fight the police are no armed side."""
    kinds = {hit.entry.note for hit in scan.of("actors")}
    crowd = any(hit.entry.code in CROWDS for hit in scan.of("actors"))
    if "armed_clash" in tallies and crowd and "state_force" in kinds and not kinds & ARMED:
        clash = tallies.pop("armed_clash")
        riot = tallies.setdefault("riot", Tally([]))
        riot.hits += [(hit, weight, "a crowd against a force") for hit, weight, _ in clash.hits]


def _add_harm(scan: Scan, tallies: Tallies, counts: Counts) -> None:
    """People hurt or taken, of which no word of an event told."""
    if any(types()[code].violent and tally.best >= USUAL for code, tally in tallies.items()):
        return
    if "hazard" in tallies or "crime" in tallies or "peace" in tallies:
        return
    hits = {hit.entry.code.rstrip("1"): hit for hit in scan.of("counts") if not scan.denied(hit)}
    armed = scan.marked("weapon") or "mobilisation" in tallies
    if counts.abducted and counts.abducted.best and "abducted" in hits:
        tallies.setdefault("abduction", Tally([])).hits.append((hits["abducted"], USUAL, "people taken"))
    elif armed and counts.harmed and (hit := hits.get("killed") or hits.get("injured")):
        tallies.setdefault("attack", Tally([])).hits.append((hit, STRONG, "people hurt by armed men"))


def _add_two_sides(scan: Scan, tallies: Tallies) -> None:
    """Shooting or killing *between X and Y* is a clash, whoever began."""
    attack = tallies.get("attack")
    if not attack or "armed_clash" in tallies:
        return
    for hit in scan.of("actors"):
        before = scan.tokens[max(0, hit.first - 2) : hit.first]
        if any(token.folded in _BETWEEN for token in before) and len(scan.of("actors")) > 1:
            tallies["armed_clash"] = Tally([(hit, STRONG, "violence between two sides")])
            return


def _keep_to_words(scan: Scan, tallies: Tallies, counts: Counts) -> None:
    """People who quarrel, without arms or anybody hurt, and *no blows so far*: still a dispute."""
    dispute = tallies.get("dispute")
    if not dispute or dispute.best < USUAL or counts.harmed or scan.marked("weapon"):
        return
    if any(types()[hit.entry.code].violent and scan.denied(hit) for hit in scan.of("events")):
        tallies.pop("armed_clash", None)


def _overlaps(hit: Hit, others: list[Hit]) -> bool:
    return any(one.first <= hit.last and hit.first <= one.last for one in others)


def _add_private_violence(scan: Scan, tallies: Tallies) -> None:
    """Violence within a family, over love, drink or debt, with no group in it is a crime."""
    private = scan.marked("private")
    if private and "attack" in tallies and "mob_violence" not in tallies and not _has_sides(scan):
        crime = tallies.setdefault("crime", Tally([]))
        crime.hits.append((private[0], STRONG, "violence in private"))


def _drop_calm(scan: Scan, tallies: Tallies) -> None:
    """*No attack here, all is calm* reports nothing; peace is made by people."""
    peace = tallies.get("peace")
    if peace is None:
        return
    quiet = any(scan.denied(hit) for hit in scan.of("events")) or "none" in tallies
    if set(tallies) <= {"peace", "none"} and all(_is_calm(scan, hit) for hit, _, _ in peace.hits):
        tallies["none"] = Tally(tallies.pop("peace").hits)
    elif peace.best < STRONG and quiet:
        del tallies["peace"]


def _is_calm(scan: Scan, hit: Hit) -> bool:
    words = scan.tokens[hit.first : hit.last + 1]
    return any(stem in token.folded for token in words for stem in _CALM)


def _has_sides(scan: Scan) -> bool:
    return any(hit.entry.note in SIDES for hit in scan.of("actors"))


def _done(tallies: Tallies) -> bool:
    return any(types()[code].violent and tally.best >= STRONG for code, tally in tallies.items())


def _rank(scan: Scan, code: str, tallies: Tallies, counts: Counts) -> float:
    tally = tallies[code]
    bonus = types()[code].bonus
    rank = tally.score + (bonus if tally.best >= USUAL or bonus < 0 else 0.0)
    if code in TO_COME and (_done(tallies) or counts.harmed):
        return rank - DONE
    if counts.killed and counts.killed.best and code in LIFE_AND_DEATH:
        return rank + (0.0 if _only_heard(code, tallies) else LIFE_AND_DEATH[code])
    return rank + _fitting(scan, code, tallies, counts)


def _fitting(scan: Scan, code: str, tallies: Tallies, counts: Counts) -> float:
    """What a type gains or loses beside the other types of the text."""
    tally = tallies[code]
    if code == "cattle_raid" and counts.livestock and tally.best > RETURNED:
        return ANIMALS
    if code == "cattle_raid" and not counts.livestock and _only_actors(scan, tally):
        return -ONLY_NAMED
    if code == "riot" and _same_words(tally, tallies.get("destruction")):
        return -ONLY_NAMED
    if code == "explosion" and _among_arms(scan, tallies):
        return -IN_BATTLE
    if code == "crime" and tally.best >= STRONG and "attack" in tallies and not _has_sides(scan):
        return WITHOUT_SIDES
    if code == "destruction" and tally.best >= STRONG and _spares_people(scan, tallies, counts):
        return ONLY_THINGS
    if code == "hazard" and _best(tallies, "destruction") >= STRONG and _has_sides(scan):
        return -SET_ON_FIRE
    return 0.0


def _best(tallies: Tallies, code: str) -> float:
    return tallies[code].best if code in tallies else 0.0


def _only_actors(scan: Scan, tally: Tally) -> bool:
    """*Cattle raiders* says who they are, and nothing of a raid."""
    return all(_overlaps(hit, scan.of("actors")) for hit, _, _ in tally.hits)


def _same_words(tally: Tally, other: Tally | None) -> bool:
    """Whether looting and burning tell of destruction, and nothing tells of a riot."""
    spans = [(one.first, one.last) for one, _, _ in other.hits] if other else []
    return all(any(low <= hit.first and hit.last <= high for low, high in spans) for hit, _, _ in tally.hits)


def _only_heard(code: str, tallies: Tallies) -> bool:
    """Shots heard and people found dead are no battle."""
    return code == "armed_clash" and _best(tallies, code) < STRONG and _best(tallies, "attack") >= USUAL


def _among_arms(scan: Scan, tallies: Tallies) -> bool:
    """Whether what explodes is one weapon among others, in a battle or an attack."""
    if _best(tallies, "armed_clash") >= STRONG:
        return True
    bombs = [hit for hit, _, _ in tallies["explosion"].hits]
    others = any(not _overlaps(mark, bombs) for mark in scan.marked("weapon"))
    return others and _best(tallies, "attack") >= STRONG


def _spares_people(scan: Scan, tallies: Tallies, counts: Counts) -> bool:
    """Whether an attack is told that hurt things and nobody."""
    if counts.harmed or "attack" not in tallies:
        return False
    hits = [hit for hit, _, _ in tallies["attack"].hits]
    harm = [hit for hit in scan.of("counts") if hit.entry.code.startswith(HARM)]
    return not any(_overlaps(hit, harm) or _hits_people(scan, hit) for hit in hits)


def _hits_people(scan: Scan, hit: Hit) -> bool:
    """Whether people stand as the object inside a hit or right behind it."""
    people = [one for one in scan.of("counts") if one.entry.code in PEOPLE] + scan.of("actors")
    return any(hit.first < one.first <= hit.last + NEXT for one in people)
