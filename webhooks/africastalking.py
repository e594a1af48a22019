"""Africa's Talking's calls. It signs nothing, so the path holds a secret and is never logged."""

from flask import Blueprint, Response, abort, request

from mbiu.channels import africastalking
from mbiu.settings import settings
from webhooks.door import form, take

hooks = Blueprint("africastalking", __name__, url_prefix="/hooks/africastalking/<secret>")


@hooks.post("/messages")
def messages(secret: str) -> Response:
    """An SMS. The answer's body would be ignored; the receipt is sent as a message of its own."""
    _require(secret)
    take(africastalking.parse_message(form(), settings().default_country))
    return Response("", mimetype="text/plain")


@hooks.post("/status")
def status(secret: str) -> Response:
    """How far a message of ours is."""
    _require(secret)
    take(africastalking.parse_status(form()))
    return Response("", mimetype="text/plain")


def _require(secret: str) -> None:
    expected = settings().africastalking_hook_secret.get_secret_value()
    if not expected:
        abort(404)
    africastalking.verify_secret(secret, expected)
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
    africastalking.verify_address(request.remote_addr, forwarded, settings().africastalking_networks)
