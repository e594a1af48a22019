"""Facts in words: of an incident, of a reading, and as a correction kept them."""

import ast
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from mbiu.analysis.reading import Reading
from review.words import RISKS, amount, label, short_time

NUMBERS = (
    ("killed", lazy_gettext("Killed")),
    ("injured", lazy_gettext("Hurt")),
    ("displaced", lazy_gettext("Displaced")),
    ("abducted", lazy_gettext("Taken")),
    ("livestock", lazy_gettext("Animals")),
)
#: The facts in the order in which an analyst asks for them, under the names of evidence.
NAMES = {
    "event_type": lazy_gettext("Type"),
    "other_types": lazy_gettext("Also"),
    "severity": lazy_gettext("Severity"),
    "urgency": lazy_gettext("Urgency"),
    "certainty": lazy_gettext("Certainty"),
    "when": lazy_gettext("Time"),
    "place": lazy_gettext("Place"),
    **dict(NUMBERS),
    "actors": lazy_gettext("Actors"),
    "drivers": lazy_gettext("Drivers"),
    "risk_factors": lazy_gettext("Risk factors"),
    "numbers": lazy_gettext("Numbers"),
    "language": lazy_gettext("Language"),
    "verdict": lazy_gettext("Verdict"),
    "grade_source": lazy_gettext("Source"),
    "grade_information": lazy_gettext("Information"),
    "done": lazy_gettext("What was done"),
    "effect": lazy_gettext("What it changed"),
}
#: What corrections and versions call a fact, and what the page does.
ALIASES = {"place_id": "place", "occurred": "when"}


@dataclass(frozen=True)
class Value:
    """One fact in words."""

    field: str
    name: str
    text: str


def name_of(field: str) -> str:
    """What a fact is called on the page."""
    found = NAMES.get(ALIASES.get(field, field))
    return label(field) if found is None else str(found)


def read_values(reading: Reading) -> list[Value]:
    """What was read of one report, without what it does not tell."""
    texts = {
        "event_type": label(reading.event_type),
        "other_types": codes(reading.other_types),
        "severity": label(reading.severity) if reading.severity != "unknown" else "",
        "when": span(reading.when.start, reading.when.end) if reading.when else "",
        "place": reading.place.name if reading.place else "",
        **{key: _number(getattr(reading, key)) for key, _name in NUMBERS},
        "actors": sides({actor.name: actor.side for actor in reading.actors}),
    }
    return [Value(field, name_of(field), text) for field, text in texts.items() if text]


def _number(value: Any) -> str:
    return amount(vars(value)) if value else ""


def codes(values: Iterable[Any]) -> str:
    return ", ".join(label(one) for one in values)


def sides(actors: Mapping[str, str]) -> str:
    """``herders (attacker), farmers``."""
    return ", ".join(
        name if side == "unknown" else f"{name} ({label(side).lower()})" for name, side in actors.items()
    )


def risks(numbers: Iterable[int]) -> str:
    return "; ".join(f"{number} {RISKS.get(number, '')}" for number in numbers)


def span(start: dt.datetime | None, end: dt.datetime | None) -> str:
    """``14:05``, or ``14:05 to 16:00``; empty where no time is told."""
    if start is None:
        return ""
    if end is None or end - start < dt.timedelta(minutes=1):
        return short_time(start)
    return _("%(start)s to %(end)s", start=short_time(start), end=short_time(end))


# --- as corrections and forms keep them ----------------------------------------------------------


def parsed(kept: str) -> Any:
    """A value that a correction wrote down, as it was: a text, a list, numbers by name."""
    try:
        return ast.literal_eval(kept)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return kept


def readable(field: str, value: Any, places: Mapping[str, str]) -> str:
    """A value of ``field`` in words; ``places`` are names by id."""
    if value in (None, "", [], {}):
        return "–"
    if field == "place_id":
        return places.get(str(value), str(value))
    shown = _SHOWN.get(field)
    return shown(value) if shown and not isinstance(value, str) else label(value)


def _numbers(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {amount(value[key])}" for key, name in NUMBERS if value.get(key))


def _times(value: Iterable[Any]) -> str:
    times = [one if isinstance(one, dt.datetime) else dt.datetime.fromisoformat(one) for one in value]
    return span(times[0], times[-1])


_SHOWN: dict[str, Callable[[Any], str]] = {
    "numbers": _numbers,
    "occurred": _times,
    "actors": sides,
    "risk_factors": risks,
    "other_types": codes,
    "drivers": codes,
    "child": lambda harmed: str(_("yes") if harmed else _("no")),
}
