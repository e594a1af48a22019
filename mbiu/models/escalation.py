"""What the escalation did and when, and the proofs that it goes on."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Key, Model, Moment, utcnow


class StepTaken(Model):
    """One telling of an alert: a step of its chain, a repeat of it, or a step that was passed over.

    ``kind`` is step, repeat or passed; ``round`` counts the tellings of an alert from 0. ``due_at`` is when
    it should have been, ``taken_at`` when it was. ``left_out`` lists ``{"contact", "why"}`` for whom the step
    names and who was not told. ``user_id`` is the person of the console who did not wait.
    """

    __tablename__ = "step_taken"
    __table_args__ = (UniqueConstraint("alert_id", "round"),)

    id: Mapped[Key]
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    step: Mapped[int] = mapped_column(SmallInteger)
    round: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(8))
    told: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    left_out: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    due_at: Mapped[Moment]
    taken_at: Mapped[Moment]


class EscalationCheck(Model):
    """A look of the auditor: how many alerts were open, and how many of them had no future step."""

    __tablename__ = "escalation_check"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[Key]
    at: Mapped[Moment] = mapped_column(default=utcnow)
    open: Mapped[int]
    broken: Mapped[int]
