"""What the numbers of a text count: a number with its noun, and lists such as *two men and a child*."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.nouns import PEOPLE, begins_outcome, head, is_outcome, noun_of, whole_of
from mbiu.analysis.numbers import Mention, mentions, qualified
from mbiu.analysis.reading import NumberRange
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

MAX_GROUPS = 25
LIST_GAP = 3
SUM_REACH = 6
SEVERAL = NumberRange(2, 3, 10)
ONE = NumberRange(1, 1, 1)
FAMILY = NumberRange(3, 5, 8)
_LIST = grammar("list")
_AND = grammar("link") | {"with", "plus", "avec"}
_OF_WHOM = frozenset(("of", "du", "de", "wa", "ya"))
_GENERIC = grammar("generic")


@dataclass(frozen=True)
class Group:
    """People, animals or things counted together by the tokens ``first`` to ``last``.

    ``kind`` is person, livestock, other or empty where no noun says what is counted; ``told`` where the
    text gives a number. ``part`` was counted before, ``more`` comes on top of it, ``total`` is the sum of
    it, ``again`` repeats it and ``corrects`` takes its place; ``rest`` is what a list that says who they
    were has yet to tell, ``of`` the outcome of those that it is a part of: *one of the injured*.
    """

    range: NumberRange
    kind: str
    first: int
    last: int
    noun: Hit | None = None
    told: bool = True
    vague: bool = False
    unknown: bool = False
    family: bool = False
    part: bool = False
    more: bool = False
    total: bool = False
    again: bool = False
    corrects: bool = False
    generic: bool = False
    word: str = ""
    rest: int = 0
    of: Hit | None = None


def groups(scan: Scan) -> list[Group]:
    """All groups of a text in order: those with a number, and single persons or people without one."""
    numbers = mentions(scan)[:MAX_GROUPS]
    starts = {number.first for number in numbers}
    found = [_group(scan, number, starts) for number in numbers]
    taken = {index for group in found for index in range(group.first, group.last + 1)}
    found += list(_uncounted(scan, taken))[:MAX_GROUPS]
    return _lists(scan, sorted(found, key=lambda group: group.first))


def _group(scan: Scan, number: Mention, starts: set[int]) -> Group:
    whole = whole_of(scan, number)
    noun = None if whole else noun_of(scan, number, starts)
    first = min(number.first, noun.first) if noun else number.first
    last = max(number.last, noun.last) if noun else _end(scan, number, whole)
    if (noun and noun.first < number.first) or (noun and noun.last > number.last):
        number = _requalified(scan, number, first)
        first = min(first, number.first)
    family = bool(noun and noun.entry.code == "family")
    each = FAMILY if family else ONE
    value = NumberRange(number.low * each.low, number.best * each.best, number.high * each.high)
    group = Group(
        value, _kind(noun), first, last, noun, True, number.vague, number.best < 0, family, of=whole
    )
    word = scan.tokens[noun.first].folded if noun else ""
    return _marked(scan, replace(group, word=word, generic=not noun or word in _GENERIC), number)


def _end(scan: Scan, number: Mention, whole: Hit | None) -> int:
    """The last word of *two*, *two of them*, *two of the wounded*."""
    of = [hit.last for hit in scan.starting("numbers", number.last + 1) if hit.entry.code == "of"]
    return max([number.last, *of, whole.last if whole else 0])


def _requalified(scan: Scan, number: Mention, first: int) -> Mention:
    """*zaidi ya watu 10*: the qualifier stands before the noun."""
    whole = qualified(scan, replace(number, first=first))
    return replace(whole, first=min(whole.first, number.first), last=number.last)


def _kind(noun: Hit | None) -> str:
    if noun is None:
        return ""
    return "person" if noun.entry.kind == "actors" or noun.entry.code in PEOPLE else noun.entry.code


def _marked(scan: Scan, group: Group, number: Mention) -> Group:
    """The group with what the words beside it say: a part, more, a total, the same again, a correction."""
    before = {h.entry.code for i in (group.first, number.first) for h in scan.ending("numbers", i - 1)}
    near = {h.entry.code for i in (group.first, number.first) for h in scan.ending("numbers", i - 2)}
    behind = {h.entry.code for i in (group.last, number.last) for h in scan.starting("numbers", i + 1)}
    inside = {h.entry.code for i in range(group.first, group.last + 1) for h in scan.starting("numbers", i)}
    return replace(
        group,
        part="part" in before | near or "of" in behind | inside,
        more="more" in before | behind | inside,
        total="total" in behind or _is_sum(scan, group),
        again="the" in before,
        corrects=number.corrects or "!!" in before | near,
    )


def _is_sum(scan: Scan, group: Group) -> bool:
    """Whether *total* or *the toll* stands a few words before, in the same clause."""
    before = range(max(0, group.first - SUM_REACH), group.first)
    clause = scan.tokens[group.first].clause
    return any(
        hit.entry.code == "total" and scan.tokens[index].clause == clause
        for index in before
        for hit in scan.ending("numbers", index)
    )


def _uncounted(scan: Scan, taken: set[int]) -> Iterator[Group]:
    """Nouns without a number: one for *a man* and *a cow*, several for *people*."""
    for hit in scan.of("counts"):
        if hit.entry.code == "livestock" and _has_article(scan, hit) and hit.first not in taken:
            yield Group(ONE, "livestock", hit.first, hit.last, hit, word=scan.tokens[hit.first].folded)
        if hit.entry.code in ("person", "person1") and hit.first not in taken:
            noun = head(scan, hit, taken)
            one = noun.entry.code == "person1"
            word = scan.tokens[noun.first].folded
            group = Group(ONE if one else SEVERAL, "person", hit.first, noun.last, noun, False, not one)
            taken.update(range(hit.first, noun.last + 1))
            yield replace(_marked_plain(scan, group), word=word, generic=word in _GENERIC)


def _has_article(scan: Scan, hit: Hit) -> bool:
    return hit.first > 0 and scan.tokens[hit.first - 1].folded in ("a", "an")


def _marked_plain(scan: Scan, group: Group) -> Group:
    codes = {hit.entry.code for hit in scan.ending("numbers", group.first - 1)}
    codes |= {hit.entry.code for hit in scan.ending("numbers", group.first - 2)}
    after = {hit.entry.code for hit in scan.starting("numbers", group.last + 1)}
    return replace(group, part="part" in codes, more="more" in codes | after)


def _lists(scan: Scan, found: list[Group]) -> list[Group]:
    """Join *three men, two women and a child*; what follows *including* stays apart."""
    joined: list[Group] = []
    for group in found:
        if joined and _go_together(scan, joined[-1], group):
            joined.append(_joined(scan, joined.pop(), group))
        else:
            joined.append(group)
    return joined


def _go_together(scan: Scan, one: Group, two: Group) -> bool:
    if not one.kind or one.kind != two.kind or one.kind == "other" or two.part or one.unknown or two.unknown:
        return False
    if (one.vague and not one.told) or (two.vague and not two.told) or two.first <= one.last:
        return False
    between = scan.tokens[one.last + 1 : two.first]
    if scan.tokens[one.last].sentence != scan.tokens[two.first].sentence or len(between) > LIST_GAP:
        return False
    words = [token.folded for token in between]
    if words[:1] and words[0] in _OF_WHOM and words[-1] in _LIST:
        words = words[2:]
    tied = bool(words) or _is_tied(scan, two)
    if any(word not in _LIST for word in words) or not (one.told or two.told or tied):
        return False
    if any(group.noun and begins_outcome(scan, group.noun.first) for group in (one, two)):
        return False
    return not (begins_outcome(scan, two.last + 1) and _ends_outcome(scan, one.first - 1))


def _is_tied(scan: Scan, group: Group) -> bool:
    """Whether *and* is written onto the word: Arabic و, Luganda n'."""
    token = scan.tokens[group.first]
    return token.folded.startswith("و") or scan.text[token.start : token.end].lower().startswith(("n'", "n’"))


def _ends_outcome(scan: Scan, index: int) -> bool:
    return any(is_outcome(hit) for hit in scan.ending("counts", index))


def _joined(scan: Scan, one: Group, two: Group) -> Group:
    """The sum, unless the second only tells who the first were: *5 people, 2 women and 3 children*."""
    between = scan.tokens[one.last + 1 : two.first]
    begins = one.generic and not two.generic and not any(token.folded in _AND for token in between)
    rest = one.range.best if begins and not one.rest else one.rest
    if two.range.best <= rest:
        return replace(one, last=two.last, rest=rest - two.range.best)
    a, b = one.range, two.range
    total = NumberRange(a.low + b.low, a.best + b.best, a.high + b.high)
    return replace(one, range=total, last=two.last, told=one.told or two.told, vague=one.vague or two.vague)
