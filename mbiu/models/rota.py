"""Who is on duty when: members in turn, others in their place for a while."""

from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, SmallInteger, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Key, Model, Moment, utcnow


class Rota(Model):
    """People who are on duty in turn, ``seats`` of them at once.

    The first turn begins at ``starts_at``; at each time of ``rule`` (an RRULE of RFC 5545, read in the time
    ``zone``) the next begins. ``on_holidays`` says what a public holiday of ``country`` changes, and with
    ``feasts`` one of the house's calendar: ``same`` nothing, ``wait`` nobody hands over on it, ``others`` the
    members of the second list are on duty from midnight to midnight. Both are told of a hand-over
    ``notice_minutes`` ahead: up to ``told_until`` it is done, ``told`` are who then believe to be on duty,
    and at ``due_at`` somebody looks again.
    """

    __tablename__ = "rota"
    __table_args__ = (
        CheckConstraint("seats BETWEEN 1 AND 9", name="seats"),
        Index(None, "due_at"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    area_path: Mapped[str] = mapped_column(default="/", server_default="/")
    zone: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[Moment]
    rule: Mapped[str] = mapped_column(String(200))
    seats: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    on_holidays: Mapped[str] = mapped_column(String(8), default="same", server_default="same")
    country: Mapped[str] = mapped_column(String(2), default="", server_default="")
    feasts: Mapped[bool] = mapped_column(default=False, server_default="false")
    notice_minutes: Mapped[int] = mapped_column(default=60, server_default="60")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    told: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    told_until: Mapped[Moment | None]
    due_at: Mapped[Moment] = mapped_column(default=utcnow)
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class RotaMember(Model):
    """Somebody's place in a rota's list, or with ``holidays`` in the list for holidays, from 1."""

    __tablename__ = "rota_member"

    rota_id: Mapped[UUID] = mapped_column(ForeignKey("rota.id", ondelete="CASCADE"), primary_key=True)
    holidays: Mapped[bool] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))


class RotaOverride(Model):
    """Somebody who stands in for a while, for the one member of ``instead_of`` or for everybody.

    Of two at once the later made holds.
    """

    __tablename__ = "rota_override"
    __table_args__ = (
        Index(None, "rota_id", "ends_at"),
        CheckConstraint("starts_at < ends_at", name="order"),
    )

    id: Mapped[Key]
    rota_id: Mapped[UUID] = mapped_column(ForeignKey("rota.id", ondelete="CASCADE"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    instead_of: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class Digest(Model):
    """A brief that somebody wants of an area: each day, or each week on ``weekday`` (0 Monday), at ``hour``.

    Hours are those of the ``zone``. What happened since ``since`` is the news of the next one, at ``due_at``;
    without news nothing is sent unless ``always``. ``message_id`` is the last one that went.
    """

    __tablename__ = "digest"
    __table_args__ = (
        Index("uq_digest_address_area", "address_id", "area_path", unique=True),
        Index("ix_digest_due", "due_at", postgresql_where=text("active")),
        Index(None, "contact_id"),
    )

    id: Mapped[Key]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    area_path: Mapped[str] = mapped_column(default="/", server_default="/")
    weekly: Mapped[bool] = mapped_column(default=False, server_default="false")
    weekday: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    hour: Mapped[int] = mapped_column(SmallInteger, default=7, server_default="7")
    zone: Mapped[str] = mapped_column(String(40))
    always: Mapped[bool] = mapped_column(default=False, server_default="false")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    since: Mapped[Moment] = mapped_column(default=utcnow)
    due_at: Mapped[Moment] = mapped_column(default=utcnow)
    sent_at: Mapped[Moment | None]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
