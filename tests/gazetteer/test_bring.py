"""`mbiu gazetteer import`: every format, good and bad. A bad file changes nothing and says row and reason."""

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from mbiu.cli import main
from mbiu.db import transaction
from mbiu.gazetteer import Gazetteer, Place, store
from mbiu.gazetteer.bring.work import previous
from mbiu.gazetteer.shelve import write
from mbiu.settings import Settings

OLD_COD = """ADM2_EN,ADM2_PCODE,ADM2_ALT1EN,ADM1_EN,ADM1_PCODE,ADM0_EN,ADM0_SW,ADM0_PCODE
Kilosa,TZ0503,Kilosa DC,Morogoro,TZ05,Tanzania,Tanzania,TZ
Kilombelo,TZ0505,,Morogoro,TZ05,Tanzania,Tanzania,TZ
Mlimba,TZ0509,,Morogoro,TZ05,Tanzania,Tanzania,TZ
"""
NEW_COD = """adm3_name,adm3_pcode,adm2_name,adm2_pcode,adm1_name,adm1_pcode,area_sqkm,center_lat,center_lon
Magole,TZ050301,Kilosa,TZ0503,Morogoro,TZ05,314.16,-6.37,37.37
Dumila Juu,TZ050302,Kilosa,TZ0503,Morogoro,TZ05,,-6.38,37.30
"""
TABLE = """place_id,name,aliases,kind,admin_level,country,parent_id,lat,lon,radius_km,match_policy
tz-kilosa-x,Xanadu,sw:Zanadu|Ksanadu,adm,3,TZ,tz-kilosa,-6.5,37.1,4,auto
tz-kilosa-x-camp,Xanadu Camp,,camp,,TZ,tz-kilosa-x,-6.51,37.11,1,
"""
HEAD = "place_id,name,kind,admin_level,country,parent_id,lat,lon\n"
SHAPE = {"shapeName": "X", "shapeType": "ADM3"}
SQUARE = [[[37.2, -6.5], [37.5, -6.5], [37.5, -6.2], [37.2, -6.2], [37.2, -6.5]]]


def geonames(*rows: tuple[Any, ...]) -> str:
    """A dump: id, name, other names, lat, lon, class, code, country, code of the region, population."""
    lines = []
    for ident, name, others, lat, lon, group, code, country, region, population in rows:
        cells = [ident, name, name, others, lat, lon, group, code, country, "", region]
        lines.append(
            "\t".join(map(str, [*cells, "", "", "", population, "", "", "Africa/Nairobi", "2025-01-01"]))
        )
    return "\n".join(lines) + "\n"


DUMP = geonames(
    (1, "Morogoro", "", -8.0, 37.0, "A", "ADM1", "TZ", "10", 0),
    (2, "Wami Sokoine", "Uami,Вами", -6.45, 37.4, "P", "PPL", "TZ", "10", 4200),
    (3, "Milima ya Rubeho", "", -6.8, 36.6, "T", "MTS", "TZ", "10", 0),
    (4, "Old Boma", "", -6.8, 36.9, "P", "PPLH", "TZ", "10", 0),
    (5, "Hotel Kilosa", "", -6.83, 36.98, "S", "HTL", "TZ", "10", 0),
    (6, "Kilosa", "", -6.83, 36.98, "P", "PPLA2", "TZ", "10", 90_000),
)


