"""The Celery application that the workers and the beat run: `celery -A workers.app worker`."""

from typing import Any

from celery import signals

from mbiu import db
from mbiu.jobs import SWEEP, Job, celery_app

app = celery_app()
app.conf.update(
    imports=["workers.tasks"],
    beat_schedule={
        job.value: {
            "task": f"mbiu.{job.value}",
            "schedule": SWEEP,
            "options": {"queue": "mbiu", "expires": SWEEP},
        }
        for job in Job
    },
    worker_concurrency=2,
)


@signals.worker_process_init.connect
def _after_fork(**_: Any) -> None:
    """Connections and threads of the parent are not the child's."""
    db.forget()


@signals.setup_logging.connect
def _logging(**_: Any) -> None:
    from mbiu import logs
    from mbiu.settings import settings

    logs.configure(settings().log_format)
