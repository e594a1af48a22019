"""SMS gateways: how they are, whom they serve and in which order, what they cost."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import audit, channels, texts
from mbiu.channels.phone import country_of, e164
from mbiu.channels.text import segments
from mbiu.db import transaction
from mbiu.gateways import costs, faults, tables, watch
from mbiu.gateways.registry import known, names
from mbiu.gateways.watch import Try
from mbiu.house import settings as house
from mbiu.messages import BadPayload, ChannelError, OutgoingMessage
from mbiu.models import utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible, Refused
from mbiu.settings import settings
from review import gateways
from review.doors import Permission, actor, door
from review.words import told

pages = Blueprint("gateways", __name__, url_prefix="/gateways")

#: So many gateways can stand in line for one prefix.
PLACES = 4


@pages.get("")
@door(Permission.GATEWAYS)
def show() -> ResponseReturnValue:
    """All of it on one page."""
    with transaction() as db:
        return render_template(
            "pages/gateways.html",
            cards=gateways.cards(db),
            others=gateways.others(db),
            alone=house.value(db, "alerts_alone"),
            rates=settings().rates,
            slow_since=gateways.all_slow_since(db),
            changes=gateways.changes(db),
            costs=gateways.spent(db),
            routes=gateways.routes(db),
            prices=gateways.prices(db),
            names=names(),
            known=known(),
            country=settings().default_country,
            places=range(min(PLACES, max(len(names()), 1))),
        )


def _do(act: Callable[[Session], str]) -> ResponseReturnValue:
    try:
        with transaction() as db:
            done = act(db)
        flash(done, "ok")
    except Refused as refused:
        flash(told(refused.why), "bad")
    return redirect(url_for("gateways.show"))


@pages.post("/switch")
@door(Permission.GATEWAYS)
def switch() -> ResponseReturnValue:
    """Switch one off or on."""
    name, on = request.form.get("gateway", ""), request.form.get("to") == "on"

    def act(db: Session) -> str:
        watch.switch(db, actor(), name, request.form.get("why", "")[:120], on=on)
        return _("%(name)s is on.", name=name) if on else _("%(name)s is off.", name=name)

    return _do(act)


@pages.post("/routes")
@door(Permission.GATEWAYS)
def route() -> ResponseReturnValue:
    """Set the order for a country and prefix; without any gateway the rule goes."""
    form = request.form

    def act(db: Session) -> str:
        order = [form.get(f"place{place}", "") for place in range(PLACES)]
        tables.set_route(db, actor(), form.get("country", ""), form.get("prefix", ""), order)
        return _("The order is set.") if any(order) else _("The rule is gone.")

    return _do(act)


@pages.post("/prices")
@door(Permission.GATEWAYS)
def price() -> ResponseReturnValue:
    """Set a price, from now on."""
    form = request.form

    def act(db: Session) -> str:
        where = form.get("country", ""), form.get("prefix", "")
        amount = form.get("amount", ""), form.get("currency", "")
        tables.set_price(db, actor(), form.get("gateway", ""), form.get("direction", ""), where, amount)
        return _("The price holds from now on; what was counted before stays as it is.")

    return _do(act)


@pages.post("/prices/<uuid:price_id>/drop")
@door(Permission.GATEWAYS)
def drop(price_id: UUID) -> ResponseReturnValue:
    """Forget a price."""

    def act(db: Session) -> str:
        tables.drop_price(db, actor(), price_id)
        return _("The price is gone.")

    return _do(act)


@pages.post("/limit")
@door(Permission.GATEWAYS)
def limit() -> ResponseReturnValue:
    """Set how many alerts somebody gets one by one."""
    typed = request.form.get("alone", "")[:4]

    def act(db: Session) -> str:
        house.put(db, actor(), "alerts_alone", int(typed) if typed.isascii() and typed.isdigit() else 0)
        return _("Saved.")

    return _do(act)


@pages.post("/test")
@door(Permission.GATEWAYS)
def test() -> ResponseReturnValue:
    """Send a test to a number that is typed in; it is written down nowhere."""
    try:
        name, message = _test_message()
        flash(*_send(name, message))
    except Refused as refused:
        flash(told(refused.why), "bad")
    return redirect(url_for("gateways.show"))


def _test_message() -> tuple[str, OutgoingMessage]:
    name, default = request.form.get("gateway", ""), settings().default_country
    if name not in names():
        raise NotFound(_("There is no such gateway."))
    try:
        number = e164(request.form.get("number", "")[:40], default)
    except BadPayload:
        raise NotPossible(_("This is no phone number.")) from None
    country = country_of(number, default)
    text = texts.say(texts.first_language(country), "gateway.test")
    return name, OutgoingMessage(number, text, reference=str(new_id()), country=country)


def _send(name: str, message: OutgoingMessage) -> tuple[str, str]:
    error: ChannelError | None = None
    try:
        channels.outgoing(name, settings()).send(message)
    except ChannelError as refused:
        error = refused
    _record(name, message, error)
    if error is None:
        return _("%(name)s took the test.", name=name), "ok"
    why = error.reason.replace("_", " ")
    return _("%(name)s did not take the test: %(why)s.", name=name, why=why), "bad"


def _record(name: str, message: OutgoingMessage, error: ChannelError | None) -> None:
    why, country = error.reason if error else "", message.country or ""
    with transaction() as db:
        watch.note_tries(db, [Try(name, ok=error is None or not faults.is_trouble(error), why=why)])
        if error is None:
            costs.count(db, name, "out", country, message.to, segments(message.text), utcnow())
        audit.append(db, actor(), "gateway.tested", f"gateway:{name}", country=country, failed=why)
