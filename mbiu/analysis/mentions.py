"""Names of places in a text: exact, with a Swahili ending, or misspelt, each with its role."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mbiu.analysis.lexicon import Hit, lexicon
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar, rows
from mbiu.gazetteer.lookup import FUZZY_MIN_LETTERS, Gazetteer
from mbiu.gazetteer.names import fold
from mbiu.gazetteer.place import Place

LOCATIVE = 0.93
MISSPELT_COST = 0.12
CUED_COST = 0.15
UNCUED_LETTERS = 6
TWO_WORDS_LETTERS = 7
SMALL_WORDS = grammar("small")
JOINERS = grammar("joiner")
ROLES = ("near", "at", "between", "from", "to")
_STOP_KINDS = frozenset(
    ("events", "markers", "moments", "counts", "numbers", "cues", "drivers", "risk_factors")
)


@dataclass(frozen=True)
class Named:
    """A name found in tokens ``first`` to ``last`` and what it may mean.

    ``role`` is at, near, between, from, to, group, name or empty; ``level`` the word of level beside it;
    ``common`` marks a word of everyday speech, believed only with a cue; ``cued`` says that a cue stands
    right before it.
    """

    first: int
    last: int
    places: tuple[Place, ...]
    exactness: float
    how: str
    role: str
    level: str
    common: bool
    cued: bool


@dataclass(frozen=True)
class _Cues:
    """Word spans of the cues, by where they end and begin."""

    ending: dict[int, list[Hit]]
    beginning: dict[int, list[Hit]]


def named(scan: Scan, gazetteer: Gazetteer) -> Iterator[Named]:
    """All names of places in a text, left to right, longest first, none inside another."""
    cues = _cues(scan)
    index = 0
    while index < len(scan.tokens):
        found = _exact(scan, gazetteer, index, cues) or _altered(scan, gazetteer, index, cues)
        if found:
            yield found
        index = found.last + 1 if found else index + 1


def _cues(scan: Scan) -> _Cues:
    ending: dict[int, list[Hit]] = {}
    beginning: dict[int, list[Hit]] = {}
    for hit in scan.of("cues"):
        ending.setdefault(hit.last, []).append(hit)
        beginning.setdefault(hit.first, []).append(hit)
    return _Cues(ending, beginning)


def _exact(scan: Scan, gazetteer: Gazetteer, first: int, cues: _Cues) -> Named | None:
    longest = gazetteer.words_after(scan.tokens[first].folded)
    for last in range(min(first + longest, len(scan.tokens)) - 1, first - 1, -1):
        if scan.tokens[last].sentence != scan.tokens[first].sentence:
            continue
        key = " ".join(token.folded for token in scan.tokens[first : last + 1])
        if places := gazetteer.named(key):
            common = first == last and _is_common(key)
            return _named(scan, cues, (first, last), places, 1.0, "the name", common=common)
    return None


def _altered(scan: Scan, gazetteer: Gazetteer, first: int, cues: _Cues) -> Named | None:
    """The word without its locative *-ni*, else the nearest of the upper names."""
    word = scan.tokens[first].folded
    if not word.isalpha() or _is_common(word):
        return None
    cued = bool(_role(scan, cues, first)) or bool(_level(scan, cues, first, first))
    if (cued or scan.tokens[first].capital) and (found := _two_words(scan, gazetteer, first, cues)):
        return found
    if len(word) < FUZZY_MIN_LETTERS:
        return None
    if word.endswith("ni") and (places := gazetteer.named(word[:-2])):
        return _named(scan, cues, (first, first), places, LOCATIVE, "the name with -ni,")
    return _misspelt(scan, gazetteer, first, cues, cued=cued)


def _misspelt(scan: Scan, gazetteer: Gazetteer, first: int, cues: _Cues, *, cued: bool) -> Named | None:
    word = scan.tokens[first].folded
    open_to_doubt = cued or (len(word) >= UNCUED_LETTERS and _looks_like_a_name(scan, first))
    places, near = gazetteer.misspelt(word) if open_to_doubt else ((), 0.0)
    if places and (cued or _begins_alike(word, places)):
        return _named(scan, cues, (first, first), places, near - MISSPELT_COST, "a misspelling of")
    if cued:
        places, near = gazetteer.misspelt_after_cue(word)
        if places:
            return _named(scan, cues, (first, first), places, near - CUED_COST, "a misspelling of")
    return None


def _two_words(scan: Scan, gazetteer: Gazetteer, first: int, cues: _Cues) -> Named | None:
    if first + 1 >= len(scan.tokens) or scan.tokens[first + 1].sentence != scan.tokens[first].sentence:
        return None
    after = scan.tokens[first + 1].folded
    if (
        not after.isalpha()
        or len(after) < 3
        or gazetteer.named(after)
        or (_is_common(after) and not _begins_name(gazetteer, after))
    ):
        return None
    both = scan.tokens[first].folded + after
    places, near = gazetteer.misspelt(both) if len(both) >= TWO_WORDS_LETTERS else ((), 0.0)
    if not places:
        return None
    return _named(scan, cues, (first, first + 1), places, near - MISSPELT_COST, "a misspelling of")


def _looks_like_a_name(scan: Scan, index: int) -> bool:
    """Who writes capitals writes them on names; a text without any says nothing about it."""
    return scan.tokens[index].capital or not scan.has_capitals


def _begins_alike(word: str, places: tuple[Place, ...]) -> bool:
    """People seldom get the first letter wrong; without a cue a name must begin as the word does."""
    return any(fold(name)[:1] == word[:1] for place in places for name in place.names)


def _begins_name(gazetteer: Gazetteer, word: str) -> bool:
    return gazetteer.words_after(word) > 0


def _is_common(word: str) -> bool:
    return word in _common_words() or _in_lexicon(word)


def _in_lexicon(word: str) -> bool:
    return lexicon().stands_in(word, _STOP_KINDS)


@cache
def _common_words() -> frozenset[str]:
    both = (*rows("common_words"), *rows("function_words"))
    return frozenset(fold(term) for row in both for term in row["terms"].split("|"))


def _named(
    scan: Scan,
    cues: _Cues,
    span: tuple[int, int],
    places: tuple[Place, ...],
    exactness: float,
    how: str,
    *,
    common: bool = False,
) -> Named:
    first, last = span
    role = _group(scan, cues, first, last) or _role(scan, cues, first)
    cued = any(hit.entry.code in ROLES or _is_level(hit) for hit in cues.ending.get(first - 1, ()))
    return Named(first, last, places, exactness, how, role, _level(scan, cues, first, last), common, cued)


def _role(scan: Scan, cues: _Cues, first: int) -> str:
    """The role that the words before (or a *-ni* level word) give to a name."""
    before = first - 1
    while before >= 0 and scan.tokens[before].folded in SMALL_WORDS and before not in cues.ending:
        before -= 1
    if before < 0 or scan.tokens[before].sentence != scan.tokens[first].sentence:
        return ""
    codes = {hit.entry.code for hit in cues.ending.get(before, ())}
    role = next((code for code in ROLES if code in codes), "")
    if not role and any(code.startswith("level") or code in ("village", "feature") for code in codes):
        return "at"
    return role


def _level(scan: Scan, cues: _Cues, first: int, last: int) -> str:
    after = [hit for hit in cues.beginning.get(last + 1, ()) if _same(scan, last, hit.first)]
    before = [hit for hit in cues.ending.get(first - 1, ()) if _same(scan, first, hit.last)]
    for hit in after + before:
        if hit.entry.code.startswith("level") or hit.entry.code == "village":
            return hit.entry.code
    return ""


def _is_level(hit: Hit) -> bool:
    return hit.entry.code.startswith("level") or hit.entry.code == "village"


def _same(scan: Scan, one: int, two: int) -> bool:
    return scan.tokens[one].clause == scan.tokens[two].clause


def _group(scan: Scan, cues: _Cues, first: int, last: int) -> str:
    """``group`` where a name stands for people, ``name`` where it might, else empty.

    *Turkana raiders*, *between Pokot and Turkana*, *Turkana attacked* are people.
    """
    beside = cues.beginning.get(last + 1, []) + cues.ending.get(first - 1, [])
    if any(hit.entry.code == "person" for hit in beside):
        return "group"
    communities = [hit for hit in scan.of("actors") if hit.entry.note == "community"]
    placed = _role(scan, cues, first) in ("at", "near", "from", "to") or _level(scan, cues, first, last)
    if placed or not any(hit.first == first for hit in communities):
        return ""
    acts = any(hit.first == last + 1 for hit in scan.of("events"))
    around = {scan.tokens[i].folded for i in (first - 1, last + 1) if 0 <= i < len(scan.tokens)}
    return "group" if acts or around & JOINERS else "name"
