"""Which places a text names, in what role, and which of them it is about."""

from dataclasses import dataclass

from mbiu.analysis.mentions import Named, named
from mbiu.analysis.reading import Evidence, PlaceGuess
from mbiu.analysis.scan import Scan
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.place import Place

SURE_FROM = 0.45
MAX_CANDIDATES = 5
CONFIDENCE_OF_SCORE = 0.8
HIGHEST = 0.97
UNSURE_MARGIN = 0.05
WORTH_TELLING = 0.45
WORTH_OFFERING = 0.3
UNSURE_COST = 0.25
FINER_MARGIN = 0.3
CLEAR_MARGIN = 0.15
RIVAL_COST = 0.5
CUE_POLICY_COST = 0.04
NEIGHBOUR_BONUS = 0.08
NEAR_KM = 5.0
HOME_CONFIDENCE = 0.3
LEVEL_PRIOR = {0: -0.15, 1: 0.03, 2: 0.06, 3: 0.0}
ROLE = {"at": 0.08, "near": 0.06, "between": 0.04, "from": -0.2, "to": -0.12, "group": -0.5, "name": -0.1}
_LEVELS = {"level1": (1,), "level2": (2,), "level12": (1, 2), "level3": (3, 4), "village": (None, 3, 4, 5)}


@dataclass(frozen=True)
class Prior:
    """What is known before reading: the sender's country and home (the ids from the country down)."""

    country: str | None = None
    home: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """The place of a text (None: it does not say), all candidates best first, and the evidence."""

    place: PlaceGuess | None
    candidates: tuple[PlaceGuess, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class _Scored:
    """A meaning of a name; ``runners`` are the other meanings with their scores."""

    mention: Named
    place: Place
    score: float
    runners: tuple[tuple[Place, float], ...] = ()


def locate(scan: Scan, gazetteer: Gazetteer, prior: Prior) -> Found:
    """Find the place a text is about: match names, weigh each meaning, prefer what lies in what."""
    mentions = list(named(scan, gazetteer))
    prior = _with_named_country(prior, mentions)
    best = [one for one in (_best(mention, mentions, gazetteer, prior) for mention in mentions) if one]
    if not best:
        return Found(None, _home(gazetteer, prior), ())
    ranked = sorted(best, key=lambda one: (-one.score, one.mention.first))
    top = _finest(ranked, gazetteer)
    confidence = _confidence(top, ranked, gazetteer)
    others = _others(top, ranked)
    guess = _guess(top, gazetteer, confidence)
    candidates = (
        guess,
        *(_guess(one, gazetteer, _plain_confidence(one.score) - UNSURE_COST) for one in others),
    )
    told = [top, *(one for one in ranked if one is not top and one.score > WORTH_TELLING)]
    evidence = tuple(_evidence(scan, one) for one in told[:3])
    return Found(guess if confidence >= SURE_FROM else None, candidates[:MAX_CANDIDATES], evidence)


def _finest(ranked: list[_Scored], gazetteer: Gazetteer) -> _Scored:
    """The best, or a place inside it that the text also names: *Bwera* of *Bwera in Kasese*."""
    top = ranked[0]
    for one in ranked[1:]:
        inside = one.place.place_id != top.place.place_id and gazetteer.within(
            one.place.place_id, top.place.place_id
        )
        if inside and one.score > top.score - FINER_MARGIN:
            top = one
    return top


def _with_named_country(prior: Prior, mentions: list[Named]) -> Prior:
    """A country named in the text outweighs the sender's own."""
    told = [mention for mention in mentions if mention.role not in ("from", "to", "group")]
    countries = {p.country for mention in told for p in mention.places if p.admin_level == 0}
    if len(countries) == 1:
        country = countries.pop()
        return Prior(country, prior.home if prior.home[:1] and prior.country == country else ())
    return prior


def _best(mention: Named, mentions: list[Named], gazetteer: Gazetteer, prior: Prior) -> _Scored | None:
    scored = [
        (place, _score(mention, place, mentions, gazetteer, prior))
        for place in mention.places
        if _allowed(mention, place, mentions, gazetteer)
    ]
    if not scored:
        return None
    scored.sort(key=lambda one: (-one[1], -_width(one[0])))
    return _Scored(mention, *scored[0], tuple(scored[1:]))


def _width(place: Place) -> float:
    """The wider of two places with one name and one score is meant, unless a word says otherwise."""
    return place.radius_km if place.is_unit else 0.0


def _allowed(mention: Named, place: Place, mentions: list[Named], gazetteer: Gazetteer) -> bool:
    if place.match_policy == "never":
        return False
    if place.match_policy == "cue" or mention.common:
        return mention.cued or mention.level != "" or _has_parent(mention, place, mentions, gazetteer)
    return True


def _has_parent(mention: Named, place: Place, mentions: list[Named], gazetteer: Gazetteer) -> bool:
    parents = {one.place_id for one in gazetteer.path(place.place_id)[1:-1]}
    return any(p.place_id in parents for other in mentions if other is not mention for p in other.places)


def _score(mention: Named, place: Place, mentions: list[Named], gazetteer: Gazetteer, prior: Prior) -> float:
    score = mention.exactness + LEVEL_PRIOR.get(-1 if place.admin_level is None else place.admin_level, 0.0)
    score += ROLE.get(mention.role, 0.0)
    score += _level_bonus(mention, place) + _prior_bonus(mention, place, gazetteer, prior)
    score += _containment(mention, place, mentions, gazetteer)
    score -= CUE_POLICY_COST if place.match_policy == "cue" else 0.0
    return score + _neighbours(mention, place, mentions)


def _neighbours(mention: Named, place: Place, mentions: list[Named]) -> float:
    """Other names of the text that all lie in one country speak for the meaning in that country."""
    for other in mentions:
        countries = {p.country for p in other.places}
        if other is not mention and countries == {place.country} and place.admin_level != 0:
            return NEIGHBOUR_BONUS
    return 0.0


def _level_bonus(mention: Named, place: Place) -> float:
    levels = _LEVELS.get(mention.level)
    if levels is None:
        return 0.0
    return 0.12 if place.admin_level in levels else -0.04


def _prior_bonus(mention: Named, place: Place, gazetteer: Gazetteer, prior: Prior) -> float:
    if prior.country is None:
        return 0.0
    if place.country != prior.country:
        if mention.exactness < 0.9:
            return -0.45
        return -0.1 if place.admin_level in (0, 1) else -0.25
    shared = sum(one.place_id in prior.home for one in gazetteer.path(place.place_id)[1:])
    return 0.1 + min(0.12, 0.06 * shared)


def _containment(mention: Named, place: Place, mentions: list[Named], gazetteer: Gazetteer) -> float:
    path = {one.place_id for one in gazetteer.path(place.place_id)[:-1] if one.admin_level != 0}
    others = [
        p for other in mentions if other is not mention for p in other.places if p.place_id != place.place_id
    ]
    if any(other.place_id in path for other in others):
        return 0.2
    if any(gazetteer.within(other.place_id, place.place_id) for other in others):
        return 0.08
    return 0.0


def _plain_confidence(score: float) -> float:
    return max(0.05, min(HIGHEST, score * CONFIDENCE_OF_SCORE))


def _confidence(top: _Scored, ranked: list[_Scored], gazetteer: Gazetteer) -> float:
    confidence = _plain_confidence(top.score) - _rivalry(top, gazetteer)
    for other in ranked:
        apart = other.place.place_id != top.place.place_id and not _related(top.place, other.place, gazetteer)
        if apart and other.score > top.score - UNSURE_MARGIN:
            return round(max(0.05, confidence - UNSURE_COST / 2), 2)
    return round(max(0.05, confidence), 2)


def _rivalry(top: _Scored, gazetteer: Gazetteer) -> float:
    """What it costs that another place of this name, elsewhere, fits nearly as well."""
    rivals = (score for place, score in top.runners if not _related(place, top.place, gazetteer))
    gap = top.score - max(rivals, default=-1.0)
    return RIVAL_COST if gap < UNSURE_MARGIN else UNSURE_COST if gap < CLEAR_MARGIN else 0.0


def _related(one: Place, two: Place, gazetteer: Gazetteer) -> bool:
    return gazetteer.within(one.place_id, two.place_id) or gazetteer.within(two.place_id, one.place_id)


def _others(top: _Scored, ranked: list[_Scored]) -> list[_Scored]:
    """The other names of the text, then the other meanings of the chosen name."""
    found = {top.place.place_id}
    others = []
    meanings = [_Scored(top.mention, place, score) for place, score in top.runners]
    for one in [*ranked, *meanings]:
        if one.place.place_id not in found and one.score > WORTH_OFFERING:
            found.add(one.place.place_id)
            others.append(one)
    return sorted(others, key=lambda one: -one.score)


def _guess(one: _Scored, gazetteer: Gazetteer, confidence: float) -> PlaceGuess:
    near = one.mention.role in ("near", "between")
    return guess(one.place, gazetteer, max(0.05, confidence), near=near)


def guess(place: Place, gazetteer: Gazetteer, confidence: float, *, near: bool = False) -> PlaceGuess:
    """A place as a guess; ``near`` widens the circle around a small place."""
    precision = precision_of(place)
    small = precision in ("village", "ward")
    path = gazetteer.path(place.place_id)
    return PlaceGuess(
        place_id=place.place_id,
        name=place.name,
        area_code=area_code(path),
        country=place.country,
        lat=place.lat,
        lon=place.lon,
        precision="near" if near and small else precision,
        radius_km=place.radius_km + (NEAR_KM if near and small else 0.0),
        confidence=round(confidence, 2),
        path=tuple(one.place_id for one in path),
    )


def area_code(path: tuple[Place, ...]) -> str:
    """The P-code of the smallest unit on the path, or its place id where it has none."""
    unit = next((one for one in reversed(path) if one.is_unit), None)
    return (unit.pcode or unit.place_id) if unit else ""


def precision_of(place: Place) -> str:
    if place.admin_level is not None:
        return {0: "country", 1: "region", 2: "district", 3: "ward"}.get(place.admin_level, "village")
    if place.kind == "feature":
        return "region" if place.radius_km > 60 else "district" if place.radius_km > 15 else "village"
    return "village"


def _home(gazetteer: Gazetteer, prior: Prior) -> tuple[PlaceGuess, ...]:
    """Without a name in the text the sender's home is a suggestion, never the answer."""
    home = gazetteer.get(prior.home[-1]) if prior.home else None
    return (guess(home, gazetteer, HOME_CONFIDENCE),) if home else ()


def _evidence(scan: Scan, one: _Scored) -> Evidence:
    why = (
        f"{one.mention.how} {one.place.name} ({one.place.type_local or one.place.kind}, {one.place.country})"
    )
    return scan.evidence("place", one.place.place_id, one.mention.first, one.mention.last, why)


def prior_of(gazetteer: Gazetteer, country: str | None, home: str | None) -> Prior:
    """The prior of a sender. ``home`` is a place id or P-code; unknown ones are passed over."""
    place = (gazetteer.get(home) or gazetteer.by_pcode(home)) if home else None
    path = tuple(one.place_id for one in gazetteer.path(place.place_id)) if place else ()
    return Prior((country or (place.country if place else "")).upper() or None, path)


def pinned(gazetteer: Gazetteer, lat: float, lon: float, accuracy_m: float | None) -> PlaceGuess | None:
    """The place of a shared position: exact, named by the nearest place, in the nearest unit's area."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    nearest, unit = gazetteer.nearest(lat, lon), gazetteer.nearest(lat, lon, units=True)
    if nearest is None or unit is None:
        return None
    path = gazetteer.path(unit[0].place_id)
    radius = (accuracy_m or 50.0) / 1000
    precision = "exact" if radius <= 0.2 else "near"
    ids = tuple(one.place_id for one in path)
    return PlaceGuess(
        unit[0].place_id,
        nearest[0].name,
        area_code(path),
        unit[0].country,
        lat,
        lon,
        precision,
        radius,
        HIGHEST,
        ids,
    )
