"""The bar of notes that name whoever is there, on every page until they open the incident."""

from flask import Flask

from mbiu import notes
from mbiu.db import is_away
from mbiu.notes import Mention
from review.doors import Permission, identity, may, scoped


def install(app: Flask) -> None:
    """Let the layout ask for the notes that name the current user."""
    app.context_processor(lambda: {"mentions": mentions})


def mentions() -> list[Mention]:
    """What the current user is named in and has not opened; nothing while the database is away."""
    user = identity()
    if user is None or not may(Permission.SEE):
        return []
    try:
        with scoped() as db:
            return notes.unseen(db, user.id)
    except Exception as error:
        if not is_away(error):
            raise
        return []
