"""Whom a warning would reach: registered contacts of an area who want to hear, and no party."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mbiu import parties
from mbiu.codes import ContactRole, DeliveryState
from mbiu.feedback.harm import Case, why_not
from mbiu.models import BY_USE, Address, AreaWarning, Contact, Delivery, Incident, WarningRecipient

#: Who can be warned, as the forms offer it.
AUDIENCES = (ContactRole.FOCAL_POINT, ContactRole.COMMITTEE, ContactRole.SUPERVISOR, ContactRole.RESPONDER)
#: A warning to more people than this is split by area.
MOST = 5_000
#: What of the original may have reached somebody, so that the all-clear must too.
_LEFT = frozenset({DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.DELIVERED})
#: Why somebody is left out, beside the reasons of `mbiu.feedback.harm`.
PARTY = "party"


@dataclass(frozen=True)
class Reach:
    """Whom a warning would reach, nearest first, and how many it would not, by the code of the reason."""

    people: tuple[tuple[Contact, Address], ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)


def reach(
    session: Session,
    area_path: str,
    audience: Collection[str],
    incident: Incident | None = None,
    *,
    follows: AreaWarning | None = None,
    exercise: bool = False,
) -> Reach:
    """Whom a warning would reach now.

    ``audience`` holds roles of `AUDIENCES`; an all-clear ``follows`` a warning to those whom that reached.
    """
    if follows is not None:
        rows = _rows(session, Contact.id.in_(_warned(follows)), exercise=exercise)
    else:
        roles = [role for role in AUDIENCES if role.value in audience]
        where = Contact.role.in_(roles) & func.starts_with(Contact.area_path, area_path)
        rows = _rows(session, where, exercise=exercise)
    bars = parties.barred(session, incident, [one.id for one, _ in rows]) if incident else {}
    whys = {contact.id: unsafe(contact, address) for contact, address in rows}
    whys |= dict.fromkeys(bars, PARTY)
    near = incident.block if incident else ""
    people = [pair for pair in rows if not whys[pair[0].id]]
    people.sort(key=lambda pair: (not (near and pair[0].area_path.startswith(near)), pair[0].code))
    return Reach(tuple(people[:MOST]), dict(Counter(why for why in whys.values() if why)))


def _warned(follows: AreaWarning) -> ColumnElement[UUID]:
    left = Delivery.warning_id == follows.id
    return (
        select(WarningRecipient.contact_id)
        .join(Delivery, left & (Delivery.address_id == WarningRecipient.address_id))
        .where(WarningRecipient.warning_id == follows.id, Delivery.state.in_(_LEFT))
        .scalar_subquery()
    )


def _rows(session: Session, which: ColumnElement[bool], *, exercise: bool) -> list[tuple[Contact, Address]]:
    """Each contact with the address used last; a blocked one only if there is no other."""
    found = session.execute(
        select(Contact, Address)
        .join(Address, Address.contact_id == Contact.id)
        .where(which, Contact.role != ContactRole.UNKNOWN, Contact.archived_at.is_(None))
        .where(Contact.exercise == exercise, Address.vault_id.is_not(None))
        .order_by(Contact.id, Address.blocked_at.is_(None).desc(), *BY_USE)
        .ext(distinct_on(Contact.id))
    )
    return [(row.Contact, row.Address) for row in found]


def unsafe(contact: Contact, address: Address) -> str:
    """The code of why nothing is sent to somebody unasked; empty if it may be."""
    return why_not(
        Case(
            wish=contact.wish,
            stopped=bool(contact.stopped_at or address.stopped_at),
            silent=contact.silent_at is not None,
            blocked=address.blocked_at is not None,
            unconfirmed=contact.doubted_at is not None,
        )
    )
