"""How a text is written: what capitals say in it, and whether a word stands among names."""

from dataclasses import dataclass

from mbiu.analysis.common import is_common
from mbiu.analysis.roles import Roles
from mbiu.analysis.scan import Scan
from mbiu.gazetteer.lookup import Gazetteer

INFORMATIVE = 0.6
LONGEST_ACRONYM = 5


@dataclass
class Writing:
    """A scanned text, and what its capitals and its words' neighbours say. Build it with ``Writing.of``.

    ``telling`` says that capitals tell names from other words; ``openers`` begin a sentence, so that theirs
    do not.
    """

    scan: Scan
    roles: Roles
    gazetteer: Gazetteer
    skipped: frozenset[int]
    telling: bool
    openers: frozenset[int]

    @classmethod
    def of(cls, scan: Scan, roles: Roles, gazetteer: Gazetteer, skipped: frozenset[int]) -> "Writing":
        """Capitals tell something where some words have them, most have not, and not only openers do."""
        tokens = scan.tokens
        openers = frozenset(
            index
            for index, token in enumerate(tokens)
            if index == 0 or tokens[index - 1].sentence != token.sentence
        )
        inner = [token.capital for index, token in enumerate(tokens) if index not in openers]
        telling = any(inner) and sum(inner) < INFORMATIVE * len(inner)
        return cls(scan, roles, gazetteer, skipped, telling, openers)

    def word(self, index: int) -> str:
        """A word as it is written, with straight apostrophes."""
        token = self.scan.tokens[index]
        return self.scan.text[token.start : token.end].replace("’", "'")

    def key(self, first: int, last: int) -> str:
        """The folded words of a span, as the gazetteer has them."""
        return " ".join(token.folded for token in self.scan.tokens[first : last + 1])

    def unbroken(self, first: int, last: int) -> bool:
        """Whether a span lies in one clause and holds no code, link or position."""
        tokens = self.scan.tokens
        same = tokens[last].clause == tokens[first].clause
        return same and self.skipped.isdisjoint(range(first, last + 1))

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
        word = self.word(first)
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
        if not self.word(index).istitle() or len(token.folded) < 3:
            return False
        if any(hit.entry.code == "given" for hit in self.roles.beginning.get(index, ())):
            return True
        return not is_common(token.folded) and not self._is_place(index)

    def _is_place(self, index: int) -> bool:
        places = self.gazetteer.named(self.scan.tokens[index].folded)
        return any(place.is_upper for place in places)
