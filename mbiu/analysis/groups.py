"""What the numbers of a text count: a number with its noun, and lists such as *two men and a child*."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.numbers import Mention, mentions, qualified
from mbiu.analysis.reading import NumberRange
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

MAX_GROUPS = 40
NOUN_REACH = 3
LIST_GAP = 3
PEOPLE = ("person", "person1", "family")
NOUNS = (*PEOPLE, "livestock", "other")
MOST_OF = 4
_FIELDS = {
    "killed": "killed", "killed1": "killed", "injured": "injured", "injured1": "injured", "graver": "injured",
    "displaced": "displaced", "abducted": "abducted", "abducted1": "abducted", "taken": "abducted",
}  # fmt: skip
SEVERAL = NumberRange(2, 3, 10)
ONE = NumberRange(1, 1, 1)
FAMILY = NumberRange(3, 5, 8)
_NOUN_FIRST = ("sw", "sheng", "lg", "ar")
_OWNERS = grammar("owner")
_FILLERS = grammar("filler")
_STOPS = (grammar("link") | grammar("at") | grammar("by")) - grammar("filler")
_LIST = grammar("list")
_GENERIC = grammar("generic")
_OF = grammar("of")


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
    whole = _whole(scan, number)
    noun = None if whole else _noun(scan, number, starts)
    first = min(number.first, noun.first) if noun else number.first
    last = max(number.last, noun.last) if noun else number.last
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


def _whole(scan: Scan, number: Mention) -> Hit | None:
    """The outcome of those that the number is a part of: *two of the wounded*, *mmoja wa waliokufa*."""
    index = number.last + 1
    while index < min(number.last + MOST_OF, len(scan.tokens)) and scan.tokens[index].folded in _OF:
        index += 1
    if index == number.last + 1:
        return None
    return next((hit for hit in scan.starting("counts", index) if is_outcome(hit)), None)


def field_of(hit: Hit) -> str:
    """The count that a word of an outcome speaks of; empty for other words."""
    return _FIELDS.get(hit.entry.code, "")


def is_outcome(hit: Hit) -> bool:
    """Whether a word tells by itself that somebody was killed, injured, displaced or abducted."""
    return hit.entry.code != "taken" and hit.entry.code in _FIELDS


def _requalified(scan: Scan, number: Mention, first: int) -> Mention:
    """*zaidi ya watu 10*: the qualifier stands before the noun."""
    whole = qualified(scan, replace(number, first=first))
    return replace(whole, first=min(whole.first, number.first), last=number.last)


def _kind(noun: Hit | None) -> str:
    if noun is None:
        return ""
    return "person" if noun.entry.kind == "actors" or noun.entry.code in PEOPLE else noun.entry.code


def _noun(scan: Scan, number: Mention, starts: set[int]) -> Hit | None:
    """The noun that a number counts: ``watu 3``, ``3 people``, the Arabic dual."""
    inside = range(number.first, number.last + 1)
    own = next((hit for index in inside for hit in _nouns_at(scan, index) if hit.last <= number.last), None)
    if own:
        return own
    before, after = _noun_before(scan, number), _noun_after(scan, number, starts)
    if after and after.entry.code == "other" and _agrees_with_what_stands_before(scan, number):
        after = None
    if before is None or after is None:
        return before or after
    if before.entry.language in _NOUN_FIRST and before.entry.kind == "counts":
        one_of_many = before.entry.code == "person1" and number.best > 1
        return after if one_of_many and after.first == number.last + 1 else before
    return before if after.last + 1 in starts and before.last == number.first - 1 else after


def _agrees_with_what_stands_before(scan: Scan, number: Mention) -> bool:
    """Whether it is a Swahili or Luganda number word, which stands behind its noun."""
    words = scan.ending("numbers", number.last)
    return not number.figure and any(hit.entry.language in ("sw", "lg") for hit in words)


def _nouns_at(scan: Scan, index: int) -> Iterator[Hit]:
    hits = [hit for hit in scan.starting("counts", index) if hit.entry.code in NOUNS]
    yield from sorted(hits, key=lambda hit: -hit.size)
    yield from scan.starting("actors", index)


def _noun_after(scan: Scan, number: Mention, starts: set[int]) -> Hit | None:
    clause = scan.tokens[number.last].clause
    for index in range(number.last + 1, min(number.last + 1 + NOUN_REACH, len(scan.tokens))):
        token = scan.tokens[index]
        if token.clause != clause or index in starts:
            return None
        if noun := next(_nouns_at(scan, index), None):
            return _head(scan, noun, starts)
        if _is_outcome(scan, index) or (token.folded in _STOPS and token.folded not in _FILLERS):
            return None
    return None


def _head(scan: Scan, noun: Hit, starts: set[int]) -> Hit:
    """The last of several nouns in a row: *cattle thieves*, *police officers*."""
    index = noun.last + 1
    if noun.entry.language != "en" or index in starts or index >= len(scan.tokens):
        return noun
    if scan.tokens[index].clause != scan.tokens[noun.first].clause or _is_outcome(scan, index):
        return noun
    after = next((hit for hit in _nouns_at(scan, index) if hit.entry.language == "en"), None)
    return _head(scan, after, starts) if after else noun


def _is_outcome(scan: Scan, index: int) -> bool:
    return any(is_outcome(hit) for hit in scan.starting("counts", index))


def _noun_before(scan: Scan, number: Mention) -> Hit | None:
    """``watu 3``, ``ng'ombe wangu kumi``, ``cows 30``, ``goats: 12``."""
    index = number.first - 1
    while index > 0 and number.first - index < NOUN_REACH and scan.tokens[index].folded in _OWNERS:
        index -= 1
    if index < 0 or scan.tokens[index].sentence != scan.tokens[number.first].sentence:
        return None
    hits = [hit for hit in scan.ending("counts", index) if hit.entry.code in NOUNS]
    hits += scan.ending("actors", index)
    hits = [hit for hit in hits if _may_precede(scan, hit, number)]
    hits = [hit for hit in hits if hit.entry.code != "other" or hit.entry.language in _NOUN_FIRST]
    return max(hits, key=lambda hit: hit.size, default=None)


