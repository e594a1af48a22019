"""Figures and number words of a text, as ranges, with what cannot be a count left out."""

from dataclasses import dataclass, replace
from itertools import pairwise

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

MAX_COUNT = 999_999
_LINKS = grammar("link")
_BEFORE = grammar("before figure")
_AFTER = grammar("after figure")


@dataclass(frozen=True)
class Mention:
    """A number in the text: tokens ``first`` to ``last``. ``vague`` ones (several, many) need a noun."""

    low: int
    best: int
    high: int
    first: int
    last: int
    vague: bool = False
    figure: bool = False


def mentions(scan: Scan) -> list[Mention]:
    """All numbers that may count people, animals or things, in order."""
    words = {
        hit.first: hit for hit in scan.of("numbers") if hit.entry.code[0] in "=*^~" and hit.entry.code != "~"
    }
    found: list[Mention] = []
    index = 0
    while index < len(scan.tokens):
        mention = _at(scan, index, words)
        index = mention.last + 1 if mention else index + 1
        if mention:
            found.append(mention)
    found = _ranges(scan, found)
    return [qualified(scan, mention) for mention in found if not _is_no_count(scan, mention)]


def _at(scan: Scan, index: int, words: dict[int, Hit]) -> Mention | None:
    token = scan.tokens[index]
    if token.folded.isdecimal():
        return _figure(scan, index, words)
    hit = words.get(index)
    if hit is None:
        return None
    if hit.entry.code[0] == "~":
        low, best, high = (int(part) for part in hit.entry.code[1:].split("-"))
        return Mention(low, best, high, index, hit.last, vague=True)
    return _words(scan, index, words)


def _figure(scan: Scan, index: int, words: dict[int, Hit]) -> Mention | None:
    tokens = scan.tokens
    last = index
    digits = tokens[index].folded
    while last + 1 < len(tokens) and _continues(scan, last):
        last += 1
        digits += tokens[last].folded
    if len(digits) > 6:
        return Mention(-1, -1, -1, index, last, figure=True)
    value = int(digits)
    after = words.get(last + 1)
    if after is not None and after.entry.code[0] in "*^" and value < 1000:
        value, last = value * int(after.entry.code[1:]), last + 1
    return Mention(value, value, value, index, last, figure=True)


def _continues(scan: Scan, last: int) -> bool:
    here, after = scan.tokens[last], scan.tokens[last + 1]
    between = scan.text[here.end : after.start]
    return between == "," and len(after.folded) == 3 and after.folded.isdecimal() and len(here.folded) <= 3


def _words(scan: Scan, index: int, words: dict[int, Hit]) -> Mention:
    """Read ``two hundred and five`` and ``mia mbili na tano`` alike."""
    total, last = _term(index, words)
    while (after := _next_term(scan, last, words)) is not None:
        value, end = _term(after, words)
        hit = words[after]
        if hit.entry.code[0] == "*":
            total, last = total * value if total < value else total + value, end
        elif value < _room(total):
            total, last = total + value, end
        else:
            break
    total = min(total, MAX_COUNT)
    return Mention(total, total, total, index, last)


def _term(index: int, words: dict[int, Hit]) -> tuple[int, int]:
    hit = words[index]
    value, last = int(hit.entry.code[1:]), hit.last
    after = words.get(last + 1)
    if hit.entry.code[0] != "^" or after is None or after.entry.code[0] != "=":
        return value, last
    times = int(after.entry.code[1:])
    return (value * times, after.last) if times < 10 or value == 1000 else (value, last)


def _next_term(scan: Scan, last: int, words: dict[int, Hit]) -> int | None:
    after = last + 1
    if after < len(scan.tokens) and scan.tokens[after].folded in _LINKS:
        after += 1
    hit = words.get(after)
    if hit is None or hit.entry.code[0] == "~" or scan.tokens[after].clause != scan.tokens[last].clause:
        return None
    if after > last + 1 and hit.entry.language == "en" and words.get(last) and _tens(words[last]):
        return None
    return after


