"""The banner of an exercise of the whole house, on every page while it runs."""

import datetime as dt

from flask import Flask

from mbiu.db import is_away, transaction
from mbiu.house import settings
from mbiu.models import utcnow
from review.doors import identity


def install(app: Flask) -> None:
    """Let the layout ask until when an exercise runs."""
    app.context_processor(lambda: {"exercise_until": until})


def until() -> dt.datetime | None:
    """When the exercise that runs now ends; None while there is none, or the database is away."""
    if identity() is None:
        return None
    try:
        with transaction() as db:
            window = settings.value(db, "exercise_window")
    except Exception as error:
        if not is_away(error):
            raise
        return None
    return dt.datetime.fromisoformat(window["until"]) if settings.exercising(window, utcnow()) else None
