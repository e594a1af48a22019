"""A centre's own tables go over the shipped ones; a bad one changes nothing and is named."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mbiu.analysis import read, tables
from mbiu.analysis.command import check_tables
from mbiu.gazetteer import Gazetteer
from mbiu.settings import settings

EVENTS = "code,weight,terms,note\n"
SEVERITY = "sets,value,when,note\n"
ACTORS = "name,kind,country,aliases,note\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    tables.use(tmp_path)
    yield tmp_path
    tables.use(None)


def put(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(0, hash(text) % 10**15))


def kind(text: str) -> str:
    return read(text, Gazetteer.seed()).event_type


def test_a_list_with_more_adds_to_the_shipped_one(folder: Path) -> None:
    assert kind("walimpurura jana Kotido") == "unknown"
    put(folder, "sw/events.more.csv", EVENTS + "attack,3,-mpurura,a local word\n")
    assert tables.refresh()
    assert kind("walimpurura jana Kotido") == "attack"
    assert kind("walishambuliwa jana Kotido") == "attack"


def test_a_list_of_the_same_name_stands_in_place_of_the_shipped_one(folder: Path) -> None:
    put(folder, "en/drivers.csv", EVENTS + "land,2,beacon*,\n")
    tables.refresh()
    reading = read("They attacked over a beacon near the gold mine", Gazetteer.seed())
    assert reading.drivers == ("land",)


def test_what_is_taken_away_is_as_it_was(folder: Path) -> None:
    put(folder, "en/events.more.csv", EVENTS + "attack,3,zigzagged,\n")
    tables.refresh()
    assert kind("they zigzagged us") == "attack"
    (folder / "en/events.more.csv").unlink()
    assert tables.refresh()
    assert not tables.refresh()
    assert kind("they zigzagged us") == "unknown"


def test_a_rule_of_the_centre_is_asked_first(folder: Path) -> None:
    text = "Cows were stolen in Kotido"
    assert read(text, Gazetteer.seed()).severity == "moderate"
    put(folder, "severity.more.csv", SEVERITY + "severity,extreme,primary:cattle_raid,here every raid\n")
    tables.refresh()
    reading = read(text, Gazetteer.seed())
    assert reading.severity == "extreme"
    assert any("here every raid" in item.why for item in reading.evidence)


def test_a_centre_names_its_own_groups(folder: Path) -> None:
    put(folder, "actors.more.csv", ACTORS + "Hill Watch,armed_group,UG,hill watch|hillwatch,a local group\n")
    tables.refresh()
    reading = read("Hillwatch attacked Kaabong", Gazetteer.seed())
    assert [(one.name, one.side) for one in reading.actors] == [("Hill Watch", "attacker")]


@pytest.mark.parametrize(
    ("name", "text", "row", "reason"),
    [
        ("en/events.csv", EVENTS + "attack,3,bash~,\nbatle,3,bosh~,\n", 3, "unknown code 'batle'"),
        ("en/events.csv", EVENTS + "attack,heavy,bash~,\n", 2, "weight 'heavy' is no number"),
        ("en/events.csv", EVENTS + "attack,3,*,\n", 2, "would fit anything"),
        ("en/events.csv", EVENTS + "attack,3,,\n", 2, "no terms"),
        ("en/events.csv", EVENTS + "attack,3,a,b,c\n", 2, "more cells"),
        ("en/events.csv", "code,terms,note\nattack,bash,\n", 1, "no column weight"),
        ("en/events.csv", EVENTS, 1, "no rows"),
        ("sw/moments.csv", EVENTS + "someday,,keshokutwa,\n", 2, "unknown code 'someday'"),
        ("severity.csv", SEVERITY + "severity,awful,killed>=1,\n", 2, "unknown severity 'awful'"),
        ("severity.csv", SEVERITY + "severity,severe,killed>1,\n", 2, "unknown condition 'killed>1'"),
        ("severity.csv", SEVERITY + "severity,severe,,\n", 2, "no condition"),
        ("actors.csv", ACTORS + "Group,gang,UG,group,\n", 2, "unknown kind 'gang'"),
        ("actors.csv", ACTORS + "Group,role,Uganda,group,\n", 2, "country 'Uganda'"),
        ("types.csv", "code,bonus,violent,note\nattack,1,1,\n", 1, "no row for"),
        ("en/evnets.csv", EVENTS + "attack,3,bash,\n", 1, "no table has this name"),
    ],
)
def test_a_bad_file_is_named_and_the_shipped_one_stays(
    folder: Path, name: str, text: str, row: int, reason: str
) -> None:
    table = name.partition("/")[2].removesuffix(".csv") or name.removesuffix(".csv")
    shipped = list(tables.rows(table)) if table in tables.OPEN else []
    put(folder, name, text)
    tables.refresh()
    found = tables.problems()
    assert [(one.file, one.row) for one in found] == [(name, row)]
    assert reason in found[0].reason
    assert shipped == (list(tables.rows(table)) if table in tables.OPEN else [])


def test_a_file_that_is_no_text_is_left_out(folder: Path) -> None:
    (folder / "actors.csv").write_bytes(b"\xff\xfe\x00\x80")
    tables.refresh()
    assert [one.file for one in tables.problems()] == ["actors.csv"]
    assert read("police attacked us", Gazetteer.seed()).actors


def test_the_command_says_what_is_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "en/events.more.csv", EVENTS + "attack,3,bosh~,\n")
    put(tmp_path, "actors.more.csv", ACTORS + "Group,gang,UG,group,\n")
    monkeypatch.setenv("MBIU_TABLES_DIR", str(tmp_path))
    settings.cache_clear()
    try:
        result = CliRunner().invoke(check_tables)
    finally:
        settings.cache_clear()
        tables.use(None)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "actors.more.csv, line 2: unknown kind 'gang'; the shipped table stays in force",
        "en/events.more.csv: in force",
    ]
