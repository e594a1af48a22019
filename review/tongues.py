"""The languages of the console: which are shipped, and which one this request is answered in."""

from flask import Flask, request
from flask_babel import Babel

#: In the order in which they are offered.
LANGUAGES = {"en": "English", "sw": "Kiswahili", "fr": "Français", "ar": "العربية"}


def install(app: Flask) -> None:
    """Offer ``_``, ``gettext`` and ``{% trans %}`` to the templates."""
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Africa/Nairobi"
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    Babel(app, locale_selector=chosen)


def chosen() -> str:
    """The language of this request."""
    return request.accept_languages.best_match(list(LANGUAGES), "en")
