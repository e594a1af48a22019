"""What a message means in its conversation: a pure decision, the same for SMS and chat.

Free text is a report unless the whole message has the shape of a command: «help they are burning
houses» must never be answered with the help text.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from mbiu.codes import Answer
from mbiu.messages import IncomingMessage
from mbiu.refs import normal_ref

#: How long a question stays open, and how long a bare pin or photo belongs to the report before it.
QUESTION_OPEN = dt.timedelta(hours=24)
SAME_REPORT = dt.timedelta(minutes=30)
#: An answer to «where?» is short; longer texts tell something new.
ANSWER_WORDS = 15


class Intent(StrEnum):
    REPORT = "report"
    ADD = "add"
    HELP = "help"
    STATUS = "status"
    STOP = "stop"
    START = "start"
    WELCOME = "welcome"
    HOW_TO_REPORT = "how_to_report"
    LANGUAGE = "language"
    CHOOSE_LANGUAGE = "choose_language"
    RESPOND = "respond"
    EMPTY = "empty"


@dataclass(frozen=True)
class Known:
    """What is known of the sender: an open question, the newest report, alerts waiting for an answer.

    ``open_alerts`` are references, newest first.
    """

    question: str | None = None
    question_ref: str | None = None
    question_at: dt.datetime | None = None
    last_ref: str | None = None
    last_at: dt.datetime | None = None
    open_alerts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """What to do: the intent, the reference it is about, and the words that belong to it."""

    intent: Intent
    ref: str | None = None
    words: str = ""
    answer: Answer | None = None
    language: str | None = None


_HELP = {"help", "msaada", "info", "aide", "/help", "?"}
_STATUS = {"status", "hali", "statut", "/status"}
_STOP = {"stop", "acha", "sitisha", "unsubscribe", "/stop"}
_START = {"start", "anza"}
_NEW = {"new", "mpya"}
_LANGUAGE = {"lang", "language", "lugha", "/language", "/lugha"}
_LANGUAGES = {
    "en": "en", "eng": "en", "english": "en", "kiingereza": "en",
    "sw": "sw", "swa": "sw", "swahili": "sw", "kiswahili": "sw",
}  # fmt: skip
_ANSWERS = {
    "1": Answer.ACK, "ack": Answer.ACK, "yes": Answer.ACK, "ndiyo": Answer.ACK, "sawa": Answer.ACK,
    "2": Answer.GO, "go": Answer.GO, "going": Answer.GO, "naenda": Answer.GO,
    "3": Answer.DONE, "done": Answer.DONE, "tayari": Answer.DONE, "nimemaliza": Answer.DONE,
    "4": Answer.CANNOT, "cannot": Answer.CANNOT, "cant": Answer.CANNOT, "siwezi": Answer.CANNOT,
}  # fmt: skip
_ALWAYS_ANSWERS = {"ack"}
# With these also begins a report: «2 people killed», «yes they are burning houses».
_FIGURES = {"1", "2", "3", "4"}
_WEAK = {"yes", "ndiyo", "sawa", "go", "going", "naenda"}
_WEAK_WORDS = 4
_TRIM = ".,;:!?*#\"'()[]"


def decide(message: IncomingMessage, known: Known, now: dt.datetime) -> Turn:
    """The turn that ``message`` asks for, given what is ``known`` at ``now`` (aware, UTC)."""
    if message.button:
        return _pressed(message.button)
    text = message.text.strip()
    words = text.split()
    if not words:
        return _wordless(message, known, now)
    return (
        _command(words)
        or _response(words, known)
        or _addition(message, words, known, now)
        or _report(words, text)
    )


def _pressed(data: str) -> Turn:
    kind, _, rest = data.partition(":")
    if kind == "lang" and rest in _LANGUAGES:
        return Turn(Intent.LANGUAGE, language=_LANGUAGES[rest])
    if kind in set(Answer):
        return Turn(Intent.RESPOND, normal_ref(rest), answer=Answer(kind))
    return {"report": Turn(Intent.HOW_TO_REPORT), "status": Turn(Intent.STATUS)}.get(kind, Turn(Intent.HELP))


def _wordless(message: IncomingMessage, known: Known, now: dt.datetime) -> Turn:
    if message.lat is None and not message.attachments:
        return Turn(Intent.EMPTY)
    ref = _asked(known, now) or _recent(known, now)
    return Turn(Intent.ADD, ref) if ref else Turn(Intent.REPORT)


def _command(words: list[str]) -> Turn | None:
    first, rest = _bare(words[0]), words[1:]
    if first.startswith("/start"):
        return Turn(Intent.WELCOME)
    if first.startswith("/report"):
        return Turn(Intent.REPORT, words=" ".join(rest)) if rest else Turn(Intent.HOW_TO_REPORT)
    if first in _STATUS and (not rest or _is_ref(rest)):
        return Turn(Intent.STATUS, normal_ref("".join(rest)) or None)
    if first in _LANGUAGE:
        return _language(rest)
    return None if rest else _bare_command(first)


def _bare(word: str) -> str:
    """A word without its marks and in small letters; a mark that stands alone stays."""
    return word.lower().replace("'", "").replace("’", "").strip(_TRIM) or word


def _is_ref(words: list[str]) -> bool:
    """Whether the words can only be a reference, however it is spaced: «hali si nzuri» is none."""
    ref = normal_ref("".join(words))
    if len(ref) != 7 or not ref[0].isalpha():
        return False
    return any(c.isdigit() for c in "".join(words)) or (ref[0] == "R" and len(words) == 1)


def _bare_command(word: str) -> Turn | None:
    for wanted, intent in ((_HELP, Intent.HELP), (_STOP, Intent.STOP), (_START, Intent.START)):
        if word in wanted:
            return Turn(intent)
    return None


def _language(rest: list[str]) -> Turn | None:
    if not rest:
        return Turn(Intent.CHOOSE_LANGUAGE)
    code = _LANGUAGES.get(_bare(rest[0])) if len(rest) == 1 else None
    return Turn(Intent.LANGUAGE, language=code) if code else None


def _response(words: list[str], known: Known) -> Turn | None:
    """A responder's answer: its word first, then perhaps the reference, then perhaps more words."""
    first, *rest = " ".join(words).replace("=", " ").split() or [""]
    first = _bare(first)
    answer = _ANSWERS.get(first)
    if answer is None or not (known.open_alerts or first in _ALWAYS_ANSWERS):
        return None
    ref = _alert_ref(rest[0].strip(_TRIM), known) if rest else None
    if ref:
        rest = rest[1:]
    elif not _is_answer(first, rest):
        return None
    if ref is None and len(known.open_alerts) == 1:
        ref = known.open_alerts[0]
    return Turn(Intent.RESPOND, ref, words=" ".join(rest), answer=answer)


