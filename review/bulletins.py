"""What was said about an alert to other systems, for its page."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.exchange.knowledge import Audience
from mbiu.models import Alert, Bulletin


def of(db: Session, ref: str) -> Sequence[Bulletin]:
    """The messages to responders in their order; each is read under its number."""
    query = select(Bulletin).join(Alert, Alert.id == Bulletin.alert_id).where(Alert.ref == ref)
    mine = query.where(Bulletin.audience == Audience.RESPONDERS.value)
    return db.scalars(mine.order_by(Bulletin.number)).all()
