"""``mbiu evaluate`` at the command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mbiu.cli import main

SENT = "2026-03-18T09:00:00+00:00"
MESSAGES: list[dict[str, Any]] = [
    {
        "id": "raid",
        "text": "RAID KOTIDO 3 DEAD 50 COWS",
        "country": "UG",
        "sent_at": SENT,
        "expect": {
            "language": "en",
            "event_type": "cattle_raid",
            "drivers": ["cattle"],
            "place": {"name": "Kotido", "district": "Kotido", "country": "UG"},
            "killed": 3,
            "injured": None,
            "when": None,
        },
    },
    {
        "id": "greeting",
        "text": "Good morning, how are you?",
        "expect": {"event_type": "none", "place": None, "killed": None, "actors": []},
    },
    {
        "id": "wrong",
        "text": "Good evening to all of you",
        "expect": {"event_type": "attack", "place": {"name": "Bwera", "country": "UG"}, "killed": 2},
    },
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "messages.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in MESSAGES))
    return path


def evaluate(*words: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, words)])


def test_the_figures_are_printed_within_a_hundred_columns(file: Path) -> None:
    done = evaluate(file)
    assert done.exit_code == 0
    assert "3 messages" in done.output
    assert max(map(len, done.output.splitlines())) <= 100
    assert "Good evening" not in done.output


def test_json_holds_every_labelled_field(file: Path) -> None:
    fields = json.loads(evaluate(file, "--json").output)["fields"]
    assert set(fields) == {
        "language",
        "event_type",
        "drivers",
        "actors",
        "when",
        "place",
        "killed",
        "injured",
    }
    assert (fields["killed"]["exact"], fields["killed"]["missed"], fields["killed"]["n"]) == (0.5, 1, 3)
    assert fields["event_type"]["by_code"]["cattle_raid"]["f1"] == 1.0
    assert fields["event_type"]["confusion"]["attack"] == {"none": 1}
    assert (fields["place"]["district"], fields["place"]["invented"], fields["place"]["missed"]) == (
        1.0,
        0,
        1,
    )


def test_the_most_telling_figures_are_also_given_by_language(file: Path) -> None:
    found = json.loads(evaluate(file, "--json").output)["by_language"]
    assert {code: row["n"] for code, row in found.items()} == {"en": 1, "unknown": 2}
    assert (found["en"]["event_type.accuracy"], found["unknown"]["event_type.accuracy"]) == (1.0, 0.5)
    assert found["en"]["place.district"] == 1.0


def test_errors_name_id_field_and_text(file: Path) -> None:
    found = json.loads(evaluate(file, "--json", "--errors").output)["errors"]
    assert {(one["id"], one["field"]) for one in found} == {
        ("wrong", "event_type"), ("wrong", "place"), ("wrong", "killed"),
    }  # fmt: skip
    assert (
        "wrong  killed: expected [[2, 2, 2]], read None\n    Good evening"
        in evaluate(file, "--errors").output
    )


def test_a_bad_file_is_named_with_line_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(MESSAGES[0]) + '\n{"id": "x", "text": "y"}\n')
    done = evaluate(path)
    assert done.exit_code == 1
    assert f"{path}: line 2: expect must be an object" in done.output


@pytest.mark.parametrize(("name", "start"), [("plot.svg", b"<?xml"), ("plot.png", b"\x89PNG")])
def test_a_plot_is_drawn_on_request(file: Path, tmp_path: Path, name: str, start: bytes) -> None:
    assert evaluate(file, "--plot", tmp_path / name).exit_code == 0
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_plot_in_a_form_that_cannot_be_drawn_is_refused(file: Path, tmp_path: Path) -> None:
    done = evaluate(file, "--plot", tmp_path / "plot.cow")
    assert done.exit_code == 1
    assert "cow" in done.output


def test_without_matplotlib_the_figures_are_printed_and_the_plot_is_refused(
    file: Path, tmp_path: Path
) -> None:
    code = "import sys; sys.modules['matplotlib'] = None; from mbiu.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "evaluate", str(file), "--plot", str(tmp_path / "plot.svg")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "3 messages" in done.stdout
    assert done.stderr == "Error: a plot needs matplotlib: install mbiu[plot]\n"
