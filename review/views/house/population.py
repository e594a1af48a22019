"""How many people live where: the figures that there are, and a file of new ones."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from mbiu.db import transaction
from mbiu.house import population as figures
from mbiu.refusals import NotAllowed, NotPossible
from review.doors import Permission, actor, door
from review.views.house.blueprint import pages
from review.words import told


@pages.get("/population")
@door(Permission.HOUSE)
def population() -> ResponseReturnValue:
    """The newest figure of each area."""
    with transaction() as db:
        rows = figures.newest(db)
    return render_template("pages/house/population.html", rows=rows, columns=figures.COLUMNS, plan=None)


@pages.post("/population")
@door(Permission.HOUSE)
def bring_population() -> ResponseReturnValue:
    """The dry run of a file; or, of what was looked through, taking it in."""
    try:
        if "save" in request.form:
            with transaction() as db:
                count = figures.apply(db, actor(), request.form.get("text", ""))
            flash(ngettext("%(num)s figure taken in.", "%(num)s figures taken in.", count), "ok")
            return redirect(url_for("house.population"))
        text = _text()
        with transaction() as db:
            plan, rows = figures.check(db, text), figures.newest(db)
    except (NotPossible, NotAllowed) as refused:
        flash(told(refused.why), "bad")
        return redirect(url_for("house.population"))
    return render_template(
        "pages/house/population.html", rows=rows, columns=figures.COLUMNS, plan=plan, text=text
    )


def _text() -> str:
    given = request.files.get("file")
    try:
        return (given.read() if given else b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotPossible("Save the file as UTF-8 first.") from None
