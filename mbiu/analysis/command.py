"""``mbiu analyse``: JSON lines in, one JSON line out for each, whatever the line holds."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mbiu.analysis import read, tables, warm
from mbiu.gazetteer import Gazetteer
from mbiu.gazetteer.option import FILE, opened
from mbiu.settings import settings


class BadLine(Exception):
    """A line that is no request; the message says what is wrong, ``id`` is what it calls itself."""

    def __init__(self, what: str, id: object = None) -> None:  # noqa: A002 - the name in the contract
        super().__init__(what)
        self.id = id


@click.command()
@click.option("--gazetteer", type=FILE, help="Places: a built file, or a table as CSV.")
def analyse(gazetteer: Path | None) -> None:
    """Read reports, JSON lines of id, text, country?, sent_at?, home?; write what they say."""
    tables.use(settings().tables)
    places = opened(gazetteer)
    warm()
    for answer in answers(sys.stdin.buffer, places):
        click.echo(json.dumps(answer))


@click.command("tables")
def check_tables() -> None:
    """Say which of the centre's own tables are in force, and what is wrong with the others."""
    tables.use(settings().tables)
    problems = tables.problems()
    for problem in problems:
        click.echo(f"{problem.file}, line {problem.row}: {problem.reason}; the shipped table stays in force")
    for name in sorted(set(tables.own()) - {problem.file for problem in problems}):
        click.echo(f"{name}: in force")
    if problems:
        sys.exit(1)


def answers(lines: Iterable[bytes], gazetteer: Gazetteer) -> Iterator[dict[str, Any]]:
    """A reading, or ``{"id", "error"}``, for every line that is not blank."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _answer(line, gazetteer)
        except BadLine as bad:
            yield {"id": bad.id, "error": f"line {number}: {bad}"}


def _answer(line: bytes, gazetteer: Gazetteer) -> dict[str, Any]:
    request = _request(line)
    name = request["id"]
    reading = read(
        _text(request, "text", name) or "",
        gazetteer,
        country=_country(request, name),
        home=_text(request, "home", name),
        sent_at=_sent_at(request, name),
    )
    return {**reading.to_json(), "id": name}


def _request(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except RecursionError:
        raise BadLine("JSON is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8 at byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        raise BadLine(f"not JSON at character {error.pos + 1} ({error.msg})") from None
    except ValueError:
        raise BadLine("not JSON (a number is too long)") from None
    if not isinstance(values, dict):
        raise BadLine("not a JSON object")
    name = values.get("id")
    if isinstance(name, bool) or not isinstance(name, str | int):
        raise BadLine("id must be a string or a whole number")
    if not isinstance(values.get("text"), str):
        raise BadLine("text must be a string", name)
    return values


def _text(request: dict[str, Any], field: str, name: object) -> str | None:
    value = request.get(field)
    if value is not None and not isinstance(value, str):
        raise BadLine(f"{field} must be a string", name)
    return value or None


def _country(request: dict[str, Any], name: object) -> str | None:
    value = _text(request, "country", name)
    if value is not None and not (len(value) == 2 and value.isascii() and value.isalpha()):
        raise BadLine("country must be a code of two letters", name)
    return value.upper() if value else None


def _sent_at(request: dict[str, Any], name: object) -> datetime | None:
    value = _text(request, "sent_at", name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise BadLine("sent_at must be a date and time in ISO 8601", name) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
