"""What reporters are told: how well it works, who hears of what, and in which words."""

import datetime as dt
import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mbiu import feedback, texts
from mbiu.codes import ContactRole
from mbiu.db import transaction
from mbiu.feedback import figures, matrix, trial, wordings
from mbiu.feedback.matrix import Event
from mbiu.models import utcnow
from mbiu.refusals import NotFound, NotPossible
from mbiu.settings import settings
from review import places
from review.doors import Permission, actor, door, scoped
from review.words import label, told

pages = Blueprint("feedback", __name__, url_prefix="/feedback")
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MONTHS_BACK = 12
AREAS_MOST = 40
WORDS_MOST = 1000


@pages.get("")
@door(Permission.FEEDBACK)
def show() -> ResponseReturnValue:
    """The figures of one month, the matrix, and the list of texts."""
    first = _month(request.args.get("month", ""))
    with scoped() as db:
        found = figures.month(db, first, drills=settings().demo)
        areas = _named(found.areas, places.names(db, [row.name for row in found.areas]))
    with transaction() as db:
        rules = matrix.rules(db)
        own = {at[:2] for at in wordings.own(db)}
    return render_template(
        "pages/feedback.html",
        month=first,
        months=_months(),
        groups=(
            ("", [(_("All together"), found.total)]),
            (_("By area"), areas),
            (_("By role"), [(label(row.name), row) for row in found.roles]),
        ),
        cut=figures.MOST if found.cut else 0,
        rules=rules,
        events=[(event, label(f"told_{event}")) for event in Event],
        audiences=list(ContactRole),
        keys=[(event, key) for event in Event for key in wordings.keys(event)],
        languages=texts.languages(),
        own=own,
    )


def _month(text: str) -> dt.date:
    found = MONTH.fullmatch(text)
    return dt.date(int(found[1]), int(found[2]), 1) if found else utcnow().date().replace(day=1)


def _months() -> list[dt.date]:
    """The first days of this month and of those before it."""
    this = utcnow().date().replace(day=1)
    found = [this]
    while len(found) < MONTHS_BACK:
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return found


def _named(rows: tuple[figures.Row, ...], known: places.Names) -> list[tuple[str, figures.Row]]:
    return [(places.full_name(row.name, known) or _("Place not known"), row) for row in rows[:AREAS_MOST]]


@pages.post("/matrix")
@door(Permission.FEEDBACK)
def change() -> ResponseReturnValue:
    """Save the ticks of the matrix."""
    ticked = set(request.form.getlist("told"))
    wanted = {cell: f"{cell[0]}.{cell[1]}" in ticked for cell in matrix.CELLS}
    with transaction() as db:
        count = matrix.change(db, actor(), wanted)
    feedback.forget()
    flash(_("Saved. It holds within a few seconds.") if count else _("Nothing was changed."), "ok")
    return redirect(url_for("feedback.show") + "#matrix")


# --- texts -------------------------------------------------------------------------------------


@pages.get("/texts/<key>")
@door(Permission.FEEDBACK)
def text(key: str) -> ResponseReturnValue:
    """One text in every language, for everybody or for one audience."""
    return _text(key, _audience(request.args.get("audience", "")))


@pages.post("/texts/<key>")
@door(Permission.FEEDBACK)
def edit(key: str) -> ResponseReturnValue:
    """Preview, save, take back or try out the text in one language."""
    at = key, request.form.get("language", ""), _audience(request.form.get("audience", ""))
    words, do = request.form.get("words", "")[:WORDS_MOST], request.form.get("do", "")
    if do == "preview":
        return _text(key, at[2], typed=(at[1], words))
    try:
        _do(at, do, words)
    except NotPossible as refused:
        flash(told(refused.why), "bad")
        return _text(key, at[2], typed=(at[1], words) if do == "save" else None)
    feedback.forget()
    return redirect(url_for("feedback.text", key=key, audience=at[2] or None) + f"#{at[1]}")


def _do(at: tuple[str, str, str], do: str, words: str) -> None:
    with transaction() as db:
        if do == "save":
            wordings.save(db, actor(), at, words)
            said = _("Saved. It is used within a few seconds.")
        elif do == "reset":
            wordings.reset(db, actor(), at)
            said = _("The text is that for everybody.") if at[2] else _("The text is as it was shipped.")
        elif do == "send":
            code = trial.send(db, actor(), at, request.form.get("code", "")[:40])
            said = _("On its way to %(code)s, marked as an exercise.", code=code)
        else:
            raise NotPossible(_("Choose what to do with the text."))
    flash(said, "ok")


def _audience(value: str) -> str:
    if value and value not in set(ContactRole):
        raise NotFound(_("There is no such audience."))
    return value


def _text(key: str, audience: str, typed: tuple[str, str] | None = None) -> ResponseReturnValue:
    with transaction() as db:
        found = [wordings.text(db, key, language, audience) for language in texts.languages()]
    cards = [_card(one, typed[1] if typed and typed[0] == one.language else None) for one in found]
    return render_template(
        "pages/feedback_text.html",
        key=key,
        event=wordings.event_of(key),
        audience=audience,
        audiences=[("", _("everybody")), *((role.value, label(role)) for role in ContactRole)],
        cards=cards,
        names={code: texts.say(code, "name") for code in texts.languages()},
        holds=sorted(texts.placeholders(texts.wordings(texts.FALLBACK)[key])),
        most=wordings.limit(key),
    )


def _card(one: wordings.Text, typed: str | None) -> dict[str, object]:
    """A text as it holds, or what somebody typed and has not saved, with what is wrong with it."""
    words = one.words if typed is None else wordings.tidy(typed)
    checked = wordings.check(one.language, one.key, words)
    return {
        "text": one,
        "words": words,
        "unsaved": typed is not None,
        "problems": checked.problems if typed is not None else (),
        "preview": checked.preview,
        "segments": checked.segments,
    }
