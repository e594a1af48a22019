"""When duty passes on, as a form asks for it and as words say it."""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import format_date, lazy_gettext, ngettext
from flask_babel import gettext as _

from mbiu.refusals import NotPossible
from mbiu.rotas import rules

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: A Monday, to name days by.
_MONDAY = dt.date(2024, 1, 1)
_TIMES = re.compile(r"(\d{1,2}):(\d{2})")
EVERY = {
    "DAILY": lazy_gettext("days"),
    "WEEKLY": lazy_gettext("weeks"),
    "MONTHLY": lazy_gettext("months"),
}


@dataclass(frozen=True)
class Form:
    """A recurrence as the form asks for it; ``own`` is any other rule."""

    every: str = "WEEKLY"
    interval: int = 1
    days: Collection[str] = ("MO",)
    month_day: int = 1
    times: str = "08:00"
    own: str = ""


def form_of(rule: str) -> Form:
    """The form of a rule; one that the form cannot say stands in ``own``."""
    said = rules.parts(rule)
    form = Form(
        said["FREQ"],
        int(said.get("INTERVAL", "1")),
        tuple(said.get("BYDAY", "MO").split(",")),
        _number(said.get("BYMONTHDAY", "1")),
        _clock(said),
    )
    return form if rules.parts(rule_of(form)) == said else Form(own=rule)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 1


def _clock(said: dict[str, str]) -> str:
    minute = _number(said.get("BYMINUTE", "0"))
    return ", ".join(f"{_number(hour):02}:{minute:02}" for hour in said.get("BYHOUR", "8").split(","))


def rule_of(form: Form) -> str:
    """The rule that a form says. Raises NotPossible for times it cannot."""
    if form.own:
        return form.own
    found = [_TIMES.fullmatch(one.strip()) for one in form.times.split(",")]
    if not all(found):
        raise NotPossible("Give the time of the hand-over as in 08:00.")
    times = [(int(one[1]), int(one[2])) for one in found if one]
    if len({minute for _hour, minute in times}) > 1:
        raise NotPossible("All times of a day have the same minutes.")
    parts = {"FREQ": form.every}
    if form.interval > 1:
        parts["INTERVAL"] = str(form.interval)
    if form.every == "WEEKLY":
        parts["BYDAY"] = ",".join(day for day in WEEKDAYS if day in form.days)
    if form.every == "MONTHLY":
        parts["BYMONTHDAY"] = str(form.month_day)
    parts["BYHOUR"] = ",".join(str(hour) for hour, _minute in times)
    parts["BYMINUTE"] = str(times[0][1])
    return ";".join(f"{name}={value}" for name, value in parts.items())


def in_words(form: Form) -> str:
    """The rule for the eye: ``every week on Mon, Thu, at 08:00``."""
    if form.own:
        return form.own
    count = form.interval
    if form.every == "DAILY":
        every = ngettext("every day", "every %(num)s days", count)
        return _("%(every)s, at %(times)s", every=every, times=form.times)
    if form.every == "MONTHLY":
        every = ngettext("every month", "every %(num)s months", count)
        return _("%(every)s on the %(day)s, at %(times)s", every=every, day=form.month_day, times=form.times)
    every = ngettext("every week", "every %(num)s weeks", count)
    days = ", ".join(name for code, name in weekdays() if code in form.days)
    return _("%(every)s on %(days)s, at %(times)s", every=every, days=days, times=form.times)


def weekdays() -> list[tuple[str, str]]:
    """The days of the week, by their codes in rules, from Monday on."""
    return [(code, format_date(_MONDAY + dt.timedelta(days=n), "EEE")) for n, code in enumerate(WEEKDAYS)]
