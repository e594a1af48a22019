"""Errors in plain words, as a page for people and as JSON for programs."""

import logging

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from mbiu.db import UNAVAILABLE
from mbiu.refusals import NotAllowed, NotFound

log = logging.getLogger(__name__)

WORDS = {
    400: (
        "This could not be read",
        "Something in the request was not as it should be. Go back and try again.",
    ),
    403: ("Not for this account", "Your role does not include this page. Ask an administrator if it should."),
    404: ("Nothing here", "There is no such page or reference, or it lies outside your areas."),
    405: ("Not like this", "This address is not used that way."),
    413: ("Too much at once", "What was sent is larger than the console takes."),
    500: ("Something went wrong", "The fault is on our side and was noted. Nothing was half saved."),
    503: ("The database is away", "Reports are still taken in. Try again in a minute."),
}


def install(app: Flask) -> None:
    """Answer every error from one place."""
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(NotFound, lambda _: problem(404))
    app.register_error_handler(NotAllowed, lambda refusal: problem(403, text=refusal.why))
    for error in UNAVAILABLE:
        app.register_error_handler(error, _away)
    app.register_error_handler(Exception, _unknown)


def wants_json() -> bool:
    """Whether a program is asking, by the address."""
    return request.path.startswith(("/api/", "/events", "/phone/messages"))


def problem(status: int, title: str = "", text: str = "") -> ResponseReturnValue:
    """An error answer in the form the caller understands."""
    usual = WORDS.get(status, ("This did not work", "Go back and try again."))
    title, text = title or usual[0], text or usual[1]
    if wants_json():
        return jsonify(error=title, detail=text), status
    return render_template("pages/error.html", title=title, text=text), status


def _known(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error
    return problem(error.code or 500)


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    return problem(
        400, "The form was too old", "Nothing was changed. Load the page again and repeat what you did."
    )


def _away(error: Exception) -> ResponseReturnValue:
    log.error("console.database_away", extra={"why": type(error).__name__})
    return problem(503)


def _unknown(error: Exception) -> ResponseReturnValue:
    log.error("console.error", exc_info=error, extra={"endpoint": request.endpoint})
    return problem(500)
