"""What a process knows of the centre's own texts and rules: looked up every few seconds, not each time."""

import threading
import time
from collections.abc import Mapping

from sqlalchemy.orm import Session

from mbiu import texts
from mbiu.codes import ContactRole
from mbiu.feedback import matrix, wordings
from mbiu.feedback.matrix import Cell, Event

#: Seconds after which a change made elsewhere is seen at the latest.
FRESH = 3.0


class _Current:
    """The rules as last seen, when, and in which database; the texts are kept by `texts.use`."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._looked_at = 0.0
        self._where: object = None
        self.rules: Mapping[Cell, bool] = {}

    def refresh(self, session: Session) -> None:
        if self._is_due(session) and self._looking.acquire(blocking=False):
            try:
                self._look(session)
            finally:
                self._looking.release()

    def _is_due(self, session: Session) -> bool:
        return session.bind is not self._where or time.monotonic() - self._looked_at >= FRESH

    def _look(self, session: Session) -> None:
        self.rules = matrix.rules(session)
        found = wordings.own(session).items()
        texts.use({(language, _key(key, audience)): text for (key, language, audience), text in found})
        self._where, self._looked_at = session.bind, time.monotonic()

    def forget(self) -> None:
        self._where = None


_current = _Current()


def refresh(session: Session) -> None:
    """Let `texts.say` and `told` follow the database; asks it only when `FRESH` seconds have passed.

    While one thread asks, the others go on with what is known.
    """
    _current.refresh(session)


def _key(key: str, audience: str) -> str:
    return f"{key}@{audience}" if audience else key


def forget() -> None:
    """Look again at the next occasion, because something was changed here."""
    _current.forget()


def told(event: Event, audience: ContactRole) -> bool:
    """Whether ``audience`` is told of ``event``, as this process knows it."""
    return _current.rules.get((event, audience), matrix.shipped((event, audience)))
