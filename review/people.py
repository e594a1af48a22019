"""People as the screen shows them: code names, what binds them, when they were heard; never a number."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from mbiu import texts
from mbiu.codes import AddressKind, ContactRole
from mbiu.enrolment import ways
from mbiu.models import Address, Contact, Incident, Place, Report, utcnow
from review import places, records, silences
from review.words import label

PAGE = 60
#: Reports are counted over so many days, so that the count costs the same in the tenth year.
COUNTED_DAYS = 90
RECENT = 12
SILENT_DAYS = (7, 30, 90)
_STRANGER = Contact.role == ContactRole.UNKNOWN
_LANE: dict[str, ColumnElement[bool]] = {
    "known": ~_STRANGER,
    "unknown": _STRANGER & Contact.archived_at.is_(None),
    "left": Contact.archived_at.is_not(None),
}


def lanes() -> list[tuple[str, str]]:
    """Whom to show: those registered, those who write without being so, those whose part has ended."""
    return [("known", _("Registered")), ("unknown", _("Unknown senders")), ("left", _("No longer with us"))]


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to. ``area`` is a path, ``silent`` a number of days."""

    lane: str = "known"
    role: str = ""
    area: str = ""
    silent: int = 0
    after: str = ""

    @classmethod
    def of(cls, args: dict[str, str]) -> "Wanted":
        """From an address; what is not understood is left out."""
        silent = args.get("silent", "")
        return cls(
            lane=args.get("lane", "") if args.get("lane") in _LANE else "known",
            role=args.get("role", "") if args.get("role") in set(ContactRole) else "",
            area=args.get("area", "").replace("\0", "")[:200],
            silent=int(silent) if silent in {str(days) for days in SILENT_DAYS} else 0,
            after=args.get("after", "").replace("\0", "")[:60],
        )


def listed(db: Session, scope: str, wanted: Wanted) -> tuple[list[dict[str, object]], str]:
    """People of the user's areas, by role and code name; and where the next page begins, if there is one."""
    query = _people(scope).where(_LANE[wanted.lane])
    if wanted.role and wanted.lane == "known":
        query = query.where(Contact.role == wanted.role)
    if wanted.area:
        query = query.where(func.starts_with(_AREA, wanted.area))
    if wanted.silent:
        query = query.where(silences.is_silent(utcnow() - dt.timedelta(days=wanted.silent)))
    if wanted.after:
        role, _, code = wanted.after.partition(":")
        query = query.where(tuple_(Contact.role, Contact.code) > tuple_(literal(role), literal(code)))
    rows = db.execute(query.order_by(Contact.role, Contact.code).limit(PAGE + 1)).all()
    known = places.names(db, [row.path for row in rows])
    found = [person(row, known) for row in rows[:PAGE]]
    return found, f"{found[-1]['role']}:{found[-1]['code']}" if len(rows) > PAGE else ""


def one(db: Session, scope: str, code: str) -> dict[str, Any] | None:
    """Everything the page of one person says; None outside the user's areas."""
    above, speaker = aliased(Contact), aliased(Contact)
    query = _people(scope).add_columns(above.code.label("supervisor"), speaker.code.label("vouched_by"))
    query = query.outerjoin(above, above.id == Contact.supervisor_id)
    query = query.outerjoin(speaker, speaker.id == Contact.vouched_by)
    row = db.execute(query.where(Contact.code == code)).one_or_none()
    if row is None:
        return None
    known = places.names(db, [row.path])
    contact: Contact = row.Contact
    return {
        **person(row, known),
        "row": contact,
        "supervisor": row.supervisor or "",
        "vouched_by": row.vouched_by or "",
        "ways": [kind for kind in ways.KINDS if kind in (row.kinds or ())],
        "broken": _broken(db, contact),
        "recent": _recent(db, contact),
        "record": records.of(db, contact.id),
    }


def areas(db: Session) -> list[tuple[str, str]]:
    """Countries, regions and districts that somebody is at home in, for the filter."""
    paths = db.scalars(select(_AREA).where(~_STRANGER).distinct()).all()
    found = {
        "/" + "/".join(places.parts(path)[:depth]) + "/"
        for path in paths
        for depth in range(1, 1 + min(3, len(places.parts(path))))
    }
    known = places.names(db, found)
    return [(path, places.full_name(path, known)) for path in sorted(found)]