def features(*rows: dict[str, Any]) -> str:
    found = [
        {
            "type": "Feature",
            "properties": {key: value for key, value in row.items() if key != "geometry"},
            "geometry": row.get("geometry", {"type": "Polygon", "coordinates": SQUARE}),
        }
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": found})


class Desk:
    """Somebody at the command line, with a gazetteer of the seed in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.target = folder, folder / "places.sqlite"
        write(self.target, Gazetteer.seed())
        self.start = self.target.read_bytes()

    def bring(self, content: str | bytes, form: str, *more: str, name: str = "data") -> Result:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        argv = ["gazetteer", "import", str(path), "--format", form, "--gazetteer", str(self.target)]
        if "--country" not in more:
            argv += ["--country", "TZ"]
        return CliRunner().invoke(main, [*argv, *more])

    def took(self, content: str | bytes, *args: str, **kwargs: str) -> Gazetteer:
        """Bring in a good file; the gazetteer afterwards."""
        done = self.bring(content, *args, **kwargs)
        assert done.exit_code == 0, done.output
        return Gazetteer.open(self.target)

    def refused(self, *args: Any, **kwargs: Any) -> str:
        """Bring in a bad file, which must change nothing; what was said."""
        done = self.bring(*args, **kwargs)
        assert done.exit_code == 1, done.output
        assert self.target.read_bytes() == self.start
        assert "nothing was changed" in done.output
        return done.output


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def get(places: Gazetteer, place_id: str) -> Place:
    found = places.get(place_id)
    assert found is not None, place_id
    return found


def test_the_old_columns_of_cod_ab_give_pcodes_to_the_units_of_the_seed(desk: Desk) -> None:
    places = desk.took(OLD_COD, "cod-ab")
    kilosa = get(places, "tz-kilosa")
    assert (kilosa.pcode, kilosa.source) == ("TZ0503", "seed")
    assert "Kilosa DC" in kilosa.aliases
    assert places.by_pcode("tz05") == get(places, "tz-morogoro")


def test_a_misspelt_unit_of_the_same_holder_is_the_same(desk: Desk) -> None:
    assert get(desk.took(OLD_COD, "cod-ab"), "tz-kilombero").pcode == "TZ0505"


def test_a_unit_that_nobody_knew_is_added_and_borrows_a_point(desk: Desk) -> None:
    places = desk.took(OLD_COD, "cod-ab")
    mlimba, region = get(places, "tz-morogoro-mlimba"), get(places, "tz-morogoro")
    assert (mlimba.admin_level, mlimba.parent_id, mlimba.pcode) == (2, "tz-morogoro", "TZ0509")
    assert (mlimba.lat, mlimba.radius_km, mlimba.coord_precision) == (
        region.lat,
        region.radius_km,
        "parent_adm1",
    )


def test_the_new_columns_of_cod_ab_give_centres_and_radii(desk: Desk) -> None:
    magole = get(desk.took(NEW_COD, "cod-ab"), "tz-kilosa-magole")
    assert (magole.lat, magole.lon, magole.radius_km) == (-6.37, 37.37, 10.0)
    assert (magole.admin_level, magole.type_local, magole.coord_precision) == (3, "Ward", "centroid")


def test_cod_ab_comes_as_a_sheet_of_excel_too(desk: Desk) -> None:
    book = Workbook()
    for line in NEW_COD.splitlines():
        book.active.append(line.split(","))
    book.save(desk.folder / "data.xlsx")
    places = desk.took((desk.folder / "data.xlsx").read_bytes(), "cod-ab", name="data.xlsx")
    assert get(places, "tz-kilosa-magole").pcode == "TZ050301"


def test_a_level_above_the_lowest_can_be_asked_for(desk: Desk) -> None:
    places = desk.took(
        NEW_COD.replace("TZ050302,Kilosa,TZ0503", "TZ050302,Gairo,TZ0504"), "cod-ab", "--level", "2"
    )
    assert get(places, "tz-gairo").pcode == "TZ0504"
    assert places.get("tz-kilosa-magole") is None


def test_ugandas_fourth_level_is_mbius_third(desk: Desk) -> None:
    table = (
        "ADM4_EN,ADM4_PCODE,ADM3_EN,ADM3_PCODE,ADM2_EN,ADM2_PCODE,ADM1_EN,ADM1_PCODE\n"
        "Kyarumba,UG40811,Bukonzo,UG4081,Kasese,UG408,Western,UG4\n"
    )
    places = desk.took(table, "cod-ab", "--country", "UG")
    kyarumba = get(places, "ug-kasese-kyarumba")
    assert (kyarumba.admin_level, kyarumba.parent_id) == (3, "ug-kasese")


@pytest.mark.parametrize(
    "pack", [str.encode, lambda t: gzip.compress(t.encode()), "zip"], ids=["txt", "gz", "zip"]
)
def test_a_dump_of_geonames_comes_plain_zipped_or_gzipped(
    desk: Desk, pack: Callable[[str], bytes] | str
) -> None:
    if isinstance(pack, str):
        with zipfile.ZipFile(desk.folder / "data", "w") as packed:
            packed.writestr("readme.txt", "about")
            packed.writestr("TZ.txt", DUMP)
        content = (desk.folder / "data").read_bytes()
    else:
        content = pack(DUMP)
    places = desk.took(content, "geonames")  # type: ignore[arg-type]
    (wami,) = places.named("wami sokoine")
    assert (wami.kind, wami.population, wami.aliases, wami.match_policy) == (
        "locality",
        4200,
        ("Uami",),
        "auto",
    )
    assert places.within(wami.place_id, "tz-morogoro")


def test_hills_need_a_cue_and_hotels_and_former_places_stay_out(desk: Desk) -> None:
    places = desk.took(DUMP, "geonames")
    (hills,) = places.named("milima ya rubeho")
    assert (hills.kind, hills.match_policy, hills.type_local) == ("feature", "cue", "Mountains")
    assert places.named("old boma") == places.named("hotel kilosa") == ()


def test_a_town_that_the_seed_knows_is_refined_not_doubled(desk: Desk) -> None:
    places = desk.took(DUMP, "geonames")
    assert [one.place_id for one in places.named("kilosa")] == ["tz-kilosa"]
    assert get(places, "tz-kilosa").population == 90_000
    assert get(places, "tz-kilosa").lat == get(Gazetteer.seed(), "tz-kilosa").lat


def test_geoboundaries_find_their_holder_by_what_lies_in_the_shape(desk: Desk) -> None:
    desk.took(TABLE, "csv")
    square = [[[37.0, -6.6], [37.2, -6.6], [37.2, -6.4], [37.0, -6.4], [37.0, -6.6]]]
    shape = {"shapeName": "Ukutu Mpya", "shapeID": "TZA-ADM3-1", "shapeType": "ADM3"}
    land = {"geometry": {"type": "Polygon", "coordinates": square}}
    places = desk.took(features(shape | land), "geojson")
    (ward,) = places.named("ukutu mpya")
    assert (ward.parent_id, ward.admin_level, ward.source_id) == ("tz-kilosa", 3, "TZA-ADM3-1")


def test_polygons_with_names_in_fields_of_their_own(desk: Desk) -> None:
    places = desk.took(
        features({"ward": "MAGOLE", "dist": "KILOSA"}), "geojson", "--level", "3", "--name-field", "ward",
        "--parent-field", "dist",
    )  # fmt: skip
    magole = get(places, "tz-kilosa-magole")
    assert (magole.name, magole.coord_precision) == ("Magole", "centroid")
    assert magole.lat == pytest.approx(-6.35, abs=0.05)
    assert magole.radius_km == pytest.approx(18.7, abs=0.5)


def test_polygons_of_cod_ab_are_known_by_their_columns(desk: Desk) -> None:
    shape = {"ADM2_EN": "Kilosa", "ADM2_PCODE": "TZ0503", "ADM1_EN": "Morogoro", "ADM1_PCODE": "TZ05"}
    assert get(desk.took(features(shape), "geojson"), "tz-kilosa").pcode == "TZ0503"


def test_a_table_in_mbius_own_columns(desk: Desk) -> None:
    places = desk.took(TABLE, "csv")
    assert [one.place_id for one in places.named("zanadu")] == ["tz-kilosa-x"]
    camp = get(places, "tz-kilosa-x-camp")
    assert [step.place_id for step in places.path(camp.place_id)][-3:] == [
        "tz-kilosa",
        "tz-kilosa-x",
        camp.place_id,
    ]


def test_the_same_file_twice_changes_nothing_more(desk: Desk) -> None:
    first = desk.took(NEW_COD, "cod-ab").edition
    assert desk.took(NEW_COD, "cod-ab").edition == first


def test_replacing_drops_the_other_rows_of_the_level_but_none_of_the_seed(desk: Desk) -> None:
    desk.took(NEW_COD, "cod-ab")
    only = "\n".join(NEW_COD.splitlines()[:2]) + "\n"
    places = desk.took(only, "cod-ab", "--replace", "--level", "3")
    assert get(places, "tz-kilosa-magole").pcode == "TZ050301"
    assert places.get("tz-kilosa-dumila-juu") is None
    assert {one.place_id for one in Gazetteer.seed()} <= {one.place_id for one in places}


def test_what_hung_under_a_dropped_unit_hangs_under_its_holder(desk: Desk) -> None:
    desk.took(NEW_COD, "cod-ab")
    desk.took(HEAD + "tz-v,Kijiji Kipya,adm,4,TZ,tz-kilosa-dumila-juu,,\n", "csv")
    only = "\n".join(NEW_COD.splitlines()[:2]) + "\n"
    assert get(desk.took(only, "cod-ab", "--replace", "--level", "3"), "tz-v").parent_id == "tz-kilosa"


def test_a_dry_run_says_what_would_happen_and_writes_nothing(desk: Desk) -> None:
    done = desk.bring(OLD_COD, "cod-ab", "--dry-run")
    assert "1 added, 2 refined, 0 removed" in done.output
    assert "dry run" in done.output
    assert desk.target.read_bytes() == desk.start


def test_the_file_before_an_import_is_kept(desk: Desk) -> None:
    desk.took(OLD_COD, "cod-ab")
    assert previous(desk.target).read_bytes() == desk.start


@pytest.mark.parametrize(
    ("content", "form", "reason"),
    [
        ("", "csv", "the file is empty"),
        ("  \n \n", "cod-ab", "the file is empty"),
        (HEAD, "csv", "no rows under the heading"),
        ("a,b\n1,2\n", "csv", "row 1: no column name, kind"),
        ("a,b\n1,2\n", "cod-ab", "row 1: no column like ADM1_PCODE"),
        ("a,b\n1,2\n", "geonames", "row 1: 1 columns, want 19"),
        ("a,b\n1,2\n", "geojson", "not JSON"),
        ('{"type": "Feature"}', "geojson", "no FeatureCollection"),
        (DUMP, "csv", "row 1: no column"),
        (OLD_COD, "geonames", "is this a GeoNames dump"),
        ("name\xff".encode("latin-1"), "csv", "row 1: not UTF-8"),
        (HEAD + "tz-x,X,adm,3,TZ,tz-kilosa,nine,37\n", "csv", "row 2: latitude 'nine' is no number"),
        (HEAD + "tz-x,X,adm,3,TZ,tz-kilosa,nan,37\n", "csv", "row 2: latitude 'nan' is no number"),
        (HEAD + "tz-x,X,adm,3,TZ,tz-kilosa,95,37\n", "csv", "row 2: 95.0, 37.0 is no latitude and longitude"),
        (HEAD + "tz-x,X,adm,3,TZ,tz-kilosa,0,0\n", "csv", "row 2: the point is 0, 0"),
        (HEAD + "tz-x,X,adm,3,TZ,tz-kilosa,37,-6\n", "csv", "may have changed places"),
        (HEAD + "tz-x,X,adm,3,TZ,tz-kilosa,51,0\n", "csv", "row 2: 51.0, 0.0 lies far outside TZ"),
        (HEAD + "tz-x,X,adm,3,TZ,tz-nowhere,-6,37\n", "csv", "row 2: parent_id 'tz-nowhere' is no place"),
        (HEAD + "tz-x,X,adm,3,TZ,ug-kasese,-6,37\n", "csv", "row 2: parent_id 'ug-kasese' lies in UG"),
        (HEAD + "tz-x,X,adm,3,KE,tz-kilosa,-6,37\n", "csv", "row 2: the country is 'KE', not TZ"),
        (HEAD + "tz-x,X,hamlet,,TZ,tz-kilosa,-6,37\n", "csv", "row 2: kind 'hamlet'"),
        (HEAD + "tz-x,X,adm,9,TZ,tz-kilosa,-6,37\n", "csv", "row 2: admin_level '9'"),
        (HEAD + "tz-x,X,camp,3,TZ,tz-kilosa,-6,37\n", "csv", "row 2: a camp has no admin_level"),
        (HEAD + "X Y,X,camp,,TZ,tz-kilosa,-6,37\n", "csv", "row 2: place_id 'X Y'"),
        (HEAD + "tz-x,,camp,,TZ,tz-kilosa,-6,37\n", "csv", "row 2: no name"),
        (HEAD + 2 * "tz-x,X,camp,,TZ,tz-kilosa,,\n", "csv", "row 3: the id tz-x stands in row 2"),
        (HEAD + "tz-x,X,adm,3,TZ,tz-y,,\ntz-y,Y,adm,3,TZ,tz-x,,\n", "csv", "round in a circle"),
        (OLD_COD.replace("TZ0505", "TZ0503"), "cod-ab", "row 3: P-code TZ0503 stands in row 2"),
        (OLD_COD.replace("TZ0505", "KE0505"), "cod-ab", "row 3: P-code KE0505 belongs to another country"),
        (OLD_COD.replace("Mlimba,TZ0509", ",TZ0509"), "cod-ab", "row 4: no name of level 2"),
        (NEW_COD.replace("37.30", "3730"), "cod-ab", "row 3: -6.38, 3730.0 is no latitude"),
        (DUMP.replace("\tTZ\t", "\tUG\t"), "geonames", "row 1: the country is UG, not TZ"),
        (DUMP.replace("-6.45", "abc"), "geonames", "row 2: latitude 'abc' is no number"),
        (DUMP + DUMP, "geonames", "row 7: the id 1 stands twice"),
        (gzip.compress(DUMP.encode())[:-30], "geonames", "cannot be unpacked"),
        (b"PK\x03\x04 and no more", "geonames", "cannot be unpacked"),
        (b"PK\x03\x04 and no more", "csv", "cannot be unpacked"),
        (features({"colour": "red"}), "geojson", "row 1: which property is the name?"),
        (features(SHAPE | {"shapeGroup": "KEN"}), "geojson", "row 1: the country is KEN"),
        (features(SHAPE | {"geometry": {"type": "Polygon"}}), "geojson", "row 1: the geometry"),
    ],
)  # fmt: skip
def test_a_bad_file_changes_nothing_and_says_row_and_reason(
    desk: Desk, content: str | bytes, form: str, reason: str
) -> None:
    assert reason in desk.refused(content, form)


def test_of_very_many_faults_the_first_twenty_are_told_and_all_counted(desk: Desk) -> None:
    rows = "".join(f"tz-x{n},X,adm,3,TZ,tz-kilosa,bad,37\n" for n in range(10_000))
    said = desk.refused(HEAD + rows, "csv")
    assert said.count("is no number") == 20
    assert "and 9980 more; 10000 faults in all" in said


def test_a_broken_sheet_of_excel_is_told(desk: Desk) -> None:
    assert "no Excel file" in desk.refused(b"not a sheet", "cod-ab", name="data.xlsx")


def test_a_unit_whose_holder_nobody_knows_is_told(desk: Desk) -> None:
    said = desk.refused(
        features({"ward": "A WARD", "dist": "ATLANTIS"}), "geojson", "--level", "3", "--name-field", "ward",
        "--parent-field", "dist",
    )  # fmt: skip
    assert "row 1: no unit of level 2 is called 'ATLANTIS' in Tanzania" in said


def test_a_country_that_the_gazetteer_does_not_know_is_told(desk: Desk) -> None:
    table = "ADM1_EN,ADM1_PCODE\nSofala,MZ01\n"
    assert "knows no country MZ" in desk.refused(table, "cod-ab", "--country", "MZ")


def test_an_import_reaches_the_database_of_the_installation(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "cod.csv"
    path.write_text(OLD_COD)
    argv = ["gazetteer", "import", str(path), "--format", "cod-ab", "--country", "TZ"]
    write(settings.home_dir / "gazetteer.sqlite", Gazetteer.seed())
    done = CliRunner().invoke(main, argv)
    assert done.exit_code == 0, done.output
    assert "database: 3 places changed" in done.output
    store.forget()
    with transaction() as session:
        assert get(store.current(session), "tz-kilosa").pcode == "TZ0503"
    store.forget()
