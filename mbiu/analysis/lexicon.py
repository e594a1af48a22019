"""The hand-written word lists and the one pass that finds all of them in a text.

``data/README.md`` tells how a term is written. The name of the file is the *kind* of its entries.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from mbiu.analysis import arabic, french, luganda, tables
from mbiu.analysis.english import forms
from mbiu.analysis.swahili import Tense, Verb, verbs
from mbiu.analysis.words import Token, elided
from mbiu.gazetteer.names import fold

KINDS = (
    "events",
    "ignore",
    "markers",
    "drivers",
    "risk_factors",
    "actors",
    "counts",
    "numbers",
    "moments",
    "cues",
)
GAP = ".."
MAX_GAP = 3
LONGEST_VERB = 24
#: What stands before a verb stem in the trie, by the language whose prefixes it takes.
SWAHILI, LUGANDA, SHENG = "-", "+", "="
PLAIN = "plain"
BANTU = ("sw", "sheng", "lg")
#: What the ending of a French verb or the front letter of an Arabic one says; such a verb has no stem.
TO_COME = Verb("", "future", False)
_END = ""
_NO_KINDS: frozenset[str] = frozenset()
#: Lists that hold every form of a Luganda word themselves.
_WITH_FORMS = ("counts", "numbers", "moments", "cues")


class Entry(NamedTuple):
    """One line of a word list. ``code`` is what the term counts for."""

    kind: str
    code: str
    weight: float
    language: str
    note: str


class Word(NamedTuple):
    """The keys under which a word may stand in the lists, and what its verb prefixes say."""

    keys: tuple[str, ...]
    verb: Verb | None


class Hit(NamedTuple):
    """An entry found in a text: tokens ``first`` to ``last`` (both included)."""

    entry: Entry
    first: int
    last: int
    tense: Tense
    negated: bool

    @property
    def size(self) -> int:
        return self.last - self.first + 1


class _Stems:
    """Verb stems of one language: whole ones, and open ones after which anything may follow."""

    def __init__(self, sign: str) -> None:
        self.sign = sign
        self.whole: set[str] = set()
        self.open: set[str] = set()

    def add(self, part: str) -> str:
        stem = fold(part.strip("-*"))
        (self.open if part.endswith("*") else self.whole).add(stem)
        return f"{self.sign}{stem}*" if part.endswith("*") else f"{self.sign}{stem}"

    def frozen(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(self.whole), frozenset(self.open)


class Lexicon:
    """All entries in one trie of token keys."""

    def __init__(self, entries: Iterable[tuple[Entry, str]]) -> None:
        self._root: dict[str, Any] = {}
        self._exact: set[str] = set()
        self._prefixes: set[str] = set()
        self._kinds: dict[str, frozenset[str]] = {}
        self._french: set[str] = set()
        self._nouns: dict[str, list[str]] = defaultdict(list)
        self._ganda: set[str] = set()
        stems = {"lg": _Stems(LUGANDA), "sheng": _Stems(SHENG), "": _Stems(SWAHILI)}
        for entry, term in entries:
            of = stems.get(entry.language, stems[""])
            if entry.language == "fr":
                self._french.update(
                    fold(word) for word in term.replace("/", " ").split() if word.endswith("*")
                )
            for words in spelt_out(term):
                keys = [self._key(word, of) for word in words]
                self._insert(entry, keys)
                if entry.language == "lg":
                    self._add_ganda(keys, entry.kind)
        self._swahili, self._luganda = stems[""].frozen(), stems["lg"].frozen()
        self._sheng = stems["sheng"].frozen()
        self._sizes = sorted({len(prefix) for prefix in self._prefixes}, reverse=True)
        self.whole = frozenset(w for w in self._exact if any(c.isdecimal() for c in w) and not w.isdecimal())
        self.word = lru_cache(maxsize=20_000)(self._word)

    def _add_ganda(self, keys: Sequence[str], kind: str) -> None:
        self._ganda.update(keys)
        for key in keys if kind not in _WITH_FORMS else ():
            if luganda.is_noun(key) and key not in (known := self._nouns[luganda.squeezed(key)]):
                known.append(key)

    def _key(self, part: str, stems: _Stems) -> str:
        if part == GAP:
            return GAP
        if part.startswith("-"):
            return stems.add(part)
        if part.endswith("*"):
            self._prefixes.add(fold(part[:-1]))
            return fold(part[:-1]) + "*"
        self._exact.add(fold(part))
        return fold(part)

    def _insert(self, entry: Entry, keys: Sequence[str]) -> None:
        node = self._root
        if len(keys) == 1:
            self._kinds[keys[0]] = self._kinds.get(keys[0], _NO_KINDS) | {entry.kind}
        for key in keys:
            node = node.setdefault(key, {})
        found = node.setdefault(_END, [])
        if entry not in found:
            found.append(entry)

    def stands_in(self, folded: str, kinds: frozenset[str], *, whole: bool = False) -> bool:
        """Whether the word alone is an entry of one of these kinds; a bare verb stem does not count.

        With ``whole`` neither do words that are only formed from an entry.
        """
        keys = (
            key
            for key in self.word(folded).keys
            if key == folded or not (whole or key in (SWAHILI + folded, LUGANDA + folded, SHENG + folded))
        )
        return any(kinds & self._kinds.get(key, _NO_KINDS) for key in keys)

    def _word(self, folded: str) -> Word:
        if arabic.is_arabic(folded):
            return self._arabic(folded)
        found = self._verbs(folded)
        keys = self._plain(folded)
        keys += self._noun(folded) if not keys or folded in self._ganda else []
        keys[1 if folded in self._exact else 0 : 0] = [key for key, _ in found]
        if not keys and len(folded) > 5 and folded.endswith("ni") and folded[:-2] in self._exact:
            return Word((folded[:-2],), None)
        if not found and not self._french.isdisjoint(keys) and french.to_come(folded):
            return Word(tuple(keys), TO_COME)
        return Word(tuple(dict.fromkeys(keys)), found[0][1] if found else None)

    def _verbs(self, folded: str) -> list[tuple[str, Verb]]:
        """Keys and verbs of the word. Open stems and Sheng ones, which are English words, need a prefix."""
        if len(folded) > LONGEST_VERB:
            return []
        found = [(SWAHILI, verb) for verb in verbs(folded, *self._swahili)]
        found += [(LUGANDA, verb) for verb in verbs(folded, *self._luganda, read=luganda.read)]
        found += [(SHENG, verb) for verb in verbs(folded, *self._sheng) if verb.stem != folded]
        return [
            (sign + verb.stem, verb)
            for sign, verb in found
            if not (verb.stem.endswith("*") and folded.startswith(verb.stem[:-1]))
        ]

    def _noun(self, folded: str) -> list[str]:
        if not luganda.SHORTEST_NOUN <= len(folded) + 1 <= LONGEST_VERB:
            return []
        return [key for noun in luganda.nouns(folded) for key in self._nouns.get(noun, ())]

    def _plain(self, folded: str) -> list[str]:
        starts = [folded[:size] for size in self._sizes if len(folded) >= size]
        return [folded] * (folded in self._exact) + [one + "*" for one in starts if one in self._prefixes]

    def _arabic(self, folded: str) -> Word:
        found = [(key, soon) for rest, soon in arabic.stripped(folded) for key in self._plain(rest)]
        to_come = any(soon for _, soon in found)
        return Word(tuple(dict.fromkeys(key for key, _ in found)), TO_COME if to_come else None)

    def find(self, tokens: Sequence[Token]) -> list[Hit]:
        """Every entry in the text, less those inside a longer one of its kind or an ignored phrase.

        Markers say different things of the same words, so only one of the same code hides another.
        """
        words = [self.word(token.folded) for token in tokens]
        hits: list[Hit] = []
        for first, word in enumerate(words):
            for key in word.keys:
                node = self._root.get(key)
                if node is not None:
                    _walk(node, first, first + 1, tokens, words, hits)
        return _longest(list(dict.fromkeys(hits)))


def _walk(
    node: dict[str, Any], first: int, after: int, tokens: Sequence[Token], words: list[Word], hits: list[Hit]
) -> None:
    for entry in node.get(_END, ()):
        verb = next((w.verb for w in words[first:after] if w.verb and _of(entry, w.verb)), None)
        hits.append(Hit(entry, first, after - 1, verb.tense if verb else "none", bool(verb and verb.negated)))
    if len(node) > (_END in node):
        for target, index in _steps(node, after, len(tokens)):
            if tokens[index].sentence == tokens[first].sentence:
                for key in words[index].keys:
                    if key in target:
                        _walk(target[key], first, index + 1, tokens, words, hits)


def _of(entry: Entry, verb: Verb) -> bool:
    """Whether the tense and denial read in a word are of the entry's language: *tabassé* is not Luganda."""
    return bool(verb.stem) == (entry.language in BANTU)


