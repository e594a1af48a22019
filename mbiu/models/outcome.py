"""Outcomes: what was done about an incident, by whom, and when somebody looks at it again."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Key, Model, Moment, Words, utcnow


class Outcome(Model):
    """What was done about an incident and what it changed, as a user recorded it.

    ``done`` are deeds, ``kinds`` the classes of those who acted and are no contacts (who are, stand in
    `OutcomeBy`). ``resolution`` is how a dispute stands, empty where there was none to settle. A row is never
    changed: ``corrects`` names the one that it replaces. ``response_id`` is the answer it was drawn from.
    """

    __tablename__ = "outcome"
    __table_args__ = (
        Index(None, "incident_id"),
        Index(None, "created_at"),
        Index("ix_outcome_noted", "created_at", postgresql_where=text("note IS NOT NULL")),
        Index("uq_outcome_corrects", "corrects", unique=True, postgresql_where=text("corrects IS NOT NULL")),
    )

    id: Mapped[Key]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    done: Mapped[Words]
    effect: Mapped[str] = mapped_column(String(24))
    resolution: Mapped[str] = mapped_column(String(16), default="", server_default="")
    kinds: Mapped[Words]
    acted_on: Mapped[dt.date | None] = mapped_column(Date)
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
    corrects: Mapped[UUID | None] = mapped_column(ForeignKey("outcome.id", ondelete="CASCADE"))
    response_id: Mapped[UUID | None] = mapped_column(ForeignKey("response.id", ondelete="SET NULL"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class OutcomeBy(Model):
    """A committee or a person who did what an outcome says."""

    __tablename__ = "outcome_by"
    __table_args__ = (Index(None, "contact_id"),)

    outcome_id: Mapped[UUID] = mapped_column(ForeignKey("outcome.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)


class FollowUp(Model):
    """A day on which an incident is looked at again, how (``what``), and what was found then (``result``).

    ``contact_id`` is who of the responders looks, and is reminded by phone; nobody if the centre does.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        Index(None, "incident_id"),
        Index("ix_follow_up_due", "due_on", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[Key]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    due_on: Mapped[dt.date] = mapped_column(Date)
    what: Mapped[str] = mapped_column(String(16))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    reminded_at: Mapped[Moment | None]
    result: Mapped[str | None] = mapped_column(String(16))
    done_at: Mapped[Moment | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
