"""What all lists have in common: who sees what, how a list goes on, how times and places are rounded."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_

from mbiu.disclosure import CONFIRMED, HOURS
from mbiu.models import Incident
from mbiu.settings import settings


def drills() -> bool:
    """Whether drills are shown to partners: in a demonstration, where everything is one."""
    return settings().demo


def shareable() -> ColumnElement[bool]:
    """Incidents that a partner may know of, as far as a column says; `mbiu.disclosure` has the last word."""
    return and_(Incident.state.in_(CONFIRMED), Incident.exercise.in_([False, drills()]))


def further(rows: Sequence[Any], size: int) -> tuple[Sequence[Any], bool]:
    """The rows of a page, and whether more follow: one more than the page takes was asked for."""
    return rows[:size], len(rows) > size


def rounded(at: dt.datetime) -> dt.datetime:
    """The beginning of the six hours (UTC) in which something came in."""
    utc = at.astimezone(dt.UTC)
    return utc.replace(hour=utc.hour - utc.hour % HOURS, minute=0, second=0, microsecond=0)
