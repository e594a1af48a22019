"""Who suffered it, where a text gives no number: *a man was killed*, *wameua mzee*."""

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

AFTER_REACH = 3
BEFORE_REACH = 4
_AUXILIARY = grammar("auxiliary")
_BETWEEN = grammar("between")
_DOERS = grammar("doer")
_AGENTS = grammar("agent")
_ACTIVE_ENDINGS = ("jeruhi", "teka", "chinja", "ua")


def sufferer(scan: Scan, hit: Hit, hits: list[Hit]) -> Hit | None:
    """The person noun that an outcome is told of: after an active verb, before a passive one."""
    clause = scan.tokens[hit.first].clause
    nouns = [
        n for n in hits if n.entry.code in ("person", "person1") and scan.tokens[n.first].clause == clause
    ]
    for noun in nouns:
        if 0 < noun.first - hit.last <= AFTER_REACH and not _has_by(scan, hit.last, noun.first):
            return noun
    if _is_active(scan, hit):
        return None
    for noun in reversed(nouns):
        if 0 < hit.first - noun.last <= BEFORE_REACH and _suffers(scan, hit, noun):
            return noun
    return None


def did_it(scan: Scan, last: int, noun: Hit | None, hit: Hit) -> bool:
    """Whether the counted people before a verb are those who did it: *5 gunmen killed a trader*."""
    if noun is None or hit.first <= last:
        return False
    if hit.entry.language == "sw":
        return _is_active(scan, hit)
    words = [scan.tokens[i].folded for i in range(last + 1, hit.first)]
    doer = noun.entry.kind == "actors" or scan.tokens[noun.first].folded in _DOERS
    return doer and not _AUXILIARY.intersection(words) and _has_object(scan, hit)


def _has_object(scan: Scan, hit: Hit) -> bool:
    clause = scan.tokens[hit.first].clause
    return any(
        0 < one.first - hit.last <= AFTER_REACH and scan.tokens[one.first].clause == clause
        for one in scan.of("counts")
        if one.entry.code in ("person", "person1")
    )


def _has_by(scan: Scan, after: int, before: int) -> bool:
    return any(scan.tokens[i].folded in _AGENTS for i in range(after + 1, before))


def _is_active(scan: Scan, hit: Hit) -> bool:
    word = scan.tokens[hit.first].folded
    return hit.entry.language == "sw" and word.endswith(_ACTIVE_ENDINGS)


def _suffers(scan: Scan, hit: Hit, noun: Hit) -> bool:
    if hit.entry.language != "en":
        return True
    between = [scan.tokens[i].folded for i in range(noun.last + 1, hit.first)]
    if not between:
        return scan.tokens[noun.first].folded not in _DOERS
    return between[-1] in _AUXILIARY or all(word in _BETWEEN for word in between)
