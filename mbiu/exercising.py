"""Who takes part in a live drill, and what of what they write belongs to it."""

import datetime as dt
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import Session

from mbiu import texts
from mbiu.models import Contact, DrillMember, utcnow

#: Until when somebody takes part in a drill, for statements about contacts.
UNTIL: ScalarSelect[dt.datetime] = (
    select(func.max(DrillMember.until)).where(DrillMember.contact_id == Contact.id).scalar_subquery()
)


def takes_part(now: dt.datetime | None = None) -> ColumnElement[bool]:
    """Whether a contact takes part in a drill that runs."""
    return exists().where(DrillMember.contact_id == Contact.id, DrillMember.until > (now or utcnow()))


def members(session: Session, now: dt.datetime | None = None) -> set[UUID]:
    """Everybody who takes part in a drill that runs."""
    return set(session.scalars(select(DrillMember.contact_id).where(DrillMember.until > (now or utcnow()))))


def belongs(text: str, until: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a text is part of the drill of who writes it: while it runs, and if it begins by saying so.

    Whatever else a person in a drill writes is real: nobody's need is taken for practice.
    """
    return until is not None and now < until and texts.says_exercise(text)
