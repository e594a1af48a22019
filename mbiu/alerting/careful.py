"""An alert on the path for survivors: that help is needed, and nothing of what happened.

Nobody is to tell it a second time, and whoever sees the phone is to learn nothing: no type, no time, no
numbers, no words of a report, no place finer than a district.
"""

from mbiu import survivors, texts
from mbiu.alerting.facts import Facts, mark


def applies(facts: Facts) -> bool:
    """Whether these facts are told so."""
    return survivors.is_survivor(facts.incident)


def sms(facts: Facts, language: str) -> str:
    """The alert with what is asked."""
    return _said(facts, language, "survivor.sms", ask=texts.say(language, "alert.ask", ref=facts.ref))


def lines(facts: Facts, language: str) -> str:
    """The alert without what is asked, as it opens a chat or a mail."""
    return _said(facts, language, "survivor.sms", ask="")


def line(facts: Facts, language: str) -> str:
    """The alert as one of several."""
    return _said(facts, language, "survivor.line")


def _said(facts: Facts, language: str, key: str, **more: str) -> str:
    area = (facts.place or "").rpartition(", ")[2] or texts.say(language, "survivor.area_unknown")
    said = texts.say(language, key, mark=mark(facts, language), ref=facts.ref, area=area, **more)
    return " ".join(said.split())
