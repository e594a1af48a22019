"""Which places a text names, in what role, and which of them it is about."""

from dataclasses import dataclass

from mbiu.analysis.context import Context, Prior
from mbiu.analysis.guesses import SURE, guess, pinned
from mbiu.analysis.landmarks import Landmarks, listed
from mbiu.analysis.meanings import Meaning, meanings
from mbiu.analysis.mentions import Named, named
from mbiu.analysis.positions import Fix, coded, completed, fix, short_codes, spans
from mbiu.analysis.reading import Evidence, PlaceGuess
from mbiu.analysis.roles import Roles
from mbiu.analysis.scan import Scan
from mbiu.gazetteer.lookup import Gazetteer

__all__ = ["Found", "Location", "Prior", "locate", "positioned", "prior_of"]

SURE_FROM = 0.45
MAX_CANDIDATES = 5
CONFIDENCE_OF_SCORE = 0.8
UNSURE_MARGIN = 0.05
WORTH_TELLING = 0.45
WORTH_OFFERING = 0.3
UNSURE_COST = 0.25
FINER_MARGIN = 0.3
CLEAR_MARGIN = 0.15
RIVAL_COST = 0.5
HOME_CONFIDENCE = 0.3
SEVERAL_PLACES = 0.7
#: Latitude, longitude in degrees, accuracy in metres or None.
Location = tuple[float, float, float | None]


@dataclass(frozen=True)
class Found:
    """The place of a text (None: it does not say), all candidates best first, and the evidence."""

    place: PlaceGuess | None
    candidates: tuple[PlaceGuess, ...]
    evidence: tuple[Evidence, ...]


def locate(scan: Scan, gazetteer: Gazetteer, prior: Prior) -> Found:
    """Find the place a text is about: match names, weigh each meaning, prefer what lies in what."""
    roles = Roles.of(scan)
    mentions = _mentions(scan, gazetteer, roles)
    landmarks = Landmarks(scan, roles, mentions)
    context = Context([landmarks.marked(one) for one in mentions], gazetteer, prior)
    ranked = meanings(context)
    if not ranked:
        return Found(None, _home(gazetteer, context.prior), ())
    top = _finest(ranked, context)
    confidence = _confidence(top, ranked, context, landmarks)
    best = landmarks.point(_guess(top, gazetteer, confidence), top, ranked, gazetteer)
    others = (
        _guess(one, gazetteer, min(confidence, _plain_confidence(one.score) - UNSURE_COST))
        for one in _others(top, ranked)
    )
    told = [top, *(one for one in ranked if one is not top and one.score > WORTH_TELLING)]
    evidence = tuple(_evidence(scan, one) for one in told[:3])
    return Found(best if confidence >= SURE_FROM else None, (best, *others)[:MAX_CANDIDATES], evidence)


def positioned(scan: Scan, gazetteer: Gazetteer, found: Found, location: Location | None) -> Found:
    """A shared or written position outweighs every name, unless it makes no sense."""
    why, start, end = "a shared position", 0, 0
    if location is None:
        written = fix(scan.text, gazetteer) or _short_code(scan.text, gazetteer, found)
        if written is None:
            return found
        location = written.lat, written.lon, written.radius_km * 1000
        why, start, end = written.why, written.start, written.end
    place = pinned(gazetteer, *location)
    if place is None:
        return found
    seen = Evidence("place", place.place_id, start, end, scan.text[start:end], why)
    others = tuple(one for one in found.candidates if one.place_id != place.place_id)
    return Found(place, (place, *others)[:MAX_CANDIDATES], (seen, *found.evidence))


def _short_code(text: str, gazetteer: Gazetteer, found: Found) -> Fix | None:
    """A short Plus Code, completed by the place that the text names or else the sender's home."""
    match = next(short_codes(text), None)
    beside = gazetteer.get(found.candidates[0].place_id) if found.candidates else None
    point = completed(match.group(), beside) if match and beside and beside.admin_level != 0 else None
    return Fix(*point, *match.span(), "a Plus Code beside a place") if point and match else None


