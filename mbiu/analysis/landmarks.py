"""Names that stand for a point beside them: measured from, on the way to, or half-way between."""

import re
from dataclasses import replace
from itertools import pairwise

from mbiu.analysis.distances import Distance, distances
from mbiu.analysis.guesses import away, between, guess
from mbiu.analysis.meanings import Meaning
from mbiu.analysis.mentions import Named
from mbiu.analysis.reading import PlaceGuess
from mbiu.analysis.roles import JOINERS, SMALL_WORDS, Roles
from mbiu.analysis.scan import Scan
from mbiu.gazetteer.lookup import Gazetteer

LIST_WORDS = JOINERS | {"and", "na", "et", "n", "ne"}
SHARED = ("at", "near", "fled", "from", "to")
AFTER_REACH = 6
BEFORE_REACH = 2
TOWARDS_REACH = 4
_DASH = re.compile(r"\s?[-–—]\s?")


class Landmarks:
    """The names of a text that distances are measured from, and pairs that something lies between."""

    def __init__(self, scan: Scan, roles: Roles, mentions: list[Named]) -> None:
        self._scan, self._roles = scan, roles
        self._measured: dict[int, Distance] = {}
        for distance in distances(scan):
            if (anchor := self._anchor(distance, mentions)) is not None:
                self._measured[anchor.first] = distance
        self._pairs = {one.first: two.first for one, two in pairwise(mentions) if self._pair(one, two)}

    def marked(self, mention: Named) -> Named:
        """The name as a landmark where it is one: *10 km from Kotido* is no place where people came from."""
        if mention.first in self._measured:
            return replace(mention, role="near", cued=True)
        return mention

    def point(
        self, base: PlaceGuess, top: Meaning, ranked: list[Meaning], gazetteer: Gazetteer
    ) -> PlaceGuess:
        """The guess moved to the point that the text means."""
        if top.mention.first in self._measured:
            onward = next((one for one in ranked if self._onward(top.mention, one.mention)), None)
            towards = guess(onward.place, gazetteer, onward.score) if onward else None
            return away(base, self._measured[top.mention.first], towards)
        other = next((one for one in ranked if self._is_pair(top, one)), None)
        return (between(base, guess(other.place, gazetteer, other.score)) if other else None) or base

    def paired(self, one: Meaning, two: Meaning) -> bool:
        """Whether something lies between the two."""
        return self._is_pair(one, two)

    def _anchor(self, distance: Distance, mentions: list[Named]) -> Named | None:
        for mention in mentions:
            gap = range(distance.last + 1, mention.first)
            if 0 <= len(gap) < AFTER_REACH and mention.first > distance.last and self._leads(gap, mention):
                return mention
        if distance.bearing is None:
            return None
        for mention in mentions:
            if 0 <= distance.first - mention.last - 1 <= BEFORE_REACH and self._one_sentence(
                mention.last, distance.first
            ):
                return mention
        return None

    def _leads(self, gap: range, mention: Named) -> bool:
        """Whether only small words and cues stand between a distance and a name."""
        cued = {i for hit in self._scan.of("cues") for i in range(hit.first, hit.last + 1)}
        words = (i in cued or self._scan.tokens[i].folded in SMALL_WORDS for i in gap)
        return all(words) and self._one_sentence(gap.start - 1, mention.first)

    def _one_sentence(self, one: int, two: int) -> bool:
        return self._scan.tokens[one].sentence == self._scan.tokens[two].sentence

    def _onward(self, mention: Named, other: Named) -> bool:
        near = 0 < other.first - mention.last <= TOWARDS_REACH
        return near and other.role in ("to", "near") and self._one_sentence(mention.last, other.first)

    def _pair(self, one: Named, two: Named) -> bool:
        tokens = self._scan.tokens
        if not self._one_sentence(one.last, two.first) or two.first - one.last > 3:
            return False
        gap = [token.folded for token in tokens[one.last + 1 : two.first]]
        if not gap:
            return (
                _DASH.fullmatch(self._scan.text[tokens[one.last].end : tokens[two.first].start]) is not None
            )
        return one.role == "between" and not JOINERS.isdisjoint(gap)

    def _is_pair(self, one: Meaning, two: Meaning) -> bool:
        first, second = one.mention.first, two.mention.first
        return self._pairs.get(first) == second or self._pairs.get(second) == first


def listed(scan: Scan, mentions: list[Named]) -> list[Named]:
    """Names of a list share the role of the first: *in Kotido, Kaabong and Abim*."""
    found: list[Named] = []
    for mention in mentions:
        before = found[-1] if found else None
        if (
            before
            and before.role in SHARED
            and not mention.role
            and _follows(scan, before.last, mention.first)
        ):
            found.append(replace(mention, role=before.role))
        else:
            found.append(mention)
    return found


def _follows(scan: Scan, last: int, first: int) -> bool:
    tokens = scan.tokens
    if tokens[last].sentence != tokens[first].sentence:
        return False
    gap = [token.folded for token in tokens[last + 1 : first]]
    if gap:
        return len(gap) == 1 and gap[0] in LIST_WORDS
    return scan.text[tokens[last].end : tokens[first].start].strip() in (",", "/", "،", "&")
