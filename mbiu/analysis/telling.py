"""How a text is told: as a report, as talk about something else, at second hand, as a mere cry."""

import re

from mbiu.analysis.counts import Counts
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.reading import Evidence
from mbiu.analysis.scan import Scan

NOTHING = 0.5
SHORT = 8
LOSS = (0.0, 1.0, 1.8, 2.2)
TALK_FROM = 2
MUCH_TALK_FROM = 4
MERE_TALK_FROM = 7
#: Code of ignored words that only look like others.
ALIKE = "alike"
#: Weight of hearsay that is plain, and how near the end it speaks for the whole text.
PLAIN = 2
#: The same where the sender voices doubt of his own.
DOUBTED = 1
TAIL = 2
MOST_SIGNS = 6
#: Subjects in which the words of violence mean something else.
ELSEWHERE = ("football", "entertainment", "bible")
#: Said at the end of any message, so it weighs half.
PRAYER = "bible"
#: Subjects in which they are old news.
OLD_NEWS = ("history", "health", "court", "past_habit", "mourning")
_TIMES = ("day", "night", "part", "weekday", "ago", "now", "clock", "hour")
_RUMOURED = ("trouble", "weapon", "imminent")
_CONCRETE = ("armed_group", "community", "role", "livelihood", "religious")
_SIDES = ("armed_group", "community", "livelihood", "religious")
_PARTIES = ("armed_group", "state_force")
_SCORE = re.compile(r"(?<![\d.])(\d)\s?[-–:]\s?(\d)(?![\d.])")
_YEAR = re.compile("(19|20)[0-9]{2}")
_ALARM = re.compile("[\U0001f525\U0001f52b\U0001f480\U0001f4a3\U0001f4a5\U0001fa78\U0001f6a8\U0001f198☠]")
_LAUGHTER = re.compile("[\U0001f602\U0001f923\U0001f606\U0001f639]")


def discount(scan: Scan, counts: Counts, *, placed: bool) -> float:
    """What each sign of an event loses where the text talks of other things and tells nothing concrete."""
    concrete = _concrete(scan, counts, placed=placed)
    airy = concrete == 0 and _political(scan) >= TALK_FROM
    return LOSS[max(0, min(_talk(scan) + airy - concrete, len(LOSS) - 1))]


def vague(scan: Scan, counts: Counts, *, placed: bool) -> bool:
    """Whether nothing at all speaks for a report; a short text is excused from nothing."""
    short = len(scan.tokens) <= SHORT
    calm = bool(scan.marked("health")) or not scan.marked("trouble")
    return calm and _concrete(scan, counts, placed=placed, groups=_SIDES) <= short


def _talk(scan: Scan) -> int:
    """How far the text is from a report: 0 not at all."""
    politics = _political(scan)
    talk = sum(politics >= least for least in (TALK_FROM, MUCH_TALK_FROM, MERE_TALK_FROM))
    talk += sum(bool(scan.marked(code)) for code in OLD_NEWS) + (len(scan.marked("history")) > 1)
    return talk + min(MOST_SIGNS, _signs_of_elsewhere(scan))


def _political(scan: Scan) -> int:
    return len({hit.first for hit in scan.marked("politics")})


def _signs_of_elsewhere(scan: Scan) -> int:
    words = {hit.first: code for code in ELSEWHERE for hit in scan.marked(code)}
    signs = sum(1 if code == PRAYER else 2 for code in words.values())
    return signs + bool(_LAUGHTER.search(scan.text)) + MOST_SIGNS * _has_score(scan.text)


def _has_score(text: str) -> bool:
    """``3-0`` is how a match ended; a range of numbers rises."""
    return any(one >= two for one, two in _SCORE.findall(text))


def _concrete(scan: Scan, counts: Counts, *, placed: bool, groups: tuple[str, ...] = _CONCRETE) -> int:
    """What speaks for a report: a count, a time, a place, groups, arms, own sight, a cry for help."""
    numbers = (counts.killed, counts.injured, counts.abducted, counts.displaced, counts.livestock)
    timed = any(hit.entry.code.split()[0] in _TIMES for hit in scan.of("moments"))
    grouped = any(hit.entry.note in groups for hit in scan.of("actors"))
    told = any(scan.marked(code) for code in ("eyewitness", "ongoing"))
    signs = (timed, placed, grouped, told, bool(scan.marked("weapon")))
    counted = any(one and one.best for one in numbers)
    return counted + (counted and _has_figure(scan)) + sum(signs) + (len(scan.tokens) <= SHORT)


