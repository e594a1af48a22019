"""An exercise of the whole house: what comes in while it runs is no report."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu.db import transaction
from mbiu.house import settings
from mbiu.models import utcnow
from mbiu.refusals import NotPossible
from review.doors import Permission, actor, door
from review.views.house.blueprint import done, pages


@pages.get("/exercise")
@door(Permission.HOUSE)
def exercise() -> ResponseReturnValue:
    """Whether one runs or is planned, and a form for it."""
    now = utcnow()
    with transaction() as db:
        window = settings.value(db, "exercise_window")
        zone = settings.value(db, "time_zone")
    start, end = (dt.datetime.fromisoformat(window[one]) if window else None for one in ("from", "until"))
    local = now.astimezone(ZoneInfo(zone))
    return render_template(
        "pages/house/exercise.html",
        start=start,
        end=end,
        runs=settings.exercising(window, now),
        over=end is not None and end <= now,
        zone=zone,
        proposed=(_typed(local), _typed(local + dt.timedelta(hours=2))),
    )


@pages.post("/exercise")
@door(Permission.HOUSE)
def set_exercise() -> ResponseReturnValue:
    """Begin or plan an exercise, or end it now."""
    return done(_end if "end" in request.form else _begin, "house.exercise")


def _begin(db: Session) -> str:
    zone = ZoneInfo(settings.value(db, "time_zone"))
    start, end = (_moment(request.form.get(name, ""), zone) for name in ("from", "until"))
    if end <= utcnow():
        raise NotPossible("An exercise ends in the future.")
    window = {"from": start.isoformat(), "until": end.isoformat()}
    settings.put(db, actor(), "exercise_window", window)
    return _("The exercise is set. It ends by itself.")


def _end(db: Session) -> str:
    settings.put(db, actor(), "exercise_window", {})
    return _("The exercise is over. What comes in now is real.")


def _moment(text: str, zone: ZoneInfo) -> dt.datetime:
    try:
        typed = dt.datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the zone is put in below
        return typed.replace(tzinfo=zone).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise NotPossible("Give the start and the end, each with day and time.") from None


def _typed(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")
