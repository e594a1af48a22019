"""How codes, times and amounts read on the screen, in the language of the request."""

import datetime as dt
from collections.abc import Callable
from enum import Enum
from functools import lru_cache

from babel.dates import format_datetime
from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from review.labels import LABELS
from review.tongues import language

# East Africa Time knows no summer time, so a fixed offset serves without a time zone database.
EAT = dt.timezone(dt.timedelta(hours=3), "EAT")

PRIORITIES = {"P1": _l("act now"), "P2": _l("act today"), "P3": _l("watch"), "P4": _l("can wait")}

# Admiralty code: the source and the information are graded apart.
SOURCE_GRADES = (
    ("A", _l("A · reliable")),
    ("B", _l("B · usually")),
    ("C", _l("C · fairly")),
    ("D", _l("D · not usually")),
    ("E", _l("E · unreliable")),
    ("F", _l("F · can’t judge")),
)
INFORMATION_GRADES = (
    ("1", _l("1 · confirmed")),
    ("2", _l("2 · probable")),
    ("3", _l("3 · possible")),
    ("4", _l("4 · doubtful")),
    ("5", _l("5 · improbable")),
    ("6", _l("6 · can’t judge")),
)

#: The risk factors of the UN Framework of Analysis for Atrocity Crimes, in short.
RISKS = {
    1: _l("armed conflict or instability"),
    2: _l("record of serious violations"),
    3: _l("weak state structures"),
    4: _l("motives or incentives"),
    5: _l("capacity to commit atrocities"),
    6: _l("nothing that holds it back"),
    7: _l("preparation"),
    8: _l("triggering event"),
    9: _l("tension between groups, discrimination"),
    10: _l("signs of intent to destroy a group"),
    11: _l("widespread or systematic attack on civilians"),
    12: _l("plan or policy to attack civilians"),
    13: _l("threat to those protected in war"),
    14: _l("threat to relief or peacekeeping"),
}


_COUNTED: dict[str, Callable[[int], str]] = {
    "alert": lambda n: ngettext("%(num)s alert", "%(num)s alerts", n),
    "byte": lambda n: ngettext("%(num)s byte", "%(num)s bytes", n),
    "character": lambda n: ngettext("%(num)s character", "%(num)s characters", n),
    "fault": lambda n: ngettext("%(num)s fault", "%(num)s faults", n),
    "good row": lambda n: ngettext("%(num)s good row", "%(num)s good rows", n),
    "incident": lambda n: ngettext("%(num)s incident", "%(num)s incidents", n),
    "message": lambda n: ngettext("%(num)s message", "%(num)s messages", n),
    "person": lambda n: ngettext("%(num)s person", "%(num)s people", n),
    "recipient": lambda n: ngettext("%(num)s recipient", "%(num)s recipients", n),
    "report": lambda n: ngettext("%(num)s report", "%(num)s reports", n),
    "segment": lambda n: ngettext("%(num)s segment", "%(num)s segments", n),
    "source": lambda n: ngettext("%(num)s source", "%(num)s sources", n),
    "try": lambda n: ngettext("%(num)s try", "%(num)s tries", n),
}


def label(value: object) -> str:
    """A code as a person would say it: ``cattle_raid`` is «Cattle raid»."""
    return _label(str(value.value) if isinstance(value, Enum) else str(value), language())


# A page says the same codes hundreds of times, and each look-up would ask anew whose language it is.
@lru_cache(maxsize=4096)
def _label(code: str, _language: str) -> str:
    known = LABELS.get(code)
    return code.replace("_", " ").replace(".", ": ").capitalize() if known is None else str(known)


def told(text: object) -> str:
    """A sentence of the domain, such as why something was refused, in the language of the request."""
    return _(str(text)) if text else ""


def priority_words(value: str) -> str:
    """``P1: act now``."""
    return f"{value}: {PRIORITIES.get(value, '')}"


def counted(number: int, noun: str) -> str:
    """``3 reports``, ``1 report``. Raises KeyError for a noun that is not in the table."""
    return _COUNTED[noun](number)


def iso(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat(timespec="seconds")


def _shown(value: dt.datetime, pattern: str) -> str:
    return _formatted(value.astimezone(EAT), pattern, language())


@lru_cache(maxsize=4096)
def _formatted(value: dt.datetime, pattern: str, language: str) -> str:
    return format_datetime(value, pattern, locale=language)


def full_time(value: dt.datetime) -> str:
    """``Monday 23 November 2026, 14:05 EAT``."""
    return _shown(value, "EEEE d MMMM y, HH:mm") + " EAT"


def short_time(value: dt.datetime) -> str:
    """``14:05`` today, else ``21 Nov 14:05``."""
    return _shown(value, "HH:mm" if _today(value) else "d MMM HH:mm")


def exact_time(value: dt.datetime) -> str:
    """``14:05:33`` today, else ``21 Nov 14:05``."""
    return _shown(value, "HH:mm:ss") if _today(value) else short_time(value)


def _today(value: dt.datetime) -> bool:
    return value.astimezone(EAT).date() == dt.datetime.now(EAT).date()


def age(value: dt.datetime) -> str:
    """How long ago, in one unit: ``12 min ago``."""
    passed = dt.datetime.now(dt.UTC) - value
    if passed < dt.timedelta(minutes=1):
        return _("just now")
    minutes = int(passed.total_seconds()) // 60
    if minutes < 60:
        return _("{n} min ago").format(n=minutes)
    if minutes < 48 * 60:
        return _("{n} h ago").format(n=minutes // 60)
    return ngettext("%(num)s day ago", "%(num)s days ago", minutes // 1440)


def span(value: dt.datetime) -> str:
    """The distance to a moment in one unit, either way: ``12 min``, ``3 h``, ``2 days``."""
    minutes = int(abs((dt.datetime.now(dt.UTC) - value).total_seconds()) // 60)
    if minutes < 60:
        return _("%(n)s min", n=minutes)
    if minutes < 48 * 60:
        return _("%(n)s h", n=minutes // 60)
    return ngettext("%(num)s day", "%(num)s days", minutes // 1440)


def gap(value: dt.timedelta) -> str:
    """A time that something took, in one unit: ``40 s``, ``12 min``, ``3 h``, ``2 days``."""
    seconds = int(value.total_seconds())
    if seconds < 60:
        return _("%(n)s s", n=seconds)
    return span(dt.datetime.now(dt.UTC) - value)


def stopwatch(seconds: int) -> str:
    """A length of time as a stop watch shows it: ``0:45``, ``12:05``."""
    return f"{seconds // 60}:{seconds % 60:02}"


def amount(value: dict[str, int] | None) -> str:
    """A number with its doubt: ``3``, or ``3 (2–5)``."""
    if not value:
        return "–"
    low, best, high = value.get("low"), value.get("best"), value.get("high")
    return str(best) if low == best == high else f"{best} ({low}–{high})"


def install(app: Flask) -> None:
    """Make these available in templates."""
    for each in (
        label,
        told,
        priority_words,
        counted,
        iso,
        full_time,
        short_time,
        exact_time,
        age,
        span,
        gap,
        stopwatch,
        amount,
    ):
        app.add_template_filter(each)
