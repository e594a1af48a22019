"""What the words around a name say of it: where, from where, whose, how wide, or that it is no place."""

from dataclasses import dataclass, field

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

SMALL_WORDS = grammar("small")
JOINERS = grammar("joiner")
ROLES = ("near", "at", "between", "fled", "from", "to", "lives")
LEVELS = ("level1", "level2", "level12", "level3", "level4", "town", "village", "feature")
DETERMINERS = grammar("determiner")
_UNSAID = ("at", "near", "from", "to", "fled")
_VAGUE = frozenset(("mu", "ku", "katika", "kwenye", "ya", "za", "la"))


@dataclass
class Roles:
    """The cues of one text by the token where they end and begin. Build it with ``Roles.of``."""

    scan: Scan
    ending: dict[int, list[Hit]] = field(default_factory=dict)
    beginning: dict[int, list[Hit]] = field(default_factory=dict)
    communities: frozenset[int] = frozenset()

    @classmethod
    def of(cls, scan: Scan) -> "Roles":
        roles = cls(scan)
        for hit in scan.of("cues"):
            roles.ending.setdefault(hit.last, []).append(hit)
            roles.beginning.setdefault(hit.first, []).append(hit)
        roles.communities = frozenset(
            hit.first for hit in scan.of("actors") if hit.entry.note.split(",")[0] == "community"
        )
        return roles

    def role(self, first: int) -> str:
        """The role that the words before (or a *-ni* level word) give to a name."""
        hits = self._before(first)
        codes = {hit.entry.code for hit in hits}
        found = next((code for code in ROLES if code in codes), "")
        if found:
            return found
        if any(code.startswith("bearing") for code in codes):
            return "near"
        return "at" if codes & set(LEVELS) else ""

    def cued(self, first: int, *, strongly: bool = False) -> bool:
        """Whether a cue stands right before a name. ``strongly``: one that announces a name of a place.

        Swahili *katika* and Luganda *mu* stand before any noun, *huko* and *e* before places.
        """
        return any(
            hit.entry.code in ROLES and self._same_clause(hit.last, first)
            for hit in self.ending.get(first - 1, ())
            if not (strongly and self._is_vague(hit.last))
        )

    def _is_vague(self, last: int) -> bool:
        """French *a* without its accent may be *has*, or an English article."""
        token = self.scan.tokens[last]
        return token.folded in _VAGUE or self.scan.text[token.start : token.end] in ("a", "A")

    def level(self, first: int, last: int) -> tuple[str, Hit | None, bool]:
        """The word of level beside a name: its code, where it is, and whether it stands before."""
        for hit in self.beginning.get(last + 1, ()):
            if hit.entry.code in LEVELS and self._same_clause(last, hit.first):
                return hit.entry.code, hit, False
        before = self._index_before(first)
        for hit in self.ending.get(before, ()):
            if hit.entry.code in LEVELS and self._same_clause(hit.last, first):
                return hit.entry.code, hit, True
        return "", None, False

    def is_person(self, first: int) -> bool:
        """Whether a title or a given name stands right before: *Mzee Kasese*, *Hon. Bukedi*."""
        clause = self.scan.tokens[first].clause
        return any(
            hit.entry.code in ("title", "given")
            and (self.scan.tokens[hit.last].clause == clause or self._full_stop(hit.last, first))
            for hit in self.ending.get(first - 1, ())
        )

    def _full_stop(self, last: int, first: int) -> bool:
        """*Hon. X*: the stop after a title ends no sentence."""
        tokens = self.scan.tokens
        gap = self.scan.text[tokens[last].end : tokens[first].start]
        return gap.strip() == "." and len(gap) <= 2 and tokens[last].end - tokens[last].start <= 4

    def beside(self, first: int, last: int, code: str) -> bool:
        """Whether a cue of this code touches the name, small words apart."""
        after = any(
            hit.entry.code == code and self._same_clause(last, hit.first)
            for hit in self.beginning.get(last + 1, ())
        )
        return after or any(hit.entry.code == code for hit in self._before(first))

    def group(self, first: int, last: int) -> str:
        """``group`` where a name stands for people, ``people`` or ``name`` where it might, else empty.

        *Turkana raiders*, *between Pokot and Turkana*, *Turkana attacked* are people; of *Kotido youths*
        one at least learns where they come from.
        """
        community = first in self.communities
        if self.beside(first, last, "person"):
            return "group" if community else "people"
        if not community or self.level(first, last)[0] or self.role(first) in _UNSAID:
            return ""
        acts = any(hit.first == last + 1 for hit in self.scan.of("events"))
        tokens = self.scan.tokens
        around = {tokens[i].folded for i in (first - 1, last + 1) if 0 <= i < len(tokens)}
        return "group" if acts or around & JOINERS else "name"

    def determined(self, first: int) -> bool:
        """Whether an article or the like stands before: *the border town* is no town called Border."""
        return first > 0 and self.scan.tokens[first - 1].folded in DETERMINERS

    def _before(self, first: int) -> list[Hit]:
        before = self._index_before(first)
        if before < 0 or self.scan.tokens[before].sentence != self.scan.tokens[first].sentence:
            return []
        return self.ending.get(before, [])

    def _index_before(self, first: int) -> int:
        before = first - 1
        while before >= 0 and self.scan.tokens[before].folded in SMALL_WORDS and before not in self.ending:
            before -= 1
        return before

    def _same_clause(self, one: int, two: int) -> bool:
        return self.scan.tokens[one].clause == self.scan.tokens[two].clause
