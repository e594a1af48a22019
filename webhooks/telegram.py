"""Telegram's web hook. What is no message to us (stickers, talk in groups) is taken and forgotten."""

import logging
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from mbiu import arrivals
from mbiu.arrivals import Arrival
from mbiu.channels.payload import json_object
from mbiu.messages import ChannelError
from mbiu.settings import settings
from webhooks.door import NotKept, take

log = logging.getLogger(__name__)

hooks = Blueprint("telegram", __name__)


@hooks.post("/hooks/telegram")
def update() -> Response:
    """One update; the reply is sent as a message of its own."""
    _require_secret()
    arrival = _read(json_object(request.get_data(cache=False)))
    if arrival:
        take(arrival)
    return jsonify({})


def _read(posted: dict[str, Any]) -> Arrival | None:
    """Raises NotKept where it depends on our name, and Telegram cannot tell it: it is posted again later."""
    try:
        return arrivals.from_update(posted)
    except ChannelError as error:
        log.warning("telegram.away", extra={"why": error.reason})
        raise NotKept from None


def _require_secret() -> None:
    secret = settings().telegram_hook_secret.get_secret_value()
    if not secret:
        abort(404)
    # Here, because the library behind it takes half a second that only Telegram's users should pay.
    from mbiu.channels import telegram

    telegram.verify(request.headers.get(telegram.SECRET_HEADER), secret)
