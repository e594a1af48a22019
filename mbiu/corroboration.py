"""How far an incident is corroborated: who counts as a source, who does not beside whom, and what is missing.

What is suggested here is a suggestion: only a person grades.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.models import Contact, Incident, Media, Message, Report

#: Reports of one incident that are explained one by one; a flood is counted, not listed.
SHOWN = 60
#: Why somebody tells it second-hand, or cannot be relied on to speak freely.
SECOND_HAND = frozenset({"forwarded", "hearsay"})
DOUBTFUL = frozenset({"unconfirmed", "duress"})
#: Grades of a reporter at which one voice alone is possibly true.
RELIABLE = frozenset("ABC")
_SURE, _ENOUGH = 3, 2


@dataclass(frozen=True)
class Voice:
    """A report as a witness: ``note`` is why it is no source of its own, empty if it is."""

    ref: str
    code: str
    note: str
    contact: UUID
    grade: str = "F"
    organisation: str = ""
    circle: str = ""

    @property
    def bond(self) -> tuple[str, str]:
        """What makes several independent reports one source, as `mbiu.sources` counts them."""
        if self.organisation:
            return "organisation", self.organisation
        return ("community", self.circle) if self.circle else ("same_person", str(self.contact))


@dataclass(frozen=True)
class Bunch:
    """Independent reports that count as one source; ``why`` is empty where it is one report alone.

    ``why`` is ``organisation``, ``community`` or ``same_person``.
    """

    voices: tuple[Voice, ...]
    why: str = ""


@dataclass(frozen=True)
class Corroboration:
    """Who counts and who does not, what would make it stronger, and a credibility to consider.

    ``reason`` and ``stronger`` are codes for which the console has words; ``information`` is 1 to 6.
    """

    bunches: tuple[Bunch, ...]
    others: tuple[Voice, ...]
    information: int
    reason: str
    stronger: tuple[str, ...]
    more: int = 0

    @property
    def sources(self) -> int:
        return len(self.bunches)


def of(session: Session, row: Incident) -> Corroboration:
    """Explain an incident, of what the session's user sees."""
    query = (
        select(Report.ref, Report.contact_id, Report.source_note, Report.independent)
        .add_columns(
            Contact.code, Contact.grade, Contact.organisation, Contact.community, Contact.denomination
        )
        .join(Contact, Contact.id == Report.contact_id)
        .where(Report.incident_id == row.id)
        .order_by(Report.created_at, Report.id)
    )
    voices = [_voice(one) for one in session.execute(query.limit(SHOWN))]
    pictured = (
        select(Media.id)
        .join(Message, Message.id == Media.message_id)
        .join(Report, Report.id == Message.report_id)
        .where(Report.incident_id == row.id)
    )
    return explain(
        voices,
        missing=row.missing,
        numbers=row.numbers,
        pictured=session.scalar(pictured.limit(1)) is not None,
        more=_beyond(session, row) if len(voices) == SHOWN else 0,
    )


def _voice(row: Any) -> Voice:
    parts = [" ".join(part.split()).casefold() for part in (row.community, row.denomination)]
    return Voice(
        ref=row.ref,
        code=row.code,
        note="" if row.independent else row.source_note or "connected",
        contact=row.contact_id,
        grade=row.grade,
        organisation=row.organisation.strip().casefold(),
        circle="/".join(parts) if all(parts) else "",
    )


def _beyond(session: Session, row: Incident) -> int:
    every = session.scalar(select(func.count()).where(Report.incident_id == row.id)) or 0
    return every - SHOWN


def explain(
    voices: Sequence[Voice],
    *,
    missing: Iterable[str] = (),
    numbers: Mapping[str, Mapping[str, int]] | None = None,
    pictured: bool = False,
    more: int = 0,
) -> Corroboration:
    """What ``voices``, in the order they came, are worth together. Pure.

    ``numbers`` are the incident's counts as ranges, ``more`` the reports that are not listed.
    """
    bunches = _bunched([one for one in voices if not one.note])
    others = tuple(one for one in voices if one.note)
    information, reason = _suggested(bunches, others, apart=_apart(numbers or {}))
    stronger = _stronger(bunches, others, set(missing), pictured=pictured)
    return Corroboration(bunches, others, information, reason, stronger, more)


def _bunched(voices: Sequence[Voice]) -> tuple[Bunch, ...]:
    found: dict[tuple[str, str], list[Voice]] = {}
    for one in voices:
        found.setdefault(one.bond, []).append(one)
    return tuple(Bunch(tuple(them), bond[0] if len(them) > 1 else "") for bond, them in found.items())


def _apart(numbers: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether the tellings differ so much in a count that they cannot both be right."""
    return any(
        one["high"] - one["low"] >= 5 and one["high"] >= 3 * max(one["low"], 1) for one in numbers.values()
    )


def _suggested(bunches: Sequence[Bunch], others: Sequence[Voice], *, apart: bool) -> tuple[int, str]:
    """Information credibility by the Admiralty scale, and the code of the reason."""
    count = len(bunches)
    if count >= _ENOUGH:
        grade, reason = (1, "three_sources") if count >= _SURE else (2, "two_sources")
        return (grade + 1, "numbers_apart") if apart else (grade, reason)
    if count:
        known = any(one.grade in RELIABLE for one in bunches[0].voices)
        return (3, "one_known") if known else (6, "one_unknown")
    notes = {one.note for one in others}
    return 6, "second_hand" if notes & SECOND_HAND else "in_doubt" if notes & DOUBTFUL else "nobody"


def _stronger(
    bunches: Sequence[Bunch], others: Sequence[Voice], missing: set[str], *, pictured: bool
) -> tuple[str, ...]:
    notes = {one.note for one in others}
    wanted = {
        "eyewitness": not bunches,
        "second_source": len(bunches) == 1,
        "call_back": "unconfirmed" in notes,
        "place": "place" in missing,
        "when": "when" in missing,
        "picture": not pictured,
    }
    return tuple(code for code, is_wanted in wanted.items() if is_wanted)
