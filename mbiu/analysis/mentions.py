"""Names of places in a text: exact, with a Swahili ending, an Arabic beginning, or misspelt."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mbiu.analysis.arabic import is_arabic
from mbiu.analysis.lexicon import lexicon
from mbiu.analysis.roles import Roles
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import cached, rows
from mbiu.gazetteer.lookup import FUZZY_MIN_LETTERS, Gazetteer
from mbiu.gazetteer.names import fold
from mbiu.gazetteer.place import Place

ALTERED = 0.93
MISSPELT_COST = 0.12
CUED_COST = 0.15
UNCUED_LETTERS = 6
UNCUED_SIMILARITY = 0.85
TWO_WORDS_LETTERS = 7
INFORMATIVE = 0.6
MOST_NAMES = 60
KNOWN_LEVELS = (0, 1, 2)
_STOP_KINDS = frozenset(
    ("events", "markers", "moments", "counts", "numbers", "cues", "drivers", "risk_factors", "ignore")
)


@dataclass(frozen=True)
class Named:
    """A name found in tokens ``first`` to ``last`` and what it may mean.

    ``role`` is near, at, between, fled, from, to, lives, group, people, name, org, site or empty; ``level``
    the word of level beside it. ``common`` marks a word of everyday speech. ``cued`` says that a cue stands
    right before it; ``strong`` that a word of level beside it makes it a name even if common;
    ``capital`` that it is written as names are, in a text where that tells something; ``lower`` the
    contrary.
    """

    first: int
    last: int
    places: tuple[Place, ...]
    exactness: float
    how: str
    role: str = ""
    level: str = ""
    common: bool = False
    cued: bool = False
    strong: bool = False
    capital: bool = False
    lower: bool = False


@dataclass
class _Text:
    """A scanned text with what is asked of it for every word."""

    scan: Scan
    roles: Roles
    gazetteer: Gazetteer
    skipped: frozenset[int]
    telling: bool
    openers: frozenset[int] = field(default_factory=frozenset)

    def capital(self, index: int) -> bool:
        return self.telling and self.scan.tokens[index].capital and index not in self.openers

    def lower(self, index: int) -> bool:
        return self.telling and not self.scan.tokens[index].capital


def named(
    scan: Scan, gazetteer: Gazetteer, skipped: frozenset[int] = frozenset(), roles: Roles | None = None
) -> Iterator[Named]:
    """Names of places in a text, left to right, longest first, none inside another, at most 60.

    ``skipped`` are tokens that are no words: of links, codes and positions.
    """
    text = _text(scan, gazetteer, skipped, roles or Roles.of(scan))
    index = count = 0
    while index < len(scan.tokens) and count < MOST_NAMES:
        found = None if index in skipped else _exact(text, index) or _altered(text, index)
        if found and not text.roles.is_person(index):
            count += 1
            yield found
        index = found.last + 1 if found else index + 1


def _text(scan: Scan, gazetteer: Gazetteer, skipped: frozenset[int], roles: Roles) -> _Text:
    """Capitals tell something where some words have them, most have not, and not only openers do."""
    openers = frozenset(
        index
        for index, token in enumerate(scan.tokens)
        if index == 0 or scan.tokens[index - 1].sentence != token.sentence
    )
    inner = [token.capital for index, token in enumerate(scan.tokens) if index not in openers]
    telling = any(inner) and sum(inner) < INFORMATIVE * len(inner)
    return _Text(scan, roles, gazetteer, skipped, telling, openers)


def _exact(text: _Text, first: int) -> Named | None:
    tokens = text.scan.tokens
    longest = text.gazetteer.words_after(tokens[first].folded)
    for last in range(min(first + longest, len(tokens)) - 1, first - 1, -1):
        if tokens[last].sentence != tokens[first].sentence or not _unbroken(text, first, last):
            continue
        key = " ".join(token.folded for token in tokens[first : last + 1])
        if places := text.gazetteer.named(key):
            common = _all_common(text, first, last) and (first == last or not any(map(_stands, places)))
            return _named(text, (first, last), places, 1.0, "the name", common=common)
    return None


def _unbroken(text: _Text, first: int, last: int) -> bool:
    tokens = text.scan.tokens
    return tokens[last].clause == tokens[first].clause and text.skipped.isdisjoint(range(first, last + 1))


def _all_common(text: _Text, first: int, last: int) -> bool:
    words = [token.folded for token in text.scan.tokens[first : last + 1]]
    return len("".join(words)) < 3 or all(is_common(word, whole=True) for word in words)


def _stands(place: Place) -> bool:
    return place.match_policy == "auto"


def _altered(text: _Text, first: int) -> Named | None:
    """The word without its locative *-ni* or Arabic beginning, else the nearest of the upper names."""
    word = text.scan.tokens[first].folded
    if not word.isalpha() or is_common(word, whole=True):
        return None
    if is_arabic(word):
        return _arabic(text, first)
    cued = text.roles.cued(first) or text.roles.level(first, first)[0] != ""
    if (cued or text.capital(first)) and (found := _two_words(text, first)):
        return found
    if len(word) < FUZZY_MIN_LETTERS:
        return None
    if is_common(word):
        return None
    return _locative(text, first) or _misspelt(text, first, cued=cued)


def _locative(text: _Text, first: int) -> Named | None:
    """*Mtwarani*, at Mtwara."""
    word = text.scan.tokens[first].folded
    places = text.gazetteer.named(word[:-2]) if word.endswith("ni") else ()
    upper = tuple(place for place in places if place.is_upper)
    if not upper or is_common(word[:-2], whole=True):
        return None
    found = _named(text, (first, first), upper, ALTERED, "the name with -ni,")
    return replace(found, role=found.role or "at")


def _arabic(text: _Text, first: int) -> Named | None:
    """*bi-Juba*, *lil-Malakal*: the small words that Arabic writes onto a name."""
    tokens = text.scan.tokens
    for rest in _bared(tokens[first].folded):
        for last in range(min(first + 2, len(tokens) - 1), first - 1, -1):
            key = " ".join([rest, *(token.folded for token in tokens[first + 1 : last + 1])])
            common = last == first and is_common(rest, whole=True)
            if not common and _unbroken(text, first, last) and (places := text.gazetteer.named(key)):
                return _named(text, (first, last), places, ALTERED, "the name with a small word,")
    return None


def _bared(word: str) -> Iterator[str]:
    """An Arabic word without *and*, *in*, *to*, *the* before it."""
    for joined in ("", "و", "ف"):
        rest = word.removeprefix(joined)
        if joined and rest == word:
            continue
        for front in ("", "بال", "لل", "ال", "ب", "ل"):
            bare = rest.removeprefix(front)
            if bare != word and len(bare) >= 3 and (not front or bare != rest):
                yield bare
                yield "ال" + bare


def _misspelt(text: _Text, first: int, *, cued: bool) -> Named | None:
    word = text.scan.tokens[first].folded
    if text.lower(first) and not cued:
        return None
    if cued or len(word) >= UNCUED_LETTERS:
        places, near = text.gazetteer.misspelt(word)
        if not cued:
            places = _surely(text, first, word, places, near)
        if places:
            return _named(text, (first, first), places, near - MISSPELT_COST, "a misspelling of")
    if cued and text.roles.cued(first, strongly=True):
        places, near = text.gazetteer.misspelt_after_cue(word)
        if places:
            return _named(text, (first, first), places, near - CUED_COST, "a misspelling of")
    return None


def _surely(text: _Text, first: int, word: str, places: tuple[Place, ...], near: float) -> tuple[Place, ...]:
    """Without a cue only what is written like a name, or near to a widely known one, may be misspelt.

    People seldom get the first letter wrong.
    """
    alike = tuple(place for place in places if any(fold(name)[:1] == word[:1] for name in place.names))
    if text.capital(first):
        return alike
    if near < UNCUED_SIMILARITY or text.scan.tokens[first].capital != text.scan.has_capitals:
        return ()
    return tuple(place for place in alike if place.admin_level in KNOWN_LEVELS)


def _two_words(text: _Text, first: int) -> Named | None:
    """A name of one word that was written as two: *Loki chogio*."""
    tokens = text.scan.tokens
    if first + 1 >= len(tokens) or not _unbroken(text, first, first + 1):
        return None
    after = tokens[first + 1].folded
    plain = after.isalpha() and len(after) >= 3 and not text.gazetteer.named(after)
    if not plain or (is_common(after) and not text.gazetteer.words_after(after)):
        return None
    both = tokens[first].folded + after
    places, near = text.gazetteer.misspelt(both) if len(both) >= TWO_WORDS_LETTERS else ((), 0.0)
    if not places:
        return None
    return _named(text, (first, first + 1), places, near - MISSPELT_COST, "a misspelling of")


def is_common(word: str, *, whole: bool = False) -> bool:
    """Whether a word belongs to everyday speech or to the reports' own (``whole``: and is no form of one)."""
    return word in _common_words() or lexicon().stands_in(word, _STOP_KINDS, whole=whole)


