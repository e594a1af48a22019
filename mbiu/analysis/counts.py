"""How many were killed, injured, displaced, abducted, and how many animals were lost."""

from collections import defaultdict
from dataclasses import dataclass, replace

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.numbers import Mention, mentions, qualified
from mbiu.analysis.reading import Evidence, NumberRange
from mbiu.analysis.scan import Scan
from mbiu.analysis.sufferers import did_it, sufferer
from mbiu.analysis.tables import grammar

OUTCOMES = ("killed", "injured", "displaced", "abducted")
NOUNS = ("person", "person1", "family", "livestock", "other")
MAX_NUMBERS = 40
NOUN_REACH = 3
REACH = 9
BARE_REACH = 3
OTHER_CLAUSE = 2
OTHER_NUMBER = 4
SEVERAL = NumberRange(2, 3, 10)
ONE = NumberRange(1, 1, 1)
_NOUN_FIRST = ("sw", "sheng", "lg")
_OWNERS = grammar("owner")


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


@dataclass(frozen=True)
class _Bound:
    """A number bound to what it counts."""

    field: str
    range: NumberRange
    noun: str
    sentence: int
    evidence: Evidence


def count(scan: Scan) -> Counts:
    """Bind the numbers of a text to what happened, clause by clause."""
    hits = scan.of("counts")
    if not hits:
        return Counts()
    numbers = mentions(scan)[:MAX_NUMBERS]
    outcomes = [hit for hit in hits if hit.entry.code in OUTCOMES and not scan.asked(hit)][:MAX_NUMBERS]
    happened = [hit for hit in outcomes if not scan.ahead(hit) and not scan.supposed(hit)]
    real = [hit for hit in happened if not scan.denied(hit)]
    bound = _bind_all(scan, numbers, hits, real)
    bound += _unnumbered(scan, hits, real, bound, numbers)
    bound += _denials(scan, happened, bound)
    return _total(bound)


def _bind_all(scan: Scan, numbers: list[Mention], hits: list[Hit], outcomes: list[Hit]) -> list[_Bound]:
    found = []
    for mention in numbers:
        noun, whole = _noun(scan, mention, hits, numbers)
        whole = qualified(scan, whole)
        bound = _bind(
            scan, replace(whole, first=mention.first, last=mention.last), whole, noun, outcomes, numbers
        )
        if bound:
            found.append(bound)
    return found


def _noun(
    scan: Scan, mention: Mention, hits: list[Hit], numbers: list[Mention]
) -> tuple[Hit | None, Mention]:
    """The noun that a number counts (``watu 3``, ``3 people``), and the span of both."""
    clause = scan.tokens[mention.first].clause
    nouns = [hit for hit in hits if hit.entry.code in NOUNS] + scan.of("actors")
    back = mention.first - 1
    while back > 0 and scan.tokens[back].folded in _OWNERS:
        back -= 1
    before = next((hit for hit in nouns if hit.last == back), None)
    if (
        before
        and before.entry.language in _NOUN_FIRST
        and scan.tokens[before.last].sentence == scan.tokens[mention.first].sentence
    ):
        return before, replace(mention, first=before.first)
    for hit in nouns:
        near = 0 < hit.first - mention.last <= NOUN_REACH and scan.tokens[hit.first].clause == clause
        if before and near and _has_own_number(hit, numbers):
            break
        if near and not _between(hits, mention.last, hit.first):
            return hit, replace(mention, last=hit.last)
    if before and scan.tokens[before.first].clause == clause:
        return before, replace(mention, first=before.first)
    return None, mention


def _has_own_number(noun: Hit, numbers: list[Mention]) -> bool:
    """Whether the list goes *cows 30 goats 50*, each noun before its number."""
    return any(number.first == noun.last + 1 for number in numbers)


def _between(hits: list[Hit], after: int, before: int) -> bool:
    return any(after < hit.first < before for hit in hits if hit.entry.code in OUTCOMES)


def _bind(
    scan: Scan,
    mention: Mention,
    whole: Mention,
    noun: Hit | None,
    outcomes: list[Hit],
    numbers: list[Mention],
) -> _Bound | None:
    kind = _kind(noun)
    sentence = scan.tokens[mention.first].sentence
    if kind == "livestock":
        why = "a number of animals"
        seen = scan.evidence("livestock", mention.best, whole.first, whole.last, why)
        return _Bound("livestock", _range(mention), noun_text(scan, noun), sentence, seen)
    if kind == "other" or (mention.vague and not noun):
        return None
    outcomes = [hit for hit in outcomes if not did_it(scan, whole.last, noun, hit)]
    outcome = _nearest(scan, mention, whole, outcomes, numbers, REACH if noun else BARE_REACH)
    if outcome is None:
        return None
    each = int(noun.entry.weight) if noun and kind == "family" else 1
    first, last = min(whole.first, outcome.first), max(whole.last, outcome.last)
    why = f"a number beside a word of {outcome.entry.code}" + (
        f", {each} reckoned to a family" if each > 1 else ""
    )
    seen = scan.evidence(outcome.entry.code, mention.best * each, first, last, why)
    return _Bound(outcome.entry.code, _range(mention, each), noun_text(scan, noun), sentence, seen)


def _kind(noun: Hit | None) -> str:
    if noun is None:
        return ""
    return "person" if noun.entry.kind == "actors" else noun.entry.code


