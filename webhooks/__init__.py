"""The public web app: what providers call, and the page behind a link in a mail. It has no sessions and no
cookies.

Every hook proves its caller before it reads, and answers 2xx only when the message is safe.
"""

from flask import Flask

from mbiu import logs, patience
from mbiu.settings import settings

#: Bytes of a body; the longest that any provider sends is far shorter.
MAX_BODY = 64 * 1024
#: Seconds for an answer of the database, and again for a new link; Twilio gives up after 15.
PATIENCE = 5.0


def create_app() -> Flask:
    """The app for a WSGI server. Raises BadSetting before the first request if a key is missing."""
    from webhooks import africastalking, answers, errors, gateway, health, telegram, twilio

    logs.configure(settings().log_format)
    patience.limit(PATIENCE)
    _require_keys()
    app = Flask("webhooks", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=100)
    for module in (twilio, africastalking, telegram, gateway, answers, health):
        app.register_blueprint(module.hooks)
    errors.register(app)
    return app


def _require_keys() -> None:
    """No key, no start: without these a message could be neither stored nor kept."""
    ours = settings()
    _ = (
        ours.vault_keyring,
        ours.blind_index_key,
        ours.spool_cipher_key,
        ours.gateways,
        ours.africastalking_networks,
    )
