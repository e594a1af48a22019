"""The calendar of the centre: a list to keep and a month to look at."""

import calendar as months
import datetime as dt
import re
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.db import transaction
from mbiu.house import occasions, settings
from mbiu.house.occasions import Day, OccasionKind
from mbiu.models import Place, utcnow
from mbiu.refusals import NotPossible
from review import places
from review.doors import Permission, actor, door
from review.views.house.blueprint import done, pages

MONTH = re.compile(r"(\d{4})-(\d{2})")


@pages.get("/calendar")
@door(Permission.HOUSE)
def calendar() -> ResponseReturnValue:
    """A month as a grid, and all that is to come as a list."""
    with transaction() as db:
        today = utcnow().astimezone(ZoneInfo(settings.value(db, "time_zone"))).date()
        month = _month(request.args.get("month", ""), today)
        rows = occasions.listed(db, min(today, month))
        areas = _areas(db)
    weeks = months.Calendar().monthdatescalendar(month.year, month.month)
    grid = [(day, [row for row in rows if occasions.falls(row, day, day)]) for week in weeks for day in week]
    return render_template(
        "pages/house/calendar.html",
        grid=grid,
        weekdays=[format_date(day, "EEE") for day in weeks[0]],
        title=format_date(month, "MMMM y"),
        month=month,
        before=(month - dt.timedelta(days=1)).replace(day=1),
        after=(month + dt.timedelta(days=31)).replace(day=1),
        today=today,
        rows=[row for row in rows if row.yearly or row.ends_on >= today],
        blank=_blank(today),
        kinds=list(OccasionKind),
        areas=areas,
        names=dict(areas),
    )


@pages.post("/calendar")
@door(Permission.HOUSE)
def add_occasion() -> ResponseReturnValue:
    """Write an occasion down."""
    return done(lambda db: _save(db, None), "house.calendar")


@pages.post("/calendar/<uuid:occasion_id>")
@door(Permission.HOUSE)
def change_occasion(occasion_id: UUID) -> ResponseReturnValue:
    """Change an occasion, or take it out."""

    def act(db: Session) -> str:
        if "remove" in request.form:
            occasions.remove(db, actor(), occasion_id)
            return _("Taken out of the calendar.")
        return _save(db, occasion_id)

    return done(act, "house.calendar")


def _save(db: Session, occasion_id: UUID | None) -> str:
    form = request.form
    starts = _date(form.get("starts_on", ""))
    day = Day(
        form.get("kind", ""),
        form.get("title", ""),
        starts,
        _date(form.get("ends_on", "")) if form.get("ends_on") else starts,
        form.get("area", "") or "/",
        form.get("note", ""),
        "yearly" in form,
    )
    occasions.save(db, actor(), day, occasion_id)
    return _("Saved in the calendar.")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        raise NotPossible("Give the day as year, month and day.") from None


def _month(text: str, today: dt.date) -> dt.date:
    found = MONTH.fullmatch(text)
    try:
        return dt.date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)


def _areas(db: Session) -> list[tuple[str, str]]:
    paths = list(db.scalars(select(Place.path).where(Place.level.in_((0, 1))).order_by(Place.path)))
    known = places.names(db, paths)
    return [(path, places.full_name(path, known)) for path in paths]


def _blank(today: dt.date) -> dict[str, Any]:
    values = {"kind": "election", "title": "", "note": "", "area_path": "/", "yearly": False, "id": None}
    return values | {"starts_on": today, "ends_on": today}
