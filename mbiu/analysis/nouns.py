"""The noun that a number counts, before or behind it, and the words that tell an outcome."""

from collections.abc import Collection, Iterator

from mbiu.analysis.arabic import is_arabic
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.numbers import Mention
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

NOUN_REACH = 3
MOST_OF = 4
PEOPLE = ("person", "person1", "family")
NOUNS = (*PEOPLE, "livestock", "other")
_FIELDS = {
    "killed": "killed", "killed1": "killed", "ended": "killed", "finished": "killed",
    "injured": "injured", "injured1": "injured", "graver": "injured",
    "abducted": "abducted", "abducted1": "abducted", "taken": "abducted", "gone": "abducted",
    "displaced": "displaced",
}  # fmt: skip
TRANSITIVE = ("taken", "finished")
_NOUN_FIRST = ("sw", "sheng", "lg", "ar")
_OWNERS = grammar("owner")
_FILLERS = grammar("filler")
_STOPS = (grammar("link") | grammar("at") | grammar("by")) - grammar("filler")
_OF = grammar("of")


def whole_of(scan: Scan, number: Mention) -> Hit | None:
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
    return hit.entry.code not in TRANSITIVE and hit.entry.code in _FIELDS


def noun_of(scan: Scan, number: Mention, starts: Collection[int]) -> Hit | None:
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
    if _stands_first(scan, before) and before.entry.kind == "counts":
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


def _noun_after(scan: Scan, number: Mention, starts: Collection[int]) -> Hit | None:
    clause = scan.tokens[number.last].clause
    end = scan.tokens[number.last].end
    if scan.text[end : end + 1] == ")" and number.last + 1 < len(scan.tokens):
        clause = scan.tokens[number.last + 1].clause
    for index in range(number.last + 1, min(number.last + 1 + NOUN_REACH, len(scan.tokens))):
        token = scan.tokens[index]
        if token.clause != clause or index in starts:
            return None
        if noun := next(_nouns_at(scan, index), None):
            return None if _is_before_its_own(scan, noun, starts) else head(scan, noun, starts)
        if begins_outcome(scan, index) or (token.folded in _STOPS and token.folded not in _FILLERS):
            return None
    return None


def _is_before_its_own(scan: Scan, noun: Hit, starts: Collection[int]) -> bool:
    """``COWS: 50``: a noun with its own number behind it."""
    after = noun.last + 1
    if after not in starts:
        return False
    return scan.text[scan.tokens[noun.last].end : scan.tokens[after].start].strip() in (":", "=", "-")


def head(scan: Scan, noun: Hit, starts: Collection[int]) -> Hit:
    """The last of several nouns in a row: *cattle thieves*, *police officers*."""
    index = noun.last + 1
    if noun.entry.language != "en" or index in starts or index >= len(scan.tokens):
        return noun
    if scan.tokens[index].clause != scan.tokens[noun.first].clause or begins_outcome(scan, index):
        return noun
    after = next((hit for hit in _nouns_at(scan, index) if hit.entry.language == "en"), None)
    return head(scan, after, starts) if after else noun


def begins_outcome(scan: Scan, index: int) -> bool:
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
    hits = [hit for hit in hits if hit.entry.code != "other" or _stands_first(scan, hit)]
    return max(hits, key=lambda hit: hit.size, default=None)


def _stands_first(scan: Scan, noun: Hit) -> bool:
    """Whether the language says the noun before its number; written Arabic does not, Juba Arabic does."""
    return noun.entry.language in _NOUN_FIRST and not is_arabic(scan.tokens[noun.first].folded)


def _may_precede(scan: Scan, hit: Hit, number: Mention) -> bool:
    same = scan.tokens[hit.last].clause == scan.tokens[number.first].clause
    gap = scan.text[scan.tokens[hit.last].end : scan.tokens[number.first].start].strip()
    return same or gap in (":", "=", "-", "(", "*")