def _may_precede(scan: Scan, hit: Hit, number: Mention) -> bool:
    same = scan.tokens[hit.last].clause == scan.tokens[number.first].clause
    gap = scan.text[scan.tokens[hit.last].end : scan.tokens[number.first].start].strip()
    return same or gap in (":", "=", "-", "(", "*")


def _marked(scan: Scan, group: Group, number: Mention) -> Group:
    """The group with what the words beside it say: a part, more, a total, the same again, a correction."""
    before = {h.entry.code for i in (group.first, number.first) for h in scan.ending("numbers", i - 1)}
    near = {h.entry.code for i in (group.first, number.first) for h in scan.ending("numbers", i - 2)}
    behind = {h.entry.code for i in (group.last, number.last) for h in scan.starting("numbers", i + 1)}
    inside = {h.entry.code for i in range(group.first, group.last + 1) for h in scan.starting("numbers", i)}
    opens = (
        scan.tokens[group.first - 1].clause != scan.tokens[group.first - 2].clause
        if group.first > 1
        else True
    )
    return replace(
        group,
        part="part" in before | near | behind or "of" in behind | inside,
        more="more" in before | behind | inside,
        total="total" in before | near | behind,
        again="the" in before,
        corrects="!" in before and opens,
    )


def _uncounted(scan: Scan, taken: set[int]) -> Iterator[Group]:
    """Nouns of people without a number: one for *a man*, several for *people*."""
    for hit in scan.of("counts"):
        if hit.entry.code in ("person", "person1") and hit.first not in taken:
            one = hit.entry.code == "person1"
            word = scan.tokens[hit.first].folded
            group = Group(ONE if one else SEVERAL, "person", hit.first, hit.last, hit, False, not one)
            taken.update(range(hit.first, hit.last + 1))
            yield replace(_marked_plain(scan, group), word=word, generic=word in _GENERIC)


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
    if any(token.folded not in _LIST for token in between) or not (one.told or two.told or between):
        return False
    if any(group.noun and _is_outcome(scan, group.noun.first) for group in (one, two)):
        return False
    return not (_is_outcome(scan, two.last + 1) and _ends_outcome(scan, one.first - 1))


def _ends_outcome(scan: Scan, index: int) -> bool:
    return any(is_outcome(hit) for hit in scan.ending("counts", index))


def _joined(scan: Scan, one: Group, two: Group) -> Group:
    """The sum, unless the second only tells who the first were: *5 people, 2 women and 3 children*."""
    between = scan.tokens[one.last + 1 : two.first]
    begins = one.generic and not two.generic and not any(token.folded in _LIST for token in between)
    rest = one.range.best if begins and not one.rest else one.rest
    if two.range.best <= rest:
        return replace(one, last=two.last, rest=rest - two.range.best)
    a, b = one.range, two.range
    total = NumberRange(a.low + b.low, a.best + b.best, a.high + b.high)
    return replace(one, range=total, last=two.last, told=one.told or two.told, vague=one.vague or two.vague)
