"""Bringing a file of people: every bad row is told before anything is written."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.enrolment.naming import Namer
from mbiu.enrolment.people import Person, Reader, Registrar
from mbiu.enrolment.registering import add
from mbiu.enrolment.sheet import BadRow, Row, Sheet
from mbiu.refusals import NotPossible


@dataclass(frozen=True)
class Plan:
    """Who would be registered, by row, and what stands against the other rows."""

    people: tuple[tuple[int, Person], ...]
    bad: tuple[BadRow, ...]
    left_out: tuple[str, ...] = ()


@dataclass
class _Seen:
    numbers: dict[str, int] = field(default_factory=dict, repr=False)
    codes: dict[str, int] = field(default_factory=dict)


def check(session: Session, by: Registrar, sheet: Sheet) -> Plan:
    """Read every row as the form would. Writes nothing, and tells of no number whether it is known."""
    reader, seen = Reader(session, by), _Seen()
    people: list[tuple[int, Person]] = []
    bad = list(sheet.bad)
    for row in sheet.rows:
        person, wrong = _judged(reader, row, seen)
        if wrong:
            bad += wrong
        else:
            people.append((row.number, person))
    return Plan(tuple(people), tuple(sorted(bad, key=lambda one: one.row)), sheet.left_out)


def _judged(reader: Reader, row: Row, seen: _Seen) -> tuple[Person, list[BadRow]]:
    person, faults = reader.read(row.cells)
    wrong = [BadRow(row.number, one.field, one.what, one.do) for one in faults]
    if first := seen.numbers.get(person.number) if person.number else None:
        wrong.append(
            BadRow(row.number, "number", f"The phone of row {first} again.", "Keep one of the rows.")
        )
    if first := seen.codes.get(person.code or ""):
        wrong.append(BadRow(row.number, "code", f"The code name of row {first} again.", "Choose another."))
    seen.numbers.setdefault(person.number, row.number)
    if person.code:
        seen.codes.setdefault(person.code, row.number)
    return person, wrong


def apply(
    session: Session, by: Registrar, plan: Plan, now: dt.datetime, *, only_good: bool = False
) -> list[tuple[int, str]]:
    """Register the people of a plan; the code name of each row.

    Raises NotPossible, with nothing written, where rows are bad and not ``only_good`` are wanted.
    """
    if plan.bad and not only_good:
        raise NotPossible("Some rows are bad, so nobody was registered.")
    if not plan.people:
        raise NotPossible("There is nobody to register.")
    namer = Namer(session)
    # Chosen code names first, so that no name is given out which a later row has chosen.
    people = sorted(plan.people, key=lambda one: one[1].code is None)
    made = sorted((row, add(session, by, person, namer, now).code) for row, person in people)
    codes = [code for _, code in made]
    audit.append(session, by.actor, "contact.imported", f"contacts:{len(made)}", codes=codes)
    return made
