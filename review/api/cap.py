"""CAP 1.2: what was said about alerts, to pull one by one or to follow as a feed, and what checks it.

With the scope `all` these are the messages to responders; without it those to partners.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from sqlalchemy import Select, select, tuple_

from mbiu import audit
from mbiu.exchange import bulletins, feed, signing
from mbiu.exchange.feed import CAP_TYPE, Entry
from mbiu.exchange.knowledge import Audience
from mbiu.models import Alert, Bulletin, Incident
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound
from mbiu.tokens import Scope
from review.api import cursors
from review.api.blueprint import pages
from review.api.callers import Caller, caller
from review.api.models import FeedQuery
from review.api.shared import drills, further
from review.api.spec import operation

PEM_TYPE = "application/x-pem-file"


@pages.get("/alerts/feed")
@operation(None, "An Atom feed", Scope.ALERTS, media=feed.MEDIA_TYPE)
def cap_feed(query: FeedQuery) -> Response:
    """CAP messages as an Atom feed, the newest first. Exercises are no part of it."""
    who = caller()
    found = _visible(who).where(Incident.exercise.in_([False, drills()]))
    if query.after:
        moment, row_id = cursors.unseal("feed", query.after)
        at = (dt.datetime.fromisoformat(moment), UUID(row_id))
        found = found.where(tuple_(Bulletin.created_at, Bulletin.id) < tuple_(*at))
    order = found.order_by(Bulletin.created_at.desc(), Bulletin.id.desc()).limit(query.limit + 1)
    with who.transaction() as db:
        rows, more = further(db.execute(order).all(), query.limit)
        entries = [_entry(row) for row in rows]
    return Response(
        feed.text(request.base_url, entries, _older(rows) if more else None), mimetype=feed.MEDIA_TYPE
    )


def _entry(row: Any) -> Entry:
    one: Bulletin = row.Bulletin
    link = url_for("api.cap_message", ref=row.alert, number=one.number, _external=True)
    return Entry(one.reference, link, bulletins.document(one))


def _older(rows: Sequence[Any]) -> str:
    last: Bulletin = rows[-1].Bulletin
    at = cursors.seal("feed", last.created_at.isoformat(), last.id)
    return url_for("api.cap_feed", after=at, limit=len(rows), _external=True)


@pages.get("/alerts/<ref>/cap")
@operation(None, "The newest message", Scope.ALERTS, one=True, media=CAP_TYPE)
def cap(ref: str) -> Response:
    """The newest CAP message about an alert. That it was looked at is recorded."""
    return _message(ref, None)


@pages.get("/alerts/<ref>/cap/<int:number>")
@operation(None, "The message", Scope.ALERTS, one=True, media=CAP_TYPE)
def cap_message(ref: str, number: int) -> Response:
    """One CAP message about an alert, 1 being the first. That it was looked at is recorded."""
    return _message(ref, number)


@pages.get("/alerts/certificate")
@operation(None, "A certificate as PEM", Scope.ALERTS, media=PEM_TYPE)
def cap_certificate() -> Response:
    """The certificate that checks the signatures of CAP messages: keep it, and trust no other."""
    return Response(signing.certificate(), mimetype=PEM_TYPE)


def _message(ref: str, number: int | None) -> Response:
    who = caller()
    found = _visible(who).where(Alert.ref == normal_ref(ref))
    if number is not None:
        found = found.where(Bulletin.number == min(number, 2**15 - 1))
    if not who.sees_all:
        found = found.where(Incident.exercise.in_([False, drills()]))
    with who.transaction() as db:
        row = db.execute(found.order_by(Bulletin.number.desc()).limit(1)).first()
        if row is None:
            raise NotFound(f"There is no message about {ref}.")
        audit.append(
            db, who.actor, "alert.viewed", f"alert:{row.alert}", by="cap", number=row.Bulletin.number
        )
        document = bulletins.document(row.Bulletin)
    return Response(document, mimetype=CAP_TYPE)


def _visible(who: Caller) -> Select[Bulletin, str]:
    """What was issued to the caller's audience, with the reference of its alert."""
    audience = Audience.RESPONDERS if who.sees_all else Audience.PARTNERS
    query = select(Bulletin, Alert.ref.label("alert")).join(Alert, Alert.id == Bulletin.alert_id)
    joined = query.join(Incident, Incident.id == Alert.incident_id)
    return joined.where(Bulletin.audience == audience.value)
