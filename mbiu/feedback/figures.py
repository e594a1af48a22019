"""How many were told, and how soon: counted from the newest reports of a time, so that it stays cheap."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from mbiu.models import utcnow

#: So many reports of a time are looked at, the newest.
MOST = 20_000
_RECENT = dt.timedelta(days=30)
_RECENT_MOST = 5_000

# An incident has ended when somebody said how: closed with an outcome, refuted or unverifiable. Told counts
# what was handed to the outbox and is due; it may still not have been delivered.
_ENDED = """
    SELECT report.id, report.created_at, report.contact_id, report.area_path,
           report.verdict_told_at, report.action_told_at, report.outcome_told_at,
           incident.state IN ('closed', 'refuted', 'unverifiable') IS TRUE AS ended,
           coalesce(CASE WHEN incident.state = 'closed' THEN report.outcome_told_at
                         ELSE report.verdict_told_at END <= now(), false) AS told,
           report.duress OR report.unconfirmed OR report.borrowed OR report.withdrawn_at IS NOT NULL
               OR 'sexual_violence' IN (report.event_type, incident.event_type) IS TRUE AS harm
        FROM (SELECT * FROM report WHERE created_at >= :since AND created_at < :until AND exercise = :drills
              ORDER BY created_at DESC LIMIT :most) AS report
        LEFT JOIN LATERAL (SELECT state, event_type FROM incident WHERE incident.id = report.incident_id
                           OFFSET 0) AS incident ON true -- one by one: a join would read them all
"""
# ruff: noqa: S608 - the statements are put together from constants
_SHARE = text(f"""
    SELECT count(*) FILTER (WHERE ended) AS ended, count(*) FILTER (WHERE ended AND told) AS told
        FROM ({_ENDED}) AS report
""")
_TOOK = "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM {} - report.created_at))"
_TABLE = text(f"""
    SELECT grouping(area) AS over_areas, grouping(contact.role) AS over_roles, area, contact.role,
           count(*) AS reports,
           count(*) FILTER (WHERE ended) AS ended,
           count(*) FILTER (WHERE ended AND told) AS told,
           count(*) FILTER (WHERE ended AND NOT told AND (harm OR contact.wish <> 'push'
               OR contact.stopped_at IS NOT NULL OR contact.silent_at IS NOT NULL)) AS kept,
           {_TOOK.format("first.sent_at")} AS receipt,
           {_TOOK.format("verdict_told_at")} AS verdict,
           {_TOOK.format("action_told_at")} AS action,
           {_TOOK.format("outcome_told_at")} AS outcome
        FROM ({_ENDED}) AS report
        JOIN contact ON contact.id = report.contact_id
        CROSS JOIN LATERAL (SELECT array_to_string((string_to_array(report.area_path, '/'))[1:4], '/') || '/'
                            AS area) AS cut
        LEFT JOIN LATERAL (
            SELECT delivery.sent_at FROM message JOIN delivery ON delivery.message_id = message.id
            WHERE message.report_id = report.id AND message.direction = 'out' AND delivery.kind = 'reply'
              AND delivery.sent_at IS NOT NULL
            ORDER BY delivery.sent_at LIMIT 1) AS first ON true
        GROUP BY GROUPING SETS ((), (area), (contact.role))
        ORDER BY over_areas DESC, over_roles DESC, reports DESC, area, role
""")


@dataclass(frozen=True)
class Span:
    """How long something took, from the report on: for half of the people at most, and for nine in ten."""

    half: dt.timedelta
    most: dt.timedelta


@dataclass(frozen=True)
class Row:
    """Reports of a group: how many ended, of how many of these the sender was told so, and how soon.

    ``kept`` is how many were not told because the sender wished so or it was not safe.
    """

    name: str
    reports: int
    ended: int
    told: int
    kept: int
    receipt: Span | None
    verdict: Span | None
    action: Span | None
    outcome: Span | None

    @property
    def share(self) -> float | None:
        """The share told of those that ended; None where none did."""
        return self.told / self.ended if self.ended else None


@dataclass(frozen=True)
class Figures:
    """A time's figures: all together, by district (its path) and by role, the most reports first.

    Of more than `MOST` reports only the newest are counted (``cut``).
    """

    total: Row
    areas: tuple[Row, ...]
    roles: tuple[Row, ...]

    @property
    def cut(self) -> bool:
        return self.total.reports >= MOST


def month(session: Session, first: dt.date, *, drills: bool = False) -> Figures:
    """The figures of the reports that came in the month of ``first`` (UTC): no drills, or only ``drills``."""
    since = dt.datetime(first.year, first.month, 1, tzinfo=dt.UTC)
    until = (since + dt.timedelta(days=32)).replace(day=1)
    found = (
        session.execute(_TABLE, {"since": since, "until": until, "most": MOST, "drills": drills})
        .mappings()
        .all()
    )
    return Figures(
        next(_row(row, "") for row in found if row["over_areas"] and row["over_roles"]),
        tuple(_row(row, row["area"]) for row in found if not row["over_areas"]),
        tuple(_row(row, row["role"]) for row in found if not row["over_roles"]),
    )


def _row(row: RowMapping, name: str) -> Row:
    return Row(
        name=name,
        reports=row["reports"],
        ended=row["ended"],
        told=row["told"],
        kept=row["kept"],
        receipt=_span(row["receipt"]),
        verdict=_span(row["verdict"]),
        action=_span(row["action"]),
        outcome=_span(row["outcome"]),
    )


def _span(seconds: list[Any] | None) -> Span | None:
    if not seconds or seconds[0] is None:
        return None
    half, most = (dt.timedelta(seconds=float(value)) for value in seconds)
    return Span(half, most)


def recent_share(session: Session) -> float | None:
    """The share told how it ended among the newest reports of the last month; None where none ended."""
    now = utcnow()
    limits = {"since": now - _RECENT, "until": now, "most": _RECENT_MOST, "drills": False}
    row = session.execute(_SHARE, limits).mappings().one()
    return row["told"] / row["ended"] if row["ended"] else None
