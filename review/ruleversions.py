"""What was changed in a route or a chain, version by version, in words, and what is proposed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mbiu import chains, proposals
from mbiu.models import EscalationChain, Proposal, RuleVersion, User
from review import places
from review.routes import MOST, Names, StepLine, lines
from review.words import label

_ORDER = (
    "name", "active", "area_path", "event_types", "drivers", "min_severity", "min_certainty", "hour_from",
    "hour_to", "exercise", "chain", "steps",
)  # fmt: skip


@dataclass(frozen=True)
class Version:
    """One version of a route or chain: by whom, when, what it changed, and who agreed.

    ``alone`` is why there was no second person.
    """

    number: int
    by: str
    at: dt.datetime
    changes: tuple[tuple[str, str, str], ...]
    agreed_by: str = ""
    alone: str = ""


def versions(db: Session, subject_id: UUID) -> list[Version]:
    """All versions, the newest first."""
    other = aliased(User)
    rows = db.execute(
        select(RuleVersion, User.name, Proposal, other.name.label("agreed_by"))
        .outerjoin(User, User.id == RuleVersion.saved_by)
        .outerjoin(Proposal, Proposal.id == RuleVersion.proposal_id)
        .outerjoin(other, other.id == Proposal.agreed_by)
        .where(RuleVersion.subject_id == subject_id)
        .order_by(RuleVersion.version.desc())
        .limit(MOST)
    ).all()
    changes = changed(db, [(row.RuleVersion.before, row.RuleVersion.after) for row in rows])
    return [
        Version(
            row.RuleVersion.version, row.name or _("the system"), row.RuleVersion.saved_at, changes[n],
            row.agreed_by or "", proposals.reason(row.Proposal) if row.Proposal else "",
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip


def changed(
    db: Session, facts: list[tuple[dict[str, Any] | None, dict[str, Any]]]
) -> list[tuple[tuple[str, str, str], ...]]:
    """Of facts before and after: what differs, before, and after, in words."""
    known = _Known.of(db, [one or {} for both in facts for one in both])
    return [tuple(_changes(before or {}, after, known)) for before, after in facts]


@dataclass(frozen=True)
class _Known:
    names: Names
    areas: places.Names
    chains: dict[str, str]

    @classmethod
    def of(cls, db: Session, facts: list[dict[str, Any]]) -> "_Known":
        ids = {UUID(one["chain"]) for one in facts if "chain" in one}
        query = select(EscalationChain.id, EscalationChain.name).where(EscalationChain.id.in_(ids))
        return cls(
            Names.of(db, (step for one in facts for step in chains.read(one.get("steps", ())))),
            places.names(db, [one.get("area_path", "/") for one in facts]),
            {str(row.id): row.name for row in db.execute(query)},
        )

    def say(self, name: str, value: Any) -> str:
        """A value of a version in words."""
        if name == "steps":
            return "\n".join(_step_words(one) for one in lines(chains.read(value), self.names))
        if name == "area_path":
            return places.full_name(value, self.areas) or str(_("everywhere"))
        if name == "chain":
            return self.chains.get(value, "–")
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if isinstance(value, list):
            return ", ".join(label(one) for one in value) or "–"
        return "–" if value is None else label(value) if name.startswith("min_") else str(value)


def _step_words(one: StepLine) -> str:
    rest = "; ".join((", ".join(one.who), *one.notes))
    return str(_("%(n)s. %(rest)s; waits %(minutes)s min", n=one.number, rest=rest, minutes=one.wait_minutes))


def _changes(before: dict[str, Any], after: dict[str, Any], known: _Known) -> Iterable[tuple[str, str, str]]:
    for name, value in sorted(after.items(), key=lambda one: _ORDER.index(one[0])):
        if before.get(name) != value and (before or value not in (None, [])):
            old = known.say(name, before[name]) if name in before else ""
            yield label(f"rule_{name}"), old, known.say(name, value)
