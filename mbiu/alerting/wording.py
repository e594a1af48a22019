"""One alert in one language: as an SMS, as the lines of a chat or a mail, as one line among others."""

import datetime as dt
import re

from mbiu import disclosure, texts
from mbiu.alerting import careful
from mbiu.alerting.facts import Facts, mark
from mbiu.channels.text import compose, fit
from mbiu.codes import Precision
from mbiu.models import Incident
from mbiu.outbox import Buttons
from mbiu.wishes import zone

#: An SMS with released words is no longer than this.
SEGMENTS = 3
_SHOWN = ("killed", "injured", "abducted", "displaced", "livestock")
_BUTTONS = (("ack", "go"), ("done", "cannot"), ("info",))


def wording(incident: Incident, place: str | None, language: str, ref: str, *, verified: bool = True) -> str:
    """The alert as an SMS in ``language``; ``place`` is as in `Facts`."""
    return sms(Facts(incident, ref, place, verified), language)


def sms(facts: Facts, language: str) -> str:
    """As few segments as can be; released words are cut where they would make more than `SEGMENTS`."""
    if careful.applies(facts):
        return careful.sms(facts, language)
    text = _tidy(
        texts.say(
            language,
            "alert.sms",
            mark=mark(facts, language),
            ref=facts.ref,
            numbers=_counted(facts, language),
            ask=texts.say(language, "alert.ask", ref=facts.ref),
            **_said(facts, language),
        )
    )
    if not facts.words:
        return text
    quoted = fit(f'"{facts.words}"', SEGMENTS, after=compose(f"{text} "))
    return f"{text} {quoted}".rstrip()


def line(facts: Facts, language: str) -> str:
    """The alert as one of several: ``A7K3QX9 SEVERE cattle raid, Bwera, Kasese, 22/11 06:00``."""
    if careful.applies(facts):
        return careful.line(facts, language)
    said = _said(facts, language)
    text = texts.say(language, "alert.line", mark=mark(facts, language), ref=facts.ref, **said)
    return _tidy(text).rstrip(" ,.،")


def lines(facts: Facts, language: str) -> str:
    """The alert a fact a line, without what is asked."""
    if careful.applies(facts):
        return careful.lines(facts, language)

    def say(key: str) -> str:
        return texts.say(language, f"alert.{key}")

    said = {name: text.strip(" -:\xa0") for name, text in _said(facts, language).items()}
    what = texts.say(language, "alert.kind", severity=said["severity"], type=said["type"])
    rows = [
        ("what", " ".join(what.split())),
        ("where", said["place"]),
        ("when", said["when"]),
        ("sure", said["certainty"]),
        ("counted", _counted(facts, language).strip(" .")),
        ("words", f'"{facts.words}"' if facts.words else ""),
    ]
    told = "\n".join(f"{say(name)}: {text}" for name, text in rows if text)
    return f"{mark(facts, language)}{facts.ref}\n\n{told}"


def _said(facts: Facts, language: str) -> dict[str, str]:
    incident = facts.incident
    return {
        "certainty": texts.say(language, f"certainty.{incident.certainty.value}"),
        "severity": texts.say(language, f"severity.{incident.severity.value}"),
        "type": texts.say(language, f"event_type.{incident.event_type.value}"),
        "place": _place(facts, language),
        "when": _when(facts) or texts.say(language, "alert.when_unknown"),
    }


def _tidy(text: str) -> str:
    return re.sub(r" (?=[,،])", "", " ".join(text.split()))


def _place(facts: Facts, language: str) -> str:
    if not facts.place:
        return texts.say(language, "alert.place_unknown")
    if facts.incident.precision is Precision.NEAR and not facts.rough:
        return texts.say(language, "alert.near", place=facts.place)
    return facts.place


def _when(facts: Facts) -> str:
    """Local time, rounded down to the hour where it is known that well, else the day."""
    incident = facts.incident
    if incident.occurred_from is None:
        return ""
    local = incident.occurred_from.astimezone(zone(incident.country))
    end = incident.occurred_to or incident.occurred_from
    fine = end - incident.occurred_from <= dt.timedelta(hours=6)
    hour = local.hour - local.hour % disclosure.HOURS if facts.rough else local.hour
    return f"{local:%d/%m} {hour:02}:00" if fine else f"{local:%d/%m}"


def _counted(facts: Facts, language: str) -> str:
    numbers = facts.incident.numbers
    parts = [
        texts.say(language, f"number.{name}", n=_range(numbers[name]))
        for name in _SHOWN
        if numbers.get(name, {}).get("best")
    ]
    return f" {', '.join(parts)}." if parts else ""


def _range(number: dict[str, int]) -> str:
    low, high = number["low"], number["high"]
    return str(number["best"]) if low == high else f"{low}-{high}"


def buttons(language: str, ref: str) -> Buttons:
    """The four answers, and the wish to be told more, as chat buttons."""
    return [
        [{"label": texts.say(language, f"button.{name}"), "data": f"{name}:{ref}"} for name in row]
        for row in _BUTTONS
    ]


def headed(mark: str, text: str, language: str) -> str:
    """An alert's text with a mark before it; an exercise says that it is one before all else."""
    drill = texts.say(language, "alert.exercise")
    drill = drill if text.startswith(drill) else ""
    return f"{drill}{mark} {text.removeprefix(drill)}"
