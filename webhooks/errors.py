"""What a caller is told when something is wrong: one line, nothing personal, and no page."""

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from mbiu.messages import BadPayload, InvalidSignature
from webhooks.door import NotKept

log = logging.getLogger(__name__)

_DRAINED = 1 << 20


def register(app: Flask) -> None:
    """Answer every error of the app."""
    app.register_error_handler(InvalidSignature, _stranger)
    app.register_error_handler(BadPayload, _bad)
    app.register_error_handler(NotKept, _not_kept)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)
    app.after_request(_guarded)


def _line(words: str, status: int) -> Response:
    return Response(words + "\n", status, mimetype="text/plain")


def _stranger(_: InvalidSignature) -> Response:
    log.warning("caller.refused", extra={"hook": request.endpoint})
    return _line("forbidden: the caller did not prove who it is", 403)


def _bad(error: BadPayload) -> Response:
    log.warning("input.refused", extra={"hook": request.endpoint, "field": error.what})
    return _line(f"bad request: {error.what} is missing or not understood", 400)


def _not_kept(_: NotKept) -> Response:
    answer = _line("unavailable: please bring it again", 503)
    answer.headers["Retry-After"] = "5"
    return answer


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code == 413:
        _drain()
    answer = _line((error.name or "error").lower(), code)
    if code == 405:
        answer.headers.update({k: v for k, v in error.get_headers() if k == "Allow"})
    return answer


def _drain() -> None:
    """Read the rest of a body that is not much too long: closing on unread bytes would cut our answer."""
    if (request.content_length or _DRAINED) < _DRAINED:
        request.environ["wsgi.input"].read(request.content_length)


def _fault(error: Exception) -> Response:
    log.error("hook.failed", exc_info=error, extra={"hook": request.endpoint})
    return _line("internal error", 500)


def _guarded(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
