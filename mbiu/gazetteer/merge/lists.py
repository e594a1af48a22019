"""What each country's list holds, put into the tree. Only the packages' data files are read."""

import ast
import base64
import json
import re
import sqlite3
import zlib
from collections import Counter, defaultdict
from contextlib import closing
from math import pi, sqrt
from pathlib import Path
from typing import Any

from mbiu.gazetteer.merge import spelling
from mbiu.gazetteer.merge.tree import Node, Tree

# Districts of Tanzania whose rows bear the name of the row printed before them; their postcodes are right.
_BY_POSTCODE = {"218": "Handeni", "356": "Biharamulo", "451": "Tabora Urban", "456": "Igunga"}
_ONE_CITY = frozenset(("Dodoma Urban", "Tanga Urban"))
_RURAL_KM = 45.0
# Counties of Uganda that have become districts since the list was made.
_DISTRICTS_SINCE = frozenset(("TEREGO",))


def tanzania(tree: Tree, path: Path) -> None:
    """Regions, districts, wards, villages and mtaa, vitongoji of the mainland (postcode list of 2016).

    A village is printed once, on the first row of its vitongoji.
    """
    source, top, village = "tanzania-postcodes", tree.country("TZ"), ("", "")
    rows = [row for row in json.loads(path.read_bytes()) if row["region"] and row["ward"]]
    names, districts = _district_names(rows), dict[str, Node]()
    for row in rows:
        code = row["postcode"][:3]
        if code not in districts:
            region = tree.unit(top, row["region"], 1, "Region", source)
            districts[code] = _district(tree, region, names[code], source)
        ward = tree.unit(districts[code], row["ward"], 3, "Ward", source)
        if row["locality"] or village[0] != row["postcode"]:
            village = (row["postcode"], row["locality"] or "")
        holder = tree.unit(ward, village[1], 4, _village_type(village[1]), source) if village[1] else ward
        if row["sub_locality"]:
            tree.unit(holder, row["sub_locality"], 5, "Kitongoji", source)


