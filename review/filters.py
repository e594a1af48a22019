"""What the queue is narrowed to, and the order it stands in, as an address holds them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, false, func, or_

from mbiu import figures, outcomes
from mbiu.codes import EventType, IncidentState, Priority, Severity
from mbiu.models import Incident, Report, utcnow
from review.words import label

_PATH = re.compile(r"/[\w./-]{0,200}")
WAITING = (IncidentState.OPEN, IncidentState.CLAIMED)
ALL = tuple(set(IncidentState) - {IncidentState.MERGED})
#: The choices of a state: their words, and the incidents among them.
STATES: dict[str, tuple[Any, tuple[IncidentState, ...]]] = {
    "": (_("Waiting"), WAITING),
    "open": (_("Nobody has it"), (IncidentState.OPEN,)),
    "claimed": (_("Somebody has it"), (IncidentState.CLAIMED,)),
    "messages": (_("Messages without an event"), ()),
    "verified": (_("Verified"), (IncidentState.VERIFIED,)),
    "alerted": (_("Alerted"), (IncidentState.ALERTED,)),
    "closed": (_("Closed"), (IncidentState.CLOSED,)),
    "again": (_("To be looked at again"), ALL),
    "doubted": (_("Refuted or unclear"), (IncidentState.REFUTED, IncidentState.UNVERIFIABLE)),
    "withdrawn": (_("Withdrawn by the reporter"), (IncidentState.WITHDRAWN,)),
    "archived": (_("Put aside"), (IncidentState.ARCHIVED,)),
    "all": (_("All"), ALL),
}
#: In which of them messages that led to no incident stand too; in `archived` those that were put aside.
WITH_MESSAGES = frozenset({"", "messages", "archived", "all"})
WHO = {"me": _("Mine"), "free": _("Nobody’s")}
ONLY = {
    "restricted": _("Restricted"),
    "several": _("Two sources or more"),
    "grave": _("Severe or extreme"),
    "exercise": _("Exercise"),
    "real": _("No exercise"),
}
SORTS = {"due": _("Most urgent"), "newest": _("Newest"), "reports": _("Most reports")}


@dataclass(frozen=True)
class Filters:
    """What the queue is narrowed to; empty strings narrow nothing. ``q`` is what is searched for."""

    state: str = ""
    type: str = ""
    area: str = ""
    priority: str = ""
    who: str = ""
    only: str = ""
    q: str = ""
    sort: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Filters":
        """Read from a query string; unknown values are as good as none."""
        choices: dict[str, Any] = {
            "state": STATES, "type": set(EventType), "priority": set(Priority), "who": WHO, "only": ONLY,
            "sort": SORTS,
        }  # fmt: skip
        said = {field.name: query.get(field.name, "") for field in fields(cls)}
        known = {name: said[name] if said[name] in allowed else "" for name, allowed in choices.items()}
        area = said["area"] if _PATH.fullmatch(said["area"]) else ""
        return cls(**known, area=area, q=" ".join(said["q"].split())[:200])

    @property
    def order(self) -> str:
        """How the list is sorted: what waits by urgency, what has ended by its age."""
        waits = set(STATES[self.state][1]) <= set(WAITING) and not self.q
        return self.sort or ("due" if waits else "newest")

    @property
    def shown(self) -> tuple[IncidentState, ...]:
        """The states shown; whoever searches and names none wants all."""
        return ALL if self.q and not self.state else STATES[self.state][1]

    def conditions(self, user_id: UUID | None = None) -> list[ColumnElement[bool]]:
        """What an incident must fulfil, but for the words searched for."""
        found: list[ColumnElement[bool]] = [Incident.state.in_(self.shown) if self.shown else false()]
        if self.state == "again":
            found.append(outcomes.due(figures.today(utcnow())))
        if self.type:
            found.append(Incident.event_type == self.type)
        if self.area:
            found.append(func.starts_with(Incident.area_path, self.area))
        if self.priority:
            found.append(Incident.priority == self.priority)
        if self.who == "me":
            found.append(or_(Incident.assigned_to == user_id, Incident.claimed_by == user_id))
        if self.who == "free":
            found += [Incident.assigned_to.is_(None), Incident.claimed_by.is_(None)]
        return [*found, *_ONLY.get(self.only, [])]

    def narrow(self, query: Any, user_id: UUID | None = None) -> Any:
        return query.where(*self.conditions(user_id))

    @property
    def has_messages(self) -> bool:
        """Whether messages that led to no incident can stand in this list."""
        fits = self.type in {"", EventType.NONE} and self.priority in {"", Priority.P4}
        return fits and self.state in WITH_MESSAGES and not self.who and self.only in {"", "exercise", "real"}

    def narrow_messages(self, query: Any) -> Any:
        """The same for messages that led to no incident."""
        there = (Report.withdrawn_at.is_(None), Report.erased_at.is_(None))
        query = query.where(Report.incident_id.is_(None), Report.state == "read", *there)
        if self.state == "archived":
            query = query.where(Report.archived_at.is_not(None))
        elif not self.q:
            query = query.where(Report.archived_at.is_(None))
        if self.area:
            query = query.where(func.starts_with(Report.area_path, self.area))
        if self.only:
            query = query.where(Report.exercise.is_(self.only == "exercise"))
        return query

    def as_query(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value}


_ONLY: dict[str, list[ColumnElement[bool]]] = {
    "restricted": [Incident.restricted.is_(True)],
    "several": [Incident.sources > 1],
    "grave": [Incident.severity.in_([Severity.SEVERE, Severity.EXTREME])],
    "exercise": [Incident.exercise.is_(True)],
    "real": [Incident.exercise.is_(False)],
}


def choices() -> dict[str, list[tuple[str, Any]]]:
    """What the fields of the page offer."""
    return {
        "state": [(key, words[0]) for key, words in STATES.items()],
        "type": [(kind.value, label(kind)) for kind in EventType],
        "who": list(WHO.items()),
        "only": list(ONLY.items()),
        "sort": list(SORTS.items()),
    }
