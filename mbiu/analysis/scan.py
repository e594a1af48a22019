"""One text, tokenised and matched against all word lists, with the questions readers ask of it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from mbiu.analysis.lexicon import Hit, lexicon
from mbiu.analysis.reading import Evidence
from mbiu.analysis.tables import grammar
from mbiu.analysis.words import Token, tokenise

NEGATION_REACH = 3
FUTURE_REACH = 6
BACKGROUND_REACH = 3
_PAST_ENDINGS = tuple(grammar("past ending"))


@dataclass
class Scan:
    """The tokens and hits of one text. Build it with ``scan``."""

    text: str
    tokens: list[Token]
    kinds: dict[str, list[Hit]]
    codes: dict[str, list[Hit]] = field(default_factory=dict)

    def of(self, kind: str) -> list[Hit]:
        return self.kinds.get(kind, [])

    def marked(self, code: str) -> list[Hit]:
        """Markers of one code (``hearsay``, ``weapon`` and so on)."""
        return self.codes.get(code, [])

    def evidence(self, name: str, value: object, first: int, last: int, why: str) -> Evidence:
        """Evidence whose span covers the tokens ``first`` to ``last``."""
        start, end = self.tokens[first].start, self.tokens[last].end
        return Evidence(name, str(value), start, end, self.text[start:end], why)

    def before(self, hit: Hit, code: str, reach: int) -> bool:
        """Whether a marker ends at most ``reach`` words before the hit, in the same clause."""
        clause = self.tokens[hit.first].clause
        return any(
            0 < hit.first - mark.last <= reach and self.tokens[mark.last].clause == clause
            for mark in self.marked(code)
        )

    def denied(self, hit: Hit) -> bool:
        sentence = self.tokens[hit.last].sentence
        return (
            hit.negated
            or self.before(hit, "negation", NEGATION_REACH)
            or any(
                mark.first > hit.last and self.tokens[mark.first].sentence == sentence
                for mark in self.marked("negation_after")
            )
        )

    def ahead(self, hit: Hit) -> bool:
        """Whether the hit speaks of something that has not happened yet."""
        if hit.tense not in ("none", "infinitive"):
            return hit.tense == "future"
        past = self.tokens[hit.last].folded.endswith(_PAST_ENDINGS)
        follows = any(mark.first == hit.last + 1 for mark in self.marked("future"))
        return follows or self.before(hit, "future", NEGATION_REACH if past else FUTURE_REACH)

    def supposed(self, hit: Hit) -> bool:
        """Whether the hit is a condition; Swahili *-ki-* is *if* where it opens a clause, else *while*."""
        opens = hit.first == 0 or self.tokens[hit.first - 1].clause != self.tokens[hit.first].clause
        return hit.tense == "if" or (hit.tense == "while" and opens) or self.before(hit, "if", FUTURE_REACH)

    def joined(self, hit: Hit) -> bool:
        """Whether *na* ties a Swahili infinitive to the verb before it, whose tense it then shares."""
        return hit.first > 0 and self.tokens[hit.first - 1].folded == "na"

    def background(self, hit: Hit) -> bool:
        return self.before(hit, "background", BACKGROUND_REACH)

    def asked(self, hit: Hit) -> bool:
        return self.tokens[hit.first].sentence in self.questions

    @cached_property
    def has_capitals(self) -> bool:
        return any(token.capital for token in self.tokens)

    @cached_property
    def questions(self) -> frozenset[int]:
        """Sentences that ask and tell nothing: they begin with a word of asking."""
        return frozenset(self._questions())

    def _questions(self) -> Iterator[int]:
        for mark in self.marked("question"):
            sentence = self.tokens[mark.first].sentence
            if mark.first < 3 or self.tokens[mark.first - 2].sentence != sentence:
                yield sentence


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
