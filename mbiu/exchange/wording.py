"""What a message says to whom. Pure: from the facts of an incident as they stand when it is issued.

Nothing in it tells who reported, quotes a report or names a group. Partners are told what
`disclosure.partner` lets them know; responders what an alert by SMS says.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mbiu import disclosure, texts
from mbiu.codes import EventType, Urgency
from mbiu.disclosure import Partner
from mbiu.exchange import knowledge, terms, where
from mbiu.exchange.knowledge import Audience, Facts
from mbiu.exchange.message import Area, Info, Kind, Message, Pairs
from mbiu.exchange.where import Where
from mbiu.models import Incident
from mbiu.wishes import zone

#: How long a message holds; an alert that comes later than that helps nobody.
HOLDS = dt.timedelta(hours=12)
_RESTRICTION = "Only for those it was sent to. Do not publish it or pass it on."
_EXERCISE = "This is an exercise. Nothing of it has happened."


class Cause(StrEnum):
    """Why a message is issued: to begin, to correct, to take back, to say that it is over."""

    ALERT = "alert"
    UPDATE = "update"
    RECALL = "recall"
    CLEAR = "all_clear"


_OVER = {Cause.RECALL: "cap.recall", Cause.CLEAR: "cap.clear"}


@dataclass(frozen=True)
class Occasion:
    """What is issued: about which alert, why, when, and the messages before it, as `message.reference`."""

    ref: str
    number: int
    cause: Cause
    at: dt.datetime
    verified: bool
    sender: str
    before: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        if not self.before:
            return Kind.ALERT
        return Kind.CANCEL if self.cause is Cause.RECALL else Kind.UPDATE


def message(
    occasion: Occasion, incident: Incident, place: Where, audience: Audience, known: Partner | None = None
) -> Message:
    """The message for one audience; ``known`` is what partners may know now, None while that is nothing.

    Then, too, they are told that what they heard before is taken back.
    """
    told = _told(occasion, incident, place, (audience, known))
    note = _EXERCISE if incident.exercise else ""
    if occasion.cause is Cause.RECALL:
        note = f"{note} {texts.say(texts.FALLBACK, 'cap.recall', ref=occasion.ref)}".strip()
    return Message(
        identifier=identifier(occasion.ref, audience, occasion.number),
        sender=occasion.sender,
        sent=sent(occasion.at, incident.country, audience),
        kind=occasion.kind,
        exercise=incident.exercise,
        restriction=_RESTRICTION,
        note=note,
        references=occasion.before,
        incident=incident.ref,
        infos=told,
    )


def _told(
    occasion: Occasion, incident: Incident, place: Where, whom: tuple[Audience, Partner | None]
) -> tuple[Info, ...]:
    audience, known = whom
    if audience is Audience.PARTNERS and known is None:
        return ()
    facts = _facts(occasion, incident, known)
    if known or facts.survivor:
        areas = {code: where.coarse(place, incident) for code in _languages(incident.country)}
    else:
        areas = {code: where.exact(place, incident, code) for code in _languages(incident.country)}
    return tuple(_info(occasion, facts, area, (language, audience)) for language, area in areas.items())


def _facts(occasion: Occasion, incident: Incident, known: Partner | None) -> Facts:
    if known:
        return knowledge.for_partners(incident, known)
    return knowledge.for_responders(incident, verified=occasion.verified)


def identifier(ref: str, audience: Audience, number: int) -> str:
    """What names a message among all of the house: ``A7KE3X.1``, to partners ``A7KE3X.P1``."""
    return f"{ref}.{'P' if audience is Audience.PARTNERS else ''}{number}"


def sent(at: dt.datetime, country: str | None, audience: Audience) -> dt.datetime:
    """When it says it was sent, in the country's time; to partners the beginning of the six hours."""
    local = at.astimezone(zone(country)).replace(microsecond=0)
    return _six(local) if audience is Audience.PARTNERS else local


def _six(local: dt.datetime) -> dt.datetime:
    return local.replace(hour=local.hour - local.hour % disclosure.HOURS, minute=0, second=0)