def _district_names(rows: list[dict[str, Any]]) -> dict[str, str]:
    """The name of a district by the first three digits of its postcodes."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        votes[row["postcode"][:3]][row["district"] or ""] += bool(row["district"])
    named = {code: " ".join(found.most_common(1)[0][0].split()) for code, found in votes.items()}
    return {
        code: re.sub(r"(?<=') (?=MBE)|(?<=O) (?=MBE)", "", name) for code, name in named.items()
    } | _BY_POSTCODE


def _district(tree: Tree, region: Node, name: str, source: str) -> Node:
    """A district of Tanzania. Where a town is one (*MOSHI CBD*), *MOSHI* is the land around it."""
    plain = spelling.proper(re.sub(r"[ -]*CBD$", "", name))
    is_town = name.endswith("CBD")
    found = [one for one in region.children.get(spelling.joined(plain), ()) if one.level == 2]
    towns = [one for one in found if {f"{plain} Urban", f"{plain} Mjini"} & {one.name, *one.aliases}]
    around = [one for one in found if one not in towns or f"{plain} Rural" in one.aliases]
    for one in towns if is_town else around:
        return one
    if not towns or is_town or towns[0].name in _ONE_CITY:
        return found[0] if found else tree.unit(region, plain, 2, "District", source)
    return _rural(tree, region, plain, source, towns[0])


def _rural(tree: Tree, region: Node, name: str, source: str, town: Node) -> Node:
    made = Node(f"{name} Rural", 2, "District", region.country, region, source)
    made.aliases = [f"{name} Vijijini", f"{name} DC"]
    if town.lat is not None and town.lon is not None:
        made.put(town.lat, town.lon, _RURAL_KM, "seat")
    return tree.add(made)


def _village_type(name: str) -> str:
    return "Mtaa" if name.casefold().startswith("mtaa ") else "Village"


def uganda(tree: Tree, path: Path) -> None:
    """Districts, counties, sub-counties, parishes and villages (the list of the passport office)."""
    data, source = _packed(path), "ug-address"
    counties = {row["id"]: row for row in data["counties"]}
    districts = {row["id"]: _ug_district(tree, row["name"], source) for row in data["districts"]}
    of_county = {key: _moved(tree, districts[row["district"]], row["name"]) for key, row in counties.items()}
    for key, row in counties.items():
        tree.unit(of_county[key], row["name"], 3, _ug_type(row["name"], "County"), source)
    subcounties = {}
    for key, (row, county) in _once(data, counties).items():
        holder = of_county[county]
        subcounties[key] = tree.unit(holder, row["name"], 3, _ug_type(row["name"], "Sub-county"), source)
    parishes = {
        row["id"]: tree.unit(subcounties[row["subcounty"]], row["name"], 4, "Parish", source)
        for row in data["parishes"]
    }
    for row in data["villages"]:
        tree.unit(parishes[row["parish"]], row["name"], 5, "Village", source)


def _packed(path: Path) -> dict[str, list[dict[str, str]]]:
    """The tables in the module: one text constant, base64 of zlib of JSON."""
    for step in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(step, ast.Assign) and isinstance(step.value, ast.Constant):
            packed = base64.b64decode(str(step.value.value))
            return json.loads(zlib.decompress(packed))  # type: ignore[no-any-return]
    raise ValueError(f"{path.name} holds no table")


def _ug_district(tree: Tree, name: str, source: str) -> Node:
    top = tree.country("UG")
    return tree.below(top, name, 2) or tree.unit(top, name, 2, "District", source)


def _moved(tree: Tree, district: Node, county: str) -> Node:
    """The district of a county, which may have become one itself (*Terego East* of Arua)."""
    name = re.sub(r" (?:EAST|WEST|NORTH|SOUTH|CENTRAL|COUNTY|MUNICIPALITY)\b", "", county)
    return tree.by_id.get(f"ug-{name.lower()}", district) if name in _DISTRICTS_SINCE else district


def _ug_type(name: str, otherwise: str) -> str:
    for word in ("Town Council", "Division", "Municipality"):
        if name.endswith(word.upper()):
            return word
    return otherwise


def _once(
    data: dict[str, list[dict[str, str]]], counties: dict[str, dict[str, str]]
) -> dict[str, tuple[dict[str, str], str]]:
    """Sub-counties with the county to hang them under: those of a split district stand in both.

    Two of one name that share half of their parishes are one. The newer district is the one of which
    the greater part stands twice.
    """
    parishes: dict[str, set[str]] = defaultdict(set)
    for row in data["parishes"]:
        parishes[row["subcounty"]].add(row["name"])
    district = {row["id"]: counties[row["county"]]["district"] for row in data["subcounties"]}
    twins = _twins(data["subcounties"], parishes, district)
    size, double = Counter(district.values()), Counter(district[key] for pair in twins for key in pair)
    keep = {row["id"]: row["county"] for row in data["subcounties"]}
    for one, two in twins:
        newer, older = sorted((one, two), key=lambda key: -double[district[key]] / size[district[key]])
        keep[older] = keep[newer]
    return {row["id"]: (row, keep[row["id"]]) for row in data["subcounties"]}


def _twins(
    rows: list[dict[str, str]], parishes: dict[str, set[str]], district: dict[str, str]
) -> list[tuple[str, str]]:
    named: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        named[row["name"]].append(row["id"])
    return [
        (one, two)
        for ids in named.values()
        for at, one in enumerate(ids)
        for two in ids[at + 1 :]
        if district[one] != district[two]
        and len(parishes[one]) > 0
        and len(parishes[one] & parishes[two]) * 2 >= max(2, min(len(parishes[one]), len(parishes[two])))
        and _same_list(parishes[one], parishes[two])
    ]


def _same_list(one: set[str], two: set[str]) -> bool:
    """Names like *Central Ward* are everywhere: half of the longer list must agree too."""
    return len(one & two) * 2 >= max(len(one), len(two))


def kenya(tree: Tree, path: Path) -> None:
    """Counties, constituencies and sub-counties, wards (IEBC 2012), with points of the constituencies."""
    source, top = "kenya-data", tree.country("KE")
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as link:
        rows = link.execute(_KENYA).fetchall()
        wards = link.execute("SELECT name, code, constituency_id FROM wards ORDER BY id").fetchall()
    units: dict[int, Node] = {}
    for kind, number, name, county, code, lat, lon, area in rows:
        holder = tree.find(top, county, 1)
        if holder is None:
            continue
        node = tree.unit(holder, re.sub(r" Sub- ?County$", "", name), 2, kind.capitalize(), source)
        node.source_id = node.source_id or code
        if kind == "constituency":
            units[number] = node
        if node.lat is None and lat is not None:
            node.put(round(lat, 4), round(lon, 4), round(sqrt((area or 300.0) / pi), 1), "centroid")
    for name, code, number in wards:
        if number in units:
            node = tree.unit(units[number], name, 3, "Ward", source)
            node.source_id = node.source_id or code


_KENYA = """
SELECT 'constituency', one.id, one.name, counties.name, one.code, coordinates.latitude, coordinates.longitude,
       area_sq_km