def _steps(node: dict[str, Any], after: int, count: int) -> Iterator[tuple[dict[str, Any], int]]:
    if after < count:
        yield node, after
    gap = node.get(GAP)
    if gap is not None:
        for index in range(after, min(after + MAX_GAP + 1, count)):
            yield gap, index


def _longest(hits: list[Hit]) -> list[Hit]:
    longer: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.last > hit.first or hit.entry.kind == "ignore":
            for index in range(hit.first, hit.last + 1):
                longer[index].append(hit)
    return [hit for hit in hits if not any(_covers(other, hit) for other in longer.get(hit.first, ()))]


def _covers(other: Hit, hit: Hit) -> bool:
    if other.first > hit.first or other.last < hit.last:
        return False
    if other.entry.kind == "ignore" and hit.entry.kind in ("events", "counts", "drivers", "risk_factors"):
        return True
    if other.entry.kind != hit.entry.kind or other.size <= hit.size:
        return False
    return hit.entry.kind != "markers" or other.entry.code in (hit.entry.code, PLAIN)


def spelt_out(term: str) -> Iterator[tuple[str, ...]]:
    """Every reading of a term: ``/`` parts words of one place, ``~`` stands for an English verb's forms."""
    places = (piece for part in term.split() for piece in elided(part))
    parts = ([form for word in place.split("/") for form in _forms(word)] for place in places)
    return product(*parts)


def _forms(word: str) -> tuple[str, ...]:
    return forms(word[:-1]) if word.endswith("~") else (word,)


def entries(kind: str) -> Iterator[tuple[Entry, str]]:
    """The entries of one file with each of their terms. An actor's note is the kind of group."""
    for row in tables.rows(kind):
        if kind == "actors":
            entry = Entry(kind, row["name"], 1.0, "en", row["kind"])
            terms = row["aliases"]
        else:
            entry = Entry(kind, row["code"], float(row["weight"] or 1), row["language"], row["note"])
            terms = row["terms"]
        yield from ((entry, term.strip()) for term in terms.split("|") if term.strip())


@tables.cached
def lexicon() -> Lexicon:
    """The word lists in force, read once."""
    return Lexicon(pair for kind in KINDS for pair in entries(kind))
