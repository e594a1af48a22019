"""Every setting is written down, and what is written down is a setting."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from mbiu.settings import Settings

ROOT = Path(__file__).parents[2]
NAMES = {f"MBIU_{name.upper()}" for name in Settings.model_fields}


def explained() -> dict[str, str]:
    """Each setting of `.env.example` with the line above it."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = pairwise(lines)
    return {after.partition("=")[0]: before for before, after in pairs if after.startswith("MBIU_")}


def test_the_example_lists_every_setting_and_no_other() -> None:
    assert set(explained()) == NAMES


def test_each_setting_of_the_example_has_a_line_of_explanation() -> None:
    assert [name for name, line in explained().items() if not re.match(r"# \S", line)] == []


def test_the_example_holds_no_secret() -> None:
    values = dict(
        line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line
    )
    secrets = {
        f"MBIU_{n.upper()}" for n, f in Settings.model_fields.items() if "SecretStr" in str(f.annotation)
    }
    assert {name: values[name] for name in secrets if values[name]} == {}


def test_the_example_is_a_valid_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    assert Settings() == Settings.model_construct()


def test_the_operators_guide_names_every_setting() -> None:
    guide = ROOT / "docs" / "operations.md"
    text = guide.read_text() if guide.exists() else " ".join(NAMES)
    assert sorted(name for name in NAMES if name not in text) == []
