"""Reads reports and joins them to incidents: one claim, one transaction, as many reports as are due.

The texts are read first; then, under a lock on the districts concerned, each report is compared with
the incidents there. A report that cannot be read is tried again later and, if that does not help,
shown to a person unread: nothing waits for ever.
"""

import logging
from typing import Any

from sqlalchemy.orm import Session

from mbiu import analysis, asking, reports, told, words
from mbiu.analysis.learned import Classifier
from mbiu.analysis.reading import Reading
from mbiu.codes import EventType
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.house import lexicon
from mbiu.joins import join
from mbiu.reports import Work
from mbiu.sources import recount
from mbiu.words import Words, put_together

log = logging.getLogger(__name__)

BATCH = 50
GIVE_UP_AFTER = 5


def triage(
    session: Session, gazetteer: Gazetteer, limit: int = BATCH, *, classifier: Classifier | None = None
) -> int:
    """Read and join up to ``limit`` due reports inside the caller's transaction; how many were claimed.

    ``classifier`` is what was learned from decisions, if anything.
    """
    rows = reports.claim(session, limit)
    if not rows:
        return 0
    lexicon.refresh(session)
    messages = words.messages(session, [row.id for row in rows])
    works = [work for row in rows if (work := _read(session, row, messages[row.id], gazetteer, classifier))]
    nothing = [
        work for work in works if work.reading.event_type == EventType.NONE and not work.row.incident_id
    ]
    something = [work for work in works if work not in nothing]
    with session.no_autoflush:
        join(session, something)
        reports.write(session, works)
    recount(session, [work.incident_id for work in something if work.incident_id])
    asking.settle(session, works, gazetteer)
    return len(rows)


def _read(
    session: Session, row: Any, messages: list[Any], gazetteer: Gazetteer, classifier: Classifier | None
) -> Work | None:
    said = Words("", row.created_at, None)
    try:
        said = put_together(messages)
        reading = analysis.read(
            said.text,
            gazetteer,
            country=row.country,
            home=row.home_place_id,
            language=row.language,
            sent_at=said.sent_at,
            message_id=row.ref,
            location=said.location,
            classifier=classifier,
        )
        reading = told.overlaid(reading, row.told, gazetteer)
    except Exception:
        log.exception("report.unreadable", extra={"report": row.ref, "attempt": row.attempts + 1})
        if row.attempts + 1 < GIVE_UP_AFTER:
            reports.put_off(session, row)
            return None
        reading = _unread(row.ref)
    return Work(row, said, reading)


def _unread(ref: str) -> Reading:
    return Reading(
        id=ref,
        language="unknown",
        language_confidence=0.0,
        event_type=EventType.UNKNOWN.value,
        event_confidence=0.0,
        missing=("place", "event_type", "when"),
    )
