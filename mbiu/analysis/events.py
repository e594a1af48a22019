"""What happened: the types a text speaks of, the main one first, with a confidence."""

from collections import defaultdict
from dataclasses import dataclass

from mbiu.analysis.counts import Counts
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.reading import Evidence
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import cached, rows

BASE = {1.0: 0.45, 2.0: 0.62, 3.0: 0.8}
UNKNOWN_BELOW = 0.35
OFF_TOPIC_BELOW = 0.5
OTHER_FROM = 1.4
HINT_ONLY = 0.3
WEIGHT_FROM = 0.3
STRONG = 3.0
HEARSAY_COST = 0.2
OFF_TOPIC = ("football", "entertainment", "bible", "history", "health", "court")
NOT_AN_EVENT = ("football", "entertainment", "bible")
EVIDENCE_PER_TYPE = 3


@dataclass(frozen=True)
class Kind:
    """How a type competes to be the main one, and whether it is violence."""

    bonus: float
    violent: bool


@dataclass(frozen=True)
class Event:
    """The main type (``unknown`` where the text does not say), its confidence and all others."""

    type: str
    confidence: float
    others: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass
class _Tally:
    """Hits and weights of one type."""

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
        return self.best + 0.3 * min(rest, 3.0)


@cached
def types() -> dict[str, Kind]:
    """How each type competes, by its code."""
    return {row["code"]: Kind(float(row["bonus"]), row["violent"] == "1") for row in rows("types")}


def event(scan: Scan, counts: Counts) -> Event:
    """The event of a text, given what was counted in it."""
    harmed = counts.harmed
    tallies = _tallies(scan, sure=harmed > 0)
    _add_stolen_animals(scan, tallies, counts)
    _drop_accidents(tallies)
    _add_force_against_protest(scan, tallies)
    if not tallies:
        return _nothing(scan)
    ranked = sorted(tallies, key=lambda code: -_rank(code, tallies[code], counts))
    main = ranked[0]
    confidence = _confidence(scan, tallies, ranked, harmed)
    others = [code for code in ranked[1:] if tallies[code].score >= OTHER_FROM and code != "none"]
    if _is_rumour(scan, main, harmed):
        main, others, confidence = "rumour", [main, *others], max(0.5, confidence + HEARSAY_COST)
    elif scan.marked("hearsay") and _strong_hearsay(scan) and main not in ("rumour", "none"):
        others.append("rumour")
    others = list(dict.fromkeys(code for code in others if code != main))
    told = [code for code in ranked if code in (main, *others)]
    found = [item for code in told for item in _evidence(scan, code, tallies[code], main)]
    if confidence <= OFF_TOPIC_BELOW and not harmed and any(scan.marked(code) for code in NOT_AN_EVENT):
        return _nothing(scan)
    if confidence < UNKNOWN_BELOW:
        return Event(
            "unknown", round(confidence, 2), tuple(ranked[:1]) if main != "none" else (), tuple(found)
        )
    return Event(
        main, round(confidence, 2), tuple(others), tuple(found + _hearsay_evidence(scan, main, others))
    )


def _tallies(scan: Scan, *, sure: bool) -> dict[str, _Tally]:
    tallies: dict[str, _Tally] = defaultdict(lambda: _Tally([]))
    loss = 0.0 if sure else 1.5 * min(1, sum(bool(scan.marked(code)) for code in OFF_TOPIC))
    for hit in scan.of("events"):
        code, weight, why = _weigh(scan, hit)
        weight -= loss if code not in ("none", "rumour") else 0
        if weight > WEIGHT_FROM and not tallies[code].has(hit):
            tallies[code].hits.append((hit, weight, why))
    return {code: tally for code, tally in tallies.items() if tally.hits}


def _weigh(scan: Scan, hit: Hit) -> tuple[str, float, str]:
    """The type a hit counts for in its context, with what weight, and why."""
    code, weight = hit.entry.code, hit.entry.weight
    if scan.denied(hit) or scan.asked(hit):
        return code, 0.0, ""
    violent = types()[code].violent
    if violent and scan.supposed(hit):
        return "threat", 1.0, f"a word of {code}, only supposed"
    if violent and scan.ahead(hit):
        return "threat", max(2.0, weight), f"a word of {code}, announced and not yet done"
    if hit.tense == "infinitive" and not scan.joined(hit):
        return code, weight * 0.5, f"a word of {code}, as a plain infinitive"
    if scan.background(hit) and code != "hazard":
        return code, weight * 0.5, f"a word of {code}, told as background"
    return code, weight, f"a word of {code}"


