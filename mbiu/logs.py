"""Logs that would hurt nobody if they leaked: events with ids, no numbers, texts, tokens or addresses.

The formatter does the scrubbing, because only it sees everything that is written, tracebacks too.
Of an exception the place and the type are kept; its words only where they cannot hold what a
person wrote.
"""

import json
import logging
import re
import sys
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Literal

from pydantic import SecretStr

from mbiu.settings import settings

Form = Literal["plain", "json"]

#: Libraries that tell addresses with tokens in them, or whole messages, at INFO.
_QUIET = ("httpx", "httpcore", "telegram", "twilio", "urllib3", "werkzeug", "asyncio", "PIL", "kombu", "amqp")

_FOREIGN = re.compile(r".*(?:/site-packages/|/lib/python3\.\d+/)")
_SHORTEST_SECRET = 6
_MOST_CAUSES = 5

# What looks like a number and is none, by form: rows, spool files, Telegram's updates (`u123456789`),
# dates, addresses of machines.
_KEPT = (
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|[0-9a-f]{16}-[0-9a-f]{8}-[0-9a-f]{8}\.msg"
    r"|\bu\d{5,12}\b"
    r"|\b20\d\d-[01]\d-[0-3]\d\b"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
)
_RULES = (
    (re.compile(r"\[(?:parameters|SQL): .*", re.DOTALL), "[statement]"),
    (re.compile(r"(?:DETAIL|CONTEXT|HINT|STATEMENT):.*", re.DOTALL), "[detail]"),
    (re.compile(r"(/hooks/africastalking/)[^/\s\"']+"), r"\1[secret]"),
    (re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}"), "[token]"),
    (re.compile(r"://[^/\s@\"']*@"), "://[login]@"),
    (re.compile(r"((?:/|://)[^\s?\"'<>]*)\?[^\s\"'<>]+"), r"\1?[query]"),
    (
        re.compile(r"sha256=[0-9a-fA-F]+|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{27}=(?![A-Za-z0-9+/=])"),
        "[signature]",
    ),
)
_NUMBER = re.compile(rf"({_KEPT})|[+＋]?\d(?:[ ()\-\u2010-\u2015]{{0,2}}\d){{6,}}")

# The words of these name code, files or the network, never what somebody sent.
_HARMLESS = (AttributeError, ImportError, NameError, NotImplementedError, TypeError)
# SQLSTATE classes whose messages quote values: data exceptions and integrity violations.
_QUOTING = ("22", "23")


def configure(form: Form = "plain") -> None:
    """Send all logging of this process to standard error, scrubbed; INFO for ours, WARNING for the rest."""
    logging.raiseExceptions = False
    formatter = Plain() if form == "plain" else Json()
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("mbiu", "bot", "webhooks", "workers", "review"):
        logging.getLogger(name).setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    _take_over(formatter)


def _take_over(formatter: logging.Formatter) -> None:
    """What others print for themselves: gunicorn's and Celery's handlers, warnings, uncaught exceptions."""
    for name in ("gunicorn.error", "gunicorn.access", "celery", "celery.task"):
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(formatter)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda caught: _uncaught(
        caught.exc_type, caught.exc_value or caught.exc_type(), caught.exc_traceback
    )


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("mbiu").critical("uncaught", exc_info=(kind, error, trace))


def scrub(words: str) -> str:
    """``words`` without numbers of seven or more digits, secrets, tokens, signatures and query strings."""
    for secret in _secrets():
        words = words.replace(secret, "[secret]")
    for pattern, instead in _RULES:
        words = pattern.sub(instead, words)
    return _NUMBER.sub(lambda found: found[1] or "[number]", words)


def _secrets() -> tuple[str, ...]:
    """Every secret of the settings, whole and in its parts (`name:secret,name:secret`), longest first."""
    ours = settings()
    known: tuple[object, tuple[str, ...]] | None = _known.get("secrets")
    if known is None or known[0] is not ours:
        known = (ours, _collect(ours))
        _known["secrets"] = known
    return known[1]


_known: dict[str, tuple[object, tuple[str, ...]]] = {}


def _collect(ours: object) -> tuple[str, ...]:
    found: set[str] = set()
    for value in vars(ours).values():
        if isinstance(value, SecretStr):
            found |= set(_parts(value.get_secret_value()))
    return tuple(sorted((part for part in found if len(part) >= _SHORTEST_SECRET), key=len, reverse=True))


def _parts(value: str) -> Iterator[str]:
    if "://" in value:
        yield value
        return
    for part in value.split(","):
        yield part.strip()
        yield part.strip().partition(":")[2]


def describe(error: BaseException) -> str:
    """The type of an exception, and as much of its words as cannot be a person's."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    words = _words(error)
    return f"{name}: {words}" if words else name


def _words(error: BaseException) -> str:
    if hasattr(error, "orig"):  # SQLAlchemy's, known by its form: importing it takes too long for a command
        return _driver_words(error.orig)
    if hasattr(error, "sqlstate"):
        return _driver_words(error)
    if isinstance(error, OSError):
        return error.strerror or ""
    if isinstance(error, _HARMLESS) or type(error).__module__.startswith("mbiu."):
        return str(error)
    return ""


def _driver_words(error: object) -> str:
    state = getattr(error, "sqlstate", None) or ""
    if not state or state.startswith(_QUOTING):
        names = getattr(getattr(error, "diag", None), "constraint_name", None) or ""
        return f"{state} {names}".strip()
    return f"{state} {getattr(getattr(error, 'diag', None), 'message_primary', None) or ''}"


def _trace(error: BaseException) -> str:
    """The exception and what led to it, each with its frames; no source line, no value."""
    lines: list[str] = []
    current: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if current is None:
            break
        lines.append(describe(current))
        lines += _frames(current.__traceback__)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)


def _frames(trace: TracebackType | None) -> Iterator[str]:
    """Where it went through our own code, and where it ended."""
    while trace is not None:
        code = trace.tb_frame.f_code
        if trace.tb_next is None or not _FOREIGN.search(code.co_filename):
            yield f"  {_FOREIGN.sub('', code.co_filename)}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next


_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "data"}


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    """What was given as ``extra``."""
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


def _event(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a wrong call of a logger must not end the work it tells of
        return str(record.msg)


class Plain(logging.Formatter):
    """One line for people: time, level, where, what, and the facts as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        facts = "".join(f" {key}={value}" for key, value in _facts(record).items())
        words = scrub(_event(record) + facts).replace("\r", " ").replace("\n", "\n    ")
        when = time.strftime("%H:%M:%S", time.localtime(record.created))
        line = f"{when} {record.levelname.lower():8} {record.name} {words}"
        if record.exc_info and record.exc_info[1]:
            line += "\n" + scrub(_trace(record.exc_info[1]))
        return line


class Json(logging.Formatter):
    """One JSON object a line, for machines; times are UTC."""

    def format(self, record: logging.LogRecord) -> str:
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, object] = {
            "at": f"{when}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": scrub(_event(record)),
        }
        line |= {key: _plain(value) for key, value in _facts(record).items() if key not in line}
        if record.exc_info and record.exc_info[1]:
            line["error"] = scrub(_trace(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 10**6):
        return value
    return scrub(str(value))
