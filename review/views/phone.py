"""The training room: made-up phones on one page, typed here, carried by the real intake, really answered."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from mbiu import audit, texts
from mbiu.channels import conditions
from mbiu.channels.conditions import Conditions
from mbiu.db import transaction
from mbiu.demo import Phone
from mbiu.models import utcnow
from mbiu.refusals import NotFound, NotPossible
from mbiu.training import drills, phones, room, score
from mbiu.training.saying import Said, say
from review import handsets, story
from review.doors import Permission, actor, door, trains
from review.words import EAT

pages = Blueprint("phone", __name__, url_prefix="/phone")

SHOWN = ("amina", "joseph", "daniel")
COLUMNS, MOST = (1, 2, 3, 4), 12
PARTS = (
    ("", _l("joined by the provider")),
    ("apart", _l("come one by one")),
    ("shuffled", _l("come in the wrong order")),
    ("missing", _l("come with one missing")),
)
TRIES = {
    "focal_point": (
        "Vijana wenye mapanga wamekusanyika Bwera sasa hivi, wanasema watachoma nyumba usiku huu",
        "Armed men attacked Mpondwe this morning, 2 people killed and 4 injured",
        "STATUS",
    ),
    "committee": ("Raiders took 80 cows at Panyangara in Kotido last night, 2 herders are dead", "/help"),
    "group": ("/report Raiders took 80 cows at Panyangara in Kotido last night", "/help"),
    "responder": ("1", "2", "DONE both sides met and agreed"),
    "supervisor": ("HELP",),
    "unknown": ("Kuna watu wanapigana hapa sokoni",),
}


@pages.before_request
def _only_in_training() -> None:
    if not trains():
        abort(404)


# --- see ---------------------------------------------------------------------------------------


@pages.get("")
@door(Permission.SEE)
def show() -> ResponseReturnValue:
    """The page; what is shown stands in its address, so that it works without scripts."""
    with transaction() as db:
        every = phones.phones(db)
        shown = _shown(every)
        view = _view(db, shown)
    return render_template(
        "pages/phone.html",
        **view,
        every=[handsets.handset(one) for one in every.values()],
        tries={one.key: TRIES["group" if one.is_group else one.role.value] for one in shown},
        columns=_columns(len(shown)),
        kinds=[(key, kind.title) for key, kind in phones.KINDS.items()],
        homes=[(home, home[3:].capitalize()) for home in phones.HOMES],
        languages=texts.names().items(),
        parts=PARTS,
        scripts=drills.scripts().values(),
        now=dt.datetime.now(EAT).strftime("%H:%M"),
    )


@pages.get("/messages")
@door(Permission.SEE)
def messages() -> ResponseReturnValue:
    """What changes by itself, as data and as parts of the page. A part's forms hold no token."""
    with transaction() as db:
        shown = _shown(phones.phones(db))
        view = _view(db, shown)
        room.ring_if_due(db)
    part = _parts(view)
    bubbles = {one.key: part("bubbles", phone=one, messages=view["said"][one.key]) for one in view["shown"]}
    lines = {one.key: part("line", phone=one) for one in view["shown"]}
    return {
        "phones": view["said"], "bubbles": bubbles, "lines": lines,
        "stories": part("stories"), "drill": part("drill"),
    }  # fmt: skip


def _parts(view: dict[str, Any]) -> Callable[..., str]:
    def part(name: str, **more: Any) -> str:
        return render_template(
            f"parts/phone_{name}.html", **view, **more, columns=_columns(len(view["shown"]))
        )

    return part


def _shown(every: dict[str, Phone]) -> list[Phone]:
    wanted = request.values.getlist("show") or list(SHOWN)
    return [every[key] for key in dict.fromkeys(wanted) if key in every][:MOST]


def _columns(phones_shown: int) -> int:
    wanted = request.values.get("columns", type=int)
    return wanted if wanted in COLUMNS else max(1, min(3, phones_shown))


def _view(db: Session, shown: list[Phone]) -> dict[str, Any]:
    """What the page and its parts are made of."""
    addresses = handsets.addresses(db, shown)
    sets = [handsets.handset(one) for one in shown]
    drill = drills.newest(db)
    script = drills.scripts().get(drill.script) if drill else None
    return {
        "shown": sets,
        "said": {one.key: handsets.messages(db, one, addresses.get(one.key)) for one in shown},
        "stories": story.stories(db, addresses, {one.key: one.title for one in sets}),
        "drill": drill,
        "script": script,
        "measures": score.of(db, drill, script) if drill and script else [],
    }