FROM constituencies AS one JOIN counties ON counties.id = one.county_id
LEFT JOIN coordinates ON coordinates.entity_type = 'constituency' AND coordinates.entity_id = one.id
LEFT JOIN area_statistics AS area ON area.entity_type = 'constituency' AND area.entity_id = one.id
UNION ALL
SELECT 'sub-county', one.id, one.name, counties.name, one.code, NULL, NULL, NULL
FROM sub_counties AS one JOIN counties ON counties.id = one.county_id
ORDER BY 1, 2
"""


def rwanda(tree: Tree, path: Path) -> None:
    """Provinces (in Kinyarwanda: aliases of the seed), districts, sectors, cells, villages (NISR 2019)."""
    source, top = "rwanda-admin", tree.country("RW")
    for province in json.loads(path.read_bytes())["provinces"]:
        holder = tree.find(top, province["name"], 1) or tree.unit(
            top, province["name"], 1, "Province", source
        )
        for district in province["districts"]:
            second = tree.unit(holder, district["name"], 2, "District", source)
            for sector in district["sectors"]:
                third = tree.unit(second, sector["name"], 3, "Sector", source)
                for cell in sector["cells"]:
                    fourth = tree.unit(third, cell["name"], 4, "Cell", source)
                    for village in cell["villages"]:
                        tree.unit(fourth, village["name"], 5, "Village", source).source_id = village["id"]


def burundi(tree: Tree, folder: Path) -> None:
    """Provinces, communes, zones, collines and quarters of the reform of 2025."""
    source, top = "tburundigeo", tree.country("BI")
    units = {
        row["code"]: tree.unit(top, row["name"], 1, "Province", source) for row in _rows(folder, "provinces")
    }
    for table, parent, level, kind in (
        ("communes", "province_code", 2, "Commune"),
        ("zones", "commune_code", 3, "Zone"),
        ("quartiers", "zone_code", 4, "Colline"),
    ):
        for row in _rows(folder, table):
            node = tree.unit(units[row[parent]], row["name"], level, kind, source)
            node.source_id = node.source_id or row["code"]
            units[row["code"]] = node


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The list in a module that assigns nothing else."""
    for step in ast.parse((folder / f"{name}.py").read_text(encoding="utf-8")).body:
        if isinstance(step, ast.Assign):
            return ast.literal_eval(step.value)  # type: ignore[no-any-return]
    raise ValueError(f"{name}.py holds no list")
