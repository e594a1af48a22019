"""How grave and how urgent: what the rules of ``severity.csv`` may ask of a text, and what they answer."""

from mbiu.analysis.counts import Counts
from mbiu.analysis.events import Event
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.moment import Moment
from mbiu.analysis.reading import Evidence
from mbiu.analysis.rules import Facts, Rule, decide
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

COUNTED = ("killed", "injured", "displaced", "abducted", "livestock")
LATER = ("day 1", "day 2", "week 1", "weekday", "next")
_PAST = tuple(grammar("past ending"))
_PERFECT = grammar("past auxiliary")
_AUXILIARY = grammar("present")


def judge(scan: Scan, happened: Event, counts: Counts, time: Moment) -> tuple[str, str, list[Evidence]]:
    """Severity and urgency, each with the rule that decided, over the words that made it hold."""
    if happened.type == "none":
        return "unknown", "unknown", []
    facts = _facts(scan, happened, counts, time)
    values, evidence = [], []
    for sets in ("severity", "urgency"):
        rule = decide(sets, facts)
        values.append(rule.value if rule else "unknown")
        if rule:
            start, end = _span(scan, rule, happened, counts)
            why = f"rule: {rule.note or rule.value}"
            evidence.append(Evidence(sets, rule.value, start, end, scan.text[start:end], why))
    return values[0], values[1], evidence


def _facts(scan: Scan, happened: Event, counts: Counts, time: Moment) -> Facts:
    flags = {f"primary:{happened.type}"} | {f"type:{code}" for code in (happened.type, *happened.others)}
    flags |= {f"marker:{code}" for code in scan.codes if _holds(scan, code)}
    flags |= {f"told:{code}" for code in _told(scan, time)} | ({"moment:past"} if time.past else set())
    values = {name: one.best for name in COUNTED if (one := getattr(counts, name))}
    return Facts(frozenset(flags), values)


def _holds(scan: Scan, code: str) -> Hit | None:
    return next((hit for hit in scan.marked(code) if not scan.denied(hit)), None)


def _told(scan: Scan, time: Moment) -> list[str]:
    """How the event is told: ``now``, ``past``, ``ahead`` (announced), ``today`` (no later day), ``old``."""
    hits = [hit for hit in scan.of("events") if hit.entry.code != "none" and not scan.asked(hit)]
    later = any(hit.entry.code.startswith(LATER) for hit in scan.of("moments"))
    told = {
        "now": any(_goes_on(scan, hit) for hit in hits),
        "past": bool(time.past) or any(_is_past(scan, hit) for hit in hits),
        "ahead": time.past is False or any(scan.ahead(hit) for hit in hits),
        "today": not later
        and (time.when is None or time.when.precision in ("minute", "hour", "part", "day")),
        "old": bool(scan.marked("history") or scan.marked("past_habit")),
    }
    return [code for code, holds in told.items() if holds]


def _is_past(scan: Scan, hit: Hit) -> bool:
    """A past tense, an ending of the past, or a French word with *ont* or *été* in it or before it."""
    if hit.tense == "past" or scan.tokens[hit.last].folded.endswith(_PAST):
        return True
    words = (token.folded for token in scan.tokens[max(0, hit.first - 2) : hit.last + 1])
    return hit.entry.language == "fr" and hit.tense == "none" and not _PERFECT.isdisjoint(words)


def _goes_on(scan: Scan, hit: Hit) -> bool:
    """A present tense, or a form in *-ing* with its object or *are* before it."""
    if hit.tense == "present":
        return True
    first = scan.tokens[hit.first].folded
    before = scan.tokens[hit.first - 1].folded if hit.first else ""
    going = hit.entry.language == "en" and first.endswith("ing") and not scan.ahead(hit)
    return going and (before in _AUXILIARY or (hit.size > 1 and not scan.background(hit)))


def _span(scan: Scan, rule: Rule, happened: Event, counts: Counts) -> tuple[int, int]:
    """The number or marker that the rule asks for, else the event's own words."""
    for name, _ in rule.counts:
        for item in counts.evidence:
            if item.field == name:
                return item.start, item.end
    for flag in sorted(rule.flags):
        kind, _, code = flag.partition(":")
        if kind == "marker" and (hit := _holds(scan, code)):
            return scan.tokens[hit.first].start, scan.tokens[hit.last].end
    return next(((item.start, item.end) for item in happened.evidence), (0, 0))
