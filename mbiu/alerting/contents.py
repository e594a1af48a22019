"""What an alert says to whom: a text for each way of reaching people, their language and who they are.

A key names one of them: ``sw`` an SMS in Swahili, ``sw:chat`` for a chat, ``sw:email`` for a mail, ``cap``
for a partner's server, ``sw:line`` one line among other alerts. With ``:partner`` at its end it is for an
organisation outside, which hears of the district and the six hours only.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import disclosure, texts
from mbiu.alerting.facts import Facts, mark
from mbiu.alerting.wording import line, lines, sms
from mbiu.codes import AddressKind, ResponderClass
from mbiu.disclosure import Partner, Withheld
from mbiu.models import Incident, Place
from mbiu.texts import FALLBACK

HOOK, PARTNER = "cap", "partner"
CHAT, MAIL = ":chat", ":email"
_FORMS = {AddressKind.SMS: "", AddressKind.TELEGRAM: CHAT, AddressKind.EMAIL: MAIL}


class Keyed(Protocol):
    """Somebody whose words have a key."""

    @property
    def key(self) -> str: ...


def key(kind: AddressKind, language: str, responder_class: ResponderClass | None = None) -> str:
    """Which of an alert's texts somebody gets at an address of that kind."""
    if kind is AddressKind.WEBHOOK:
        return HOOK
    audience = f":{PARTNER}" if responder_class is ResponderClass.PARTNER else ""
    return f"{language}{_FORMS[kind]}{audience}"


def line_key(language: str, responder_class: ResponderClass | None = None) -> str:
    """Which of an alert's texts stands for it among others in one message."""
    return f"{language}:line" + (f":{PARTNER}" if responder_class is ResponderClass.PARTNER else "")


def withheld(incident: Incident, key: str) -> str:
    """Why what ``key`` stands for may not leave, as part of an English sentence; empty if it may."""
    if key != HOOK and not key.endswith(f":{PARTNER}"):
        return ""
    found = _disclosed(incident)
    return f"is outside the house: {found.why.value.replace('_', ' ')}" if isinstance(found, Withheld) else ""


def contents(
    session: Session,
    incident: Incident,
    place: str | None,
    ref: str,
    recipients: Iterable[Keyed],
    *,
    verified: bool = True,
    released: str = "",
) -> dict[str, str]:
    """The texts for all ``recipients`` by key, and the line of each language; none for what is withheld.

    ``place`` is as in `Facts`; ``released`` are words of a report that an analyst let go out with it.
    """
    facts = Facts(incident, ref, place, verified, released)
    keys = {one.key for one in recipients}
    keys |= {_line_of(one) for one in keys if one != HOOK}
    open_ones = sorted(one for one in keys if not withheld(incident, one))
    rough = _rough(session, facts) if any(one.endswith(PARTNER) for one in open_ones) else facts
    return {one: _text(rough if one.endswith(PARTNER) else facts, one) for one in open_ones}


def _line_of(key: str) -> str:
    outside = ResponderClass.PARTNER if key.endswith(f":{PARTNER}") else None
    return line_key(key.partition(":")[0], outside)


def _text(facts: Facts, key: str) -> str:
    if key == HOOK:
        return document(facts)
    language, *form = key.removesuffix(f":{PARTNER}").split(":")
    makers = {"chat": _chat, "email": _mail, "line": line}
    return makers[form[0]](facts, language) if form else sms(facts, language)


def _chat(facts: Facts, language: str) -> str:
    return f"{lines(facts, language)}\n\n{texts.say(language, 'alert.chat_ask', ref=facts.ref)}"


def _mail(facts: Facts, language: str) -> str:
    """The subject in the first line, as `sending` takes it apart again."""
    subject = texts.say(language, "alert.subject", mark=mark(facts, language), ref=facts.ref)
    ask = texts.say(language, "alert.mail_ask", ref=facts.ref)
    return f"{subject}\n{lines(facts, language)}\n\n{ask}"


def _rough(session: Session, facts: Facts) -> Facts:
    """The facts as somebody outside gets them: the district, six hours, and no report's words."""
    areas = [part for part in facts.incident.area_path.split("/") if part][: disclosure.PARTNER_DEPTH]
    name = session.scalar(select(Place.name).where(Place.id == areas[-1])) if areas else None
    return replace(facts, place=name, words="", rough=True)


def _disclosed(incident: Incident) -> Partner | Withheld:
    # Whoever sends an alert was asked whether they know that only somebody under duress tells of it.
    return disclosure.partner(incident, restricted=incident.restricted, coerced=False, drills=True)


def document(facts: Facts) -> str:
    """What a partner's server gets: codes, no words but one line in English."""
    found = _disclosed(facts.incident)
    if isinstance(found, Withheld):
        return ""
    told: dict[str, Any] = {
        "reference": facts.ref,
        "exercise": facts.incident.exercise,
        "verified": facts.verified,
        "event_type": found.event_type,
        "other_types": list(found.other_types),
        "severity": found.severity,
        "urgency": found.urgency,
        "certainty": found.certainty,
        "areas": list(found.areas),
        "lat": found.lat,
        "lon": found.lon,
        "since": found.since.isoformat() if found.since else None,
        "until": found.until.isoformat() if found.until else None,
        "numbers": {name: {"low": low, "high": high} for name, (low, high) in found.numbers.items()},
        "text": texts.say(FALLBACK, f"event_type.{found.event_type}"),
    }
    return json.dumps(told, ensure_ascii=False)
