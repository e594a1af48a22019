"""Distances and directions in six languages, and the points that they lead to."""

import pytest

from mbiu.analysis import read
from mbiu.analysis.distances import Distance, direction, distances, measuring, moved
from mbiu.analysis.scan import scan
from mbiu.gazetteer import Gazetteer
from mbiu.gazetteer.lookup import distance_km

SEED = Gazetteer.seed()


def only(text: str) -> Distance:
    (found,) = distances(scan(text))
    return found


@pytest.mark.parametrize(
    ("text", "km", "bearing"),
    [
        ("attack 5 km north of Lodwar", 5, 0),
        ("10kms from Kotido", 10, None),
        ("3.5km NE of Bor", 3.5, 45),
        ("about 5-10 km away from Abim", 7.5, None),
        ("twenty five kilometres to the south west of Bor", 25, 225),
        ("half a kilometre from Moroto", 0.5, None),
        ("a few km from Bor", 3, None),
        ("15 miles east of Bor", 24.1, 90),
        ("200 metres from the bridge", 0.2, None),
        ("km 5 kaskazini mwa Lodwar", 5, 0),
        ("kilomita kumi kutoka Kilosa", 10, None),
        ("kilomita kama tano hivi kutoka Molo", 5, None),
        ("kilomita ishirini na tano magharibi mwa Molo", 25, 270),
        ("watu 3 km 5 kutoka Isiolo", 5, None),
        ("mita 300 kutoka soko la Molo", 0.3, None),
        ("à 15 km au nord de Goma", 15, 0),
        ("dix kilometres au sud de Beni", 10, 180),
        ("٥ كم شمال بور", 5, 0),
        ("على بعد 20 كيلومترا شمال غرب جوبا", 20, 315),
        ("mairo bbiri okuva e Kotido", 3.2, None),
    ],
)
def test_a_distance_is_read(text: str, km: float, bearing: float | None) -> None:
    found = only(text)
    assert (found.km, found.bearing) == (pytest.approx(km, abs=0.1), bearing)


@pytest.mark.parametrize(
    "text", ["5m shillings lost", "killed 5 north of here", "m 5", "900 km away", "kilometres"]
)
def test_what_is_no_distance_is_left(text: str) -> None:
    assert distances(scan(text)) == []


def test_a_distance_tells_which_words_count_nothing() -> None:
    text = scan("3 dead 5 km north of Lodwar")
    assert [text.tokens[index].folded for index in sorted(measuring(text))] == ["5", "km", "north", "of"]


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("attack 5 km north of Lodwar", "KE"),
        ("shambulio km 5 kaskazini mwa Lodwar", "KE"),
        ("in Lodwar, 5km north, raiders seen", "KE"),
    ],
)
def test_a_point_is_moved_from_its_landmark(text: str, country: str) -> None:
    lodwar, found = SEED.get("ke-turkana-lodwar"), read(text, SEED, country=country).place
    assert found is not None
    assert lodwar is not None
    assert (found.place_id, found.precision) == ("ke-turkana-lodwar", "near")
    assert found.lat == pytest.approx((lodwar.lat or 0) + 5 / 111.2, abs=1e-3)
    assert found.radius_km < 6


def test_a_distance_without_a_direction_is_a_ring() -> None:
    found = read("raiders camp 12 km from Kotido", SEED, country="UG").place
    assert found is not None
    assert (found.place_id, found.precision) == ("ug-kotido", "near")
    assert found.radius_km >= 12


def test_a_distance_towards_a_place_goes_that_way() -> None:
    kotido, abim = SEED.get("ug-kotido"), SEED.get("ug-abim")
    found = read("ambush 10kms from Kotido towards Abim", SEED, country="UG").place
    assert kotido is not None
    assert abim is not None
    assert found is not None
    assert found.place_id == "ug-kotido"
    before = distance_km(kotido.lat or 0, kotido.lon or 0, abim.lat or 0, abim.lon or 0)
    after = distance_km(found.lat or 0, found.lon or 0, abim.lat or 0, abim.lon or 0)
    assert before - after == pytest.approx(10, abs=0.5)


@pytest.mark.parametrize(
    "text", ["fighting half way between Lodwar and Kakuma", "ambush on the Lodwar-Kakuma road"]
)
def test_between_two_places_is_half_way(text: str) -> None:
    found = read(text, SEED, country="KE").place
    lodwar, kakuma = SEED.named("lodwar")[0], SEED.named("kakuma")[0]
    assert found is not None
    assert found.precision == "near"
    assert found.lat == pytest.approx(((lodwar.lat or 0) + (kakuma.lat or 0)) / 2, abs=1e-3)
    assert {"ke-turkana-lodwar", kakuma.place_id} <= {
        found.place_id,
        *(one.place_id for one in read(text, SEED).candidates),
    }


@pytest.mark.parametrize("bearing", [0, 45, 90, 135, 180, 225, 270, 315])
def test_moving_and_measuring_agree(bearing: float) -> None:
    lat, lon = moved(3.0, 34.0, 20, bearing)
    assert distance_km(3.0, 34.0, lat, lon) == pytest.approx(20, abs=0.2)
    assert direction(3.0, 34.0, lat, lon) == pytest.approx(bearing, abs=1)
