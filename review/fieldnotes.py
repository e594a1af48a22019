"""What responders wrote and sent about the alerts of an incident: words, pictures, places."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import texts, vault
from mbiu.models import Alert, Contact, Media, Message, Response
from review import files
from review.files import File
from review.reports import pin_of

#: So many of the newest are shown.
MOST = 100
#: «2h» and «30 min» have fewer words.
_SPAN = 3


@dataclass(frozen=True)
class FieldNote:
    """One message of a responder, or an answer given by a link, which is no message."""

    code: str
    ref: str
    at: dt.datetime
    answer: str
    words: str
    pin: str
    media: list[File]


def of(db: Session, incident_id: UUID) -> list[FieldNote]:
    """Those of one incident with words, a file or a place, the newest first."""
    found = [*_written(db, incident_id), *_by_link(db, incident_id)]
    told = [one for one in found if one.words or one.media or one.pin]
    return sorted(told, key=lambda one: one.at, reverse=True)[:MOST]


def _written(db: Session, incident_id: UUID) -> list[FieldNote]:
    rows = db.execute(
        select(Message, Contact.code, Alert.ref, Response)
        .join(Contact, Contact.id == Message.contact_id)
        .join(Alert, Alert.id == Message.alert_id)
        .outerjoin(Response, (Response.alert_id == Alert.id) & (Response.message_id == Message.id))
        .where(Alert.incident_id == incident_id, Message.direction == "in")
        .order_by(Message.created_at.desc())
        .limit(MOST)
    ).all()
    media = _media(db, [row.Message.id for row in rows])
    return [
        FieldNote(
            row.code,
            row.ref,
            row.Message.created_at,
            row.Response.answer.value if row.Response else "",
            _answer_words(row.Response) if row.Response else _own_words(row.Message),
            pin_of(row.Message),
            media[row.Message.id],
        )
        for row in rows
    ]


def _by_link(db: Session, incident_id: UUID) -> list[FieldNote]:
    rows = db.execute(
        select(Response, Contact.code, Alert.ref)
        .join(Contact, Contact.id == Response.contact_id)
        .join(Alert, Alert.id == Response.alert_id)
        .where(Alert.incident_id == incident_id, Response.message_id.is_(None), Response.text.is_not(None))
        .order_by(Response.created_at.desc())
        .limit(MOST)
    )
    return [
        FieldNote(code, ref, row.created_at, row.answer.value, _answer_words(row), "", [])
        for row, code, ref in rows
    ]


def _own_words(row: Message) -> str:
    return vault.unseal("message", "text", row.id, row.text)


def _answer_words(row: Response) -> str:
    """The words of an answer; nothing where they only say how long a promise holds."""
    words = vault.unseal("response", "text", row.id, row.text)
    is_span = row.due_at is not None and len(words.split()) < _SPAN and texts.span(words)
    return "" if is_span else words


def _media(db: Session, messages: list[UUID]) -> dict[UUID, list[File]]:
    found: dict[UUID, list[File]] = defaultdict(list)
    for one in db.scalars(select(Media).where(Media.message_id.in_(messages)).order_by(Media.id)):
        found[one.message_id].append(files.shown(one))
    return found
