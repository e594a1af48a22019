"""Telegram's web hook. Updates that are no message to us (groups, stickers) are taken and forgotten."""

from flask import Blueprint, Response, abort, jsonify, request

from mbiu import arrivals
from mbiu.channels.payload import json_object
from mbiu.settings import settings
from webhooks.door import take

hooks = Blueprint("telegram", __name__)


@hooks.post("/hooks/telegram")
def update() -> Response:
    """One update; the reply is sent as a message of its own."""
    _require_secret()
    arrival = arrivals.from_update(json_object(request.get_data(cache=False)))
    if arrival:
        take(arrival)
    return jsonify({})


def _require_secret() -> None:
    secret = settings().telegram_hook_secret.get_secret_value()
    if not secret:
        abort(404)
    # Here, because the library behind it takes half a second that only Telegram's users should pay.
    from mbiu.channels import telegram

    telegram.verify(request.headers.get(telegram.SECRET_HEADER), secret)
