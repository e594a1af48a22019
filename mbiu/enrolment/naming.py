"""Code names: the next free one of an area, and whom a code name means however it is typed."""

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mbiu.models import Contact, Place
from mbiu.vault import blind_digest

#: Country, region, district: nearer than that a code name does not tell where somebody lives.
_DEPTH = 3
_LETTERS, _LONGEST = 3, 20


class Namer:
    """Gives out code names like ``KAS-07``; two at work at the same time give no name twice."""

    def __init__(self, session: Session) -> None:
        self._session, self._last = session, dict[str, int]()

    def next(self, path: str) -> str:
        """The next name for somebody at home in the area ``path``."""
        prefix = self._prefix(path)
        if prefix not in self._last:
            self._last[prefix] = self._highest(prefix)
        self._last[prefix] += 1
        return f"{prefix}-{self._last[prefix]:02}"

    def _prefix(self, path: str) -> str:
        ids = [part for part in path.split("/") if part][:_DEPTH]
        if len(ids) < 2:
            return (ids[0] if ids else "any").upper()[:_LETTERS]
        name = self._session.scalar(select(Place.name).where(Place.id == ids[-1])) or ids[-1]
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        letters = re.sub(r"[^A-Z]", "", plain.upper())[:_LETTERS]
        return letters if len(letters) == _LETTERS else ids[0].upper()

    def _highest(self, prefix: str) -> int:
        lock = int.from_bytes(blind_digest("code", prefix)[:8], signed=True)
        self._session.execute(select(func.pg_advisory_xact_lock(lock)))
        taken = self._session.scalars(select(Contact.code).where(Contact.code.like(f"{prefix}-%")))
        numbers = (re.fullmatch(rf"{prefix}-(\d{{1,6}})", code) for code in taken)
        return max((int(found[1]) for found in numbers if found), default=0)


def called(typed: str) -> Select[Contact]:
    """Whom ``#kas 07`` means: the code name with its dash anywhere, or without one."""
    return select(Contact).where(Contact.code.in_(_ways(typed))).order_by(Contact.code)


def _ways(typed: str) -> Sequence[str]:
    bare = "".join(letter for letter in typed.upper() if letter.isascii() and letter.isalnum())[:_LONGEST]
    return [bare, *(f"{bare[:at]}-{bare[at:]}" for at in range(1, len(bare)))]
