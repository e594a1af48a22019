"""The outcomes of an incident as its page shows them, and what the form of one starts from."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import figures, outcomes, vault
from mbiu.codes import IncidentState, ResponderClass
from mbiu.models import Contact, FollowUp, Outcome, OutcomeBy, utcnow
from mbiu.outcomes import Candidate, Deed, Draft
from review.material import Material
from review.words import label

_TRUE = frozenset({IncidentState.VERIFIED, IncidentState.ALERTED, IncidentState.CLOSED})


@dataclass(frozen=True)
class Result:
    """One outcome in words; ``holds`` is False for one that was corrected since."""

    id: UUID
    done: str
    effect: str
    resolution: str
    who: str
    on: dt.date | None
    note: str
    by: str
    created_at: dt.datetime
    holds: bool


@dataclass(frozen=True)
class Look:
    """A day to look again, and what was found then."""

    id: UUID
    on: dt.date
    what: str
    result: str
    by: str
    late: bool
    who: str


@dataclass(frozen=True)
class Typed:
    """What the form holds when it opens; ``corrects`` is the outcome that it would replace."""

    done: tuple[str, ...] = ()
    effect: str = ""
    resolution: str = ""
    by: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    on: str = ""
    note: str = ""
    answer: str = ""
    corrects: str = ""


@dataclass(frozen=True)
class Panel:
    """Everything about outcomes on the page of an incident."""

    results: list[Result]
    looks: list[Look]
    drafts: list[Draft]
    people: list[tuple[str, str]]
    typed: Typed
    may_record: bool
    may_close: bool
    today: dt.date
    choices: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether the incident can be closed with what is recorded."""
        return self.may_close and any(one.holds for one in self.results)


def panel(db: Session, material: Material, rows: Sequence[Outcome], *, may_decide: bool) -> Panel:
    """What the page shows. ``rows`` are all outcomes of the incident."""
    row, now = material.row, utcnow()
    people = list(outcomes.who_may_have_acted(db, row)) if may_decide else []
    drafts = outcomes.drafts(db, row.id) if may_decide else []
    acted = _acted(db, rows)
    chosen = _typed(rows, acted, drafts)
    return Panel(
        results=_results(material, rows, acted),
        looks=_looks(db, material, figures.today(now)),
        drafts=drafts,
        people=_people(people, acted, chosen),
        typed=chosen,
        may_record=may_decide and row.state in _TRUE,
        may_close=may_decide and row.state in _TRUE - {IncidentState.CLOSED},
        today=figures.today(now),
        choices=choices(),
    )


def choices() -> dict[str, list[tuple[str, Any]]]:
    """What the fields of the form offer."""
    return {
        "done": [(code, label(f"done_{code}")) for code in outcomes.DONE],
        "effect": [(code, label(f"effect_{code}")) for code in outcomes.EFFECTS],
        "resolution": [(code, label(f"resolved_{code}")) for code in outcomes.RESOLUTIONS],
        "kinds": [(one.value, label(one)) for one in ResponderClass],
        "ways": [(code, label(f"look_{code}")) for code in outcomes.WAYS],
        "results": [(code, label(f"found_{code}")) for code in outcomes.RESULTS],
    }


def in_words(done: Iterable[str]) -> str:
    """Several deeds in one line."""
    first, *rest = (label(f"done_{one}") for one in done)
    return ", ".join([first, *(one[:1].lower() + one[1:] for one in rest)])


def note_of(row: Outcome) -> str:
    return vault.unseal("outcome", "note", row.id, row.note) if row.note else ""


Acted = dict[UUID, list[tuple[UUID, str]]]


def _acted(db: Session, rows: Sequence[Outcome]) -> Acted:
    """Who did what an outcome says: id and code, by outcome."""
    found: Acted = {row.id: [] for row in rows}
    query = (
        select(OutcomeBy.outcome_id, Contact.id, Contact.code)
        .join(Contact, Contact.id == OutcomeBy.contact_id)
        .where(OutcomeBy.outcome_id.in_(found))
        .order_by(Contact.code)
    )
    for outcome_id, contact_id, code in db.execute(query):
        found[outcome_id].append((contact_id, code))
    return found


