"""How many were killed, injured, displaced, abducted, and how many animals were lost."""

from collections import defaultdict
from dataclasses import dataclass

from mbiu.analysis.groups import Group, groups
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.matching import Pair, matched
from mbiu.analysis.nouns import NOUNS, TRANSITIVE, field_of, is_outcome
from mbiu.analysis.reading import Evidence, NumberRange
from mbiu.analysis.scan import Scan
from mbiu.analysis.sufferers import is_single
from mbiu.analysis.sums import Bound, total
from mbiu.analysis.tables import grammar

MAX_OUTCOMES = 25
DIED_REACH = 4
NONE = NumberRange(0, 0, 0)
ONE = NumberRange(1, 1, 1)
_LINKS = grammar("link")
_WERE = grammar("were")


@dataclass(frozen=True)
class Counts:
    """A range or None for each of the five, and the evidence."""

    killed: NumberRange | None = None
    injured: NumberRange | None = None
    displaced: NumberRange | None = None
    abducted: NumberRange | None = None
    livestock: NumberRange | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def harmed(self) -> int:
        ranges = (self.killed, self.injured, self.abducted)
        return sum(one.best for one in ranges if one)


def count(scan: Scan) -> Counts:
    """Bind the numbers of a text to what happened, each number and each outcome once."""
    hits = scan.of("counts")
    if not hits:
        return Counts()
    found = [group for group in groups(scan) if scan.tokens[group.first].sentence not in scan.questions]
    told = [
        hit
        for hit in _outcomes(hits)
        if not scan.ahead(hit) and not scan.supposed(hit) and not scan.asked(hit)
    ]
    corrected = {group.last + 1 for group in found if group.corrects}
    real = [hit for hit in told if hit.first in corrected or not _denied(scan, hit)]
    pairs = _fatal(scan, matched(scan, found, real), real)
    bound = [_befell(scan, pair) for pair in pairs if not pair.group.unknown]
    bound += _left_out(scan, found, pairs)
    bound += _alone(scan, real, pairs)
    used = {id(pair.group) for pair in pairs}
    bound += [_animals(scan, group) for group in found if id(group) not in used and _is_loss(scan, group)]
    bound += _denials(scan, told, found, bound)
    return _counts(bound, natural=any(hit.entry.code == "natural" for hit in hits))


def _outcomes(hits: list[Hit]) -> list[Hit]:
    """Words of outcomes, each place once; a word that says *one* is preferred."""
    by_place: dict[int, Hit] = {}
    for hit in hits:
        if is_outcome(hit) or hit.entry.code in ("harmed", *TRANSITIVE):
            old = by_place.get(hit.first)
            if old is None or _worth(hit) > _worth(old):
                by_place[hit.first] = hit
    kept: list[Hit] = []
    for hit in sorted(by_place.values(), key=lambda hit: hit.first):
        if not (kept and hit.first <= kept[-1].last and field_of(hit) == field_of(kept[-1])):
            kept.append(hit)
    return kept[:MAX_OUTCOMES]


def _worth(hit: Hit) -> tuple[int, bool, bool]:
    return hit.size, hit.entry.code not in TRANSITIVE, hit.entry.code.endswith("1")


def _fatal(scan: Scan, pairs: list[Pair], outcomes: list[Hit]) -> list[Pair]:
    """*stabbed a man, who died*: the one who was wounded is the one who died."""
    used = {id(pair.outcome) for pair in pairs}
    deaths = [hit for hit in outcomes if field_of(hit) == "killed" and id(hit) not in used]
    return [_died(scan, pair, deaths) for pair in pairs]


def _died(scan: Scan, pair: Pair, deaths: list[Hit]) -> Pair:
    group, hit = pair.group, pair.outcome
    if field_of(hit) != "injured" or group.told or group.vague:
        return pair
    last = max(group.last, hit.last)
    sentence = scan.tokens[last].sentence
    near = (one for one in deaths if 0 < one.first - last <= DIED_REACH)
    return next(
        (pair._replace(outcome=one) for one in near if scan.tokens[one.first].sentence == sentence), pair
    )


def _befell(scan: Scan, pair: Pair) -> Bound:
    group, hit = pair.group, pair.outcome
    field = field_of(hit)
    first, last = min(group.first, hit.first), max(group.last, hit.last)
    seen = scan.evidence(field, group.range.best, first, last, _why(group, field))
    graver = hit.entry.code == "graver"
    return Bound(field, group, scan.tokens[group.first].sentence, hit.first, seen, graver)


def _why(group: Group, field: str) -> str:
    if not group.told:
        return ("several people" if group.vague else "one person") + ", no figure given"
    return f"a number beside a word of {field}" + (", five reckoned to a family" if group.family else "")


def _left_out(scan: Scan, found: list[Group], pairs: list[Pair]) -> list[Bound]:
    """``two were killed in Kobebe and one in Rupa``: a bare number tied to the outcome before it."""
    used = {id(pair.group) for pair in pairs}
    bound = []
    for group in found:
        if group.kind or id(group) in used or group.vague or group.unknown or group.part or not group.first:
            continue
        before = scan.tokens[group.first - 1]
        last = next((pair for pair in reversed(pairs) if pair.group.first < group.first), None)
        same = last and scan.tokens[last.group.first].sentence == before.sentence
        were = before.folded in _WERE and last is not None and not last.group.told
        if last and same and (were or (before.folded in _LINKS and not _has_verb(scan, group))):
            bound.append(_befell(scan, Pair(0, group, last.outcome)))
    return bound


