"""What an alert is made of."""

from dataclasses import dataclass

from mbiu import texts
from mbiu.models import Incident


@dataclass(frozen=True)
class Facts:
    """What an alert tells. ``place`` is a name with its district, None when unknown; ``words`` were released
    by an analyst, from a report. With ``rough`` the time is told to six hours.
    """

    incident: Incident
    ref: str
    place: str | None
    verified: bool = True
    words: str = ""
    rough: bool = False


def mark(facts: Facts, language: str) -> str:
    """What stands before everything else: that it is an exercise, or not verified."""
    unverified = "" if facts.verified else texts.say(language, "alert.unverified")
    return unverified + (texts.say(language, "alert.exercise") if facts.incident.exercise else "")
