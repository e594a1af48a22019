"""Severity and urgency by a table of rules that anybody can read; the first that fits decides."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mbiu.analysis.tables import cached, rows

_COUNT = re.compile(r"(killed|injured|displaced|abducted|livestock)>=(\d+)")


@dataclass(frozen=True)
class Facts:
    """What the rules may ask: flags such as ``type:attack`` and best counts by name."""

    flags: frozenset[str]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Rule:
    """``value`` for ``sets`` when all flags hold and all counts are reached."""

    sets: str
    value: str
    flags: frozenset[str]
    counts: tuple[tuple[str, int], ...]
    note: str

    def fits(self, facts: Facts) -> bool:
        return self.flags <= facts.flags and all(facts.counts.get(n, 0) >= low for n, low in self.counts)


@cached
def rules() -> tuple[Rule, ...]:
    """The table of rules, in order."""
    return tuple(_rule(row) for row in rows("severity"))


def _rule(row: Mapping[str, str]) -> Rule:
    conditions = row["when"].split()
    counted = [match for match in map(_COUNT.fullmatch, conditions) if match]
    flags = frozenset(one for one in conditions if not _COUNT.fullmatch(one))
    return Rule(row["sets"], row["value"], flags, tuple((m[1], int(m[2])) for m in counted), row["note"])


def decide(sets: str, facts: Facts) -> tuple[str, str]:
    """The value of the first fitting rule and its note; ``unknown`` where none fits."""
    for rule in rules():
        if rule.sets == sets and rule.fits(facts):
            return rule.value, rule.note
    return "unknown", ""