# --- do ----------------------------------------------------------------------------------------


@pages.post("/send")
@door(Permission.SEE)
def send() -> ResponseReturnValue:
    """Take in what was typed, pressed, pinned, attached or changed, as the channel would."""
    form = request.form
    said = Said(
        text=form.get("text", ""),
        button=form.get("button", "")[:64],
        pin="pin" in form,
        file=form.get("file", ""),
        forwarded="forwarded" in form,
        edits=_id(form.get("edits", "")),
        member=form.get("member", 1, type=int),
        answers="answers" in form,
    )

    def act() -> dict[str, Any]:
        heard = say(form.get("phone", ""), said)
        if heard.messages or form.get("phone", "") == "":
            return {"ref": heard.ref}
        return {
            "ref": heard.ref,
            "note": _("Nothing new was stored: the bot did not hear it, or had it already."),
        }

    return _done(act)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@pages.post("/line")
@door(Permission.SEE)
def line() -> ResponseReturnValue:
    """Change what goes wrong on a phone."""
    form = request.form
    away = _whole("away", 240)
    wished = Conditions(
        delay=_whole("delay", 3600),
        away_until=utcnow().timestamp() + 60 * away if away else 0.0,
        fails=_whole("fails", 100),
        unreceipted="unreceipted" in form,
        twice="twice" in form,
        parts=form.get("parts", "") if form.get("parts") in dict(PARTS) else "",  # type: ignore[arg-type]  # looked up
    )

    def act() -> dict[str, Any]:
        with transaction() as db:
            address = phones.find(db, form.get("phone", "")).address
        conditions.wish(address, wished)
        return {
            "note": _("The line is fine.") if wished == conditions.FINE else _("The line is as you wished.")
        }

    return _done(act)


def _whole(name: str, most: int) -> int:
    return min(most, max(0, request.form.get(name, 0, type=int)))


@pages.post("/add")
@door(Permission.SEE)
def add() -> ResponseReturnValue:
    """Add a phone with a made-up holder, and show it."""
    wanted = [request.form.get(name, "") for name in ("what", "home", "language")]
    added: list[str] = []

    def act() -> dict[str, Any]:
        with transaction() as db:
            one = phones.add(db, *wanted)
            audit.append(db, actor(), "training.phone_added", f"phone:{one.key}")
        added.append(one.key)
        return {"phone": one.key, "note": _("%(who)s has a phone now.", who=one.owner)}

    return _done(act, added)


@pages.post("/remove")
@door(Permission.SEE)
def remove() -> ResponseReturnValue:
    """Take an added phone away."""

    def act() -> dict[str, Any]:
        key = request.form.get("phone", "")
        with transaction() as db:
            phones.remove(db, key)
            audit.append(db, actor(), "training.phone_removed", f"phone:{key}")
        return {"note": _("The phone is gone; what it said stays.")}

    return _done(act)


@pages.post("/drill")
@door(Permission.SEE)
def begin() -> ResponseReturnValue:
    """Begin a drill, and show the phones that take part."""
    key = request.form.get("script", "")
    script = drills.scripts().get(key)

    def act() -> dict[str, Any]:
        with transaction() as db:
            drills.start(db, actor(), key)
        return {"note": _("The drill has begun.")}

    return _done(act, [step.who for step in script.step] if script else [])


@pages.post("/drill/stop")
@door(Permission.SEE)
def halt() -> ResponseReturnValue:
    """End the drill that runs."""

    def act() -> dict[str, Any]:
        with transaction() as db:
            drills.stop(db, actor())
        return {"note": _("The drill has ended.")}

    return _done(act)


def _done(act: Callable[[], dict[str, Any]], more: Iterable[str] = ()) -> ResponseReturnValue:
    """Do it, then tell a program the result and lead a person back to the page as it was."""
    try:
        result, status = act(), 200
    except NotFound:
        abort(400)
    except NotPossible as refusal:
        result, status = {"error": refusal.why}, 409
    if "text/html" not in request.headers.get("Accept", ""):
        return jsonify(result), status
    if words := result.get("error") or result.get("note"):
        flash(str(words), "bad" if "error" in result else "ok")
    shown = [*request.form.getlist("show"), *more]
    return redirect(url_for("phone.show", show=shown, columns=request.form.get("columns")))
