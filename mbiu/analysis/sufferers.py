"""Who suffered what befell, and who did it: *a man was killed*, *wameua mzee*, *5 gunmen killed a trader*."""

from mbiu.analysis.groups import Group
from mbiu.analysis.lexicon import Hit
from mbiu.analysis.nouns import TRANSITIVE, is_outcome
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

AFTER_REACH = 3
BEFORE_REACH = 4
_AUXILIARY = grammar("auxiliary")
_BETWEEN = grammar("between")
_DOERS = grammar("doer")
_BY = grammar("by")
_AT = grammar("at")
_AGE = frozenset(["of", "aged", "age", "years", "year", "yrs", "old", "miaka", "wa", "umri", "de", "ans"])
_TRANSITIVE = (
    "tu", "bless", "enlev", "abattu", "assassin", "egorg", "massacr", "kidnap", "execut", "captur", "decapit",
    "fusill",
)  # fmt: skip
_SWAHILI_ACTIVE = ("jeruhi", "teka", "chinja", "nyakua", "umiza", "torosha", "dedisha")
_LUGANDA_ACTIVE = ("tta", "sse", "wamba", "wambye", "temula", "temudde", "twala", "tutte", "tema", "temye")
_EITHER_VOICE = ("en", "ar")
_PASSIVE: dict[str, tuple[str, ...]] = {
    "sw": ("wa",),
    "sheng": ("wa",),
    "lg": ("iddwa", "eddwa", "ibwa", "ebwa"),
}
_SINGULAR = ("ame", "ali", "aka", "ana", "ka", "nime", "nili", "ume")
_FRENCH_ONE = ("ete", "est", "fut")
_HAVE = ("ont", "a", "avons", "ai")


def object_of(scan: Scan, hit: Hit, group: Group) -> bool:
    """Whether a noun without a number behind or before an outcome names who suffered it."""
    apart = scan.tokens[group.first].clause != scan.tokens[hit.first].clause
    if apart and not _only_an_age(scan, group.last, hit.first):
        return False
    if 0 <= group.first - hit.last <= AFTER_REACH:
        between = {scan.tokens[i].folded for i in range(hit.last + 1, group.first)}
        return not between & (_BY | _AT | {"and", "et", "ne"})
    if is_active(scan, hit) or not 0 <= hit.first - group.last <= BEFORE_REACH:
        return False
    return _suffers(scan, hit, group)


def _only_an_age(scan: Scan, after: int, before: int) -> bool:
    """``a boy (12) was killed``: nothing but a figure and small words in between."""
    words = [scan.tokens[i].folded for i in range(after + 1, before)]
    return 0 < len(words) <= BEFORE_REACH and all(
        w.isdecimal() or w in _AUXILIARY or w in _AGE for w in words
    )


def did_it(scan: Scan, group: Group, hit: Hit, others: list[Group]) -> bool:
    """Whether counted people are those who acted, and not those who suffered ``hit``."""
    if hit.first <= group.last:
        return hit.last < group.first and not group.total and _stands_apart(scan, group)
    if is_active(scan, hit) or _acted_between(scan, group, hit):
        return True
    if hit.entry.code == "displaced":
        return _is_doer(scan, group)
    if hit.entry.code in TRANSITIVE and not befell(scan, hit):
        return True
    words = {scan.tokens[i].folded for i in range(group.last + 1, hit.first)}
    return (
        hit.entry.language in _EITHER_VOICE
        and not words & _AUXILIARY
        and _has_object(scan, group, hit, others)
    )


def is_active(scan: Scan, hit: Hit) -> bool:
    """Whether the verb itself says that its subject did it: *wameua*, *basse*, *ont tué*."""
    word, language = scan.tokens[hit.first].folded, hit.entry.language
    if language in ("sw", "sheng"):
        return word.endswith(_SWAHILI_ACTIVE) or (
            word.endswith(("ua", "uwa")) and not word.endswith("pungua")
        )
    if language == "lg":
        return word.endswith(_LUGANDA_ACTIVE)
    return language == "fr" and _is_active_in_french(scan, hit)


