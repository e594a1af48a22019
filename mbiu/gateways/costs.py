"""What goes through the gateways is counted per month, with the row of what was sent or came in.

A price is per segment and valid from the moment it is set: what was counted stays as it was counted.
"""

import datetime as dt
import os
import threading
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mbiu.channels.phone import national
from mbiu.channels.text import segments
from mbiu.gateways.registry import FREE
from mbiu.messages import IncomingMessage
from mbiu.models import GatewayCost
from mbiu.settings import settings

MICROS = 1_000_000
_SLOTS = 16

#: The statement; ``{once}`` may be what makes it count for a row that was written. The longest prefix of the
#: number's own country goes before a price for all countries.
COUNT = """
INSERT INTO gateway_cost (month, gateway, direction, country, currency, slot, messages, segments, micros)
SELECT CAST(:cost_month AS date), :cost_gateway, said.direction, :cost_country, COALESCE(price.currency, ''),
       :cost_slot, 1, said.segments, COALESCE(price.micros, 0) * said.segments
FROM {once} unnest(CAST(:cost_ways AS text[]), CAST(:cost_segments AS bigint[])) AS said (direction, segments)
LEFT JOIN LATERAL (
    SELECT currency, micros FROM gateway_price
    WHERE gateway = :cost_gateway AND direction = said.direction AND country IN ('', :cost_country)
          AND starts_with(CAST(:cost_national AS text), prefix)
    ORDER BY country DESC, length(prefix) DESC LIMIT 1
) AS price ON true
ON CONFLICT (month, gateway, direction, country, currency, slot) DO UPDATE
SET messages = gateway_cost.messages + 1, segments = gateway_cost.segments + excluded.segments,
    micros = gateway_cost.micros + excluded.micros
"""
_COUNT = text(COUNT.format(once=""))


@dataclass(frozen=True)
class Cost:
    """The sum of a month. ``micros`` are millionths of ``currency``, which is empty where no price is set."""

    month: dt.date
    gateway: str
    direction: str
    currency: str
    messages: int
    segments: int
    micros: int

    @property
    def amount(self) -> str:
        """``12,345.60 UGX``; empty without a price."""
        return f"{self.micros / MICROS:,.2f} {self.currency}" if self.currency else ""


def count(
    session: Session, gateway: str, direction: str, country: str, number: str, pieces: int, now: dt.datetime
) -> None:
    """Count one SMS, ``in`` or ``out``, of so many segments; chats and the simulator cost nothing.

    Call it where the row of the same SMS is written, and only if that was written for the first time.
    """
    if gateway not in FREE and pieces:
        session.connection().execute(_COUNT, _row(gateway, country, number, now) | _said({direction: pieces}))


def count_reply(session: Session, message: IncomingMessage, reply: str, now: dt.datetime) -> None:
    """Count a reply that the message's provider carries back."""
    count(session, message.channel, "out", _country(message), message.sender, segments(reply), now)


def of_call(message: IncomingMessage, reply: str | None, now: dt.datetime) -> dict[str, Any]:
    """The values of `COUNT` for a message that comes in and the reply that its provider carries back."""
    row = _row(message.channel, _country(message), message.sender, now)
    said = {} if message.channel in FREE else {"in": message.text, "out": reply}
    return row | _said({way: segments(words) for way, words in said.items() if words})


def _country(message: IncomingMessage) -> str:
    return message.country or settings().default_country


def _said(pieces: dict[str, int]) -> dict[str, Any]:
    return {"cost_ways": list(pieces), "cost_segments": list(pieces.values())}


def _row(gateway: str, country: str, number: str, now: dt.datetime) -> dict[str, Any]:
    return {
        "cost_month": now.date().replace(day=1),
        "cost_gateway": gateway,
        "cost_country": country,
        "cost_national": "" if gateway in FREE else national(number),
        "cost_slot": (os.getpid() + threading.get_ident() // 4096) % _SLOTS,
    }


def monthly(session: Session, since: dt.date) -> list[Cost]:
    """The sums by month, newest first, gateway, direction and currency."""
    keys = (GatewayCost.month, GatewayCost.gateway, GatewayCost.direction, GatewayCost.currency)
    sums = (
        func.sum(GatewayCost.messages).label("messages"),
        func.sum(GatewayCost.segments).label("segments"),
        func.sum(GatewayCost.micros).label("micros"),
    )
    query = select(*keys, *sums).where(GatewayCost.month >= since).group_by(*keys)
    rows = session.execute(query.order_by(GatewayCost.month.desc(), *keys[1:]))
    return [Cost(*row[:4], *(int(value) for value in row[4:])) for row in rows]
