"""Corroboration in words: who counts as one source and why, what would make it stronger."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from mbiu.corroboration import Bunch, Corroboration, Voice
from review.words import INFORMATION_GRADES

NOTES = {
    "same_person": _l("told it before"),
    "copy": _l("the words of an earlier report"),
    "forwarded": _l("a forwarded message"),
    "hearsay": _l("told from hearsay"),
    "connected": _l("one phone, organisation, community or supervisor with an earlier reporter"),
    "unconfirmed": _l("perhaps not from whom the number says"),
    "duress": _l("sent under duress"),
    "withdrawn": _l("taken back by the reporter"),
    "flood": _l("one of more reports at once than are looked at one by one"),
}
BONDS = {
    "organisation": _l("one organisation"),
    "community": _l("one community and denomination"),
    "same_person": _l("one person"),
}
REASONS = {
    "three_sources": _l("three or more independent sources tell it"),
    "two_sources": _l("two independent sources tell it"),
    "numbers_apart": _l("independent sources tell it, but their numbers are far apart"),
    "one_known": _l("one source, reliable so far; nobody else tells it"),
    "one_unknown": _l("one source, and nobody knows how reliable"),
    "second_hand": _l("nobody who tells it has seen it"),
    "in_doubt": _l("who tells it may be somebody else, or is not free to speak"),
    "nobody": _l("nobody stands by it any more"),
}
STRONGER = {
    "eyewitness": _l("somebody who saw it"),
    "second_source": _l("a second person, with another phone, organisation and community"),
    "call_back": _l("a call-back to the sender in doubt"),
    "place": _l("the place"),
    "when": _l("the time"),
    "picture": _l("a photo or a voice note"),
}


@dataclass(frozen=True)
class Explained:
    """The lines of the panel; ``information`` is the suggested credibility in words."""

    headline: str
    counting: list[str]
    others: list[str]
    information: str
    reason: str
    stronger: str


def explained(found: Corroboration) -> Explained:
    """Put a corroboration in words."""
    number = found.sources
    headline = ngettext("%(num)d independent source", "%(num)d independent sources", number)
    return Explained(
        headline=headline if number else _("No source of its own"),
        counting=[_bunch(one) for one in found.bunches],
        others=[*_others(found.others), *_more(found.more)],
        information=str(dict(INFORMATION_GRADES)[str(found.information)]),
        reason=str(REASONS[found.reason]),
        stronger=_(", ").join(str(STRONGER[code]) for code in found.stronger),
    )


def _bunch(one: Bunch) -> str:
    names = _names(one.voices)
    if not one.why:
        return names
    return str(_("%(names)s count as one: %(why)s", names=names, why=BONDS[one.why]))


def _others(voices: Sequence[Voice]) -> list[str]:
    """Those that add nothing, together by the reason."""
    found: dict[str, list[Voice]] = defaultdict(list)
    for one in voices:
        found[one.note].append(one)
    return [
        str(_("%(names)s: %(why)s", names=_names(them), why=NOTES.get(note, note)))
        for note, them in found.items()
    ]


def _names(voices: Sequence[Voice]) -> str:
    codes = list(dict.fromkeys(one.code for one in voices))
    shown = ", ".join(codes[:6])
    return f"{shown} +{len(codes) - 6}" if len(codes) > 6 else shown


def _more(count: int) -> list[str]:
    if not count:
        return []
    return [ngettext("%(num)d more report, not listed", "%(num)d more reports, not listed", count)]