@cached
def _common_words() -> dict[str, frozenset[str]]:
    words: dict[str, set[str]] = {}
    for row in (*rows("common_words"), *rows("function_words")):
        for term in row["terms"].split("|"):
            words.setdefault(fold(term), set()).add(row.get("language") or row["code"])
    return {word: frozenset(languages) for word, languages in words.items()}


def _named(
    text: _Text,
    span: tuple[int, int],
    places: tuple[Place, ...],
    exactness: float,
    how: str,
    *,
    common: bool = False,
) -> Named:
    first, last = span
    roles = text.roles
    level = roles.level(first, last)[0]
    return Named(
        first,
        last,
        places,
        exactness,
        how,
        role=_role(roles, first, last, level),
        level=level,
        common=common,
        cued=roles.cued(first, strongly=True) or (roles.cued(first) and text.capital(first)),
        strong=_is_strong(text, first, last),
        capital=text.capital(first),
        lower=text.lower(first),
    )


def _role(roles: Roles, first: int, last: int, level: str) -> str:
    if roles.beside(first, last, "org"):
        return "org"
    if group := roles.group(first, last):
        return group
    role = roles.role(first)
    if not role and not level and roles.beside(first, last, "site"):
        return "site"
    return role


def _is_strong(text: _Text, first: int, last: int) -> bool:
    """Whether a word of level beside it makes a name of a common word: *kijiji cha Soko*, *soko village*.

    A phrase in one language (*border town*, *kijiji cha jirani*) needs capitals to be a name.
    """
    code, hit, _ = text.roles.level(first, last)
    if hit is None or code == "feature" or text.roles.determined(first):
        return False
    if text.capital(first):
        return True
    languages = _common_words().get(text.scan.tokens[first].folded, frozenset())
    return not text.lower(first) and bool(languages) and hit.entry.language not in languages
