"""Which counted group an outcome befell: the nearest that may have suffered it, each used once."""

from collections import defaultdict
from typing import NamedTuple

from mbiu.analysis.groups import Group
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.nouns import TRANSITIVE, field_of
from mbiu.analysis.scan import Scan
from mbiu.analysis.sufferers import did_it, is_single, object_of

REACH = 9.0
BARE_REACH = 4.0
VAGUE_REACH = 2.0
TOTAL_REACH = 8.0
CLAUSE_COST = 2
NUMBER_COST = 4
PERSON_COST = 3
UNTOLD_COST = 1
NOUN_COST = 6
NEXT_SENTENCE = 4.0
OUTCOME_COST = 3
_TIES = frozenset(":=-*().")


class Pair(NamedTuple):
    """A group that may be what an outcome befell; the lowest cost is the likeliest."""

    cost: float
    group: Group
    outcome: Hit


def matched(scan: Scan, found: list[Group], outcomes: list[Hit]) -> list[Pair]:
    """The likeliest pairs of group and outcome, each used once; parts of a group take what it leaves."""
    people = [group for group in found if group.kind in ("person", "")]
    wholes = {group.of.first for group in people if group.of}
    outcomes = [hit for hit in outcomes if field_of(hit) and hit.first not in wholes]
    follows = _follows(scan, people, outcomes)
    pairs = []
    for group in people:
        for hit in outcomes:
            cost = _cost(scan, group, hit, people, outcomes)
            cost += 0.5 if (hit.first > group.first) == (scan.tokens[hit.first].sentence in follows) else 0
            if cost <= _reach(group):
                pairs.append(Pair(cost, group, hit))
    pairs.sort(key=lambda pair: (pair.group.part and not pair.group.of, pair.cost, pair.outcome.first))
    used: set[int] = set()
    kept = []
    for pair in pairs:
        if id(pair.group) not in used and id(pair.outcome) not in used:
            used |= {id(pair.group), id(pair.outcome)}
            kept.append(pair)
    return sorted(kept, key=lambda pair: pair.group.first)


def _follows(scan: Scan, people: list[Group], outcomes: list[Hit]) -> frozenset[int]:
    """Sentences that write *killed 3 injured 5* rather than *3 killed 5 injured*."""
    firsts = {group.first for group in people if group.told}
    lasts = {group.last for group in people if group.told}
    score: dict[int, int] = defaultdict(int)
    for hit in outcomes:
        score[scan.tokens[hit.first].sentence] += (hit.last + 1 in firsts) - (hit.first - 1 in lasts)
    return frozenset(sentence for sentence, points in score.items() if points > 0)


def _reach(group: Group) -> float:
    if group.kind:
        return REACH
    if group.total:
        return TOTAL_REACH
    return VAGUE_REACH if group.vague else BARE_REACH


def _cost(scan: Scan, group: Group, hit: Hit, people: list[Group], outcomes: list[Hit]) -> float:
    """How far apart the two stand; endless where the one cannot have befallen the other."""
    if max(group.first - hit.last, hit.first - group.last) > REACH:
        return REACH * 2
    one, two = scan.tokens[group.first], scan.tokens[hit.first]
    if one.sentence != two.sentence:
        follows = group.first == hit.last + 1 and group.told and group.kind == "person"
        return NEXT_SENTENCE if follows and not did_it(scan, group, hit, people) else REACH * 2
    if hit.first <= group.last and hit.last >= group.first and _may_befall(scan, group, hit):
        return 0 if group.told else REACH * 2
    if not _may_befall(scan, group, hit) or did_it(scan, group, hit, people):
        return REACH * 2
    low, high = (group.last, hit.first) if hit.first > group.last else (hit.last, group.first)
    clauses = abs(scan.tokens[low].clause - scan.tokens[high].clause)
    if clauses and _tied(scan, low, high):
        clauses = 0
    if not group.kind and clauses:
        return REACH * 2
    cost = high - low + CLAUSE_COST * clauses + (0 if group.told else UNTOLD_COST)
    cost += sum(_weight(other) for other in people if low < other.first < high and not other.part)
    cost += NOUN_COST * sum(_is_thing(scan, index) for index in range(low + 1, high))
    return cost + OUTCOME_COST * sum(low < other.first and other.last < high for other in outcomes)


def _may_befall(scan: Scan, group: Group, hit: Hit) -> bool:
    if hit.entry.code in TRANSITIVE and (group.kind != "person" or _in_custody(scan, hit)):
        return False
    if hit.entry.code.endswith("1") and group.vague and not group.told:
        return False
    if not group.told:
        goes_on = group.vague and hit.tense == "present"
        return hit.entry.code != "displaced" and not goes_on and object_of(scan, hit, group)
    return bool(group.kind) or group.range.best == 1 or not _is_an_age(scan, hit)


def _is_an_age(scan: Scan, hit: Hit) -> bool:
    """Whether a bare number beside the verb is no count: *mama Asha 81 amefariki* tells of one."""
    return hit.entry.language in ("sw", "sheng", "lg") and is_single(scan, hit)


def _in_custody(scan: Scan, hit: Hit) -> bool:
    """Whether the same sentence tells of an arrest."""
    sentence = scan.tokens[hit.first].sentence
    return any(
        one.entry.code == "arrests"
        and one.tense != "infinitive"
        and scan.tokens[one.first].sentence == sentence
        for one in scan.of("events")
    )


def _is_thing(scan: Scan, index: int) -> bool:
    return any(hit.entry.code in ("livestock", "other") for hit in scan.starting("counts", index))


def _weight(other: Group) -> int:
    return NUMBER_COST if other.told else PERSON_COST


def _tied(scan: Scan, low: int, high: int) -> bool:
    """``Dead: 3`` and ``killed - 5`` are as one clause."""
    gap = scan.text[scan.tokens[low].end : scan.tokens[high].start].strip()
    return high == low + 1 and _TIES.issuperset(gap)
