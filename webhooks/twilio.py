"""Twilio's calls: signed forms in, TwiML back."""

from flask import Blueprint, Response, abort, request

from mbiu.channels import twilio
from mbiu.settings import settings
from webhooks.door import form, take

hooks = Blueprint("twilio", __name__, url_prefix="/hooks/twilio")


@hooks.post("/messages")
def messages() -> Response:
    """An SMS; the receipt goes back with the answer."""
    received = take(twilio.parse_message(_signed_form(), settings().default_country), inline=True)
    return Response(twilio.twiml(received.reply), mimetype="text/xml")


@hooks.post("/status")
def status() -> Response:
    """How far a message of ours is."""
    take(twilio.parse_status(_signed_form(), request.args.get("ref", "")))
    return Response(status=204)


def _signed_form() -> dict[str, list[str]]:
    """Nothing is looked at before the signature: over the public URL, its query and all fields."""
    tokens = twilio.tokens(settings().twilio_auth_token.get_secret_value())
    if not tokens:
        abort(404)
    query = request.query_string.decode("utf-8", "replace")
    url = settings().hooks_base_url + request.path + (f"?{query}" if query else "")
    fields = form()
    twilio.verify(url, fields, request.headers.get("X-Twilio-Signature"), tokens)
    return fields
