"""Changes of who hears that wait for a second person, and those that one person put in force alone."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import proposals
from mbiu.audit import Actor
from mbiu.models import Proposal, User
from review import places
from review.doors import Permission, may
from review.ruleversions import changed
from review.words import label

_RULES = frozenset({"route", "chain"})


@dataclass(frozen=True)
class Shown:
    """A proposal. ``link`` is the page of what it changes; ``typed``: whoever agrees types it too."""

    id: UUID
    kind: str
    name: str
    link: str
    changes: tuple[tuple[str, str, str], ...]
    asked_by: str
    asked_at: dt.datetime
    mine: bool
    typed: bool
    may_go_alone: bool
    reason: str


def waiting(db: Session, actor: Actor, subject: UUID | None = None) -> list[Shown]:
    """What waits for a second person; with ``subject`` only what concerns it."""
    rows = [row for row in proposals.waiting(db) if subject in {None, row.subject_id}]
    return _shown(db, actor, rows)


def made_alone(db: Session, actor: Actor) -> list[Shown]:
    """What one person put in force alone."""
    return _shown(db, actor, proposals.made_alone(db))


def _shown(db: Session, actor: Actor, rows: Sequence[Proposal]) -> list[Shown]:
    names = select(User.id, User.name).where(User.id.in_({row.asked_by for row in rows}))
    users = dict(db.execute(names).all()) if rows else {}
    rules = [row for row in rows if row.kind in _RULES]
    said = changed(db, [(row.before, row.after) for row in rules])
    words = {row.id: one for row, one in zip(rules, said, strict=True)}
    facts = [one for row in rows if row.kind == "person" for one in (row.before or {}, row.after)]
    known = places.names(db, [one["area_path"] for one in facts])
    return [
        Shown(
            id=row.id,
            kind=row.kind,
            name=row.name,
            link=_link(row),
            changes=words.get(row.id) or (_person(row, known) if row.kind == "person" else _address(row)),
            asked_by=users.get(row.asked_by, ""),
            asked_at=row.asked_at,
            mine=row.asked_by == actor.id,
            typed=row.kind not in {*_RULES, "person"},
            may_go_alone=row.agreed_at is None and proposals.may_go_alone(db, row),
            reason=proposals.reason(row),
        )
        for row in rows
    ]


def _link(row: Proposal) -> str:
    """Where what it changes is seen; what is new has no page yet."""
    if row.kind not in _RULES:
        return url_for("people.one", code=row.name) if may(Permission.PEOPLE) else ""
    if not (row.version or row.agreed_at):
        return ""
    if row.kind == "chain":
        return url_for("chains.one", chain_id=row.subject_id)
    return url_for("routes.one", route_id=row.subject_id)


def _person(row: Proposal, known: places.Names) -> tuple[tuple[str, str, str], ...]:
    """The kind of responder and the area; of the area only if it is another."""
    before, after = row.before or {}, row.after
    kinds = [label(one["responder_class"]) if one.get("responder_class") else "–" for one in (before, after)]
    found = [(str(_("Kind of responder")), *kinds)] if before != after and kinds[0] != kinds[1] else []
    if before.get("area_path") != after["area_path"]:
        areas = [places.full_name(one, known) or "–" for one in (before["area_path"], after["area_path"])]
        found.append((str(_("Home area")), *areas))
    return tuple((name, old, new) for name, old, new in found)


def _address(row: Proposal) -> tuple[tuple[str, str, str], ...]:
    """Of an address no more is shown than the host of a hook."""
    before = str(_("another one")) if row.before else ""
    return ((label(row.kind), before, row.after.get("host", str(_("a new one")))),)
