"""The languages of the console: which are shipped, and which one this request is answered in."""

from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale

from review.doors import identity

#: In the order in which they are offered.
LANGUAGES = {"en": "English", "sw": "Kiswahili", "fr": "Français", "ar": "العربية"}
#: What this browser was last told, for the pages before the log-in.
COOKIE = "mbiu-language"


def install(app: Flask) -> None:
    """Offer ``_``, ``gettext``, ``{% trans %}`` and the languages to the templates."""
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Africa/Nairobi"
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    Babel(app, locale_selector=chosen)
    app.context_processor(lambda: {"language": chosen(), "direction": direction(), "languages": LANGUAGES})


def chosen() -> str:
    """The language of this request: the account's, else the cookie's, else the browser's."""
    if not has_request_context():
        return "en"
    user = identity()
    wanted = (user and user.language) or request.cookies.get(COOKIE, "")
    return wanted if wanted in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "en")


def direction() -> str:
    """``rtl`` where the language of this request is written from right to left, else ``ltr``."""
    locale = get_locale()
    return locale.text_direction if locale else "ltr"