def _results(material: Material, rows: Sequence[Outcome], acted: Acted) -> list[Result]:
    replaced = {row.corrects for row in rows}
    found = [
        Result(
            id=row.id,
            done=in_words(row.done),
            effect=label(f"effect_{row.effect}"),
            resolution=label(f"resolved_{row.resolution}") if row.resolution else "",
            who=", ".join([*(code for _id, code in acted[row.id]), *(label(kind) for kind in row.kinds)]),
            on=row.acted_on,
            note=note_of(row),
            by=material.name(row.user_id),
            created_at=row.created_at,
            holds=row.id not in replaced,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.holds, one.created_at), reverse=True)


def _looks(db: Session, material: Material, today: dt.date) -> list[Look]:
    query = (
        select(FollowUp, Contact.code)
        .outerjoin(Contact, Contact.id == FollowUp.contact_id)
        .where(FollowUp.incident_id == material.row.id)
        .order_by(FollowUp.done_at.is_not(None), FollowUp.due_on)
        .limit(50)
    )
    return [
        Look(
            id=row.id,
            on=row.due_on,
            what=label(f"look_{row.what}"),
            result=label(f"found_{row.result}") if row.result else "",
            by=material.name(row.done_by),
            late=row.done_at is None and row.due_on <= today,
            who=code or "",
        )
        for row, code in db.execute(query)
    ]


def _people(found: Sequence[Candidate], acted: Acted, typed: Typed) -> list[tuple[str, str]]:
    """Whom the form offers: who was told, the committees of the area, and whoever it names already."""
    offered = {str(one.id): f"{one.code} · {one.organisation}".rstrip(" ·") for one in found}
    named = {str(contact): code for people in acted.values() for contact, code in people}
    missing = {contact: named[contact] for contact in typed.by if contact in named.keys() - offered.keys()}
    return [*offered.items(), *missing.items()]


# --- what the form starts from -----------------------------------------------------------------


def _typed(rows: Sequence[Outcome], acted: Acted, drafts: list[Draft]) -> Typed:
    """An outcome to correct, an answer to draw from, or nothing."""
    wanted = request.args.get("correct", "")
    replaced = {row.corrects for row in rows}
    for row in rows:
        if str(row.id) == wanted and row.id not in replaced:
            return _of_outcome(row, acted[row.id])
    named = request.args.get("draft", "")
    chosen = next((one for one in drafts if str(one.id) == named), None)
    if chosen is None and not rows and len(drafts) == 1:
        chosen = drafts[0]
    return _of_draft(chosen) if chosen else Typed()


def _of_outcome(row: Outcome, people: list[tuple[UUID, str]]) -> Typed:
    return Typed(
        done=tuple(row.done),
        effect=row.effect,
        resolution=row.resolution,
        by=tuple(str(contact) for contact, _code in people),
        kinds=tuple(row.kinds),
        on=row.acted_on.isoformat() if row.acted_on else "",
        note=note_of(row),
        answer=str(row.response_id or ""),
        corrects=str(row.id),
    )


def _of_draft(one: Draft) -> Typed:
    day = figures.today(one.at).isoformat()
    return Typed(by=(str(one.contact),), on=day, note=one.words, answer=str(one.id))


# --- what the form says ------------------------------------------------------------------------


def deed() -> Deed:
    """The outcome that a form tells; what nobody could have chosen is refused by `outcomes`."""
    form = request.form
    return Deed(
        done=tuple(form.getlist("done")[:20]),
        effect=form.get("effect", ""),
        words=form.get("note", "")[:2000],
        resolution=form.get("resolution", ""),
        by=_ids("by"),
        kinds=tuple(form.getlist("kinds")[:20]),
        on=_day(form.get("on", "")),
        answer=next(iter(_ids("answer")), None),
    )


def ahead() -> list[outcomes.Ahead]:
    """The days to look again that a form names."""
    form = request.form
    fields = (form.getlist(f"again_{name}") for name in ("on", "what", "who"))
    rows = zip_longest(*fields, fillvalue="")
    return [outcomes.Ahead(on, what, _id(who)) for day, what, who in rows if (on := _day(day))]


def named(name: str) -> UUID:
    """The row that a form names; one that is none where it is no id."""
    return next(iter(_ids(name)), UUID(int=0))


def _ids(name: str) -> tuple[UUID, ...]:
    return tuple(one for text in request.form.getlist(name)[:60] if (one := _id(text)))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text[:40])
    except ValueError:
        return None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
