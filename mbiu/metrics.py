"""Counts for Prometheus that survive restarts, because they are counted from the rows themselves.

Days that are over are summed up once in `tally`; a scrape reads those sums and counts only the days
since, so that its cost does not grow with the history.
"""

import datetime as dt
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mbiu import spool
from mbiu.db import is_away, transaction
from mbiu.escalation import auditor
from mbiu.feedback import figures
from mbiu.gateways import gauges
from mbiu.models import EscalationCheck, Tally, utcnow

log = logging.getLogger(__name__)

#: Seconds for which one scrape's figures serve the next.
FRESH = 5.0
#: A day is summed up when it is this far behind: by then its deliveries have come to rest.
OPEN_DAYS = 2
_CLOSED = "closed"

# Each yields day, metric, label, value, count for rows made in [:since, :until). A report counts in
# every state that it reached, and so does a delivery, so the figures only grow.
_COUNTS = text("""
    SELECT created_at::date AS day, 'messages' AS metric, channel AS label, direction AS value, count(*)
        FROM message WHERE created_at >= :since AND created_at < :until GROUP BY 1, 3, 4
    UNION ALL
    SELECT day, 'reports', '', state, sum(n) FROM (
        SELECT created_at::date AS day, count(*) AS received, count(read_at) AS read,
               count(joined_at) AS joined
            FROM report WHERE created_at >= :since AND created_at < :until GROUP BY 1) AS report,
        LATERAL (VALUES ('received', received), ('read', read), ('joined', joined)) AS reached (state, n)
        WHERE n > 0 GROUP BY 1, 4
    UNION ALL
    SELECT day, 'deliveries', channel, status, sum(n) FROM (
        SELECT created_at::date AS day, channel, count(*) AS queued,
               count(*) FILTER (WHERE sent_at IS NOT NULL OR state IN ('sent', 'delivered')) AS sent,
               count(*) FILTER (WHERE state = 'delivered') AS delivered,
               count(*) FILTER (WHERE state = 'failed') AS failed,
               count(*) FILTER (WHERE state = 'expired') AS expired
            FROM delivery WHERE created_at >= :since AND created_at < :until GROUP BY 1, 2) AS delivery,
        LATERAL (VALUES ('queued', queued), ('sent', sent), ('delivered', delivered), ('failed', failed),
                        ('expired', expired)) AS reached (status, n)
        WHERE n > 0 GROUP BY 1, 3, 4
""")
_DUE = text("""
    SELECT (SELECT count(*) FROM report WHERE state = 'received' AND due_at <= now()) AS triage,
           (SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending') AND due_at <= now())
               AS delivery,
           (SELECT count(*) FROM alert WHERE state IN ('open', 'acknowledged') AND due_at <= now())
               + (SELECT count(*) FROM incident WHERE warn_at <= now()) AS escalation,
           (SELECT count(*) FROM media WHERE state = 'pending' AND due_at <= now()) AS media,
           (SELECT count(*) FROM erasure WHERE due_at <= now())
               + (SELECT count(*) FROM address WHERE burn_at <= now()) AS erasure,
           (SELECT count(*) FROM area_warning WHERE due_at <= now()) AS warnings,
           (SELECT count(*) FROM rota WHERE due_at <= now()) AS rotas,
           (SELECT count(*) FROM digest WHERE active AND due_at <= now()) AS digests
""")
_EARLIEST = text("SELECT min(created_at) FROM message")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('mbiu.tally'))")
_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def close_days(session: Session, today: dt.date | None = None) -> int:
    """Sum up the days before ``today`` (UTC) that are far enough behind; how many were summed up.

    May run any number of times, and in several processes at once.
    """
    session.execute(_LOCK)
    last = (today or utcnow().date()) - dt.timedelta(days=OPEN_DAYS + 1)
    first = _first_open(session)
    if first is None or first > last:
        return 0
    rows = [dict(row) for row in _between(session, _midnight(first), _midnight(last + dt.timedelta(days=1)))]
    rows.append({"day": last, "metric": _CLOSED, "label": "", "value": "", "count": 0})
    session.execute(insert(Tally).on_conflict_do_nothing(), rows)
    return (last - first).days + 1


