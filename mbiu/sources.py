"""How many independent sources an incident has: people who saw for themselves, each counted once."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from mbiu import vault, words
from mbiu.analysis.similarity import Text
from mbiu.joining import Source, Witness, doubt, source, ties
from mbiu.models import Contact, Report

#: Among so many reports of one incident, the first ones, each is compared with all before it.
JUDGED = 200


# People of one organisation, or of one community and denomination, are one source, whoever of them came
# first; where nobody is a source of their own there is still somebody who said it. What was withdrawn was
# not said.
_COUNT = text("""
    UPDATE incident
    SET reports = counted.reports, sources = greatest(counted.sources, least(counted.reports, 1))
    FROM (
        SELECT wanted.id, count(report.id) AS reports,
               count(DISTINCT coalesce(
                   nullif(lower(trim(contact.organisation)), ''),
                   nullif(lower(trim(contact.community)), '') || '/'
                       || nullif(lower(trim(contact.denomination)), ''),
                   contact.id::text
               )) FILTER (WHERE report.independent) AS sources
        FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
        LEFT JOIN report ON report.incident_id = wanted.id AND report.withdrawn_at IS NULL
        LEFT JOIN contact ON contact.id = report.contact_id
        GROUP BY wanted.id
    ) AS counted
    WHERE incident.id = counted.id
""")


def recount(session: Session, ids: Collection[UUID]) -> None:
    """Count the incidents' reports and their independent sources."""
    session.flush()
    if ids:
        session.execute(_COUNT, {"ids": list(set(ids))})


def is_coerced(session: Session, incident_id: UUID) -> bool:
    """Whether an incident was told under duress and no other independent source tells of it.

    The database holds the rule: there it keeps an alert of such an incident back without two approvals.
    """
    session.flush()
    return bool(session.scalar(select(func.mbiu_is_coerced(incident_id))))


def judge(session: Session, incident_id: UUID) -> None:
    """Judge anew which of an incident's reports are sources of their own, in the order they came, and count.

    Needed where reports were moved: the copy of a text that went elsewhere is now its only telling.
    """
    session.flush()
    rows = session.execute(_told().where(Report.incident_id == incident_id)).all()
    messages = words.messages(session, [row.id for row in rows])
    earlier: list[Witness] = []
    for row in rows:
        told = _witness(row, messages[row.id])
        # Of a report whose words were erased there is nothing left to judge by.
        found = Source(row.source_note) if row.erased_at else source(told, earlier)
        earlier.append(told)
        if found.code != row.source_note:
            session.execute(update(Report).where(Report.id == row.id).values(**_columns(found)))
    recount(session, [incident_id])


#: What `joining.ties` reads.
TIES = (Contact.organisation, Contact.community, Contact.denomination, Contact.supervisor_id)


def _told() -> Any:
    columns = (Report.id, Report.contact_id, Report.address_id, Report.source_note, *TIES)
    marks = (Report.erased_at, Report.unconfirmed, Report.duress)
    query = select(*columns, *marks).join(Contact, Contact.id == Report.contact_id)
    return query.where(Report.withdrawn_at.is_(None)).order_by(Report.created_at, Report.id).limit(JUDGED)


def _witness(row: Any, messages: list[Any]) -> Witness:
    try:
        texts: tuple[Text, ...] = (Text.of(words.put_together(messages).text),)
    except vault.CannotOpen:
        texts = ()
    return Witness(
        texts,
        row.contact_id,
        forwarded=any(message.forwarded for message in messages),
        hearsay=row.source_note == "hearsay",
        doubt=doubt(row),
        **ties(row),
    )


def _columns(found: Source) -> dict[str, Any]:
    return {"independent": found.independent, "source_note": found.code, "copied": found.code == "copy"}