def units(db: Session, scope: str) -> list[str]:
    """Regions and districts that a coordinator may choose from, as they are typed."""
    query = select(Place.path).where(Place.level.in_((1, 2)), ~Place.retired).order_by(Place.path)
    paths = db.scalars(query if scope == "/" else query.where(func.mbiu_sees(Place.path))).all()
    known = places.names(db, paths)
    return [places.full_name(path, known) for path in paths]


def twins(db: Session) -> list[tuple[str, str, dt.datetime]]:
    """Who was registered with a phone that somebody has: the new name, the old one, when."""
    old = aliased(Contact)
    query = select(Contact.code, old.code, Contact.created_at).join(old, old.id == Contact.twin_of)
    rows = db.execute(query.order_by(Contact.created_at)).all()
    return [(new, before, at) for new, before, at in rows]


_HOME: ScalarSelect[str] = select(Place.path).where(Place.id == Contact.home_place_id).scalar_subquery()
_AREA = func.coalesce(_HOME, func.nullif(Contact.area_path, ""), "/")
_LATELY = Report.created_at > func.now() - dt.timedelta(days=COUNTED_DAYS)
_REPORTS = select(func.count()).where(Report.contact_id == Contact.id, _LATELY).scalar_subquery()
# A mailbox or server that was forgotten is no way any more; of a phone that was, nobody is to learn.
_WAY = or_(Address.kind.not_in(ways.KINDS), Address.vault_id.is_not(None))
_KINDS = select(func.array_agg(Address.kind)).where(Address.contact_id == Contact.id, _WAY).scalar_subquery()
_TOLD = select(func.max(Report.created_at)).where(Report.contact_id == Contact.id).scalar_subquery()
_WROTE = select(func.max(Address.last_in_at)).where(Address.contact_id == Contact.id).scalar_subquery()
_HEARD = func.greatest(_TOLD, _WROTE)


def _people(scope: str) -> Select[Any]:
    """People with what is counted of them. Whoever is unknown belongs where the reports are about."""
    query = select(
        Contact,
        _REPORTS.label("reports"),
        _KINDS.label("kinds"),
        _AREA.label("path"),
        _HEARD.label("heard"),
    )
    if scope == "/":
        return query
    # Row-level security leaves the reports of the user's areas only.
    told_here = _STRANGER & exists(select(Report.id).where(Report.contact_id == Contact.id))
    return query.where(or_(func.mbiu_sees(_AREA), told_here))


def person(row: Any, known: places.Names) -> dict[str, object]:
    """One line of the list."""
    contact: Contact = row.Contact
    return {
        "code": contact.code,
        "role": contact.role,
        "responder_class": contact.responder_class,
        "organisation": contact.organisation,
        "area": places.full_name(row.path, known) or "–",
        "kinds": ", ".join(sorted({label(kind) for kind in _reached(contact, row.kinds)})),
        "language": texts.say(contact.language, "name") if contact.language in texts.languages() else "–",
        "grade": contact.grade,
        "reports": row.reports,
        "exercise": contact.exercise,
        "stopped": contact.stopped_at is not None,
        "invited": contact.invited_at is not None,
        "left": contact.archived_at is not None,
        "doubted": contact.doubted_at is not None,
        "last_seen_at": row.heard,
    }


def _reached(contact: Contact, kinds: list[AddressKind] | None) -> list[AddressKind]:
    """By what somebody is reached. A stranger may have lost the phone to a name, which nobody shall see, and
    a twin never got one."""
    if contact.role is ContactRole.UNKNOWN:
        return []
    return [*(kinds or []), *([AddressKind.SMS] if contact.twin_of else [])]


def _broken(db: Session, contact: Contact) -> list[AddressKind]:
    """At what the person is not reached any more: no such number or mailbox, or the bot blocked."""
    query = select(Address.kind).where(
        Address.contact_id == contact.id, Address.blocked_at.is_not(None), _WAY
    )
    return sorted(set(db.scalars(query))) if contact.role is not ContactRole.UNKNOWN else []


def _recent(db: Session, contact: Contact) -> list[dict[str, Any]]:
    """The newest reports that the user may see, with their incidents."""
    query = (
        select(Report.ref, Report.created_at, Report.event_type, Incident.ref.label("incident"))
        .outerjoin(Incident, Incident.id == Report.incident_id)
        .where(Report.contact_id == contact.id)
        .order_by(Report.created_at.desc())
        .limit(RECENT)
    )
    return [dict(row) for row in db.execute(query).mappings()]
