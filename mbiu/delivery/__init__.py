"""Sends what the outbox holds: claim, send, record, with no transaction open while a provider answers.

A claim is a lease: whoever dies between sending and recording leaves the row to be sent again, so a
text may arrive twice but never not at all; each carries its reference. States only move forward, so
a provider's late or repeated word changes nothing.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import pace
from mbiu.db import transaction
from mbiu.delivery.claiming import BATCH, UNSENT, claim
from mbiu.delivery.recording import LONGEST_WAIT
from mbiu.delivery.sending import send
from mbiu.delivery.words import report
from mbiu.models import Delivery, utcnow

__all__ = ["BATCH", "LONGEST_WAIT", "claim", "deliver", "is_held", "report", "send", "waiting"]


def deliver(limit: int = BATCH) -> int:
    """Send up to ``limit`` due messages; how many were claimed."""
    claimed = claim(limit)
    if claimed:
        list(_senders().map(send, claimed))
    return len(claimed)


@lru_cache
def _senders() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(BATCH, thread_name_prefix="sender")


def is_held() -> bool:
    """Whether something is due that only waits for its turn in its chat."""
    with transaction() as session:
        return pace.held(session, utcnow())


def waiting(session: Session) -> int:
    """How many messages are due to be sent now."""
    due = select(func.count()).where(Delivery.state.in_(UNSENT), Delivery.due_at <= utcnow())
    return session.scalar(due) or 0
