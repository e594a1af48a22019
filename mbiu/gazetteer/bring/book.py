"""The places of a gazetteer while they are refined, with what is needed to recognise one of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from rapidfuzz.distance import DamerauLevenshtein

from mbiu.gazetteer.ids import new_id
from mbiu.gazetteer.lookup import distance_km
from mbiu.gazetteer.merge.spelling import full, joined
from mbiu.gazetteer.place import Place

_ALIKE = 0.85


class Book:
    """Places by id, P-code, holder and name. ``touched`` are those that the import spoke of."""

    def __init__(self, places: Iterable[Place], country: str) -> None:
        self.country = country
        self.places = {one.place_id: one for one in places}
        self.touched: set[str] = set()
        self.added: set[str] = set()
        self._pcodes = {one.pcode: key for key, one in self.places.items() if one.pcode}
        self._units: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._names: dict[str, set[str]] = defaultdict(set)
        for one in self.places.values():
            if one.country == country:
                self._enter(one)

    def _enter(self, one: Place) -> None:
        if one.admin_level is not None:
            self._units[one.parent_id, one.admin_level].append(one.place_id)
            self._units["", one.admin_level].append(one.place_id)
        for name in one.names:
            self._names[joined(name)].add(one.place_id)

    def get(self, place_id: str) -> Place | None:
        return self.places.get(place_id)

    def by_pcode(self, pcode: str) -> Place | None:
        return self.places.get(self._pcodes.get(pcode, "")) if pcode else None

    def named(self, name: str) -> list[Place]:
        """Places of the country with that name, whatever they are."""
        return [self.places[key] for key in sorted(self._names.get(joined(name), ()))]

    def units(self, holder: str, level: int) -> list[Place]:
        """Units of a level in a holder; of the whole country for ''."""
        return [self.places[key] for key in self._units.get((holder, level), ())]

    def unit(self, holder: Place, level: int, names: Collection[str]) -> Place | None:
        """The unit of one of the names in ``holder``, exactly or misspelt; None if there is none or two."""
        keys = {joined(name) for name in names}
        inside = self.units(holder.place_id, level)
        if holder.admin_level is None or level > holder.admin_level + 1:
            inside = [one for one in self.units("", level) if holder.place_id in self.above(one)]
        exact = [one for one in inside if keys & {joined(name) for name in one.names}]
        if exact:
            whole = {full(name) for name in names}
            first = [one for one in exact if whole & {full(name) for name in one.names}] or exact
            return first[0] if len(first) == 1 else None
        scored = [(_likeness(keys, one), one) for one in inside if one.place_id not in self.touched]
        close = [one for likeness, one in scored if likeness >= _ALIKE]
        return close[0] if len(close) == 1 else None

    def above(self, one: Place) -> list[str]:
        """The ids of all that hold a place, nearest first."""
        found: list[str] = []
        key = one.parent_id
        while key and key not in found and key in self.places:
            found.append(key)
            key = self.places[key].parent_id
        return found

    def province(self, one: Place) -> str:
        """The id of the first-level unit that a place lies in, or ''."""
        return next(
            (key for key in (one.place_id, *self.above(one)) if self.places[key].admin_level == 1), ""
        )

    def put(self, one: Place) -> Place:
        """Enter a new place, or one that was changed."""
        old = self.places.get(one.place_id)
        self.places[one.place_id] = one
        self.touched.add(one.place_id)
        if one.pcode:
            self._free(one)
            self._pcodes[one.pcode] = one.place_id
        if old is None:
            self.added.add(one.place_id)
            self._enter(one)
        else:
            for name in one.names:
                self._names[joined(name)].add(one.place_id)
        return one

    def _free(self, one: Place) -> None:
        """A P-code belongs to one place."""
        other = self.places.get(self._pcodes.get(one.pcode, ""))
        if other is not None and other.place_id != one.place_id and other.pcode == one.pcode:
            self.places[other.place_id] = replace(other, pcode="")

    def free_id(self, parent_id: str, level: int | None, name: str, kind: str) -> str:
        return new_id(self.country, parent_id, level, name, kind, self.places)

    def remove(self, gone: Collection[str]) -> None:
        """Take places away; what they held hangs under what held them."""
        for key, one in list(self.places.items()):
            if key not in gone and one.parent_id in gone:
                up = next((step for step in self.above(one) if step not in gone), "")
                self.places[key] = replace(one, parent_id=up)
        for key in gone:
            del self.places[key]

    def near(self, places: Iterable[Place], lat: float, lon: float) -> Iterator[tuple[float, Place]]:
        """The places that have a point with their distance in km."""
        for one in places:
            if one.lat is not None and one.lon is not None:
                yield distance_km(lat, lon, one.lat, one.lon), one


def _likeness(keys: Collection[str], one: Place) -> float:
    return max(
        DamerauLevenshtein.normalized_similarity(key, joined(name)) for key in keys for name in one.names
    )
