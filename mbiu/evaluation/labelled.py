"""Labelled messages: JSON lines of a text with what a person says that it says."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NUMBERS = ("killed", "injured", "displaced", "abducted", "livestock")
CODES = ("language", "event_type", "severity", "urgency")
SETS = ("other_types", "drivers", "risk_factors")
FIELDS = (*CODES, *SETS, "actors", "place", "when", *NUMBERS)


class BadLabel(ValueError):
    """A line that is no labelled message: ``file``, ``line`` (from 1) and the reason."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{file}: line {line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class _Wrong(ValueError):
    """What is wrong with a line."""


@dataclass(frozen=True)
class Labelled:
    """One message with its labels; a field without a label is not in ``expect``.

    Codes are tuples of the accepted ones, sets are frozen sets, ``place`` is None or a mapping of name,
    district, country; a number is a tuple of accepted (low, best, high) or None; ``when`` is None or two
    local days, the last one included; ``actors`` are pairs of name and side (None: not judged).
    """

    id: str
    text: str
    expect: dict[str, Any]
    country: str | None = None
    home: str | None = None
    sent_at: dt.datetime | None = None


def read_files(paths: list[Path]) -> list[Labelled]:
    """All messages of all files. Raises BadLabel for the first line that is none, or repeats an id."""
    found: dict[str, Labelled] = {}
    for path in paths:
        for number, one in _lines(path):
            if one.id in found:
                raise BadLabel(path, number, f"the id {one.id} was used before")
            found[one.id] = one
    return list(found.values())


def _lines(path: Path) -> Iterator[tuple[int, Labelled]]:
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield number, labelled(json.loads(line))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
            raise BadLabel(path, number, "not JSON in UTF-8") from None
        except _Wrong as wrong:
            raise BadLabel(path, number, str(wrong)) from None


def labelled(values: Any) -> Labelled:
    """A labelled message of a JSON object. Raises ValueError that says what is wrong."""
    if not isinstance(values, dict):
        raise _Wrong("not a JSON object")
    for name in ("id", "text"):
        if not isinstance(values.get(name), str):
            raise _Wrong(f"{name} must be a string")
    expect = values.get("expect")
    if not isinstance(expect, dict):
        raise _Wrong("expect must be an object")
    if unknown := sorted(expect.keys() - set(FIELDS)):
        raise _Wrong(f"expect: no such field: {', '.join(unknown)}")
    return Labelled(
        id=values["id"],
        text=values["text"],
        expect={field: _label(field, value) for field, value in expect.items()},
        country=_optional(values, "country"),
        home=_optional(values, "home"),
        sent_at=_moment(_optional(values, "sent_at")),
    )


def _optional(values: dict[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is not None and not isinstance(value, str):
        raise _Wrong(f"{name} must be a string")
    return value or None


def _moment(value: str | None) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(value) if value else None
    except ValueError:
        raise _Wrong("sent_at must be a date and time in ISO 8601") from None
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC) if moment else None


def _label(field: str, value: Any) -> Any:
    try:
        if field in CODES:
            return _codes(value)
        if field in NUMBERS:
            return None if value is None else tuple(_span(one) for one in _several(value))
        return _SHAPES.get(field, _set)(value)
    except (TypeError, ValueError, KeyError, AttributeError):
        raise _Wrong(f"expect: {field} cannot be {json.dumps(value, ensure_ascii=False)}") from None


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) and value else [value]


def _codes(value: Any) -> tuple[str, ...]:
    codes = tuple("unknown" if code is None else code for code in _several(value))
    if not all(isinstance(code, str) and code for code in codes):
        raise ValueError
    return codes


def _set(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str | int) for one in value):
        raise ValueError
    return frozenset(str(one) for one in value)


def _span(value: Any) -> tuple[int, int, int]:
    if isinstance(value, dict):
        low, best, high = (value[name] for name in ("low", "best", "high"))
    else:
        low = best = high = value
    if not all(type(n) is int for n in (low, best, high)) or not 0 <= low <= best <= high:
        raise ValueError
    return low, best, high


def _place(value: Any) -> dict[str, str] | None:
    if value is None:
        return None
    if not value or value.keys() - {"name", "district", "country"}:
        raise ValueError
    place = {name: part for name, part in value.items() if part is not None}
    if not all(isinstance(part, str) and part.strip() for part in place.values()):
        raise ValueError
    return place


def _days(value: Any) -> tuple[dt.date, dt.date] | None:
    if value is None:
        return None
    first, last = (dt.date.fromisoformat(value[name][:10]) for name in ("from", "to"))
    if last < first:
        raise ValueError
    return first, last


def _actors(value: Any) -> tuple[tuple[str, str | None], ...]:
    pairs = tuple((one["name"], one.get("side")) for one in value)
    if not all(isinstance(name, str) and side in (None, *SIDES) for name, side in pairs):
        raise ValueError
    return pairs


SIDES = ("attacker", "target", "unknown")
_SHAPES = {"place": _place, "when": _days, "actors": _actors}
