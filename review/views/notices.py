"""Putting a notice away."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from mbiu import notices
from mbiu.db import transaction
from review.doors import Permission, actor, door
from review.links import own_path

pages = Blueprint("notices", __name__, url_prefix="/notices")


@pages.post("/<uuid:notice_id>/seen")
@door(Permission.ACCOUNT)
def seen(notice_id: UUID) -> ResponseReturnValue:
    """Put away a notice of one's own role, and go back to the page it was seen on."""
    with transaction() as db:
        notices.seen(db, actor(), notice_id)
    return redirect(own_path(request.form.get("back", "")) or url_for("queue.show"))
