"""What a person was alerted of, at any of their addresses, and what they said of it: parts of a query over
`Address`, asked with each message.
"""

from sqlalchemy import and_, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from mbiu.codes import AlertState, Answer
from mbiu.models import Address, Alert, Delivery, Response

_OWN = aliased(Address)
_TOLD = (
    select(Delivery.alert_id, func.max(Delivery.created_at).label("at"))
    .join(_OWN, _OWN.id == Delivery.address_id)
    .where(_OWN.contact_id == Address.contact_id, Delivery.alert_id.is_not(None))
    .group_by(Delivery.alert_id)
    .correlate(Address)
    .lateral("told")
)
_WORD = (
    select(Response.answer, Response.lapsed_at)
    .where(Response.alert_id == Alert.id, Response.contact_id == Address.contact_id)
    .order_by(Response.created_at.desc(), Response.id.desc())
    .limit(1)
    .correlate(Address, Alert)
    .lateral("word")
)
_IS_PROMISE = and_(_WORD.c.answer.in_([Answer.ACK, Answer.GO]), _WORD.c.lapsed_at.is_(None))
#: The references of what is still open (``refs``, newest first), since when (``newest``), and of these what
#: the person promised to act on and what needs nothing more from them.
OPEN = (
    select(
        func.array_agg(aggregate_order_by(Alert.ref, Alert.created_at.desc())).label("refs"),
        func.max(_TOLD.c.at).label("newest"),
        func.array_agg(Alert.ref).filter(_IS_PROMISE).label("promised"),
        func.array_agg(Alert.ref).filter(_WORD.c.answer.in_([Answer.DONE, Answer.CANNOT])).label("settled"),
    )
    .select_from(_TOLD)
    .join(Alert, Alert.id == _TOLD.c.alert_id)
    .outerjoin(_WORD, true())
    .where(Alert.state.in_([AlertState.OPEN, AlertState.ACKNOWLEDGED]))
    .correlate(Address)
    .lateral("alerts")
)
#: The alert that the person answered last, open or not.
ANSWERED = (
    select(Alert.ref, Response.created_at)
    .join(Alert, Alert.id == Response.alert_id)
    .where(Response.contact_id == Address.contact_id)
    .order_by(Response.created_at.desc())
    .limit(1)
    .lateral("answered")
)
