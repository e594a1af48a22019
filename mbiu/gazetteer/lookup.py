"""Find places by id, code, name, misspelt name or position. All in memory, read once."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from mbiu.gazetteer.names import fold_name
from mbiu.gazetteer.place import Place, place

EARTH_KM = 6371.0
FUZZY_MIN_LETTERS = 5
FUZZY_MAX_LETTERS = 24
FUZZY_PREFIX = 7
FUZZY_SIMILARITY = 0.80
CUED_RATIO = 80.0
UPPER_LEVEL = 3
UPPER_KINDS = frozenset(("locality", "slum", "camp", "feature"))
MAX_WORDS = 4


class Gazetteer:
    """A set of places with its indexes.

    Names are folded (case, accents, apostrophes). Misspellings are looked up among the *upper* names
    only: units of the first three levels, towns, slums, camps and features, of five letters or more.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = {one.place_id: one for one in places}
        self._pcodes = {one.pcode.upper(): one for one in self._places.values() if one.pcode}
        names: dict[str, list[Place]] = defaultdict(list)
        for one in self._places.values():
            for key in {fold_name(name) for name in one.names} - {""}:
                names[key].append(one)
                if " " in key:
                    names[key.replace(" ", "")].append(one)
        self._names = {key: tuple(dict.fromkeys(found)) for key, found in names.items()}
        self._longest = self._first_words()
        self._upper = self._upper_names()
        self._deletions = _deletions(self._upper)
        self.misspelt = lru_cache(maxsize=20_000)(self._misspelt)
        self.misspelt_after_cue = lru_cache(maxsize=20_000)(self._misspelt_after_cue)

    @classmethod
    def from_csv(cls, path: Path | Traversable) -> "Gazetteer":
        """Read a table in the documented columns. Raises BadRow, KeyError (a column is missing)."""
        table = csv.DictReader(path.read_text(encoding="utf-8").splitlines(), restval="")
        return cls(place(row) for row in table)

    @classmethod
    def seed(cls) -> "Gazetteer":
        """The places that come with the product, read once."""
        return _seed()

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places.values())

    def __len__(self) -> int:
        return len(self._places)

    def get(self, place_id: str) -> Place | None:
        return self._places.get(place_id)

    def by_pcode(self, code: str) -> Place | None:
        return self._pcodes.get(code.upper())

    def path(self, place_id: str) -> tuple[Place, ...]:
        """The place with all that hold it, widest first; empty for an unknown id."""
        found: list[Place] = []
        one = self._places.get(place_id)
        while one is not None and one not in found:
            found.append(one)
            one = self._places.get(one.parent_id)
        return tuple(reversed(found))

    def within(self, place_id: str, outer_id: str) -> bool:
        """Whether a place is, or lies in, another."""
        return any(one.place_id == outer_id for one in self.path(place_id))

    def named(self, key: str) -> tuple[Place, ...]:
        """Places whose folded name or alias is ``key``."""
        return self._names.get(key, ())

    def words_after(self, word: str) -> int:
        """How many words the longest name that begins with ``word`` has; 0 if none does."""
        return self._longest.get(word, 0)

    def nearest(self, lat: float, lon: float, *, units: bool = False) -> tuple[Place, float] | None:
        """The nearest place with a point (only units if so asked) and its distance in km."""
        best: tuple[Place, float] | None = None
        for one in self._places.values():
            if one.lat is None or one.lon is None or one.admin_level == 0 or (units and not one.is_unit):
                continue
            if best is not None and abs(one.lat - lat) * 110.0 > best[1]:
                continue
            away = distance_km(lat, lon, one.lat, one.lon)
            if best is None or away < best[1]:
                best = (one, away)
        return best

    def _misspelt(self, word: str) -> tuple[tuple[Place, ...], float]:
        """Places whose upper name is nearest to ``word`` by Damerau-Levenshtein, with 0.80 to 1.0."""
        if not FUZZY_MIN_LETTERS <= len(word) <= FUZZY_MAX_LETTERS:
            return (), 0.0
        near = {name for key in _shorter(word) for name in self._deletions.get(key, ())}
        scored = [(DamerauLevenshtein.normalized_similarity(word, name), name) for name in near]
        best = max(scored, default=(0.0, ""))
        return (self._upper[best[1]], best[0]) if best[0] >= FUZZY_SIMILARITY else ((), 0.0)

    def _misspelt_after_cue(self, word: str) -> tuple[tuple[Place, ...], float]:
        """As ``misspelt``, by the more generous ratio that is safe only after a word like *at*."""
        if not FUZZY_MIN_LETTERS <= len(word) <= FUZZY_MAX_LETTERS:
            return (), 0.0
        found = process.extractOne(word, self._upper.keys(), scorer=fuzz.ratio, score_cutoff=CUED_RATIO)
        return (self._upper[found[0]], found[1] / 100) if found else ((), 0.0)

    def _first_words(self) -> dict[str, int]:
        longest: dict[str, int] = {}
        for key in self._names:
            words = key.split(" ")
            if len(words) <= MAX_WORDS:
                longest[words[0]] = max(len(words), longest.get(words[0], 0))
        return longest

    def _upper_names(self) -> dict[str, tuple[Place, ...]]:
        upper: dict[str, tuple[Place, ...]] = {}
        for key, found in self._names.items():
            wide = tuple(one for one in found if _is_upper(one))
            if wide and len(key.replace(" ", "")) >= FUZZY_MIN_LETTERS:
                upper[key.replace(" ", "")] = wide
        return upper


@cache
def _seed() -> Gazetteer:
    return Gazetteer.from_csv(resources.files("mbiu.gazetteer") / "data" / "seed_places.csv")


def _is_upper(one: Place) -> bool:
    if one.match_policy != "auto":
        return False
    return 0 < one.admin_level <= UPPER_LEVEL if one.admin_level is not None else one.kind in UPPER_KINDS


def _deletions(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Every name under all spellings that lack the letters a misspelling may cost.

    Two words within n edits share a spelling of their beginnings with n letters deleted from each, so a
    look-up needs no scan over all names (symmetric deletion with a prefix; Garbe's SymSpell).
    """
    index: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for key in _shorter(name):
            index[key].append(name)
    return {key: tuple(found) for key, found in index.items()}


def _shorter(word: str) -> set[str]:
    """The beginning of a word, and it without one letter; for words of nine letters on also without two.

    With similarity 0.80 one edit is allowed up to nine letters of the longer word, two from ten on.
    """
    start = word[:FUZZY_PREFIX]
    once = {start[:i] + start[i + 1 :] for i in range(len(start))}
    if len(word) < 9:
        return once | {start}
    return once | {start} | {one[:i] + one[i + 1 :] for one in once for i in range(len(one))}


def distance_km(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Great-circle distance of two WGS84 points (haversine)."""
    a, b = radians(lat), radians(to_lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(to_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
