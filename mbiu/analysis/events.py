"""What happened: the types a text speaks of, the main one first, with a confidence."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from mbiu.analysis import telling
from mbiu.analysis.contest import BACKGROUND, STRONG, USUAL, Tallies, Tally, lead, types
from mbiu.analysis.counts import Counts
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.reading import Evidence
from mbiu.analysis.scan import Scan

BASE = {1.0: 0.45, 2.0: 0.62, 3.0: 0.8}
UNKNOWN_BELOW = 0.35
OFF_TOPIC_BELOW = 0.5
OTHER_FROM = 1.4
HINT = 1.2
HINT_ONLY = 0.3
WEIGHT_FROM = 0.3
SUPPOSED = 1.0
WISHED = 1.0
ANNOUNCED = 2.0
NOT_YET = 0.35
HEARSAY_COST = 0.2
VAGUE = 0.3
TALK = 1.0
RUMOURED = 0.5
#: Hearsay does not make these a rumour: hate is itself spoken.
NEVER_RUMOUR = ("none", "peace", "hate_speech")
#: Types told by what somebody came to do (*barabarani kudai haki*) or after what (*baada ya kupinduka*).
TOLD_BY_INFINITIVES = ("protest", "hazard")
Span = tuple[int, int]
EVIDENCE_PER_TYPE = 3
#: Types in which people die anyway: a bare word of killing adds no attack to them.
DEADLY = ("armed_clash", "explosion", "mob_violence", "crackdown", "hazard", "riot", "crime")


@dataclass(frozen=True)
class Event:
    """The main type (``unknown`` where the text does not say), its confidence and all others."""

    type: str
    confidence: float
    others: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def event(scan: Scan, counts: Counts, names: Sequence[Span] = ()) -> Event:
    """The event of a text, given what was counted in it.

    ``names`` are the code points (start, end) where it names places: *Burnt Forest* burns nothing.
    """
    tallies = _tallies(scan, telling.discount(scan, counts, placed=bool(names)), names)
    if telling.vague(scan, counts, placed=bool(names)):
        _weigh_talk(scan, tallies)
    ranked = lead(scan, tallies, counts)
    if not ranked or ranked == ["none"]:
        return _without_a_type(scan, told=bool(ranked)) or _simple(scan, tallies, "none")
    harmed = counts.harmed
    confidence = _confidence(scan, tallies, ranked, harmed)
    if confidence <= OFF_TOPIC_BELOW and not harmed and telling.elsewhere(scan):
        return _nothing(scan)
    if confidence < UNKNOWN_BELOW:
        hinted = types()[ranked[0]].violent
        return _without_a_type(scan, told=True, hinted=hinted) or _doubtful(scan, tallies, ranked, confidence)
    return _told(scan, tallies, ranked, confidence, harmed)


def _told(scan: Scan, tallies: Tallies, ranked: list[str], confidence: float, harmed: int) -> Event:
    """The event with its other types; hearsay without anybody harmed is a rumour first."""
    main = ranked[0]
    others = [code for code in ranked[1:] if _counts_too(code, tallies[code], main)]
    hits = [hit for hit, _, _ in tallies[main].hits]
    hearsay = main not in NEVER_RUMOUR and telling.second_hand(scan, hits)
    if hearsay and not (harmed and telling.is_sure(scan)) and main != "rumour":
        main, others, confidence = "rumour", [main, *others], min(0.95, max(0.5, confidence + HEARSAY_COST))
    elif hearsay:
        others.append("rumour")
    others = list(dict.fromkeys(code for code in others if code != main))
    told = [code for code in ranked if code in (main, *others)]
    found = [item for code in told for item in _evidence(scan, code, tallies[code], main)]
    if hearsay:
        found += _hearsay_evidence(scan, main)
    return Event(main, round(confidence, 2), tuple(others), tuple(found))


def _counts_too(code: str, tally: Tally, main: str) -> bool:
    if code == "none" or tally.score < OTHER_FROM:
        return False
    return not (code == "attack" and main in DEADLY and tally.best < STRONG)


def _tallies(scan: Scan, loss: float, names: Sequence[Span]) -> Tallies:
    tallies: Tallies = defaultdict(lambda: Tally([]))
    for hit in scan.of("events"):
        if _is_named(scan, hit, names):
            continue
        code, weight, why = _weigh(scan, hit)
        weight -= loss if code not in ("none", "rumour") else 0
        if weight > WEIGHT_FROM and not tallies[code].has(hit):
            tallies[code].hits.append((hit, weight, why))
    return {code: tally for code, tally in tallies.items() if tally.hits}


def _weigh_talk(scan: Scan, tallies: Tallies) -> None:
    """Diseases and accidents named without when, where or whom are advice as often as news."""
    hazard = tallies.get("hazard")
    if not hazard or not (scan.marked("health") or hazard.best <= USUAL):
        return
    if "none" in tallies:
        del tallies["hazard"]
    else:
        hazard.hits = [(hit, weight - TALK, why) for hit, weight, why in hazard.hits]


def _is_named(scan: Scan, hit: Hit, names: Sequence[Span]) -> bool:
    start, end = scan.tokens[hit.first].start, scan.tokens[hit.last].end
    return any(low <= start and end <= high and high - low > end - start for low, high in names)


def _weigh(scan: Scan, hit: Hit) -> tuple[str, float, str]:
    """The type a hit counts for in its context, with what weight, and why."""
    code, weight = hit.entry.code, hit.entry.weight
    if scan.denied(hit) or scan.asked(hit):
        return code, 0.0, ""
    violent = types()[code].violent
    if violent and scan.supposed(hit) and hit.tense != "future":
        return "threat", SUPPOSED, f"a word of {code}, only supposed"
    if violent and scan.wished(hit):
        return "threat", weight - WISHED, f"a word of {code}, called for"
    if violent and scan.ahead(hit):
        return "threat", _announced(weight), f"a word of {code}, announced and not yet done"
    if (code != "threat" and scan.supposed(hit)) or (code == "displacement" and scan.ahead(hit)):
        return code, weight * NOT_YET, f"a word of {code}, not yet true"
    if hit.tense == "infinitive" and not scan.joined(hit) and code not in TOLD_BY_INFINITIVES:
        return code, weight * BACKGROUND, f"a word of {code}, as a plain infinitive"
    if scan.background(hit) and code != "hazard":
        return code, weight * BACKGROUND, f"a word of {code}, told as background"
    return code, weight, f"a word of {code}"


def _announced(weight: float) -> float:
    """What is announced weighs something; a hint stays a hint."""
    return max(ANNOUNCED, weight) if weight > HINT else weight


def _confidence(scan: Scan, tallies: Tallies, ranked: list[str], harmed: int) -> float:
    tally = tallies[ranked[0]]
    confidence = BASE.get(tally.best, 0.2 + 0.2 * tally.best)
    if tally.best <= HINT and not harmed:
        confidence = min(confidence, HINT_ONLY)
    confidence += 0.04 * min(4, len(tally.hits) - 1) + (0.08 if harmed else 0)
    if scan.marked("hearsay") and not scan.marked("eyewitness"):
        confidence -= HEARSAY_COST
    if len(ranked) > 1 and tallies[ranked[1]].score > tally.score:
        confidence -= 0.1
    return max(0.05, min(0.95, confidence))


def _without_a_type(scan: Scan, *, told: bool, hinted: bool = False) -> Event | None:
    """Where no word of an event carries: a rumour of armed people, a cry, or nothing at all."""
    if seen := telling.rumoured(scan, hinted=hinted):
        return Event("rumour", RUMOURED, (), (seen,))
    if seen := telling.trouble(scan):
        return Event("unknown", VAGUE, (), (seen,))
    return None if told else _nothing(scan)


def _nothing(scan: Scan) -> Event:
    """No type found: a question, another subject and a denial are ``none``; anything else is unknown."""
    seen = telling.nothing_reported(scan)
    return Event("none", telling.NOTHING, (), (seen,)) if seen else Event("unknown", 0.0, (), ())


def _doubtful(scan: Scan, tallies: Tallies, ranked: list[str], confidence: float) -> Event:
    main = ranked[0]
    found = tuple(item for code in ranked for item in _evidence(scan, code, tallies[code], main))
    return Event("unknown", round(confidence, 2), (main,) if main != "none" else (), found)


def _simple(scan: Scan, tallies: Tallies, code: str) -> Event:
    return Event(code, BASE[2.0], (), tuple(_evidence(scan, code, tallies[code], code)))


def _evidence(scan: Scan, code: str, tally: Tally, main: str) -> list[Evidence]:
    name = "event_type" if code == main else "other_types"
    best = sorted(tally.hits, key=lambda item: -item[1])[:EVIDENCE_PER_TYPE]
    return [scan.evidence(name, code, hit.first, hit.last, why) for hit, _, why in best]


def _hearsay_evidence(scan: Scan, main: str) -> list[Evidence]:
    name = "event_type" if main == "rumour" else "other_types"
    return [
        scan.evidence(name, "rumour", hit.first, hit.last, "told at second hand")
        for hit in scan.marked("hearsay")[:1]
    ]
