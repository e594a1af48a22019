"""Reports that the machine took for no event: a person can overrule it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mbiu import audit, correction
from mbiu.codes import ReportState
from mbiu.models import Contact, Report
from mbiu.refs import normal_ref
from mbiu.refusals import Refused
from mbiu.words import report_text
from review.doors import Permission, actor, door, scoped

pages = Blueprint("leftovers", __name__, url_prefix="/leftovers")
MANY = 100


def is_leftover() -> ColumnElement[bool]:
    """Which reports were read and led to no incident, and are not taken back or without their words."""
    there = Report.withdrawn_at.is_(None) & Report.erased_at.is_(None)
    return Report.incident_id.is_(None) & (Report.state == ReportState.READ) & there


def count(db: Session) -> int:
    """How many there are in scope."""
    return db.scalar(select(func.count()).select_from(Report).where(is_leftover())) or 0


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The newest of them, with their words. That they were looked at is recorded."""
    with scoped() as db:
        rows = db.execute(
            select(Report, Contact.code)
            .join(Contact, Contact.id == Report.contact_id)
            .where(is_leftover())
            .order_by(Report.created_at.desc())
            .limit(MANY)
        ).all()
        found = [(row.Report, row.code, report_text(db, row.Report.id)) for row in rows]
        audit.append(db, actor(), "leftovers.viewed", "report:leftovers", count=len(found))
    return render_template("pages/leftovers.html", reports=found)


@pages.post("/<ref>/raise")
@door(Permission.DECIDE)
def make_incident(ref: str) -> ResponseReturnValue:
    """Make an incident of one."""
    try:
        with scoped() as db:
            fresh = correction.raise_incident(db, actor(), normal_ref(ref))
    except Refused as refused:
        flash(refused.why, "bad")
        return redirect(url_for("leftovers.show"))
    flash("It is an incident now. Correct what the machine did not see.", "ok")
    return redirect(url_for("incident.show", ref=fresh.ref))
