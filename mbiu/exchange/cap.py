"""CAP 1.2 (OASIS Common Alerting Protocol) for everybody else in the house."""

from sqlalchemy.orm import Session

from mbiu.exchange import bulletins
from mbiu.exchange.wording import Audience, Cause
from mbiu.models import Alert


def text(session: Session, alert: Alert) -> str:
    """The newest message about an alert to its responders, signed; the first is issued if there is none.

    An update, a recall and the all-clear follow by `follow`.
    """
    row = bulletins.newest(session, alert, Audience.RESPONDERS)
    return bulletins.document(row) if row else ""


def follow(session: Session, alert: Alert, cause: Cause, key: str) -> None:
    """Issue what follows an alert, to those who were told of it; ``key`` names what it follows from."""
    bulletins.issue(session, alert, cause, key)
