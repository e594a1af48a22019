"""The gateways as the console shows them: how they are, what changed, what they cost, whom they serve."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mbiu.codes import GatewayState
from mbiu.gateways import costs, watch
from mbiu.gateways.costs import MICROS, Cost
from mbiu.gateways.health import Seen
from mbiu.gateways.registry import ALL, names, single
from mbiu.models import Delivery, Gateway, GatewayChange, GatewayPrice, GatewayRoute, User, utcnow

#: How many changes, and how many months of costs, the page shows.
CHANGES = 20
MONTHS = 6


@dataclass(frozen=True)
class Card:
    """A gateway and what the last minutes say of it."""

    name: str
    state: GatewayState
    since: dt.datetime | None
    seen: Seen

    @property
    def share(self) -> str:
        """The slow texts in percent; empty where none is known."""
        return (
            _("%(share)s of %(count)s", share=f"{self.seen.slow_share:.0%}", count=self.seen.texts)
            if self.seen.texts
            else ""
        )


@dataclass(frozen=True)
class Change:
    gateway: str
    at: dt.datetime
    before: str
    after: str
    why: str
    by: str


@dataclass(frozen=True)
class RouteRow:
    """The gateways for numbers of a country and prefix, first choice first."""

    country: str
    prefix: str
    order: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.country}{self.prefix}"

    def at(self, place: int) -> str:
        return self.order[place] if place < len(self.order) else ""


@dataclass(frozen=True)
class PriceRow:
    id: UUID
    gateway: str
    direction: str
    country: str
    prefix: str
    amount: str


def cards(db: Session) -> list[Card]:
    """Every gateway that is set up to send, in the order of the settings."""
    rows = {row.name: row for row in db.scalars(select(Gateway))}
    figures = watch.figures(db, utcnow())
    return [
        Card(name, row.state, row.since, figures[name])
        if (row := rows.get(name))
        else Card(name, GatewayState.UP, None, figures[name])
        for name in names()
    ]


@dataclass(frozen=True)
class Other:
    """Chat, mail or hooks: how many left within a day, how many wait or failed, and why the last one did."""

    name: str
    counts: dict[str, int]
    error: str

    @property
    def waiting(self) -> int:
        return self.counts.get("queued", 0) + self.counts.get("sending", 0)

    @property
    def left(self) -> int:
        return sum(self.counts.get(state, 0) for state in ("sent", "delivered", "unknown"))

    @property
    def lost(self) -> int:
        return self.counts.get("failed", 0) + self.counts.get("expired", 0)


def others(db: Session) -> list[Other]:
    """The ways beside SMS that are set up, over the last 24 hours."""
    ours = Delivery.channel.in_(single()), Delivery.created_at > utcnow() - dt.timedelta(days=1)
    rows = db.execute(
        select(Delivery.channel, Delivery.state, func.count()).where(*ours).group_by(*_CHANNEL_STATE)
    )
    counts: dict[str, dict[str, int]] = {name: {} for name in single()}
    for channel, state, count in rows:
        counts[channel][state.value] = count
    newest = select(Delivery.channel, Delivery.error).where(*ours, Delivery.error != "")
    newest = newest.order_by(Delivery.channel, Delivery.created_at.desc()).ext(distinct_on(Delivery.channel))
    errors = {row.channel: row.error for row in db.execute(newest)}
    return [Other(name, found, errors.get(name, "")) for name, found in counts.items()]


_CHANNEL_STATE = Delivery.channel, Delivery.state


def all_slow_since(db: Session) -> dt.datetime | None:
    """Since when all gateways are slow; None while they are not."""
    slow = (Gateway.name == ALL, Gateway.state == GatewayState.SLOW)
    return db.scalar(select(Gateway.since).where(*slow))


def changes(db: Session) -> list[Change]:
    """What changed last, newest first."""
    query = (
        select(GatewayChange, User.name)
        .outerjoin(User, User.id == GatewayChange.made_by)
        .order_by(GatewayChange.at.desc(), GatewayChange.id.desc())
        .limit(CHANGES)
    )
    return [
        Change(
            _("all") if one.gateway == ALL else one.gateway, one.at, one.before, one.after, one.why, by or ""
        )
        for one, by in db.execute(query)
    ]


def spent(db: Session) -> list[Cost]:
    """What the last months cost, newest first."""
    month = utcnow().date().replace(day=1)
    for _step in range(MONTHS - 1):
        month = (month - dt.timedelta(days=1)).replace(day=1)
    return costs.monthly(db, month)


def routes(db: Session) -> list[RouteRow]:
    """The table of routes by country and prefix."""
    query = select(GatewayRoute).order_by(GatewayRoute.country, GatewayRoute.prefix, GatewayRoute.position)
    by_key = groupby(db.scalars(query), key=lambda row: (row.country, row.prefix))
    return [RouteRow(*key, tuple(row.gateway for row in rows)) for key, rows in by_key]


def prices(db: Session) -> list[PriceRow]:
    """The price table."""
    order = (GatewayPrice.gateway, GatewayPrice.direction, GatewayPrice.country, GatewayPrice.prefix)
    return [
        PriceRow(row.id, row.gateway, row.direction, row.country, row.prefix, _amount(row))
        for row in db.scalars(select(GatewayPrice).order_by(*order))
    ]


def _amount(row: GatewayPrice) -> str:
    figure = f"{row.micros / MICROS:,.6f}".rstrip("0").rstrip(".")
    return f"{figure} {row.currency}"