def _tens(hit: Hit) -> bool:
    return hit.entry.code[0] == "="


def _room(total: int) -> int:
    """What may still be added: units after tens, tens after hundreds."""
    for size in (1000, 100, 10):
        if total >= size and total % size == 0:
            return size
    return 0


def _ranges(scan: Scan, found: list[Mention]) -> list[Mention]:
    """Join ``3-5``, ``3 to 5``, ``between 3 and 5`` into one mention."""
    joined: list[Mention] = []
    for mention in found:
        if joined and _is_range(scan, joined[-1], mention):
            joined.append(_range(joined.pop(), mention))
        else:
            joined.append(mention)
    return joined


def _range(low: Mention, high: Mention) -> Mention:
    best = (low.low + high.high + 1) // 2
    return Mention(low.low, best, high.high, low.first, high.last, figure=high.figure)


def _is_range(scan: Scan, low: Mention, high: Mention) -> bool:
    if not 0 < low.best < high.best <= 20 * low.best or low.vague or high.vague:
        return False
    between = scan.tokens[low.last + 1 : high.first]
    gap = scan.text[scan.tokens[low.last].end : scan.tokens[high.first].start]
    if not between:
        return gap.strip() in ("-", "–", "—")
    if len(between) > 1:
        return False
    word = between[0].folded
    joins = any(hit.first == low.last + 1 for hit in scan.of("numbers") if hit.entry.code == "-")
    opened = low.first > 0 and scan.tokens[low.first - 1].folded in ("between", "btwn", "kati", "baina", "ya")
    return joins or (opened and word in _LINKS)


def _is_no_count(scan: Scan, mention: Mention) -> bool:
    """Phone numbers, money, clocks, dates, years, coordinates."""
    if mention.best < 0:
        return True
    if not mention.figure:
        return False
    tokens = scan.tokens
    first, last = tokens[mention.first], tokens[mention.last]
    if first.folded.startswith("0") and len(first.folded) > 1:
        return True
    around = scan.text[max(0, first.start - 1) : first.start] + scan.text[last.end : last.end + 1]
    if _glued(scan, mention) or around[:1] in ("+", "#", "$"):
        return True
    return _named(scan, mention) or (1900 <= mention.best <= 2100 and mention.low == mention.high)


def _glued(scan: Scan, mention: Mention) -> bool:
    """Whether ``:``, ``.`` or ``/`` ties the figure to another one (14:30, 0.36, 12/3)."""
    tokens = scan.tokens
    near = tokens[max(0, mention.first - 1) : mention.first + 1], tokens[mention.last : mention.last + 2]
    return any(
        one.folded.isdecimal()
        and two.folded.isdecimal()
        and scan.text[one.end : two.start] in (":", ".", "/")
        for pair in near
        for one, two in pairwise(pair)
    )


def _named(scan: Scan, mention: Mention) -> bool:
    before = scan.tokens[mention.first - 1].folded if mention.first else ""
    after = scan.tokens[mention.last + 1].folded if mention.last + 1 < len(scan.tokens) else ""
    return before in _BEFORE or after in _AFTER


def qualified(scan: Scan, mention: Mention) -> Mention:
    """Widen an exact number for *more than*, *up to* and *about* right before it."""
    if mention.low != mention.high:
        return mention
    for hit in scan.of("numbers"):
        if hit.last == mention.first - 1 and hit.entry.code in (">", "<", "~") and not mention.vague:
            return replace(_widened(mention, hit.entry.code), first=hit.first)
    return mention


def _widened(mention: Mention, code: str) -> Mention:
    value = mention.best
    if code == ">":
        return replace(mention, high=max(mention.high, 2 * value))
    if code == "<":
        return replace(mention, low=min(mention.low, (value + 1) // 2))
    slack = max(1, value // 10)
    return replace(mention, low=max(0, mention.low - slack), high=mention.high + slack)
