"""A warning on its way to be sent: prepared by one person, approved by another, stopped by anybody."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mbiu import audit, notices, rumours, verification
from mbiu.audit import Actor
from mbiu.codes import IncidentState, Role
from mbiu.jobs import Job, enqueue
from mbiu.models import AreaWarning, Delivery, Incident, Place, ProtectiveText, WarningRecipient, utcnow
from mbiu.outbox import drop as take_back
from mbiu.refs import new_id, new_ref
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.warnings import library
from mbiu.warnings.library import Variant
from mbiu.warnings.reach import AUDIENCES, MOST, Reach, reach
from mbiu.warnings.reckoning import language_of, prices, reckon

WAVE_SIZE, WAVE_MINUTES = 50, 5
_PREPARED = "warning_prepared"
_NOT_WARNED_OF = frozenset({IncidentState.REFUTED, IncidentState.WITHDRAWN, IncidentState.MERGED})
_SEES = text("SELECT current_setting('mbiu.scope', true) = '*' OR mbiu_sees(:path)")


@dataclass(frozen=True)
class Wanted:
    """A warning as a person asks for it. ``incident`` is a reference, ``follows`` that of a warning that an
    all-clear ends; without one an area is needed.
    """

    text_id: UUID
    area_path: str = ""
    audience: Collection[str] = ()
    incident: str = ""
    follows: str = ""
    wave_size: int = WAVE_SIZE
    wave_minutes: int = WAVE_MINUTES
    exercise: bool = False


def prepare(session: Session, actor: Actor, wanted: Wanted) -> AreaWarning:
    """Put down a warning for another person to approve; nothing is sent yet.

    Raises NotAllowed, NotFound, and NotPossible for an area, an incident or waves that make no sense.
    """
    library.may_keep(actor)
    if not (1 <= wanted.wave_size <= MOST and 1 <= wanted.wave_minutes <= 1440):
        raise NotPossible("A wave has 1 to 5000 people, and 1 to 1440 minutes go by to the next.")
    message = library.agreed(session, wanted.text_id)
    follows = _follows(session, message, wanted)
    area = follows.area_path if follows else wanted.area_path
    place = _place(session, area)
    about = _about(session, message, follows, wanted)
    row = AreaWarning(
        id=new_id(),
        ref=new_ref("W"),
        text_id=message.id,
        variant=message.variant,
        texts={language: said.format(place=place) for language, said in message.texts.items()},
        incident_id=about.id if about else None,
        incident_version=about.version if about else None,
        follows=follows.id if follows else None,
        area_path=area,
        audience=[role.value for role in AUDIENCES if role.value in wanted.audience],
        exercise=_drill(wanted, about, follows),
        wave_size=wanted.wave_size,
        wave_minutes=wanted.wave_minutes,
        prepared_by=actor.id,
    )
    if not row.audience and follows is None:
        raise NotPossible("Choose who is warned.")
    session.add(row)
    notices.raise_notice(session, _PREPARED, Role.COORDINATOR, f"warning:{row.ref}")
    audit.append(
        session, actor, "warning.prepared", f"warning:{row.ref}", variant=row.variant, area=area,
        incident=about.ref if about else "", audience=row.audience,
    )  # fmt: skip
    return row


def _drill(wanted: Wanted, about: Incident | None, follows: AreaWarning | None) -> bool:
    of_drill = about.exercise if about else follows.exercise if follows else False
    return wanted.exercise or of_drill


def _follows(session: Session, message: ProtectiveText, wanted: Wanted) -> AreaWarning | None:
    """The warning that an all-clear ends; nothing else follows one."""
    if message.variant != Variant.ALL_CLEAR:
        return None
    found = session.scalar(select(AreaWarning).where(AreaWarning.ref == wanted.follows))
    if found is None or found.approved_at is None or found.variant == Variant.ALL_CLEAR:
        raise NotPossible("An all-clear goes to those whom a warning had reached. Open that warning first.")
    return found


def _place(session: Session, area: str) -> str:
    parts = [part for part in area.split("/") if part]
    name = session.scalar(select(Place.name).where(Place.path == area)) if parts else None
    if name is None or not session.scalar(_SEES, {"path": area}):
        raise NotPossible("Choose an area of yours.")
    return name


def _about(
    session: Session, message: ProtectiveText, follows: AreaWarning | None, wanted: Wanted
) -> Incident | None:
    if follows is not None:
        return session.get(Incident, follows.incident_id) if follows.incident_id else None
    if not wanted.incident:
        if message.variant == Variant.COUNTER_RUMOUR:
            raise NotPossible("A word against a rumour needs the rumour that it is about.")
        return None
    row = verification.find(session, wanted.incident)
    if row.survivor or row.restricted:
        raise NotPossible("What few people may see is not told to an area.")
    if message.variant == Variant.COUNTER_RUMOUR:
        return rumours.judged(session, row.ref)[0]
    if row.state in _NOT_WARNED_OF:
        raise NotPossible("Nothing is left to warn of.")
    return row


def reached(session: Session, row: AreaWarning) -> Reach:
    """Whom a warning would reach if it were approved now."""
    about = session.get(Incident, row.incident_id) if row.incident_id else None
    follows = session.get(AreaWarning, row.follows) if row.follows else None
    return reach(
        session, row.area_path, row.audience, about, follows=follows, exercise=row.exercise
    )  # fmt: skip


def approve(session: Session, actor: Actor, ref: str) -> AreaWarning:
    """Let a warning go that somebody else has prepared; its first wave is due at once.

    Raises NotAllowed for whoever prepared it, NotPossible when the incident changed since or nobody would be
    reached.
    """
    library.may_keep(actor)
    row = held(session, ref)
    if row.approved_at or row.dropped_at:
        raise NotPossible("It was approved or put away already.")
    if row.prepared_by == actor.id:
        raise NotAllowed("You prepared it; another person must look at it before it goes.")
    about = session.get(Incident, row.incident_id) if row.incident_id else None
    if about and about.version != row.incident_version:
        raise NotPossible("The incident changed since this was prepared. Prepare it anew.")
    people = reached(session, row).people
    if not people:
        raise NotPossible("Nobody would be reached.")
    found = reckon(people, row.texts, prices(session), row.wave_size, row.wave_minutes)
    row.preview, now = found.stored(), utcnow()
    row.approved_by, row.approved_at, row.due_at = actor.id, now, now
    _end_original(session, actor, row)
    session.add_all(
        WarningRecipient(
            warning_id=row.id, contact_id=contact.id, address_id=address.id,
            language=language_of(contact, row.texts), wave=1 + index // row.wave_size,
        )
        for index, (contact, address) in enumerate(people)
    )  # fmt: skip
    notices.settled(session, _PREPARED, f"warning:{ref}")
    audit.append(session, actor, "warning.approved", f"warning:{ref}", people=found.people)
    enqueue(session, Job.WARNINGS)
    return row


def _end_original(session: Session, actor: Actor, row: AreaWarning) -> None:
    """Whoever was not warned yet is warned no more once it is over."""
    original = session.get(AreaWarning, row.follows, with_for_update=True) if row.follows else None
    if original and original.due_at:
        halt(session, original, actor)


def drop(session: Session, actor: Actor, ref: str) -> None:
    """Put away a warning that was not approved."""
    library.may_keep(actor)
    row = held(session, ref)
    if row.approved_at or row.dropped_at:
        raise NotPossible("It was approved or put away already.")
    row.dropped_at = utcnow()
    notices.settled(session, _PREPARED, f"warning:{ref}")
    audit.append(session, actor, "warning.dropped", f"warning:{ref}")


def stop(session: Session, actor: Actor, ref: str) -> AreaWarning:
    """Send no more of it: the waves to come are not sent, and what waits to be sent is taken back.

    One person is enough. Raises NotPossible when it does not go any more.
    """
    library.may_keep(actor)
    row = held(session, ref)
    if row.approved_at is None or row.stopped_at:
        raise NotPossible("It does not go out.")
    halt(session, row, actor)
    return row


def halt(session: Session, row: AreaWarning, actor: Actor) -> None:
    """Stop a warning in somebody's name, or by the machine's own."""
    now = utcnow()
    row.due_at, row.stopped_at, row.stopped_by = None, now, actor.id
    row.ended_at = row.ended_at or now
    session.flush()
    take_back(session, Delivery.warning_id == row.id, "stopped", now)
    audit.append(session, actor, "warning.stopped", f"warning:{row.ref}")


def held(session: Session, ref: str) -> AreaWarning:
    """A warning of the session's scope, locked. Raises NotFound."""
    query = select(AreaWarning).where(AreaWarning.ref == ref).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound("There is no such warning.")
    return row