def _has_verb(scan: Scan, group: Group) -> bool:
    after = range(group.last + 1, min(group.last + 4, len(scan.tokens)))
    clause = scan.tokens[group.last].clause
    hits = [
        hit
        for index in after
        if scan.tokens[index].clause == clause
        for hit in scan.starting("counts", index)
    ]
    return any(hit.entry.code not in NOUNS for hit in hits) or any(
        0 < hit.first - group.last < 4 for hit in scan.of("events")
    )


def _alone(scan: Scan, outcomes: list[Hit], pairs: list[Pair]) -> list[Bound]:
    """One, where the verb alone says so and nobody is named: *ameuawa jana*."""
    used = {id(pair.outcome) for pair in pairs}
    bound = []
    for hit in outcomes:
        if id(hit) not in used and is_outcome(hit) and hit.entry.code != "displaced" and is_single(scan, hit):
            group = Group(ONE, "person", hit.first, hit.last, told=False)
            bound.append(_befell(scan, Pair(0, group, hit)))
    return bound


def _is_loss(scan: Scan, group: Group) -> bool:
    """Animals told of with a number, unless that is only wished, feared or denied."""
    if not group.told or group.unknown or not (group.kind == "livestock" or _stray(scan, group)):
        return False
    clause = scan.tokens[group.first].clause
    if any(hit.entry.code == "kept" and scan.tokens[hit.first].clause == clause for hit in scan.of("counts")):
        return False
    near = [
        hit
        for hit in (*scan.of("counts"), *scan.of("events"))
        if hit.entry.kind == "events" or hit.entry.code == "stolen"
        if scan.tokens[hit.first].clause == clause
    ]
    return not any(scan.ahead(hit) or scan.denied(hit) for hit in near)


def _stray(scan: Scan, group: Group) -> bool:
    """``ng'ombe zimechukuliwa zote, takriban 60``: a bare number after animals and a word of taking."""
    if group.kind or any(hit.entry.code == "acted" for hit in scan.starting("counts", group.last + 1)):
        return False
    before = [hit for i in range(max(0, group.first - 6), group.first) for hit in scan.starting("counts", i)]
    codes = [
        hit.entry.code
        for hit in before
        if scan.tokens[hit.first].sentence == scan.tokens[group.first].sentence
    ]
    return "livestock" in codes and "stolen" in codes[codes.index("livestock") :]


def _animals(scan: Scan, group: Group) -> Bound:
    seen = scan.evidence("livestock", group.range.best, group.first, group.last, "a number of animals")
    return Bound("livestock", group, scan.tokens[group.first].sentence, group.first, seen)


def _denials(scan: Scan, told: list[Hit], found: list[Group], bound: list[Bound]) -> list[Bound]:
    """Nought for what the text denies, unless the denial is of a figure: *not true that 5 were killed*."""
    taken = {one.field for one in bound}
    denials: dict[str, Bound] = {}
    for hit in told:
        field = "killed" if hit.entry.code == "harmed" else field_of(hit)
        if hit.entry.code in (*TRANSITIVE, "displaced") or field in taken or not _denied(scan, hit):
            continue
        if not _denies_a_figure(scan, hit, found):
            seen = scan.evidence(field, 0, hit.first, hit.last, "the text says there were none")
            denials[field] = Bound(field, Group(NONE, "person", hit.first, hit.last), -1, hit.first, seen)
    return list(denials.values())


def _denied(scan: Scan, hit: Hit) -> bool:
    """Whether the text denies the outcome; *they have not come back* denies nothing of the kind."""
    sentence = scan.tokens[hit.first].sentence
    false = any(
        one.entry.code == "false" and one.first < hit.first and scan.tokens[one.first].sentence == sentence
        for one in scan.of("counts")
    )
    return hit.entry.code not in ("gone", "ended") and (false or scan.denied(hit))


def _denies_a_figure(scan: Scan, hit: Hit, found: list[Group]) -> bool:
    """Whether a number stands right before what is denied."""
    sentence = scan.tokens[hit.first].sentence
    return any(
        group.told and group.range.best and group.first <= hit.first <= group.last + 2
        for group in found
        if scan.tokens[group.first].sentence == sentence
    )


def _died_of_it(killed: list[Bound], injured: list[Bound]) -> bool:
    """Whether one and the same person was wounded and died: *stabbed a man, who died*."""
    one = [part for part in (*killed, *injured) if not part.group.told and not part.group.vague]
    alone = len(killed) == len(injured) == 1 and len(one) == 2
    unnamed = any(part.group.first == part.outcome for part in one)
    return alone and unnamed and injured[0].outcome < killed[0].outcome


def _counts(bound: list[Bound], *, natural: bool) -> Counts:
    """All counts; a death by age or illness that is no more than told of is not one of them."""
    fields: dict[str, list[Bound]] = defaultdict(list)
    for one in bound:
        fields[one.field].append(one)
    if _died_of_it(fields["killed"], fields["injured"]):
        del fields["injured"]
    if natural:
        fields["killed"] = [part for part in fields["killed"] if part.group.told]
    values = {name: total(parts) for name, parts in fields.items() if parts}
    kept = {name: value for name, value in values.items() if value}
    return Counts(**kept, evidence=tuple(one.evidence for one in bound if one.field in kept))
