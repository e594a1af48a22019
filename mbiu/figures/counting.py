"""One day counted from the rows themselves."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from mbiu.figures.answering import answered
from mbiu.figures.disputes import taken_up
from mbiu.figures.times import TIMES

ZONE = ZoneInfo("Africa/Nairobi")
STEPS = ("receipt", "verdict", "alert", "acknowledged", "outcome")
#: Levels of areas that figures are kept for: all, country, first and second unit.
DEPTH = 3
#: What few people may see is counted for countries, never nearer.
DEPTH_RESTRICTED = 1

Figure = tuple[str, str, str, bool]  # area, what, label, exercise
Step = tuple[str, str, str, bool]  # area, step, role, exercise

_COUNTS = text("""
    SELECT report.area_path, 'reports' AS what, report.event_type AS label, report.exercise,
           report.restricted, count(*)::integer AS n
        FROM report WHERE created_at >= :since AND created_at < :until GROUP BY 1, 3, 4, 5
    UNION ALL
    SELECT area_path, 'incidents', event_type, exercise, restricted, count(*)
        FROM incident WHERE updated_at >= :since AND created_at >= :since AND created_at < :until
            AND state <> 'merged'
        GROUP BY 1, 3, 4, 5
    UNION ALL
    SELECT area_path, what, '', exercise, restricted, sum(n) FROM (
        SELECT incident.area_path, report.exercise, incident.restricted, count(*) AS ended,
               count(*) FILTER (WHERE CASE WHEN incident.state = 'closed' THEN report.outcome_told_at
                                           ELSE report.verdict_told_at END <= now()) AS told
            FROM incident JOIN report ON report.incident_id = incident.id
            WHERE incident.updated_at >= :since AND incident.closed_at >= :since
                AND incident.closed_at < :until AND incident.state IN ('closed', 'refuted', 'unverifiable')
            GROUP BY 1, 2, 3) AS ended,
        LATERAL (VALUES ('ended', ended), ('told', told)) AS counted (what, n) WHERE n > 0 GROUP BY 1, 2, 4, 5
    UNION ALL
    SELECT incident.area_path, 'decisions', decision.user_id::text, incident.exercise, incident.restricted,
           count(*)
        FROM incident JOIN decision ON decision.incident_id = incident.id
        WHERE incident.updated_at >= :since AND decision.created_at >= :since AND decision.created_at < :until
        GROUP BY 1, 3, 4, 5
    UNION ALL
    SELECT '/', CASE WHEN state = 'delivered' THEN 'delivered'
                     WHEN state IN ('failed', 'expired') THEN 'failed' ELSE 'open' END,
           channel, channel = 'simulator', false, count(*)
        FROM delivery WHERE created_at >= :since AND created_at < :until GROUP BY 2, 3, 4
""")


@dataclass(frozen=True)
class Counted:
    """What happened on one day. ``times`` maps seconds to how often, by step and class of responders."""

    figures: Counter[Figure] = field(default_factory=Counter)
    times: dict[Step, Counter[int]] = field(default_factory=dict)


def today(now: dt.datetime) -> dt.date:
    return now.astimezone(ZONE).date()


def begin(day: dt.date) -> dt.datetime:
    """The moment at which a day begins."""
    return dt.datetime.combine(day, dt.time(), ZONE)


def within(path: str, depth: int = DEPTH) -> list[str]:
    """The areas that something at ``path`` is counted for: all, then country by country down to ``depth``."""
    parts = [part for part in path.split("/") if part][:depth]
    return ["/", *("/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts)))]


def parent(area: str) -> str:
    """The area that an area lies in; empty for all."""
    return area.rstrip("/").rpartition("/")[0] + "/" if area != "/" else ""


def count(session: Session, day: dt.date) -> Counted:
    """Count one day from the rows themselves. Needs a transaction that sees everything."""
    limits = {"since": begin(day), "until": begin(day + dt.timedelta(days=1))}
    found = Counted()
    for row in session.execute(_COUNTS, limits):
        for area in within(row.area_path, DEPTH_RESTRICTED if row.restricted else DEPTH):
            for label in {row.label, ""}:
                found.figures[area, row.what, label, row.exercise] += row.n
    for row in session.execute(TIMES, limits):
        for area in within(row.area_path, DEPTH_RESTRICTED if row.restricted else DEPTH):
            found.times.setdefault((area, row.step, row.role, row.exercise), Counter())[row.seconds] += row.n
    for one in [*answered(session, limits), *taken_up(session, limits)]:
        for area in within(one.area_path, DEPTH_RESTRICTED if one.restricted else DEPTH):
            found.figures[area, one.what, one.label, one.exercise] += one.n
    return found
