"""What a step of the conversation brings about in the house, and what is said of it."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from mbiu import answering, enrolment, leaving, texts, vault, wishes
from mbiu.codes import IncidentState, ReportState, Wish
from mbiu.contacts import Sender
from mbiu.dialogue import Effect, Kind, Reply, Step
from mbiu.jobs import Job, enqueue
from mbiu.messages import IncomingMessage
from mbiu.models import Address, Contact, Delivery, Incident, Media, Report
from mbiu.outbox import Buttons, drop
from mbiu.refs import new_id

#: The hours that a chat offers to whoever is on the way.
SOON = (1, 2, 4, 8)


def is_needed(step: Step) -> bool:
    """Whether the step changes more than the conversation, so that the answer is known only afterwards."""
    return any(effect.kind in _ACTS for effect in step.effects)


def teller(session: Session, step: Step, owner: UUID, now: dt.datetime) -> tuple[UUID, bool]:
    """Who speaks: the phone's owner, or whoever proved to be somebody else; and whether that failed."""
    for effect in step.effects:
        if effect.kind is Kind.BORROW:
            found = enrolment.borrow(session, effect.code, effect.pin, now)
            return found or owner, found is None
    return owner, False


def own_report(session: Session, contact_id: UUID, ref: str) -> UUID | None:
    """The report of this person with this reference; somebody else's is as unknown as an invented one."""
    return session.scalar(select(Report.id).where(Report.ref == ref, Report.contact_id == contact_id))


def keep_attachments(session: Session, message_id: UUID, message: IncomingMessage, now: dt.datetime) -> None:
    """Note the files of a message, to be fetched."""
    for attachment in message.attachments:
        media_id = new_id()
        session.execute(
            insert(Media).values(
                id=media_id,
                message_id=message_id,
                kind=attachment.kind,
                due_at=now,
                created_at=now,
                handle=vault.seal("media", "handle", media_id, attachment.handle),
                content_type=attachment.content_type,
            )
        )
    enqueue(session, Job.MEDIA)


def reread(session: Session, report_id: UUID, step: Step, now: dt.datetime) -> None:
    """A report got more words or facts: it is read again, whole."""
    values: dict[str, object] = {"state": ReportState.RECEIVED, "due_at": now, "attempts": 0}
    told = next((effect.told for effect in step.effects if effect.told), None)
    if told:
        values["told"] = Report.told.op("||")(dict(told))
    kept = update(Report).where(Report.id == report_id, Report.withdrawn_at.is_(None))
    session.execute(kept.values(values))
    enqueue(session, Job.TRIAGE)


def buttons(name: str, language: str) -> Buttons:
    """The rows of buttons under a reply, by the name of their set."""
    if name == "languages":
        every = [{"label": name, "data": f"lang:{code}"} for code, name in texts.names().items()]
        return [every[at : at + 2] for at in range(0, len(every), 2)]
    kind, _, ref = name.partition(":")
    if kind == "hours":
        label = {hours: texts.say(language, "button.hours", n=hours) for hours in SOON}
        return [[{"label": label[hours], "data": f"go:{ref}:{hours}"} for hours in SOON]]
    if name == "done":
        return [[{"label": texts.say(language, "button.done"), "data": "done"}]]
    return []


# --- status ------------------------------------------------------------------------------------


def look_up(session: Session, step: Step, contact_id: UUID) -> Reply | None:
    """The answer to STATUS; None for any other step."""
    effect = step.effect
    return _status(session, contact_id, effect.ref) if effect and effect.kind is Kind.STATUS else None


def _status(session: Session, contact_id: UUID, ref: str | None) -> Reply:
    """How far a report of this very sender is."""
    query = (
        select(Report.ref, Report.state, Report.withdrawn_at, Incident.state.label("incident"))
        .outerjoin(Incident, Incident.id == Report.incident_id)
        .where(Report.contact_id == contact_id)
        .order_by(Report.created_at.desc())
        .limit(1)
    )
    row = session.execute(query.where(Report.ref == ref) if ref else query).one_or_none()
    if row is None:
        return Reply("reply.status_none" if ref else "reply.status_nothing")
    if row.withdrawn_at:
        return Reply("reply.withdrawn", {"ref": row.ref})
    return Reply(f"reply.status_{_progress(row.state, row.incident)}", {"ref": row.ref})


