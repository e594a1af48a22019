"""What others would see of an incident, made by the very functions that make what leaves."""

import datetime as dt
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from mbiu import disclosure
from mbiu.disclosure import Partner, Public, Why, Withheld
from mbiu.models import Incident
from review import places
from review.values import codes, name_of, span
from review.words import label

WITHHELD = {
    Why.SURVIVOR: lazy_gettext("Nothing. What concerns survivors of sexual violence goes to nobody outside."),
    Why.RESTRICTED: lazy_gettext("Nothing. This incident is kept to few people."),
    Why.UNCONFIRMED: lazy_gettext("Nothing yet. Only verified incidents are passed on."),
    Why.EXERCISE: lazy_gettext("Nothing. An exercise stays in the house and with those who take part."),
    Why.DURESS: lazy_gettext("Nothing. Only somebody under duress tells of it."),
    Why.NOT_AN_EVENT: lazy_gettext("Nothing. This is no event that has happened."),
    Why.PLACE: lazy_gettext("Nothing. The place is not known well enough to be rounded."),
    Why.TOO_SOON: lazy_gettext("Nothing yet. The public reads of it a day after it was verified."),
}


@dataclass(frozen=True)
class Outside:
    """What one kind of outsider would see: facts as name and words, or why there is nothing."""

    facts: list[tuple[str, str]]
    nothing: str = ""


def partner(row: Incident, known: places.Names, *, coerced: bool) -> Outside:
    """For a partner organisation."""
    found = disclosure.partner(row, restricted=row.restricted, coerced=coerced)
    return _nothing(found) if isinstance(found, Withheld) else Outside(_partner(found, known))


def public(row: Incident, known: places.Names, now: dt.datetime, *, coerced: bool) -> Outside:
    """For everybody."""
    found = disclosure.public(row, restricted=row.restricted, coerced=coerced, now=now)
    return _nothing(found) if isinstance(found, Withheld) else Outside(_public(found, known))


def _nothing(found: Withheld) -> Outside:
    return Outside([], str(WITHHELD[found.why]))


def _partner(one: Partner, known: places.Names) -> list[tuple[str, str]]:
    point = "" if one.lat is None or one.lon is None else f"{one.lat:.2f}, {one.lon:.2f}"
    facts = [
        (name_of("event_type"), label(one.event_type)),
        (name_of("other_types"), codes(one.other_types)),
        (name_of("severity"), label(one.severity)),
        (name_of("urgency"), label(one.urgency)),
        (name_of("certainty"), label(one.certainty)),
        (name_of("place"), _areas(one.areas, known)),
        (_("Middle of a cell of 11 km"), point),
        (name_of("when"), span(one.since, one.until)),
        *((name_of(name), _range(low, high)) for name, (low, high) in one.numbers.items()),
        (_("Sources"), _("more than one") if one.several_sources else _("one")),
    ]
    return [(name, words) for name, words in facts if words]


def _public(one: Public, known: places.Names) -> list[tuple[str, str]]:
    facts = [
        (name_of("event_type"), label(one.event_type)),
        (name_of("severity"), label(one.severity)),
        (name_of("place"), _areas(one.areas, known)),
        (_("Day"), one.day.isoformat() if one.day else ""),
        *((name_of(name), _band(low, above)) for name, (low, above) in one.numbers.items()),
    ]
    return [(name, words) for name, words in facts if words]


def _areas(areas: tuple[str, ...], known: places.Names) -> str:
    return ", ".join(known[area] for area in reversed(areas) if area in known)


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"


def _band(low: int, above: int | None) -> str:
    return _("%(n)s or more", n=low) if above is None else f"{low}–{above - 1}"
