"""Who did it to whom, where the grammar of a text says so.

An act is a word of violence or threat. The group before an active one did it, the group before a passive
one suffered it; behind it, the small word before a group tells which (``by``, ``on``, ``of``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mbiu.analysis.contest import types
from mbiu.analysis.lexicon import Hit, lexicon
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

ATTACKER, TARGET, UNKNOWN = "attacker", "target", "unknown"
#: How many words may stand between an act and the group that did or suffered it.
SUBJECT_REACH = 12
SUFFERER_REACH = 4
OBJECT_REACH = 6
SMALL_REACH = 3
VOICE_REACH = 2
OF_REACH = 2
#: Nobody writes of more in one message.
MOST_ACTS = 24
MOST_GROUPS = 48
ACTS = ("threat", "crime", "hate_speech")
NO_ACTS = ("riot", "protest")
HARM = ("killed", "injured", "abducted")
_EVENTS = frozenset(("events",))
_BY, _ONTO, _OF = grammar("agent by"), grammar("onto"), grammar("act of")
_ASIDE, _MUTUAL, _BETWEEN = grammar("aside"), tuple(grammar("mutual")), grammar("between sides")
_PASSIVE, _OBJECTS = grammar("passive"), grammar("object")
_ARTICLES = grammar("article")
_JOIN, _OUTCOME = grammar("joins groups"), tuple(grammar("outcome"))


@dataclass(frozen=True)
class Act:
    """A word of violence at token ``at``: whether it is passive, and whether it tells of harm done."""

    at: int
    passive: bool
    harm: bool
    verb_first: bool


def sides(scan: Scan, hits: list[Hit]) -> dict[str, str]:
    """Attacker, target or unknown for each group among ``hits``; contradicted is unknown."""
    found: dict[str, set[str]] = {}
    hits = hits[:MOST_GROUPS]
    for act in islice(_acts(scan), MOST_ACTS):
        for hit, side in _parties(scan, act, hits):
            for one in (hit, *_beside(scan, hit, hits)):
                found.setdefault(one.entry.code, set()).add(side)
    mutual = {hit.entry.code for hit in hits if _is_mutual(scan, hit)}
    return {
        name: next(iter(said)) if len(said) == 1 and name not in mutual else UNKNOWN
        for name, said in found.items()
    }


def _acts(scan: Scan) -> Iterator[Act]:
    harm = {hit.first for hit in scan.of("counts") if hit.entry.code.rstrip("1") in HARM}
    seen = set()
    for hit in scan.of("events"):
        code = hit.entry.code
        if (
            not (types()[code].violent or code in ACTS)
            or code in NO_ACTS
            or scan.denied(hit)
            or scan.asked(hit)
        ):
            continue
        at = _word_of(scan, hit)
        if at not in seen and not _takes_no_side(scan.tokens[at].folded, hit.entry.language):
            seen.add(at)
            passive = _is_passive(scan, hit, at, harm=at in harm)
            yield Act(at, passive, at in harm, not scan.tokens[at].folded.isascii())


def _takes_no_side(word: str, language: str) -> bool:
    """Fighting each other (Swahili *-ana*), and the bare outcome."""
    mutual = language in ("sw", "sheng", "lg") and word.endswith(("ana", "agana"))
    return mutual or word.startswith(_MUTUAL) or word.endswith(_OUTCOME)


def _word_of(scan: Scan, hit: Hit) -> int:
    """The token of the act itself inside a phrase such as *raiders .. stole .. cows*."""
    groups = {index for one in scan.of("actors") for index in range(one.first, one.last + 1)}
    inside = [index for index in range(hit.first, hit.last + 1) if index not in groups]
    known = [index for index in inside if lexicon().stands_in(scan.tokens[index].folded, _EVENTS)]
    harm = [at for at in inside if any(one.entry.code in HARM for one in scan.starting("counts", at))]
    plain = [index for index in inside if scan.tokens[index].folded not in _PASSIVE]
    return next(iter(known or harm or plain), hit.first)


def _is_passive(scan: Scan, hit: Hit, at: int, *, harm: bool) -> bool:
    word, language = scan.tokens[at].folded, hit.entry.language
    if language in ("sw", "sheng"):
        return word.endswith("wa")
    if language == "lg":
        return word.endswith(("bwa", "ddwa"))
    before = {token.folded for token in scan.tokens[max(0, at - VOICE_REACH) : at]}
    if not word.isascii():
        return any(token.folded in _BY for token in scan.tokens[at : at + OBJECT_REACH])
    if word.endswith("ing"):
        return False
    if before & _PASSIVE:
        return True
    return harm and not _has_object(scan, at)


def _has_object(scan: Scan, at: int) -> bool:
    clause = scan.tokens[at].clause
    after = range(at + 1, min(at + OBJECT_REACH, len(scan.tokens)))
    near = [index for index in after if scan.tokens[index].clause == clause]
    for index in near:
        word = scan.tokens[index].folded
        if word in _BY or word in _ASIDE:
            return False
        if (
            word in _OBJECTS
            or word.isdecimal()
            or scan.starting("counts", index)
            or scan.starting("actors", index)
        ):
            return True
    return False


def _parties(scan: Scan, act: Act, hits: list[Hit]) -> Iterator[tuple[Hit, str]]:
    sentence = scan.tokens[act.at].sentence
    here = [hit for hit in hits if scan.tokens[hit.first].sentence == sentence]
    before = [hit for hit in here if 0 < act.at - hit.last <= SUBJECT_REACH]
    subject = next((hit for hit in reversed(before) if not _small_before(scan, hit, -1)[0]), None)
    if (
        subject
        and not (act.verb_first or _is_noun(scan, act))
        and (not act.passive or _is_near(scan, subject, act))
    ):
        yield subject, TARGET if act.passive else ATTACKER
    for hit in here:
        if 0 < hit.first - act.at <= OBJECT_REACH and (side := _side_behind(scan, act, hit)):
            yield hit, side


def _is_noun(scan: Scan, act: Act) -> bool:
    """*In an ambush*: an act that is named, and done by nobody who stands before it."""
    return act.at > 0 and scan.tokens[act.at - 1].folded in _ARTICLES


def _is_near(scan: Scan, subject: Hit, act: Act) -> bool:
    """Who suffers a passive stands close before it; another number between means others."""
    between = scan.tokens[subject.last + 1 : act.at]
    same = scan.tokens[subject.last].clause == scan.tokens[act.at].clause
    return same and len(between) <= SUFFERER_REACH and not any(token.folded in _OBJECTS for token in between)


def _side_behind(scan: Scan, act: Act, hit: Hit) -> str:
    small, at = _small_before(scan, hit, act.at)
    if small in _BY and (act.passive or small != "na"):
        return ATTACKER
    if small in _ONTO:
        return TARGET
    if small in _OF and at - act.at <= OF_REACH:
        return TARGET if act.harm else ATTACKER
    if act.verb_first and act.passive and not small:
        return TARGET
    if small or act.passive or scan.tokens[hit.first].clause != scan.tokens[act.at].clause:
        return ""
    return ATTACKER if act.verb_first else TARGET


def _small_before(scan: Scan, hit: Hit, after: int) -> tuple[str, int]:
    """The small word that ties a group to something and its token, none before ``after``.

    The nearest counts, but *par des rebelles* is *par*.
    """
    found = ("", -1)
    for index in range(hit.first - 1, max(after, hit.first - 1 - SMALL_REACH), -1):
        word = scan.tokens[index].folded
        if scan.ending("actors", index):
            break
        if word in _BY or (not found[0] and (word in _ONTO or word in _OF or word in _ASIDE)):
            found = (word, index)
    return found


def _beside(scan: Scan, hit: Hit, hits: list[Hit]) -> Iterator[Hit]:
    """Groups written together with this one: *Turkana warriors*, *police and soldiers*."""
    for one in hits:
        gap = range(min(hit.last, one.last) + 1, max(hit.first, one.first))
        if one is not hit and all(scan.tokens[index].folded in _JOIN for index in gap) and len(gap) <= 1:
            yield one


def _is_mutual(scan: Scan, hit: Hit) -> bool:
    """*Between X and Y*, *X vs Y*: the text takes no side."""
    near = scan.tokens[max(0, hit.first - SMALL_REACH) : hit.first] + scan.tokens[hit.last + 1 : hit.last + 2]
    clause = scan.tokens[hit.first].clause
    return any(token.folded in _BETWEEN and token.clause == clause for token in near)
