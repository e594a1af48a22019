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
WARD = 3
LONGEST_ACRONYM = 5
_STOP_KINDS = frozenset(
    ("events", "markers", "moments", "counts", "numbers", "cues", "drivers", "risk_factors", "ignore")
)


@dataclass(frozen=True)
class Named:
    """A name found in tokens ``first`` to ``last`` and what it may mean.

    ``role`` is near, at, between, fled, from, to, lives, group, people, name, person, org, site or empty;
    ``level`` the word of level beside it. ``common`` marks a word of everyday speech. ``cued`` says that a
    cue stands right before it; ``strong`` that a word of level beside it makes it a name even if common;
    ``foreign`` that it is common in another language than that of its cue (*hapa Bute*, *near Hindi*);
    ``titled`` that it has a capital and is common, but not in English;
    ``capital`` that it is written as names are, in a text where that tells something; ``lower`` the
    contrary. ``key`` is the folded name where it is spelt right.
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
    foreign: bool = False
    titled: bool = False
    capital: bool = False
    lower: bool = False
    key: str = ""


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

    def supported(self, first: int, last: int) -> bool:
        """Whether anything at all may make a name of a common word: a capital, a cue or a word of level."""
        if self.capital(first) or first - 1 in self.roles.ending:
            return True
        return self.roles.level(first, last)[0] != ""

    def acronym(self, first: int, last: int) -> bool:
        """Whether a word is written in capitals among others that are not: *URA* is no village."""
        token = self.scan.tokens[first]
        word = self.scan.text[token.start : token.end]
        return first == last and self.telling and 1 < len(word) <= LONGEST_ACRONYM and word.isupper()

    def beside_a_name(self, first: int, last: int) -> bool:
        """Whether a word written as a name, and not known for anything else, touches it: *Paulo Muwanga*."""
        return self._is_name(first - 1, first) or self._is_name(last + 1, last)

    def goes_on_as_name(self, last: int) -> bool:
        """Whether a capital follows at once: *Uganda Revenue Authority* is no country."""
        tokens = self.scan.tokens
        if not self.telling or last + 1 >= len(tokens) or tokens[last + 1].clause != tokens[last].clause:
            return False
        return tokens[last + 1].capital and not self._is_place(last + 1)

    def _is_name(self, index: int, beside: int) -> bool:
        tokens = self.scan.tokens
        if not self.telling or not 0 <= index < len(tokens) or index in self.skipped:
            return False
        token = tokens[index]
        if not token.capital or token.clause != tokens[beside].clause:
            return False
        if not self.scan.text[token.start : token.end].istitle() or len(token.folded) < 3:
            return False
        if any(hit.entry.code == "given" for hit in self.roles.beginning.get(index, ())):
            return True
        return not is_common(token.folded) and not self._is_place(index)

    def _is_place(self, index: int) -> bool:
        places = self.gazetteer.named(self.scan.tokens[index].folded)
        return any(place.is_upper for place in places)


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
        places = text.gazetteer.named(key)
        if text.acronym(first, last):
            places = tuple(place for place in places if place.is_upper or not place.is_unit)
        if places:
            common = _all_common(text, first, last) and (first == last or not any(map(_stands, places)))
            if common and not text.supported(first, last):
                return None
            return _named(text, (first, last), places, 1.0, "the name", common=common)
    return None


def _unbroken(text: _Text, first: int, last: int) -> bool:
    tokens = text.scan.tokens
    return tokens[last].clause == tokens[first].clause and text.skipped.isdisjoint(range(first, last + 1))


def _all_common(text: _Text, first: int, last: int) -> bool:
    words = [token.folded for token in text.scan.tokens[first : last + 1]]
    return len("".join(words)) < 3 or all(is_common(word, whole=True) for word in words)


def _stands(place: Place) -> bool:
    """Whether a name of ordinary words (*Burnt Forest*) is believed all the same."""
    return place.match_policy == "auto" and place.admin_level != WARD


def _altered(text: _Text, first: int) -> Named | None:
    """The word without its locative *-ni* or Arabic beginning, else the nearest of the upper names."""
    word = text.scan.tokens[first].folded
    if not word.isalpha() or is_common(word, whole=True):
        return None
    if is_arabic(word):
        return _arabic(text, first)
    cued = text.roles.cued(first, strongly=True) or text.roles.level(first, first)[0] != ""
    if (cued or text.capital(first)) and (found := _two_words(text, first)):
        return found
    if len(word) < FUZZY_MIN_LETTERS:
        return None
    if found := _locative(text, first):
        return found
    if is_common(word):
        return None
    if "'" in word_as_written(text.scan, first):
        return _elided(text, first)
    return _misspelt(text, first, cued=cued)


def word_as_written(scan: Scan, index: int) -> str:
    """A word with straight apostrophes."""
    return scan.text[scan.tokens[index].start : scan.tokens[index].end].replace("’", "'")


def _elided(text: _Text, first: int) -> Named | None:
    """*n'Arua*: a small word of Luganda tied to a name by an apostrophe."""
    rest = word_as_written(text.scan, first).partition("'")[2]
    places = text.gazetteer.named(fold(rest)) if rest[:1].isupper() else ()
    upper = tuple(place for place in places if place.is_upper)
    return _named(text, (first, first), upper, ALTERED, "the name with a small word,") if upper else None


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
    if (text.lower(first) and not cued) or (not cued and len(word) < UNCUED_LETTERS):
        return None
    places, near = text.gazetteer.misspelt(word)
    if found := _credible(text, first, word, places, near, cued=cued):
        return _named(text, (first, first), found, near - MISSPELT_COST, "a misspelling of")
    if not cued:
        return None
    places, near = text.gazetteer.misspelt_after_cue(word)
    found = _credible(text, first, word, places, near, cued=cued)
    return _named(text, (first, first), found, near - CUED_COST, "a misspelling of") if found else None


