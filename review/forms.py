"""What the forms of an incident's page say."""

from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.codes import EventType, Severity, Urgency, Verdict
from mbiu.models import Incident, Report
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound, NotPossible
from review import places
from review.words import label

CODES = {"event_type": EventType, "severity": Severity, "urgency": Urgency}


def report(db: Session, ref: str) -> Report:
    """The report of this incident that a form names. Raises NotFound."""
    wanted = normal_ref(request.form.get("report", "")[:20])
    found = db.scalar(
        select(Report)
        .join(Incident, Incident.id == Report.incident_id)
        .where(Report.ref == wanted, Incident.ref == ref)
    )
    if found is None:
        raise NotFound(f"There is no report {wanted} in {ref}.")
    return found


def version() -> int | None:
    """The version of the incident that the user was looking at."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def verdict(text: str) -> Verdict:
    """A verdict other than *verified*. Raises NotPossible."""
    if text not in {Verdict.REFUTED, Verdict.UNVERIFIABLE}:
        raise NotPossible("Choose a verdict first.")
    return Verdict(text)


def grade() -> tuple[str, int] | None:
    """Source and information, if both were chosen."""
    source, information = request.form.get("grade_source", ""), request.form.get("grade_information", "")
    return (source, int(information)) if source and information in set("123456") else None


def changes(db: Session, row: Incident) -> dict[str, Any]:
    """What the form says otherwise than the incident does."""
    found: dict[str, Any] = {}
    for name, codes in CODES.items():
        value = request.form.get(name, "")
        if value and value not in set(codes):
            raise NotPossible(f"Choose the {label(name).lower()} from the list.")
        if value and value != getattr(row, name).value:
            found[name] = value
    typed, before = request.form.get("place", "").strip()[:120], request.form.get("place_before", "").strip()
    if typed != before:
        found["place_id"] = _place(db, typed)
    numbers = _numbers(row)
    return found | ({"numbers": numbers} if numbers else {})


def _place(db: Session, typed: str) -> str | None:
    if not typed:
        return None
    typed = typed.replace("\0", "")
    found = places.find(db, typed)
    if found is None:
        raise NotPossible(f"«{typed}» is not one place of the gazetteer. Pick one from the list.")
    return found


def _numbers(row: Incident) -> dict[str, dict[str, int]]:
    found = {}
    for name in ("killed", "injured"):
        text = request.form.get(name, "").strip()
        if text.isascii() and text.isdigit() and len(text) < 7:
            number = int(text)
            if number != (row.numbers.get(name) or {}).get("best"):
                found[name] = {"low": number, "best": number, "high": number}
    return found
