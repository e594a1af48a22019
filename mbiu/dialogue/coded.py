"""Reports by code: a leading code of the centre's table, counts behind it, free words after that.

``C4*3*40 near the market``, ``c4 3,40`` and ``C4/3/40`` say the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mbiu.dialogue.draft import Code

_LEADING = re.compile(r"\s*#?([^\W_]{1,8})([\s*#.,;:/+\-=]+|\Z)")
_COUNT = re.compile(r"(\d{1,6})(?=[\s*#.,;:/+\-=]|\Z)[\s*#.,;:/+\-=]*")
#: More of a kind than this is a typing error, not a count of people.
MOST = 100_000


@dataclass(frozen=True)
class Coded:
    """What a code said: the facts, how to echo it, and the words left."""

    told: dict[str, object]
    echo: str
    words: str


def read(text: str, codes: Mapping[str, Code]) -> Coded | None:
    """The coded report that ``text`` begins with, or None.

    A code of digits alone needs a mark behind it, or nothing: «2 people killed» is no code.
    """
    lead = _LEADING.match(text)
    if not lead or not codes:
        return None
    name, marks = lead[1].upper(), lead[2]
    code = codes.get(name)
    if code is None or (name.isdecimal() and marks and not marks.strip()):
        return None
    return _counted(name, code, text[lead.end() :])


def _counted(name: str, code: Code, rest: str) -> Coded:
    told: dict[str, object] = {"event_type": code.event_type.value}
    echo = [name]
    for fact in code.numbers:
        count = _COUNT.match(rest)
        if not count or int(count[1]) > MOST:
            break
        told[fact] = int(count[1])
        echo.append(count[1])
        rest = rest[count.end() :]
    return Coded(told, " ".join(echo), rest.strip())
