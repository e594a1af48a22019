"""Alerts: what went out about incidents, and what came back."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, tuple_
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.models import Address, Alert, Contact, Delivery, Incident, Response
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound
from mbiu.tokens import Scope
from review.api import cursors
from review.api.blueprint import pages
from review.api.callers import Caller, caller
from review.api.models import AlertOut, AlertPage, AlertQuery, Recipient
from review.api.shared import further, rounded, shareable
from review.api.spec import operation


@pages.get("/alerts")
@operation(AlertPage, "A page of alerts", Scope.ALERTS)
def alerts(query: AlertQuery) -> AlertPage:
    """Alerts in the order in which they were sent."""
    who = caller()
    with who.transaction() as db:
        found = db.execute(_list(query, who)).all()
        rows, more = further(found, query.limit)
        last = rows[-1].Alert if rows else None
        place = cursors.seal("alerts", last.created_at.isoformat(), last.id) if last else query.after or None
        if rows and Scope.CODES in who.scopes:
            refs = [row.Alert.ref for row in rows]
            audit.append(db, who.actor, "alerts.read", "api:alerts", refs=refs)
        return AlertPage(alerts=_shown(db, rows, who), next=place, more=more)


@pages.get("/alerts/<ref>")
@operation(AlertOut, "The alert", Scope.ALERTS, one=True)
def alert(ref: str) -> AlertOut:
    """One alert. That it was looked at is recorded."""
    who = caller()
    with who.transaction() as db:
        row = db.execute(_visible(who).where(Alert.ref == normal_ref(ref))).one_or_none()
        if row is None:
            raise NotFound(f"There is no alert {ref}.")
        audit.append(db, who.actor, "alert.viewed", f"alert:{row.Alert.ref}", by="api")
        return _shown(db, [row], who)[0]


def _visible(who: Caller) -> Select[Alert, str]:
    """Alerts with the references of their incidents; to a program only what its scopes allow of these."""
    found = select(Alert, Incident.ref.label("incident"))
    query = found.join(Incident, Incident.id == Alert.incident_id)
    return query if who.sees_all else query.where(shareable())


def _list(query: AlertQuery, who: Caller) -> Select[Alert, str]:
    found = _visible(who)
    if query.state is not None:
        found = found.where(Alert.state == query.state)
    if query.exercise is not None:
        found = found.where(Alert.exercise.is_(query.exercise))
    if query.updated_since is not None:
        moments = (Alert.created_at, Alert.acknowledged_at, Alert.ended_at)
        found = found.where(or_(*(moment >= query.updated_since for moment in moments)))
    if query.after:
        moment, row_id = cursors.unseal("alerts", query.after)
        at = (dt.datetime.fromisoformat(moment), UUID(row_id))
        found = found.where(tuple_(Alert.created_at, Alert.id) > tuple_(*at))
    return found.order_by(Alert.created_at, Alert.id).limit(query.limit + 1)


def _shown(db: Session, rows: Sequence[Any], who: Caller) -> list[AlertOut]:
    ids = [row.Alert.id for row in rows]
    said, sent = _answers(db, ids), defaultdict(list)
    listed = (
        select(Delivery.alert_id, Delivery.state, Contact.id, Contact.code, Contact.organisation)
        .join(Address, Address.id == Delivery.address_id)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Delivery.alert_id.in_(ids))
        .order_by(Delivery.step, Contact.code)
    )
    for one in db.execute(listed):
        sent[one.alert_id].append(one)
    return [_out(row, sent[row.Alert.id], said[row.Alert.id], who) for row in rows]


def _answers(db: Session, ids: list[UUID]) -> dict[UUID, dict[UUID, str]]:
    """What each person said last, by alert."""
    found: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    query = select(Response.alert_id, Response.contact_id, Response.answer)
    for one in db.execute(query.where(Response.alert_id.in_(ids)).order_by(Response.created_at, Response.id)):
        found[one.alert_id][one.contact_id] = one.answer.value
    return found


def _out(row: Any, sent: list[Any], said: dict[UUID, str], who: Caller) -> AlertOut:
    one: Alert = row.Alert
    return AlertOut(
        ref=one.ref,
        incident=row.incident,
        state=one.state.value,
        unverified=one.unverified,
        exercise=one.exercise,
        step=one.step,
        created_at=_moment(one.created_at, who),
        acknowledged_at=_moment(one.acknowledged_at, who),
        ended_at=_moment(one.ended_at, who),
        deliveries=Counter(each.state.value for each in sent),
        answers=Counter(said.values()),
        recipients=[_recipient(each, said) for each in sent] if Scope.CODES in who.scopes else None,
    )


def _moment(at: Any, who: Caller) -> Any:
    return at if at is None or who.sees_all else rounded(at)


def _recipient(one: Any, said: dict[UUID, str]) -> Recipient:
    return Recipient(
        code=one.code, organisation=one.organisation, state=one.state.value, answer=said.get(one.id)
    )
