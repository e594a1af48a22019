"""Words for the threatened: texts agreed beforehand, and the warnings sent with them in waves."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Key, Model, Moment, Words, utcnow


class ProtectiveText(Model):
    """A message to the threatened, agreed by two people before it is needed. Never changed, only replaced.

    ``texts`` maps codes of languages to wordings. ``variant`` is protect, counter_rumour or all_clear.
    """

    __tablename__ = "protective_text"
    __table_args__ = (
        CheckConstraint("variant IN ('protect', 'counter_rumour', 'all_clear')", name="variant"),
        CheckConstraint("agreed_by <> written_by", name="two_people"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by IS NULL)", name="agreed"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80))
    variant: Mapped[str] = mapped_column(String(16))
    texts: Mapped[dict[str, str]] = mapped_column(JSONB)
    written_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    agreed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    agreed_at: Mapped[Moment | None]
    retired_at: Mapped[Moment | None]


class AreaWarning(Model):
    """A protective message on its way to the registered contacts of an area.

    ``texts`` is what it says by language, as it stood when it was prepared. Prepared by one person and
    approved by another, then sent in waves of ``wave_size`` people every ``wave_minutes``; the next at
    ``due_at``. ``follows`` is the warning that an all-clear ends. ``preview`` keeps what the approver saw:
    people, languages, segments and cost.
    """

    __tablename__ = "area_warning"
    __table_args__ = (
        Index("ix_area_warning_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(None, "created_at"),
        Index(None, "incident_id"),
        CheckConstraint("variant IN ('protect', 'counter_rumour', 'all_clear')", name="variant"),
        CheckConstraint("approved_by <> prepared_by", name="two_people"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved"),
        CheckConstraint("due_at IS NULL OR (approved_at IS NOT NULL AND stopped_at IS NULL)", name="due"),
    )

    id: Mapped[Key]
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    text_id: Mapped[UUID] = mapped_column(ForeignKey("protective_text.id"))
    variant: Mapped[str] = mapped_column(String(16))
    texts: Mapped[dict[str, str]] = mapped_column(JSONB)
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    incident_version: Mapped[int | None]
    follows: Mapped[UUID | None] = mapped_column(ForeignKey("area_warning.id", ondelete="CASCADE"))
    area_path: Mapped[str]
    audience: Mapped[Words]
    exercise: Mapped[bool] = mapped_column(default=False, server_default="false")
    wave_size: Mapped[int]
    wave_minutes: Mapped[int]
    prepared_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    preview: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[Moment | None]
    due_at: Mapped[Moment | None]
    stopped_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    stopped_at: Mapped[Moment | None]
    dropped_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]


class WarningRecipient(Model):
    """Somebody an approved warning is for. ``told_at`` is when the message was handed to the delivery,
    ``skipped`` why it was not.
    """

    __tablename__ = "warning_recipient"
    __table_args__ = (
        Index(
            "ix_warning_recipient_waiting",
            "warning_id",
            "wave",
            postgresql_where=text("told_at IS NULL AND skipped = ''"),
        ),
    )

    warning_id: Mapped[UUID] = mapped_column(
        ForeignKey("area_warning.id", ondelete="CASCADE"), primary_key=True
    )
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    wave: Mapped[int]
    told_at: Mapped[Moment | None]
    skipped: Mapped[str] = mapped_column(String(24), default="", server_default="")
