"""Issuing messages about an alert, once each, and finding them again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mbiu import disclosure, vault
from mbiu.disclosure import Partner
from mbiu.exchange import message, signing, where, wording
from mbiu.exchange.knowledge import Audience
from mbiu.exchange.message import Message
from mbiu.exchange.wording import Cause, Occasion
from mbiu.models import Alert, Bulletin, Incident, utcnow
from mbiu.refs import new_id
from mbiu.settings import settings

_ENDS = frozenset({Cause.RECALL, Cause.CLEAR})


def issue(session: Session, alert: Alert, cause: Cause = Cause.ALERT, key: str = "") -> None:
    """Issue what is to be said about an alert for this cause, to responders and to partners who may know.

    ``key`` tells several of one cause apart; the same twice changes nothing. Whoever was told nothing is not
    told that it is over, and partners hear of no warning before it is verified.
    """
    incident = session.get_one(Incident, alert.incident_id)
    place = where.find(session, incident)
    name = f"{cause.value}:{key}" if key else cause.value
    for audience in Audience:
        before = series(session, alert.id, audience)
        if any(one.cause == name for one in before) or (cause in _ENDS and not before):
            continue
        if audience is Audience.PARTNERS and alert.unverified:
            continue
        known = _known(session, incident) if audience is Audience.PARTNERS else None
        if audience is Audience.RESPONDERS or known or cause in _ENDS:
            occasion = _occasion(alert, cause, before)
            _keep(session, alert, name, audience, wording.message(occasion, incident, place, audience, known))


def series(session: Session, alert_id: UUID, audience: Audience) -> Sequence[Bulletin]:
    """The messages about an alert so far, in their order."""
    query = select(Bulletin).where(Bulletin.alert_id == alert_id, Bulletin.audience == audience.value)
    return session.scalars(query.order_by(Bulletin.number)).all()


def newest(session: Session, alert: Alert, audience: Audience) -> Bulletin | None:
    """The last message about an alert; the first is issued if there is none yet. None if none may be."""
    found = series(session, alert.id, audience)
    if not found:
        issue(session, alert)
        found = series(session, alert.id, audience)
    return found[-1] if found else None


def document(row: Bulletin) -> str:
    """The signed XML, as it was issued."""
    return vault.unseal("bulletin", "document", row.id, row.document)


def _known(session: Session, incident: Incident) -> Partner | None:
    """What partners may know now. Of an exercise too: its messages say so, and no feed has them."""
    coerced = bool(session.scalar(select(func.mbiu_is_coerced(incident.id))))
    found = disclosure.partner(incident, restricted=incident.restricted, coerced=coerced, drills=True)
    return found if isinstance(found, Partner) else None


def _occasion(alert: Alert, cause: Cause, before: Sequence[Bulletin]) -> Occasion:
    sender = settings().cap_sender_name
    return Occasion(
        ref=alert.ref,
        number=len(before) + 1,
        cause=cause,
        at=utcnow(),
        verified=not alert.unverified or alert.settled_at is not None,
        sender=sender,
        before=tuple(one.reference for one in before),
    )


def _keep(session: Session, alert: Alert, name: str, audience: Audience, made: Message) -> None:
    """Sign and write down. Of two processes that issue the same, one does."""
    row_id = new_id()
    text = message.text(signing.sign(message.element(made)))
    values = {
        "id": row_id,
        "alert_id": alert.id,
        "audience": audience.value,
        "number": len(made.references) + 1,
        "cause": name,
        "kind": made.kind.value,
        "identifier": made.identifier,
        "reference": message.reference(made.sender, made.identifier, made.sent),
        "document": vault.seal("bulletin", "document", row_id, text),
        "created_at": utcnow(),
    }
    session.execute(insert(Bulletin).values(values).on_conflict_do_nothing())
