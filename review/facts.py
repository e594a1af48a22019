"""What was read of an incident, fact by fact, each with the words it was read from."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from mbiu.models import Incident
from review.reports import ReportCard
from review.words import RISKS, amount, label, short_time

NUMBERS = (
    ("killed", "Killed"),
    ("injured", "Hurt"),
    ("displaced", "Displaced"),
    ("abducted", "Taken"),
    ("livestock", "Animals"),
)
QUOTES = 3


@dataclass(frozen=True)
class Quote:
    """Words of a report that a fact was read from."""

    report: str
    text: str


@dataclass(frozen=True)
class Fact:
    """A line of the panel; ``field`` is the name under which evidence and corrections know it."""

    name: str
    field: str
    value: str
    why: str = ""
    quotes: tuple[Quote, ...] = ()


def facts_of(row: Incident, reports: Iterable[ReportCard]) -> list[Fact]:
    """The facts in the order in which an analyst asks for them; what nobody told is left out."""
    cards = list(reports)
    values = [
        ("Type", "event_type", label(row.event_type)),
        ("Also", "other_types", ", ".join(label(kind) for kind in row.other_types)),
        ("Severity", "severity", label(row.severity)),
        ("Urgency", "urgency", label(row.urgency)),
        ("Certainty", "certainty", label(row.certainty)),
        ("Time", "when", _when(row)),
        ("Place", "place", _where(row)),
        *((name, key, amount(row.numbers[key])) for key, name in NUMBERS if row.numbers.get(key)),
        ("Actors", "actors", ", ".join(_actor(name, side) for name, side in row.actors.items())),
        ("Drivers", "drivers", ", ".join(label(driver) for driver in row.drivers)),
        ("Risk factors", "risk_factors", "; ".join(f"{n} {RISKS.get(n, '')}" for n in row.risk_factors)),
    ]
    return [Fact(name, field, value, *_told(cards, field)) for name, field, value in values if value]


def _told(cards: list[ReportCard], field: str) -> tuple[str, tuple[Quote, ...]]:
    """Why, in the words of the first report that tells, and the words of all."""
    items = [
        (card.ref, item)
        for card in cards
        for item in (card.reading.evidence if card.reading else ())
        if item.field == field
    ]
    quotes = dict.fromkeys(Quote(ref, " ".join(item.text.split())[:80]) for ref, item in items if item.text)
    why = next((item.why.replace("_", " ") for _, item in items if item.why), "")
    return why, tuple(quotes)[:QUOTES]


def _actor(name: str, side: str) -> str:
    return name if side == "unknown" else f"{name} ({side})"


def _when(row: Incident) -> str:
    if row.occurred_from is None:
        return "Not said"
    if row.occurred_to is None or row.occurred_to - row.occurred_from < dt.timedelta(minutes=1):
        return short_time(row.occurred_from)
    return f"{short_time(row.occurred_from)} to {short_time(row.occurred_to)}"


def _where(row: Incident) -> str:
    if row.lat is None:
        return "Not known"
    return f"{label(row.precision)}, within {row.radius_km:g} km" if row.radius_km else label(row.precision)
