"""Changes of the queue as server-sent events (HTML Living Standard, 9.2): few, short-lived, with a heartbeat.

A stream takes a thread of the process as long as it lives, so each process holds a few and answers 204 to the
rest, whose pages then ask every few seconds. It looks with the rights that its user has at that moment, and
ends when the session does.
"""

import datetime as dt
import json
import time
from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import Any

from flask import Response

from mbiu import db
from review import queue, sessions
from review.filters import Filters

#: The streams of one process; of its threads at least as many stay free for pages.
STREAMS = 6
#: Seconds between two looks, between two signs of life, and of a stream's whole life.
LOOK, BEAT, LIFE = 2.0, 6.0, 240.0

_free = BoundedSemaphore(STREAMS)


def answer(token: str, after: dt.datetime, chosen: Filters, *, life: float = LIFE) -> Response:
    """The stream of one page; 204, which ends its attempts, where all are taken."""
    if not _free.acquire(blocking=False):
        return Response(status=204)
    response = Response(_told(token, after, chosen, life), mimetype="text/event-stream")
    response.call_on_close(_free.release)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _told(token: str, after: dt.datetime, chosen: Filters, life: float) -> Iterator[str]:
    end = time.monotonic() + life
    beat, seen = 0.0, dict[str, str]()
    yield "retry: 3000\n\n"
    while time.monotonic() < end:
        now = dt.datetime.now(dt.UTC)
        changed = _changes(token, after, chosen)
        if changed is None:
            yield _event({"ended": True})
            return
        fresh = [one for one in changed if seen.get(one["ref"]) != one["at"]]
        seen = {one["ref"]: one["at"] for one in changed}
        after = now
        if fresh:
            yield f"id: {now.isoformat()}\n" + _event({"after": now.isoformat(), "changed": fresh})
        elif time.monotonic() - beat > BEAT:
            beat = time.monotonic()
            yield ": still here\n\n"
        time.sleep(LOOK)


def _changes(token: str, after: dt.datetime, chosen: Filters) -> list[dict[str, Any]] | None:
    """What changed for whom this session belongs to; None where it has ended."""
    user = sessions.owner(token)
    if user is None:
        return None
    with db.transaction(scope=user.scope, cleared=user.cleared) as link:
        found = queue.events(link, after, chosen, user.id)
    return [{"ref": ref, "at": at, "new": new} for ref, at, new in found]


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data)}\n\n"
