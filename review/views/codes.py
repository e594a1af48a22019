"""The table of report codes: what C4 stands for, and which counts follow it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mbiu import codebook
from mbiu.codes import EventType
from mbiu.db import transaction
from mbiu.dialogue import Code
from mbiu.refusals import NotPossible
from review.doors import Permission, actor, door
from review.words import label, told

pages = Blueprint("codes", __name__, url_prefix="/codes")
WORDS_MOST = 120


@pages.get("")
@door(Permission.FEEDBACK)
def show() -> ResponseReturnValue:
    """All codes, and a form for a new one."""
    with transaction() as db:
        rows = codebook.listed(db)
    types = [(one.value, label(one)) for one in EventType if one is not EventType.UNKNOWN]
    return render_template("pages/codes.html", rows=rows, types=types, numbers=codebook.NUMBERS)


@pages.post("")
@door(Permission.FEEDBACK)
def save() -> ResponseReturnValue:
    """Write down one code."""
    try:
        name = _save()
    except NotPossible as error:
        flash(told(error.why), "bad")
    else:
        codebook.forget()
        flash(_("%(name)s is saved. It holds within a few seconds.", name=name), "ok")
    return redirect(url_for("codes.show"))


def _save() -> str:
    form = request.form
    kind = form.get("event_type", "")
    if kind not in set(EventType):
        raise NotPossible(_("Choose what the code stands for."))
    what = Code(EventType(kind), tuple(name for name in codebook.NUMBERS if name in form.getlist("numbers")))
    words, active = form.get("words", "")[:WORDS_MOST], "active" in form
    with transaction() as db:
        return codebook.save(db, actor(), form.get("code", ""), what, words, active=active)