def _progress(state: ReportState, incident: IncidentState | None) -> str:
    if incident is None:
        return "received" if state is ReportState.RECEIVED else "open"
    shown = {IncidentState.CLAIMED: "open", IncidentState.MERGED: "open"}
    return shown.get(incident, incident).lower()


# --- effects -----------------------------------------------------------------------------------


def act(session: Session, step: Step, sender: Sender, message_id: UUID, now: dt.datetime) -> Reply | None:
    """Do what the step asks for; what to say of it where the step itself does not know."""
    said = None
    for effect in step.effects:
        if work := _ACTS.get(effect.kind):
            said = work(session, effect, sender, message_id, now) or said
    return said


def _stop(session: Session, effect: Effect, sender: Sender, _: UUID, now: dt.datetime) -> None:
    at = now if effect.kind is Kind.STOP else None
    session.execute(update(Address).where(Address.id == sender.address_id).values(stopped_at=at))
    contact: dict[str, object] = {"stopped_at": at} | ({} if at else {"wish": Wish.PUSH})
    session.execute(update(Contact).where(Contact.id == sender.contact_id).values(contact))
    if at:
        drop(session, Delivery.address_id == sender.address_id, "stopped")


def _language(session: Session, effect: Effect, sender: Sender, _: UUID, now: dt.datetime) -> None:  # noqa: ARG001
    session.execute(update(Contact).where(Contact.id == sender.contact_id).values(language=effect.language))


def _wish(session: Session, effect: Effect, sender: Sender, _: UUID, now: dt.datetime) -> None:
    if effect.wish:
        wishes.set_wish(session, sender.contact_id, effect.wish, now)


def _quiet(session: Session, effect: Effect, sender: Sender, _: UUID, now: dt.datetime) -> None:
    if effect.hours:
        wishes.set_quiet(session, sender.contact_id, *effect.hours, now)


def _withdraw(session: Session, effect: Effect, sender: Sender, _: UUID, now: dt.datetime) -> Reply:
    if effect.ref is None:
        return Reply("reply.status_nothing")
    done = leaving.withdraw(session, sender.contact_id, effect.ref, now)
    return Reply("reply.withdrawn" if done else "reply.status_none", {"ref": effect.ref})


def _my_data(session: Session, effect: Effect, sender: Sender, _: UUID, now: dt.datetime) -> Reply:  # noqa: ARG001
    return Reply("reply.my_data", leaving.my_data(session, sender.contact_id))


def _delete(session: Session, effect: Effect, sender: Sender, _: UUID, now: dt.datetime) -> None:  # noqa: ARG001
    leaving.delete(session, sender.contact_id, now)


def _join(session: Session, effect: Effect, sender: Sender, _: UUID, now: dt.datetime) -> Reply:
    code = enrolment.join(session, sender.contact_id, sender.address_id, effect.words, now)
    return Reply("reply.joined", {"code": code}) if code else Reply("reply.join_none")


def _vouch(session: Session, effect: Effect, sender: Sender, _: UUID, now: dt.datetime) -> Reply:
    done = enrolment.vouch(session, sender.contact_id, effect.code, now)
    return Reply("reply.vouched", {"code": effect.code}) if done else Reply("reply.vouch_none")


def _pin(session: Session, effect: Effect, sender: Sender, _: UUID, now: dt.datetime) -> Reply:
    if not enrolment.set_pin(session, sender.contact_id, effect.pin, now):
        return Reply("reply.pin_how")
    code = session.scalar(select(Contact.code).where(Contact.id == sender.contact_id))
    return Reply("reply.pin_set", {"code": code})


_ACTS: dict[Kind, Callable[[Session, Effect, Sender, UUID, dt.datetime], Reply | None]] = {
    Kind.RESPOND: answering.respond,
    Kind.NOTE: answering.note,
    Kind.INFO: answering.info,
    Kind.STOP: _stop,
    Kind.START: _stop,
    Kind.LANGUAGE: _language,
    Kind.WISH: _wish,
    Kind.QUIET: _quiet,
    Kind.WITHDRAW: _withdraw,
    Kind.MY_DATA: _my_data,
    Kind.DELETE: _delete,
    Kind.JOIN: _join,
    Kind.VOUCH: _vouch,
    Kind.PIN: _pin,
}
