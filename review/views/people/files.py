"""Bringing people by file: what is wrong is told first, and the file is kept nowhere.

Between looking and registering the file lies sealed in the page itself, of use to the same user for an hour.
"""

import base64
import binascii
import time
import zlib

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mbiu import vault
from mbiu.db import transaction
from mbiu.enrolment import bringing, sheet
from mbiu.enrolment.people import FIELDS
from mbiu.models import utcnow
from mbiu.refusals import NotPossible
from review.doors import Permission, current_user, door
from review.views.people.blueprint import once, pages, registrar

HOUR = 3600
SHOWN = 500


@pages.get("/file")
@door(Permission.ENROL)
def file() -> ResponseReturnValue:
    """Choose a file."""
    return render_template("pages/people_file.html", plan=None, columns=FIELDS)


@pages.get("/file/template.csv")
@door(Permission.ENROL)
def template() -> ResponseReturnValue:
    """An example to fill in."""
    told = {"Content-Disposition": "attachment; filename=people.csv"}
    return Response("\N{ZERO WIDTH NO-BREAK SPACE}" + sheet.template(), mimetype="text/csv", headers=told)


@pages.post("/file")
@door(Permission.ENROL)
def check_file() -> ResponseReturnValue:
    """The dry run: every bad row, and nothing written."""
    given = request.files.get("file")
    data = given.read() if given else b""
    with transaction() as db:
        plan = bringing.check(db, registrar(), sheet.read(data))
    return render_template(
        "pages/people_file.html",
        plan=plan,
        bad=plan.bad[:SHOWN],
        sealed=_seal(data) if plan.people else "",
        columns=FIELDS,
    )


@pages.post("/file/register")
@door(Permission.ENROL)
def register_file() -> ResponseReturnValue:
    """Register what was looked at; with ``good`` in spite of bad rows."""
    try:
        data = _open(request.form.get("sealed", ""))
        with transaction() as db:
            once(db, request.form["sealed"])
            plan = bringing.check(db, registrar(), sheet.read(data))
            made = bringing.apply(db, registrar(), plan, utcnow(), only_good="good" in request.form)
    except NotPossible as refused:
        flash(refused.why, "bad")
        return redirect(url_for("people.file"))
    flash(ngettext("%(num)s person registered.", "%(num)s people registered.", len(made)), "ok")
    return render_template("pages/people_made.html", made=made)


def _seal(data: bytes) -> str:
    packed = int(time.time()).to_bytes(8) + zlib.compress(data, 9)
    return base64.b64encode(vault.seal_bytes("file", "people", current_user().id, packed)).decode()


def _open(sealed: str) -> bytes:
    try:
        packed = vault.unseal_bytes("file", "people", current_user().id, base64.b64decode(sealed))
    except (binascii.Error, ValueError, vault.CannotOpen):
        raise NotPossible(_("Choose the file once more.")) from None
    if time.time() - int.from_bytes(packed[:8]) > HOUR:
        raise NotPossible(_("That was an hour ago. Choose the file once more."))
    return zlib.decompress(packed[8:])
