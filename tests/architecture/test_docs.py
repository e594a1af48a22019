"""What the texts point at is there: files, headings, pictures, commands, targets."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mbiu.cli import main

ROOT = Path(__file__).parents[2]
TEXTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^|[`/ ])mbiu (?!run\b|start\b)([a-z]+)(?: ([a-z]+))?", re.MULTILINE)
TARGET = re.compile(r"`make ([a-z-]+)`|^make ([a-z-]+)", re.MULTILINE)


def anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def code(text: str) -> str:
    """Everything set as code, one piece a line."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    rest = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`]+)`", rest)])


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in LINK.findall(path.read_text()):
        if link.startswith("http"):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


def test_every_command_that_is_named_exists() -> None:
    named = {found for path in TEXTS for found in COMMAND.findall(code(path.read_text()))}
    assert len(named) > 10
    for command, second in sorted(named):
        found = main.get_command(None, command)  # type: ignore[arg-type]  # the group needs no context
        assert found is not None, command
        if second and hasattr(found, "commands"):
            assert second in found.commands, f"{command} {second}"
    assert CliRunner().invoke(main, ["--help"]).exit_code == 0


def test_every_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {one or two for path in TEXTS for one, two in TARGET.findall(path.read_text())}
    assert {"run", "test"} <= named <= targets
