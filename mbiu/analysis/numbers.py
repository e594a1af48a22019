"""Figures and number words of a text, as ranges; what cannot be a count is left out."""

from dataclasses import dataclass, replace

from mbiu.analysis.figures import Figure, figures
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

MAX_COUNT = 999_999
UNKNOWN = "?"
LOOK_BACK = 3
_LINKS = grammar("link") | grammar("number link")


@dataclass(frozen=True)
class Mention:
    """A number in the text: tokens ``first`` to ``last``. ``vague`` ones (several, many) are estimates,
    one with ``best`` below zero says that nobody knows, and
    one that ``corrects`` takes the place of a number before it."""

    low: int
    best: int
    high: int
    first: int
    last: int
    vague: bool = False
    figure: bool = False
    corrects: bool = False


def mentions(scan: Scan) -> list[Mention]:
    """All numbers that may count people, animals or things, in order."""
    words = _number_words(scan)
    found: list[Mention] = []
    shown = figures(scan)
    index = 0
    while index < len(scan.tokens):
        mention = _at(scan, index, words, shown)
        index = mention.last + 1 if mention else index + 1
        if mention:
            found.append(mention)
    joined = _corrected(scan, _ranges(scan, found))
    return [qualified(scan, mention) for mention in joined]


def _number_words(scan: Scan) -> dict[int, Hit]:
    words: dict[int, Hit] = {}
    for hit in scan.of("numbers"):
        code = hit.entry.code
        counts = code[0] in "=*^~" and code != "~"
        if (counts or code == UNKNOWN) and (hit.first not in words or hit.size > words[hit.first].size):
            words[hit.first] = hit
    return words


def _at(scan: Scan, index: int, words: dict[int, Hit], shown: dict[int, Figure]) -> Mention | None:
    if index in shown:
        return _figure(index, words, shown[index])
    hit = words.get(index)
    if hit is None or _is_article(scan, hit):
        return None
    code = hit.entry.code
    if code == UNKNOWN:
        return Mention(-1, -1, -1, index, hit.last)
    if code[0] == "~":
        low, best, high = (int(part) for part in code[1:].split("-"))
        return Mention(low, best, high, index, hit.last, vague=True)
    value, last = _words(scan, index, words, shown)
    return Mention(*(min(value, MAX_COUNT),) * 3, index, last)


def _is_article(scan: Scan, hit: Hit) -> bool:
    """French *un*, *une* count only right before what is counted: *un mort*, *une femme*."""
    if hit.entry.language != "fr" or hit.entry.code != "=1":
        return False
    return not any(
        0 < one.first - hit.last <= 2 and one.entry.language == "fr" and one.entry.code != "other"
        for one in scan.of("counts")
    )


def _figure(index: int, words: dict[int, Hit], shown: Figure) -> Mention | None:
    if shown.value is None:
        return None
    value, last = shown.value, shown.last
    after = words.get(last + 1)
    if after is not None and after.entry.code[0] in "*^" and value < 1000:
        value, last = value * int(after.entry.code[1:]), last + 1
    return Mention(*(min(value, MAX_COUNT),) * 3, index, last, figure=True)


def _words(scan: Scan, index: int, words: dict[int, Hit], shown: dict[int, Figure]) -> tuple[int, int]:
    """The value of ``two hundred and five``, ``mia mbili na tano``, ``خمسة وعشرون``, and its last token."""
    whole, part, last = 0, 0, index - 1
    following: int | None = index
    while following is not None:
        hit = words[following]
        value, end = _term(scan, following, words, shown)
        kind = hit.entry.code[0]
        if kind == "*":
            part, added = _times(part, value)
        else:
            added = _fits(part, value) or _units_first(words, last, hit, part)
            part += value if added else 0
        if not added:
            break
        last = end
        if part >= 1000:
            whole, part = whole + part, 0
        following = _next_term(scan, last, words)
    return whole + part, last


def _times(part: int, size: int) -> tuple[int, bool]:
    if size == 100 and part >= 100:
        return part + size if part % 1000 == 0 else part, part % 1000 == 0
    return max(part % 1000, 1) * size, True


def _fits(part: int, value: int) -> bool:
    """What may still be added: units after tens, tens after hundreds."""
    if part == 0:
        return True
    return any(part >= size and part % size == 0 and value < size for size in (1000, 100, 10))


def _units_first(words: dict[int, Hit], last: int, hit: Hit, part: int) -> bool:
    """Arabic says the units before the tens: five and twenty."""
    before = words.get(last)
    tens = hit.entry.code in ("=20", "=30", "=40", "=50", "=60", "=70", "=80", "=90")
    return bool(before and before.entry.language == hit.entry.language == "ar" and tens and part % 10 > 0)


def _term(scan: Scan, index: int, words: dict[int, Hit], shown: dict[int, Figure]) -> tuple[int, int]:
    """One word's value, times what stands after it for words such as *mia*, *elfu*, *ebikumi*."""
    hit = words[index]
    value, last = int(hit.entry.code[1:]), hit.last
    if hit.entry.code[0] != "^":
        return value, last
    times, end = _multiplier(scan, last + 1, words, shown)
    if not times or (value < 1000 and times > 9):
        return value, last
    return value * times, end


