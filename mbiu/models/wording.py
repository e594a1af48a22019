"""What the centre changed of the texts and of who is told what, and what people of the console must see."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Key, Model, Moment, utcnow


class FeedbackRule(Model):
    """Whether ``audience`` (a contact role) is told of ``event``; without a row the shipped rule holds."""

    __tablename__ = "feedback_rule"

    event: Mapped[str] = mapped_column(String(24), primary_key=True)
    audience: Mapped[str] = mapped_column(String(24), primary_key=True)
    told: Mapped[bool]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[Moment] = mapped_column(default=utcnow)


class Wording(Model):
    """The centre's own text in place of the shipped one; ``audience`` empty for everybody."""

    __tablename__ = "wording"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    audience: Mapped[str] = mapped_column(String(24), primary_key=True, default="", server_default="")
    text: Mapped[str]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[Moment] = mapped_column(default=utcnow)


class Notice(Model):
    """What people of a role must see; ``subject`` names it without a person (``contact:KAS-07``)."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_open", "role", postgresql_where=text("seen_at IS NULL")),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(32))
    role: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    seen_at: Mapped[Moment | None]
    seen_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
