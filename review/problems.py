"""Problem answers for programs, as RFC 9457 has them."""

from http import HTTPStatus

from flask import Response, json

MEDIA_TYPE = "application/problem+json"


def problem(status: int, detail: str, **more: object) -> Response:
    """The answer: ``type``, ``title``, ``status``, ``detail`` and members of one's own.

    The type is ``about:blank``, so the title is that of the status.
    """
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(json.dumps(body | more), status, mimetype=MEDIA_TYPE)
