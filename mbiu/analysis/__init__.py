"""Reading reports: one text in, one ``Reading`` out. Pure: no database, no clock, no network."""

import gc
from dataclasses import replace
from datetime import datetime

from mbiu.analysis.actors import actors
from mbiu.analysis.counts import Counts, count
from mbiu.analysis.events import Event, event
from mbiu.analysis.judgement import judge
from mbiu.analysis.language import detect
from mbiu.analysis.learned import Classifier, combine
from mbiu.analysis.lexicon import Hit, lexicon
from mbiu.analysis.moment import Moment, moment
from mbiu.analysis.places import Found, Location, locate, positioned, prior_of
from mbiu.analysis.reading import Evidence, Reading
from mbiu.analysis.scan import Scan, scan
from mbiu.analysis.spans import written_in
from mbiu.gazetteer.lookup import Gazetteer

__all__ = ["Reading", "read", "warm"]

MAX_LENGTH = 6000
_SELF_EXPLAINING = ("none",)


def warm() -> None:
    """Load the word lists and the language model now, and spare the collector from going through them.

    Without it the first reading takes a second, and a full collection a tenth of one. Before a fork it
    also keeps the processes from copying what they share.
    """
    lexicon()
    detect("habari za asubuhi ndugu zetu wote wa kijiji")
    gc.collect()
    gc.freeze()


def read(  # noqa: PLR0913 - all that may be known of a message, each optional
    text: str,
    gazetteer: Gazetteer,
    *,
    country: str | None = None,
    home: str | None = None,
    sent_at: datetime | None = None,
    language: str | None = None,
    message_id: str = "",
    location: Location | None = None,
    classifier: Classifier | None = None,
) -> Reading:
    """Understand one message; never raises, whatever the text.

    ``country`` (ISO 3166-1 alpha-2) and ``home`` (place id or P-code) are what is known of the sender;
    ``sent_at`` is needed to resolve *yesterday* and the like; ``language`` is the one the sender uses,
    which stands where the text is too short to tell;
    ``location`` is a shared position: latitude, longitude in degrees, accuracy in metres or None;
    ``classifier`` is what was learned from decisions. Only the first 6,000 code points are read.
    """
    text = text[:MAX_LENGTH]
    known = scan(text)
    tongue = written_in(known, language, country)
    prior = prior_of(gazetteer, country, home)
    found = positioned(known, gazetteer, locate(known, gazetteer, prior), location)
    counts = count(known)
    names = [(item.start, item.end) for item in found.evidence if item.end > item.start]
    happened = event(known, counts, names)
    if classifier is not None:
        happened = combine(text, happened, classifier)
    if happened.type == "hazard":
        counts = replace(counts, abducted=None)
    where = found.place.country if found.place else prior.country
    ahead = "threat" in (happened.type, *happened.others[:1])
    time = moment(known, sent_at, where, ahead=ahead)
    return _reading(known, message_id, tongue, happened, found, counts, time)


def _reading(
    known: Scan,
    message_id: str,
    language: tuple[str, float, tuple[Evidence, ...]],
    happened: Event,
    found: Found,
    counts: Counts,
    time: Moment,
) -> Reading:
    groups, group_evidence = actors(known)
    drivers, driver_evidence = _tags(known, "drivers", happened)
    risks, risk_evidence = _tags(known, "risk_factors", happened)
    severity, urgency, rule_evidence = judge(known, happened, counts, time)
    evidence = (
        *happened.evidence, *found.evidence, *counts.evidence, *time.evidence, *rule_evidence,
        *group_evidence, *driver_evidence, *risk_evidence, *language[2],
    )  # fmt: skip
    return Reading(
        id=message_id,
        language=language[0],
        language_confidence=language[1],
        event_type=happened.type,
        event_confidence=happened.confidence,
        other_types=happened.others,
        drivers=drivers,
        severity=severity,
        urgency=urgency,
        place=found.place,
        candidates=found.candidates,
        when=time.when,
        killed=counts.killed,
        injured=counts.injured,
        displaced=counts.displaced,
        abducted=counts.abducted,
        livestock=counts.livestock,
        actors=groups,
        risk_factors=tuple(sorted(int(risk) for risk in risks)),
        evidence=evidence,
        missing=_missing(happened, found, time),
    )


def _tags(known: Scan, kind: str, happened: Event) -> tuple[tuple[str, ...], tuple[Evidence, ...]]:
    """Codes of a list found in the text, each with its first evidence. Nothing reported has none."""
    if happened.type == "none":
        return (), ()
    hits: dict[str, Hit] = {}
    for hit in known.of(kind):
        if not known.denied(hit):
            hits.setdefault(hit.entry.code, hit)
    what = "driver" if kind == "drivers" else "risk factor"
    evidence = (
        known.evidence(kind, code, hit.first, hit.last, f"a word of {what} {code}" + _noted(hit))
        for code, hit in hits.items()
    )
    return tuple(hits), tuple(evidence)


def _noted(hit: Hit) -> str:
    return f" ({hit.entry.note})" if hit.entry.note else ""


def _missing(happened: Event, found: Found, time: Moment) -> tuple[str, ...]:
    if happened.type in _SELF_EXPLAINING:
        return ()
    return tuple(
        name
        for name, gone in (
            ("place", found.place is None or found.place.precision == "country"),
            ("event_type", happened.type == "unknown"),
            ("when", time.when is None),
        )
        if gone
    )
