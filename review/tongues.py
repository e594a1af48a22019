"""The languages of the console: which are shipped, and which one this request is answered in."""

from functools import lru_cache

from babel.support import NullTranslations
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, Domain, get_locale, get_translations
from markupsafe import Markup

from review.doors import identity

#: In the order in which they are offered.
LANGUAGES = {"en": "English", "sw": "Kiswahili", "fr": "Français", "ar": "العربية"}
#: What this browser was last told, for the pages before the log-in.
COOKIE = "mbiu-language"


def install(app: Flask) -> None:
    """Offer ``_``, ``gettext``, ``{% trans %}`` and the languages to the templates."""
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Africa/Nairobi"
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    Babel(app, locale_selector=chosen).domain_instance = _Catalogue()  # type: ignore[no-untyped-call]
    app.jinja_env.globals |= {"gettext": _said, "_": _said}
    app.context_processor(lambda: {"language": language(), "direction": direction(), "languages": LANGUAGES})


def chosen() -> str:
    """The language of this request: the account's, else the cookie's, else the browser's."""
    if not has_request_context():
        return "en"
    user = identity()
    wanted = (user and user.language) or request.cookies.get(COOKIE, "")
    return wanted if wanted in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "en")


def language() -> str:
    """The language of this request, found out once; English outside of one."""
    if not has_app_context():
        return "en"
    if "language" not in g:
        g.language = chosen()
    return str(g.language)


class _Catalogue(Domain):
    """The console's texts; a request's own are looked for once."""

    def get_translations(self) -> NullTranslations:
        if "catalogue" not in g:
            g.catalogue = super().get_translations()  # type: ignore[no-untyped-call]
        found: NullTranslations = g.catalogue
        return found


# A page says four hundred texts; flask-babel would ask for each whose language it is.
def _said(text: str, /, **values: object) -> str:
    return _marked(text, language()) % values if values else _plain(text, language())


@lru_cache(maxsize=8192)
def _marked(text: str, _language: str) -> Markup:
    return Markup(get_translations().ugettext(text))  # noqa: S704 - texts of the templates


@lru_cache(maxsize=8192)
def _plain(text: str, language: str) -> Markup:
    return _marked(text, language) % {}


def direction() -> str:
    """``rtl`` where the language of this request is written from right to left, else ``ltr``."""
    locale = get_locale()
    return locale.text_direction if locale else "ltr"
