"""The bar of what people of a role must see, on every page."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask, url_for
from flask_babel import lazy_gettext as _
from markupsafe import Markup, escape

from mbiu import notices
from mbiu.db import is_away, transaction
from mbiu.models import Notice
from review.doors import identity
from review.words import label

#: Kind -> what happened; ``{}`` is the name of what it happened to.
WORDS = {
    "panic": _("{} sent the word for danger: the number is destroyed, and nothing is sent there any more."),
    "duress": _("Report {} holds the sender’s word for «I am forced to write this». It is not passed on."),
    "withdrawn": _("A report of incident {} was withdrawn after the decision. Look at it again."),
    "reveal_asked": _("A custodian asks to learn who {} is. Look under People, Identities."),
    "warned_alone": _("Nobody else came to approve incident {}: its mediators were warned, unverified."),
    "unwarned": _("Nobody else came to approve incident {}, and no mediator could be warned."),
    "token_made": _("A token that tells more of people was made for {}. Ask the administrator why."),
    "alert_unanswered": _("Nobody has answered alert {}. Look at its page and take it on."),
    "escalation_broken": _("Alert {} had no next step and was set going again. Look at it."),
    "warning_prepared": _("Warning {} waits for a second person. Look under Alerts, Warnings."),
    "override_asked": _("Somebody of a suspected party is to hear of incident {}: a second person decides."),
    "change_proposed": _("Who hears of alerts is to change: {}. A second person decides: Routes, Waiting."),
    "changed_alone": _("One person alone changed who hears of alerts: {}. Look: Routes, Waiting."),
    "follow_up": _("Look again at incident {}: the day set for it has come."),
    "duty_unreached": _("{} is on duty or was, and cannot be written to."),
    "gateway_down": _("Gateway {} does not work."),
}


#: What a notice is about -> the page of its reference.
PAGES = {"alert": "alerts.one", "incident": "incident.show", "warning": "warnings.one"}


@dataclass(frozen=True)
class Line:
    """One notice in words, which lead to what it is about."""

    id: UUID
    words: Markup
    created_at: Any


def install(app: Flask) -> None:
    """Let the layout ask for the notices of whoever is there."""
    app.context_processor(lambda: {"notices": lines})


def lines() -> list[Line]:
    """The notices of the current user's role; none while the database is away."""
    user = identity()
    if user is None:
        return []
    try:
        with transaction() as db:
            return [_line(one) for one in notices.open_notices(db, user.role)]
    except Exception as error:
        if not is_away(error):
            raise
        return []


def _line(one: Notice) -> Line:
    words = escape(str(WORDS.get(one.kind) or f"{label(one.kind)}: {{}}"))
    return Line(one.id, words.format(_linked(one.subject)), one.created_at)


def _linked(subject: str) -> Markup:
    kind, _colon, name = subject.partition(":")
    words = escape(name or subject)
    if kind not in PAGES:
        return words
    return Markup('<a href="{}">{}</a>').format(url_for(PAGES[kind], ref=name), words)
