"""The names of one text together, what is known of its sender, and what lies in what."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from mbiu.analysis.mentions import Named
from mbiu.gazetteer.lookup import FEW, Gazetteer, distance_km
from mbiu.gazetteer.place import Place

#: The level at which people act on a report, where it is not the second.
DISTRICT_LEVEL = {"KE": 1}
NEIGHBOURS_KM = 20.0


@dataclass(frozen=True)
class Prior:
    """What is known before reading: the sender's country and home (the ids from the country down)."""

    country: str | None = None
    home: tuple[str, ...] = ()


@dataclass
class Context:
    """The names of one text, the prior, and what lies in what (asked once for each place)."""

    mentions: list[Named]
    gazetteer: Gazetteer
    prior: Prior
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def countries(self) -> frozenset[str]:
        """The countries that the text names, none as somebody's origin."""
        return _named_countries(self.mentions)

    @cached_property
    def speaking(self) -> dict[int, tuple[Place, ...]]:
        """The places of each name that may speak for a meaning of another: no people, no everyday words.

        A village does not where a known place bears the name too.
        """
        return {mention.first: _weighty(mention) for mention in self.mentions if _speaks(mention)}

    @cached_property
    def named(self) -> Counter[str]:
        """How many names may mean each place."""
        return Counter(place.place_id for places in self.speaking.values() for place in places)

    def at_home(self, place: Place) -> bool:
        """Whether a place lies in the sender's country or one that the text names, or nobody knows."""
        known = self.countries | ({self.prior.country} if self.prior.country else set())
        return not known or place.country in known

    def path(self, place: Place) -> tuple[str, ...]:
        """Ids from the country down to the place itself."""
        found = self.paths.get(place.place_id)
        if found is None:
            found = tuple(one.place_id for one in self.gazetteer.path(place.place_id))
            self.paths[place.place_id] = found
        return found

    def related(self, one: Place, two: Place) -> bool:
        """Whether one of the two lies in the other or is it."""
        return one.place_id in self.path(two) or two.place_id in self.path(one)

    def close(self, one: Place, two: Place) -> bool:
        """Whether the two are one spot for those who act on it: of one district, or close by each other."""
        level = DISTRICT_LEVEL.get(one.country, 2)
        shared = set(self.path(one)).intersection(self.path(two))
        units = (self.gazetteer.get(place_id) for place_id in shared)
        district = any(unit and (unit.admin_level or 0) >= level for unit in units)
        town = self._may_be_town_of(one, two) or self._may_be_town_of(two, one)
        return district or town or self.related(one, two) or _neighbours(one, two)

    def _may_be_town_of(self, town: Place, unit: Place) -> bool:
        """Whether a town hangs under a unit that holds the other too, which bears the same name."""
        return town.admin_level is None and unit.is_unit and town.parent_id in self.path(unit)[1:]

    @cached_property
    def lands(self) -> dict[int, str]:
        """The one country that a name can lie in, by where the name stands; empty where it may be several."""
        found = {first: {place.country for place in places} for first, places in self.speaking.items()}
        return {first: countries.pop() if len(countries) == 1 else "" for first, countries in found.items()}

    @cached_property
    def holding(self) -> Counter[str]:
        """How many names may lie in each place."""
        return Counter(one for places in self.speaking.values() for one in self._above(places))

    def _above(self, places: tuple[Place, ...]) -> frozenset[str]:
        return frozenset(one for place in places for one in self.path(place)[:-1])

    def holds_another(self, mention: Named, place: Place) -> bool:
        """Whether another name of the text may lie in this place."""
        own = place.place_id in self._above(self.speaking.get(mention.first, ()))
        return self.holding[place.place_id] > own

    def around(self, mention: Named) -> frozenset[str]:
        """The ids of what the other names may mean."""
        own = {place.place_id for place in self.speaking.get(mention.first, ())}
        return frozenset(one for one, count in self.named.items() if count > (one in own))


def _speaks(mention: Named) -> bool:
    everyday = mention.common and not (mention.strong or mention.titled or mention.foreign)
    return mention.role not in ("group", "org") and not everyday


def _weighty(mention: Named) -> tuple[Place, ...]:
    known = tuple(place for place in mention.places if place.match_policy == "auto")
    return (known or mention.places)[:FEW]


def _named_countries(mentions: list[Named]) -> frozenset[str]:
    told = [one for one in mentions if one.role not in ("from", "to", "lives", "group", "people", "org")]
    return frozenset(p.country for mention in told for p in mention.places if p.admin_level == 0)


def _neighbours(one: Place, two: Place) -> bool:
    if one.lat is None or one.lon is None or two.lat is None or two.lon is None:
        return False
    own = one.has_own_point and two.has_own_point and one.country == two.country
    return own and distance_km(one.lat, one.lon, two.lat, two.lon) <= NEIGHBOURS_KM
