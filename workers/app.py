"""The Celery application that the workers and the beat run: `celery -A workers.app worker`."""

import datetime as dt
from typing import Any

from celery import signals

from mbiu import db
from mbiu.jobs import Job, celery_app
from mbiu.settings import settings

app = celery_app()
sweep = settings().sweep_seconds
app.conf.update(
    imports=["workers.tasks"],
    beat_scheduler="workers.schedule:Beat",
    beat_schedule={
        job.value: {
            "task": f"mbiu.{job.value}",
            "schedule": sweep,
            # A beat that begins rings at once: nobody knows what was missed while there was none.
            "last_run_at": dt.datetime.fromtimestamp(0, dt.UTC),
            "options": {"queue": "mbiu", "expires": sweep},
        }
        for job in Job
    },
    worker_concurrency=2,
)


@signals.worker_init.connect
def _before_fork(**_: Any) -> None:
    """The language model and the word lists are read once, and shared by all processes."""
    from mbiu.analysis import tables, warm

    tables.use(settings().tables)
    warm()


@signals.worker_process_init.connect
def _after_fork(**_: Any) -> None:
    """Connections and threads of the parent are not the child's."""
    db.forget()


@signals.setup_logging.connect
def _logging(**_: Any) -> None:
    from mbiu import logs

    logs.configure(settings().log_format)
