"""Which place a text means, by a small table of its own and by the seed."""

from pathlib import Path

import pytest

from mbiu.analysis import read
from mbiu.analysis.reading import PlaceGuess
from mbiu.gazetteer import Gazetteer
from mbiu.gazetteer.lookup import distance_km
from mbiu.gazetteer.place import BadRow

HEAD = (
    "place_id,name,aliases,kind,admin_level,type_local,country,parent_id,adm1,adm2,pcode,lat,lon,"
    "coord_precision,radius_km,population,match_policy,source,source_id,licence,valid_from,valid_to,replaced_by\n"
)
ROWS = """\
ug,Uganda,,adm,0,Country,UG,,,,UG,1.3,32.4,centroid,280,,auto,t,,,,,
ke,Kenya,,adm,0,Country,KE,,,,KE,0.5,37.9,centroid,430,,auto,t,,,,,
ug-north,Northern,,adm,1,Region,UG,ug,,,UG1,3,33,centroid,150,,cue,t,,,,,
ug-kotido,Kotido,sms:KTD,adm,2,District,UG,ug-north,,,UG101,3.0,34.1,seat,35,,auto,t,,,,,
ug-kotido-town,Kotido,,locality,,Town,UG,ug-kotido,,,,3.01,34.11,point,4,,auto,t,,,,,
ug-kotido-rengen,Rengen,,adm,3,Subcounty,UG,ug-kotido,,,,3.08,34.1,point,10,,auto,t,,,,,
ug-kapedo,Kapedo,,adm,3,Subcounty,UG,ug-north,,,,3.5,33.9,point,12,,auto,t,,,,,
ug-soko,Soko,,locality,,Village,UG,ug-kotido,,,,3.2,34.2,point,2,,cue,t,,,,,
ug-never,Polisi,,locality,,Village,UG,ug-kotido,,,,3.2,34.2,point,2,,never,t,,,,,
ke-baringo,Baringo,,adm,1,County,KE,ke,,,KE030,0.8,36,centroid,60,,auto,t,,,,,
ke-turkana,Turkana,,adm,1,County,KE,ke,,,KE023,3.1,35.6,centroid,150,,auto,t,,,,,
ke-kapedo,Kapedo,,locality,,Town,KE,ke-baringo,,,,1.17,36.1,point,5,,auto,t,,,,,
ke-fort-hall,Fort Hall,old:Murang'a Town,locality,,Town,KE,ke-baringo,,,,0.9,36.2,point,5,,auto,t,,,,,
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    path: Path = tmp_path_factory.mktemp("places") / "places.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return Gazetteer.from_csv(path)


def place(
    text: str, places: Gazetteer, country: str | None = None, home: str | None = None
) -> PlaceGuess | None:
    return read(text, places, country=country, home=home).place


@pytest.mark.parametrize(
    ("text", "place_id", "precision"),
    [
        ("attack in Rengen, Kotido", "ug-kotido-rengen", "ward"),
        ("Kotido: Rengen attacked", "ug-kotido-rengen", "ward"),
        ("attack in Kotido", "ug-kotido", "district"),
        ("attack in Kotido town", "ug-kotido-town", "village"),
        ("attack in KTD", "ug-kotido", "district"),
        ("shambulio Kotidoni", "ug-kotido", "district"),
        ("attack in kotidoo", "ug-kotido", "district"),
        ("attack near Rengen", "ug-kotido-rengen", "near"),
        ("attack in Kapedo, Baringo county", "ke-kapedo", "village"),
        ("attack in Kapedo Uganda", "ug-kapedo", "ward"),
        ("attack in muranga town", "ke-fort-hall", "village"),
        ("attack at forthall", "ke-fort-hall", "village"),
        ("attack in soko village", "ug-soko", "village"),
        ("people came from Baringo and attacked Kotido", "ug-kotido", "district"),
        ("Turkana raiders attacked Rengen", "ug-kotido-rengen", "ward"),
        ("attack in Turkana", "ke-turkana", "region"),
    ],
)
def test_a_name_is_resolved(small: Gazetteer, text: str, place_id: str, precision: str) -> None:
    found = place(text, small)
    assert found is not None
    assert (found.place_id, found.precision) == (place_id, precision)


@pytest.mark.parametrize(
    "text",
    [
        "attack on the people",
        "twende soko leo",
        "polisi wamefika",
        "in the northern part",
        "they are at home",
        "attack in Katsina",
        "Turkana warriors attacked us",
    ],
)
def test_what_names_no_place_stays_open(small: Gazetteer, text: str) -> None:
    reading = read(text, small)
    assert reading.place is None
    assert "place" in reading.missing or reading.event_type == "none"


@pytest.mark.parametrize(("country", "place_id"), [("KE", "ke-kapedo"), ("UG", "ug-kapedo")])
def test_the_senders_country_tells_like_names_apart(small: Gazetteer, country: str, place_id: str) -> None:
    found = place("attack in Kapedo", small, country)
    assert found is not None
    assert found.place_id == place_id


def test_a_like_name_without_a_country_is_offered_and_not_decided(small: Gazetteer) -> None:
    reading = read("attack in Kapedo", small)
    assert {one.place_id for one in reading.candidates} >= {"ke-kapedo", "ug-kapedo"}
    assert reading.place is None or reading.place.confidence < 0.7


def test_a_senders_home_tells_like_names_apart(small: Gazetteer) -> None:
    found = place("attack in Kapedo", small, home="ke-baringo")
    assert found is not None
    assert found.place_id == "ke-kapedo"


def test_a_country_alone_is_not_enough(small: Gazetteer) -> None:
    reading = read("attack in Uganda", small)
    assert reading.place is not None
    assert reading.place.precision == "country"
    assert "place" in reading.missing


def test_a_home_alone_is_a_suggestion_only(small: Gazetteer) -> None:
    reading = read("they attacked us", small, home="UG101")
    assert reading.place is None
    assert [one.place_id for one in reading.candidates] == ["ug-kotido"]


def test_a_place_carries_its_area_and_its_path(small: Gazetteer) -> None:
    found = place("attack in Rengen", small)
    assert found is not None
    assert found.path == ("ug", "ug-north", "ug-kotido", "ug-kotido-rengen")
    assert found.area_code == "ug-kotido-rengen"
    assert (place("attack in KTD", small) or found).area_code == "UG101"


def test_a_shared_position_is_exact_and_in_the_nearest_area(small: Gazetteer) -> None:
    found = read("attack here", small, location=(3.005, 34.105, 20.0)).place
    assert found is not None
    assert (found.precision, found.lat, found.lon, found.area_code) == ("exact", 3.005, 34.105, "UG101")


def test_a_rough_position_is_near(small: Gazetteer) -> None:
    found = read("attack here", small, location=(3.005, 34.105, 3000.0)).place
    assert found is not None
    assert (found.precision, found.radius_km) == ("near", 3.0)


@pytest.mark.parametrize("location", [(0.0, 0.0, None), (91.0, 0.0, None), (float("nan"), 3.0, None)])
def test_an_impossible_position_is_passed_over(
    small: Gazetteer, location: tuple[float, float, float | None]
) -> None:
    found = read("attack in Rengen", small, location=location).place
    assert found is not None
    assert found.place_id == "ug-kotido-rengen"


def test_a_position_in_figures_is_read(small: Gazetteer) -> None:
    found = place("attack at 3.0051, 34.1052", small)
    assert found is not None
    assert (found.lat, found.precision) == (3.0051, "exact")


class TestAGazetteer:
    def test_finds_by_id_and_code(self, small: Gazetteer) -> None:
        assert small.get("ug-kotido") is small.by_pcode("ug101")
        assert small.get("nowhere") is None
        assert small.by_pcode("XX") is None

    def test_tells_what_lies_in_what(self, small: Gazetteer) -> None:
        assert small.within("ug-kotido-rengen", "ug")
        assert not small.within("ug", "ug-kotido-rengen")
        assert small.path("nowhere") == ()

    def test_finds_the_nearest(self, small: Gazetteer) -> None:
        found = small.nearest(3.011, 34.111)
        assert found is not None
        assert found[0].place_id == "ug-kotido-town"
        assert found[1] < 1

    def test_forgives_one_letter_in_five(self, small: Gazetteer) -> None:
        assert small.misspelt("kotdo")[0][0].place_id == "ug-kotido"
        assert small.misspelt("barningo")[0][0].place_id == "ke-baringo"
        assert small.misspelt("kotxxo") == ((), 0.0)

    def test_never_guesses_at_short_or_common_names(self, small: Gazetteer) -> None:
        assert small.misspelt("soka") == ((), 0.0)
        assert small.misspelt("polisy") == ((), 0.0)

    def test_reads_the_seed_once(self) -> None:
        assert Gazetteer.seed() is Gazetteer.seed()
        assert len(Gazetteer.seed()) > 500

    def test_names_a_broken_row(self, tmp_path: Path) -> None:
        path = tmp_path / "bad.csv"
        path.write_text(HEAD + ROWS.replace("3.08,34.1", "north,34.1"), encoding="utf-8")
        with pytest.raises(BadRow) as error:
            Gazetteer.from_csv(path)
        assert (error.value.place_id, error.value.column) == ("ug-kotido-rengen", "lat")

    def test_survives_a_circle_of_parents(self, tmp_path: Path) -> None:
        path = tmp_path / "circle.csv"
        path.write_text(HEAD + ROWS.replace("District,UG,ug-north", "District,UG,ug-kotido-rengen"), "utf-8")
        assert len(Gazetteer.from_csv(path).path("ug-kotido")) == 2


def test_a_degree_of_latitude_is_111_km() -> None:
    assert distance_km(0, 30, 1, 30) == pytest.approx(111.2, abs=0.1)


@pytest.mark.parametrize(
    ("text", "country", "place_id"),
    [
        ("mapigano Kabarole", "UG", "ug-kabarole"),
        ("fighting in Dar", "TZ", "tz-dar-es-salaam"),
        ("kibra iko noma, watu wanapigana", "KE", "ke-nairobi-kibera"),
        ("raid in Suguta valley", "KE", None),
        ("attack in Same district", "TZ", "tz-same"),
        ("they are the same people", "TZ", ""),
        ("watu kumi wameuawa", "UG", ""),
        ("karibu nyumbani", "TZ", ""),
        ("moto umewaka soko la Kariakoo", "TZ", "tz-ilala-kariakoo"),
        ("ambush near Nesitu on the Juba-Nimule road", "SS", "ss-juba-nesitu"),
        ("K'la riots", "UG", "ug-kampala"),
        ("moto Nbi leo", "KE", "ke-nairobi"),
        ("riots in FortPortal", "UG", "ug-kabarole-fort-portal"),
        ("riots in Ftportal", "UG", "ug-kabarole-fort-portal"),
        ("fighting at Burntforest", "KE", "ke-uasin-gishu-burnt-forest"),
        ("fighting in burnt forest", "KE", "ke-uasin-gishu-burnt-forest"),
        ("raiders at Loki chogio", "KE", "ke-turkana-west-lokichoggio"),
        ("vurugu Mtwarani", "TZ", "tz-mtwara"),
        ("attaque d'Uvira cette nuit", "CD", "cd-uvira"),
        ("attaque aux environs de Beni, territoire de Lubero", "CD", "cd-lubero"),
        ("okulwana okumpi ne Kotido", "UG", "ug-kotido"),
        ("abantu battiddwa n'Arua", "UG", "ug-arua"),
        ("هجوم بجوبا", "SS", "ss-juba"),
        ("نزحوا لملكال", "SS", "ss-malakal"),
        ("قادم من بور الى جوبا", "SS", "ss-juba"),
        ("fi mushkila fi Juba", "SS", "ss-juba"),
        ("in Same district people fight", "TZ", "tz-same"),
        ("mapigano wilaya ya Same", "TZ", "tz-same"),
        ("people fled from Bor to Juba", "SS", "ss-bor-south"),
        ("IDPs arrived in Juba from Bor", "SS", "ss-juba"),
        ("resident of Kisoro was attacked in Kabale", "UG", "ug-kabale"),
        ("raiders from Turkana crossed and attacked Rupa in Moroto", "UG", "ug-moroto-rupa"),
        ("ente zibbiddwa e Lyantonde, bazitwala ku luuyi lwa Tanzania", "UG", "ug-lyantonde"),
        ("RAID KOTIDO 3 DEAD 50 COWS", "UG", "ug-kotido"),
        ("KASESE*ATTACK*3 DEAD", "UG", "ug-kasese"),
    ],
)
def test_the_seed_knows_its_hot_spots(text: str, country: str, place_id: str | None) -> None:
    found = place(text, Gazetteer.seed(), country)
    if place_id is None:
        assert found is not None
    else:
        assert (found.place_id if found else "") == place_id


def test_a_list_gives_its_first_and_offers_the_others() -> None:
    reading = read("raiders attacked Kotido, Kaabong and Abim", Gazetteer.seed(), country="UG")
    assert [one.place_id for one in reading.candidates] == ["ug-kotido", "ug-kaabong", "ug-abim"]
    assert reading.place is not None
    assert reading.place.confidence < 0.8


def test_candidates_are_never_surer_than_the_place() -> None:
    for text in (
        "attack in Kapedo",
        "fighting in Busia",
        "Bwera in Kasese",
        "near Kapedo btwn Pokot n Turkana",
    ):
        best, *others = read(text, Gazetteer.seed(), country="KE").candidates
        assert all(one.confidence <= best.confidence for one in others)


def test_a_unit_is_meant_where_its_town_has_the_same_name(small: Gazetteer) -> None:
    reading = read("attack in Kotido", small, country="UG")
    assert [one.place_id for one in reading.candidates] == ["ug-kotido", "ug-kotido-town"]


def test_a_district_is_no_rival_of_its_own_town(small: Gazetteer) -> None:
    found = place("attack in Kotido town", small, "UG")
    assert found is not None
    assert found.confidence > 0.9


@pytest.mark.parametrize(
    ("text", "country", "place_id"),
    [
        ("attack in Rengen", "KE", ""),
        ("attack in Rengen, Kotido", "KE", "ug-kotido-rengen"),
        ("attack in Rengen, Uganda", "KE", "ug-kotido-rengen"),
        ("attack in Kotido", "KE", "ug-kotido"),
    ],
)
def test_a_small_place_abroad_needs_a_word_for_it(
    small: Gazetteer, text: str, country: str, place_id: str
) -> None:
    found = place(text, small, country)
    assert (found.place_id if found else "") == place_id


def test_a_place_without_a_point_takes_that_of_its_unit(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text(HEAD + ROWS.replace("3.08,34.1,point,10", ",,,"), encoding="utf-8")
    found = read("attack in Rengen", Gazetteer.from_csv(path)).place
    assert found is not None
    assert (found.place_id, found.lat, found.lon, found.radius_km) == ("ug-kotido-rengen", 3.0, 34.1, 35.0)


def test_a_misspelt_name_abroad_is_no_place(small: Gazetteer) -> None:
    assert place("attack in kotidoo", small, "KE") is None


def test_a_word_in_small_letters_is_no_ward_where_names_have_capitals(small: Gazetteer) -> None:
    assert place("Yesterday Moses and Okello went rengen with Peter", small) is None
    assert place("yesterday they went rengen", small) is not None
