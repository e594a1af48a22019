"""The centre's table of report codes: kept here, and known to each process for some seconds at a time."""

import re
import time
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, texts
from mbiu.dialogue import Code
from mbiu.models import ReportCode, utcnow
from mbiu.refusals import NotPossible

#: What may be counted behind a code.
NUMBERS = ("killed", "injured", "displaced", "abducted", "livestock")
#: Seconds for which a table that was read serves.
FRESH = 5.0
_SHAPE = re.compile(r"[A-Z0-9]{1,8}")
# Digits alone answer a question or an alert.
_ANSWERS = frozenset("1234")

_read: tuple[float, int, Mapping[str, Code]] = (-FRESH, 0, {})


def current(session: Session) -> Mapping[str, Code]:
    """The codes in use, in capital letters."""
    global _read  # noqa: PLW0603
    now, bind = time.monotonic(), id(session.get_bind())
    if now - _read[0] >= FRESH or _read[1] != bind:
        rows = session.execute(
            select(ReportCode.code, ReportCode.event_type, ReportCode.numbers).where(ReportCode.active)
        )
        _read = now, bind, {row.code.upper(): Code(row.event_type, tuple(row.numbers)) for row in rows}
    return _read[2]


def forget() -> None:
    """Have the next look read the table: it was changed here."""
    global _read  # noqa: PLW0603
    _read = (-FRESH, 0, {})


def listed(session: Session) -> Sequence[ReportCode]:
    """The whole table, those in use first."""
    return session.scalars(select(ReportCode).order_by(ReportCode.active.desc(), ReportCode.code)).all()


def save(session: Session, actor: audit.Actor, name: str, what: Code, words: str, *, active: bool) -> str:
    """Write down a code, new or changed, and return it as it is kept.

    Raises NotPossible for a code that could be taken for something else.
    """
    name = name.strip().upper()
    if not _SHAPE.fullmatch(name):
        raise NotPossible("A code is 1 to 8 letters and digits, such as C4.")
    if name in _ANSWERS or texts.fold(name) in texts.grammar():
        raise NotPossible(f"{name} means something else already: it answers a message, or is a command.")
    if any(texts.betrays(language, name) for language in texts.languages()):
        raise NotPossible(f"{name} tells what it is about, and the answer repeats it: choose one such as C4.")
    if strange := set(what.numbers) - set(NUMBERS):
        raise NotPossible(f"{', '.join(sorted(strange))} cannot be counted.")
    row = session.get(ReportCode, name, with_for_update=True)
    before = _facts(row) if row else None
    if row is None:
        row = ReportCode(code=name)
        session.add(row)
    row.event_type, row.numbers, row.words = what.event_type, list(what.numbers), words.strip()
    row.active, row.changed_at = active, utcnow()
    audit.append(session, actor, "code.saved", f"code:{name}", before=before, after=_facts(row))
    return name


def _facts(row: ReportCode) -> dict[str, object]:
    facts = {"type": row.event_type.value, "numbers": list(row.numbers), "words": row.words}
    return facts | {"active": row.active}
