"""Groups, forces and communities that a text names, and on which side it puts them."""

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.reading import Actor, Evidence
from mbiu.analysis.scan import Scan

NEAR = 4
_AGENT = frozenset(("by", "na", "par"))
_PASSIVE_ENDINGS = ("wa", "ed")


def actors(scan: Scan) -> tuple[tuple[Actor, ...], tuple[Evidence, ...]]:
    """Each group once, in order, with the evidence. A group's name is no accusation."""
    sides: dict[str, str] = {}
    evidence = []
    for hit in scan.of("actors"):
        if _is_place(scan, hit):
            continue
        name, side = hit.entry.code, _side(scan, hit)
        if name not in sides:
            why = f"a name of a {hit.entry.note.replace('_', ' ')}"
            evidence.append(scan.evidence("actors", name, hit.first, hit.last, why))
        if sides.get(name, "unknown") == "unknown":
            sides[name] = side
    return tuple(Actor(name, side) for name, side in sides.items()), tuple(evidence)


def _is_place(scan: Scan, hit: Hit) -> bool:
    """``in Turkana`` and ``Samburu county`` are places, not communities."""
    if hit.entry.note != "community":
        return False
    for cue in scan.of("cues"):
        if cue.entry.code in ("at", "from", "to", "near") and cue.last == hit.first - 1:
            return not _names_people(scan, hit)
        if cue.entry.code.startswith(("level", "feature")) and cue.first == hit.last + 1:
            return True
        if cue.entry.code.startswith("level") and cue.last == hit.first - 1 and cue.entry.language == "sw":
            return True
    return False


def _names_people(scan: Scan, hit: Hit) -> bool:
    return any(cue.entry.code == "person" and cue.first == hit.last + 1 for cue in scan.of("cues"))


def _side(scan: Scan, hit: Hit) -> str:
    before = scan.tokens[hit.first - 1].folded if hit.first else ""
    sentence = scan.tokens[hit.first].sentence
    for verb in scan.of("events"):
        if scan.tokens[verb.first].sentence != sentence or verb.entry.code in (
            "armed_clash",
            "peace",
            "dispute",
        ):
            continue
        if 0 < hit.first - verb.last <= NEAR:
            return "attacker" if before in _AGENT else "target"
        if (
            hit.first <= verb.first <= hit.last + NEAR
            and verb.last > hit.last
            and verb.entry.code not in ("displacement", "protest")
        ):
            return "target" if _passive(scan, verb) else "attacker"
    return "unknown"


def _passive(scan: Scan, verb: Hit) -> bool:
    word = scan.tokens[verb.first].folded
    if verb.entry.language in ("sw", "sheng"):
        return word.endswith("wa")
    before = scan.tokens[verb.first - 1].folded if verb.first else ""
    return before in ("was", "were", "been", "are", "is", "being", "got")
