"""A rumour on its incident's page: what is said, when it was heard, what it was found to be, the answer."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from mbiu import countering, rumours, texts
from mbiu.audit import Actor
from mbiu.channels.text import compose, segments
from mbiu.codes import EventType, RumourVerdict
from mbiu.models import CounterMessage, Incident, Rumour, utcnow
from mbiu.refusals import NotPossible
from review.words import EAT, INFORMATION_GRADES, label

VERDICTS = {
    RumourVerdict.TRUE: (_l("True"), _l("it happened as it is said")),
    RumourVerdict.MOSTLY_TRUE: (_l("Mostly true"), _l("it happened, details are wrong")),
    RumourVerdict.EXAGGERATED: (_l("Exaggerated"), _l("something smaller happened")),
    RumourVerdict.OUTDATED: (_l("Outdated"), _l("it happened, but long ago")),
    RumourVerdict.MISPLACED: (_l("Misplaced"), _l("it happened, but elsewhere")),
    RumourVerdict.OUT_OF_CONTEXT: (_l("Out of context"), _l("true details that mislead")),
    RumourVerdict.UNPROVEN: (_l("Unproven"), _l("nobody can say for sure")),
    RumourVerdict.MOSTLY_FALSE: (_l("Mostly false"), _l("a true detail in a false story")),
    RumourVerdict.FALSE: (_l("False"), _l("it did not happen")),
}
_MINUTE = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Word:
    """A counter-message: its texts with their cost, who wrote it, what became of it."""

    id: UUID
    texts: list[tuple[str, str, int]]
    to: str
    by: str
    approved_by: str
    mine: bool
    sent_at: dt.datetime | None
    dropped: bool
    void: bool
    told: int
    reach: int
    left_out: int
    states: list[tuple[str, int]]


@dataclass(frozen=True)
class Rumoured:
    """The rumour's part of the panel. ``choices`` are the nine verdicts, each with what it means."""

    claimed: str
    claimed_code: str
    heard_at: dt.datetime
    heard_typed: str
    occurred: tuple[dt.datetime, dt.datetime] | None
    verdict: str
    choices: list[tuple[str, str, str, str]]
    types: list[tuple[str, str]]
    words: list[Word]
    languages: list[tuple[str, str]]
    may_answer: bool
    has_area: bool


def shown(db: Session, row: Incident, actor: Actor, users: dict[UUID, str]) -> Rumoured | None:
    """The rumour that an incident is; None for one of another kind."""
    rumour = rumours.of(db, row)
    if rumour is None:
        return None
    found = countering.of(db, row.id)
    return Rumoured(
        claimed=label(rumour.claimed_type) if rumour.claimed_type else "",
        claimed_code=rumour.claimed_type.value if rumour.claimed_type else "",
        heard_at=rumour.heard_at,
        heard_typed=rumour.heard_at.astimezone(EAT).strftime(_MINUTE),
        occurred=_occurred(row),
        verdict=str(VERDICTS[rumour.verdict][0]) if rumour.verdict else "",
        choices=_choices(),
        types=[(one.value, label(one)) for one in EventType if one not in _NO_CLAIM],
        words=_words(db, row, actor, users, found),
        languages=list(texts.names().items()),
        may_answer=_may_answer(rumour, found),
        has_area=row.block not in {"", "/"},
    )


_NO_CLAIM = frozenset({EventType.RUMOUR, EventType.NONE})


def _occurred(row: Incident) -> tuple[dt.datetime, dt.datetime] | None:
    if row.occurred_from is None:
        return None
    return row.occurred_from, row.occurred_to or row.occurred_from


def _choices() -> list[tuple[str, str, str, str]]:
    """Code, name, meaning, and what follows for the incident."""
    grades = dict(INFORMATION_GRADES)
    return [
        (
            one.value,
            str(name),
            str(meaning),
            f"{label(rumours.REDUCED[one].verdict)}, {grades[str(rumours.REDUCED[one].information)]}",
        )
        for one, (name, meaning) in VERDICTS.items()
    ]


def _may_answer(rumour: Rumour, found: Sequence[CounterMessage]) -> bool:
    """Whether a word can be written: of a judged rumour, while none waits for its second person."""
    return rumour.verdict is not None and all(one.sent_at or one.dropped_at for one in found)


def _words(
    db: Session, row: Incident, actor: Actor, users: dict[UUID, str], found: list[CounterMessage]
) -> list[Word]:
    states = countering.delivered(db, [one.id for one in found])
    waiting = next((one for one in found if not (one.sent_at or one.dropped_at)), None)
    reach = countering.reach(db, row, waiting.audience) if waiting else countering.Reach((), 0)
    return [_word(row, actor, users, one, states[one.id], reach) for one in found]


def _word(
    row: Incident,
    actor: Actor,
    users: dict[UUID, str],
    one: CounterMessage,
    states: dict[str, int],
    reach: countering.Reach,
) -> Word:
    said = countering.wordings(one)
    names = texts.names()
    return Word(
        id=one.id,
        texts=[(names.get(code, code), text, segments(compose(text))) for code, text in said.items()],
        to=", ".join([str(_("those who reported it")), *(label(role) for role in one.audience)]),
        by=users.get(one.written_by, ""),
        approved_by=users.get(one.approved_by, "") if one.approved_by else "",
        mine=one.written_by == actor.id,
        sent_at=one.sent_at,
        dropped=one.dropped_at is not None,
        void=one.version != row.version,
        told=one.told,
        reach=len(reach.people),
        left_out=reach.left_out,
        states=[(label(code), count) for code, count in sorted(states.items())],
    )


# --- what the forms say ------------------------------------------------------------------------


def verdict() -> RumourVerdict:
    """One of the nine. Raises NotPossible."""
    text = request.form.get("rumour_verdict", "")
    if text not in set(RumourVerdict):
        raise NotPossible(_("Choose what the rumour was found to be."))
    return RumourVerdict(text)


def claimed() -> EventType | None:
    """What is said to happen; None where nobody can tell. Raises NotPossible."""
    text = request.form.get("claimed", "")
    if text and text not in set(EventType):
        raise NotPossible(_("There is no such type."))
    return EventType(text) if text else None


def heard_at() -> dt.datetime:
    """When it was heard, typed in East Africa Time. Raises NotPossible."""
    try:
        typed = dt.datetime.strptime(request.form.get("heard_at", "")[:16], _MINUTE).replace(tzinfo=EAT)
    except ValueError:
        raise NotPossible(_("Write the time as day and hour, in East Africa Time.")) from None
    return min(typed, utcnow())


def wordings() -> dict[str, str]:
    """The texts by language."""
    return {code: request.form.get(f"text_{code}", "")[:600] for code in texts.names()}


def audience() -> list[str]:
    """Who else is told."""
    return [role.value for role in countering.AUDIENCES if role.value in request.form.getlist("audience")]
