"""The scripts of drills, as they stand in files."""

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Step:
    """What happens on the phone of ``who``, ``after`` so many seconds.

    With ``awaits`` they count from when a message of that kind (alert, question, reply) has reached the
    phone, or ``sent`` when an alert is on its way there; after ``at_most`` seconds it is left out.
    ``away`` takes the phone out of coverage for so many seconds; ``hurry`` shortens the alert's wait.
    """

    who: str
    after: int = 0
    awaits: str = ""
    at_most: int = 600
    text: str = ""
    pin: bool = False
    file: str = ""
    forwarded: bool = False
    member: int = 1
    away: int = 0
    hurry: bool = False

    @property
    def is_card(self) -> bool:
        """Whether a person can be asked to say this: words that wait for nothing but their time."""
        return bool(self.text) and not self.awaits


@dataclass(frozen=True)
class Script:
    """``goals`` are seconds by what is measured; after ``minutes`` the drill ends, done or not."""

    key: str
    name: str
    summary: str
    minutes: int
    step: tuple[Step, ...]
    goals: dict[str, int]
    places: tuple[str, ...] = field(default=("",))

    def cards(self) -> list[tuple[int, Step]]:
        """What people say in a live drill, by the number of the card it stands on."""
        return list(enumerate((step for step in self.step if step.is_card), start=1))

    def parts(self) -> list[str]:
        """Who has a card, in the order of the script."""
        return list(dict.fromkeys(step.who for _, step in self.cards()))


@lru_cache
def scripts() -> dict[str, Script]:
    """All that there are, by key, in order of their names."""
    found = [_script(path) for path in (Path(__file__).parent / "scripts").glob("*.toml")]
    return {one.key: one for one in sorted(found, key=lambda one: one.name)}


def _script(path: Path) -> Script:
    values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    values["step"] = tuple(Step(**step) for step in values["step"])
    values["places"] = tuple(values["places"])
    return Script(key=path.stem, **values)
