"""What must be tidied now and then so that nothing grows without end."""

import datetime as dt
import logging

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from mbiu import media, metrics, outcomes
from mbiu.codes import IncidentState
from mbiu.gateways import watch
from mbiu.media.store import StoreAway
from mbiu.models import Attachment, EarlyReport, Incident, LoginAttempt, UserSession, utcnow
from mbiu.parties import affiliations

log = logging.getLogger(__name__)

_DAY = dt.timedelta(days=1)


def sweep_files() -> None:
    """Take out of the media store what no row names; a store that is away is swept another time."""
    try:
        if gone := media.sweep():
            log.info("media.swept", extra={"count": gone})
    except StoreAway:
        log.warning("media.sweep_put_off")


def tidy(session: Session) -> None:
    """Safe to run at any time and twice."""
    now = utcnow()
    session.execute(
        update(Incident)
        .where(Incident.state == IncidentState.CLAIMED, Incident.claim_until < now)
        .values(state=IncidentState.OPEN, claimed_by=None, claim_until=None, updated_at=now)
    )
    session.execute(delete(EarlyReport).where(EarlyReport.created_at < now - 2 * _DAY))
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - _DAY))
    session.execute(delete(UserSession).where(UserSession.created_at < now - _DAY))
    # A mail is tried for two days; what was attached can be made again.
    session.execute(delete(Attachment).where(Attachment.created_at < now - 3 * _DAY))
    watch.prune(session, now)
    outcomes.remind(session, now)
    affiliations.complete(session)
    metrics.close_days(session)
