"""Ways to answer an alert beside words, and what follows an alert to everybody it had reached."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Json, Key, Model, Moment, Sealed, utcnow


class AnswerLink(Model):
    """A link by which one person answers one alert once; of its text only a keyed digest is kept."""

    __tablename__ = "answer_link"
    __table_args__ = (Index(None, "alert_id"), Index(None, "contact_id"))

    id: Mapped[Key]
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class Sequel(Model):
    """An update, recall or all-clear of an alert, with its deliveries to all whom the alert had reached.

    ``texts`` is a sealed JSON object of wordings, as an alert's. ``left_out`` maps the id of a contact who is
    not told to the reason. An update needs the approvals of an alert; the database sees to it.
    """

    __tablename__ = "sequel"
    __table_args__ = (Index(None, "alert_id"),)

    id: Mapped[Key]
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    incident_version: Mapped[int]
    texts: Mapped[Sealed]
    left_out: Mapped[Json]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
