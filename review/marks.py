"""What an eye must catch about who sent a report: taken back, erased, under duress, perhaps somebody else."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.db import among
from mbiu.models import Report


@dataclass(frozen=True)
class Mark:
    """A short word for a queue or a report, and what it means."""

    text: str | LazyString
    tone: str
    title: str | LazyString


WITHDRAWN = Mark(
    _("withdrawn"), "", _("Withdrawn by the reporter: no source any more, joined to nothing new")
)
ERASED = Mark(_("words removed"), "", _("The reporter had the words removed; type and area stay"))
DURESS = Mark(
    _("duress"), "warn", _("Sent with the word for being forced: do not rely on it, do not answer to it")
)
UNCONFIRMED = Mark(
    _("unconfirmed"), "warn", _("Perhaps from somebody else: call back and ask the agreed word")
)
BORROWED = Mark(_("borrowed phone"), "", _("Sent from somebody else's phone with the code and PIN"))


def of(report: Report) -> list[Mark]:
    """The marks of one report."""
    found = (
        (report.withdrawn_at, WITHDRAWN),
        (report.duress, DURESS),
        (report.unconfirmed, UNCONFIRMED),
        (report.borrowed, BORROWED),
        (report.erased_at, ERASED),
    )
    return [mark for is_so, mark in found if is_so]


def of_incidents(db: Session, ids: Sequence[UUID]) -> dict[UUID, list[Mark]]:
    """What the queue shows of the reports of these incidents."""
    rows = db.execute(
        select(
            Report.incident_id,
            func.bool_or(Report.withdrawn_at.is_not(None)).label("withdrawn"),
            func.bool_or(Report.duress).label("duress"),
            func.bool_or(Report.unconfirmed & Report.withdrawn_at.is_(None)).label("unconfirmed"),
        )
        .where(among(Report.incident_id, ids))
        .group_by(Report.incident_id)
    )
    found: dict[UUID, list[Mark]] = defaultdict(list)
    for row in rows:
        shown = ((row.duress, DURESS), (row.unconfirmed, UNCONFIRMED), (row.withdrawn, WITHDRAWN))
        found[row.incident_id] = [mark for is_so, mark in shown if is_so]
    return found
