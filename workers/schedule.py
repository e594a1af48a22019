"""The beat: once a sweep it rings for every job, whether anything is due or not."""

from typing import Any

from celery.beat import ScheduleEntry, Scheduler

from mbiu.jobs import Job, ring_now
from mbiu.launch.health import BEAT
from mbiu.settings import settings


class Beat(Scheduler):
    """Keeps no schedule on disk: after a restart the first sweep is simply a new one.

    It touches one file at each ring, by which `mbiu health beat` knows that it goes on.

    Celery's own writes a page of stack for each ring while the broker is away; ours is one line.
    """

    producer = None  # type: ignore[assignment]  # Celery's would wait for the broker before the first ring

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:  # noqa: ARG002
        """Ring for the job that the entry is named after."""
        ring_now(Job(str(entry.name)))
        (settings().home_dir / BEAT).touch()
