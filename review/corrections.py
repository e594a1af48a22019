"""The form in which the facts of an incident are put right: what it shows, and what it says otherwise."""

import datetime as dt
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu.amending import RISK_FACTORS, SIDES, fact
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


def changes(db: Session, base: Mapping[str, Any]) -> dict[str, Any]:
    """What the form says otherwise than ``base``, the facts in plain values that its user saw.

    What the user gave up for the value of another (``use_<fact>``) is left out. Raises NotPossible with words
    for the person.
    """
    found = _codes(base) | _lists(base)
    typed, before = request.form.get("place", "").strip()[:120], request.form.get("place_before", "").strip()
    if typed != before:
        found["place_id"] = _place(db, typed)
    if numbers := _numbers(base.get("numbers") or {}):
        found["numbers"] = numbers
    if "from" in request.form and _typed_times(base.get("occurred")) != (times := _times_in_form()):
        found["occurred"] = _times(*times)
    if "actors" in request.form and (actors := _actors(request.form["actors"][:2000])) != base.get("actors"):
        found["actors"] = actors
    return {name: value for name, value in found.items() if request.form.get(f"use_{name}") != "theirs"}


def base_of(row: Incident) -> dict[str, Any]:
    """The facts of an incident in plain values."""
    names = (*CODES, *LISTS, "risk_factors", "numbers", "actors", "occurred")
    return {name: fact(row, name) for name in names}


def whole(changed: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Changes as they would stand: a number that was changed together with those that were not."""
    if "numbers" not in changed:
        return dict(changed)
    return {**changed, "numbers": {**(base.get("numbers") or {}), **changed["numbers"]}}


def shown(row: Incident) -> dict[str, Any]:
    """The values of the fields that are not codes, as they are typed."""
    start, end = _typed_times(fact(row, "occurred"))
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


def _codes(base: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, codes in CODES.items():
        value = request.form.get(name, "")
        if value and value not in set(codes):
            raise NotPossible(_("Choose the %(name)s from the list.", name=label(name).lower()))
        if value and value != base.get(name):
            found[name] = value
    return found


def _lists(base: Mapping[str, Any]) -> dict[str, Any]:
    """Ticked boxes; a form says by ``ticked`` which lists it has the boxes of."""
    asked = set(request.form.getlist("ticked"))
    kind = request.form.get("event_type") or base.get("event_type")
    found: dict[str, Any] = {}
    for name, codes in LISTS.items():
        ticked = set(request.form.getlist(name)) & set(codes) - {kind}
        if name in asked and ticked != set(base.get(name) or ()) - {kind}:
            found[name] = sorted(ticked)
    risks = {int(one) for one in request.form.getlist("risk_factors") if one in set(map(str, RISK_FACTORS))}
    if "risk_factors" in asked and risks != set(base.get("risk_factors") or ()):
        found["risk_factors"] = sorted(risks)
    return found


def _place(db: Session, typed: str) -> str | None:
    if not typed:
        return None
    typed = typed.replace("\0", "")
    found = places.find(db, typed)
    if found is None:
        raise NotPossible(
            _("«%(typed)s» is not one place of the gazetteer. Pick one from the list.", typed=typed)
        )
    return found


def _numbers(known: Mapping[str, Any]) -> dict[str, dict[str, int] | None]:
    found = {}
    for name in NUMBERS:
        text = request.form.get(name)
        if text is not None and (typed := " ".join(text.split())) != number_text(known.get(name)):
            found[name] = _number(name, typed)
    return found


def _number(name: str, typed: str) -> dict[str, int] | None:
    if not typed:
        return None
    parts = [int(part) for part in re.split("[-–]", typed)] if _NUMBER.fullmatch(typed) else []
    if not parts or parts != sorted(parts):
        raise NotPossible(
            _("%(name)s: write 8, or 5-10, or least-likely-most as in 5-8-10.", name=label(name))
        )
    return {"low": parts[0], "best": parts[len(parts) // 2 if len(parts) != 2 else 0], "high": parts[-1]}


def _typed_times(kept: Any) -> tuple[str, str]:
    """Times as `fact` keeps them, as the fields of the form show them."""
    times = [dt.datetime.fromisoformat(one).astimezone(EAT).strftime(_MINUTE) for one in kept or ()]
    return (times[0], times[-1]) if times else ("", "")


def _times_in_form() -> tuple[str, str]:
    return request.form.get("from", "")[:16], request.form.get("to", "")[:16]


def _times(start: str, end: str) -> tuple[dt.datetime, dt.datetime] | None:
    if not start:
        return None
    try:
        times = [dt.datetime.strptime(one or start, _MINUTE).replace(tzinfo=EAT) for one in (start, end)]
    except ValueError:
        raise NotPossible(_("Write the time as day and hour, both in East Africa Time.")) from None
    return times[0], times[1]


def _actors(text: str) -> dict[str, str]:
    """One group a line, with its side after a colon; without one the side is not known."""
    found = {}
    for line in filter(str.strip, text.splitlines()):
        name, _colon, side = line.rpartition(":") if ":" in line else (line, "", "unknown")
        if (said := side.strip().lower()) not in SIDES:
            raise NotPossible(
                _("«%(line)s»: after the colon stands attacker, target or unknown.", line=line.strip()[:60])
            )
        found[" ".join(name.split())] = said
    return found
