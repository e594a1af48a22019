"""What was understood of a text: plain frozen values, each with the words that led to it."""

from dataclasses import dataclass, is_dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """Why ``field`` has ``value``: ``text`` is the part of the message from ``start`` to ``end``.

    Offsets count Unicode code points. ``why`` is a short English sentence for an analyst.
    """

    field: str
    value: str
    start: int
    end: int
    text: str
    why: str


@dataclass(frozen=True)
class PlaceGuess:
    """A place that the text may mean.

    ``lat`` and ``lon`` are WGS84 degrees or None; ``radius_km`` is the doubt around them. ``path``
    holds the place ids from the country down to the place itself; ``area_code`` is the P-code of the
    smallest administrative unit known to hold the place, else that unit's place id.
    """

    place_id: str
    name: str
    area_code: str
    country: str
    lat: float | None
    lon: float | None
    precision: str
    radius_km: float
    confidence: float
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class NumberRange:
    """A count of people or animals: at least, most likely, at most."""

    low: int
    best: int
    high: int


@dataclass(frozen=True)
class When:
    """A span of time in the local offset of the place; ``precision`` is minute, hour, part, day, week,
    month or year."""

    start: datetime
    end: datetime
    precision: str


@dataclass(frozen=True)
class Actor:
    """A group that the text names; ``side`` is attacker, target or unknown, as the text puts it."""

    name: str
    side: str


@dataclass(frozen=True)
class Reading:
    """One message, read. ``missing`` names what the text does not say: place, event_type, when.

    A place known only by its country is given and yet missing.
    """

    id: str
    language: str
    language_confidence: float
    event_type: str
    event_confidence: float
    other_types: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    severity: str = "unknown"
    urgency: str = "unknown"
    place: PlaceGuess | None = None
    candidates: tuple[PlaceGuess, ...] = ()
    when: When | None = None
    killed: NumberRange | None = None
    injured: NumberRange | None = None
    displaced: NumberRange | None = None
    abducted: NumberRange | None = None
    livestock: NumberRange | None = None
    actors: tuple[Actor, ...] = ()
    risk_factors: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON, under the names partners rely on."""
        values = {name: _json(value) for name, value in vars(self).items()}
        if self.when is not None:
            values["when"] = {
                "from": self.when.start.isoformat(),
                "to": self.when.end.isoformat(),
                "precision": self.when.precision,
            }
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Reading":
        """The reading that ``to_json`` wrote. Raises KeyError or TypeError for anything else."""
        known = dict(values)
        known["place"] = _place(values["place"]) if values["place"] else None
        known["candidates"] = tuple(_place(place) for place in values["candidates"])
        known["when"] = _when(values["when"]) if values["when"] else None
        for name in ("killed", "injured", "displaced", "abducted", "livestock"):
            known[name] = NumberRange(**values[name]) if values[name] else None
        known["actors"] = tuple(Actor(**actor) for actor in values["actors"])
        known["evidence"] = tuple(Evidence(**item) for item in values["evidence"])
        for name in ("other_types", "drivers", "risk_factors", "missing"):
            known[name] = tuple(values[name])
        return cls(**known)


def _json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return {name: _json(part) for name, part in vars(value).items()} if is_dataclass(value) else value


def _place(values: dict[str, Any]) -> PlaceGuess:
    return PlaceGuess(**{**values, "path": tuple(values.get("path", ()))})


def _when(values: dict[str, Any]) -> When:
    return When(
        datetime.fromisoformat(values["from"]), datetime.fromisoformat(values["to"]), values["precision"]
    )
