"""The training room: made-up phones that were added to it, and the drills that were played."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.codes import AddressKind, ContactRole
from mbiu.models.base import Json, Key, Model, Moment, utcnow


class SimulatorPhone(Model):
    """A made-up phone. ``number`` makes its address, in a range that no network gives to anybody.

    ``role`` is that of the contact it was enrolled with; UNKNOWN for a stranger, who is not enrolled.
    """

    __tablename__ = "simulator_phone"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(24), unique=True)
    number: Mapped[int] = mapped_column(Integer, unique=True)
    name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[AddressKind]
    is_group: Mapped[bool] = mapped_column(default=False, server_default="false")
    role: Mapped[ContactRole] = mapped_column(default=ContactRole.UNKNOWN)
    country: Mapped[str] = mapped_column(String(2))
    home: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class Drill(Model):
    """A script that is played, or was, from ``started_at`` to ``ended_at``.

    ``position`` counts the steps behind it, the last of which was at ``moved_at``; ``due_at`` is when the
    next is looked at. ``said`` maps the number of a step to the id of the message that it sent. A ``live``
    one is played by people on their own phones: ``parts`` maps those of the script to ids of contacts.
    ``results`` is the score as it was when it ended: seconds by what is measured, null where it never came.
    """

    __tablename__ = "drill"
    __table_args__ = (Index(None, "started_at"),)

    id: Mapped[Key]
    script: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(default="", server_default="")
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[Moment] = mapped_column(default=utcnow)
    moved_at: Mapped[Moment] = mapped_column(default=utcnow)
    due_at: Mapped[Moment] = mapped_column(default=utcnow)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    said: Mapped[Json]
    live: Mapped[bool] = mapped_column(default=False, server_default="false")
    parts: Mapped[Json]
    results: Mapped[Json]
    ended_at: Mapped[Moment | None]


class DrillMember(Model):
    """Somebody who takes part in a live drill, ``until`` it ends."""

    __tablename__ = "drill_member"
    __table_args__ = (Index(None, "contact_id", "until"),)

    drill_id: Mapped[UUID] = mapped_column(ForeignKey("drill.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    until: Mapped[Moment]