def noun_text(scan: Scan, noun: Hit | None) -> str:
    return scan.tokens[noun.first].folded if noun else ""


def _range(mention: Mention, each: int = 1) -> NumberRange:
    return NumberRange(mention.low * each, mention.best * each, mention.high * each)


def _nearest(
    scan: Scan, mention: Mention, whole: Mention, outcomes: list[Hit], numbers: list[Mention], reach: int
) -> Hit | None:
    sentence = scan.tokens[mention.first].sentence
    bare = reach == BARE_REACH
    follows = _number_follows(scan, sentence, outcomes, numbers)
    best: tuple[float, Hit] | None = None
    for hit in outcomes:
        if scan.tokens[hit.first].sentence != sentence or (bare and not _same_clause(scan, hit, mention)):
            continue
        cost = _distance(scan, whole, hit, numbers) + (0.5 if (hit.first > mention.first) == follows else 0)
        if cost <= reach and (best is None or cost < best[0]):
            best = (cost, hit)
    return best[1] if best else None


def _same_clause(scan: Scan, hit: Hit, mention: Mention) -> bool:
    return scan.tokens[hit.first].clause == scan.tokens[mention.first].clause


def _distance(scan: Scan, whole: Mention, hit: Hit, numbers: list[Mention]) -> float:
    if hit.first > whole.last:
        steps, low, high = hit.first - whole.last, whole.last, hit.first
    elif hit.last < whole.first:
        steps, low, high = whole.first - hit.last, hit.last, whole.first
    else:
        return 0
    clauses = abs(scan.tokens[hit.first].clause - scan.tokens[whole.first].clause)
    crossed = sum(low < other.first < high for other in numbers)
    return steps + OTHER_CLAUSE * clauses + OTHER_NUMBER * crossed


def _number_follows(scan: Scan, sentence: int, outcomes: list[Hit], numbers: list[Mention]) -> bool:
    """Whether this sentence writes *killed 3 injured 5* rather than *3 killed 5 injured*."""
    here = [hit for hit in outcomes if scan.tokens[hit.first].sentence == sentence]
    after = sum(hit.last + 1 == number.first for hit in here for number in numbers)
    before = sum(number.last + 1 == hit.first for hit in here for number in numbers)
    return after > before


def _unnumbered(
    scan: Scan, hits: list[Hit], outcomes: list[Hit], bound: list[_Bound], numbers: list[Mention]
) -> list[_Bound]:
    """One for *a man was killed*, several for *people were killed*, where no number is bound."""
    taken = {one.field for one in bound}
    found: list[_Bound] = []
    for hit in outcomes:
        if hit.entry.code in taken or hit.entry.code == "displaced":
            continue
        noun = sufferer(scan, hit, hits)
        if noun is None or any(number.first in (noun.first - 1, noun.last + 1) for number in numbers):
            continue
        taken.add(hit.entry.code)
        found.append(_counted(scan, hit, noun))
    return found


def _counted(scan: Scan, hit: Hit, noun: Hit) -> _Bound:
    one = noun.entry.code == "person1"
    why = "one person, no figure given" if one else "several people, no figure given"
    first, last = min(hit.first, noun.first), max(hit.last, noun.last)
    value = ONE if one else SEVERAL
    seen = scan.evidence(hit.entry.code, value.best, first, last, why)
    return _Bound(hit.entry.code, value, noun_text(scan, noun), scan.tokens[hit.first].sentence, seen)


def _denials(scan: Scan, happened: list[Hit], bound: list[_Bound]) -> list[_Bound]:
    taken = {one.field for one in bound}
    found = {}
    for hit in happened:
        if hit.entry.code not in taken and scan.denied(hit):
            seen = scan.evidence(hit.entry.code, 0, hit.first, hit.last, "the text says there were none")
            found[hit.entry.code] = _Bound(hit.entry.code, NumberRange(0, 0, 0), "", -1, seen)
    return list(found.values())


def _total(bound: list[_Bound]) -> Counts:
    fields: dict[str, list[_Bound]] = defaultdict(list)
    for one in bound:
        fields[one.field].append(one)
    values = {name: _joined(parts) for name, parts in fields.items()}
    return Counts(**values, evidence=tuple(one.evidence for one in bound))


def _joined(parts: list[_Bound]) -> NumberRange:
    """Different groups in one sentence add up; the same group told twice does not."""
    sums: dict[int, NumberRange] = {}
    seen: set[tuple[int, str]] = set()
    for part in parts:
        total = sums.get(part.sentence)
        if total is None:
            sums[part.sentence] = part.range
        elif (part.sentence, part.noun) in seen:
            sums[part.sentence] = _either(total, part.range)
        else:
            sums[part.sentence] = _plus(total, part.range)
        seen.add((part.sentence, part.noun))
    ranges = list(sums.values())
    best = max(one.best for one in ranges)
    return NumberRange(min(one.low for one in ranges), best, max(one.high for one in ranges))


def _plus(one: NumberRange, two: NumberRange) -> NumberRange:
    return NumberRange(one.low + two.low, one.best + two.best, one.high + two.high)


def _either(one: NumberRange, two: NumberRange) -> NumberRange:
    return NumberRange(min(one.low, two.low), max(one.best, two.best), max(one.high, two.high))
