"""The gazetteer in the database and as the file that programs read: loaded, refined, exported."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import func, select

from mbiu.codes import AddressKind, ContactRole
from mbiu.contacts import enrol
from mbiu.db import transaction
from mbiu.gazetteer import Gazetteer, Place, store
from mbiu.gazetteer.shelve import write
from mbiu.models import Place as Row
from mbiu.models import PlaceEdition
from mbiu.settings import Settings

_ROWS = [
    Place("ug", "Uganda", (), "adm", 0, "Country", "UG", "", "UG", 1.3, 32.4, "centroid", 280.0),
    Place("ug-a", "Alpha", ("Alfa",), "adm", 1, "Region", "UG", "ug", "UG1", 2.0, 33.0, "seat", 50.0, 7),
    Place("ug-a-b", "Beta", (), "adm", 2, "District", "UG", "ug-a", "UG101", 2.1, 33.1, "seat", 9.0),
    Place("ug-v", "Gamma", (), "adm", 5, "Village", "UG", "ug-a-b", "", 2.1, 33.1, "parent_adm2", 9.0),
]
SMALL = [replace(row, source="seed") for row in _ROWS]


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> Iterator[None]:
    store.forget()
    yield
    store.forget()


def put(places: Iterable[Place]) -> int:
    with transaction() as session:
        return store.load(session, Gazetteer(places))


def ids() -> set[str]:
    with transaction() as session:
        return {one.place_id for one in store.read(session)}


def row(place_id: str) -> Row | None:
    with transaction() as session:
        return session.get(Row, place_id)


def now() -> Gazetteer:
    store.forget()
    with transaction() as session:
        return store.current(session)


def test_a_fresh_installation_holds_the_seed_and_reads_with_it() -> None:
    assert ids() == {one.place_id for one in Gazetteer.seed()}
    assert now() is Gazetteer.seed()


def test_loading_replaces_all_places_by_the_new_ones() -> None:
    put(SMALL)
    assert ids() == {one.place_id for one in SMALL}
    found = row("ug-v")
    assert found is not None
    assert found.path == "/ug/ug-a/ug-a-b/ug-v/"
    assert (found.level, found.pcode, found.coord_precision) == (5, None, "parent_adm2")


def test_loading_twice_changes_nothing() -> None:
    assert put(SMALL) > 0
    assert put(SMALL) == 0
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(PlaceEdition)) == 2


def test_what_comes_out_of_the_database_is_what_went_in() -> None:
    put(SMALL)
    with transaction() as session:
        assert Gazetteer(store.read(session)).edition == Gazetteer(SMALL).edition == store.loaded(session)


def test_a_place_that_changed_is_written_over() -> None:
    put(SMALL)
    changed = [*SMALL[:2], replace(SMALL[2], name="Betta", lat=2.2, aliases=("Beta",)), SMALL[3]]
    assert put(changed) == 1
    found = row("ug-a-b")
    assert found is not None
    assert (found.name, found.lat, found.aliases) == ("Betta", 2.2, ["Beta"])


def test_two_places_may_swap_their_pcodes() -> None:
    put(SMALL)
    put([SMALL[0], replace(SMALL[1], pcode="UG101"), replace(SMALL[2], pcode="UG1"), SMALL[3]])
    swapped = [row("ug-a"), row("ug-a-b")]
    assert [one.pcode for one in swapped if one] == ["UG101", "UG1"]


def test_a_place_that_is_somebodys_home_is_retired_and_comes_back() -> None:
    with transaction() as session:
        enrol(
            session,
            AddressKind.SMS,
            "+256772000101",
            channel="twilio",
            code="KWE-01",
            role=ContactRole.FOCAL_POINT,
            country="UG",
            language="en",
            home_place_id="ug-kween",
        )
    put(SMALL)
    found = row("ug-kween")
    assert found is not None
    assert (found.retired, found.match_policy) == (True, "never")
    assert "ug-kween" not in ids()
    assert row("ug-kasese") is None
    put(Gazetteer.seed())
    found = row("ug-kween")
    assert found is not None
    assert (found.retired, found.match_policy) == (False, "auto")


def test_a_process_takes_up_a_new_edition_when_it_asks_again() -> None:
    assert now().get("ug-a-b") is None
    put(SMALL)
    found = now()
    assert [one.place_id for one in found.named("alfa")] == ["ug-a"]
    assert len(found) == len(SMALL)


def test_the_installations_own_file_serves_if_it_is_of_the_edition(settings: Settings) -> None:
    put(SMALL)
    write(settings.home_dir / "gazetteer.sqlite", SMALL)
    assert len(now()) == len(SMALL)
    assert not (settings.home_dir / "gazetteer").exists()


def test_a_spoilt_copy_is_no_gazetteer(settings: Settings) -> None:
    put(SMALL)
    (settings.home_dir / "gazetteer.sqlite").write_bytes(b"SQLite format 3\x00 and then nothing")
    assert len(now()) == len(SMALL)


def test_two_processes_export_at_once_and_both_have_it(
    environment: dict[str, str], settings: Settings
) -> None:
    put(SMALL)
    argv = [sys.executable, "-m", "mbiu", "gazetteer", "export"]
    both: list[Any] = [
        subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    printed = {process.communicate()[0].strip() for process in both}
    assert [process.returncode for process in both] == [0, 0]
    (name,) = printed
    assert Gazetteer.open(Path(name)).edition == Gazetteer(SMALL).edition
    assert [path.name for path in (settings.home_dir / "gazetteer").iterdir()] == [Path(name).name]


def test_an_old_copy_goes_when_a_new_one_is_written(settings: Settings) -> None:
    put(SMALL)
    now()
    put(SMALL[:3])
    now()
    assert len(list((settings.home_dir / "gazetteer").iterdir())) == 1


def test_places_imported_elsewhere_outlast_a_start(environment: dict[str, str]) -> None:
    put([*SMALL[:3], replace(SMALL[3], source="cod-ab")])
    argv = [sys.executable, "-m", "mbiu", "gazetteer", "load"]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)
    assert "kept what the database holds from cod-ab" in done.stdout
    assert len(ids()) == len(SMALL)


def test_a_failed_loading_changes_nothing() -> None:
    before = ids()
    twice = [*SMALL, replace(SMALL[3], place_id="ug-w", pcode="UG101")]
    with pytest.raises(UniqueViolation, match="uq_place_pcode"):
        put(twice)
    assert ids() == before
