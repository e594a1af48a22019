"""Whether a report speaks of a known incident, and whether it is a source of its own: pure, with reasons.

Place and time do the work; words alone cannot tell two events at one place from one event told twice. So
a report joins by itself only when place, time and type agree closely, or its text is a copy; anything
looser is proposed to a person. Whoever repeats the words of another, passes on what others said, or is
close to somebody who told it before, adds no weight to a story.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from mbiu import agreement
from mbiu.agreement import NEVER, Facts, Sign, distance_km, hours_apart
from mbiu.analysis.similarity import Alike, Text, compare_texts

__all__ = [
    "REASONS", "Facts", "Match", "Source", "Witness", "compare", "distance_km", "doubt", "rough", "source",
]  # fmt: skip

#: No event is looked for further away in time.
WINDOW = dt.timedelta(hours=72)
#: Hours between two tellings above which only a person joins them.
CLOSE_HOURS = 8.0
#: A report joins by itself from this probability on, and is proposed to a person from that.
JOIN, PROPOSE = 0.90, 0.40
#: Short stock phrases are sent again for the next event; longer ones only by those who pass on a text.
STOCK_WORDS, STOCK_HOURS = 12, 24.0
_PRIOR = -1.3
_WINDOW_HOURS = WINDOW / dt.timedelta(hours=1)
_JUST_BELOW = JOIN - 0.01


@dataclass(frozen=True)
class Witness:
    """Who told it, in what words, and how near to it: what independence is judged by.

    ``contact``, ``organisation``, ``circle`` (a community of one denomination), ``supervisor`` and ``phone``
    (the address it came from) are compared only; ``texts`` are the messages, or all of them as one.
    ``doubt`` is the code of why the sender may be another, or not free to say what is true.
    """

    texts: tuple[Text, ...] = ()
    contact: UUID | None = None
    organisation: str = ""
    forwarded: bool = False
    hearsay: bool = False
    doubt: str = ""
    circle: str = ""
    supervisor: UUID | None = None
    phone: UUID | None = None

    def unnamed(self) -> "Witness":
        """The same words from nobody in particular."""
        return replace(self, contact=None, organisation="", circle="", supervisor=None, phone=None)


REASONS = {
    "same_person": "the same person told it before",
    "copy": "the words of an earlier report",
    "forwarded": "a forwarded message",
    "hearsay": "told from hearsay",
    "connected": "close to an earlier reporter: one phone, organisation or community, or a supervisor",
    "unconfirmed": "perhaps not from whom the number says",
    "duress": "sent under duress",
    "withdrawn": "taken back by the reporter",
    "flood": "one of more reports from there at once than are looked at one by one",
}


@dataclass(frozen=True)
class Source:
    """Whether a report is a source of its own: no ``code`` if it is, else why it is not."""

    code: str = ""

    @property
    def independent(self) -> bool:
        return not self.code

    @property
    def why(self) -> str:
        return REASONS.get(self.code, "")


@dataclass(frozen=True)
class Match:
    """How probably a report and an incident are one event (0 to 1), why, and whether it is a new source."""

    incident_id: UUID
    same_event: float
    why: tuple[str, ...]
    source: Source = Source()
    is_copy: bool = False

    @property
    def joins(self) -> bool:
        return self.same_event >= JOIN

    @property
    def independent(self) -> bool:
        return self.source.independent


def compare(
    report: Facts, incident: Facts, told: Witness = Witness(), earlier: Sequence[Witness] = ()
) -> Match | None:
    """Match a report, told by ``told``, with an incident that ``earlier`` told of. None: not one event."""
    if incident.id is None or report.exercise != incident.exercise or not _in_window(report, incident):
        return None
    signs, alike = _signs(report, incident), _alike(told, earlier)
    if alike.copy and not _contradicted(signs):
        chance, why = _copied(report, incident, told)
        is_copy = True
    else:
        chance, why, is_copy = *_weighed(signs, alike, hours_apart(report, incident)), False
    if report.place_id is None or incident.place_id is None:
        chance = chance if is_copy else min(chance, _JUST_BELOW)
    if chance < PROPOSE:
        return None
    return Match(incident.id, round(chance, 2), why, source(told, earlier), is_copy)


def rough(report: Facts, incident: Facts) -> float:
    """The weight of the facts without the words: what sorts candidates before their texts are opened."""
    if report.exercise != incident.exercise or not _in_window(report, incident):
        return NEVER
    kind = agreement.kind(report, incident).weight
    place = agreement.place(report, incident).weight if kind != NEVER else NEVER
    if place == NEVER:
        return NEVER
    counts = sum(sign.weight for sign in agreement.numbers(report, incident))
    return place + kind + agreement.time(report, incident).weight + counts


def _in_window(report: Facts, incident: Facts) -> bool:
    return hours_apart(report, incident) <= _WINDOW_HOURS


def _signs(report: Facts, incident: Facts) -> list[Sign]:
    return [
        agreement.place(report, incident),
        agreement.kind(report, incident),
        agreement.time(report, incident),
        *agreement.numbers(report, incident),
        agreement.actors(report, incident),
    ]


def _contradicted(signs: list[Sign]) -> bool:
    """Whether the same phrases carry other numbers: another event in stock phrases, or a text altered."""
    return any(sign.why.endswith("too different") for sign in signs)


def _weighed(signs: list[Sign], alike: Alike, hours: float) -> tuple[float, tuple[str, ...]]:
    signs = [*signs, _words(alike)]
    chance = _probability(_PRIOR + sum(sign.weight for sign in signs))
    if hours > CLOSE_HOURS:
        chance = min(chance, _JUST_BELOW)
    return min(chance, 0.98), tuple(sign.why for sign in signs if sign.why)


def _words(alike: Alike) -> Sign:
    if alike.likeness <= 0.35:
        return agreement.NOTHING
    why = "the same phrases, but not the same numbers" if alike.same_phrases else "much the same words"
    return Sign(min(2.0, 4 * (alike.likeness - 0.35)), why)


def _copied(report: Facts, incident: Facts, told: Witness) -> tuple[float, tuple[str, ...]]:
    """The same words: one event, unless place, time or shortness let them be told of two."""
    where, when = agreement.place(report, incident), agreement.time(report, incident)
    words = max((len(text.words) for text in told.texts), default=0)
    why = ("the same words", *(sign.why for sign in (where, when) if sign.why))
    elsewhere = where.weight <= -1.5
    stock = words < STOCK_WORDS and hours_apart(report, incident) > STOCK_HOURS
    shout = words < STOCK_WORDS / 2 and report.place_id is None
    return (0.6 if elsewhere or stock or shout else 0.99), why


def _probability(weight: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, weight)))


def _alike(told: Witness, earlier: Sequence[Witness]) -> Alike:
    """How the words compare with those told before: the nearest of them."""
    found = [compare_texts(mine, other) for mine in told.texts for one in earlier for other in one.texts]
    return max(found, key=lambda one: (one.copy, one.same_phrases, one.likeness), default=Alike())


# --- independence ------------------------------------------------------------------------------


def doubt(row: Any) -> str:
    """The code of why a report's row is no source, whoever told it before: duress, or a doubtful sender."""
    return "duress" if row.duress else "unconfirmed" if row.unconfirmed else ""


