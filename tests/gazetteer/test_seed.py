"""The hand-made gazetteer must be sound before anything is built on it."""

import csv
import math
import re
from collections import Counter
from pathlib import Path

import pytest

SEED = Path(__file__).parents[2] / "mbiu" / "gazetteer" / "data" / "seed_places.csv"

COLUMNS = [
    *("place_id", "name", "aliases", "kind", "admin_level", "type_local", "country", "parent_id"),
    *("adm1", "adm2", "pcode", "lat", "lon", "coord_precision", "radius_km", "population"),
    *("match_policy", "source", "source_id", "licence", "valid_from", "valid_to", "replaced_by"),
]
REQUIRED = [
    *("place_id", "name", "kind", "type_local", "country", "lat", "lon"),
    *("coord_precision", "radius_km", "match_policy", "source"),
]
FIRST_LEVEL = {"TZ": 31, "UG": 4, "KE": 47, "SS": 13, "RW": 5, "BI": 5, "CD": 26, "ET": 14, "SO": 18}
KINDS = {"adm", "locality", "slum", "feature", "facility", "road", "camp"}
PRECISIONS = re.compile(r"gps|point|seat|centroid|parent_adm[0-4]|none")
POLICIES = {"auto", "cue", "never"}
WORDS = {
    *("Same", "Hai", "Mwanga", "Moshi", "Kibaya", "Kati", "Kusini", "Mjini", "Mkoani", "Pwani"),
    *("Central", "Lakes", "Unity", "Bay", "Lira", "Moyo", "Kumi", "Amuru", "Baraka", "Huruma"),
}
DAY = re.compile(r"(19|20)\d\d-[01]\d-[0-3]\d")

# South, north, west, east in degrees, with about half a degree to spare.
BOXES = {
    "TZ": (-12.3, -0.4, 28.8, 41.0),
    "UG": (-2.0, 4.8, 29.0, 35.6),
    "KE": (-5.3, 5.9, 33.4, 42.5),
    "SS": (3.0, 12.8, 23.9, 36.5),
    "RW": (-3.4, -0.5, 28.3, 31.5),
    "BI": (-5.0, -1.8, 28.5, 31.4),
    "CD": (-14.0, 5.9, 11.7, 31.9),
    "ET": (2.9, 15.4, 32.5, 48.5),
    "SO": (-2.2, 12.5, 40.4, 51.9),
}

