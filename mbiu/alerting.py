"""The words of an alert: where, what, when and how sure, without a reporter and without their words."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from mbiu import texts
from mbiu.codes import Precision
from mbiu.models import Incident
from mbiu.outbox import Buttons

_ZONES = {
    "TZ": "Africa/Dar_es_Salaam",
    "UG": "Africa/Kampala",
    "KE": "Africa/Nairobi",
    "SS": "Africa/Juba",
    "RW": "Africa/Kigali",
    "BI": "Africa/Bujumbura",
    "CD": "Africa/Lubumbashi",
    "ET": "Africa/Addis_Ababa",
    "SO": "Africa/Mogadishu",
}
_SHOWN = ("killed", "injured", "abducted", "displaced", "livestock")
_ANSWERS = ("ack", "go", "done", "cannot")


def wording(incident: Incident, place: str | None, language: str, ref: str, *, verified: bool = True) -> str:
    """The alert in ``language``; ``place`` is the place's name with its district, or None when unknown."""

    def say(key: str, **values: object) -> str:
        return texts.say(language, key, **values)

    mark = "" if verified else say("alert.unverified")
    mark += say("alert.exercise") if incident.exercise else ""
    text = say(
        "alert.sms",
        mark=mark,
        ref=ref,
        certainty=say(f"certainty.{incident.certainty.value}"),
        severity=say(f"severity.{incident.severity.value}"),
        type=say(f"event_type.{incident.event_type.value}"),
        place=_place(incident, place, language),
        when=_when(incident) or say("alert.when_unknown"),
        numbers=_numbers(incident, language),
        ask=say("alert.ask", ref=ref),
    )
    return re.sub(r" (?=[,،])", "", " ".join(text.split()))


def _place(incident: Incident, place: str | None, language: str) -> str:
    if not place:
        return texts.say(language, "alert.place_unknown")
    if incident.precision is Precision.NEAR:
        return texts.say(language, "alert.near", place=place)
    return place


def _when(incident: Incident) -> str:
    """Local time, rounded down to the hour where it is known that well, else the day."""
    if incident.occurred_from is None:
        return ""
    local = incident.occurred_from.astimezone(ZoneInfo(_ZONES.get(incident.country or "", "UTC")))
    end = incident.occurred_to or incident.occurred_from
    fine = end - incident.occurred_from <= dt.timedelta(hours=6)
    return f"{local:%d/%m %H}:00" if fine else f"{local:%d/%m}"


def _numbers(incident: Incident, language: str) -> str:
    parts = [
        texts.say(language, f"number.{name}", n=_range(incident.numbers[name]))
        for name in _SHOWN
        if incident.numbers.get(name, {}).get("best")
    ]
    return f" {', '.join(parts)}." if parts else ""


def _range(number: dict[str, int]) -> str:
    low, high = number["low"], number["high"]
    return str(number["best"]) if low == high else f"{low}-{high}"


def buttons(language: str, ref: str) -> Buttons:
    """The four answers as chat buttons."""
    row = [{"label": texts.say(language, f"button.{name}"), "data": f"{name}:{ref}"} for name in _ANSWERS]
    return [row[:2], row[2:]]
