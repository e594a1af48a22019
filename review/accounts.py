"""Accounts of what warnings led to, as tables and as a sheet: how long it took, and who answered."""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import String, func, literal, literal_column, select
from sqlalchemy.orm import Session

from mbiu import figures
from mbiu.codes import AlertState, ResponderClass
from mbiu.figures import ANSWERS, STEPS, Answers, By, Line, Span, Spread, Times
from mbiu.figures.answering import ROLE
from mbiu.models import Address, Alert, Contact, Delivery, Incident
from mbiu.refusals import NotFound
from review import places
from review.figures import STEP_WORDS
from review.figures import chosen as placed
from review.tables import Row, Table, Unit, plain
from review.words import label

#: Months that a page may show.
MONTHS = (3, 6, 12)
#: So many alerts that wait for an answer are listed.
MANY = 50
BY_WORDS = {
    By.MONTH: lazy_gettext("Month"),
    By.AREA: lazy_gettext("Area"),
    By.ROLE: lazy_gettext("Responders"),
}
#: Receipts and verdicts do not depend on whom an alert went to.
_STEPS_OF_ROLES = ("alert", "acknowledged", "outcome")
Lived = Mapping[dt.date, figures.Counted]


@dataclass(frozen=True)
class Asked:
    """What the page is about. ``role`` narrows it to one class of responders."""

    area: str
    areas: tuple[str, ...]
    months: int
    by: By
    role: str

    def span(self, areas: tuple[str, ...], today: dt.date, *, drills: bool) -> Span:
        """From the first day of the earliest month to today."""
        back = today.year * 12 + today.month - self.months
        return Span(areas, dt.date(back // 12, back % 12 + 1, 1), today, drills)

    def as_query(self) -> dict[str, object]:
        values = {"area": self.area, "months": self.months, "by": self.by.value, "role": self.role}
        return {name: value for name, value in values.items() if value}


def asked(scope: str, query: Mapping[str, str]) -> Asked:
    """Read an address; unknown values are as good as none. Raises NotFound for an area outside the scope."""
    at = placed(scope, query.get("area", "")[:200].replace("\0", ""), "")
    months, by, role = (query.get(name, "") for name in ("months", "by", "role"))
    return Asked(
        area=at.area,
        areas=at.areas,
        months=int(months) if months in {str(one) for one in MONTHS} else MONTHS[1],
        by=By(by) if by in set(By) else By.MONTH,
        role=role if role in set(ResponderClass) else "",
    )


@dataclass(frozen=True)
class Silent:
    """An alert that waits for an answer, and the roles of those who were told."""

    ref: str
    incident: str
    roles: list[str]
    created_at: dt.datetime


@dataclass(frozen=True)
class Account:
    """All that the page shows."""

    at: Asked
    tables: list[Table]
    waiting: list[Silent]
    areas: list[tuple[str, str]]


def account(db: Session, scope: str, at: Asked, today: dt.date, live: Lived, *, drills: bool) -> Account:
    """The account of a time and an area, in a transaction that sees them. Raises NotFound."""
    whole = at.span(at.areas, today, drills=drills)
    inside = figures.inner(db, whole, live)
    named = _named(db, scope, at, inside)
    span = at.span(inside or at.areas, today, drills=drills) if at.by is By.AREA else whole
    by = frozenset({at.by})
    found = figures.times(db, span, live, by, at.role)
    told = figures.answers(db, span, live, by, at.role)
    order = _lines(at, span, {**dict.fromkeys(found), **dict.fromkeys(told)}, dict(named))
    tables = _steps(at, order, found)
    if at.by is not By.ROLE:
        tables.append(_answered(str(BY_WORDS[at.by]), "answers", order, told))
    roles = figures.answers(db, whole, live, frozenset({By.ROLE}))
    tables.append(_by_role(roles))
    return Account(at, tables, _waiting(db, at, drills=drills), named)


def _named(db: Session, scope: str, at: Asked, inside: Iterable[str]) -> list[tuple[str, str]]:
    """The areas to choose from with their names: the user's own, the chosen one's, those within it."""
    paths = {*inside, *scope.split(",")} - {"/"}
    part = at.area
    while part and part != "/" and part.startswith(tuple(scope.split(","))):
        paths.add(part)
        part = figures.parent(part)
    known = places.names(db, paths)
    if at.area not in {"", "/"} and places.parts(at.area)[-1] not in known:
        raise NotFound("There is no such area.")
    found = [(path, places.full_name(path, known)) for path in paths]
    return sorted(found, key=lambda one: one[1].split(", ")[::-1])


Named = list[tuple[Line, str]]


def _lines(at: Asked, span: Span, found: Iterable[tuple[Line, str]], names: Mapping[str, str]) -> Named:
    """The lines of every table in their order, with names."""
    if at.by is By.MONTH:
        return [(Line(month=f"{day:%Y-%m}"), format_date(day, "MMM y")) for day in _months(span)]
    lines = {line for line, _what in found}
    if at.by is By.AREA:
        named = [(line, names.get(line.area, line.area)) for line in lines]
        return sorted(named, key=lambda one: one[1].split(", ")[::-1])
    return sorted(((line, label(line.role)) for line in lines), key=lambda one: one[1])


def _months(span: Span) -> list[dt.date]:
    first = span.first.year * 12 + span.first.month - 1
    last = span.last.year * 12 + span.last.month - 1
    return [dt.date(n // 12, n % 12 + 1, 1) for n in range(first, last + 1)]


def _steps(at: Asked, order: Named, found: Times) -> list[Table]:
    steps = _STEPS_OF_ROLES if at.role or at.by is By.ROLE else STEPS
    return [_step(step, str(BY_WORDS[at.by]), order, found) for step in steps]


def _step(step: str, first: str, order: Named, found: Times) -> Table:
    rows = []
    for line, name in order:
        one = found.get((line, step))
        rows.append(Row(name, (one.half, one.most, one.cases) if one else (None, None, 0)))
    return Table(
        key=step,
        title=_("From report to: %(step)s", step=str(STEP_WORDS[step])),
        about="",
        first=first,
        columns=(_("Half within"), _("Nine in ten within"), _("Cases")),
        rows=tuple(rows),
        chart="bars",
        drawn=2,
        unit=Unit.SECONDS,
        measured=2,
    )


def _answered(first: str, key: str, order: Named, told: Answers) -> Table:
    """How alerts were answered, line by line: the share that nobody took on or refused, and the counts."""
    rows = []
    for line, name in order:
        alerted, *rest = (told[line, what] for what in ANSWERS)
        rows.append(Row(name, (rest[-1] / alerted if alerted else None, *rest[::-1], alerted)))
    return Table(
        key=key,
        title=_("Unanswered alerts"),
        about="",
        first=first,
        columns=(_("Share unanswered"), _("Unanswered"), _("Could not"), _("Taken on"), _("Alerts")),
        rows=tuple(rows),
        chart="bars",
        drawn=1,
        unit=Unit.SHARE,
        measured=1,
    )


def _by_role(told: Answers) -> Table:
    order = sorted({(line, label(line.role)) for line, _what in told}, key=lambda one: one[1])
    made = _answered(_("Responders"), "silent", order, told)
    about = _("An alert counts for each class of responders that was told of it: who answered of them.")
    return Table(**(vars(made) | {"title": _("Unanswered alerts by responders"), "about": about}))


def _waiting(db: Session, at: Asked, *, drills: bool) -> list[Silent]:
    """The alerts that nobody has answered yet, the oldest first."""
    roles = func.array_agg(literal_column(ROLE, String).distinct())
    inside = [func.starts_with(Incident.area_path, at.area)] if at.area else []
    query = (
        select(Alert.ref, Incident.ref, roles, Alert.created_at)
        .join(Incident, Incident.id == Alert.incident_id)
        .join(Delivery, Delivery.alert_id == Alert.id)
        .join(Address, Address.id == Delivery.address_id)
        .join(Contact, Contact.id == Address.contact_id)
        # Spelt out, for an index of some rows serves no query that leaves open which rows it wants.
        .where(Alert.state == literal(AlertState.OPEN.value, literal_execute=True))
        .where(Incident.exercise == drills, *inside)
        .group_by(Alert.id, Incident.ref)
        .order_by(Alert.created_at)
        .limit(MANY)
    )
    return [Silent(ref, incident, _roles(codes), at_) for ref, incident, codes, at_ in db.execute(query)]


def _roles(codes: Iterable[str]) -> list[str]:
    return sorted(label(code) for code in codes)


# --- the whole as a sheet ----------------------------------------------------------------------


def whole_sheet(db: Session, at: Asked, today: dt.date, live: Lived, *, drills: bool) -> str:
    """Month by month, area by area and role by role as CSV: seconds, cases and counts, under code names."""
    span = at.span(at.areas, today, drills=drills)
    areas = (*at.areas, *figures.inner(db, span, live))
    span = at.span(areas, today, drills=drills)
    found: Times = {}
    told: Answers = Counter()
    for by in ({By.MONTH, By.AREA}, {By.MONTH, By.AREA, By.ROLE}):
        found |= figures.times(db, span, live, frozenset(by))
        told += figures.answers(db, span, live, frozenset(by))
    known = places.names(db, areas)
    out = io.StringIO()
    writer = csv.writer(out)
    spreads = [f"{step}_{part}" for step in STEPS for part in ("half_s", "nine_in_ten_s", "cases")]
    writer.writerow(["month", "area", "name", "responders", *spreads, *ANSWERS])
    for line in sorted({one for one, _what in (*found, *told)}):
        times = [_cells(found.get((line, step))) for step in STEPS]
        counts = [told[line, what] for what in ANSWERS]
        name = plain(places.full_name(line.area, known))
        writer.writerow(
            [line.month, line.area, name, line.role, *(c for cells in times for c in cells), *counts]
        )
    return out.getvalue()


def _cells(one: Spread | None) -> tuple[int | str, ...]:
    return (one.half, one.most, one.cases) if one else ("", "", 0)
