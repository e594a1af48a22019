"""One function a job. A task takes no argument: it asks the database what is due, in batches.

A task ends well within the broker's visibility time-out; if more is due then, it rings again.
"""

import logging
import time
from collections.abc import Callable

from mbiu import audit, delivery, digests, emergency, erasing, escalation, figures, ledger, retention, rotas
from mbiu import triage as reading
from mbiu.analysis import tables
from mbiu.db import is_away, transaction
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


def _drain(job: Job, step: Callable[[], int]) -> int:
    """Repeat ``step`` until nothing is due or time is up; how many rows were done."""
    started, done = time.monotonic(), 0
    try:
        while count := step():
            done += count
            if time.monotonic() - started > AT_MOST:
                ring_now(job)
                break
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("job.put_off", extra={"job": job.value, "why": "database away"})
    return done


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
    try:
        with transaction() as session:
            watch.look(session)
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("job.put_off", extra={"job": Job.GATEWAYS.value, "why": "database away"})


@app.task(name="mbiu.escalation")
def escalate() -> None:
    """Tell the next people where nobody answered in time, and mediators where no second person came."""

    def step() -> int:
        with transaction() as session:
            return escalation.take_due(session)

    def warn() -> int:
        with transaction() as session:
            return emergency.warn_due(session)

    _drain(Job.ESCALATION, step)
    _drain(Job.ESCALATION, warn)


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
    try:
        with transaction() as session:
            chores.tidy(session)
            audit.write_anchor(session)
            ledger.write_out(session, utcnow())
        chores.sweep_files()
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("job.put_off", extra={"job": Job.HOUSEKEEPING.value, "why": "database away"})


@app.task(name="mbiu.retention")
def retain() -> None:
    """Once a day, delete what is over."""
    try:
        with transaction() as session:
            is_due = retention.due(session, utcnow())
        if is_due:
            retention.run()
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("job.put_off", extra={"job": Job.RETENTION.value, "why": "database away"})


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
    try:
        school.attend()
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("job.put_off", extra={"job": Job.LEARNING.value, "why": "database away"})


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
