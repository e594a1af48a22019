"""Put the console together."""

import hmac
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect

from mbiu import logs
from mbiu.settings import settings
from review import doors, errors, exercise, mentions, notices, security, static, tongues, words
from review.sessions import DatabaseSessions
from review.views import BLUEPRINTS


def create_app() -> Flask:
    """The console as a WSGI app. Reads the settings; the database is first asked by a request."""
    logs.configure(settings().log_format)
    app = Flask(__name__.partition(".")[0])
    app.config.update(_config())
    app.session_interface = DatabaseSessions(secure=security.is_https())
    security.install(app)
    static.install(app)
    doors.install(app)
    CSRFProtect(app)
    errors.install(app)
    tongues.install(app)
    words.install(app)
    notices.install(app)
    mentions.install(app)
    exercise.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _config() -> dict[str, Any]:
    secret = hmac.digest(settings().audit_mac_key, b"console forms", "sha256")
    return {
        "SECRET_KEY": secret,
        "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as its session
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "TEMPLATES_AUTO_RELOAD": False,
    }
