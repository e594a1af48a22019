"""What may stand in a table that the centre has written; a row that may not is named with its reason."""

import re
from collections.abc import Callable

from mbiu.codes import EventType, Severity, Urgency

Row = dict[str, str]
ACTOR_KINDS = (*("state_force", "armed_group", "community", "religious", "political", "livelihood", "role"),)
COUNT = re.compile(r"(killed|injured|displaced|abducted|livestock)>=(\d{1,7})")
LONGEST_TERM = 8
MOST_READINGS = 2_000
_FIGURES = re.compile(r"\d+")
_FLAG = re.compile(r"(type|primary|marker):[a-z_]+|moment:past|told:(now|past|ahead|today|old)")
_CODE = re.compile(r"[a-z]{2,3}")
_SCRIPT = re.compile(r"[0-9A-F]{4}-[0-9A-F]{4}")
_VALUES = {"severity": {*map(str, Severity)}, "urgency": {*map(str, Urgency)}}
_COUNTRIES = re.compile(r"([A-Z]{2}( [A-Z]{2})*)?")


def fault(name: str, rows: list[Row], models: list[Row], *, whole: bool) -> tuple[int, str] | None:
    """The first fault of a table as line and reason, or None.

    ``models`` are rows of the shipped table; ``whole`` says that this one is to stand in its place.
    """
    columns = {column for column in models[0] if column != "language"}
    if not rows:
        return 1, "no rows"
    check = _TABLES.get(name) or _words_of(models)
    if (
        whole
        and name == "types"
        and (gone := sorted({row["code"] for row in models} - {r.get("code") for r in rows}))
    ):
        return 1, f"no row for {gone[0]}"
    for line, row in enumerate(rows, start=2):
        if gone := sorted(columns - {"note"} - set(row)):
            return 1, f"no column {gone[0]}"
        if "" in row:
            return line, "more cells than the heading has"
        if reason := check(row):
            return line, reason
    return None


def _words_of(models: list[Row]) -> Callable[[Row], str]:
    """Codes must be of a shape that the shipped list knows: ``day -1`` is of the shape of ``day -2``."""
    shapes = {_FIGURES.sub("9", row["code"]) for row in models}

    def check(row: Row) -> str:
        if _FIGURES.sub("9", row["code"]) not in shapes:
            return f"unknown code {row['code']!r}"
        return _weight(row["weight"]) or _terms(row["terms"])

    return check


def _weight(value: str) -> str:
    return "" if not value or _is_number(value, 0, 100) else f"weight {value!r} is no number from 0 to 100"


def _is_number(value: str, low: float, high: float) -> bool:
    try:
        return low <= float(value) <= high
    except ValueError:
        return False


def _terms(terms: str) -> str:
    found = [term.split() for term in terms.split("|") if term.strip()]
    if not found:
        return "no terms"
    for words in found:
        readings = 1
        for word in words:
            readings *= sum(6 if one.endswith("~") else 1 for one in word.split("/"))
        shown = " ".join(words)
        if len(words) > LONGEST_TERM or readings > MOST_READINGS:
            return f"term {shown!r} is too long"
        if words[0] == ".." or words[-1] == ".." or any(_is_bare(one) for w in words for one in w.split("/")):
            return f"term {shown!r} would fit anything"
    return ""


def _is_bare(word: str) -> bool:
    return word != ".." and not any(character.isalnum() for character in word.strip("-*~"))


def _actor(row: Row) -> str:
    if not row["name"].strip():
        return "no name"
    if row["kind"] not in ACTOR_KINDS:
        return f"unknown kind {row['kind']!r}"
    if not _COUNTRIES.fullmatch(row["country"]):
        return f"country {row['country']!r} is not codes of two capital letters"
    return _terms(row["aliases"])


def _rule(row: Row) -> str:
    known = _VALUES.get(row["sets"])
    if known is None:
        return f"sets {row['sets']!r}, not severity or urgency"
    if row["value"] not in known:
        return f"unknown {row['sets']} {row['value']!r}"
    for condition in row["when"].split():
        flag = _FLAG.fullmatch(condition.removeprefix("!"))
        of_type = flag and flag[1] in ("type", "primary")
        if not (flag or COUNT.fullmatch(condition)) or (
            of_type and condition.partition(":")[2] not in set(EventType)
        ):
            return f"unknown condition {condition!r}"
    return "" if row["when"].strip() else "no condition"


def _type(row: Row) -> str:
    if row["code"] not in set(EventType):
        return f"unknown code {row['code']!r}"
    if not _is_number(row["bonus"], -10, 10):
        return f"bonus {row['bonus']!r} is no number from -10 to 10"
    return "" if row["violent"] in ("0", "1") else "violent is neither 0 nor 1"


def _language(row: Row) -> str:
    if not _CODE.fullmatch(row["code"]):
        return f"code {row['code']!r} is not two or three small letters"
    if not all(_CODE.fullmatch(model) for model in row["models"].split()):
        return f"models {row['models']!r} are not codes"
    if not _COUNTRIES.fullmatch(row["first_in"]):
        return f"first_in {row['first_in']!r} is not codes of two capital letters"
    return "" if not row["script"] or _SCRIPT.fullmatch(row["script"]) else f"script {row['script']!r}"


_TABLES: dict[str, Callable[[Row], str]] = {
    "actors": _actor,
    "severity": _rule,
    "types": _type,
    "languages": _language,
}
