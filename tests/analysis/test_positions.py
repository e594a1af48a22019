"""Positions written in figures: which forms are read, and which figures are none."""

from dataclasses import replace

import pytest

from mbiu.analysis import read
from mbiu.analysis.positions import coded, completed, fix, short_codes, spans, written
from mbiu.gazetteer import Gazetteer

SEED = Gazetteer.seed()


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("attack at 3.0051, 34.1052", 3.0051, 34.1052),
        ("they came from 3.0051,34.1052.", 3.0051, 34.1052),
        ("0.313611 32.581111", 0.3136, 32.5811),
        ("36.81722, -1.28638", -1.2864, 36.8172),
        ("GPS: -1.28 36.82", -1.28, 36.82),
        ("lat -1.2 lon 36.8", -1.2, 36.8),
        ("Lat: -1.2864, Long: 36.8172", -1.2864, 36.8172),
        ("longitude 36.8172 latitude -1.2864", -1.2864, 36.8172),
        ("S1.234 E36.8", -1.234, 36.8),
        ("1.234S 36.8E", -1.234, 36.8),
        ("0.0361N,29.7701E", 0.0361, 29.7701),
        ("1.286° S, 36.817° E", -1.286, 36.817),
        ("4.85 North, 31.58 East", 4.85, 31.58),
        ("1°17'11\"S 36°49'02\"E", -1.2864, 36.8172),
        ("01°17′11″S, 036°49′02″E", -1.2864, 36.8172),
        ("S 01 17 11 E 036 49 02", -1.2864, 36.8172),
        ("S01°17.183' E036°49.033'", -1.2864, 36.8172),
        ("4 deg 51 min N 31 deg 36 min E", 4.85, 31.6),
        ("-1,28638 ; 36,81722", -1.2864, 36.8172),
        ("٣٫١١٩١ ٣٥٫٥٩٧٣", 3.1191, 35.5973),
        ("https://maps.google.com/?q=-1.28638,36.81722", -1.2864, 36.8172),
        ("https://www.google.com/maps/@-1.2863,36.8172,15z", -1.2863, 36.8172),
        ("geo:-1.286,36.817", -1.286, 36.817),
        ("https://osm.org/?mlat=3.1191&mlon=35.5973#map=12/3.1191/35.5973", 3.1191, 35.5973),
        ("here 6GCRPR6R+77 now", -1.2893, 36.8407),
    ],
)
def test_a_position_is_read(text: str, lat: float, lon: float) -> None:
    found = fix(text, SEED)
    assert found is not None
    assert (found.lat, found.lon) == (pytest.approx(lat, abs=1e-4), pytest.approx(lon, abs=1e-4))
    assert text[found.start : found.end].strip(" .") == text[found.start : found.end]


@pytest.mark.parametrize(
    "text",
    [
        "51.5074, -0.1278",
        "0.000, 0.000",
        "lat 91.2 lon 200.1",
        "3 N 5 E were killed",
        "they paid 1.250 and 3.500",
        "call 0772.123.456 or 0782.123456",
        "the score was 2.5 3.5",
        "between 12:30 - 14:15 S",
        "1.28 36.82",
        "12 people, 36 cows",
        "S 01 77 11 E 036 49 02",
    ],
)
def test_other_figures_are_no_position(text: str) -> None:
    assert fix(text, SEED) is None


@pytest.mark.parametrize(
    ("text", "radius"), [("3.0051, 34.1052", 0.05), ("GPS 3.0 34.12", None), ("N3.1 E34.1", 5.6)]
)
def test_few_figures_leave_a_wide_circle(text: str, radius: float | None) -> None:
    found = fix(text, SEED)
    assert (found.radius_km if found else None) == (pytest.approx(radius, abs=0.05) if radius else None)


def test_a_position_of_few_figures_is_near_and_one_of_many_exact() -> None:
    rough, fine = read("attack at N3.1 E34.1", SEED).place, read("attack at N3.1002 E34.1003", SEED).place
    assert rough is not None
    assert fine is not None
    assert (rough.precision, fine.precision) == ("near", "exact")


def test_a_short_plus_code_is_completed_by_the_place_beside_it() -> None:
    found = read("bus attacked at 4R6R+77 Lodwar", SEED).place
    assert found is not None
    assert (found.lat, found.lon) == (pytest.approx(3.1107, abs=1e-3), pytest.approx(35.8407, abs=1e-3))


def test_a_short_plus_code_alone_says_nothing() -> None:
    assert [match.group() for match in short_codes("at 4R6R+77 now")] == ["4R6R+77"]
    assert read("at 4R6R+77 now", SEED).place is None


def test_a_place_without_a_point_completes_no_code() -> None:
    lodwar = SEED.get("ke-turkana-lodwar")
    assert lodwar is not None
    assert completed("4R6R+77", replace(lodwar, lat=None)) is None


@pytest.mark.parametrize(
    ("text", "place_id"), [("KE023 attacked", "ke-turkana"), ("wameua watu ss0101", "ss-juba")]
)
def test_a_p_code_names_its_unit(text: str, place_id: str) -> None:
    found = read(text, SEED).place
    assert found is not None
    assert found.place_id == place_id
    assert next(item for item in read(text, SEED).evidence if item.field == "place").why.startswith(
        "the P-code of"
    )


@pytest.mark.parametrize("text", ["AK47 rifles", "M23 rebels", "so 12 people", "KE999"])
def test_what_looks_like_a_p_code_names_nothing(text: str) -> None:
    assert list(coded(text, SEED)) == []


def test_no_name_is_read_inside_a_link() -> None:
    assert read("see https://kotido.go.ug/moroto and mail gulu@kampala.ug", SEED).place is None


def test_the_spans_of_positions_are_told() -> None:
    text = "3 dead at 3.0051, 34.1052 in KE023"
    assert [text[start:end] for start, end in spans(text, SEED)] == ["3.0051, 34.1052", "KE023"]


def test_a_thousand_positions_are_not_all_read() -> None:
    assert len(written("1.2345 36.1234 " * 400)) < 10
