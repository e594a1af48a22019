"""The daily run: in small transactions, so that work goes on beside it; safe to begin again, and twice."""

import datetime as dt
import logging
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.db import transaction
from mbiu.house import settings
from mbiu.ledger import Kind
from mbiu.models import AuditEntry, utcnow
from mbiu.retention.expiry import RULES, Rule, current, cutoff

log = logging.getLogger(__name__)

#: Rows that one transaction blanks.
SHARE = 500
#: The hour of the house's day from which it runs.
HOUR = 2
_DONE = "retention.run"
_LOCK = func.pg_try_advisory_xact_lock(func.hashtext("mbiu.retention"))


def due(session: Session, now: dt.datetime) -> bool:
    """Whether today's run is still to be done: from two in the morning on, by the clock of the house."""
    local = now.astimezone(ZoneInfo(settings.value(session, "time_zone")))
    start = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if local < start:
        return False
    done = select(AuditEntry.seq).where(AuditEntry.object == "house:retention", AuditEntry.at >= start)
    return session.scalar(done.limit(1)) is None


def run(now: dt.datetime | None = None) -> dict[Kind, int]:
    """Delete what is over at ``now``; how many of each kind. Nothing is done while another process runs."""
    now, found = now or utcnow(), dict.fromkeys((rule.kind for rule in RULES), 0)
    for rule in RULES:
        while count := _share(rule, now):
            found[rule.kind] += count
            if count < SHARE:
                break
    with transaction() as session:
        counts = {kind.value: count for kind, count in found.items()}
        audit.append(session, audit.SYSTEM, _DONE, "house:retention", **counts)
    log.info("retention.run", extra={f"{kind}_count": count for kind, count in counts.items()})
    return found


def _share(rule: Rule, now: dt.datetime) -> int:
    with transaction() as session:
        if not session.scalar(select(_LOCK)):
            return 0
        days = current(session)
        ids = list(session.scalars(rule.query(cutoff(days, rule, now)).limit(SHARE)))
        if ids:
            rule.blank(session, ids, now)
        return len(ids)
