"""Who is told of what: an event down, an audience across, as shipped or as the centre has it."""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.codes import ContactRole, Role
from mbiu.models import FeedbackRule, utcnow
from mbiu.refusals import NotAllowed


class Event(StrEnum):
    """What a reporter may hear of, in the order in which it comes."""

    RECEIPT = "receipt"
    VERIFIED = "verified"
    REFUTED = "refuted"
    UNVERIFIABLE = "unverifiable"
    ACTION = "action"
    OUTCOME = "outcome"


VERDICTS = frozenset({Event.VERIFIED, Event.REFUTED, Event.UNVERIFIABLE})

Cell = tuple[Event, ContactRole]
CELLS: tuple[Cell, ...] = tuple((event, audience) for event in Event for audience in ContactRole)

# A stranger may be who sends false alarms: how far one got is told only to those who ask, by STATUS.
_NOT_TOLD = frozenset(
    (event, ContactRole.UNKNOWN) for event in (Event.VERIFIED, Event.UNVERIFIABLE, Event.ACTION)
)


def shipped(cell: Cell) -> bool:
    """Whether an audience is told of an event unless the centre decides otherwise."""
    return cell not in _NOT_TOLD


def rules(session: Session) -> dict[Cell, bool]:
    """The whole matrix as it holds now."""
    own = {(row.event, row.audience): row.told for row in session.scalars(select(FeedbackRule))}
    return {cell: own.get((cell[0].value, cell[1].value), shipped(cell)) for cell in CELLS}


def change(session: Session, actor: Actor, wanted: Mapping[Cell, bool]) -> int:
    """Let ``wanted`` hold; how many cells changed. Raises NotAllowed for anybody but a coordinator."""
    must_coordinate(actor)
    before = rules(session)
    changed = {cell: told for cell, told in wanted.items() if before[cell] != told}
    for (event, audience), told in changed.items():
        values = {"told": told, "changed_by": actor.id, "changed_at": utcnow()}
        row = insert(FeedbackRule).values(event=event.value, audience=audience.value, **values)
        session.execute(row.on_conflict_do_update(constraint="pk_feedback_rule", set_=values))
    if changed:
        now = {f"{event}.{audience}": told for (event, audience), told in changed.items()}
        earlier = {name: not told for name, told in now.items()}
        audit.append(session, actor, "feedback.changed", "feedback:matrix", before=earlier, after=now)
    return len(changed)


def must_coordinate(actor: Actor) -> None:
    """Raises NotAllowed unless ``actor`` is a coordinator."""
    if actor.id is None or actor.role is not Role.COORDINATOR:
        raise NotAllowed("Only a coordinator changes what people are told.")
