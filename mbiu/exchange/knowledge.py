"""What each audience may know of an incident as it stands. Pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from mbiu import survivors
from mbiu.codes import Certainty, EventType, Severity, Urgency
from mbiu.disclosure import Partner
from mbiu.exchange import terms
from mbiu.models import Incident
from mbiu.wishes import zone

_RESPONDERS_GET = ("killed", "injured", "abducted", "displaced", "livestock")


class Audience(StrEnum):
    """For whom a message is made."""

    RESPONDERS = "responders"
    PARTNERS = "partners"


@dataclass(frozen=True)
class Facts:
    """What one audience may know. For a ``survivor`` a message asks for care and tells nothing again."""

    event_type: EventType
    severity: str
    urgency: Urgency
    certainty: Certainty
    country: str | None
    onset: dt.datetime | None
    when: str
    numbers: tuple[tuple[str, int, int], ...]
    survivor: bool
    exercise: bool


def for_responders(incident: Incident, *, verified: bool) -> Facts:
    """What an alert by SMS tells: the hour, all counts; of a survivor only that care is needed."""
    survivor = survivors.is_survivor(incident)
    onset, when = (None, "") if survivor else _hour(incident)
    spans = ((name, incident.numbers.get(name)) for name in _RESPONDERS_GET)
    numbers = tuple((name, one["low"], one["high"]) for name, one in spans if one and one.get("best"))
    return Facts(
        event_type=incident.event_type,
        severity=(Severity.UNKNOWN if survivor else incident.severity).value,
        urgency=incident.urgency,
        certainty=_certainty(incident, verified=verified),
        country=incident.country,
        onset=onset,
        when=when,
        numbers=() if survivor else numbers,
        survivor=survivor,
        exercise=incident.exercise,
    )


def for_partners(incident: Incident, known: Partner) -> Facts:
    """What `disclosure.partner` lets them know. They hear of what is verified alone."""
    return Facts(
        event_type=EventType(known.event_type),
        severity=known.severity,
        urgency=Urgency(known.urgency),
        certainty=_certainty(incident),
        country=incident.country,
        onset=known.since,
        when=f"{known.since:%d/%m %H}:00-{known.until:%H}:00" if known.since and known.until else "",
        numbers=tuple((name, low, high) for name, (low, high) in known.numbers.items()),
        survivor=False,
        exercise=incident.exercise,
    )


def _certainty(incident: Incident, *, verified: bool = True) -> Certainty:
    grade = (incident.grade_source, incident.grade_information)
    return terms.certainty(grade, incident.certainty, incident.urgency, verified=verified)


def _hour(incident: Incident) -> tuple[dt.datetime | None, str]:
    """When it began, to the hour where it is known that well, else to the day."""
    if incident.occurred_from is None:
        return None, ""
    local = incident.occurred_from.astimezone(zone(incident.country))
    whole = local.replace(minute=0, second=0, microsecond=0)
    fine = (incident.occurred_to or incident.occurred_from) - incident.occurred_from <= dt.timedelta(hours=6)
    return (whole, f"{local:%d/%m %H}:00") if fine else (whole.replace(hour=0), f"{local:%d/%m}")
