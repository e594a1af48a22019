"""What each name of a text means: its places weighed by cue, level, country, home and the other names."""

from dataclasses import dataclass

from mbiu.analysis.context import Context
from mbiu.analysis.mentions import Named
from mbiu.gazetteer.lookup import FEW
from mbiu.gazetteer.place import Place

CUE_POLICY_COST = 0.04
OBSCURE_COST = 0.2
NEIGHBOUR_BONUS = 0.08
INSIDE_BONUS = 0.2
OUTSIDE_BONUS = 0.08
LEVEL_BONUS = 0.12
OTHER_LEVEL_COST = 0.04
HOME_BONUS = 0.06
COUNTRY_BONUS = 0.1
NAMED_COUNTRY_BONUS = 0.25
ABROAD_COST = {0: 0.1, 1: 0.1, 2: 0.25}
SMALL_ABROAD_COST = 0.6
UNSAID_ABROAD_COST = 0.2
MISSPELT_ABROAD_COST = 0.45
WIDER_MARGIN = 0.1
MANY = 40
DISTRICT, WARD = 2, 3
POPULATION_BONUS = 0.03
LARGE = 100_000
WIDE_BONUS = 0.08
WIDE_KM = 20.0
PART_COST = 0.08
DISTRICT_AS_NAME = -0.25
LEVEL_PRIOR = {0: -0.15, 1: 0.06, 2: 0.06, 3: 0.0, 4: -0.03, 5: -0.05}
ROLE = {
    "at": 0.08, "near": 0.06, "fled": 0.06, "between": 0.04, "from": -0.2, "to": -0.12, "lives": -0.06,
    "group": -0.75, "name": -0.1, "people": -0.14, "org": -0.75, "site": -0.55, "person": -0.55,
}  # fmt: skip
_LEVELS: dict[str, tuple[int | None, ...]] = {
    "level1": (1,),
    "level2": (2,),
    "level12": (1, 2),
    "level3": (3, 4),
    "level4": (4, 5),
    "village": (None, 3, 4, 5),
    "town": (None,),
}
_TOWN_WORDS = ("town", "municipality", "city", "urban", "mjini")


@dataclass(frozen=True)
class Meaning:
    """A meaning of a name; ``runners`` are the other meanings with their scores, best first."""

    mention: Named
    place: Place
    score: float
    runners: tuple[tuple[Place, float], ...] = ()


def meanings(context: Context) -> list[Meaning]:
    """The best meaning of each name that can be believed, best first."""
    best = [one for mention in context.mentions if (one := _best(mention, context))]
    return sorted(best, key=lambda one: (-one.score, one.mention.first))


def _best(mention: Named, context: Context) -> Meaning | None:
    parents = context.around(mention)
    scored = [
        (place, _score(mention, place, context, parents))
        for place in _worth_weighing(mention, context, parents)
        if _allowed(mention, place, context, parents)
    ]
    if not scored:
        return None
    scored.sort(key=lambda one: -one[1])
    top, score = _widest(mention, scored, context)
    return Meaning(mention, top, score, tuple(one for one in scored if one[0] is not top))


def _worth_weighing(mention: Named, context: Context, parents: frozenset[str]) -> tuple[Place, ...]:
    """Of very many bearers of a name those that the text or the sender's home speaks for."""
    countries = tuple(place for place in mention.places if place.admin_level == 0)
    if countries and not mention.level:
        return countries
    if len(mention.places) < FEW:
        return mention.places
    known = parents.union(context.prior.home[1:])
    villages = context.gazetteer.villages(mention.key, known) if known and mention.key else ()
    near = [p for p in mention.places if not known.isdisjoint(context.path(p)[1:-1])]
    upper = (p for p in mention.places if p.is_upper)
    return tuple(dict.fromkeys([*near, *villages, *upper]))[:MANY] or mention.places[:FEW]


def _widest(mention: Named, scored: list[tuple[Place, float]], context: Context) -> tuple[Place, float]:
    """Of a unit and a part of it that bears its name the unit is meant, unless a word says otherwise."""
    top, score = scored[0]
    if mention.level:
        return scored[0]
    for place, other in scored[1:]:
        if other < score - WIDER_MARGIN:
            break
        if place.is_unit and place.admin_level != 0 and place.place_id in context.path(top)[:-1]:
            top = place
    return top, score


def _allowed(mention: Named, place: Place, context: Context, parents: frozenset[str]) -> bool:
    if place.match_policy == "never":
        return False
    inside = not parents.isdisjoint(context.path(place)[1:-1])
    if mention.common:
        small = place.admin_level is not None and place.admin_level > WARD
        return mention.strong or (inside and mention.titled and not small) or _known_by_cue(mention, place)
    if place.match_policy == "cue":
        return _cue_allows(mention, place, context, inside=inside)
    if mention.lower and not (mention.cued or mention.level or inside):
        known = place.country in context.countries | {context.prior.country}
        return place.admin_level in (0, 1) or (place.admin_level == 2 and known)
    return True


