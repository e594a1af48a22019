"""Registering somebody and saying more of them; PINs, own words, vouching. Coordinators only.

The answer to a registration is the same whether the number was known or not.
"""

import secrets
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from mbiu import enrolment
from mbiu.db import transaction
from mbiu.enrolment import Reader, ways
from mbiu.enrolment.people import FIELDS
from mbiu.enrolment.pins import is_good
from mbiu.models import Contact, utcnow
from mbiu.refusals import NotPossible
from review import people
from review.doors import Permission, current_user, door, scoped
from review.views.people.blueprint import classes, handover, languages, once, pages, registrar, roles, typed

CHANGEABLE = tuple(name for name in FIELDS if name not in {"number", "code"})
PIN = lazy_gettext("From any phone: begin with # and the code name, then the PIN, then the text.")
PANIC = lazy_gettext(
    "Sent alone, it ends all contact for good and destroys the number. Texts stay on the phone."
)
DURESS = lazy_gettext(
    "Anywhere in a report, it says that somebody made them write. The answer is the same as ever."
)


@pages.get("/new")
@door(Permission.ENROL)
def new() -> ResponseReturnValue:
    """The form."""
    return _form({"language": "", "grade": "F"}, [])


def _form(values: dict[str, str], faults: list[enrolment.Fault]) -> ResponseReturnValue:
    with scoped() as db:
        units = people.units(db, current_user().scope)
    return render_template(
        "pages/person_new.html",
        values=values,
        wrong={one.field: f"{one.what} {one.do}" for one in faults},
        roles=roles(),
        classes=classes(),
        languages=languages(),
        units=units,
        once=secrets.token_hex(),
    )


@pages.post("/new")
@door(Permission.ENROL)
def enrol() -> ResponseReturnValue:
    """Register somebody; then what is to be given to them by hand."""
    by, values, wishes = registrar(), typed(*FIELDS, "mail"), typed("pin", "words", "once")
    try:
        with transaction() as db:
            person, faults = Reader(db, by).read(values)
            faults += _mail_faults(values["mail"])
            if faults:
                return _form(values, faults)
            once(db, wishes["once"])
            contact = enrolment.enrol(db, by, person, utcnow())
            if values["mail"]:
                ways.add_mail(db, by, contact, values["mail"], utcnow())
            items = [(_("Code name"), contact.code, _("How we call this person, and they themselves."))]
            items += _new_pin(db, contact) if wishes["pin"] else []
            items += _new_words(db, contact, "", "") if wishes["words"] else []
    except NotPossible as refused:
        flash(refused.why, "bad")
        return redirect(url_for("people.show"))
    return handover(_("%(code)s is registered", code=contact.code), contact.code, items)


def _mail_faults(address: str) -> list[enrolment.Fault]:
    try:
        if address:
            ways.mailbox(address)
    except NotPossible:
        return [
            enrolment.Fault("mail", _("This is no mail address."), _("Write it like office@peace.example."))
        ]
    return []


@pages.post("/<code>")
@door(Permission.ENROL)
def change(code: str) -> ResponseReturnValue:
    """Say more of somebody."""

    def act(db: Session, contact: Contact) -> str:
        person, faults = Reader(db, registrar()).read(typed(*CHANGEABLE), fields=CHANGEABLE)
        if faults:
            raise NotPossible(" ".join(f"{one.field}: {one.what} {one.do}" for one in faults))
        if enrolment.change(db, registrar(), contact, person.columns):
            return str(_("What is known of %(code)s is saved.", code=contact.code))
        return str(_("The change of «%(name)s» waits for a second person.", name=contact.code))

    return do(code, act)


@pages.post("/<code>/vouch")
@door(Permission.ENROL)
def vouch(code: str) -> ResponseReturnValue:
    """Note that a supervisor spoke for somebody."""

    def act(db: Session, contact: Contact) -> str:
        enrolment.vouch_for(db, registrar(), typed("supervisor")["supervisor"], contact, utcnow())
        return str(
            _("%(code)s is vouched for; the grade is %(grade)s.", code=contact.code, grade=contact.grade)
        )

    return do(code, act)


@pages.post("/<code>/pin")
@door(Permission.ENROL)
def pin(code: str) -> ResponseReturnValue:
    """Make a new PIN; the old one ends."""
    return give(code, _("A new PIN"), _new_pin)


@pages.post("/<code>/words")
@door(Permission.ENROL)
def own_words(code: str) -> ResponseReturnValue:
    """Set the person's own words, or make them where none were typed."""
    chosen = typed("panic", "duress")
    return give(code, _("Own words"), lambda db, contact: _new_words(db, contact, **chosen))


def _new_pin(db: Session, contact: Contact) -> list[tuple[str, str, str]]:
    made = next(filter(is_good, iter(lambda: f"{secrets.randbelow(10**6):06}", "")))
    if not enrolment.set_pin(db, contact.id, made, utcnow()):
        raise NotPossible(_("Only somebody who is registered has a PIN."))
    enrolment.note(db, registrar(), "contact.pin_made", contact.code)
    return [(_("PIN"), made, str(PIN))]


def _new_words(db: Session, contact: Contact, panic: str, duress: str) -> list[tuple[str, str, str]]:
    made = enrolment.suggest(contact.language)
    panic, duress = panic.strip() or made[0], duress.strip() or made[1]
    enrolment.set_own_words(db, registrar(), contact, panic, duress)
    return [(_("Last word"), panic, str(PANIC)), (_("Word under force"), duress, str(DURESS))]


def do(code: str, act: Callable[[Session, Contact], str]) -> ResponseReturnValue:
    """Act on somebody, say what was done, and show the page again. Nobody of that name: 404."""
    try:
        with transaction() as db:
            told = act(db, enrolment.find(db, registrar(), code[:20]))
        flash(told, "ok")
    except NotPossible as refused:
        flash(refused.why, "bad")
    return redirect(url_for("people.one", code=code))


def give(
    code: str, title: str, act: Callable[[Session, Contact], list[Any]], hint: str = ""
) -> ResponseReturnValue:
    """Make something for somebody, and show it this once."""
    try:
        with transaction() as db:
            contact = enrolment.find(db, registrar(), code[:20])
            items = act(db, contact)
    except NotPossible as refused:
        flash(refused.why, "bad")
        return redirect(url_for("people.one", code=code))
    return handover(_("%(what)s for %(code)s", what=title, code=contact.code), contact.code, items, hint)
