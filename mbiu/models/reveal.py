"""An identity that was asked for."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Key, Model, Moment, Sealed, utcnow


class Reveal(Model):
    """A custodian's wish to learn who a contact is, another's answer, and when it was shown, at most once.

    Holds nothing of the identity. ``reason`` is sealed; the two people are never one.
    """

    __tablename__ = "reveal"
    __table_args__ = (
        Index(None, "asked_at"),
        Index(None, "asked_by", "shown_at"),
        CheckConstraint("answered_by <> asked_by", name="two_people"),
        CheckConstraint("shown_at IS NULL OR agreed", name="shown_after_consent"),
    )

    id: Mapped[Key]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[Sealed]
    asked_at: Mapped[Moment] = mapped_column(default=utcnow)
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[Moment | None]
    agreed: Mapped[bool | None]
    shown_at: Mapped[Moment | None]
