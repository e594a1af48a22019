"""One look round the training room: what reached a phone, and whose turn it is."""

from sqlalchemy.orm import Session

from mbiu.db import transaction
from mbiu.jobs import Job, ring
from mbiu.models import utcnow
from mbiu.training import drills, handset, phones


def look() -> int:
    """Do what is due; how much that was. Nothing where there is no training room."""
    if not phones.is_open():
        return 0
    with transaction() as session:
        brought = handset.bring(session, utcnow())
    return brought + drills.play()


def ring_if_due(session: Session) -> None:
    """Ring for whatever is due, for those who look on: the beat alone comes but every half minute."""
    now = utcnow()
    if drills.is_due(session, now) or handset.due(session, now):
        ring({Job.TRAINING})
