"""What must be tidied now and then so that nothing grows without end."""

import datetime as dt

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from mbiu import metrics
from mbiu.codes import IncidentState
from mbiu.gateways import watch
from mbiu.models import EarlyReport, Incident, LoginAttempt, UserSession, utcnow

_DAY = dt.timedelta(days=1)


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
    watch.prune(session, now)
    metrics.close_days(session)
