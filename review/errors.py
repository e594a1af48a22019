"""Errors in plain words, as a page for people and as JSON for programs."""

import logging

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from mbiu.db import UNAVAILABLE
from mbiu.refusals import NotAllowed, NotFound
from review import problems

log = logging.getLogger(__name__)

WORDS = {
    400: (
        _("This could not be read"),
        _("Something in the request was not as it should be. Go back and try again."),
    ),
    403: (
        _("Not for this account"),
        _("Your role does not include this page. Ask an administrator if it should."),
    ),
    404: (_("Nothing here"), _("There is no such page or reference, or it lies outside your areas.")),
    405: (_("Not like this"), _("This address is not used that way.")),
    413: (_("Too much at once"), _("What was sent is larger than the console takes.")),
    500: (_("Something went wrong"), _("The fault is on our side and was noted. Nothing was half saved.")),
    503: (_("The database is away"), _("Reports are still taken in. Try again in a minute.")),
}
OTHER = (_("This did not work"), _("Go back and try again."))


def install(app: Flask) -> None:
    """Answer every error from one place."""
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(NotFound, lambda _: problem(404))
    app.register_error_handler(NotAllowed, lambda refusal: problem(403, text=gettext(refusal.why)))
    for error in UNAVAILABLE:
        app.register_error_handler(error, _away)
    app.register_error_handler(Exception, _unknown)


def wants_json() -> bool:
    """Whether a program is asking, by the address."""
    return request.path.startswith(("/api/", "/events", "/phone/messages"))


def problem(status: int, title: str = "", text: str = "") -> ResponseReturnValue:
    """An error answer in the form the caller understands."""
    usual = WORDS.get(status, OTHER)
    title, text = title or str(usual[0]), text or str(usual[1])
    if request.path.startswith("/api/"):
        return problems.problem(status, text)
    if wants_json():
        return jsonify(error=title, detail=text), status
    return render_template("pages/error.html", title=title, text=text), status


def _known(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error
    return problem(error.code or 500)


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    return problem(
        400,
        gettext("The form was too old"),
        gettext("Nothing was changed. Load the page again and repeat what you did."),
    )


def _away(error: Exception) -> ResponseReturnValue:
    log.error("console.database_away", extra={"why": type(error).__name__})
    return problem(503)


def _unknown(error: Exception) -> ResponseReturnValue:
    log.error("console.error", exc_info=error, extra={"endpoint": request.endpoint})
    return problem(500)
