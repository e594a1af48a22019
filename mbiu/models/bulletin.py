"""What was said about alerts to other systems."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Key, Model, Moment, Sealed, utcnow


class Bulletin(Model):
    """One CAP message as it was issued and signed; never changed, only followed by another.

    ``audience`` is ``responders`` or ``partners``, who are told less; each has its own series, counted by
    ``number``. ``cause`` is what it was issued for: ``alert``, or what followed. ``reference`` is how
    later ones name it (``sender,identifier,sent``); ``document`` the sealed XML.
    """

    __tablename__ = "bulletin"
    __table_args__ = (
        UniqueConstraint("alert_id", "audience", "number"),
        UniqueConstraint("alert_id", "audience", "cause", name="uq_bulletin_cause"),
        Index("ix_bulletin_newest", "audience", "created_at", "id"),
    )

    id: Mapped[Key]
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    audience: Mapped[str] = mapped_column(String(12))
    number: Mapped[int] = mapped_column(SmallInteger)
    cause: Mapped[str] = mapped_column(String(48))
    kind: Mapped[str] = mapped_column(String(8))
    identifier: Mapped[str] = mapped_column(String(40), unique=True)
    reference: Mapped[str]
    document: Mapped[Sealed]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
