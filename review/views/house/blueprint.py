"""What the pages of the house share: the blueprint, and how a refusal is told."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from mbiu.db import transaction
from mbiu.refusals import NotAllowed, NotPossible
from review.words import told

pages = Blueprint("house", __name__, url_prefix="/house")


def done(act: Callable[[Session], str], endpoint: str, **where: Any) -> ResponseReturnValue:
    """Do it in a transaction, tell what it says or why not, and go on to a page."""
    try:
        with transaction() as db:
            said = act(db)
        flash(said, "ok")
    except (NotPossible, NotAllowed) as refused:
        flash(told(refused.why), "bad")
    return redirect(url_for(endpoint, **where))


def whole(text: str) -> int | None:
    """A whole number of up to nine digits, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
