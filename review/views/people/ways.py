"""Mailboxes and partners' servers of somebody: added, tested, forgotten. Coordinators only."""

from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from mbiu.codes import AddressKind
from mbiu.enrolment import ways
from mbiu.models import Contact, utcnow
from review.doors import Permission, door
from review.views.people.blueprint import pages, registrar, typed
from review.views.people.enrolment import do, give
from review.words import label

SECRET = lazy_gettext("The partner checks by it that a call is ours.")


@pages.post("/<code>/mail")
@door(Permission.ENROL)
def mail(code: str) -> ResponseReturnValue:
    """Reach somebody by mail too."""

    def act(db: Session, contact: Contact) -> str:
        if ways.add_mail(db, registrar(), contact, typed("mail")["mail"], utcnow()):
            return str(_("%(code)s is reached by mail too.", code=contact.code))
        return str(_("The change of «%(name)s» waits for a second person.", name=contact.code))

    return do(code, act)


@pages.post("/<code>/hook")
@door(Permission.ENROL)
def hook(code: str) -> ResponseReturnValue:
    """Reach an organisation's server; its secret is shown this once."""

    def act(db: Session, contact: Contact) -> list[Any]:
        made, _now = ways.add_hook(db, registrar(), contact, typed("hook")["hook"], utcnow())
        return [(_("Secret"), made, str(SECRET))]

    hint = _("Shown only now. Give it to those who run the partner’s server, by a way that you trust.")
    return give(code, _("Web hook"), act, hint)


@pages.post("/<code>/way")
@door(Permission.ENROL)
def way(code: str) -> ResponseReturnValue:
    """Try a way, or forget it."""
    kinds = {kind.value: kind for kind in ways.KINDS}
    kind, wish = kinds.get(request.form.get("kind", "")), request.form.get("do")
    if kind is None or wish not in {"test", "end"}:
        abort(400)
    return do(code, lambda db, contact: _act(db, contact, kind, wish))


def _act(db: Session, contact: Contact, kind: AddressKind, wish: str) -> str:
    if wish == "end":
        ways.end(db, registrar(), contact, kind, utcnow())
        return str(_("%(way)s of %(code)s is forgotten.", way=label(kind), code=contact.code))
    ways.test(db, registrar(), contact, kind, utcnow())
    return str(_("A test is on its way to %(code)s.", code=contact.code))
