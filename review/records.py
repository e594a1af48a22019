"""What came of somebody's reports: the track record that a grade can rest on."""

from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from mbiu.codes import IncidentState
from mbiu.models import Incident, Report

#: With fewer decided reports a share says nothing.
ENOUGH = 5
_TRUE = (IncidentState.VERIFIED, IncidentState.ALERTED, IncidentState.CLOSED)
# The share found true from which on a source is what its letter says (Admiralty code, NATO AJP-2.1).
_LETTERS = ((0.95, "A"), (0.8, "B"), (0.6, "C"), (0.4, "D"), (0.0, "E"))


@dataclass(frozen=True)
class Record:
    """Reports by what became of them; ``copies`` were the words of others."""

    true: int = 0
    refuted: int = 0
    unverifiable: int = 0
    waiting: int = 0
    no_event: int = 0
    withdrawn: int = 0
    copies: int = 0

    @property
    def total(self) -> int:
        return self.true + self.refuted + self.unverifiable + self.waiting + self.no_event + self.withdrawn

    @property
    def decided(self) -> int:
        return self.true + self.refuted

    @property
    def share(self) -> float | None:
        """Which part of what was decided was true; None while that is too little to say."""
        return self.true / self.decided if self.decided >= ENOUGH else None

    @property
    def suggested(self) -> str:
        """The reliability that the record speaks for, A to E, or F while it cannot be judged."""
        if self.share is None:
            return "F"
        return next(letter for least, letter in _LETTERS if self.share >= least)

    @property
    def words(self) -> list[tuple[str, int]]:
        """What there is to show, in words."""
        named = (
            (_("found true"), self.true),
            (_("refuted"), self.refuted),
            (_("nobody can say"), self.unverifiable),
            (_("waiting"), self.waiting),
            (_("no event"), self.no_event),
            (_("taken back"), self.withdrawn),
        )
        return [(str(name), count) for name, count in named if count]


def of(db: Session, contact_id: UUID) -> Record:
    """The record of one contact, as far as the user's areas go."""
    kind = case(
        (Report.withdrawn_at.is_not(None), "withdrawn"),
        (Incident.state.in_(_TRUE), "true"),
        (Incident.state == IncidentState.REFUTED, "refuted"),
        (Incident.state == IncidentState.UNVERIFIABLE, "unverifiable"),
        (Incident.id.is_(None) & Report.read_at.is_not(None), "no_event"),
        else_="waiting",
    )
    query = (
        select(kind.label("kind"), func.count().label("count"), func.count().filter(Report.copied))
        .select_from(Report)
        .outerjoin(Incident, Incident.id == Report.incident_id)
        .where(Report.contact_id == contact_id)
        .group_by(kind)
    )
    rows = db.execute(query).all()
    counts = {row[0]: row[1] for row in rows}
    return Record(**counts, copies=sum(row[2] for row in rows))