def prior_of(gazetteer: Gazetteer, country: str | None, home: str | None) -> Prior:
    """The prior of a sender. ``home`` is a place id or P-code; unknown ones are passed over."""
    place = (gazetteer.get(home) or gazetteer.by_pcode(home)) if home else None
    path = tuple(one.place_id for one in gazetteer.path(place.place_id)) if place else ()
    return Prior((country or (place.country if place else "")).upper() or None, path)


def _mentions(scan: Scan, gazetteer: Gazetteer, roles: Roles) -> list[Named]:
    """Names and P-codes in the order of the text; nothing is read inside links, codes and positions."""
    taken = spans(scan.text, gazetteer)
    skipped = _tokens(scan, taken) if taken else frozenset()
    found = list(named(scan, gazetteer, skipped, roles))
    for place, start, end in coded(scan.text, gazetteer):
        if inside := sorted(_tokens(scan, [(start, end)])):
            found.append(Named(inside[0], inside[-1], (place,), 1.0, "the P-code of", role="at", cued=True))
    return listed(scan, sorted(found, key=lambda one: one.first))


def _tokens(scan: Scan, taken: list[tuple[int, int]]) -> frozenset[int]:
    return frozenset(
        index
        for index, token in enumerate(scan.tokens)
        if any(token.start < end and start < token.end for start, end in taken)
    )


def _finest(ranked: list[Meaning], context: Context) -> Meaning:
    """The best, or a place inside it that the text also names: *Bwera* of *Bwera in Kasese*."""
    top = ranked[0]
    for one in ranked[1:]:
        aside = one.mention.role in ("from", "to") and top.mention.role not in ("from", "to")
        inside = not aside and top.place.place_id in context.path(one.place)[:-1]
        if inside and one.score > top.score - FINER_MARGIN:
            top = one
    return top


def _plain_confidence(score: float) -> float:
    return max(0.05, min(SURE, score * CONFIDENCE_OF_SCORE))


def _confidence(top: Meaning, ranked: list[Meaning], context: Context, landmarks: Landmarks) -> float:
    confidence = _plain_confidence(top.score) - _rivalry(top, context)
    for other in ranked:
        apart = not context.related(top.place, other.place) and not landmarks.paired(top, other)
        if apart and other.score > top.score - UNSURE_MARGIN:
            return round(max(0.05, min(SEVERAL_PLACES, confidence - UNSURE_COST / 2)), 2)
    return round(max(0.05, confidence), 2)


def _rivalry(top: Meaning, context: Context) -> float:
    """What it costs that another place of this name, elsewhere, fits nearly as well."""
    rivals = (score for place, score in top.runners if not context.close(place, top.place))
    gap = top.score - max(rivals, default=-1.0)
    return RIVAL_COST if gap < UNSURE_MARGIN else UNSURE_COST if gap < CLEAR_MARGIN else 0.0


def _others(top: Meaning, ranked: list[Meaning]) -> list[Meaning]:
    """The other names of the text, then the other meanings of the chosen name."""
    found = {top.place.place_id}
    others = []
    meanings_of_top = [Meaning(top.mention, place, score) for place, score in top.runners]
    for one in [*ranked, *meanings_of_top]:
        if one.place.place_id not in found and one.score > WORTH_OFFERING:
            found.add(one.place.place_id)
            others.append(one)
    return sorted(others, key=lambda one: -one.score)[:MAX_CANDIDATES]


def _guess(one: Meaning, gazetteer: Gazetteer, confidence: float) -> PlaceGuess:
    return guess(one.place, gazetteer, confidence, near=one.mention.role in ("near", "between"))


def _home(gazetteer: Gazetteer, prior: Prior) -> tuple[PlaceGuess, ...]:
    """Without a name in the text the sender's home is a suggestion, never the answer."""
    home = gazetteer.get(prior.home[-1]) if prior.home else None
    return (guess(home, gazetteer, HOME_CONFIDENCE),) if home else ()


def _evidence(scan: Scan, one: Meaning) -> Evidence:
    why = (
        f"{one.mention.how} {one.place.name} ({one.place.type_local or one.place.kind}, {one.place.country})"
    )
    return scan.evidence("place", one.place.place_id, one.mention.first, one.mention.last, why)
