"""What stands around the words of time of a text and says how they are meant."""

from dataclasses import dataclass
from datetime import datetime

from mbiu.analysis.clocks import parts_of
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

_PAST = tuple(grammar("past ending"))
_NOUNS = frozenset(("person", "person1", "family", "livestock", "other"))


@dataclass(frozen=True)
class Telling:
    """A text, the local time at which it was sent, and whether it speaks of what is to come."""

    scan: Scan
    local: datetime
    ahead: bool

    @property
    def today(self) -> datetime:
        """The midnight before it was sent."""
        return self.local.replace(hour=0, minute=0, second=0, microsecond=0)

    def _is_past(self, hit: Hit) -> bool:
        word = self.scan.tokens[hit.last].folded
        return hit.entry.language == "en" and word.endswith(_PAST)

    def only_ends(self, hit: Hit) -> bool:
        """Whether the words only say when it ended: *until today*."""
        before = self.scan.ending("moments", hit.first - 1)
        return any(one.entry.code == "until" for one in before) or self._ends_a_night(hit)

    def _ends_a_night(self, hit: Hit) -> bool:
        """Whether it is another word of *the night of Monday to Tuesday* than the first day."""
        after = (one for i in range(hit.last + 1, hit.last + 3) for one in self.at(i))
        if hit.entry.code.startswith("night"):
            return any(one.entry.code.startswith("weekday") and self.night_before(one) for one in after)
        if not hit.entry.code.startswith("weekday"):
            return False
        days = [one for i in range(hit.first - 3, hit.first) for one in self.at(i)]
        return any(
            one.entry.code.startswith("weekday") and self.night_before(one) is not None for one in days
        )

    def is_aftermath(self, hit: Hit) -> bool:
        """Whether the words tell when the dead were buried, the police came and the like."""
        clause = self.scan.tokens[hit.first].clause
        return any(
            one.entry.code == "aftermath" and self.scan.tokens[one.first].clause == clause
            for one in self.scan.of("moments")
        )

    def night_before(self, hit: Hit) -> int | None:
        """Where *the night of Monday to Tuesday* begins, None for any other weekday."""
        night = any(
            "night" in parts_of(one)
            for i in range(hit.first - 3, hit.first)
            for one in self.scan.ending("moments", i)
        )
        after = any(
            one.entry.code.startswith("weekday")
            for i in range(hit.last + 1, hit.last + 4)
            for one in self.at(i)
        )
        return self.scan.tokens[max(0, hit.first - 2)].start if night and after else None

    def at(self, index: int) -> list[Hit]:
        """The words of time that begin at a token."""
        return self.scan.starting("moments", index)

    def beside(self, hit: Hit, code: str) -> bool:
        """Whether a word such as *next* or *last* stands right before or behind."""
        around = (*self.scan.ending("moments", hit.first - 1), *self.scan.starting("moments", hit.last + 1))
        return any(one.entry.code == code for one in around)

    def looks_ahead(self, hit: Hit) -> bool:
        """Whether the words tell of a time to come."""
        if self.ahead or self.scan.ahead(hit):
            return True
        sentence = self.scan.tokens[hit.first].sentence
        told = [one for one in self.scan.of("events") if self.scan.tokens[one.first].sentence == sentence]
        return bool(told) and all(self.scan.ahead(one) for one in told)

    def tells(self, hit: Hit) -> bool:
        """Whether the sentence tells something that happened, not what is used to happen at night."""
        if any(one.entry.code == "since" for one in self.scan.ending("moments", hit.first - 1)):
            return True
        sentence = self.scan.tokens[hit.first].sentence
        told = [
            one
            for one in (*self.scan.of("events"), *self.scan.of("counts"))
            if self.scan.tokens[one.first].sentence == sentence and one.entry.code not in _NOUNS
        ]
        if any(one.tense == "present" for one in told):
            return False
        return any(
            one.tense == "past" or (one.tense == "none" and _tenseless(one)) or self._is_past(one)
            for one in told
        )


def _tenseless(hit: Hit) -> bool:
    return hit.entry.language not in ("sw", "sheng", "en")