def _credible(
    text: _Text, first: int, word: str, places: tuple[Place, ...], near: float, *, cued: bool
) -> tuple[Place, ...]:
    """Which places a misspelt word may mean: the widely known ones, others where it is written as a name.

    People seldom get the first letter wrong.
    """
    alike = tuple(place for place in places if any(fold(name)[:1] == word[:1] for name in place.names))
    if text.capital(first) and cued:
        return alike
    if text.capital(first):
        wide = tuple(place for place in alike if place.admin_level != WARD)
        return () if text.beside_a_name(first, first) else wide
    known = tuple(place for place in alike if place.admin_level in KNOWN_LEVELS)
    if cued:
        return alike if near >= UNCUED_SIMILARITY and not text.telling else known
    if near < UNCUED_SIMILARITY or text.scan.tokens[first].capital != text.scan.has_capitals:
        return ()
    return known


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
    own = _languages(text, first) if common and first == last else frozenset()
    return Named(
        first,
        last,
        places,
        exactness,
        how,
        role=_role(text, first, last, level, places),
        level=level,
        common=common,
        cued=roles.cued(first, strongly=True) or (roles.cued(first) and text.capital(first)),
        strong=_is_strong(text, first, last),
        foreign=bool(own) and "en" not in own and _is_foreign(text, first, own),
        titled=bool(own) and "en" not in own and text.capital(first),
        capital=text.capital(first),
        lower=text.lower(first),
        key=" ".join(token.folded for token in text.scan.tokens[first : last + 1])
        if exactness == 1.0
        else "",
    )


def _role(text: _Text, first: int, last: int, level: str, places: tuple[Place, ...]) -> str:
    roles = text.roles
    if roles.beside(first, last, "org"):
        return "org"
    if group := roles.group(first, last):
        return group
    role = roles.role(first)
    site = not level and roles.beside(first, last, "site")
    if (role or level) and not (site and role in ("to", "from")):
        return role
    if any(place.admin_level == 0 for place in places) and text.goes_on_as_name(last):
        return "org"
    if site:
        return "site"
    return "person" if text.beside_a_name(first, last) else ""


def _is_foreign(text: _Text, first: int, own: frozenset[str]) -> bool:
    return not text.lower(first) and any(
        hit.entry.code in ("at", "near", "from") and hit.entry.language.replace("sheng", "sw") not in own
        for hit in text.roles.ending.get(first - 1, ())
    )


def _languages(text: _Text, index: int) -> frozenset[str]:
    """The languages in which a word is common."""
    hits = (hit for kind in _STOP_KINDS for hit in text.scan.of(kind) if hit.first == hit.last == index)
    known = _common_words().get(text.scan.tokens[index].folded, frozenset())
    return known | {hit.entry.language.replace("sheng", "sw") for hit in hits}


def _is_strong(text: _Text, first: int, last: int) -> bool:
    """Whether a word of level beside it makes a name of a common word: *kijiji cha Soko*, *soko village*.

    A phrase in one language (*border town*, *kijiji cha jirani*) needs capitals to be a name.
    """
    code, hit, _ = text.roles.level(first, last)
    if hit is None or code == "feature" or text.roles.determined(first):
        return False
    if text.capital(first):
        return True
    languages = _languages(text, first)
    return not text.lower(first) and bool(languages) and hit.entry.language not in languages
