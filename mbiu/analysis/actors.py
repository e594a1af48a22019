"""Groups, forces and communities that a text names as parties, and on which side it puts them."""

from mbiu.analysis.lexicon import Hit
from mbiu.analysis.parties import UNKNOWN, sides
from mbiu.analysis.reading import Actor, Evidence
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import grammar

CALL_REACH = 3
PLACED = ("at", "from", "to", "near")
_CALLED, _SAYS, _POSTS = grammar("called for"), grammar("says"), grammar("post")


def actors(scan: Scan) -> tuple[tuple[Actor, ...], tuple[Evidence, ...]]:
    """Each group once, in order, with the evidence. A group's name is no accusation.

    A community's name that stands for a place, and a force that is only called for, quoted or said not
    to have come, is no party.
    """
    hits = [hit for hit in scan.of("actors") if not (_is_place(scan, hit) or _stands_by(scan, hit))]
    said = sides(scan, hits)
    firsts = {hit.entry.code: hit for hit in reversed(hits)}
    named = sorted(firsts.values(), key=lambda hit: hit.first)
    evidence = tuple(
        scan.evidence("actors", hit.entry.code, hit.first, hit.last, _why(hit, said)) for hit in named
    )
    return tuple(Actor(hit.entry.code, said.get(hit.entry.code, UNKNOWN)) for hit in named), evidence


def _why(hit: Hit, said: dict[str, str]) -> str:
    side = said.get(hit.entry.code, UNKNOWN)
    told = "the text takes no side" if side == UNKNOWN else f"told as {side}"
    return f"a name of a {hit.entry.note.replace('_', ' ')}, {told}"


def _is_place(scan: Scan, hit: Hit) -> bool:
    """``in Turkana`` and ``Samburu county`` are places, not communities."""
    if hit.entry.note != "community":
        return False
    for cue in scan.of("cues"):
        if cue.entry.code in PLACED and cue.last == hit.first - 1:
            return not _names_people(scan, hit)
        if cue.entry.code.startswith(("level", "feature")) and cue.first == hit.last + 1:
            return True
        if cue.entry.code.startswith("level") and cue.last == hit.first - 1 and cue.entry.language == "sw":
            return True
    return False


def _names_people(scan: Scan, hit: Hit) -> bool:
    return any(cue.entry.code == "person" and cue.first == hit.last + 1 for cue in scan.of("cues"))


def _stands_by(scan: Scan, hit: Hit) -> bool:
    """A force that is called for, has not come, gives news, or whose post is meant."""
    if hit.entry.note != "state_force":
        return False
    after = scan.tokens[hit.last + 1].folded if hit.last + 1 < len(scan.tokens) else ""
    sentence = scan.tokens[hit.first].sentence
    before = scan.tokens[max(0, hit.first - CALL_REACH) : hit.first]
    called = any(token.folded in _CALLED and token.sentence == sentence for token in before)
    return called or after in _SAYS or after in _POSTS or scan.denied(hit) or _post_before(scan, hit)


def _post_before(scan: Scan, hit: Hit) -> bool:
    return hit.first > 1 and scan.tokens[hit.first - 2].folded in _POSTS
