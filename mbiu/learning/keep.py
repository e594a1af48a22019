"""The models in the database: which is in use, the last five, one step back."""

import datetime as dt
import logging
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mbiu import audit, vault
from mbiu.audit import SYSTEM
from mbiu.learning.classifier import BadModel, Learned
from mbiu.models import LearnedModel, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible

log = logging.getLogger(__name__)

#: So many models can be taken up again.
KEPT = 5
_LOCK = 0x6D6F64  # «mod»

_IN_USE = (
    select(LearnedModel.id)
    .where(LearnedModel.used_from.is_not(None))
    .order_by(LearnedModel.used_from.desc())
    .limit(1)
)


def in_use(session: Session) -> UUID | None:
    """The model that workers read with; None if they read by the rules alone."""
    return session.scalar(_IN_USE)


def used(session: Session) -> LearnedModel | None:
    """The row of the model in use."""
    model_id = in_use(session)
    return session.get(LearnedModel, model_id) if model_id else None


def current(session: Session) -> Learned | None:
    """This process's classifier, read again when another one is in use; None for the rules alone.

    One that cannot be read is reported once, and the rules read alone.
    """
    model_id = in_use(session)
    if _kept.get("id", ...) != model_id:
        _kept.update(id=model_id, learned=_load(session, model_id) if model_id else None)
    return _kept["learned"]  # type: ignore[no-any-return]  # set just above


_kept: dict[str, Any] = {}


def _load(session: Session, model_id: UUID) -> Learned | None:
    row = session.get_one(LearnedModel, model_id)
    try:
        learned = opened(row)
    except (BadModel, vault.CannotOpen) as error:
        why = str(error) if isinstance(error, BadModel) else "its seal cannot be opened"
        log.warning("model.unreadable", extra={"model": row.number, "why": why, "instead": "rules"})
        return None
    log.info("model.read", extra={"model": row.number, "decisions": learned.decisions})
    return learned


def opened(row: LearnedModel) -> Learned:
    """The classifier of a row. Raises CannotOpen, BadModel."""
    if not row.data:
        raise BadModel("it was not kept")
    return Learned.from_bytes(vault.unseal_bytes("learned_model", "data", row.id, row.data))


def newest(session: Session) -> LearnedModel | None:
    """The model that was tried last, better or not."""
    return session.scalar(select(LearnedModel).order_by(LearnedModel.number.desc()).limit(1))


def listed(session: Session) -> list[tuple[LearnedModel, bool]]:
    """All that were tried, the newest first, each with whether it is still kept."""
    query = select(LearnedModel, LearnedModel.data.is_not(None)).order_by(LearnedModel.number.desc())
    return [(row, kept) for row, kept in session.execute(query)]


def add(
    session: Session,
    learned: Learned | None,
    scores: dict[str, Any],
    decisions: int,
    span: tuple[dt.datetime, dt.datetime, dt.datetime],
) -> LearnedModel:
    """Record a trial; a classifier that is given is better than the rules and in use from now on.

    ``span`` is when the first and the last report came in, and when the last was decided on.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    row_id, before = new_id(), newest(session)
    row = LearnedModel(
        id=row_id,
        number=before.number + 1 if before else 1,
        decisions=decisions,
        data_from=span[0],
        data_to=span[1],
        decided_to=span[2],
        scores=scores,
        promoted=learned is not None,
        data=vault.seal_bytes("learned_model", "data", row_id, learned.to_bytes()) if learned else None,
    )
    session.add(row)
    session.flush()
    if learned is not None:
        _take_up(session, row, "model.promoted")
        _forget_old(session)
    return row


def use(session: Session, number: int) -> LearnedModel:
    """Read with another model from now on. Raises NotFound, NotPossible (it cannot be read)."""
    row = session.scalar(select(LearnedModel).where(LearnedModel.number == number))
    if row is None:
        raise NotFound(f"There is no model {number}.")
    try:
        opened(row)
    except (BadModel, vault.CannotOpen) as error:
        raise NotPossible(f"Model {number} cannot be used: {error}.") from None
    _take_up(session, row, "model.used")
    return row


def use_rules(session: Session, **details: Any) -> None:
    """Read by the rules alone from now on, until another model proves better; ``details`` for the record."""
    session.execute(update(LearnedModel).values(used_from=None))
    audit.append(session, SYSTEM, "model.used", "model:rules", **details)


def _take_up(session: Session, row: LearnedModel, action: str) -> None:
    row.used_from = utcnow()
    audit.append(session, SYSTEM, action, f"model:{row.number}", decisions=row.decisions)


def _forget_old(session: Session) -> None:
    """Only the last models are kept as such; of older ones the scores."""
    kept = select(LearnedModel.number).where(LearnedModel.data.is_not(None))
    oldest = session.scalar(kept.order_by(LearnedModel.number.desc()).offset(KEPT - 1).limit(1))
    if oldest is not None:
        session.execute(
            update(LearnedModel).where(LearnedModel.number < oldest).values(data=None, used_from=None)
        )
