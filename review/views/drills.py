"""Drills: live ones with people who agreed, how each went, and a table of all to take away."""

import csv
import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.db import transaction
from mbiu.models import Drill
from mbiu.refusals import Refused
from mbiu.training import drills, live, score
from mbiu.training.playbook import Script, scripts
from review.doors import Permission, actor, door, may, trains
from review.words import told

pages = Blueprint("drills", __name__, url_prefix="/drills")

MOST, RESPONDERS = 100, 6


@pages.before_request
def _only_in_training() -> None:
    if not trains():
        abort(404)


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """What runs, what there was, and for coordinators the form of a live drill."""
    script = scripts().get(request.args.get("script", "")) or next(iter(scripts().values()))
    with transaction() as db:
        newest = drills.newest(db)
        running = newest if newest and newest.ended_at is None else None
        played = scripts().get(running.script) if running else None
        measures = score.of(db, running, played) if running and played else []
        people = live.willing(db) if may(Permission.ENROL) else []
        ended = [_row(one) for one in _ended(db)]
        place = drills.next_place(db, script)
    return render_template(
        "pages/drills.html",
        running=running,
        played=played,
        measures=measures,
        people=people,
        ended=ended,
        script=script,
        place=place,
        scripts=[(one.key, told(one.name)) for one in scripts().values()],
        responders=range(1, RESPONDERS + 1),
        names=score.NAMES.values(),
    )


def _ended(db: Session) -> list[Drill]:
    query = select(Drill).where(Drill.ended_at.is_not(None)).order_by(Drill.started_at.desc()).limit(MOST)
    return list(db.scalars(query))


def _row(drill: Drill) -> dict[str, Any]:
    script = scripts().get(drill.script)
    return {
        "drill": drill,
        "name": script.name if script else drill.script,
        "measures": {one.name: one for one in score.shown(drill)},
        "told": drill.results.get("told", 0),
        "answered": drill.results.get("answered", 0),
    }


@pages.get("/results.csv")
@door(Permission.SEE)
def export() -> ResponseReturnValue:
    """How all drills went, one a line. That it was taken is recorded."""
    with transaction() as db:
        rows = [_row(one) for one in _ended(db)]
        audit.append(db, actor(), "drills.exported", "house:drills", drills=len(rows))
    file = io.StringIO()
    sheet = csv.writer(file)
    heads = [f"{key} {unit}" for key in score.NAMES for unit in ("seconds", "goal")]
    sheet.writerow(["began", "ended", "drill", "live", "place", *heads, "told", "answered"])
    sheet.writerows(_line(row) for row in rows)
    named = {"Content-Disposition": 'attachment; filename="mbiu-drills.csv"'}
    return Response("\ufeff" + file.getvalue(), mimetype="text/csv", headers=named)


def _line(row: dict[str, Any]) -> list[object]:
    drill: Drill = row["drill"]
    found = [row["measures"].get(name) for name in score.NAMES.values()]
    seconds = [part for one in found for part in ((one.seconds, one.goal) if one else (None, None))]
    began, ended = (
        at.isoformat(timespec="seconds") if at else "" for at in (drill.started_at, drill.ended_at)
    )
    return [began, ended, drill.script, drill.live, drill.place, *seconds, row["told"], row["answered"]]


@pages.post("/live")
@door(Permission.ENROL)
def begin() -> ResponseReturnValue:
    """Begin a live drill with the people that were chosen."""
    key = request.form.get("script", "")

    def act(db: Session) -> str:
        live.begin(db, actor(), key, _parts(scripts().get(key)), _responders())
        return _("The drill has begun. Everybody who takes part is told so.")

    return _done(act, script=key)


def _parts(script: Script | None) -> dict[str, str]:
    chosen = {who: request.form.get(f"part-{who}", "") for who in (script.parts() if script else [])}
    return {who: code for who, code in chosen.items() if code}


def _responders() -> list[str]:
    return [code for code in request.form.getlist("responder") if code][:RESPONDERS]


@pages.post("/stop")
@door(Permission.ENROL)
def stop() -> ResponseReturnValue:
    """End the drill that runs; everybody who takes part is told so."""

    def act(db: Session) -> str:
        drills.stop(db, actor())
        return _("The drill has ended.")

    return _done(act)


@pages.post("/people")
@door(Permission.ENROL)
def agree() -> ResponseReturnValue:
    """Note that somebody agreed to take part in drills, or does so no more."""
    agreed = "no_more" not in request.form

    def act(db: Session) -> str:
        one = live.agree(db, actor(), request.form.get("code", "")[:40], agreed=agreed)
        if agreed:
            return _("%(code)s takes part in drills from now on.", code=one.code)
        return _("%(code)s takes part in no more drills.", code=one.code)

    return _done(act)


def _done(act: Callable[[Session], str], script: str | None = None) -> ResponseReturnValue:
    try:
        with transaction() as db:
            said = act(db)
        flash(said, "ok")
    except Refused as refusal:
        flash(told(refusal.why), "bad")
    return redirect(url_for("drills.show", script=script))