def _languages(country: str | None) -> Iterable[str]:
    """English for machines and their owners, then what is spoken there first."""
    return dict.fromkeys((texts.FALLBACK, texts.first_language(country)))


def _info(occasion: Occasion, facts: Facts, area: Area, whom: tuple[str, Audience]) -> Info:
    language, audience = whom
    over = occasion.cause in _OVER
    begins = sent(occasion.at, facts.country, audience)
    return Info(
        language=language,
        category=terms.category(EventType.SEXUAL_VIOLENCE if facts.survivor else facts.event_type),
        event=_event(facts, language),
        response=_response(occasion, audience),
        urgency=(Urgency.PAST if over else facts.urgency).value.capitalize(),
        severity=facts.severity.capitalize(),
        certainty=facts.certainty.value.capitalize(),
        codes=() if facts.survivor else terms.event_codes(facts.event_type),
        onset=facts.onset,
        expires=begins + HOLDS + (dt.timedelta(hours=6) if audience is Audience.PARTNERS else dt.timedelta()),
        headline=_headline(occasion, facts, area, language),
        description=_description(occasion, facts, area, language),
        instruction=_instruction(occasion, language, audience),
        parameters=() if over else _parameters(facts),
        area=area,
    )


def _event(facts: Facts, language: str) -> str:
    kind = "cap.care" if facts.survivor else f"event_type.{facts.event_type.value}"
    return texts.say(language, kind)


def _response(occasion: Occasion, audience: Audience) -> str:
    if occasion.cause in _OVER:
        return "AllClear"
    if audience is Audience.PARTNERS:
        return "Monitor"
    return "Execute" if occasion.verified else "Assess"


def _marks(occasion: Occasion, facts: Facts, language: str) -> str:
    keys = [
        ("alert.exercise", facts.exercise),
        ("alert.unverified", not occasion.verified),
        ("cap.update", occasion.cause is Cause.UPDATE),
    ]
    return "".join(texts.say(language, key) for key, there in keys if there)


def _headline(occasion: Occasion, facts: Facts, area: Area, language: str) -> str:
    over = _OVER.get(occasion.cause)
    if over:
        mark = texts.say(language, "alert.exercise") if facts.exercise else ""
        return mark + texts.say(language, over, ref=occasion.ref)
    marks = _marks(occasion, facts, language)
    if facts.survivor:
        return texts.say(language, "survivor.line", mark=marks, ref=occasion.ref, area=_first(area))
    return _sentence(facts, area, language, marks=marks)


def _first(area: Area) -> str:
    return area.description.partition(",")[0]


def _description(occasion: Occasion, facts: Facts, area: Area, language: str) -> str:
    said = _headline(occasion, facts, area, language)
    if occasion.cause in _OVER:
        return said
    if facts.survivor:
        marks = _marks(occasion, facts, language)
        told = texts.say(language, "survivor.sms", mark=marks, ref=occasion.ref, area=_first(area), ask="")
        return told.strip()
    numbers = ", ".join(
        texts.say(language, f"number.{name}", n=str(low) if low == high else f"{low}-{high}")
        for name, low, high in facts.numbers
    )
    when = facts.when or texts.say(language, "alert.when_unknown")
    return " ".join(f"{said}, {when}. {numbers}{'.' if numbers else ''}".split())


def _sentence(facts: Facts, area: Area, language: str, *, marks: str) -> str:
    text = texts.say(
        language,
        "cap.headline",
        mark=marks,
        certainty=texts.say(language, f"certainty.{facts.certainty.value}"),
        severity=texts.say(language, f"severity.{facts.severity}"),
        type=_event(facts, language),
        place=area.description,
    )
    return " ".join(text.split())


def _instruction(occasion: Occasion, language: str, audience: Audience) -> str:
    if occasion.cause in _OVER:
        return ""
    key = "cap.ask" if audience is Audience.RESPONDERS else "cap.inform"
    return texts.say(language, key, ref=occasion.ref)


def _parameters(facts: Facts) -> Pairs:
    return tuple((name, str(low) if low == high else f"{low}-{high}") for name, low, high in facts.numbers)
