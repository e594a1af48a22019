"""Who answered the alerts of a day, by the name of the role: never by the person."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

#: Of each alert that a role was told of, one of the last three holds, unless it was called off.
ANSWERS = ("alerted", "taken", "unable", "silent")

#: The class of a responder as SQL; who has none goes by the role of the contact.
ROLE = (
    "coalesce(contact.responder_class,"
    " CASE contact.role WHEN 'committee' THEN 'peace_committee' ELSE contact.role END)"
)

# The empty role stands for the alert as a whole.
_ANSWERED = text(f"""
    SELECT incident.area_path, incident.exercise, incident.restricted, told.role,
           count(*)::integer AS alerted,
           count(*) FILTER (WHERE takes)::integer AS taken,
           count(*) FILTER (WHERE NOT takes AND refuses)::integer AS unable,
           count(*) FILTER (WHERE NOT takes AND NOT refuses AND told.state <> 'cancelled')::integer AS silent
    FROM (
        SELECT id, incident_id, state, coalesce(role, '') AS role,
               coalesce(bool_or(answer IN ('ack', 'go', 'done')), false) AS takes,
               coalesce(bool_or(answer = 'cannot'), false) AS refuses
            FROM (
                SELECT alert.id, alert.incident_id, alert.state, {ROLE} AS role, response.answer FROM alert
                    JOIN delivery ON delivery.alert_id = alert.id
                    JOIN address ON address.id = delivery.address_id
                    JOIN contact ON contact.id = address.contact_id
                    LEFT JOIN response ON response.alert_id = alert.id AND response.contact_id = contact.id
                    WHERE alert.created_at >= :since AND alert.created_at < :until) AS each
            GROUP BY GROUPING SETS ((id, incident_id, state, role), (id, incident_id, state))) AS told
    JOIN incident ON incident.id = told.incident_id
    GROUP BY 1, 2, 3, 4
""")  # noqa: S608 - the role is a constant


@dataclass(frozen=True)
class Part:
    """How often ``what`` was so under a ``label``, at one place."""

    area_path: str
    what: str
    label: str
    exercise: bool
    restricted: bool
    n: int


def answered(session: Session, limits: dict[str, dt.datetime]) -> Iterator[Part]:
    """What became of the alerts that began between ``since`` and ``until``, for each role told."""
    for row in session.execute(_ANSWERED, limits):
        for what in ANSWERS:
            if count := getattr(row, what):
                yield Part(row.area_path, what, row.role, row.exercise, row.restricted, count)