def _known_by_cue(mention: Named, place: Place) -> bool:
    """Whether a common word may be this place: *hapa Bute*, *a Beni*; the better known, the easier."""
    if mention.foreign and mention.capital:
        return place.admin_level is None or place.admin_level <= WARD
    town = place.admin_level is None and place.match_policy == "auto"
    known = town or (place.admin_level is not None and place.admin_level <= DISTRICT)
    return known and (mention.foreign or (mention.titled and place.match_policy == "auto"))


def _cue_allows(mention: Named, place: Place, context: Context, *, inside: bool) -> bool:
    """Villages and ordinary words: with a word of level, beside their parent, or after a cue at home."""
    wide = mention.last > mention.first and place.admin_level in (0, 1, 2)
    if wide or mention.strong or (inside and not mention.lower):
        return True
    if mention.lower and not mention.level:
        return False
    return (mention.cued or mention.level != "") and context.at_home(place)


def _score(mention: Named, place: Place, context: Context, parents: frozenset[str]) -> float:
    level = -1 if place.admin_level is None else place.admin_level
    score = mention.exactness + LEVEL_PRIOR.get(level, 0.0) + _role(mention, place)
    score += WIDE_BONUS if place.admin_level is None and place.radius_km >= WIDE_KM else 0.0
    score -= PART_COST if "/" in place.name else 0.0
    score += _level_bonus(mention, place) + _prior_bonus(mention, place, context, parents)
    score += _containment(mention, place, context, parents) + _neighbours(mention, place, context)
    score += POPULATION_BONUS if place.population >= LARGE else 0.0
    return score - _obscurity(mention, place, context)


def _role(mention: Named, place: Place) -> float:
    if mention.role == "person" and place.admin_level in (1, 2):
        return DISTRICT_AS_NAME
    return ROLE.get(mention.role, 0.0)


def _obscurity(mention: Named, place: Place, context: Context) -> float:
    """What it costs a village, the more where a known place bears the name too."""
    if place.match_policy != "cue":
        return 0.0
    known = any(p.match_policy == "auto" and context.at_home(p) for p in mention.places)
    return OBSCURE_COST if known and mention.level not in ("village", "level4") else CUE_POLICY_COST


def _level_bonus(mention: Named, place: Place) -> float:
    levels = _LEVELS.get(mention.level)
    if levels is None:
        return 0.0
    fits = place.admin_level in levels
    if mention.level == "town":
        words = place.type_local.lower()
        fits = (fits and place.kind != "feature") or any(word in words for word in _TOWN_WORDS)
    return LEVEL_BONUS if fits else -OTHER_LEVEL_COST


def _prior_bonus(mention: Named, place: Place, context: Context, parents: frozenset[str]) -> float:
    if context.at_home(place):
        shared = len(set(context.prior.home).intersection(context.path(place)[1:]))
        bonus = COUNTRY_BONUS if place.country == context.prior.country else 0.0
        bonus += NAMED_COUNTRY_BONUS if place.country in context.countries and place.admin_level != 0 else 0.0
        return bonus + min(2 * HOME_BONUS, HOME_BONUS * shared)
    if mention.exactness < 0.9:
        return -MISSPELT_ABROAD_COST
    unsaid = 0.0 if mention.cued or mention.level or mention.capital or place.is_unit else UNSAID_ABROAD_COST
    inside = not parents.isdisjoint(context.path(place)[:-1])
    if inside or (place.admin_level is None and place.match_policy == "auto"):
        return -ABROAD_COST[2] - (0.0 if inside else unsaid)
    return -ABROAD_COST.get(-1 if place.admin_level is None else place.admin_level, SMALL_ABROAD_COST)


def _containment(mention: Named, place: Place, context: Context, parents: frozenset[str]) -> float:
    path = context.path(place)
    if not parents.isdisjoint(path[1:-1]):
        return INSIDE_BONUS
    return OUTSIDE_BONUS if context.holds_another(mention, place) else 0.0


def _neighbours(mention: Named, place: Place, context: Context) -> float:
    """Other names of the text that all lie in one country speak for the meaning in that country.

    A name that lies in one country only needs no such help, and must not stand back for want of it.
    """
    lands = {first: land for first, land in context.lands.items() if first != mention.first}
    if place.admin_level == 0 or not lands:
        return 0.0
    alone = context.lands.get(mention.first) == place.country
    return NEIGHBOUR_BONUS if alone or place.country in lands.values() else 0.0
