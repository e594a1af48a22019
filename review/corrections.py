"""The form in which the facts of an incident are put right: what it shows, and what it says otherwise."""

import datetime as dt
import re
from enum import StrEnum
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from mbiu.amending import RISK_FACTORS, SIDES
from mbiu.codes import Driver, EventType, Severity, Urgency
from mbiu.facts import NUMBERS
from mbiu.models import Incident
from mbiu.refusals import NotPossible
from review import places
from review.words import EAT, label

CODES: dict[str, type[StrEnum]] = {"event_type": EventType, "severity": Severity, "urgency": Urgency}
LISTS: dict[str, type[StrEnum]] = {"other_types": EventType, "drivers": Driver}
MAX_DIGITS = 6
_NUMBER = re.compile(r"\d{1,6}(?: ?[-–] ?\d{1,6}){0,2}", re.ASCII)
_MINUTE = "%Y-%m-%dT%H:%M"


def changes(db: Session, row: Incident) -> dict[str, Any]:
    """What the form says otherwise than the incident does. Raises NotPossible with words for the person."""
    found = _codes(row) | _lists(row)
    typed, before = request.form.get("place", "").strip()[:120], request.form.get("place_before", "").strip()
    if typed != before:
        found["place_id"] = _place(db, typed)
    if numbers := _numbers(row):
        found["numbers"] = numbers
    if "from" in request.form and _shown_times(row) != (times := _typed_times()):
        found["occurred"] = _times(*times)
    if "actors" in request.form and (actors := _actors(request.form["actors"][:2000])) != row.actors:
        found["actors"] = actors
    return found


def shown(row: Incident) -> dict[str, Any]:
    """The values of the fields that are not codes, as they are typed."""
    start, end = _shown_times(row)
    return {
        "numbers": {name: number_text(row.numbers.get(name)) for name in NUMBERS},
        "from": start,
        "to": end,
        "actors": "\n".join(f"{name}: {side}" for name, side in row.actors.items()),
    }


def number_text(span: dict[str, int] | None) -> str:
    """``8``, ``5-10`` or ``5-8-10``: least, likely, most."""
    if not span:
        return ""
    low, best, high = span["low"], span["best"], span["high"]
    return str(best) if low == best == high else f"{low}-{best}-{high}"


def _codes(row: Incident) -> dict[str, str]:
    found = {}
    for name, codes in CODES.items():
        value = request.form.get(name, "")
        if value and value not in set(codes):
            raise NotPossible(f"Choose the {label(name).lower()} from the list.")
        if value and value != getattr(row, name).value:
            found[name] = value
    return found


def _lists(row: Incident) -> dict[str, Any]:
    """Ticked boxes; a form without the boxes says nothing about them."""
    if "ticked" not in request.form:
        return {}
    found: dict[str, Any] = {}
    for name, codes in LISTS.items():
        ticked = set(request.form.getlist(name)) & set(codes) - {row.event_type.value}
        if ticked != set(getattr(row, name)) - {row.event_type.value}:
            found[name] = sorted(ticked)
    risks = {int(one) for one in request.form.getlist("risk_factors") if one in set(map(str, RISK_FACTORS))}
    return found | ({"risk_factors": sorted(risks)} if risks != set(row.risk_factors) else {})


def _place(db: Session, typed: str) -> str | None:
    if not typed:
        return None
    typed = typed.replace("\0", "")
    found = places.find(db, typed)
    if found is None:
        raise NotPossible(f"«{typed}» is not one place of the gazetteer. Pick one from the list.")
    return found


def _numbers(row: Incident) -> dict[str, dict[str, int] | None]:
    found = {}
    for name in NUMBERS:
        text = request.form.get(name)
        if text is not None and (typed := " ".join(text.split())) != number_text(row.numbers.get(name)):
            found[name] = _number(name, typed)
    return found


def _number(name: str, typed: str) -> dict[str, int] | None:
    if not typed:
        return None
    parts = [int(part) for part in re.split("[-–]", typed)] if _NUMBER.fullmatch(typed) else []
    if not parts or parts != sorted(parts):
        raise NotPossible(f"{label(name)}: write 8, or 5-10, or least-likely-most as in 5-8-10.")
    return {"low": parts[0], "best": parts[len(parts) // 2 if len(parts) != 2 else 0], "high": parts[-1]}


def _shown_times(row: Incident) -> tuple[str, str]:
    start, end = (
        one.astimezone(EAT).strftime(_MINUTE) if one else "" for one in (row.occurred_from, row.occurred_to)
    )
    return start, end


def _typed_times() -> tuple[str, str]:
    return request.form.get("from", "")[:16], request.form.get("to", "")[:16]


def _times(start: str, end: str) -> tuple[dt.datetime, dt.datetime] | None:
    if not start:
        return None
    try:
        times = [dt.datetime.strptime(one or start, _MINUTE).replace(tzinfo=EAT) for one in (start, end)]
    except ValueError:
        raise NotPossible("Write the time as day and hour, both in East Africa Time.") from None
    return times[0], times[1]


def _actors(text: str) -> dict[str, str]:
    """One group a line, with its side after a colon; without one the side is not known."""
    found = {}
    for line in filter(str.strip, text.splitlines()):
        name, _, side = line.rpartition(":") if ":" in line else (line, "", "unknown")
        if (said := side.strip().lower()) not in SIDES:
            raise NotPossible(f"«{line.strip()[:60]}»: after the colon stands attacker, target or unknown.")
        found[" ".join(name.split())] = said
    return found
