"""What the escalation of many alerts comes to, written down in one go."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from mbiu import audit, notices
from mbiu.audit import SYSTEM, Actor, Entry
from mbiu.codes import Role
from mbiu.escalation.quorum import Word
from mbiu.models import Alert, Incident, Response, StepTaken
from mbiu.outbox import Outgoing, put_all
from mbiu.refs import new_id

#: The notice that shows coordinators an alert which nobody has answered.
UNANSWERED = "alert_unanswered"


@dataclass
class Writing:
    """Collects texts, steps, promises and the record of them; ``actor`` is who made it happen."""

    now: dt.datetime
    actor: Actor = SYSTEM
    outs: list[Outgoing] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    reminders: list[tuple[Alert, Word]] = field(default_factory=list)
    lapsed: list[UUID] = field(default_factory=list)
    voided: list[UUID] = field(default_factory=list)
    finals: list[str] = field(default_factory=list)

    def step(self, alert: Alert, kind: str, told: int, left_out: list[dict[str, str]]) -> None:
        """One telling of an alert; those that nobody heard are kept too."""
        self.steps.append(
            {
                "id": new_id(),
                "alert_id": alert.id,
                "step": alert.step,
                "round": alert.round,
                "kind": kind,
                "told": told,
                "left_out": left_out,
                "user_id": self.actor.id,
                "due_at": alert.due_at or self.now,
                "taken_at": self.now,
            }
        )
        alert.round += 1

    def note(self, action: str, alert: Alert, **details: Any) -> None:
        self.entries.append(Entry(action, f"alert:{alert.ref}", details))

    def remind(self, alert: Alert, word: Word) -> None:
        """Somebody's promise is due."""
        self.reminders.append((alert, word))
        self.note("alert.reminded", alert)

    def void(self, alert: Alert, word: Word, code: str) -> None:
        """The promise of ``code`` counts for nothing, because they belong to a suspected party."""
        self.voided.append(word.id)
        self.note("alert.voided", alert, contact=code)

    def write(self, session: Session, alerts: Sequence[Alert]) -> None:
        session.flush()
        put_all(session, self.outs, self.now)
        if self.steps:
            session.execute(insert(StepTaken), self.steps)
        reminded = [word.id for _, word in self.reminders]
        for ids, column in ((reminded, "reminded_at"), (self.lapsed, "lapsed_at")):
            if ids:
                session.execute(update(Response).where(Response.id.in_(ids)).values({column: self.now}))
        if self.voided:
            void = {"lapsed_at": self.now, "lapsed_why": "party"}
            session.execute(update(Response).where(Response.id.in_(self.voided)).values(void))
        changed = {alert.incident_id for alert in alerts}
        session.execute(update(Incident).where(Incident.id.in_(changed)).values(updated_at=self.now))
        for ref in self.finals:
            notices.raise_notice(session, UNANSWERED, Role.COORDINATOR, f"alert:{ref}")
        audit.append_all(session, self.actor, self.entries)