def _add_stolen_animals(scan: Scan, tallies: dict[str, _Tally], counts: Counts) -> None:
    """Counted animals beside a word of taking make a raid, unless they were given back."""
    taken = [hit for hit in scan.of("counts") if hit.entry.code == "stolen" and not scan.denied(hit)]
    told = [hit for hit in taken if not scan.ahead(hit) and not scan.asked(hit)]
    returned = "peace" in tallies and tallies["peace"].best >= STRONG
    if counts.livestock and returned and "cattle_raid" in tallies:
        tallies["cattle_raid"] = _Tally([(hit, 1.5, why) for hit, _, why in tallies["cattle_raid"].hits[:1]])
    elif counts.livestock and told and not returned:
        raid = tallies.setdefault("cattle_raid", _Tally([]))
        raid.hits.append((told[0], STRONG, "animals taken"))


def _drop_accidents(tallies: dict[str, _Tally]) -> None:
    """People also die in floods and crashes: then the dead are no sign of an attack."""
    hazard, attack = tallies.get("hazard"), tallies.get("attack")
    if hazard and attack and hazard.best >= STRONG and attack.best < STRONG:
        del tallies["attack"]


def _add_force_against_protest(scan: Scan, tallies: dict[str, _Tally]) -> None:
    """Police or soldiers, a protest and violence in one text are a crackdown."""
    forces = [hit for hit in scan.of("actors") if hit.entry.note == "state_force"]
    if forces and "protest" in tallies and "attack" in tallies and "crackdown" not in tallies:
        tallies["crackdown"] = _Tally([(forces[0], STRONG, "a force, a protest and violence together")])


def _rank(code: str, tally: _Tally, counts: Counts) -> float:
    rank = tally.score + types()[code].bonus
    if code in ("attack", "crackdown") and counts.killed and counts.killed.best:
        rank += 1.0
    return rank + (1.5 if code == "cattle_raid" and counts.livestock and tally.best > 1.5 else 0.0)


def _confidence(scan: Scan, tallies: dict[str, _Tally], ranked: list[str], harmed: int) -> float:
    tally = tallies[ranked[0]]
    confidence = BASE.get(tally.best, 0.2 + 0.2 * tally.best)
    if tally.best <= 1 and not harmed:
        confidence = min(confidence, HINT_ONLY)
    confidence += 0.04 * min(4, len(tally.hits) - 1) + (0.08 if harmed else 0)
    if scan.marked("hearsay") and not scan.marked("eyewitness"):
        confidence -= HEARSAY_COST
    if len(ranked) > 1 and tallies[ranked[1]].score > tally.score:
        confidence -= 0.1
    return max(0.05, min(0.95, confidence))


def _strong_hearsay(scan: Scan) -> bool:
    return not scan.marked("eyewitness") and any(hit.entry.weight >= 2 for hit in scan.marked("hearsay"))


def _is_rumour(scan: Scan, main: str, harmed: int) -> bool:
    return main not in ("none", "peace") and not harmed and _strong_hearsay(scan)


def _nothing(scan: Scan) -> Event:
    """No type found: a question and small talk are ``none``; anything else is unknown."""
    for code, confidence in (("question", 0.6), *((code, 0.5) for code in NOT_AN_EVENT)):
        if marks := scan.marked(code):
            why = f"a word of {code}, and nothing reported"
            seen = scan.evidence("event_type", "none", marks[0].first, marks[0].last, why)
            return Event("none", confidence, (), (seen,))
    denied = [hit for hit in scan.of("events") if scan.denied(hit)]
    for hits, why in ((denied, "the text denies it"), (scan.of("ignore"), "a figure of speech")):
        if hits:
            seen = scan.evidence("event_type", "none", hits[0].first, hits[0].last, why)
            return Event("none", 0.5, (), (seen,))
    return Event("unknown", 0.0, (), ())


def _evidence(scan: Scan, code: str, tally: _Tally, main: str) -> list[Evidence]:
    name = "event_type" if code == main else "other_types"
    best = sorted(tally.hits, key=lambda item: -item[1])[:EVIDENCE_PER_TYPE]
    return [scan.evidence(name, code, hit.first, hit.last, why) for hit, _, why in best]


def _hearsay_evidence(scan: Scan, main: str, others: list[str]) -> list[Evidence]:
    if "rumour" not in (main, *others):
        return []
    name = "event_type" if main == "rumour" else "other_types"
    return [
        scan.evidence(name, "rumour", hit.first, hit.last, "told at second hand")
        for hit in scan.marked("hearsay")[:1]
    ]
