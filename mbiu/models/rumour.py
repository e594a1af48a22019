"""Rumours: what is said apart from what happened, and the neutral word sent against one."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.codes import EventType, RumourVerdict
from mbiu.models.base import Key, Model, Moment, Sealed, Words, utcnow


class Rumour(Model):
    """What is rumoured, beside the incident of type ``rumour`` that carries place, time and numbers.

    ``claimed_type`` is what is said to happen or to have happened; ``heard_at`` when it was heard, while the
    incident's ``occurred_from`` says when it is said to happen. The database makes the row.
    """

    __tablename__ = "rumour"

    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    claimed_type: Mapped[EventType | None]
    heard_at: Mapped[Moment]
    verdict: Mapped[RumourVerdict | None]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class CounterMessage(Model):
    """A neutral word about a judged rumour, by one person, sent when another approves.

    ``texts`` is a sealed JSON object of wordings by language; ``audience`` names who gets it beside those who
    reported the rumour. ``told`` counts those it was sent to.
    """

    __tablename__ = "counter_message"
    __table_args__ = (
        Index(None, "incident_id"),
        CheckConstraint("approved_by <> written_by", name="two_people"),
        CheckConstraint("(sent_at IS NULL) = (approved_by IS NULL)", name="approved"),
    )

    id: Mapped[Key]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    version: Mapped[int]
    texts: Mapped[Sealed]
    audience: Mapped[Words]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    told: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    sent_at: Mapped[Moment | None]
    dropped_at: Mapped[Moment | None]
