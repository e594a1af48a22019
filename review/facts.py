"""What is known of an incident, fact by fact, each with the words it was read from."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from mbiu.models import Incident
from review.reports import ReportCard
from review.values import NUMBERS, codes, name_of, risks, sides, span
from review.words import amount, label

QUOTES = 3
#: Facts that follow from others and are not corrected by themselves.
DERIVED = frozenset({"certainty"})


@dataclass(frozen=True)
class Quote:
    """Words of a report that a fact was read from."""

    report: str
    text: str


@dataclass(frozen=True)
class Fact:
    """A line of the panel; ``field`` is the name under which evidence and corrections know it, ``value`` is
    empty where nobody told it."""

    name: str
    field: str
    value: str
    why: str = ""
    quotes: tuple[Quote, ...] = ()

    @property
    def derived(self) -> bool:
        return self.field in DERIVED


def facts_of(row: Incident, reports: Iterable[ReportCard], place: str) -> list[Fact]:
    """The facts in the order in which an analyst asks for them; ``place`` is the place's name."""
    cards = list(reports)
    values = {
        "event_type": label(row.event_type),
        "other_types": codes(row.other_types),
        "severity": label(row.severity),
        "urgency": label(row.urgency),
        "certainty": label(row.certainty),
        "when": span(row.occurred_from, row.occurred_to) or _("Not said"),
        "place": _where(row, place),
        **{key: amount(row.numbers[key]) if row.numbers.get(key) else "" for key, _name in NUMBERS},
        "actors": sides(row.actors),
        "drivers": codes(row.drivers),
        "risk_factors": risks(row.risk_factors),
    }
    return [Fact(name_of(field), field, value, *_told(cards, field)) for field, value in values.items()]


def _told(cards: list[ReportCard], field: str) -> tuple[str, tuple[Quote, ...]]:
    """Why, in the words of the first report that tells, and the words of all."""
    items = [
        (card.ref, item)
        for card in cards
        for item in (card.reading.evidence if card.reading else ())
        if item.field == field
    ]
    quotes: dict[str, Quote] = {}
    for ref, item in items:
        if words := " ".join(item.text.split())[:80]:
            quotes.setdefault(words.casefold(), Quote(ref, words))
    why = next((item.why.replace("_", " ") for _ref, item in items if item.why), "")
    return why, tuple(quotes.values())[:QUOTES]


def _where(row: Incident, place: str) -> str:
    if row.lat is None:
        return _("Not known")
    within = _("within %(km)s km", km=f"{row.radius_km:g}") if row.radius_km else ""
    return ", ".join(filter(None, (place, label(row.precision).lower(), within)))
