"""Incidents: in the order of the queue, or those that changed; one with what belongs to it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from mbiu import audit, disclosure, verification
from mbiu.codes import IncidentState
from mbiu.disclosure import Partner
from mbiu.models import Alert, Incident, Report, utcnow
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound
from mbiu.tokens import Scope
from review import queue
from review.api import cursors
from review.api.blueprint import pages
from review.api.callers import Caller, caller
from review.api.models import Count, IncidentDetail, IncidentOut, IncidentPage, IncidentQuery
from review.api.shared import drills, further, shareable
from review.api.spec import operation

#: A change may become visible so long after the moment it bears; until then it is told again.
SETTLED = dt.timedelta(seconds=10)


@dataclass(frozen=True)
class Narrow(queue.Filters):
    """The queue's filters for any states; ``shared`` leaves only what a partner may know of."""

    states: tuple[IncidentState, ...] = ()
    shared: bool = False

    @property
    def shown(self) -> tuple[IncidentState, ...]:
        return self.states

    def conditions(self, user_id: UUID | None = None) -> list[ColumnElement[bool]]:
        found = super().conditions(user_id)
        return [*found, shareable()] if self.shared else found


@pages.get("/incidents")
@operation(IncidentPage, "A page of incidents", Scope.INCIDENTS)
def incidents(query: IncidentQuery) -> IncidentPage:
    """Incidents in the order of the queue, or with `updated_since` those that changed.

    `after` continues whichever list gave it.
    """
    who = caller()
    chosen = _narrow(query, who)
    with who.transaction() as db:
        if query.updated_since or query.after.startswith(_CHANGES):
            rows, following, more = _changed(db, chosen, query)
        else:
            at = cursors.unseal("queue", query.after)[0] if query.after else ""
            rows, place = queue.select_page(db, chosen, at, query.limit)
            following, more = (cursors.seal("queue", place) if place else None), place is not None
        return IncidentPage(incidents=list(shown(db, rows, who)), next=following, more=more)


#: Stands before the places of lists of changes, so that they are told from those of the queue.
_CHANGES = "c."


_ONLY = {True: "exercise", False: "real"}


def _narrow(query: IncidentQuery, who: Caller) -> Narrow:
    return Narrow(
        type=query.type or "",
        area=query.area or "",
        priority=query.priority or "",
        states=_states(query, who),
        only=_ONLY[query.exercise] if query.exercise is not None else "",
        sort="due",
        shared=not who.sees_all,
    )


def _states(query: IncidentQuery, who: Caller) -> tuple[IncidentState, ...]:
    follows = query.updated_since is not None or query.after.startswith(_CHANGES)
    wanted = query.state or ("all" if follows or not who.sees_all else "waiting")
    if wanted == "waiting":
        return queue.WAITING
    return tuple(IncidentState) if wanted == "all" else (IncidentState(wanted),)


def _changed(db: Session, chosen: Narrow, query: IncidentQuery) -> tuple[list[Incident], str | None, bool]:
    found = chosen.narrow(select(Incident))
    if query.after:
        moment, row_id = cursors.unseal("changes", query.after.removeprefix(_CHANGES))
        at = (dt.datetime.fromisoformat(moment), UUID(row_id))
        found = found.where(tuple_(Incident.updated_at, Incident.id) > tuple_(*at))
    else:
        found = found.where(Incident.updated_at >= query.updated_since)
    order = found.order_by(Incident.updated_at, Incident.id).limit(query.limit + 1)
    rows, more = further(db.scalars(order).all(), query.limit)
    return list(rows), _following(list(rows), query.after, more=more), more


def _following(rows: list[Incident], after: str, *, more: bool) -> str | None:
    """Where to go on: behind what is shown, but not behind what is so new that others may come before it."""
    settled = rows if more else [row for row in rows if row.updated_at < utcnow() - SETTLED]
    if not settled:
        return after or None
    return _CHANGES + cursors.seal("changes", settled[-1].updated_at.isoformat(), settled[-1].id)


@pages.get("/incidents/<ref>")
@operation(IncidentDetail, "The incident", Scope.INCIDENTS, one=True)
def incident(ref: str) -> IncidentDetail:
    """One incident. That it was looked at is recorded."""
    who = caller()
    with who.transaction() as db:
        row = verification.find(db, normal_ref(ref))
        found = next(iter(shown(db, [row], who)), None)
        if found is None:
            raise NotFound(f"There is no incident {ref}.")
        audit.append(db, who.actor, "incident.viewed", f"incident:{row.ref}", by="api")
        return IncidentDetail(
            **found.model_dump(),
            report_refs=_reports(db, row) if {Scope.REPORTS, Scope.ALL} <= who.scopes else [],
            alert_refs=_alerts(db, row) if Scope.ALERTS in who.scopes else [],
            merged_into=db.scalar(select(Incident.ref).where(Incident.id == row.merged_into)),
        )


def _reports(db: Session, row: Incident) -> list[str]:
    query = select(Report.ref).where(Report.incident_id == row.id).order_by(Report.created_at, Report.id)
    return list(db.scalars(query.limit(1000)))


def _alerts(db: Session, row: Incident) -> list[str]:
    return list(db.scalars(select(Alert.ref).where(Alert.incident_id == row.id).order_by(Alert.created_at)))


def shown(db: Session, rows: Iterable[Incident], who: Caller) -> Iterable[IncidentOut]:
    """The incidents as this caller may see them; those that a partner must not know of are left out."""
    found = list(rows)
    if who.sees_all:
        return [_whole(row) for row in found]
    ids = [row.id for row in found]
    forced = select(Incident.id).where(Incident.id.in_(ids), func.mbiu_is_coerced(Incident.id))
    coerced = set(db.scalars(forced))
    told = [
        (row, disclosure.partner(row, restricted=False, coerced=row.id in coerced, drills=drills()))
        for row in found
    ]
    return [_rounded(row, one) for row, one in told if isinstance(one, Partner)]


def _whole(row: Incident) -> IncidentOut:
    values = {name: getattr(row, name) for name in IncidentOut.model_fields if name != "several_sources"}
    return IncidentOut.model_validate(values | {"several_sources": row.sources > 1})


def _rounded(row: Incident, known: Partner) -> IncidentOut:
    return IncidentOut(
        ref=row.ref,
        state=row.state.value,
        event_type=known.event_type,
        other_types=list(known.other_types),
        severity=known.severity,
        urgency=known.urgency,
        certainty=known.certainty,
        numbers={name: Count(low=low, best=None, high=high) for name, (low, high) in known.numbers.items()},
        area_path="/" + "".join(f"{part}/" for part in known.areas),
        lat=known.lat,
        lon=known.lon,
        radius_km=None,
        occurred_from=known.since,
        occurred_to=known.until,
        several_sources=known.several_sources,
        exercise=row.exercise,
    )
