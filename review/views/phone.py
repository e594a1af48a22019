"""Three phones on one page, for demonstrations: typed here, carried by the real intake, answered for real."""

import datetime as dt
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import demo, intake, vault
from mbiu.channels.text import clean
from mbiu.codes import AddressKind, DeliveryState
from mbiu.db import transaction
from mbiu.models import Address, Delivery, Message, Place
from mbiu.settings import settings
from review.doors import Permission, door
from review.words import EAT, short_time

pages = Blueprint("phone", __name__, url_prefix="/phone")

SHOWN = ("amina", "joseph", "daniel")
MANY = 30
HINTS = {
    "amina": "Write in one SMS what happened, where and when.",
    "joseph": "Write to the bot, or send a place pin.",
    "daniel": "Alerts arrive here. Answer with 1, 2, 3 or 4 and the reference.",
}
TRIES = {
    "amina": (
        "Vijana wenye mapanga wamekusanyika Bwera sasa hivi, wanasema watachoma nyumba usiku huu",
        "Armed men attacked Mpondwe this morning, 2 people killed and 4 injured",
        "STATUS",
    ),
    "joseph": ("Raiders took 80 cows at Panyangara in Kotido last night, 2 herders are dead", "/help"),
    "daniel": ("1", "2", "DONE both sides met and agreed"),
}
ARRIVED = (DeliveryState.SENT, DeliveryState.DELIVERED)


@pages.before_request
def _only_in_demonstrations() -> None:
    if not settings().demo:
        abort(404)


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The page."""
    phones = [_phone(key) for key in SHOWN]
    return render_template("pages/phone.html", phones=phones, now=dt.datetime.now(EAT).strftime("%H:%M"))


def _phone(key: str) -> dict[str, Any]:
    one = demo.phone(key)
    name, _, what = one.owner.partition(", ")
    return {
        "key": key,
        "title": name,
        "who": f"{what}, {one.code}",
        "kind": one.kind.value,
        "hint": HINTS[key],
        "tries": TRIES[key],
    }


@pages.get("/messages")
@door(Permission.SEE)
def messages() -> ResponseReturnValue:
    """What stands on each phone, oldest first."""
    with transaction() as db:
        return {"phones": {key: _messages(db, demo.phone(key)) for key in SHOWN}}


def _messages(db: Session, one: demo.Phone) -> list[dict[str, Any]]:
    rows = db.execute(
        select(Message, Delivery)
        .join(Address, Address.id == Message.address_id)
        .outerjoin(Delivery, Delivery.message_id == Message.id)
        .where(Address.kind == one.kind, Address.blind_index == vault.blind_index(one.kind, one.address))
        .where((Message.direction == "in") | Delivery.state.in_(ARRIVED))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(MANY)
    ).all()
    return [_bubble(row.Message, row.Delivery, one.kind) for row in reversed(rows)]


def _bubble(message: Message, delivery: Delivery | None, kind: AddressKind) -> dict[str, Any]:
    text = vault.unseal("message", "text", message.id, message.text)
    buttons = delivery.extra.get("buttons", []) if delivery and kind is AddressKind.TELEGRAM else []
    return {
        "id": str(message.id),
        "mine": message.direction == "in",
        "text": text or ("📍 place pin" if message.location else "✓"),
        "time": short_time(message.created_at),
        "buttons": [button for row in buttons for button in row],
    }


@pages.post("/send")
@door(Permission.SEE)
def send() -> ResponseReturnValue:
    """Take in what was typed, pressed or pinned, as the channel would."""
    key = request.form.get("phone", "")
    if key not in SHOWN:
        abort(400)
    text, button = clean(request.form.get("text", "")), request.form.get("button", "")[:64]
    with transaction() as db:
        pin = _home(db, demo.phone(key)) if "pin" in request.form else {}
        taken = intake.receive(db, demo.incoming(key, text, button=button or None, **pin))
    return {"ref": taken.ref}


def _home(db: Session, one: demo.Phone) -> dict[str, Any]:
    """The pin that the simulated phone sends: its owner's home."""
    place = db.get(Place, one.home)
    return {"lat": place.lat, "lon": place.lon, "accuracy_m": 500.0} if place else {}
