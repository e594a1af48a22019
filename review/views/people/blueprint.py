"""What the pages of people share."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import texts, vault
from mbiu.codes import ContactRole, ResponderClass
from mbiu.enrolment import Registrar, tries
from mbiu.models import utcnow
from mbiu.refusals import NotPossible
from review.doors import actor, current_user
from review.words import label

pages = Blueprint("people", __name__, url_prefix="/people")


def roles() -> list[tuple[str, str]]:
    """The roles that a coordinator gives, as codes and in words."""
    return [(role.value, label(role)) for role in ContactRole if role is not ContactRole.UNKNOWN]


def classes() -> list[tuple[str, str]]:
    """The kinds of responders, as codes and in words."""
    return [(one.value, label(one)) for one in ResponderClass]


def registrar() -> Registrar:
    """The current user as who registers."""
    return Registrar(actor(), current_user().scope)


def languages() -> list[tuple[str, str]]:
    return [(code, texts.say(code, "name")) for code in texts.languages()]


def role_of(text: str) -> ContactRole:
    """Raises NotPossible."""
    if text not in {value for value, _name in roles()}:
        raise NotPossible(_("Choose a role."))
    return ContactRole(text)


def typed(*names: str) -> dict[str, str]:
    """The fields of a form as they were typed."""
    return {name: request.form.get(name, "")[:400] for name in names}


def once(db: Session, form: str) -> None:
    """Take a form that makes people this one time, so that a page loaded again makes nobody a second time.

    Raises NotPossible when it was taken before.
    """
    account, now = vault.blind_digest("form", form), utcnow()
    db.execute(select(func.pg_advisory_xact_lock(int.from_bytes(account[:8], signed=True))))
    if not form or tries.count(db, account, now - tries.DAY):
        raise NotPossible(_("This was sent before and is done. Look at the list."))
    tries.add(db, now, account)


def handover(title: str, code: str, items: list[tuple[str, str, str]], hint: str = "") -> ResponseReturnValue:
    """A page, shown this once, of what is to be given by hand: what it is, the words, what they are for.

    ``hint`` says how, where it is not to be learnt by heart.
    """
    return render_template("pages/handover.html", title=title, code=code, items=items, hint=hint)