def _multiplier(scan: Scan, index: int, words: dict[int, Hit], shown: dict[int, Figure]) -> tuple[int, int]:
    figure, hit = shown.get(index), words.get(index)
    if figure and figure.value is not None:
        return figure.value, figure.last
    if hit is None or hit.entry.code[0] != "=":
        return 0, index
    times, last = int(hit.entry.code[1:]), hit.last
    after = _next_term(scan, last, words)
    if 10 <= times < 100 and times % 10 == 0 and after and _is_unit(words[after]):
        return times + int(words[after].entry.code[1:]), words[after].last
    return times, last


def _is_unit(hit: Hit) -> bool:
    return hit.entry.code[0] == "=" and int(hit.entry.code[1:]) < 10


def _next_term(scan: Scan, last: int, words: dict[int, Hit]) -> int | None:
    after, tokens = last + 1, scan.tokens
    linked = after not in words and after < len(tokens) and tokens[after].folded in _LINKS
    after += linked
    hit = words.get(after)
    if hit is None or hit.entry.code[0] not in "=*^" or tokens[after].clause != tokens[last].clause:
        return None
    before = words.get(last)
    if linked and before and before.entry.code[0] == "=" and hit.entry.language == "en":
        return None
    return after


def _ranges(scan: Scan, found: list[Mention]) -> list[Mention]:
    """Join ``3-5``, ``3 to 5``, ``between 3 and 5`` into one mention."""
    joined: list[Mention] = []
    for mention in found:
        if joined and _is_spelt_twice(scan, joined[-1], mention):
            joined[-1] = replace(joined[-1], last=mention.last)
        elif joined and _is_range(scan, joined[-1], mention):
            joined.append(_range(scan, joined.pop(), mention))
        else:
            joined.append(mention)
    return joined


def _is_spelt_twice(scan: Scan, one: Mention, two: Mention) -> bool:
    """``seven (7) people``."""
    gap = scan.text[scan.tokens[one.last].end : scan.tokens[two.first].start].strip()
    return gap == "(" and one.best == two.best and one.last + 1 == two.first


def _range(scan: Scan, low: Mention, high: Mention) -> Mention:
    first = min(
        [low.first, *(hit.first for hit in scan.ending("numbers", low.first - 1) if hit.entry.code == "(")]
    )
    return replace(high, low=low.low, best=(low.low + high.high) // 2, first=first)


def _is_range(scan: Scan, low: Mention, high: Mention) -> bool:
    if not 0 < low.best < high.best <= 20 * low.best or low.vague or high.vague:
        return False
    between = scan.tokens[low.last + 1 : high.first]
    gap = scan.text[scan.tokens[low.last].end : scan.tokens[high.first].start].strip()
    if not between:
        return gap in ("-", "–", "—", "~") or (_opened(scan, low) and _joined_and(scan, high))
    if not any(hit.last == high.first - 1 for hit in coded(scan, "-", low.last + 1)):
        return False
    return between[0].folded not in _LINKS or _opened(scan, low)


def _joined_and(scan: Scan, mention: Mention) -> bool:
    return scan.tokens[mention.first].folded.startswith("و")


def _opened(scan: Scan, low: Mention) -> bool:
    """Whether *between* stands at most three words before, ``kati ya watu 10 na 15``."""
    before = range(max(0, low.first - LOOK_BACK), low.first)
    return any(hit.entry.code == "(" for index in before for hit in scan.ending("numbers", index))


def _corrected(scan: Scan, found: list[Mention]) -> list[Mention]:
    """``3 no 4``: the later number stands for the earlier."""
    kept: list[Mention] = []
    for mention in found:
        if kept and (takes_back(scan, kept[-1].last, mention.first) or _not_but(scan, kept[-1], mention)):
            kept.pop()
            mention = replace(mention, corrects=True)  # noqa: PLW2901
        kept.append(mention)
    return kept


def _not_but(scan: Scan, one: Mention, two: Mention) -> bool:
    """``not 3 but 4``."""
    denied = any(hit.entry.code == "!" for hit in scan.ending("numbers", one.first - 1))
    return denied and any(hit.last == two.first - 1 for hit in coded(scan, "but", one.last + 1))


def takes_back(scan: Scan, after: int, before: int) -> bool:
    """Whether nothing but words of correction stands between two tokens."""
    index = after + 1
    if not 0 < before - index <= LOOK_BACK:
        return False
    while index < before and (marks := coded(scan, "!", index) + coded(scan, "!!", index)):
        index = marks[0].last + 1
    return index == before


def coded(scan: Scan, code: str, index: int) -> list[Hit]:
    """Hits of the number words with this code that begin at a token."""
    return [hit for hit in scan.starting("numbers", index) if hit.entry.code == code]


def qualified(scan: Scan, mention: Mention) -> Mention:
    """Widen an exact number for *more than*, *up to* and *about* beside it."""
    if mention.low != mention.high or mention.vague or mention.best < 0:
        return mention
    for hit in scan.ending("numbers", mention.first - 1):
        if hit.entry.code in (">", "<", "~"):
            return replace(_widened(mention, hit.entry.code), first=hit.first)
    for hit in coded(scan, "+", mention.last + 1):
        return replace(_widened(mention, ">"), last=hit.last)
    end = scan.tokens[mention.last].end
    return _widened(mention, ">") if mention.figure and scan.text[end : end + 1] == "+" else mention


def _widened(mention: Mention, code: str) -> Mention:
    value = mention.best
    if code == ">":
        return replace(mention, high=max(mention.high, 2 * value))
    if code == "<":
        return replace(mention, low=min(mention.low, (value + 1) // 2))
    slack = max(1, value // 10)
    return replace(mention, low=max(0, mention.low - slack), high=mention.high + slack)
