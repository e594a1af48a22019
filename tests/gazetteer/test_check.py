"""`mbiu gazetteer check`, `diff` and `find`, and which file they take."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from mbiu.cli import main
from mbiu.gazetteer import Gazetteer, best
from mbiu.gazetteer.check import check
from mbiu.gazetteer.compare import compare
from mbiu.gazetteer.shelf import BadFile, OldFile, Shelf
from mbiu.gazetteer.shelve import write
from mbiu.settings import settings

SEED = list(Gazetteer.seed())


def changed(place_id: str, **values: object) -> list:  # type: ignore[type-arg]  # the rows of the seed
    return [replace(one, **values) if one.place_id == place_id else one for one in SEED]  # type: ignore[arg-type]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation's folder without anything in it, on a machine where nothing was built."""
    monkeypatch.setenv("MBIU_HOME_DIR", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["gazetteer", *words])
    assert done.exit_code == code, done.output
    return done.output


def test_the_seed_is_without_fault() -> None:
    report = check(SEED)
    assert report.errors == 0
    assert report.counts["UG"]["2"] == 136
    assert report.sources == {"seed": len(SEED)}


def test_a_place_that_hangs_under_nothing_is_a_fault() -> None:
    assert check(changed("ug-kasese-bwera", parent_id="ug-gone")).orphans == ["ug-kasese-bwera"]


def test_parents_that_go_round_in_a_circle_are_a_fault() -> None:
    assert "ug-kasese" in check(changed("ug-kasese", parent_id="ug-kasese-bwera")).circles


def test_a_point_outside_the_country_is_a_fault() -> None:
    assert check(changed("ug-kasese-bwera", lat=-30.0)).outside == ["ug-kasese-bwera"]


def test_brothers_of_one_name_and_everyday_words_are_notes() -> None:
    report = check(changed("ug-kasese-karambi", name="Bwera"))
    assert report.twins == ["ug-kasese-karambi"]
    assert "ug-kasese-hima" in check(changed("ug-kasese-hima", name="Soko", match_policy="auto")).ordinary
    assert report.errors == 0


def test_units_without_a_point_of_their_own_are_counted() -> None:
    report = check(changed("ug-kasese-bwera", coord_precision="parent_adm2"))
    assert report.without_point == {"UG 3": 1}


def test_the_command_fails_on_faults_only(home: Path, tmp_path: Path) -> None:
    assert "UG: level 0 1, level 1 4, level 2 136" in run("check")
    write(tmp_path / "bad.sqlite", changed("ug-kasese-bwera", parent_id="ug-gone"))
    said = run("check", "--gazetteer", str(tmp_path / "bad.sqlite"), code=1)
    assert "hangs under nothing: ug-kasese-bwera" in said
    told = json.loads(run("check", "--json", "--gazetteer", str(tmp_path / "bad.sqlite"), code=1))
    assert (told["orphans"], told["errors"]) == (["ug-kasese-bwera"], 1)


def test_what_changed_is_told_by_kind() -> None:
    new = changed("ug-kasese-bwera", name="Bwera Mpya", lat=0.5, parent_id="ug-kabarole")
    changes = compare([*SEED[:-1]], [*new, replace(SEED[0], place_id="tz-new")])
    assert changes.added == sorted([SEED[-1].place_id, "tz-new"])
    assert changes.removed == []
    assert changes.renamed == {"ug-kasese-bwera": ("Bwera", "Bwera Mpya")}
    assert changes.rehung == {"ug-kasese-bwera": ("ug-kasese", "ug-kabarole")}
    assert changes.moved["ug-kasese-bwera"] == pytest.approx(51.1, abs=0.3)


def test_a_move_within_the_radius_is_none() -> None:
    assert compare(SEED, changed("ug-kasese-bwera", lat=0.05)).moved == {}


def test_diff_compares_with_the_best_file(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "old.sqlite", SEED[:-1])
    assert f"added: 1\n  {SEED[-1].place_id}" in run("diff", str(tmp_path / "old.sqlite"))
    told = json.loads(run("diff", "--json", str(tmp_path / "old.sqlite")))
    assert told["added"] == [SEED[-1].place_id]


def test_find_shows_the_chain_and_how_exact_the_point_is(home: Path) -> None:
    said = run("find", "Bwera")
    assert "ug-kasese-bwera\tUganda > Western > Kasese > Bwera\tSubcounty\t0.04 29.77 ±5 km (point)" in said


def test_the_installations_file_goes_before_the_built_one_and_that_before_the_seed(home: Path) -> None:
    assert best.best_file() is None
    assert best.gazetteer() is Gazetteer.seed()
    write(best.built_file(), SEED[:5])
    assert len(best.gazetteer()) == 5
    write(best.own_file(), SEED[:4])
    assert len(best.gazetteer()) == 4
    assert best.own_file().parent == home


def test_a_given_file_goes_before_all(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text((Path(best.__file__).parent / "data" / "seed_places.csv").read_text())
    write(best.own_file(), SEED[:4])
    assert len(best.gazetteer(table)) == len(SEED)


def test_a_file_that_is_no_gazetteer_is_told(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"SQLite format 3\x00 and then nothing")
    with pytest.raises(BadFile):
        best.gazetteer(path)
    assert "not a gazetteer" in run("find", "--gazetteer", str(path), "Bwera", code=1)


def test_a_table_without_its_columns_is_told(home: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("name,country\nX,TZ\n")
    assert "column" in run("find", "--gazetteer", str(tmp_path / "t.csv"), "X", code=1)


def test_a_file_of_an_older_version_is_written_anew(home: Path, tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "old.sqlite"
    edition = write(path, SEED)
    link = sqlite3.connect(path)
    link.execute("UPDATE meta SET value = '\"0-old\"' WHERE key = 'format'")
    link.execute("DELETE FROM upper_name")
    link.commit()
    link.close()
    with pytest.raises(OldFile):
        Shelf(path)
    places = best.gazetteer(path)
    assert (places.edition, len(places.named("bwera"))) == (edition, 1)


def test_the_order_of_the_places_does_not_change_the_edition(tmp_path: Path) -> None:
    assert write(tmp_path / "a.sqlite", SEED) == write(tmp_path / "b.sqlite", reversed(SEED))
    assert write(tmp_path / "c.sqlite", SEED[:-1]) != write(tmp_path / "d.sqlite", SEED)


def test_a_failed_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    write(path, SEED)
    before = path.read_bytes()
    with pytest.raises(Exception, match="UNIQUE"):
        write(path, [*SEED, SEED[3]])
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
