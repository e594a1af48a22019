"""How far a warning has come: whom it was for, what was sent, what arrived."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.codes import DeliveryState
from mbiu.models import AreaWarning, Delivery, WarningRecipient
from mbiu.refusals import NotFound

SHOWN = 50


@dataclass(frozen=True)
class Progress:
    """``people`` were meant, ``told`` handed to the delivery, ``skipped`` left out by code of the reason;
    ``states`` counts the deliveries, ``wave`` of ``waves`` is the last that went.
    """

    people: int = 0
    told: int = 0
    wave: int = 0
    waves: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """Whose wave has not come yet."""
        return self.people - self.told - sum(self.skipped.values())


def find(session: Session, ref: str) -> AreaWarning:
    """A warning within the session's scope. Raises NotFound."""
    row = session.scalar(select(AreaWarning).where(AreaWarning.ref == ref))
    if row is None:
        raise NotFound("There is no such warning.")
    return row


def listed(session: Session, incident_id: UUID | None = None) -> list[AreaWarning]:
    """The newest warnings of the session's scope, or those about one incident."""
    query = select(AreaWarning).order_by(AreaWarning.created_at.desc(), AreaWarning.id.desc())
    if incident_id is not None:
        query = query.where(AreaWarning.incident_id == incident_id)
    return list(session.scalars(query.limit(SHOWN)))


def progress(session: Session, ids: Collection[UUID]) -> dict[UUID, Progress]:
    """How far each of these warnings has come, by two queries."""
    one = WarningRecipient
    rows = session.execute(
        select(
            one.warning_id, one.skipped, func.count(), func.count(one.told_at), func.max(one.wave),
            func.max(one.wave).filter(one.told_at.is_not(None)),
        )
        .where(one.warning_id.in_(ids))
        .group_by(one.warning_id, one.skipped)
    )  # fmt: skip
    found = dict.fromkeys(ids, Progress())
    for warning_id, skipped, people, told, waves, wave in rows:
        was = found[warning_id]
        found[warning_id] = Progress(
            was.people + people, was.told + told, max(was.wave, wave or 0), max(was.waves, waves),
            was.skipped | ({skipped: people} if skipped else {}),
        )  # fmt: skip
    for warning_id, states in _states(session, ids).items():
        was = found[warning_id]
        found[warning_id] = Progress(was.people, was.told, was.wave, was.waves, was.skipped, states)
    return found


def _states(session: Session, ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    rows = session.execute(
        select(Delivery.warning_id, Delivery.state, func.count())
        .where(Delivery.warning_id.in_(ids))
        .group_by(Delivery.warning_id, Delivery.state)
    )
    found: dict[UUID, dict[str, int]] = {}
    for warning_id, state, count in rows:
        if warning_id:
            found.setdefault(warning_id, {})[DeliveryState(state).value] = count
    return found