def _first_open(session: Session) -> dt.date | None:
    closed = _last_closed(session)
    if closed:
        return closed + dt.timedelta(days=1)
    earliest: dt.datetime | None = session.execute(_EARLIEST).scalar()
    return earliest.astimezone(dt.UTC).date() if earliest else None


def _last_closed(session: Session) -> dt.date | None:
    return session.execute(select(func.max(Tally.day)).where(Tally.metric == _CLOSED)).scalar()


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _between(session: Session, since: dt.datetime, until: dt.datetime) -> Iterator[RowMapping]:
    yield from session.execute(_COUNTS, {"since": since, "until": until}).mappings()


def collect(session: Session) -> tuple[Counter[tuple[str, str, str]], dict[str, int]]:
    """Counts by (metric, label, value), and how many rows are due by job."""
    counts: Counter[tuple[str, str, str]] = Counter()
    closed = _last_closed(session)
    since = _midnight(closed + dt.timedelta(days=1)) if closed else _LONG_AGO
    sums = select(Tally.metric, Tally.label, Tally.value, func.sum(Tally.count).label("count"))
    sums = sums.where(Tally.metric != _CLOSED)
    for row in session.execute(sums.group_by(Tally.metric, Tally.label, Tally.value)).mappings():
        counts[row["metric"], row["label"], row["value"]] += int(row["count"])
    for row in _between(session, since, utcnow() + dt.timedelta(days=1)):
        counts[row["metric"], row["label"], row["value"]] += int(row["count"])
    due: Any = session.execute(_DUE).mappings().one()
    return counts, {job: int(count) for job, count in due.items()}


class _Figures(Collector):
    """The figures of one scrape. Without a database only the spool is known."""

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "mbiu_spooled_messages",
            "Arrivals that wait on disk for the database.",
            value=len(spool.waiting()),
        )
        try:
            with transaction() as session:
                counts, due = collect(session)
                ways = list(gauges.families(session))
                share = figures.recent_share(session)
                check = auditor.newest(session)
        except Exception as error:
            if not is_away(error):
                raise
            log.warning("metrics.without_database")
            return
        yield from _families(counts, due)
        yield from ways
        if check:
            yield from _checked(check)
        if share is not None:
            yield GaugeMetricFamily(
                "mbiu_outcome_told_share",
                "Share told how it ended, of the reports of 30 days whose incident has ended.",
                value=share,
            )


def _checked(check: EscalationCheck) -> Iterator[Metric]:
    """What the auditor last found, and when."""
    yield GaugeMetricFamily("mbiu_alerts_open", "Open alerts at the auditor's last look.", value=check.open)
    yield GaugeMetricFamily(
        "mbiu_alerts_without_step", "Those of them that had no future step.", value=check.broken
    )
    yield GaugeMetricFamily(
        "mbiu_escalation_checked_seconds", "When the auditor last looked.", value=check.at.timestamp()
    )


def _families(counts: Counter[tuple[str, str, str]], due: dict[str, int]) -> Iterator[Metric]:
    messages = CounterMetricFamily("mbiu_messages", "Messages in and out.", labels=["channel", "direction"])
    reports = CounterMetricFamily("mbiu_reports", "Reports that reached a state.", labels=["state"])
    deliveries = CounterMetricFamily(
        "mbiu_deliveries", "Deliveries that reached a status.", labels=["channel", "status"]
    )
    for (metric, label, value), count in sorted(counts.items()):
        if metric == "messages":
            messages.add_metric([label, value], count)
        elif metric == "reports":
            reports.add_metric([value], count)
        elif metric == "deliveries":
            deliveries.add_metric([label, value], count)
    waiting = GaugeMetricFamily("mbiu_due_jobs", "Rows whose time has come.", labels=["job"])
    for job, number in due.items():
        waiting.add_metric([job], number)
    yield from (messages, reports, deliveries, waiting)


class _Page:
    """The page of one scrape, kept for a moment, so that nobody can load the database by asking."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made_at = -FRESH
        self._page = b""

    def read(self) -> bytes:
        with self._lock:
            if time.monotonic() - self._made_at >= FRESH:
                self._page = generate_latest(_Figures())
                self._made_at = time.monotonic()
            return self._page


_page = _Page()


def exposition() -> bytes:
    """All metrics in Prometheus' text format, at most `FRESH` seconds old."""
    return _page.read()
