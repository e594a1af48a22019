"""Links by which a responder answers an alert once, without a word of ours on their phone.

A link carries random bits, when it ends, and a signature over both, so that what was made up or has ended is
refused before the database is asked. Opening a link changes nothing, because mail servers open links too.
"""

import base64
import datetime as dt
import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import texts, vault
from mbiu.models import Alert, AnswerLink, Contact, utcnow
from mbiu.settings import settings

#: How long a link can be used.
USEFUL = dt.timedelta(days=3)
_RANDOM, _SIGNATURE = 16, 16
_TIME = 4
_LENGTH = _RANDOM + _TIME + _SIGNATURE


@dataclass(frozen=True)
class Held:
    """A link that is genuine: whose answer to which alert, and whether it was given before."""

    id: UUID
    contact_id: UUID
    alert_id: UUID
    ref: str
    state: str
    used: bool


def make(session: Session, alert_id: UUID, contact_id: UUID, language: str) -> str:
    """A new link for one answer of this contact to this alert; the page behind it speaks ``language``."""
    now = utcnow()
    ends = now + USEFUL
    body = secrets.token_bytes(_RANDOM) + int(ends.timestamp()).to_bytes(_TIME, "big")
    token = base64.urlsafe_b64encode(body + _signature(body)).decode().rstrip("=")
    session.add(
        AnswerLink(
            digest=_digest(body), alert_id=alert_id, contact_id=contact_id, expires_at=ends, created_at=now
        )
    )
    code = language if language in texts.languages() else texts.FALLBACK
    return f"{settings().hooks_base_url}/a/{code}/{token}"


def find(session: Session, token: str, *, lock: bool = False) -> Held | None:
    """The link behind ``token``; None for one that is forged, damaged, over, or of a contact who left."""
    body = _genuine(token)
    if body is None:
        return None
    query = (
        select(AnswerLink, Alert.ref, Alert.state)
        .join(Alert, Alert.id == AnswerLink.alert_id)
        .join(Contact, Contact.id == AnswerLink.contact_id)
        .where(AnswerLink.digest == _digest(body), AnswerLink.expires_at > utcnow())
        .where(Contact.archived_at.is_(None), Contact.silent_at.is_(None))
    )
    row = session.execute(query.with_for_update(of=AnswerLink) if lock else query).one_or_none()
    if row is None:
        return None
    link = row.AnswerLink
    return Held(link.id, link.contact_id, link.alert_id, row.ref, row.state.value, link.used_at is not None)


def use(session: Session, link: Held) -> None:
    """Nothing can be answered by this link any more."""
    session.get_one(AnswerLink, link.id).used_at = utcnow()


def _genuine(token: str) -> bytes | None:
    """What the token carries if we signed it and its time is not over."""
    try:
        whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    body = whole[: _RANDOM + _TIME]
    if len(whole) != _LENGTH or not hmac.compare_digest(whole[len(body) :], _signature(body)):
        return None
    return body if int.from_bytes(body[_RANDOM:], "big") > utcnow().timestamp() else None


def _signature(body: bytes) -> bytes:
    return vault.blind_digest("answer_link_signature", body.hex())[:_SIGNATURE]


def _digest(body: bytes) -> bytes:
    return vault.blind_digest("answer_link", body.hex())
