"""Somebody who was kept from a running alert is told of it, because two people agreed to it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from mbiu.audit import Actor
from mbiu.escalation import people, telling
from mbiu.escalation.chain import Rung
from mbiu.escalation.scene import Scene
from mbiu.escalation.writing import Writing
from mbiu.models import Alert, utcnow


def let_in(
    session: Session, actor: Actor, alert: Alert, contact_id: UUID, after: dt.timedelta | None
) -> None:
    """Tell a contact once of an alert that climbs: at their step or the first later, or now if it is past.

    ``after`` is when their step comes, counted from the start; None if no route names them. The alert is
    locked after its incident. Whoever was told, or will be by the chain as it is, is not told besides.
    """
    scene, writing = Scene(session, [alert], utcnow()), Writing(utcnow(), actor)
    chain = scene.chains[alert.id]
    if contact_id in {*scene.situations[alert.id].told, *_ahead(chain[alert.step :])}:
        return
    to = people.one(session, scene.incident(alert), contact_id)
    if to is None:
        return
    number = step_for(chain, alert.step, after)
    if number and not alert.unverified:
        alert.chain = [_with(one, to) if n == number else one for n, one in enumerate(alert.chain, 1)]
        writing.note("alert.let_in", alert, step=number, contact=scene.code(contact_id))
    elif telling.tell_one(scene, writing, alert, to):
        writing.note("alert.let_in", alert, step=alert.step, contact=scene.code(contact_id))
    writing.write(session, [alert])


def step_for(chain: Sequence[Rung], taken: int, after: dt.timedelta | None) -> int | None:
    """The first step to come that is not before ``after``; None if theirs is past. The final one is nobody's.

    Steps count from 1, and ``taken`` of them are. Pure.
    """
    starts = [sum((one.wait for one in chain[:n]), dt.timedelta()) for n in range(len(chain))]
    if after is None or (taken and after <= starts[taken - 1]):
        return None
    later = (n for n in range(taken, len(chain)) if starts[n] >= after and not chain[n].final)
    return next((n + 1 for n in later), None)


def _ahead(chain: Sequence[Rung]) -> set[UUID]:
    return {UUID(one["contact"]) for rung in chain for one in rung.people if not rung.final}


def _with(step: dict[str, Any], to: people.Recipient) -> dict[str, Any]:
    return {**step, "recipients": [*step["recipients"], to]}