Row = dict[str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with SEED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def by_id(rows: list[Row]) -> dict[str, Row]:
    return {row["place_id"]: row for row in rows}


def depth(row: Row) -> int:
    """A unit's level; a place that is not a unit lies below every level."""
    return int(row["admin_level"] or 9)


def ancestors(row: Row, by_id: dict[str, Row]) -> list[Row]:
    found: list[Row] = []
    while row["parent_id"] and len(found) < 10:
        row = by_id[row["parent_id"]]
        found.append(row)
    return found


def aliases(row: Row) -> list[str]:
    """The aliases without their `sw:`, `old:`, `sms:` marks."""
    parts = row["aliases"].split("|") if row["aliases"] else []
    return [re.sub(r"^[a-z]{2,3}:", "", part) for part in parts]


def kilometres(a: Row, b: Row) -> float:
    """Great-circle distance (haversine) between two rows."""
    lat1, lon1, lat2, lon2 = (math.radians(float(r[c])) for r in (a, b) for c in ("lat", "lon"))
    across = math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    half = math.sin((lat2 - lat1) / 2) ** 2 + across
    return 12742.0 * math.asin(math.sqrt(half))


def find(rows: list[Row], country: str, name: str) -> list[Row]:
    return [r for r in rows if r["country"] == country and name in (r["name"], *aliases(r))]


def test_the_file_is_utf8_with_one_header_and_unix_line_ends() -> None:
    raw = SEED.read_bytes()
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8").splitlines()[0].split(",") == COLUMNS


def test_every_row_has_every_column_and_fills_the_required_ones(rows: list[Row]) -> None:
    assert [r["place_id"] for r in rows if None in r or None in r.values()] == []
    assert [(r["place_id"], c) for r in rows for c in REQUIRED if not r[c].strip()] == []


def test_no_cell_has_stray_blanks(rows: list[Row]) -> None:
    assert [(r["place_id"], c) for r in rows for c in COLUMNS if r[c] != " ".join(r[c].split())] == []


def test_ids_are_unique_and_start_with_the_country(rows: list[Row]) -> None:
    ids = [r["place_id"] for r in rows]
    assert [i for i, n in Counter(ids).items() if n > 1] == []
    assert [i for i in ids if not re.fullmatch(r"[a-z]{2}(-[a-z0-9]+)*", i)] == []
    assert [r["place_id"] for r in rows if r["place_id"][:2] != r["country"].lower()] == []


def test_the_codes_used_are_known(rows: list[Row]) -> None:
    assert {r["kind"] for r in rows} <= KINDS
    assert {r["match_policy"] for r in rows} <= POLICIES
    assert {r["coord_precision"] for r in rows if not PRECISIONS.fullmatch(r["coord_precision"])} == set()
    assert {r["source"] for r in rows} == {"seed"}


def test_units_have_a_level_and_other_places_have_none(rows: list[Row]) -> None:
    wrong = [r["place_id"] for r in rows if (r["kind"] == "adm") != (r["admin_level"] in set("012345"))]
    assert wrong == []


def test_every_place_hangs_under_a_larger_unit_of_its_own_country(
    rows: list[Row], by_id: dict[str, Row]
) -> None:
    for row in rows:
        if row["admin_level"] == "0":
            assert row["parent_id"] == "", row["place_id"]
            continue
        parent = by_id.get(row["parent_id"])
        assert parent is not None, row["place_id"]
        assert parent["country"] == row["country"], row["place_id"]
        assert depth(parent) < depth(row), row["place_id"]


def test_every_chain_of_parents_ends_at_the_country(rows: list[Row], by_id: dict[str, Row]) -> None:
    tops = {r["place_id"]: (ancestors(r, by_id) or [r])[-1]["place_id"] for r in rows}
    assert [i for i, top in tops.items() if top != i[:2]] == []


def test_the_written_chain_agrees_with_the_parents(rows: list[Row], by_id: dict[str, Row]) -> None:
    for row in rows:
        chain = {r["admin_level"]: r["name"] for r in [row, *ancestors(row, by_id)]}
        assert (row["adm1"], row["adm2"]) == (chain.get("1", ""), chain.get("2", "")), row["place_id"]


def test_all_nine_countries_and_their_first_level_units_are_there(rows: list[Row]) -> None:
    assert {r["country"] for r in rows if r["admin_level"] == "0"} == set(FIRST_LEVEL)
    assert Counter(r["country"] for r in rows if r["admin_level"] == "1") == FIRST_LEVEL


@pytest.mark.parametrize(("country", "least"), [("TZ", 140), ("UG", 135), ("SS", 79), ("KE", 30)])
def test_second_level_units_are_there_where_reports_come_from(
    rows: list[Row], country: str, least: int
) -> None:
    assert sum(r["country"] == country and r["admin_level"] == "2" for r in rows) >= least


def test_every_point_lies_inside_its_country_box(rows: list[Row]) -> None:
    outside = []
    for row in rows:
        south, north, west, east = BOXES[row["country"]]
        if not (south <= float(row["lat"]) <= north and west <= float(row["lon"]) <= east):
            outside.append(row["place_id"])
    assert outside == []


def test_a_place_lies_within_reach_of_its_parent(rows: list[Row], by_id: dict[str, Row]) -> None:
    far = []
    for row in rows:
        parent = by_id.get(row["parent_id"])
        if parent and kilometres(row, parent) > 2.5 * float(parent["radius_km"]) + 10:
            far.append((row["place_id"], round(kilometres(row, parent))))
    assert far == []


def test_the_radius_fits_the_size_of_the_place(rows: list[Row]) -> None:
    limits = {"0": (80, 900), "1": (8, 300), "2": (3, 150), "3": (2, 40), "": (1, 350)}
    wrong = []
    for row in rows:
        low, high = limits[row["admin_level"]]
        if not low <= float(row["radius_km"]) <= high:
            wrong.append((row["place_id"], row["radius_km"]))
    assert wrong == []


def test_pcodes_are_unique_and_well_formed(rows: list[Row]) -> None:
    coded = [r for r in rows if r["pcode"]]
    assert [c for c, n in Counter(r["pcode"] for r in coded).items() if n > 1] == []
    assert [r["pcode"] for r in coded if not re.fullmatch(r["country"] + r"\d{0,6}", r["pcode"])] == []
    assert [r["place_id"] for r in coded if r["kind"] != "adm"] == []


def test_kenyan_pcodes_run_over_all_47_counties(rows: list[Row]) -> None:
    codes = {r["pcode"] for r in rows if r["country"] == "KE" and r["admin_level"] == "1"}
    assert codes == {f"KE{number:03d}" for number in range(1, 48)}


def test_a_name_leads_to_one_place_of_a_country(rows: list[Row]) -> None:
    bearers: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for name in (row["name"], *aliases(row)):
            bearers.setdefault((row["country"], name.casefold()), set()).add(row["place_id"])
    assert {key: ids for key, ids in bearers.items() if len(ids) > 1} == {}


def test_iso_codes_belong_to_the_country_and_are_unique(rows: list[Row]) -> None:
    coded = [r for r in rows if r["source_id"]]
    assert [
        r["place_id"] for r in coded if not re.fullmatch(r["country"] + r"-[A-Z0-9]{1,3}", r["source_id"])
    ] == []
    assert [c for c, n in Counter(r["source_id"] for r in coded).items() if n > 1] == []


def test_an_alias_says_something_new(rows: list[Row]) -> None:
    repeated = []
    for row in rows:
        names = [n.casefold() for n in (row["name"], *aliases(row))]
        if len(set(names)) < len(names) or "" in names:
            repeated.append(row["place_id"])
    assert repeated == []


def test_brothers_have_different_names(rows: list[Row]) -> None:
    twins = Counter((r["parent_id"], r["kind"], r["name"].casefold()) for r in rows)
    assert [key for key, n in twins.items() if n > 1] == []


def test_dates_are_days_and_a_replaced_place_names_its_successor(
    rows: list[Row], by_id: dict[str, Row]
) -> None:
    dates = [r[c] for r in rows for c in ("valid_from", "valid_to") if r[c]]
    assert [d for d in dates if not DAY.fullmatch(d)] == []
    assert [r["place_id"] for r in rows if r["replaced_by"] and r["replaced_by"] not in by_id] == []


def test_names_that_are_ordinary_words_need_a_cue(rows: list[Row]) -> None:
    named = [r for r in rows if r["name"] in WORDS]
    assert {r["name"] for r in named} == WORDS
    assert [r["place_id"] for r in named if r["match_policy"] != "cue"] == []


@pytest.mark.parametrize(
    ("country", "name", "place_id"),
    [
        ("UG", "Bwera", "ug-kasese-bwera"),
        ("UG", "Panyangara", "ug-kotido-panyangara"),
        ("KE", "Kibra", "ke-nairobi-kibera"),
        ("KE", "Kapedo", "ke-baringo-kapedo"),
        ("KE", "Suguta Valley", "ke-suguta-valley"),
        ("TZ", "Loliondo", "tz-ngorongoro-loliondo"),
        ("TZ", "DSM", "tz-dar-es-salaam"),
        ("TZ", "Mji Mkongwe", "tz-mjini-stone-town"),
        ("TZ", "Kisiwa cha Pemba", "tz-pemba"),
        ("SS", "Jebel Boma", "ss-pibor-boma"),
        ("SS", "GPAA", "ss-greater-pibor"),
        ("CD", "Nord-Kivu", "cd-north-kivu"),
    ],
)
def test_well_known_names_lead_to_one_place(rows: list[Row], country: str, name: str, place_id: str) -> None:
    assert [r["place_id"] for r in find(rows, country, name)] == [place_id]


@pytest.mark.parametrize(
    ("place_id", "district"),
    [("ug-kasese-bwera", "Kasese"), ("tz-kiteto-kibaya", "Kiteto"), ("ss-rubkona-bentiu", "Rubkona")],
)
def test_a_village_knows_its_district(by_id: dict[str, Row], place_id: str, district: str) -> None:
    assert by_id[place_id]["adm2"] == district