def _is_answer(first: str, rest: list[str]) -> bool:
    """Whether words that name no alert still answer one."""
    if first in _FIGURES:
        return all(_bare(word) in _ANSWERS for word in rest)
    return first not in _WEAK or len(rest) <= _WEAK_WORDS


def _alert_ref(word: str, known: Known) -> str | None:
    """``word`` as an alert's reference; an ordinary seven-letter word in A is none unless it is known."""
    ref = normal_ref(word)
    looks = len(word) == 7 and ref.startswith("A") and any(c.isdigit() for c in word)
    return ref if ref in known.open_alerts or looks else None


def _addition(message: IncomingMessage, words: list[str], known: Known, now: dt.datetime) -> Turn | None:
    if _bare(words[0]) in _NEW:
        return None
    asked = _asked(known, now)
    if asked and (len(words) <= ANSWER_WORDS or message.lat is not None):
        return Turn(Intent.ADD, asked, words=message.text.strip())
    if message.edited and (recent := _recent(known, now)):
        return Turn(Intent.ADD, recent, words=message.text.strip())
    return None


def _report(words: list[str], text: str) -> Turn:
    is_new = _bare(words[0]) in _NEW and len(words) > 1
    return Turn(Intent.REPORT, words=" ".join(words[1:]) if is_new else text)


def _asked(known: Known, now: dt.datetime) -> str | None:
    fresh = known.question and known.question_at and now - known.question_at <= QUESTION_OPEN
    return known.question_ref if fresh else None


def _recent(known: Known, now: dt.datetime) -> str | None:
    fresh = known.last_ref and known.last_at and now - known.last_at <= SAME_REPORT
    return known.last_ref if fresh else None
