"""Reports: that they came and how they were read; their words and senders only by scopes of their own."""

import datetime as dt
import re
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select, tuple_
from sqlalchemy.orm import Session

from mbiu import audit, words
from mbiu.disclosure import PARTNER_DEPTH, middle
from mbiu.models import Contact, Incident, Report, utcnow
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound
from mbiu.tokens import Scope
from review.api import cursors
from review.api.blueprint import pages
from review.api.callers import Caller, caller
from review.api.models import ReportOut, ReportPage, ReportQuery
from review.api.shared import drills, further, rounded
from review.api.spec import operation
from review.reports import reading_of

USUAL = dt.timedelta(days=7)
#: Seven digits and more, however they are written: a number somebody put into their text.
_NUMBER = re.compile(r"[+＋]?\d(?:[ ()\-.\u2010-\u2015]{0,2}\d){6,}")


@pages.get("/reports")
@operation(ReportPage, "A page of reports", Scope.REPORTS)
def reports(query: ReportQuery) -> ReportPage:
    """Reports in the order in which they came in."""
    who = caller()
    with who.transaction() as db:
        found = db.execute(_list(query, who)).all()
        rows, more = further(found, query.limit)
        last = rows[-1].Report if rows else None
        place = cursors.seal("reports", last.created_at.isoformat(), last.id) if last else query.after or None
        answer = ReportPage(reports=_shown(db, rows, who), next=place, more=more)
        if rows and {Scope.WORDS, Scope.CODES} & who.scopes:
            refs = [row.Report.ref for row in rows]
            audit.append(db, who.actor, "reports.read", "api:reports", refs=refs, scopes=_close(who))
        return answer


def _close(who: Caller) -> list[str]:
    return sorted({Scope.WORDS, Scope.CODES} & who.scopes)


@pages.get("/reports/<ref>")
@operation(ReportOut, "The report", Scope.REPORTS, one=True)
def report(ref: str) -> ReportOut:
    """One report. That it was looked at is recorded."""
    who = caller()
    with who.transaction() as db:
        row = db.execute(_visible(who).where(Report.ref == normal_ref(ref))).one_or_none()
        if row is None:
            raise NotFound(f"There is no report {ref}.")
        audit.append(db, who.actor, "report.viewed", f"report:{row.Report.ref}", by="api")
        return _shown(db, [row], who)[0]


def _visible(who: Caller) -> Select[Report, str, str]:
    """Reports with the references of incident and sender.

    A program never sees what was written under duress, and drills only where it sees all.
    """
    query = (
        select(Report, Incident.ref.label("incident"), Contact.code)
        .join(Contact, Contact.id == Report.contact_id)
        .outerjoin(Incident, Incident.id == Report.incident_id)
    )
    if who.bearer is None:
        return query
    query = query.where(~Report.duress)
    return query if who.sees_all or drills() else query.where(~Report.exercise)


def _list(query: ReportQuery, who: Caller) -> Select[Report, str, str]:
    found = _visible(who)
    if query.incident:
        found = found.where(Incident.ref == normal_ref(query.incident))
    if query.area:
        found = found.where(Report.area_path.startswith(query.area, autoescape=True))
    for column, value in ((Report.state, query.state), (Report.event_type, query.type)):
        if value is not None:
            found = found.where(column == value)
    if query.exercise is not None:
        found = found.where(Report.exercise.is_(query.exercise))
    return found.where(_since(query)).order_by(Report.created_at, Report.id).limit(query.limit + 1)


def _since(query: ReportQuery) -> Any:
    if query.after:
        moment, row_id = cursors.unseal("reports", query.after)
        at = (dt.datetime.fromisoformat(moment), UUID(row_id))
        return tuple_(Report.created_at, Report.id) > tuple_(*at)
    if query.received_since is None and query.incident:
        return and_(True)
    return Report.created_at >= (query.received_since or utcnow() - USUAL)


def _shown(db: Session, rows: Any, who: Caller) -> list[ReportOut]:
    found = list(rows)
    said = words.messages(db, [row.Report.id for row in found]) if Scope.WORDS in who.scopes else {}
    return [_out(row, said.get(row.Report.id), who) for row in found]


def _out(row: Any, said: list[Any] | None, who: Caller) -> ReportOut:
    one: Report = row.Report
    exact = who.sees_all
    return ReportOut(
        ref=one.ref,
        state=one.state.value,
        incident=row.incident,
        event_type=one.event_type.value,
        severity=one.severity.value,
        urgency=one.urgency.value,
        area_path=one.area_path if exact else _cut(one.area_path),
        lat=one.lat if exact else middle(one.lat),
        lon=one.lon if exact else middle(one.lon),
        language=one.language,
        independent=one.independent,
        unconfirmed=one.unconfirmed,
        withdrawn=one.withdrawn_at is not None,
        exercise=one.exercise,
        created_at=one.created_at if exact else rounded(one.created_at),
        sender=row.code if Scope.CODES in who.scopes else None,
        words=mask(words.put_together(said).text) if said is not None else None,
        reading=_reading(one, exact=exact) if said is not None else None,
    )


def _cut(path: str) -> str:
    return "/" + "".join(f"{part}/" for part in [part for part in path.split("/") if part][:PARTNER_DEPTH])


def mask(text: str) -> str:
    """The words without numbers by which somebody could be called."""
    return _NUMBER.sub("[number]", text)


def _reading(one: Report, *, exact: bool) -> dict[str, Any] | None:
    reading = reading_of(one)
    if reading is None:
        return None
    values = reading.to_json()
    for item in values["evidence"]:
        item["text"], item["value"] = mask(item["text"]), mask(item["value"])
    for place in [values["place"], *values["candidates"]]:
        if place and not exact:
            place["lat"], place["lon"] = middle(place["lat"]), middle(place["lon"])
    return values
