"""How many messages a second a gateway takes, where its contract or its SIM says so, kept by all processes.

A gateway that has had its share rests for as long as the share lasts; what is due for it waits until then,
the most urgent first. (`mbiu.pace` does the same for chats.)
"""

import datetime as dt
from collections import Counter

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mbiu.codes import DeliveryState
from mbiu.db import transaction
from mbiu.delivery.opening import Claimed
from mbiu.models import Delivery, Pause, utcnow
from mbiu.settings import settings


def admit(session: Session, items: list[Claimed], now: dt.datetime) -> list[Claimed]:
    """Those of ``items``, the most urgent first, that their gateway takes now; the others are put back."""
    rates = settings().rates
    wanted = Counter(item.ways[0] for item in items if item.ways and item.ways[0] in rates)
    room = {name: _share(session, name, count, now) for name, count in sorted(wanted.items())}
    taken: Counter[str] = Counter()
    kept: list[Claimed] = []
    late: list[Claimed] = []
    for item in items:
        name = item.ways[0] if item.ways else ""
        taken[name] += 1
        (kept if name not in room or taken[name] <= room[name] else late).append(item)
    for item in late:
        _put_back(session, item)
    return kept


def has_room(name: str) -> bool:
    """Whether a gateway that another's text comes to takes one more now; if so it counts."""
    if name not in settings().rates:
        return True
    with transaction() as session:
        return _share(session, name, 1, utcnow()) > 0


def _share(session: Session, name: str, wanted: int, now: dt.datetime) -> int:
    """How many of ``wanted`` messages a gateway takes now; it rests for as long as they last."""
    rate = settings().rates[name]
    session.execute(insert(Pause).values(channel=name, until=now).on_conflict_do_nothing())
    until = session.scalars(select(Pause.until).where(Pause.channel == name).with_for_update()).one()
    if until > now:
        return 0
    share = min(wanted, max(1, int(rate)))
    rest = now + dt.timedelta(seconds=share / rate)
    session.execute(update(Pause).where(Pause.channel == name).values(until=rest))
    return share


def _put_back(session: Session, item: Claimed) -> None:
    """As it was before the claim, but for the gateway that it waits for, by whose rest the claim goes."""
    waiting = {"state": DeliveryState.QUEUED, "due_at": Delivery.created_at, "channel": item.ways[0]}
    values = waiting | {"attempts": item.attempts - 1}
    session.execute(update(Delivery).where(Delivery.id == item.id).values(values))
