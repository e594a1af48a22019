"""One text, tokenised and matched against all word lists, with the questions readers ask of it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest

from mbiu.analysis.lexicon import Hit, lexicon
from mbiu.analysis.reading import Evidence
from mbiu.analysis.tables import grammar
from mbiu.analysis.words import Token, tokenise

NEGATION_REACH = 3
FUTURE_REACH = 6
BACKGROUND_REACH = 3
FAR = 1_000_000
SHORTEST_GAPPED = 3
#: Events after which a Swahili relative verb tells what somebody did before.
CAUGHT = ("arrests", "peace")
_RELATIVES = ("walio", "aliye", "wanao", "anaye")
_PAST_ENDINGS = tuple(grammar("past ending"))
_FRESH = grammar("fresh subject")
_ASKS = re.compile("[?؟]")


@dataclass
class Scan:
    """The tokens and hits of one text. Build it with ``scan``."""

    text: str
    tokens: list[Token]
    kinds: dict[str, list[Hit]]
    codes: dict[str, list[Hit]] = field(default_factory=dict)
    _before: dict[str, list[int]] = field(default_factory=dict, repr=False)

    def of(self, kind: str) -> list[Hit]:
        return self.kinds.get(kind, [])

    def marked(self, code: str) -> list[Hit]:
        """Markers of one code (``hearsay``, ``weapon`` and so on)."""
        return self.codes.get(code, [])

    def starting(self, kind: str, index: int) -> list[Hit]:
        """Hits of a kind whose first word is the token ``index``."""
        return self._at[0].get((kind, index), [])

    def ending(self, kind: str, index: int) -> list[Hit]:
        """Hits of a kind whose last word is the token ``index``."""
        return self._at[1].get((kind, index), [])

    @cached_property
    def _at(self) -> tuple[dict[tuple[str, int], list[Hit]], dict[tuple[str, int], list[Hit]]]:
        starts: dict[tuple[str, int], list[Hit]] = defaultdict(list)
        ends: dict[tuple[str, int], list[Hit]] = defaultdict(list)
        for kind in ("numbers", "counts", "actors", "moments"):
            for hit in self.of(kind):
                starts[kind, hit.first].append(hit)
                ends[kind, hit.last].append(hit)
        return dict(starts), dict(ends)

    def evidence(self, name: str, value: object, first: int, last: int, why: str) -> Evidence:
        """Evidence whose span covers the tokens ``first`` to ``last``."""
        start, end = self.tokens[first].start, self.tokens[last].end
        return Evidence(name, str(value), start, end, self.text[start:end], why)

    def before(self, hit: Hit, code: str, reach: int) -> bool:
        """Whether a marker ends at most ``reach`` words before the hit, in the same clause."""
        nearest = self._nearest(code)[hit.first]
        return hit.first - nearest <= reach and self.tokens[nearest].clause == self.tokens[hit.first].clause

    def _nearest(self, code: str) -> list[int]:
        """For each token the last one before it that ends a marker of the code; far below 0 if none."""
        if code not in self._before:
            ends = {mark.last for mark in self.marked(code)}
            found, last = [], -FAR
            for index in range(len(self.tokens)):
                found.append(last)
                last = index if index in ends else last
            self._before[code] = found
        return self._before[code]

    def denied(self, hit: Hit) -> bool:
        told = hit.negated or self._denying.get(hit.first, -1) >= hit.last or self._denied_before(hit)
        return told or self._denied_after(hit) or self._denied_inside(hit)

    @cached_property
    def _denying(self) -> dict[int, int]:
        """The last token of the denial that each token is part of; some hold what they deny."""
        marks = self.marked("negation")
        return {index: mark.last for mark in marks for index in range(mark.first, mark.last + 1)}

    def _denied_before(self, hit: Hit) -> bool:
        """*No food, they sleep outside* denies the food: a new subject ends what a denial reaches."""
        if not self.before(hit, "negation", NEGATION_REACH):
            return False
        between = self.tokens[self._nearest("negation")[hit.first] + 1 : hit.first]
        return not any(token.folded in _FRESH for token in between)

    def _denied_inside(self, hit: Hit) -> bool:
        """*Police did not shoot protesters*, found as one phrase with a gap."""
        if hit.size < SHORTEST_GAPPED or not self.starting("actors", hit.first):
            return False
        return self._nearest("negation")[hit.last] > hit.first

    def _denied_after(self, hit: Hit) -> bool:
        return self._denials.get(self.tokens[hit.last].sentence, -1) > hit.last

    @cached_property
    def _denials(self) -> dict[int, int]:
        """The last *is not true* or the like of each sentence."""
        return {self.tokens[mark.first].sentence: mark.first for mark in self.marked("negation_after")}

    def ahead(self, hit: Hit) -> bool:
        """Whether the hit speaks of something that has not happened yet."""
        if hit.tense not in ("none", "infinitive"):
            return hit.tense == "future"
        past = self.tokens[hit.last].folded.endswith(_PAST_ENDINGS)
        follows = any(mark.first == hit.last + 1 for mark in self.marked("future"))
        return follows or self.before(hit, "future", NEGATION_REACH if past else FUTURE_REACH)

    def wished(self, hit: Hit) -> bool:
        """Whether a Swahili verb has the ending of a wish: *washambuliwe*, let them be attacked."""
        return hit.tense == "future" and self.tokens[hit.first].folded.endswith("e")

    def supposed(self, hit: Hit) -> bool:
        """Whether the hit is a condition; Swahili *-ki-* is *if* where it opens a clause, else *while*."""
        opens = hit.first == 0 or self.tokens[hit.first - 1].clause != self.tokens[hit.first].clause
        return hit.tense == "if" or (hit.tense == "while" and opens) or self.before(hit, "if", FUTURE_REACH)

    def joined(self, hit: Hit) -> bool:
        """Whether *na* ties a Swahili infinitive to the verb before it, whose tense it then shares."""
        return hit.first > 0 and self.tokens[hit.first - 1].folded == "na"

    def background(self, hit: Hit) -> bool:
        """*After the clash they burnt huts* puts the clash behind, not the burning."""
        if self._of_the_caught(hit):
            return True
        if not self.before(hit, "background", BACKGROUND_REACH):
            return False
        nearest = self._nearest("background")[hit.first]
        return not any(nearest < one.first and one.last < hit.first for one in self.of("events"))

    def _of_the_caught(self, hit: Hit) -> bool:
        """*Wamekamata watu waliomuua*: what those did who were caught or freed went before."""
        first = self.tokens[hit.first]
        return first.folded.startswith(_RELATIVES) and any(
            one.entry.code in CAUGHT
            and 0 < hit.first - one.first <= BACKGROUND_REACH
            and self.tokens[one.first].clause == first.clause
            for one in self.of("events")
        )

    def asked(self, hit: Hit) -> bool:
        return self.tokens[hit.first].sentence in self.questions

    @cached_property
    def has_capitals(self) -> bool:
        return any(token.capital for token in self.tokens)

    @cached_property
    def questions(self) -> frozenset[int]:
        """Sentences that ask and tell nothing: they begin with a word of asking, or end as a question."""
        return frozenset((*self._opened_by_asking(), *self._closed_by_asking()))

    def _opened_by_asking(self) -> Iterator[int]:
        for mark in self.marked("question"):
            sentence = self.tokens[mark.first].sentence
            if mark.first < 3 or self.tokens[mark.first - 2].sentence != sentence:
                yield sentence

    def _closed_by_asking(self) -> Iterator[int]:
        if not _ASKS.search(self.text):
            return
        told = {self.tokens[hit.first].sentence for hit in (*self.of("numbers"), *self.marked("ongoing"))}
        told |= {token.sentence for token in self.tokens if token.folded.isdecimal()}
        for token, after in zip_longest(self.tokens, self.tokens[1:]):
            gap = self.text[token.end : after.start if after else token.end + 4]
            if _ASKS.search(gap) and token.sentence not in told:
                yield token.sentence


def scan(text: str) -> Scan:
    """Find everything the word lists know in a text."""
    words = lexicon()
    tokens = tokenise(text, words.whole)
    kinds: dict[str, list[Hit]] = defaultdict(list)
    codes: dict[str, list[Hit]] = defaultdict(list)
    for hit in words.find(tokens):
        kinds[hit.entry.kind].append(hit)
        if hit.entry.kind == "markers":
            codes[hit.entry.code].append(hit)
    return Scan(text, tokens, kinds, codes)
