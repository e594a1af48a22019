"""The centre's table of report codes, as each process knows it: read again when it is some seconds old."""

import time
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.dialogue import Code
from mbiu.models import ReportCode

#: Seconds for which a table that was read serves.
FRESH = 5.0

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
