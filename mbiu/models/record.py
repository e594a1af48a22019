"""Records about the system itself: the audit chain and the daily counts."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, Date, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Json, Model, Moment


class AuditEntry(Model):
    """One link of the audit chain. ``object`` is a kind and an id (``incident:IK3..``), never a person."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(48))
    object: Mapped[str] = mapped_column(index=True)
    details: Mapped[Json]
    mac: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Model):
    """The chain's newest link, under a MAC of its own, so that a cut tail shows."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    seal: Mapped[bytes] = mapped_column(LargeBinary)


class Tally(Model):
    """How many of something happened on a day that is over, so that counts need not read history."""

    __tablename__ = "tally"

    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    metric: Mapped[str] = mapped_column(String(24), primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
