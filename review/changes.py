"""Changes that forms on an incident's page ask for: make one, go back, say how it went.

What was typed is never lost: whatever is refused comes back with the words in place, beside what changed
since the page was opened.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import verification
from mbiu.models import Incident
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound, NotPossible, Refused, Stale
from review import conflict, corrections
from review.conflict import Conflict
from review.doors import scoped
from review.values import NUMBERS, name_of
from review.words import label

Change = Callable[[Session, str], str]

#: Fields whose words somebody wrote by hand: shown again, to be changed or kept.
WRITTEN = {
    "reason": lazy_gettext("Reason"),
    "text": lazy_gettext("Your words"),
    "note": lazy_gettext("Note"),
    "actors": lazy_gettext("Actors"),
    "place": lazy_gettext("Place"),
    "from": lazy_gettext("From"),
    "to": lazy_gettext("To"),
    **dict(NUMBERS),
}
#: Those that are words of a person and not values of a fact.
OWN_WORDS = ("reason", "text", "note")
_LONG = frozenset({*OWN_WORDS, "actors"})
_CODED = (
    "verdict",
    "grade_source",
    "grade_information",
    "event_type",
    "severity",
    "urgency",
    "done",
    "effect",
)


@dataclass(frozen=True)
class Kept:
    """A field of the form that was refused, with what stood in it."""

    name: str
    values: list[str]
    label: str = ""
    long: bool = False


def do(ref: str, change: Change) -> ResponseReturnValue:
    """Make one change and go back to where it was asked for, with words on how it went.

    Refused with words typed, or on facts that changed meanwhile, it answers with both sides and the words.
    """
    ref = normal_ref(ref)
    from_queue = request.form.get("back") == "queue"
    try:
        with scoped() as db:
            flash(change(db, ref), "ok")
            from_queue = from_queue or _out_of_sight(db, ref)
    except NotFound:
        abort(404)
    except Refused as refused:
        if not from_queue and (_has_words() or (isinstance(refused, Stale) and "seen" in request.form)):
            return _again(ref, refused)
        flash(gettext(refused.why), "bad")
    return redirect(url_for("queue.show") if from_queue else _page(ref))


def _page(ref: str) -> str:
    """The incident's page, or that of its alert if the form stood there."""
    if request.form.get("back") == "alert":
        return url_for("alerts.one", ref=normal_ref(request.form.get("alert", "")[:20]))
    return url_for("incident.show", ref=ref)


def _out_of_sight(db: Session, ref: str) -> bool:
    """Whether the change left the incident to others: it is restricted now, or in no area of this user's."""
    return db.scalar(select(Incident.id).where(Incident.ref == ref)) is None


def _has_words() -> bool:
    return any(request.form.get(name, "").strip() for name in WRITTEN)


def _again(ref: str, refused: Refused) -> ResponseReturnValue:
    """The form once more, with what was typed and what others changed."""
    with scoped() as db:
        found = _conflict(db, ref)
    stale = isinstance(refused, Stale)
    words = next((text for name in OWN_WORDS if (text := request.form.get(name, "").strip())), "")
    page = {
        "ref": ref,
        "why": gettext(refused.why),
        "stale": stale,
        "conflict": found,
        "kept": _kept(),
        "chosen": _chosen(),
        "words": words,
        "action": request.path,
        "noting": request.endpoint != "incident.note",
    }
    return render_template("pages/again.html", **page), 409 if stale else 422


def _conflict(db: Session, ref: str) -> Conflict:
    row = verification.find(db, ref)
    before = conflict.as_seen(request.form.get("seen", ""))
    yours = {}
    if request.endpoint == "incident.correct":
        base = before or corrections.base_of(row)
        try:
            yours = corrections.whole(corrections.changes(db, base), base)
        except NotPossible:  # what was typed is no value; it stands in the form as it is
            yours = {}
    return conflict.since(db, row, before, yours)


def _kept() -> list[Kept]:
    hidden = {"csrf_token", "version", "seen"}
    names = [name for name in request.form if name not in hidden and not name.startswith("use_")]
    return [_field(name) for name in names]


def _field(name: str) -> Kept:
    values = [value[:2000] for value in request.form.getlist(name)]
    words = WRITTEN.get(name)
    return Kept(name, values, str(words) if words else "", name in _LONG)


def _chosen() -> list[tuple[str, str]]:
    """What was picked from lists, in words."""
    found = ((name, request.form.get(name, "")) for name in _CODED)
    return [(name_of(name), label(value)) for name, value in found if value]