def source(told: Witness, earlier: Sequence[Witness]) -> Source:
    """Whether a report adds a source to those who told it ``earlier``.

    One person is one source however often they write; so are people of one organisation, of one community
    and denomination or of one phone, and a supervisor with those who report to them, whose words may come
    from one mouth; a copied text is its first sender's; and who passes on what others said saw nothing. Two
    people who report to one supervisor are two sources.
    A telling in doubt is none, and does not stand in the way of the person in whose name it came.
    """
    if told.doubt:
        return Source(told.doubt)
    known = [one for one in earlier if not one.doubt]
    if any(told.contact is not None and told.contact == one.contact for one in known):
        return Source("same_person")
    if _alike(told, earlier).same_phrases:
        return Source("copy")
    if told.forwarded or told.hearsay:
        return Source("forwarded" if told.forwarded else "hearsay")
    return Source("connected" if any(_connected(told, one) for one in known) else "")


def ties(row: Any) -> dict[str, Any]:
    """What binds a reporter to others, from a row with the contact's columns and the report's address:
    arguments of a `Witness`.

    A community counts together with a denomination only: either alone may be half a country.
    """
    parts = [" ".join(part.split()).casefold() for part in (row.community, row.denomination)]
    circle = "/".join(parts) if all(parts) else ""
    return {
        "organisation": row.organisation,
        "circle": circle,
        "supervisor": row.supervisor_id,
        "phone": row.address_id,
    }


def _connected(a: Witness, b: Witness) -> bool:
    mine, theirs = a.organisation.strip().casefold(), b.organisation.strip().casefold()
    same = bool(mine and mine == theirs) or bool(a.circle and a.circle == b.circle)
    above = a.supervisor is not None and a.supervisor == b.contact
    below = b.supervisor is not None and b.supervisor == a.contact
    one_phone = a.phone is not None and a.phone == b.phone
    return same or above or below or one_phone
