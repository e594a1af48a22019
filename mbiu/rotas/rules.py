"""Which recurrences a rota may have: those of every day, week or month, without an end."""

import datetime as dt
from itertools import islice, pairwise

from mbiu.refusals import NotPossible
from mbiu.rotas.turns import parse

#: What a rule may say, and how often at most it recurs: a duty lasts an hour or more.
_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYHOUR", "BYMINUTE", "WKST"})
_EVERY = frozenset({"DAILY", "WEEKLY", "MONTHLY"})
SHORTEST = dt.timedelta(hours=1)
LONGEST = dt.timedelta(days=400)
INTERVAL = 52
_LOOKED_AT = 60


def parts(rule: str) -> dict[str, str]:
    """What a rule says: ``{"FREQ": "WEEKLY", "BYDAY": "MO"}``. Raises NotPossible for what is none."""
    pairs = [one.partition("=") for one in rule.strip().upper().removeprefix("RRULE:").split(";")]
    found = {name: value for name, _, value in pairs}
    if len(found) != len(pairs) or not all(found.values()):
        raise NotPossible("Write the rule as in FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0.")
    return found


def checked(rule: str, first: dt.datetime) -> str:
    """The rule as it is kept, for a rota whose first turn begins at ``first`` (local, without a zone).

    Raises NotPossible for a rule that ends, that nobody could live by, or that never comes.
    """
    said = parts(rule)
    if not said.keys() <= _PARTS or said.get("FREQ") not in _EVERY or not _comes(said):
        raise NotPossible("A rota recurs by days, weeks or months, and has no end.")
    kept = ";".join(f"{name}={value}" for name, value in said.items())
    try:
        moments = [first, *islice(parse(kept, first).xafter(first), _LOOKED_AT)]
    except (ValueError, TypeError, IndexError):
        raise NotPossible("Write the rule as in FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0.") from None
    if len(moments) == 1 or any(later - one > LONGEST for one, later in pairwise(moments)):
        raise NotPossible("By this rule nobody would ever hand over.")
    if any(later - one < SHORTEST for one, later in pairwise(moments[1:])):
        raise NotPossible("A duty lasts an hour or more.")
    return kept


def _comes(said: dict[str, str]) -> bool:
    """Whether the parts go together, so that looking for the next time does not take for ever."""
    every = said.get("INTERVAL", "1")
    if not (every.isascii() and every.isdigit() and len(every) < 3 and 1 <= int(every) <= INTERVAL):
        return False
    narrowed = {"BYDAY", "BYMONTHDAY"} & said.keys()
    if said["FREQ"] == "DAILY":
        return int(every) == 1 or not narrowed
    return said["FREQ"] == "MONTHLY" or "BYMONTHDAY" not in said
