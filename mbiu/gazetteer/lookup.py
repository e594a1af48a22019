"""Find places by id, code, name, misspelt name or position: all in memory, or with the villages on disk."""

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from mbiu.gazetteer.fuzzy import MIN_LETTERS, Spellings
from mbiu.gazetteer.keys import MAX_WORDS
from mbiu.gazetteer.place import Place, place
from mbiu.gazetteer.shelf import Shelf
from mbiu.gazetteer.shelve import edition_of, is_kept, keys_of

EARTH_KM = 6371.0
DEGREE_KM = 111.0
FUZZY_MIN_LETTERS = MIN_LETTERS
MEMORY_LIMIT = 20_000
FEW = 24


class Gazetteer:
    """A set of places with its indexes.

    Names are folded (case, accents, apostrophes). Misspellings are looked up among the *upper* names
    only: units of the first three levels, towns, slums, camps and features, of five letters or more.
    With a ``shelf`` the lower places are read from it when they are asked for.
    """

    def __init__(self, places: Iterable[Place], shelf: Shelf | None = None) -> None:
        self._numbered: dict[int, Place] = shelf.upper() if shelf else {}
        if shelf is None:
            self._places = {one.place_id: one for one in places}
            self._names = _names(self._places.values())
            self._spellings = Spellings.of(_upper_names(self._places.values()))
        else:
            self._places = {one.place_id: one for one in self._numbered.values()}
            self._names = _numbered_names(shelf, self._numbered)
            self._spellings = shelf.spellings
        self._shelf = shelf
        self._pcodes = {one.pcode.upper(): one for one in self._places.values() if one.pcode}
        self._longest = _first_words(self._names)
        self.path = lru_cache(maxsize=MEMORY_LIMIT)(self._path)
        self.named = lru_cache(maxsize=MEMORY_LIMIT // 4)(self._named)
        self.words_after = lru_cache(maxsize=MEMORY_LIMIT)(self._words_after)
        self._chain = lru_cache(maxsize=MEMORY_LIMIT)(self._above)
        self.misspelt = lru_cache(maxsize=MEMORY_LIMIT)(self._misspelt)
        self.misspelt_after_cue = lru_cache(maxsize=MEMORY_LIMIT)(self._misspelt_after_cue)

    @classmethod
    def from_csv(cls, path: Path | Traversable) -> "Gazetteer":
        """Read a table in the documented columns. Raises BadRow, KeyError (a column is missing)."""
        table = csv.DictReader(path.read_text(encoding="utf-8").splitlines(), restval="")
        return cls(place(row) for row in table)

    @classmethod
    def open(cls, path: Path) -> "Gazetteer":
        """Open a file that `mbiu gazetteer build` or `import` wrote. Raises BadFile."""
        return cls((), Shelf(path))

    @classmethod
    def seed(cls) -> "Gazetteer":
        """The places that come with the product, read once."""
        return _seed()

    @property
    def edition(self) -> str:
        """A digest of the content; two gazetteers of one edition answer alike."""
        return self._shelf.edition if self._shelf else edition_of(self)

    @property
    def sources(self) -> dict[str, dict[str, object]]:
        """Rows and licence by source."""
        if self._shelf:
            return dict(self._shelf.meta["sources"])
        counts = Counter(one.source for one in self)
        return {name: {"rows": count, "licence": ""} for name, count in sorted(counts.items())}

    def __iter__(self) -> Iterator[Place]:
        return self._shelf.all() if self._shelf else iter(self._places.values())

    def __len__(self) -> int:
        return self._shelf.size if self._shelf else len(self._places)

    def get(self, place_id: str) -> Place | None:
        found = self._places.get(place_id)
        return found or (self._shelf.get(place_id) if self._shelf and place_id else None)

    def by_pcode(self, code: str) -> Place | None:
        found = self._pcodes.get(code.upper())
        return found or (self._shelf.by_pcode(code.upper()) if self._shelf and code else None)

    def _path(self, place_id: str) -> tuple[Place, ...]:
        """The place with all that hold it, widest first; empty for an unknown id."""
        found: list[Place] = []
        one = self.get(place_id)
        while one is not None and one not in found:
            found.append(one)
            one = self.get(one.parent_id)
        return tuple(reversed(found))

    def within(self, place_id: str, outer_id: str) -> bool:
        """Whether a place is, or lies in, another."""
        return any(one.place_id == outer_id for one in self.path(place_id))

    def _named(self, key: str) -> tuple[Place, ...]:
        """Places whose folded name or alias is ``key``: the upper ones, then villages, at most ``FEW``.

        What more than ``FEW`` villages are called says nothing about where; ``villages`` finds those of
        a part of the land.
        """
        found = self._names.get(key, ())
        if self._shelf and key in self._shelf.words:
            return found + tuple(self._shelf.row(number) for number, _ in self._shelf.bearers(key)[:FEW])
        return found

    def villages(self, key: str, within: Collection[str]) -> tuple[Place, ...]:
        """The lower places of that folded name in any of the upper units whose ids are ``within``.

        At most ``FEW``: where more villages of a unit share a name none of them is meant.
        """
        if not self._shelf:
            return tuple(
                one
                for one in self._names.get(key, ())
                if not is_kept(one) and any(self.within(one.place_id, outer) for outer in within)
            )
        bearers = self._shelf.bearers(key) if key in self._shelf.words else ()
        inside = [number for number, up in bearers if not self._chain(up).isdisjoint(within)]
        return tuple(self._shelf.row(number) for number in inside) if len(inside) <= FEW else ()

    def _above(self, number: int) -> frozenset[str]:
        """The ids of an upper place, by its row number, and of all that hold it."""
        one = self._numbered.get(number)
        return frozenset(step.place_id for step in self.path(one.place_id)) if one else frozenset()

    def _words_after(self, word: str) -> int:
        """How many words the longest name that begins with ``word`` has; 0 if none does."""
        longest = self._longest.get(word, 0)
        return max(longest, self._shelf.words.longest(word)) if self._shelf else longest

    def nearest(self, lat: float, lon: float, *, units: bool = False) -> tuple[Place, float] | None:
        """The nearest place with a point of its own (only units if so asked) and its distance in km."""
        reach = 0.1
        while reach < 720.0:
            found = self._around(lat, lon, reach, units=units)
            best = min(found, key=lambda one: (one[1], one[0].place_id), default=None)
            if best is not None and (best[1] <= reach * DEGREE_KM * _narrowing(lat) or reach > 180.0):
                return best
            reach *= 4
        return None

    def _around(self, lat: float, lon: float, reach: float, *, units: bool) -> list[tuple[Place, float]]:
        if self._shelf:
            near = self._shelf.inside(lat - reach, lat + reach, lon - reach, lon + reach, units=units)
        else:
            near = [one for one in self._places.values() if _counts(one, units=units)]
        return [(one, distance_km(lat, lon, one.lat or 0.0, one.lon or 0.0)) for one in near]

    def _misspelt(self, word: str) -> tuple[tuple[Place, ...], float]:
        """Places whose upper name is nearest to ``word`` by Damerau-Levenshtein, with 0.80 to 1.0."""
        return self._upper(*self._spellings.nearest(word))

    def _misspelt_after_cue(self, word: str) -> tuple[tuple[Place, ...], float]:
        """As ``misspelt``, by the more generous ratio that is safe only after a word like *at*."""
        return self._upper(*self._spellings.nearest_after_cue(word))

    def _upper(self, name: str, likeness: float) -> tuple[tuple[Place, ...], float]:
        return tuple(one for one in self._names.get(name, ()) if one.is_upper), likeness


@cache
def _seed() -> Gazetteer:
    return Gazetteer.from_csv(resources.files("mbiu.gazetteer") / "data" / "seed_places.csv")


def _names(places: Iterable[Place]) -> dict[str, tuple[Place, ...]]:
    names: dict[str, list[Place]] = defaultdict(list)
    for one in places:
        for key in keys_of(one):
            names[key].append(one)
    return {key: tuple(found) for key, found in names.items()}


def _numbered_names(shelf: Shelf, numbered: dict[int, Place]) -> dict[str, tuple[Place, ...]]:
    names: dict[str, tuple[Place, ...]] = {}
    for key, number in shelf.upper_names():
        names[key] = (*names.get(key, ()), numbered[number])
    return names


def _upper_names(places: Iterable[Place]) -> Iterator[str]:
    return (key.replace(" ", "") for one in places if one.is_upper for key in keys_of(one))


def _first_words(names: Iterable[str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for key in names:
        words = key.split(" ")
        if len(words) <= MAX_WORDS:
            longest[words[0]] = max(len(words), longest.get(words[0], 0))
    return longest


def _counts(one: Place, *, units: bool) -> bool:
    return one.has_own_point and one.admin_level != 0 and (one.is_unit or not units)


def _narrowing(lat: float) -> float:
    """How much shorter a degree of longitude is there than one of latitude."""
    return max(0.01, cos(radians(lat)))


def distance_km(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Great-circle distance of two WGS84 points (haversine)."""
    a, b = radians(lat), radians(to_lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(to_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
