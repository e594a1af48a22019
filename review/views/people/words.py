"""Join words: made, listed, revoked. Coordinators only."""

import datetime as dt
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select

from mbiu import enrolment
from mbiu.db import transaction
from mbiu.models import Contact, JoinWord, User, utcnow
from mbiu.refusals import NotPossible
from mbiu.settings import settings
from review import people, places
from review.doors import Permission, current_user, door, scoped
from review.views.people.blueprint import handover, languages, pages, registrar, roles
from review.views.people.parting import offered

SHOWN = 200
SAID = lazy_gettext("To join, send the word JOIN and then this word. Spelling it as it sounds is enough.")


@pages.get("/words")
@door(Permission.ENROL)
def words() -> ResponseReturnValue:
    """The words that somebody may still join by, and a form for another."""
    query = (
        select(JoinWord, User.name, Contact.code)
        .outerjoin(User, User.id == JoinWord.made_by)
        .outerjoin(Contact, Contact.id == JoinWord.contact_id)
        .where(JoinWord.uses_left > 0, JoinWord.expires_at > utcnow())
        .order_by(JoinWord.created_at.desc())
        .limit(SHOWN)
    )
    with scoped() as db:
        rows = db.execute(query).all()
        known = places.names(db, [row.JoinWord.area_path for row in rows])
        units = people.units(db, current_user().scope)
    return render_template(
        "pages/join_words.html",
        rows=[
            {
                "word": row.JoinWord,
                "by": row.name or "–",
                "for": row.code or "",
                "area": places.full_name(row.JoinWord.area_path, known) or _("everywhere"),
            }
            for row in rows
        ],
        roles=roles(),
        languages=languages(),
        units=units,
        demo=settings().demo,
    )


@pages.post("/words")
@door(Permission.ENROL)
def make_word() -> ResponseReturnValue:
    """Make a word, shown this once."""
    try:
        uses, days = _number("uses"), _number("days")
        with transaction() as db:
            now = utcnow()
            made = enrolment.make(db, registrar(), offered(db, uses, now + dt.timedelta(days=days)), now)
    except NotPossible as refused:
        flash(refused.why, "bad")
        return redirect(url_for("people.words"))
    return handover(_("A new join word"), "", [(_("Join word"), made, str(SAID))])


@pages.post("/words/<uuid:word_id>/revoke")
@door(Permission.ENROL)
def revoke_word(word_id: UUID) -> ResponseReturnValue:
    """Let nobody join by it any more."""
    with transaction() as db:
        enrolment.revoke(db, registrar(), word_id)
    flash(_("Nobody joins by that word any more."), "ok")
    return redirect(url_for("people.words"))


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
