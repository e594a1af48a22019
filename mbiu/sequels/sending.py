"""Sending what follows an alert, and sending it once more to whom it did not reach."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import alerting, audit, links, vault
from mbiu.alerting.contents import HOOK
from mbiu.audit import Actor
from mbiu.codes import AddressKind, AlertState, IncidentState
from mbiu.exchange import cap
from mbiu.exchange.wording import Cause
from mbiu.models import Alert, Delivery, Incident, Sequel, utcnow
from mbiu.outbox import USEFUL, Outgoing, drop, put
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.sequels.audience import Kind, To, missed, reached, recipients
from mbiu.sequels.wordings import contents, renewed
from mbiu.verification import MAY_DECIDE, approvals, find, needs_reason, note, wait_for_reading

_DECIDED = frozenset({IncidentState.VERIFIED, IncidentState.ALERTED})
_LIVE = frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED})
_AUDITED = {
    Kind.UPDATE: "alert.updated",
    Kind.RECALL: "alert.recalled",
    Kind.ALL_CLEAR: "alert.cleared",
}
_CAUSES = {Kind.UPDATE: Cause.UPDATE, Kind.RECALL: Cause.RECALL, Kind.ALL_CLEAR: Cause.CLEAR}


def send(session: Session, actor: Actor, alert_ref: str, kind: Kind, reason: str = "") -> Sequel:
    """Tell everybody whom the alert had reached, once at each address. A recall needs a written reason.

    Raises NotAllowed, NotFound, and NotPossible where it was taken back already, nobody had been reached, or
    an update's facts are not approved.
    """
    if actor.id is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators send what follows an alert.")
    alert, incident = _held(session, alert_ref)
    _require(session, alert, incident, kind)
    if kind is Kind.RECALL:
        needs_reason(reason)
    everybody = recipients(session, alert, incident, kind)
    now, wordings = utcnow(), contents(session, alert, incident, kind, everybody)
    row_id = new_id()
    row = Sequel(
        id=row_id,
        alert_id=alert.id,
        kind=kind.value,
        incident_version=incident.version,
        texts=vault.seal("sequel", "texts", row_id, json.dumps(wordings, ensure_ascii=False)),
        left_out={str(one.contact.id): one.why_not for one in everybody if one.told and one.why_not},
        created_by=actor.id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    _change(session, alert, incident, kind, wordings, now)
    told = [one for one in everybody if one.told and not one.why_not]
    cap.follow(session, alert, _CAUSES[kind], str(row_id))
    _put(session, row, alert, told, wordings, now)
    if reason.strip():
        note(session, actor, incident.ref, f"{alert.ref}: {reason}")
    incident.updated_at = now
    audit.append(
        session, actor, _AUDITED[kind], f"alert:{alert.ref}", told=len(told), left_out=len(row.left_out)
    )
    return row


def _held(session: Session, alert_ref: str) -> tuple[Alert, Incident]:
    """Both locked, the incident first, as everywhere."""
    query = select(Incident.ref).join(Alert, Alert.incident_id == Incident.id).where(Alert.ref == alert_ref)
    ref = session.scalar(query)
    if ref is None:
        raise NotFound("There is no such alert.")
    wait_for_reading(session, ref)
    incident = find(session, ref, lock=True)
    return session.scalars(select(Alert).where(Alert.ref == alert_ref).with_for_update()).one(), incident


def _require(session: Session, alert: Alert, incident: Incident, kind: Kind) -> None:
    """Raises NotPossible where this cannot follow the alert now."""
    if alert.state is AlertState.CANCELLED:
        raise NotPossible("It was taken back already.")
    if kind is Kind.ALL_CLEAR and _was_cleared(session, alert):
        raise NotPossible("The all-clear was given already.")
    if kind is not Kind.RECALL and session.scalar(reached(alert.id).limit(1)) is None:
        raise NotPossible("It has reached nobody yet.")
    if kind is Kind.UPDATE:
        _require_news(session, alert, incident)


def _require_news(session: Session, alert: Alert, incident: Incident) -> None:
    if incident.state not in _DECIDED or not approvals(session, incident).complete:
        raise NotPossible(
            "The facts changed and are not approved as they are now: verify them, then send the update."
        )
    if not _is_news(session, alert, incident):
        raise NotPossible("The facts are those that were told already.")


def _was_cleared(session: Session, alert: Alert) -> bool:
    before = select(Sequel.id).where(Sequel.alert_id == alert.id, Sequel.kind == Kind.ALL_CLEAR.value)
    return session.scalar(before.limit(1)) is not None


def _is_news(session: Session, alert: Alert, incident: Incident) -> bool:
    """Whether anybody would read something else than before."""
    old: dict[str, str] = json.loads(vault.unseal("alert", "texts", alert.id, alert.texts))
    fresh = renewed(session, alert, incident, old)
    return any(fresh.get(key) != text for key, text in old.items() if key in fresh)


def _change(
    session: Session,
    alert: Alert,
    incident: Incident,
    kind: Kind,
    wordings: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """The alert ends, or goes on in its new words."""
    if kind is Kind.UPDATE:
        old: dict[str, str] = json.loads(vault.unseal("alert", "texts", alert.id, alert.texts))
        fresh = renewed(session, alert, incident, {*old, *wordings})
        alert.texts = vault.seal("alert", "texts", alert.id, json.dumps(fresh, ensure_ascii=False))
        alert.incident_version = incident.version
        return
    drop(session, Delivery.alert_id == alert.id, kind.value, now)
    if kind is Kind.RECALL or alert.state in _LIVE:
        alert.state = AlertState.CANCELLED if kind is Kind.RECALL else AlertState.DONE
        alert.due_at = alert.next_at = alert.repeat_at = None
        alert.ended_at = alert.ended_at or now


def _put(
    session: Session,
    row: Sequel,
    alert: Alert,
    people: Iterable[To],
    wordings: Mapping[str, str],
    now: dt.datetime,
    step: int = 0,
) -> None:
    useful = alerting.USEFUL if row.kind == Kind.UPDATE else USEFUL
    for one in people:
        text, subject = wordings.get(one.key, ""), ""
        if one.key == HOOK:
            text = cap.within(session, alert, text)
        if one.address.kind is AddressKind.EMAIL:
            subject, _, text = text.partition("\n")
            if row.kind == Kind.UPDATE and alert.state in _LIVE:
                text += f"\n\n{links.make(session, alert.id, one.contact.id, one.language)}"
        asks = row.kind == Kind.UPDATE and alert.state in _LIVE
        put(
            session,
            Outgoing(
                one.address.id, one.contact.id, one.address.channel, text, "sequel",
                sequel_id=row.id, step=step, subject=subject, expires_at=now + useful,
                buttons=alerting.buttons(one.language, alert.ref) if asks else [],
            ),
            now,
        )  # fmt: skip


def again(session: Session, actor: Actor, alert_ref: str, sequel_id: UUID) -> int:
    """Try everybody whom it could not be delivered to once more, at every address they have; how many people.

    Raises NotAllowed, NotFound, and NotPossible where nobody is left to be told.
    """
    if actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators send what follows an alert.")
    alert, incident = _held(session, alert_ref)
    row = session.get(Sequel, sequel_id, with_for_update=True)
    if row is None or row.alert_id != alert.id:
        raise NotFound("There is no such message.")
    lost = missed(session, row.id)
    everybody = recipients(session, alert, incident, Kind(row.kind))
    people = [one for one in everybody if one.contact.id in lost and not one.why_not]
    if not people:
        raise NotPossible("There is nobody left whom it could be sent to once more.")
    wordings: dict[str, str] = json.loads(vault.unseal("sequel", "texts", row.id, row.texts))
    step = (session.scalar(select(func.max(Delivery.step)).where(Delivery.sequel_id == row.id)) or 0) + 1
    _put(session, row, alert, people, wordings, utcnow(), step)
    found = len({one.contact.id for one in people})
    audit.append(session, actor, "alert.followed_again", f"alert:{alert.ref}", what=row.kind, told=found)
    return found
