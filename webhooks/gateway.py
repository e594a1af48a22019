"""Phones and modems that speak the signed JSON of the generic gateway."""

import time

from flask import Blueprint, Response, abort, jsonify, request

from mbiu.channels import gateway
from mbiu.settings import settings
from webhooks.door import take

hooks = Blueprint("gateway", __name__, url_prefix="/hooks/gateway/<name>")


@hooks.post("/messages")
def messages(name: str) -> Response:
    """An SMS: its id is confirmed, with the reference of its report once there is one."""
    message = gateway.parse_message(name, _signed_body(name), settings().default_country)
    received = take(message)
    return jsonify({"id": message.provider_id, "reference": received.ref})


@hooks.post("/status")
def status(name: str) -> Response:
    """How far a message of ours is."""
    report = gateway.parse_status(name, _signed_body(name))
    take(report)
    return jsonify({"id": report.provider_id})


def _signed_body(name: str) -> bytes:
    key = settings().gateways.get(name)
    if key is None:
        abort(404)
    body = request.get_data(cache=False)
    given = request.headers
    gateway.verify(
        key, body, given.get(gateway.TIMESTAMP_HEADER), given.get(gateway.SIGNATURE_HEADER), time.time()
    )
    return body
