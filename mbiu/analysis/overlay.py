"""What a centre lays over the tables without a file: words of its own, and shipped words switched off.

Where it comes from is no matter here; whoever knows hands it to `tables.lay_over` with a version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mbiu.analysis.checks import ACTOR_KINDS, fault
from mbiu.codes import Driver, EventType, Severity

Row = dict[str, str]
#: What a word may mean: the table where it counts and the codes that it may have there.
MEANINGS: Mapping[str, tuple[str, ...]] = {
    "events": tuple(one.value for one in EventType if one not in (EventType.UNKNOWN, EventType.NONE)),
    "severity": tuple(one.value for one in Severity if one is not Severity.UNKNOWN),
    "drivers": tuple(one.value for one in Driver),
    "actors": ACTOR_KINDS,
}
#: What stands beside a row of the centre, and in the evidence of a reading.
OWN = "the centre's own"
_LISTS = ("events", "drivers")
_MARKER = "house_{}"


class Term(NamedTuple):
    """One word or phrase of the centre, or one of the shipped that does not count here (``removes``).

    ``table`` and ``code`` are of `MEANINGS`. A name of a group (``actors``) is known by ``name`` in every
    language and has its kind as ``code``; ``terms`` are its spellings with ``|`` between them.
    """

    table: str
    language: str
    code: str
    terms: str
    name: str = ""
    removes: bool = False
    weight: str = "3"


@dataclass(frozen=True)
class Overlay:
    """All of a centre's words at one time; equal versions are the same words."""

    version: str = ""
    terms: tuple[Term, ...] = ()
    _gone: frozenset[tuple[str, str, str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        removed = (one for one in self.terms if one.removes)
        gone = frozenset((one.table, one.language, term) for one in removed for term in split(one.terms))
        object.__setattr__(self, "_gone", gone)

    def over(self, table: str, language: str, rows: Iterable[Row]) -> list[Row]:
        """The rows of a table with what is laid over it; rules of severity go before the shipped ones."""
        kept = [self._left(table, language, row) for row in rows]
        found = [row for row in kept if row]
        mine = [one for one in self.terms if not one.removes]
        if table == "severity":
            graves = dict.fromkeys(one.code for one in mine if one.table == "severity")
            return [_rule(code) for code in _worst_first(graves)] + found
        if table == "markers":
            return found + [
                _marker(one) for one in mine if one.table == "severity" and one.language == language
            ]
        if table == "actors":
            return found + [_actor(one) for one in mine if one.table == "actors"]
        alike = (one for one in mine if one.table == table and one.language == language)
        return found + [_word(one) for one in alike if table in _LISTS]

    def _left(self, table: str, language: str, row: Row) -> Row | None:
        """The row without the words that are switched off; None if nothing is left of it."""
        column = "aliases" if table == "actors" else "terms"
        if not self._gone or column not in row:
            return row
        wide = "" if table == "actors" else language
        terms = split(row[column])
        left = [term for term in terms if (table, wide, term) not in self._gone]
        if len(left) == len(terms):
            return row
        return {**row, column: "|".join(left)} if left else None


def split(terms: str) -> list[str]:
    """The terms of a cell: ``a | b`` is two."""
    return [" ".join(term.split()).lower() for term in terms.split("|") if term.strip()]


def wrong(term: Term) -> str:
    """Why a term may not be used, or nothing."""
    if term.code not in MEANINGS.get(term.table, ()):
        return "there is no such meaning"
    row, table = (_actor(term), "actors") if term.table == "actors" else (_word(term), "events")
    found = fault(table, [row], [row], whole=False)
    return found[1] if found else ""


def _word(one: Term) -> Row:
    return {"code": one.code, "weight": one.weight, "terms": one.terms, "note": OWN}


def _marker(one: Term) -> Row:
    return _word(one) | {"code": _MARKER.format(one.code), "weight": "1"}


def _rule(code: str) -> Row:
    note = f"a word that means {code} here"
    return {"sets": "severity", "value": code, "when": f"marker:{_MARKER.format(code)}", "note": note}


def _actor(one: Term) -> Row:
    return {"name": one.name, "kind": one.code, "country": "", "aliases": one.terms, "note": OWN}


def _worst_first(codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: -Severity(code).rank)
