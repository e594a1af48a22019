"""One round of learning: read what was decided, fit, try, and keep what is better."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.analysis import tables
from mbiu.db import engine, transaction
from mbiu.gazetteer import store
from mbiu.learning import keep, rows, trial
from mbiu.learning.classifier import MAIN, BadModel, Learned
from mbiu.learning.fit import counts, fit
from mbiu.learning.rows import Decided
from mbiu.models import utcnow
from mbiu.settings import settings

#: Between two rounds of the nightly job at least so long; by night, unless it was missed for longer.
EVERY, MISSED = dt.timedelta(hours=20), dt.timedelta(hours=48)
#: Hours UTC that are night in East Africa.
NIGHT = range(21, 24), range(3)
#: On so many newer decisions a model in use is judged again.
ENOUGH = 50
_LOCK = 0x747261696E  # «train»


@dataclass(frozen=True)
class Result:
    """What came of a round. ``done``: something was fitted; ``words`` is a sentence for a person."""

    done: bool
    promoted: bool
    decisions: int
    words: str
    number: int | None = None
    scores: dict[str, Any] = field(default_factory=dict)


def run(*, dry: bool = False) -> Result:
    """Learn once. With ``dry`` nothing is written. A second run at the same time does nothing."""
    with _alone() as alone:
        return _run(dry=dry) if alone else Result(False, False, 0, "Another training is under way.")


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process trains until the end of the block."""
    with engine(scoped=False).connect().execution_options(isolation_level="AUTOCOMMIT") as link:
        alone = bool(link.scalar(select(func.pg_try_advisory_lock(_LOCK))))
        try:
            yield alone
        finally:
            if alone:
                link.execute(select(func.pg_advisory_unlock(_LOCK)))


def _run(*, dry: bool) -> Result:
    tables.use(settings().tables)
    with transaction() as session:
        found = rows.decided(session, store.current(session))
    least = settings().learn_from
    if len(found) < least:
        words = f"{len(found)} decisions so far; learning begins with {least}. The rules read alone."
        return Result(False, False, len(found), words)
    learned, verdict = _tried(found)
    scores = {"why": verdict.why, "types": counts([one.example for one in found]), **verdict.figures}
    number = None if dry else _kept(learned, scores, found)
    words = _words(learned, verdict, found, dry=dry)
    if learned is None and not dry:
        words += _put_aside(found)
    return Result(True, learned is not None, len(found), words, number, scores)


def _kept(learned: Learned | None, scores: dict[str, Any], found: list[Decided]) -> int:
    """Record the round; its number."""
    span = found[0].came_at, found[-1].came_at, max(one.decided_at for one in found)
    with transaction() as session:
        return keep.add(session, learned, scores, len(found), span).number


def _put_aside(found: list[Decided]) -> str:
    """Leave the model in use if the rules do better on what came in since it was made; a sentence on it."""
    with transaction() as session:
        row = keep.used(session)
        learned = keep.current(session)
        newer = [one.example for one in found if row and one.came_at > row.data_to]
        if row is None or learned is None or len(newer) < ENOUGH:
            return ""
        if not trial.is_outlived(trial.compare(learned, newer)):
            return ""
        keep.use_rules(session, why="outlived", model=row.number, tried_on=len(newer))
    return f" Model {row.number} is no better than the rules on the {len(newer)} since; they read alone."


def _tried(found: list[Decided]) -> tuple[Learned | None, trial.Verdict]:
    """The classifier fitted on all, if the same fitted on the older part is better on the newest part."""
    examples = [one.example for one in found]
    older, newest = trial.split(examples, [one.incident_id or one for one in found])
    tried = fit(older)
    if tried is None:
        return None, trial.Verdict(False, False, "no type has enough decisions yet", {})
    verdict = trial.compare(tried, newest)
    learned = fit(examples) if verdict.main else None
    if learned is not None and not verdict.others:
        learned = learned.only(MAIN)
    try:
        if learned is not None:
            learned.to_bytes()
    except BadModel as error:
        return None, trial.Verdict(False, False, str(error), verdict.figures)
    return learned, verdict


def _words(learned: Learned | None, verdict: trial.Verdict, found: list[Decided], *, dry: bool) -> str:
    figures = verdict.figures
    said = f"{len(found)} decisions, {found[0].came_at:%Y-%m-%d} to {found[-1].came_at:%Y-%m-%d}"
    if figures:
        said += (
            f"; on the newest {figures['tested']} macro-F1 {figures['learned']['macro_f1']},"
            f" the rules alone {figures['rules']['macro_f1']}"
        )
    good = "It would be used." if dry else "It is in use."
    end = good if learned is not None else f"It is not kept: {verdict.why}."
    return f"{said}. {end}"


# --- when --------------------------------------------------------------------------------------


def is_due(session: Session, now: dt.datetime | None = None) -> bool:
    """Whether a round is worth its while: enough decisions, new ones among them, and the time for it."""
    now, last = now or utcnow(), keep.newest(session)
    if last is not None and not is_time(now, last.created_at):
        return False
    if last is not None and not rows.count(session, since=last.decided_to):
        return False
    return rows.count(session) >= settings().learn_from


def is_time(now: dt.datetime, last: dt.datetime) -> bool:
    """Once a night; by day only where nights were missed, as on a machine that is switched off."""
    gone = now - last
    return gone >= MISSED or (gone >= EVERY and any(now.hour in hours for hours in NIGHT))
