"""Severity and urgency by a table of rules that anybody can read; the first that fits decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from mbiu.analysis.checks import COUNT
from mbiu.analysis.tables import cached, rows


@dataclass(frozen=True)
class Facts:
    """What the rules may ask: flags such as ``type:attack`` and best counts by name."""

    flags: frozenset[str]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Rule:
    """``value`` for ``sets`` when all ``flags`` hold, none of ``unless`` does, and all counts are reached."""

    sets: str
    value: str
    flags: frozenset[str]
    unless: frozenset[str]
    counts: tuple[tuple[str, int], ...]
    note: str

    def fits(self, facts: Facts) -> bool:
        return (
            self.flags <= facts.flags
            and self.unless.isdisjoint(facts.flags)
            and all(facts.counts.get(name, 0) >= low for name, low in self.counts)
        )


@cached
def rules() -> tuple[Rule, ...]:
    """The table of rules, in order."""
    return tuple(_rule(row) for row in rows("severity"))


def _rule(row: Mapping[str, str]) -> Rule:
    conditions = row["when"].split()
    counted = [match for match in map(COUNT.fullmatch, conditions) if match]
    flags = [one for one in conditions if not COUNT.fullmatch(one)]
    return Rule(
        row["sets"],
        row["value"],
        frozenset(one for one in flags if not one.startswith("!")),
        frozenset(one[1:] for one in flags if one.startswith("!")),
        tuple((match[1], int(match[2])) for match in counted),
        row["note"],
    )


def decide(sets: str, facts: Facts) -> Rule | None:
    """The first rule that fits, or None."""
    return next((rule for rule in rules() if rule.sets == sets and rule.fits(facts)), None)
