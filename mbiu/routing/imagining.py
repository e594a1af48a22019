"""An incident that never was, to try routes out on: made of what somebody thinks of, stored nowhere."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mbiu import survivors
from mbiu.amending import block_of_area
from mbiu.codes import Certainty, Driver, EventType, Precision, Severity, Urgency
from mbiu.models import Incident, Place, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotPossible


@dataclass(frozen=True)
class Imagined:
    """What somebody imagines. ``parties`` are names of those suspected to have done it, ``child``
    says that a child is among the harmed."""

    event_type: EventType
    place_id: str | None = None
    other_types: Collection[str] = ()
    drivers: Collection[str] = ()
    severity: Severity = Severity.MODERATE
    certainty: Certainty = Certainty.LIKELY
    parties: Collection[str] = ()
    exercise: bool = False
    child: bool = False


def imagine(session: Session, what: Imagined) -> Incident:
    """The incident, belonging to no session. Raises NotPossible for codes or a place that there is not."""
    if not set(what.other_types) <= set(EventType) or not set(what.drivers) <= set(Driver):
        raise NotPossible("Choose types and drivers from the lists.")
    place = session.get(Place, what.place_id) if what.place_id else None
    if what.place_id and place is None:
        raise NotPossible("There is no such place.")
    now = utcnow()
    found = Incident(
        id=new_id(),
        ref="-",
        version=1,
        event_type=what.event_type,
        other_types=sorted(set(what.other_types) - {what.event_type.value}),
        drivers=sorted(what.drivers),
        severity=what.severity,
        certainty=what.certainty,
        urgency=Urgency.IMMEDIATE,
        numbers={},
        actors=dict.fromkeys(what.parties, "attacker"),
        exercise=what.exercise,
        child=what.child,
        grade_source="F",
        grade_information=6,
        occurred_from=now,
        occurred_to=now,
        created_at=now,
        updated_at=now,
        **_where(place),
    )
    found.survivor = found.restricted = survivors.is_survivor(found)
    return found


def _where(place: Place | None) -> dict[str, object]:
    if place is None:
        return {"area_path": "/", "block": "/", "precision": Precision.NONE}
    return {
        "place_id": place.id,
        "area_path": place.path,
        "block": block_of_area(place.path),
        "country": place.country,
        "lat": place.lat,
        "lon": place.lon,
        "precision": Precision.VILLAGE if place.level is None else Precision.DISTRICT,
    }
