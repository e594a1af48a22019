"""The figures page: what came, how long things took, who was told; tables that charts may draw."""

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from mbiu import audit
from mbiu import figures as counted
from mbiu.codes import ResponderClass
from mbiu.db import transaction
from mbiu.models import utcnow
from mbiu.refusals import NotFound
from mbiu.settings import settings
from review import accounts as accounting
from review import disputes, figures
from review.doors import Permission, actor, current_user, door, may, scoped
from review.figures import Chosen
from review.tables import Table, sheet
from review.words import label

pages = Blueprint("figures", __name__, url_prefix="/figures")


@dataclass(frozen=True)
class Found:
    """Everything the page shows."""

    at: Chosen
    tables: list[Table]
    areas: list[tuple[str, str]]
    uncounted: str


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The figures of the chosen time and area."""
    found = _found()
    periods = [(days, ngettext("%(num)s day", "%(num)s days", days)) for days in figures.PERIODS[:-1]]
    return render_template(
        "pages/figures.html",
        found=found,
        periods=[*periods, (figures.PERIODS[-1], _("A year"))],
        everywhere=current_user().scope == "/",
        drills=settings().demo,
    )


@pages.get("/<key>.csv")
@door(Permission.SEE)
def export(key: str) -> ResponseReturnValue:
    """One of the tables as a file. That it was taken is recorded."""
    found = _found()
    table = next((one for one in found.tables if one.key == key), None)
    if table is None:
        raise NotFound("There is no such table.")
    with transaction() as db:
        about = {"area": found.at.area or "all", "days": found.at.days}
        audit.append(db, actor(), "figures.exported", f"figures:{key}", **about)
    named = {"Content-Disposition": f'attachment; filename="mbiu-{key}.csv"'}
    return Response("\ufeff" + sheet(table), mimetype="text/csv", headers=named)


def _found() -> Found:
    """The tables this user may see. Constant in queries, whatever the history."""
    now, scope = utcnow(), current_user().scope
    area = request.args.get("area", "")[:200].replace("\0", "")
    at = figures.chosen(scope, area, request.args.get("days", ""))
    span = at.span(counted.today(now), drills=settings().demo)
    with transaction() as db:
        live, first = counted.lately(db, now), counted.first_day(db)
        gateways = figures.gateways(db, counted.texts(db, span, live), span)
    with scoped() as db:
        found = counted.read(db, span, live)
        areas, names = figures.areas(db, scope, at, found)
        made = [*figures.tables(found, span, names), *disputes.tables(db, span, live), gateways]
        if may(Permission.FEEDBACK):
            made.append(figures.load(db, found, span))
    return Found(at, made, areas, figures.missing(day for day in found.uncounted if first and day >= first))


@pages.get("/accountability")
@door(Permission.SEE)
def accounts() -> ResponseReturnValue:
    """From report to outcome: how long it took and who answered, by month, area and class of responders."""
    found = _account()
    periods = [(n, ngettext("%(num)s month", "%(num)s months", n)) for n in accounting.MONTHS]
    return render_template(
        "pages/accounts.html",
        found=found,
        periods=periods,
        ways=list(accounting.BY_WORDS.items()),
        roles=[(one.value, label(one)) for one in ResponderClass],
        everywhere=current_user().scope == "/",
        drills=settings().demo,
    )


@pages.get("/accountability/<key>.csv")
@door(Permission.SEE)
def accounts_export(key: str) -> ResponseReturnValue:
    """One of the tables, or ``all`` of it by month, area and class. That it was taken is recorded."""
    if key == "all":
        at, text = _whole()
    else:
        found = _account()
        table = next((one for one in found.tables if one.key == key), None)
        if table is None:
            raise NotFound("There is no such table.")
        at, text = found.at, sheet(table)
    with transaction() as db:
        about = {"area": at.area or "all", "months": at.months, "by": at.by.value}
        audit.append(db, actor(), "figures.exported", f"figures:accountability-{key}", **about)
    named = {"Content-Disposition": f'attachment; filename="mbiu-accountability-{key}.csv"'}
    return Response("\ufeff" + text, mimetype="text/csv", headers=named)


def _account() -> accounting.Account:
    """The account this user may see. Constant in queries, whatever the history."""
    now, scope = utcnow(), current_user().scope
    at = accounting.asked(scope, request.args)
    with transaction() as db:
        live = counted.lately(db, now)
    with scoped() as db:
        return accounting.account(db, scope, at, counted.today(now), live, drills=settings().demo)


def _whole() -> tuple[accounting.Asked, str]:
    now, scope = utcnow(), current_user().scope
    at = accounting.asked(scope, request.args)
    with transaction() as db:
        live = counted.lately(db, now)
    with scoped() as db:
        return at, accounting.whole_sheet(db, at, counted.today(now), live, drills=settings().demo)


@pages.app_template_filter("seconds")
def seconds(value: float) -> dt.timedelta:
    """A number of seconds as a length of time."""
    return dt.timedelta(seconds=value)


@pages.app_template_filter("day_name")
def day_name(value: dt.date) -> str:
    """A day in the user's language, worked out once for all tables of an answer."""
    known: dict[dt.date, str] = g.setdefault("day_names", {})
    if value not in known:
        known[value] = format_date(value, "d MMM y")
    return known[value]
