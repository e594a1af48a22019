"""A made-up centre: people who report in words of their own, and analysts who know what they mean.

The words are syllables drawn at random for each type, so that no rule can know them.
"""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from mbiu import analysis, vault
from mbiu.analysis.events import Event
from mbiu.audit import Actor
from mbiu.codes import ReportState
from mbiu.db import transaction
from mbiu.gazetteer import Gazetteer
from mbiu.learning.fit import Example
from mbiu.models import Address, Correction, Message, Report
from mbiu.refs import new_id, new_ref
from tests.cast import person, user

TYPES = ("attack", "cattle_raid", "threat", "dispute", "displacement", "peace", "hazard")
START = dt.datetime(2026, 1, 5, 6, tzinfo=dt.UTC)
CONSONANTS, VOWELS = "bdfghjkmnprstvwz", "aeiou"
#: What people of the centre write besides, known to the rules or of no meaning.
SAID = {
    "attack": ("gunmen attacked us", "they shot two people", "armed men attacked the market"),
    "cattle_raid": ("raiders took 40 cows", "our cattle were stolen by warriors"),
    "threat": ("they threatened to kill us", "leaflets warn us to leave"),
    "dispute": ("there is a land dispute", "they quarrel over the boundary"),
    "displacement": ("families are fleeing", "people have left their homes"),
    "peace": ("the elders made peace", "the two sides were reconciled"),
    "hazard": ("floods destroyed the crops", "the river has flooded"),
}
PLACES = ("Bwera", "Kween", "Kotido", "Moroto", "Rupa", "Lokopo", "Matany", "Kasese", "Iriiri", "Loroo")
TIMES = ("jana", "last night", "leo asubuhi", "yesterday", "on Monday", "this morning", "juzi", "")


@dataclass
class Centre:
    """Draws reports with their true types; the same seed draws the same."""

    seed: int = 1
    plain_share: float = 0.25
    people: int = 30
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.slang = {code: [self.word() for _ in range(9)] for code in TYPES}
        self.neutral = [self.word() for _ in range(60)]

    def word(self) -> str:
        count = self.chance.choice((2, 3, 3))
        return "".join(self.chance.choice(CONSONANTS) + self.chance.choice(VOWELS) for _ in range(count))

    def report(self) -> tuple[str, str]:
        """A text and its true type."""
        code = self.chance.choices(TYPES, weights=(5, 4, 3, 3, 2, 2, 2))[0]
        words = self.chance.sample(self.slang[code], self.chance.choice((1, 2, 2, 3)))
        words = [self.bent(word) for word in words]
        words += self.chance.sample(self.neutral, self.chance.randint(2, 6))
        self.chance.shuffle(words)
        if self.chance.random() < self.plain_share:
            words.append(self.chance.choice(SAID[code]))
        return " ".join(filter(None, (*words, self.chance.choice(TIMES), self.chance.choice(PLACES)))), code

    def bent(self, word: str) -> str:
        """The word with a prefix, an ending or a misspelling, now and then."""
        kind = self.chance.random()
        if kind < 0.2:
            return self.chance.choice(("wa", "ma", "ku")) + word
        if kind < 0.4:
            return word + self.chance.choice(("ni", "s", "ko"))
        return word[:-1] if kind < 0.5 else word

    def examples(self, count: int) -> list[Example]:
        """Reports as they are learned from, without a database."""
        places = Gazetteer.seed()
        return [self.example(text, code, places) for text, code in (self.report() for _ in range(count))]

    def example(self, text: str, code: str, places: Gazetteer) -> Example:
        reading = analysis.read(text, places, country="UG")
        rules = Event(reading.event_type, reading.event_confidence, reading.other_types, ())
        return Example(text, self.chance.randrange(self.people), code, frozenset(), rules)


def fill(
    reports: Sequence[tuple[str, str]],
    *,
    people: int = 30,
    exercise: bool = False,
    start: dt.datetime = START,
) -> None:
    """Keep reports, an hour apart, each with an analyst's correction of its type, in the tables."""
    name = f"{start:%j%H}{int(exercise)}"
    senders = [person(f"C-{name}-{number:03}", f"+2567{name}{number:03}") for number in range(people)]
    analyst = user(f"analyst-{name}")
    rows: dict[type, list[dict[str, object]]] = {Report: [], Message: [], Correction: []}
    with transaction() as session:
        addresses = {row.contact_id: row.id for row in session.scalars(select(Address))}
        for number, (text, code) in enumerate(reports):
            sender = {
                "contact_id": senders[number % people],
                "address_id": addresses[senders[number % people]],
            }
            at = start + dt.timedelta(hours=number)
            report = _report(sender, at, exercise=exercise)
            rows[Report].append(report)
            rows[Message].append(_message(sender, at, text, report["id"]))
            rows[Correction].append(_correction(analyst, at, code, report["id"]))
        for table, values in rows.items():
            session.execute(insert(table), values)


def _report(sender: dict[str, Any], at: dt.datetime, *, exercise: bool) -> dict[str, Any]:
    row_id = new_id()
    return sender | {
        "id": row_id,
        "ref": new_ref("R"),
        "state": ReportState.READ,
        "reading": vault.seal("report", "reading", row_id, "{}"),
        "exercise": exercise,
        "corrected": True,
        "created_at": at,
    }


def _message(sender: dict[str, Any], at: dt.datetime, text: str, report: UUID) -> dict[str, Any]:
    row_id = new_id()
    return sender | {
        "id": row_id,
        "report_id": report,
        "channel": "twilio",
        "provider_id": str(row_id),
        "direction": "in",
        "text": vault.seal("message", "text", row_id, text),
        "created_at": at,
    }


def _correction(analyst: Actor, at: dt.datetime, code: str, report: UUID) -> dict[str, Any]:
    row_id = new_id()
    return {
        "id": row_id,
        "report_id": report,
        "user_id": analyst.id,
        "field": "event_type",
        "before": vault.seal("correction", "before", row_id, "unknown"),
        "after": vault.seal("correction", "after", row_id, code),
        "created_at": at + dt.timedelta(minutes=20),
    }
