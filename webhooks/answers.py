"""The page behind a link in a mail: four answers to one alert, in the reader's language.

Mail servers open links to look at them, so opening one changes nothing. The page is plain HTML without
scripts; its address is the proof, so it goes to nobody: no referrer, no store, no log.
"""

import base64
import hashlib
from html import escape

from flask import Blueprint, Response, request
from sqlalchemy.exc import DBAPIError

from mbiu import answering, links, texts
from mbiu.answering import Answered
from mbiu.codes import AlertState, Answer
from mbiu.db import is_away, transaction

hooks = Blueprint("answers", __name__, url_prefix="/a/<language>/<token>")

#: The hours that can be chosen, and how many letters of words are kept.
HOURS = (1, 2, 4, 8, 24)
MOST_WORDS = 500
_LIVE = frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED})
_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:0 auto;padding:1rem}"
    "h1{font-size:1.4rem}label{display:block;margin:1rem 0 .3rem}"
    "select,textarea,button{font:inherit;width:100%;padding:.7rem;box-sizing:border-box}"
    "button{margin-top:.7rem}"
    "@media (prefers-color-scheme:dark){body{background:#111;color:#eee}"
    "select,textarea,button{background:#222;color:#eee;border:1px solid #777}a{color:#9cf}}"
)
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


@hooks.get("")
def show(language: str, token: str) -> Response:
    """What can be answered; nothing is changed."""
    code = _language(language)
    with transaction() as session:
        link = links.find(session, token)
    if link is None:
        return _page(code, texts.say(code, "page.gone"), status=404)
    if link.used:
        return _page(code, texts.say(code, "page.used"))
    if link.state not in _LIVE:
        return _page(code, texts.say(code, "alert.is_done", ref=link.ref))
    return _page(code, texts.say(code, "page.ask", ref=link.ref), _form(code))


@hooks.post("")
def answer(language: str, token: str) -> Response:
    """Take the answer, once."""
    code, chosen = _language(language), request.form.get("answer", "")
    if chosen not in set(Answer):
        return show(language, token)
    with transaction() as session:
        found = answering.by_link(session, token, Answer(chosen), _words(Answer(chosen)), code)
    if found is None:
        return _page(code, texts.say(code, "page.gone"), status=404)
    return _page(code, texts.say(code, found.key, ref=found.ref), _again(code, found))


@hooks.errorhandler(DBAPIError)
def away(error: DBAPIError) -> Response:
    """The database is away: the answer is not kept, so it must be given again."""
    if not is_away(error):
        raise error
    code = _language((request.view_args or {}).get("language", ""))
    page = _page(code, texts.say(code, "page.away"), status=503)
    page.headers["Retry-After"] = "60"
    return page


def _language(code: str) -> str:
    return code if code in texts.languages() else texts.FALLBACK


def _words(chosen: Answer) -> str:
    """The words of the form; for a promise the hours stand before them."""
    words, hours = request.form.get("words", "")[:MOST_WORDS].strip(), request.form.get("hours", "")
    promised = chosen in {Answer.ACK, Answer.GO} and hours in {str(one) for one in HOURS}
    return f"{hours} h {words}".strip() if promised else words


def _form(language: str) -> str:
    def say(key: str, **values: object) -> str:
        return escape(texts.say(language, key, **values))

    offered = "".join(f'<option value="{n}">{say("button.hours", n=n)}</option>' for n in HOURS)
    pressed = "".join(
        f'<button name="answer" value="{one.value}">{say(f"button.{one.value}")}</button>' for one in Answer
    )
    return (
        '<form method="post">'
        f'<label for="hours">{say("page.when")}</label>'
        f'<select id="hours" name="hours"><option value="">–</option>{offered}</select>'
        f'<label for="words">{say("page.words")}</label>'
        f'<textarea id="words" name="words" rows="3" maxlength="{MOST_WORDS}"></textarea>'
        f"{pressed}</form>"
    )


def _again(language: str, found: Answered) -> str:
    if not found.again:
        return ""
    return f'<p><a href="{escape(found.again)}">{escape(texts.say(language, "page.again"))}</a></p>'


def _page(language: str, said: str, more: str = "", *, status: int = 200) -> Response:
    title = escape(texts.say(language, "page.title"))
    direction = texts.wordings(language)["direction"]
    body = (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f'<body><h1>{title}</h1><p role="status">{escape(said)}</p>{more}</body></html>'
    )
    page = Response(body, status, mimetype="text/html")
    page.headers["Content-Security-Policy"] = _POLICY
    page.headers["Referrer-Policy"] = "no-referrer"
    page.headers["X-Robots-Tag"] = "noindex"
    return page
