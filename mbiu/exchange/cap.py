"""CAP 1.2 (OASIS Common Alerting Protocol) for everybody else in the house."""

import json

from sqlalchemy.orm import Session

from mbiu.exchange import bulletins
from mbiu.exchange.knowledge import Audience
from mbiu.exchange.wording import Cause
from mbiu.models import Alert


def begin(session: Session, alert: Alert) -> None:
    """Issue the first messages about an alert that begins."""
    bulletins.issue(session, alert)


def follow(session: Session, alert: Alert, cause: Cause, key: str) -> None:
    """Issue what follows an alert, to those who were told of it; ``key`` names what it follows from."""
    bulletins.issue(session, alert, cause, key)


def text(session: Session, alert: Alert, audience: Audience = Audience.PARTNERS) -> str:
    """The newest message about an alert, signed; the first is issued if there is none.

    A hook is outside the house, so that its owner is a partner: told to the district and to six hours, and
    nothing (an empty text) where `disclosure.partner` withholds it.
    """
    row = bulletins.newest(session, alert, audience)
    return bulletins.document(row) if row else ""


def within(session: Session, alert: Alert, document: str) -> str:
    """The JSON document of a hook with the newest message in it as ``cap``, where there is one."""
    found = text(session, alert)
    return json.dumps(json.loads(document) | {"cap": found}, ensure_ascii=False) if found else document
