"""Asking a reporter."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from mbiu import questions
from mbiu.channels.text import segments
from review import forms
from review.changes import do
from review.doors import Permission, actor, door
from review.views.incident.blueprint import pages
from review.words import short_time


@pages.post("/ask")
@door(Permission.DECIDE)
def ask(ref: str) -> ResponseReturnValue:
    """Send a reporter a question: a ready one, or one's own words."""

    def change(db: Session, ref: str) -> str:
        report = forms.report(db, ref)
        words = request.form.get("text", "").strip() or request.form.get("ready", "").strip()
        until = questions.ask_as(db, actor(), report, words[:300])
        if until:
            return _("The question waits for the end of the quiet hours, %(time)s.", time=short_time(until))
        count = segments(questions.worded(report.language, report, words[:300]))
        cost = ngettext("%(num)d SMS", "%(num)d SMS", count)
        return _("The question is on its way (%(cost)s). The answer will stand with the report.", cost=cost)

    return do(ref, change)
