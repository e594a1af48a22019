"""At which moment of its work the worker is killed, which of its processes, and how the moment is hit.

A gate is a trigger that waits for an advisory lock: while the test holds the lock, whoever comes to that
statement stands still in the middle of a transaction. At the provider, a call is held by its double.
"""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle, islice
from typing import LiteralString, Self

import psutil
import psycopg

from tests.doubles.hooks import HookDouble
from tests.faults.conftest import House

SPACE = 4711
HELD, SILENCE, MANY = 60.0, b"", 50


class Moment(StrEnum):
    """What was just being done."""

    STEP = "step"
    CLAIM = "claim"
    CALL = "call"
    ANSWER = "answer"
    RECORD = "record"
    PROOF = "proof"
    SIGN = "sign of life"
    CHANCE = "chance"


#: The provider has the text, and the house does not know it.
LOSES_THE_ANSWER = {Moment.ANSWER, Moment.RECORD}
#: Nobody has a text in hand.
UNTAKEN = {Moment.STEP, Moment.CLAIM}


class Victim(StrEnum):
    """Who is killed."""

    CHILDREN = "the worker's processes"
    MAIN = "the worker's main process"
    WORKER = "the whole worker"
    BEAT = "the beat"
    ALL = "worker and beat"


#: Where each gate stands: table, statement, and the rows that it holds.
_GATES = {
    Moment.STEP: ("step_taken", "INSERT", "NEW.step = 2"),
    Moment.CLAIM: ("delivery", "UPDATE", "NEW.attempts > OLD.attempts"),
    Moment.RECORD: ("delivery", "UPDATE", "NEW.state = 'sent' AND OLD.state <> 'sent'"),
    Moment.PROOF: ("escalation_check", "INSERT", "true"),
}
_FUNCTION = f"""
    CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared({SPACE}, TG_ARGV[0]::int); RETURN NEW; END $$
"""
_SENDING = "SELECT count(*) FROM delivery WHERE state = 'sending'"
_WAITING = f"""
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = {SPACE} AND NOT granted
"""


@dataclass(frozen=True)
class Blow:
    """One kill: who, at which moment, and how many seconds after it began."""

    moment: Moment
    victim: Victim
    after: float = 0.0


#: Each moment and each victim once.
FEW = (
    Blow(Moment.STEP, Victim.WORKER),
    Blow(Moment.CLAIM, Victim.CHILDREN),
    Blow(Moment.CALL, Victim.ALL),
    Blow(Moment.ANSWER, Victim.CHILDREN),
    Blow(Moment.RECORD, Victim.WORKER),
    Blow(Moment.PROOF, Victim.CHILDREN),
    Blow(Moment.SIGN, Victim.MAIN),
    Blow(Moment.CHANCE, Victim.BEAT, 0.1),
)


def blows(number: int, seed: int = 7) -> list[Blow]:
    """The few, and as many more as are wanted: every moment with every victim, in turn."""
    chance = random.Random(seed)
    moments = [*Moment, *[Moment.CHANCE] * 3]
    pairs = [(moment, victim) for victim in Victim for moment in moments if _meet(moment, victim)]
    chance.shuffle(pairs)
    more = (Blow(moment, victim, _offset(chance, moment)) for moment, victim in cycle(pairs))
    return [*FEW, *islice(more, max(0, number - len(FEW)))]


def _offset(chance: random.Random, moment: Moment) -> float:
    return chance.uniform(0.0, 0.6 if moment is Moment.CHANCE else 0.03)


def _meet(moment: Moment, victim: Victim) -> bool:
    """The beat does none of the worker's work."""
    return victim is not Victim.BEAT or moment is Moment.CHANCE


class Hand:
    """Holds the house at a moment, kills, and starts again what was killed, as a service manager does."""

    def __init__(self, house: House, watcher: HookDouble) -> None:
        self._house, self._watcher, self._provider = house, watcher, house.doubles.twilio
        self._link = psycopg.connect(house.postgres.url("postgres", house.database), autocommit=True)
        self._link.execute(_FUNCTION)
        for at, (table, statement, rows) in enumerate(_GATES.values()):
            self._link.execute(
                f"CREATE TRIGGER gate_{at} BEFORE {statement} ON {table} FOR EACH ROW"  # type: ignore[arg-type]
                f" WHEN ({rows}) EXECUTE FUNCTION gate({at})"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()

    @contextmanager
    def held(self, moment: Moment, texts: int) -> Iterator[Callable[[], bool]]:
        """Whoever comes to that moment stays in it as long as this lasts; tells whether somebody has.

        ``texts`` is how many the provider is going to be asked to take.
        """
        taken, signs = len(self._provider.sent), len(self._watcher.calls)
        enough = texts if moment is Moment.RECORD else 1
        reached: dict[Moment, Callable[[], bool]] = {
            Moment.CALL: lambda: self._count(_SENDING) >= texts,
            Moment.ANSWER: lambda: len(self._provider.sent) >= taken + texts,
            Moment.SIGN: lambda: len(self._watcher.calls) > signs,
            Moment.CHANCE: lambda: True,
        }
        self._hold(moment, texts)
        yield reached.get(moment, lambda: self._count(_WAITING) >= enough)
        self._provider.heal()
        self._link.execute("SELECT pg_advisory_unlock_all()")

    def _hold(self, moment: Moment, texts: int) -> None:
        if moment in _GATES:
            self._link.execute("SELECT pg_advisory_lock(%s, %s)", [SPACE, list(_GATES).index(moment)])
        elif moment is Moment.SIGN:
            self._watcher.answers.append(SILENCE)
        elif moment is not Moment.CHANCE:
            # On a slow machine a lease may end meanwhile: whoever calls then is held before the call too.
            again = 0 if moment is Moment.ANSWER else MANY
            self._provider.fail_next(texts + again, hang=HELD, after=moment is Moment.ANSWER)

    def _count(self, query: LiteralString) -> int:
        row = self._link.execute(query).fetchone()
        return int(row[0]) if row else 0

    def kill(self, victim: Victim) -> None:
        """With SIGKILL. What a main process leaves behind must end by itself."""
        worker, beat = self._house.children["worker"], self._house.children["beat"]
        theirs = psutil.Process(worker.pid).children(recursive=True)
        if victim is Victim.CHILDREN:
            for one in theirs:
                one.kill()
        if victim is Victim.MAIN:
            os.kill(worker.pid, signal.SIGKILL)
            _, left = psutil.wait_procs(theirs, timeout=10)
            assert not left, "processes of a dead worker live on"
        if victim in (Victim.WORKER, Victim.ALL):
            worker.kill()
        if victim in (Victim.BEAT, Victim.ALL):
            beat.kill()

    def restart(self) -> None:
        """What is not there any more."""
        for name in self._house.ended():
            self._house.start(name)
