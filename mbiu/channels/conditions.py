"""What goes wrong on a simulated phone, as somebody wished for a training.

Kept in the broker, not in the database, because channels know none and because it is of no worth: a fault
that somebody forgot ends by itself after ``KEPT``, and with the broker away all goes well.
"""

import datetime as dt
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Literal

import redis

from mbiu import vault
from mbiu.settings import BadSetting, settings

KEPT = dt.timedelta(hours=12)

Parts = Literal["", "apart", "shuffled", "missing"]


@dataclass(frozen=True)
class Conditions:
    """How messages travel to and from one phone.

    What is sent arrives ``delay`` seconds later and not before ``away_until`` (seconds since 1970, UTC); of
    a hundred messages the provider refuses ``fails``, and with ``unreceipted`` it never says that one
    arrived. What the phone sends is handed over ``twice``; its long texts come in ``parts``: one by one, in
    the wrong order, or with one missing. Without ``parts`` the provider joins them.
    """

    delay: int = 0
    away_until: float = 0.0
    fails: int = 0
    unreceipted: bool = False
    twice: bool = False
    parts: Parts = ""

    def away(self, now: dt.datetime) -> bool:
        """Whether the phone is out of coverage."""
        return now.timestamp() < self.away_until

    def arrives_at(self, sent_at: dt.datetime) -> dt.datetime:
        """When something that the provider took at ``sent_at`` reaches the phone."""
        out = dt.datetime.fromtimestamp(self.away_until, dt.UTC)
        return max(sent_at + dt.timedelta(seconds=self.delay), out)


FINE = Conditions()


def of(address: str) -> Conditions:
    """The conditions at an address; fine if nobody wished otherwise."""
    try:
        found = _broker(_url()).get(_key(address))
        return Conditions(**json.loads(found)) if isinstance(found, bytes) else FINE
    except (redis.RedisError, BadSetting, ValueError, TypeError):
        return FINE


def wish(address: str, conditions: Conditions) -> None:
    """Let these be the conditions at an address from now on. Raises redis.RedisError."""
    broker, key = _broker(_url()), _key(address)
    if conditions == FINE:
        broker.delete(key)
    else:
        broker.set(key, json.dumps(asdict(conditions)), ex=KEPT)


def _key(address: str) -> str:
    return f"mbiu:simulator:{vault.blind_digest('simulator', address).hex()}"


def _url() -> str:
    return settings().redis_url.get_secret_value() or "redis://127.0.0.1:1/0"


@lru_cache(maxsize=2)
def _broker(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)
