"""Labelled messages are read from JSON lines; a bad line is named."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from mbiu.evaluation.labelled import BadLabel, labelled, read_files

TEXT = "They burned four huts in Bwera on Monday"


def message(**expect: Any) -> dict[str, Any]:
    return {"id": "a", "text": TEXT, "expect": expect}


def test_every_kind_of_label_becomes_a_value_to_compare_with() -> None:
    one = labelled(
        message(
            language=["en", "sw"],
            event_type="destruction",
            severity=None,
            drivers=["land"],
            risk_factors=[1, 7],
            place={"name": "Bwera", "district": "Kasese", "country": "UG"},
            killed=None,
            injured=[2, {"low": 3, "best": 4, "high": 5}],
            when={"from": "2026-03-16", "to": "2026-03-17"},
            actors=[{"name": "police", "side": "target"}, {"name": "youths"}],
        )
        | {"country": "UG", "sent_at": "2026-03-18T09:00:00"}
    )
    assert one.expect == {
        "language": ("en", "sw"),
        "event_type": ("destruction",),
        "severity": ("unknown",),
        "drivers": frozenset({"land"}),
        "risk_factors": frozenset({"1", "7"}),
        "place": {"name": "Bwera", "district": "Kasese", "country": "UG"},
        "killed": None,
        "injured": ((2, 2, 2), (3, 4, 5)),
        "when": (dt.date(2026, 3, 16), dt.date(2026, 3, 17)),
        "actors": (("police", "target"), ("youths", None)),
    }
    assert one.sent_at == dt.datetime(2026, 3, 18, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ("[]", "not a JSON object"),
        ("{", "not JSON"),
        ('{"text": "x", "expect": {}}', "id must be a string"),
        ('{"id": "a", "expect": {}}', "text must be a string"),
        ('{"id": "a", "text": "x"}', "expect must be an object"),
        ('{"id": "a", "text": "x", "expect": {"typ": 1}}', "no such field: typ"),
        ('{"id": "a", "text": "x", "expect": {}, "sent_at": "soon"}', "sent_at"),
        ('{"id": "a", "text": "x", "expect": {}, "country": 7}', "country"),
    ]
    + [
        (json.dumps(message(**{field: value})), f"{field} cannot be")
        for field, value in (
            ("event_type", 7),
            ("event_type", [""]),
            ("drivers", "land"),
            ("killed", -1),
            ("killed", "3"),
            ("killed", True),
            ("killed", {"low": 3, "best": 2, "high": 5}),
            ("killed", {"best": 2}),
            ("place", {}),
            ("place", {"village": "Bwera"}),
            ("place", {"name": 3}),
            ("when", "2026-03-16"),
            ("when", {"from": "2026-03-17", "to": "2026-03-16"}),
            ("actors", ["police"]),
            ("actors", [{"name": "police", "side": "victim"}]),
        )
    ],
)
def test_a_bad_line_is_named_with_its_reason(tmp_path: Path, values: str, reason: str) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text(json.dumps(message()) + "\n\n" + values.replace('"a"', '"b"') + "\n")
    with pytest.raises(BadLabel, match=reason) as bad:
        read_files([file])
    assert (bad.value.file, bad.value.line) == (file, 3)


def test_an_id_is_used_once_over_all_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(json.dumps(message()))
    with pytest.raises(BadLabel, match="used before"):
        read_files([tmp_path / "one", tmp_path / "two"])
