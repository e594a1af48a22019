"""Every job that can be rung for has a task, and the beat rings for each."""

from mbiu.jobs import Job, celery_app


def test_every_job_has_a_task_and_every_task_a_job() -> None:
    import workers.tasks  # noqa: F401 - registers the tasks

    tasks = {name for name in celery_app().tasks if name.startswith("mbiu.")}
    assert tasks == {f"mbiu.{job.value}" for job in Job}


def test_the_beat_rings_for_every_job() -> None:
    import workers.app

    assert {entry["task"] for entry in workers.app.app.conf.beat_schedule.values()} == {
        f"mbiu.{job.value}" for job in Job
    }