def elsewhere(scan: Scan) -> bool:
    """Whether the text is of sport, entertainment or prayer, or laughs."""
    return _signs_of_elsewhere(scan) > 0


def second_hand(scan: Scan, told: list[Hit], *, passed_on: bool = True) -> bool:
    """Whether what ``told`` tells is plain hearsay and nothing that the sender saw.

    Hearsay speaks for what follows it; at the end of a text, for all of it, unless that is a thing which
    comes by message itself (``passed_on`` False): a threat on WhatsApp is a threat.
    """
    if scan.marked("eyewitness"):
        return False
    least = DOUBTED if scan.marked("doubt") else PLAIN
    strong = [hit for hit in scan.marked("hearsay") if hit.entry.weight >= least] + _named_rumours(scan)
    last = max((hit.last for hit in told), default=-1)
    end = len(scan.tokens) - TAIL
    return any(hit.first <= last or (passed_on and hit.last >= end) for hit in strong)


def _named_rumours(scan: Scan) -> list[Hit]:
    named = [hit for hit in scan.of("events") if hit.entry.code == "rumour"]
    return [hit for hit in named if hit.entry.weight > PLAIN and not scan.denied(hit)]


def is_sure(scan: Scan) -> bool:
    """Whether the sender voices no doubt of his own, or gives a figure all the same."""
    return not scan.marked("doubt") or _has_figure(scan)


def _has_figure(scan: Scan) -> bool:
    """Whether a number is given, in figures or words: no year, and no *one* as in *no one*."""
    figures = (token.folded for token in scan.tokens if token.folded.isdecimal())
    words = (hit.entry.code for hit in scan.of("numbers") if not scan.tokens[hit.first].folded.isdecimal())
    return any(not _YEAR.fullmatch(one) for one in figures) or any(
        code.startswith("=") and code not in ("=0", "=1") for code in words
    )


def rumoured(scan: Scan, *, hinted: bool = False) -> Evidence | None:
    """Hearsay about armed people, arms or things to come, or with a mere hint (``hinted``) of an event."""
    said = scan.marked("hearsay")
    parties = any(hit.entry.note in _PARTIES for hit in scan.of("actors"))
    grave = hinted or parties or any(scan.marked(code) for code in _RUMOURED)
    if not (grave and second_hand(scan, said)):
        return None
    return scan.evidence("event_type", "rumour", said[0].first, said[0].last, "told at second hand")


def trouble(scan: Scan) -> Evidence | None:
    """The words or the sign that say that something is wrong, without saying what."""
    for mark in scan.marked("trouble"):
        if not (scan.denied(mark) or scan.asked(mark)):
            why = "something is wrong, not said what"
            return scan.evidence("event_type", "unknown", mark.first, mark.last, why)
    if sign := _ALARM.search(scan.text):
        return Evidence("event_type", "unknown", *sign.span(), sign.group(), "a sign of alarm")
    return None


def nothing_reported(scan: Scan) -> Evidence | None:
    """Why the text reports nothing: it asks, speaks of other things, denies, or uses a figure of speech."""
    for code in ("question", *ELSEWHERE):
        if marks := scan.marked(code):
            return _first(scan, marks, f"a word of {code}, and nothing reported")
    denied = [hit for hit in scan.of("events") if scan.denied(hit)]
    for hits, why in ((denied, "the text denies it"), (_figures(scan), "a figure of speech")):
        if hits:
            return _first(scan, hits, why)
    if _political(scan) >= TALK_FROM:
        return _first(scan, scan.marked("politics"), "talk about politics, and nothing reported")
    if scan.questions:
        sentence = min(scan.questions)
        asked = [index for index, token in enumerate(scan.tokens) if token.sentence == sentence]
        return scan.evidence("event_type", "none", asked[0], asked[-1], "a question, and nothing reported")
    return None


def _first(scan: Scan, hits: list[Hit], why: str) -> Evidence:
    return scan.evidence("event_type", "none", hits[0].first, hits[0].last, why)


def _figures(scan: Scan) -> list[Hit]:
    """Phrases that mean something else; a word that only looks like one of violence says nothing."""
    return [hit for hit in scan.of("ignore") if hit.entry.code != ALIKE]
