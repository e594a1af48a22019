"""``mbiu analyse`` answers every line, in order, whatever the line holds."""

import json
from typing import Any

from click.testing import CliRunner

from mbiu.analysis.command import analyse

FIELDS = {
    *("id", "language", "language_confidence", "event_type", "event_confidence", "other_types", "drivers"),
    *("severity", "urgency", "place", "candidates", "when", "killed", "injured", "displaced", "abducted"),
    *("livestock", "actors", "risk_factors", "evidence", "missing"),
}
PLACE_FIELDS = {"name", "area_code", "country", "lat", "lon", "precision", "radius_km", "confidence"}


def run(*lines: bytes | dict[str, Any]) -> list[dict[str, Any]]:
    data = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    result = CliRunner().invoke(analyse, input=data, catch_exceptions=False)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_line_gives_a_reading_of_the_agreed_shape() -> None:
    answer = run(
        {
            "id": "r1",
            "text": "watu 3 wameuawa Kotido jana",
            "country": "UG",
            "sent_at": "2026-03-18T09:00:00Z",
        }
    )[0]
    assert set(answer) == FIELDS
    assert set(answer["place"]) >= PLACE_FIELDS
    assert answer["id"] == "r1"
    assert answer["killed"] == {"low": 3, "best": 3, "high": 3}
    assert set(answer["when"]) == {"from", "to", "precision"}
    assert answer["when"]["from"].startswith("2026-03-17")
    assert {"field", "value", "start", "end", "text", "why"} == set(answer["evidence"][0])


def test_what_the_text_does_not_say_is_null_and_missing() -> None:
    answer = run({"id": 7, "text": "we went to the field"})[0]
    assert answer["id"] == 7
    assert (answer["place"], answer["when"], answer["killed"]) == (None, None, None)
    assert answer["event_type"] == "unknown"
    assert set(answer["missing"]) == {"place", "event_type", "when"}


def test_a_bad_line_is_named_and_the_others_go_on() -> None:
    good = {"id": "ok", "text": "attack in Kotido"}
    answers = run(
        b"{not json",
        good,
        b"[" * 100_000,
        b"\xff\xfe\xfa",
        b"[1, 2]",
        {"text": "no id"},
        {"id": "a", "text": 5},
        {"id": "b", "text": "x", "country": "Uganda"},
        {"id": "c", "text": "x", "sent_at": "yesterday"},
        {"id": "d", "text": "x", "home": 4},
        b"",
        b'{"id": "e", "text": "x", "n": ' + b"9" * 5_000 + b"}",
        good,
    )
    assert [answer["id"] for answer in answers] == [
        None, "ok", None, None, None, None, "a", "b", "c", "d", None, "ok",
    ]  # fmt: skip
    errors = [answer["error"] for answer in answers if "error" in answer]
    assert [error.split(":")[0] for error in errors] == [
        *(
            "line 1",
            "line 3",
            "line 4",
            "line 5",
            "line 6",
            "line 7",
            "line 8",
            "line 9",
            "line 10",
            "line 12",
        )
    ]
    assert "country" in errors[6]
    assert answers[1]["event_type"] == answers[-1]["event_type"] == "attack"


def test_no_input_gives_no_output() -> None:
    assert run() == []


def test_strange_characters_come_back_as_json() -> None:
    text = "\x00 \ud800 😀 attack"
    answer = run({"id": "s", "text": text})[0]
    assert answer["event_type"] == "attack"
    assert all(text[item["start"] : item["end"]] == item["text"] for item in answer["evidence"])
