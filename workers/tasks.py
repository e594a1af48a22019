"""One function a job. A task takes no argument: it asks the database what is due, in batches.

A task ends well within the broker's visibility time-out; if more is due then, it rings again.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mbiu import (
    audit,
    delivery,
    digests,
    emergency,
    erasing,
    escalation,
    figures,
    ledger,
    retention,
    rotas,
    warnings,
)
from mbiu import triage as reading
from mbiu.analysis import tables
from mbiu.db import is_away, transaction
from mbiu.escalation import auditor, heartbeat
from mbiu.gateways import watch
from mbiu.gazetteer import store
from mbiu.house import bringing
from mbiu.jobs import Job, ring_later, ring_now
from mbiu.learning import keep
from mbiu.models import utcnow
from workers import housekeeping as chores
from workers import school
from workers.app import app

log = logging.getLogger(__name__)

#: Half of the visibility time-out: a task that ran longer could be handed out twice.
AT_MOST = 30.0
#: Seconds to the next look at chats where a message has to wait for the one before it.
PACE = 1.0


#: Seconds between two looks of a task for alerts whose step is due, which it makes way for.
MAKE_WAY = 0.5
#: Seconds to the next look at an alert that is due, but in somebody's hands just now.
SOON = 0.5


@contextmanager
def _put_off(job: Job) -> Iterator[None]:
    """A job that finds the database away is done at a later ring."""
    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("job.put_off", extra={"job": job.value, "why": "database away"})


def _drain(job: Job, step: Callable[[], int]) -> int:
    """Repeat ``step`` until nothing is due or time is up; how many rows were done.

    Alerts whose step is due come first, whatever the job is.
    """
    started, done, looked = time.monotonic(), 0, -MAKE_WAY
    with _put_off(job):
        while True:
            if time.monotonic() - looked > MAKE_WAY:
                _climb_all()
                looked = time.monotonic()
            if not (count := step()):
                break
            done += count
            if time.monotonic() - started > AT_MOST:
                ring_now(job)
                break
    return done


def climb() -> int:
    """Take some steps that are due; of how many alerts."""
    with transaction() as session:
        return escalation.take_due(session)


def _climb_all() -> None:
    until = time.monotonic() + AT_MOST / 2
    while climb() and time.monotonic() < until:
        pass


@app.task(name="mbiu.triage")
def triage() -> None:
    """Read and join what came in, by the word lists as they are now."""
    tables.refresh()

    def step() -> int:
        with transaction() as session:
            return reading.triage(session, store.current(session), classifier=keep.current(session))

    _drain(Job.TRIAGE, step)


@app.task(name="mbiu.delivery")
def deliver() -> None:
    """Send what is due; what has to wait for its turn in a chat comes with another ring."""

    def step() -> int:
        count = delivery.deliver()
        if not count and delivery.is_held():
            ring_later(Job.DELIVERY, PACE)
        return count

    _drain(Job.DELIVERY, step)


@app.task(name="mbiu.gateways")
def watch_gateways() -> None:
    """See how the SMS gateways are."""
    with _put_off(Job.GATEWAYS), transaction() as session:
        watch.look(session)


@app.task(name="mbiu.escalation")
def escalate() -> None:
    """Tell the next people where nobody answered in time, and mediators where no second person came."""

    def warn() -> int:
        with transaction() as session:
            return emergency.warn_due(session)

    _drain(Job.ESCALATION, climb)
    _drain(Job.ESCALATION, warn)
    with _put_off(Job.ESCALATION), transaction() as session:
        next_due = escalation.next_due(session)
    if next_due:
        ring_later(Job.ESCALATION, max((next_due - utcnow()).total_seconds(), SOON))


@app.task(name="mbiu.auditor")
def audit_alerts() -> None:
    """Prove that every open alert has a future step."""
    with _put_off(Job.AUDITOR), transaction() as session:
        auditor.look(session)


@app.task(name="mbiu.heartbeat")
def beat() -> None:
    """Let the world outside know that the escalation goes on."""
    with _put_off(Job.HEARTBEAT):
        heartbeat.beat()


@app.task(name="mbiu.media")
def media() -> None:
    """Fetch files and make them anew: one worker at a time, so that films leave the others free."""
    from mbiu import media as files

    def step() -> int:
        with files.alone() as is_ours:
            return files.fetch_due() if is_ours else 0

    _drain(Job.MEDIA, step)


@app.task(name="mbiu.erasure")
def erase() -> None:
    """Destroy numbers whose last answer has gone; empty the chats of those who are gone."""

    def step() -> int:
        with transaction() as session:
            return erasing.burn(session)

    _drain(Job.ERASURE, step)
    _drain(Job.ERASURE, erasing.erase)


@app.task(name="mbiu.housekeeping")
def housekeeping() -> None:
    """Close finished days, end dead sessions and claims, anchor the audit chain."""
    with _put_off(Job.HOUSEKEEPING):
        with transaction() as session:
            chores.tidy(session)
            audit.write_anchor(session)
            ledger.write_out(session, utcnow())
        chores.sweep_files()


@app.task(name="mbiu.retention")
def retain() -> None:
    """Once a day, delete what is over."""
    with _put_off(Job.RETENTION):
        with transaction() as session:
            is_due = retention.due(session, utcnow())
        if is_due:
            retention.run()


@app.task(name="mbiu.places")
def bring_places() -> None:
    """Look through files of places that were brought, and load those that somebody wants."""
    _drain(Job.PLACES, bringing.work)


@app.task(name="mbiu.rotas")
def hand_over() -> None:
    """Tell people of rotas that their duty begins or ends."""

    def step() -> int:
        with transaction() as session:
            return rotas.look(session)

    _drain(Job.ROTAS, step)


@app.task(name="mbiu.warnings")
def warn_areas() -> None:
    """Send the waves of warnings that are due, and ring again when the next one is."""

    def step() -> int:
        with transaction() as session:
            return warnings.send_due(session)

    _drain(Job.WARNINGS, step)
    with _put_off(Job.WARNINGS), transaction() as session:
        next_due = warnings.next_due(session)
    if next_due:
        ring_later(Job.WARNINGS, max((next_due - utcnow()).total_seconds(), SOON))


@app.task(name="mbiu.digests")
def brief() -> None:
    """Send the briefs that are due."""

    def step() -> int:
        with transaction() as session:
            return digests.look(session)

    _drain(Job.DIGESTS, step)


@app.task(name="mbiu.learning")
def learn() -> None:
    """Begin to learn from what was decided, if that is due."""
    with _put_off(Job.LEARNING):
        school.attend()


@app.task(name="mbiu.figures")
def count_days() -> None:
    """Count the figures of days that are over, the newest first."""

    def step() -> int:
        with transaction() as session:
            return figures.refresh(session)

    _drain(Job.FIGURES, step)


@app.task(name="mbiu.training")
def train() -> None:
    """Let messages reach the made-up phones, and play the drill that runs."""
    from mbiu.training import room

    _drain(Job.TRAINING, room.look)
