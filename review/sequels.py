"""What followed the alerts of an incident, person by person, and what can follow them now."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import sequels, texts, vault, verification
from mbiu.codes import AlertState, DeliveryState, IncidentState
from mbiu.models import Address, Alert, Contact, Delivery, Incident, Sequel, User
from mbiu.sequels import Kind

#: So many of each alert are shown.
MOST = 20
_DECIDED = frozenset({IncidentState.VERIFIED, IncidentState.ALERTED})
_LOST = frozenset({DeliveryState.FAILED.value, DeliveryState.EXPIRED.value})
_WHY = {
    "party": _l("is a party now, or is kept from it"),
    "silence": _l("asked for no more messages"),
    "unreachable": _l("cannot be reached any more"),
}
NAMES = {
    Kind.UPDATE: _l("Update"),
    Kind.RECALL: _l("Recall"),
    Kind.ALL_CLEAR: _l("All-clear"),
}


@dataclass(frozen=True)
class Line:
    """One delivery to one person."""

    contact: UUID
    code: str
    kind: str
    state: str
    error: str
    sent_at: dt.datetime | None
    delivered_at: dt.datetime | None
    tries: int
    double: bool


@dataclass(frozen=True)
class Followed:
    """An update, recall or all-clear that was sent. ``missed`` people got it at none of their addresses."""

    id: UUID
    kind: str
    name: str
    by: str
    at: dt.datetime
    text: str
    lines: list[Line]
    left_out: list[tuple[str, str]]

    @property
    def people(self) -> int:
        return len({one.contact for one in self.lines})

    @property
    def arrived(self) -> int:
        return len({one.contact for one in self.lines if one.state == DeliveryState.DELIVERED})

    @property
    def missed(self) -> int:
        found: dict[UUID, bool] = defaultdict(lambda: True)
        for one in self.lines:
            found[one.contact] &= one.state in _LOST
        return sum(found.values())


@dataclass(frozen=True)
class Choice:
    """What can follow an alert, the words of it, and why not if it cannot."""

    kind: str
    name: str
    text: str
    why_not: str


@dataclass(frozen=True)
class Panel:
    """All that followed one alert, the newest first; ``stale`` where its facts changed since it was sent."""

    followed: list[Followed]
    choices: list[Choice]
    stale: bool

    @property
    def is_open(self) -> bool:
        return any(not one.why_not for one in self.choices)


def panels(db: Session, row: Incident, language: str) -> dict[str, Panel]:
    """By reference, for every alert of an incident; the number of queries does not depend on how many."""
    alerts = db.scalars(select(Alert).where(Alert.incident_id == row.id)).all()
    if not alerts:
        return {}
    followed = _followed(db, [one.id for one in alerts], language)
    approved = row.state in _DECIDED and verification.approvals(db, row).complete
    return {
        one.ref: Panel(
            followed[one.id],
            _choices(one, {sent.kind for sent in followed[one.id]}, language, approved=approved),
            row.version != one.incident_version,
        )
        for one in alerts
    }


def _choices(alert: Alert, sent: set[str], language: str, *, approved: bool) -> list[Choice]:
    over = _("It was taken back already.") if alert.state is AlertState.CANCELLED else ""
    against = {
        Kind.UPDATE: "" if approved else _("The facts as they are now are not approved."),
        Kind.ALL_CLEAR: _("The all-clear was given already.") if Kind.ALL_CLEAR.value in sent else "",
    }
    found = []
    for kind in Kind:
        why = over or against.get(kind, "")
        text = "" if kind is Kind.UPDATE else sequels.ended(language, alert, kind)
        found.append(Choice(kind.value, str(NAMES[kind]), text, why))
    return found


def _followed(db: Session, alerts: list[UUID], language: str) -> dict[UUID, list[Followed]]:
    rows = db.execute(
        select(Sequel, User.name)
        .join(User, User.id == Sequel.created_by)
        .where(Sequel.alert_id.in_(alerts))
        .order_by(Sequel.created_at.desc())
        .limit(MOST * len(alerts))
    ).all()
    lines = _lines(db, [row.Sequel.id for row in rows])
    codes = _codes(db, {UUID(one) for row in rows for one in row.Sequel.left_out})
    found: dict[UUID, list[Followed]] = defaultdict(list)
    for row in rows:
        one = row.Sequel
        left_out = [(codes.get(UUID(who), "?"), str(_WHY.get(why, why))) for who, why in one.left_out.items()]
        name = str(NAMES[Kind(one.kind)])
        text = _sample(one, language)
        found[one.alert_id].append(
            Followed(one.id, one.kind, name, row.name, one.created_at, text, lines[one.id], left_out)
        )
    return found


def _sample(row: Sequel, language: str) -> str:
    """The words for a phone, in the reader's language if it went out in it."""
    said: dict[str, str] = json.loads(vault.unseal("sequel", "texts", row.id, row.texts))
    plain = {key: text for key, text in said.items() if key in texts.languages()}
    return plain.get(language) or plain.get(texts.FALLBACK) or next(iter((plain or said).values()), "")


def _lines(db: Session, sequels: list[UUID]) -> dict[UUID, list[Line]]:
    rows = db.execute(
        select(Delivery, Contact.id, Contact.code, Address.kind)
        .join(Address, Address.id == Delivery.address_id)
        .join(Contact, Contact.id == Address.contact_id)
        .where(Delivery.sequel_id.in_(sequels))
        .order_by(Contact.code, Delivery.step, Delivery.created_at)
    )
    found: dict[UUID, list[Line]] = defaultdict(list)
    for delivery, contact, code, kind in rows:
        states = (delivery.state.value, delivery.error, delivery.sent_at, delivery.delivered_at)
        tries = (delivery.attempts, delivery.may_be_double)
        if delivery.sequel_id:
            found[delivery.sequel_id].append(Line(contact, code, kind.value, *states, *tries))
    return found


def _codes(db: Session, contacts: Iterable[UUID]) -> dict[UUID, str]:
    rows = db.execute(select(Contact.id, Contact.code).where(Contact.id.in_(list(contacts))))
    return {row.id: row.code for row in rows}
