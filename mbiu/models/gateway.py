"""Ways in and out for SMS: which one serves whom, how well it goes, what it costs."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.codes import GatewayState
from mbiu.models.base import Key, Model, Moment, utcnow


class Gateway(Model):
    """One way, by the name of its channel (``twilio``, ``gateway:kasese``), and how it is ``since`` when.

    ``good_since`` is when the last trouble ended: a gateway comes back only after some time of health.
    ``reported_at`` is when we last saw that it tells of deliveries; one that never does is not judged slow.
    The name ``*`` stands for all of them together: it is slow while they all are.
    """

    __tablename__ = "gateway"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[GatewayState] = mapped_column(default=GatewayState.UP, server_default="up")
    since: Mapped[Moment] = mapped_column(default=utcnow)
    good_since: Mapped[Moment | None]
    checked_at: Mapped[Moment | None]
    reported_at: Mapped[Moment | None]


class GatewayChange(Model):
    """A visible record of a gateway that failed, slowed, came back or was switched by a person."""

    __tablename__ = "gateway_change"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[Key]
    gateway: Mapped[str] = mapped_column(String(40))
    at: Mapped[Moment] = mapped_column(default=utcnow)
    before: Mapped[GatewayState]
    after: Mapped[GatewayState]
    why: Mapped[str] = mapped_column(default="", server_default="")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class GatewayRoute(Model):
    """The order of gateways for a country's numbers that begin with ``prefix`` (digits; the longest wins)."""

    __tablename__ = "gateway_route"
    __table_args__ = (
        UniqueConstraint("country", "prefix", "position"),
        UniqueConstraint("country", "prefix", "gateway"),
    )

    id: Mapped[Key]
    country: Mapped[str] = mapped_column(String(2))
    prefix: Mapped[str] = mapped_column(String(12), default="", server_default="")
    position: Mapped[int]
    gateway: Mapped[str] = mapped_column(String(40))


class GatewayPrice(Model):
    """What a segment costs: millionths of ``currency`` (ISO 4217), by direction, country and prefix."""

    __tablename__ = "gateway_price"
    __table_args__ = (UniqueConstraint("gateway", "direction", "country", "prefix"),)

    id: Mapped[Key]
    gateway: Mapped[str] = mapped_column(String(40))
    direction: Mapped[str] = mapped_column(String(3), default="out", server_default="out")
    country: Mapped[str] = mapped_column(String(2))
    prefix: Mapped[str] = mapped_column(String(12), default="", server_default="")
    micros: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


class GatewayTry(Model):
    """One call to a gateway and its answer; ``why`` is the reason of a failure. Kept for a day."""

    __tablename__ = "gateway_try"
    __table_args__ = (Index(None, "gateway", "at"),)

    id: Mapped[Key]
    gateway: Mapped[str] = mapped_column(String(40))
    at: Mapped[Moment] = mapped_column(default=utcnow)
    ok: Mapped[bool]
    why: Mapped[str] = mapped_column(String(80), default="", server_default="")


class GatewayCost(Model):
    """What went through a gateway in a month (its first day), by direction and country.

    A figure is the sum over ``slot``: writers take any of several, so that they do not wait for each other.
    """

    __tablename__ = "gateway_cost"

    month: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    gateway: Mapped[str] = mapped_column(String(40), primary_key=True)
    direction: Mapped[str] = mapped_column(String(3), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True, default="", server_default="")
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True, default=0, server_default="0")
    messages: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    segments: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    micros: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Pause(Model):
    """A provider asked for silence on a channel ``until`` then; every process keeps it."""

    __tablename__ = "pause"

    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    until: Mapped[Moment]
