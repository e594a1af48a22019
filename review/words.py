"""How codes, times and amounts read on the screen."""

import datetime as dt
from enum import Enum

from flask import Flask

# East Africa Time knows no summer time, so a fixed offset serves without a time zone database.
EAT = dt.timezone(dt.timedelta(hours=3), "EAT")

LABELS = {
    "mobilisation": "Mobilisation",
    "none": "No event",
    "unknown": "Not said",
    "water_pasture": "Water and pasture",
    "youth_gang": "Youth gang",
    "sms": "SMS",
    "telegram": "Telegram",
    "ack": "Acknowledged",
    "go": "On the way",
    "done": "Done",
    "cannot": "Cannot",
    "event_type": "Type",
    "when": "Time",
    "open": "Open",
    "livestock": "Animals",
    "injured": "Hurt",
    "abducted": "Taken",
    "created": "Came in",
    "withdrawn": "Withdrawn by the reporter",
    "report_withdrawn": "A report withdrawn by its reporter",
    "sender_doubted": "Sender in doubt",
    "sender_confirmed": "Sender confirmed by a call-back",
    "receipt": "Receipt",
    "receipt_first": "Receipt, the first ever",
    "receipt_place": "Receipt that asks where",
    "receipt_which": "Receipt that asks which of several places",
    "receipt_what": "Receipt that asks what happened",
    "receipt_code": "Receipt of a coded report",
    "told": "What was done",
    "told_receipt": "That it arrived",
    "told_verified": "Found true",
    "told_refuted": "Could not be confirmed",
    "told_unverifiable": "Nobody can say for sure",
    "told_action": "Somebody acts",
    "told_outcome": "What was done",
    "done_visit": "People went there",
    "done_dialogue": "The sides were brought to talk",
    "done_patrol": "A patrol went there",
    "done_arrest": "Arrests were made",
    "done_relief": "Help was sent",
    "done_referral": "Passed to those in charge",
    "done_nothing": "Nothing could be done",
    "effect_prevented": "It was prevented",
    "effect_contained": "It was contained",
    "effect_too_late": "It was too late",
    "effect_false": "It had not happened",
    "effect_unknown": "Not known",
}

_PLURALS = {"person": "people", "try": "tries"}

PRIORITIES = {"P1": "Act now", "P2": "Act today", "P3": "Watch", "P4": "Can wait"}

# Admiralty code: the source and the information are graded apart.
SOURCE_GRADES = (
    ("A", "A · reliable"),
    ("B", "B · usually"),
    ("C", "C · fairly"),
    ("D", "D · not usually"),
    ("E", "E · unreliable"),
    ("F", "F · can’t judge"),
)
INFORMATION_GRADES = (
    ("1", "1 · confirmed"),
    ("2", "2 · probable"),
    ("3", "3 · possible"),
    ("4", "4 · doubtful"),
    ("5", "5 · improbable"),
    ("6", "6 · can’t judge"),
)

#: The risk factors of the UN Framework of Analysis for Atrocity Crimes, in short.
RISKS = {
    1: "armed conflict or instability",
    2: "record of serious violations",
    3: "weak state structures",
    4: "motives or incentives",
    5: "capacity to commit atrocities",
    6: "nothing that holds it back",
    7: "preparation",
    8: "triggering event",
    9: "tension between groups, discrimination",
    10: "signs of intent to destroy a group",
    11: "widespread or systematic attack on civilians",
    12: "plan or policy to attack civilians",
    13: "threat to those protected in war",
    14: "threat to relief or peacekeeping",
}


def label(value: object) -> str:
    """A code as a person would say it: ``cattle_raid`` is «Cattle raid»."""
    code = str(value.value) if isinstance(value, Enum) else str(value)
    return LABELS.get(code) or code.replace("_", " ").replace(".", ": ").capitalize()


def priority_words(value: str) -> str:
    return f"{value}: {PRIORITIES.get(value, '').lower()}"


def counted(number: int, noun: str) -> str:
    """``3 reports``, ``1 report``."""
    return f"{number} {noun if number == 1 else _PLURALS.get(noun, noun + 's')}"


def iso(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat(timespec="seconds")


def full_time(value: dt.datetime) -> str:
    return value.astimezone(EAT).strftime("%A %-d %B %Y, %H:%M EAT")


def short_time(value: dt.datetime) -> str:
    """``14:05`` today, else ``21 Nov 14:05``."""
    local = value.astimezone(EAT)
    today = dt.datetime.now(EAT).date()
    return local.strftime("%H:%M" if local.date() == today else "%-d %b %H:%M")


def exact_time(value: dt.datetime) -> str:
    """``14:05:33`` today, else ``21 Nov 14:05``."""
    local = value.astimezone(EAT)
    return local.strftime("%H:%M:%S") if local.date() == dt.datetime.now(EAT).date() else short_time(value)


def age(value: dt.datetime) -> str:
    """How long ago, in one unit: ``12 min ago``."""
    gap = dt.datetime.now(dt.UTC) - value
    return "just now" if gap < dt.timedelta(minutes=1) else f"{span(value)} ago"


def span(value: dt.datetime) -> str:
    """The distance to a moment in one unit, either way: ``12 min``, ``3 h``, ``2 days``."""
    minutes = int(abs((dt.datetime.now(dt.UTC) - value).total_seconds()) // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // 1440} days"


def gap(value: dt.timedelta) -> str:
    """A time that something took, in one unit: ``40 s``, ``12 min``, ``3 h``, ``2 days``."""
    seconds = int(value.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    now = dt.datetime.now(dt.UTC)
    return span(now - value)


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