def _is_active_in_french(scan: Scan, hit: Hit) -> bool:
    words = [scan.tokens[i].folded for i in range(hit.first, hit.last + 1)]
    if not any(word.startswith(_TRANSITIVE) for word in words):
        return hit.entry.code in TRANSITIVE and not befell(scan, hit)
    before = [scan.tokens[i].folded for i in range(max(0, hit.first - 2), hit.first)]
    return words[-1].endswith("ant") or (
        "ete" not in before and any(w in _HAVE for w in (*before[-1:], words[0]))
    )


def is_single(scan: Scan, hit: Hit) -> bool:
    """Whether the verb says by itself that it befell one person: *ameuawa*, *wamemuua*, *a été tué*."""
    if hit.tense == "infinitive":
        return False
    if hit.entry.code.endswith("1"):
        return True
    word, language = scan.tokens[hit.first].folded, hit.entry.language
    if language in ("sw", "sheng"):
        return word.startswith(_SINGULAR) and not is_active(scan, hit) and hit.tense == "past"
    before = scan.tokens[hit.first - 1].folded if hit.first else ""
    return language == "fr" and before in _FRENCH_ONE and not word.endswith("s")


def _stands_apart(scan: Scan, group: Group) -> bool:
    """Whether the word before a group keeps it from being the object: *killed by 5*, *killed in 3*."""
    before = scan.tokens[group.first - 1].folded
    return before in _BY or before in _AT


def _acted_between(scan: Scan, group: Group, hit: Hit) -> bool:
    for index in range(group.last + 1, hit.first):
        for act in scan.starting("counts", index):
            if act.entry.code == "acted" and act.last < hit.first and not befell(scan, act):
                return True
    return False


def befell(scan: Scan, act: Hit) -> bool:
    """Whether a verb is in the passive: its subject suffered it."""
    before = {scan.tokens[i].folded for i in range(max(0, act.first - 2), act.first)}
    words = [scan.tokens[i].folded for i in range(act.first, act.last + 1)]
    passive = any(one.endswith(_PASSIVE.get(act.entry.language, ("\n",))) for one in words)
    participle = act.entry.language == "fr" and words[-1].endswith(("es", "ee")) and not before & set(_HAVE)
    return bool(before & _AUXILIARY) or passive or participle


def _is_doer(scan: Scan, group: Group) -> bool:
    role = (
        group.noun is not None and group.noun.entry.kind == "actors" and group.noun.entry.note != "community"
    )
    return role or scan.tokens[group.first].folded in _DOERS or group.word in _DOERS


def _has_object(scan: Scan, group: Group, hit: Hit, others: list[Group]) -> bool:
    """Whether another group right behind the verb is its object, with no outcome of its own."""
    clause = scan.tokens[hit.first].clause
    for other in others:
        near = 0 < other.first - hit.last <= AFTER_REACH and scan.tokens[other.first].clause == clause
        if not near or other.kind != "person" or other is group or other.part:
            continue
        between = {scan.tokens[i].folded for i in range(hit.last + 1, other.first)}
        if not between & (_BY | _AT | {"and"}) and not _has_own(scan, other):
            return True
    return False


def _has_own(scan: Scan, group: Group) -> bool:
    index = group.last + 1
    while index < len(scan.tokens) and scan.tokens[index].folded in _AUXILIARY:
        index += 1
    return any(is_outcome(hit) for hit in scan.starting("counts", index))


def _suffers(scan: Scan, hit: Hit, group: Group) -> bool:
    if hit.entry.language != "en":
        return True
    words = [scan.tokens[i].folded for i in range(group.last + 1, hit.first)]
    between = [word for word in words if not word.isdecimal() and word not in _AGE]
    if not between:
        return scan.tokens[group.first].folded not in _DOERS
    return between[-1] in _AUXILIARY or all(word in _BETWEEN for word in between)
