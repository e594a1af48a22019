"""What the forms of an incident's page say."""

from uuid import UUID

from flask import request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.codes import Verdict
from mbiu.models import Incident, Report
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound, NotPossible


def report(db: Session, ref: str) -> Report:
    """The report of this incident that a form names. Raises NotFound."""
    wanted = normal_ref(request.form.get("report", "")[:20])
    found = db.scalar(
        select(Report)
        .join(Incident, Incident.id == Report.incident_id)
        .where(Report.ref == wanted, Incident.ref == ref)
    )
    if found is None:
        raise NotFound(_("There is no report %(report)s in %(ref)s.", report=wanted, ref=ref))
    return found


def message() -> UUID:
    """The message that a form names. Raises NotFound."""
    try:
        return UUID(request.form.get("message", "")[:40])
    except ValueError:
        raise NotFound(_("There is no such message.")) from None


def version() -> int | None:
    """The version of the incident that the user was looking at."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def verdict(text: str) -> Verdict:
    """A verdict other than *verified*. Raises NotPossible."""
    if text not in {Verdict.REFUTED, Verdict.UNVERIFIABLE}:
        raise NotPossible(_("Choose a verdict first."))
    return Verdict(text)


def grade() -> tuple[str, int] | None:
    """Source and information, if both were chosen."""
    source, information = request.form.get("grade_source", ""), request.form.get("grade_information", "")
    return (source, int(information)) if source and information in set("123456") else None
