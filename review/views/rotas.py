"""Who is on duty: rotas, their next days, and who stands in."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import rotas
from mbiu.codes import ContactRole
from mbiu.db import transaction
from mbiu.house import settings as house
from mbiu.models import Contact, Rota, utcnow
from mbiu.refusals import NotFound, Refused
from mbiu.rotas import Wanted, holidays, turns
from review import places, recurrence
from review import rotas as shown
from review.doors import Permission, actor, current_user, door, scoped
from review.words import told

pages = Blueprint("rotas", __name__, url_prefix="/admin/rotas")
#: So many code names are offered while somebody types.
OFFERED = 500


@pages.get("")
@door(Permission.ROUTES)
def show() -> ResponseReturnValue:
    """All rotas with who is on duty, and a form for another."""
    now = utcnow()
    with scoped() as db:
        rows = db.scalars(select(Rota).order_by(Rota.name)).all()
        cards = shown.cards(db, rows, now)
        duty, fields = house.value(db, "duty_rota"), _fields(db)
        zone = house.value(db, "time_zone")
    today = now.astimezone(zoneinfo.ZoneInfo(zone)).replace(hour=8, minute=0)
    return render_template(
        "pages/rotas.html", cards=cards, duty=duty, zone=zone, first=shown.typed(today),
        form=recurrence.Form(), **fields,
    )  # fmt: skip


@pages.get("/<uuid:rota_id>")
@door(Permission.ROUTES)
def one(rota_id: UUID) -> ResponseReturnValue:
    """A rota: who is on duty in the next two weeks, who stands in, and its form."""
    now = utcnow()
    with scoped() as db:
        row = db.get(Rota, rota_id)
        if row is None:
            abort(404)
        card = shown.card(db, row, now)
        covers, fields = shown.covers(db, row, now), _fields(db)
    local = now.astimezone(zoneinfo.ZoneInfo(row.zone)).replace(minute=0)
    span = (shown.typed(local), shown.typed(local + dt.timedelta(days=1)))
    return render_template(
        "pages/rota.html", card=card, covers=covers, span=span, today=local.date(),
        last=local.date() + dt.timedelta(days=shown.DAYS), **fields,
    )  # fmt: skip


def _fields(db: Session) -> dict[str, object]:
    """What the forms offer."""
    there = (Contact.role != ContactRole.UNKNOWN, Contact.archived_at.is_(None))
    codes = select(Contact.code).where(*there, func.mbiu_sees(Contact.area_path)).order_by(Contact.code)
    return {
        "codes": db.scalars(codes.limit(OFFERED)).all(),
        "areas": places.upper(db),
        "weekdays": recurrence.weekdays(),
        "every": recurrence.EVERY,
        "countries": _countries(),
        "zones": [name for name in sorted(zoneinfo.available_timezones()) if name.startswith("Africa/")],
    }


def _countries() -> list[tuple[str, str]]:
    """The countries whose holidays are known, by name."""
    locale = get_locale()
    names = locale.territories if locale else {}
    return sorted(((code, names.get(code, code)) for code in holidays.supported()), key=lambda one: one[1])


@pages.post("")
@door(Permission.ROUTES)
def create() -> ResponseReturnValue:
    """Make a rota."""
    return _save(None)


@pages.post("/duty")
@door(Permission.ROUTES)
def duty() -> ResponseReturnValue:
    """Choose the rota that the last step of every alert asks."""

    def act(db: Session) -> str:
        chosen = request.form.get("rota", "")
        known = {str(row_id) for row_id in db.scalars(select(Rota.id))}
        house.put(db, actor(), "duty_rota", chosen if chosen in known else "")
        return _("Saved.")

    return _done(act, None)


@pages.post("/<uuid:rota_id>")
@door(Permission.ROUTES)
def change(rota_id: UUID) -> ResponseReturnValue:
    """Change a rota."""
    return _save(rota_id)


@pages.post("/<uuid:rota_id>/stand-in")
@door(Permission.ROUTES)
def cover(rota_id: UUID) -> ResponseReturnValue:
    """Let somebody stand in."""

    def act(db: Session) -> str:
        row, form = _mine(db, rota_id), request.form
        zone = zoneinfo.ZoneInfo(row.zone)
        since, until = (
            shown.read(form.get(name, "")).replace(tzinfo=zone).astimezone(dt.UTC)
            for name in ("from", "until")
        )
        made = rotas.Cover(form.get("who", "")[:40], since, until, form.get("instead_of", "")[:40])
        rotas.stand_in(db, actor(), rota_id, made)
        return _("Noted. Both are told.")

    return _done(act, rota_id)


@pages.post("/<uuid:rota_id>/stand-in/<uuid:cover_id>")
@door(Permission.ROUTES)
def uncover(rota_id: UUID, cover_id: UUID) -> ResponseReturnValue:
    """Nobody stands in any more."""

    def act(db: Session) -> str:
        _mine(db, rota_id)
        rotas.take_back(db, actor(), rota_id, cover_id)
        return _("Taken back. Both are told.")

    return _done(act, rota_id)


def _done(act: Callable[[Session], str], rota_id: UUID | None) -> ResponseReturnValue:
    """Do it in a transaction, say how it went, and show the rota, or all."""
    try:
        with transaction() as db:
            said = act(db)
        flash(said, "ok")
    except Refused as refused:
        flash(told(refused.why), "bad")
    return redirect(url_for("rotas.one", rota_id=rota_id) if rota_id else url_for("rotas.show"))


def _mine(db: Session, rota_id: UUID) -> Rota:
    row = db.get(Rota, rota_id)
    if row is None or not places.covers(current_user().scope, row.area_path):
        raise NotFound("There is no such rota.")
    return row


def _save(rota_id: UUID | None) -> ResponseReturnValue:
    def act(db: Session) -> str:
        wanted = _wanted()
        if rota_id:
            _mine(db, rota_id)
        if not places.covers(current_user().scope, wanted.area_path):
            raise NotFound("There is no such area.")
        rotas.save(db, actor(), wanted, rota_id)
        return _("Rota «%(name)s» is saved.", name=wanted.name)

    return _done(act, rota_id)


def _wanted() -> Wanted:
    form = request.form
    rule = recurrence.Form(
        form.get("every", "") if form.get("every") in recurrence.EVERY else "WEEKLY",
        _whole("interval"),
        form.getlist("days"),
        _whole("month_day"),
        form.get("times", "")[:80],
        form.get("own", "").strip()[:200],
    )
    return Wanted(
        name=form.get("name", ""),
        zone=form.get("zone", ""),
        starts_at=shown.read(form.get("starts_at", "")),
        rule=recurrence.rule_of(rule),
        members=_codes("members"),
        others=_codes("others"),
        seats=_whole("seats"),
        area_path=form.get("area", "").replace("\0", "") or "/",
        on_holidays=form.get("on_holidays", turns.SAME),
        country=form.get("country", ""),
        feasts="feasts" in form,
        notice_minutes=_whole("notice_minutes"),
        active="active" in form,
    )


def _whole(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _codes(name: str) -> list[str]:
    text = request.form.get(name, "")[:2000].replace("\0", "")
    return [code for code in re.split(r"[\s,;]+", text) if code]
