"""Briefs: who gets one, of which area, how often; and what it would say now."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import audit, digests
from mbiu.codes import ContactRole, DeliveryState
from mbiu.db import transaction
from mbiu.models import Address, Contact, Delivery, Digest, utcnow
from mbiu.refusals import NotFound, Refused
from review import places
from review.doors import Permission, actor, current_user, door, scoped
from review.words import told

pages = Blueprint("digests", __name__, url_prefix="/digests")
#: So many are listed, and so many code names offered.
MOST = 500
#: A Monday, to name days by.
_MONDAY = dt.date(2024, 1, 1)


@dataclass(frozen=True)
class Line:
    """A brief that is ordered, and how the last one fared."""

    row: Digest
    code: str
    kind: str
    area: str
    state: DeliveryState | None


@pages.get("")
@door(Permission.ROUTES)
def show() -> ResponseReturnValue:
    """The briefs that are ordered of the user's areas, and a form for another."""
    with scoped() as db:
        lines = _lines(db)
        codes = db.scalars(
            select(Contact.code)
            .where(Contact.role != ContactRole.UNKNOWN, Contact.archived_at.is_(None))
            .where(func.mbiu_sees(Contact.area_path))
            .order_by(Contact.code)
            .limit(MOST)
        ).all()
        areas = places.upper(db)
    return render_template(
        "pages/digests.html",
        lines=lines,
        codes=codes,
        areas=areas,
        kinds=digests.KINDS,
        whole=current_user().scope == "/",
        weekdays=[(n, format_date(_MONDAY + dt.timedelta(days=n), "EEEE")) for n in range(7)],
    )


def _lines(db: Session) -> list[Line]:
    rows = db.execute(
        select(Digest, Contact.code, Address.kind, Delivery.state)
        .join(Contact, Contact.id == Digest.contact_id)
        .join(Address, Address.id == Digest.address_id)
        .outerjoin(Delivery, Delivery.message_id == Digest.message_id)
        .where(func.mbiu_sees(Digest.area_path))
        .order_by(Digest.area_path, Contact.code)
        .limit(MOST)
    ).all()
    known = places.names(db, [row.Digest.area_path for row in rows])
    return [
        Line(row.Digest, row.code, row.kind.value, places.scope_name(row.Digest.area_path, known), row.state)
        for row in rows
    ]


@pages.get("/<uuid:digest_id>")
@door(Permission.FEEDBACK)
def one(digest_id: UUID) -> ResponseReturnValue:
    """What a brief would say now."""
    with scoped() as db:
        row = _mine(db, digest_id)
        text, _files = digests.preview(db, row, utcnow())
        contact = db.get_one(Contact, row.contact_id)
        known = places.names(db, [row.area_path])
    return render_template(
        "pages/digest.html", row=row, text=text, code=contact.code,
        area=places.scope_name(row.area_path, known),
    )  # fmt: skip


@pages.get("/<uuid:digest_id>/brief.pdf")
@door(Permission.FEEDBACK)
def paper(digest_id: UUID) -> ResponseReturnValue:
    """The same as a file to print."""
    with scoped() as db:
        row = _mine(db, digest_id)
        files = digests.preview(db, row, utcnow(), on_paper=True)[1]
        audit.append(db, actor(), "digest.printed", f"digest:{row.id}")
    if not files:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="{files[0].name}"'}
    return Response(files[0].content, mimetype=files[0].content_type, headers=headers)


@pages.post("")
@door(Permission.ROUTES)
def create() -> ResponseReturnValue:
    """Order a brief."""
    return _done(lambda db: _save(db, None))


@pages.post("/<uuid:digest_id>")
@door(Permission.ROUTES)
def change(digest_id: UUID) -> ResponseReturnValue:
    """Change a brief, or order it off."""

    def act(db: Session) -> str:
        _mine(db, digest_id)
        if "remove" in request.form:
            digests.end(db, actor(), digest_id)
            return _("The brief is ordered off.")
        return _save(db, digest_id)

    return _done(act)


def _save(db: Session, digest_id: UUID | None) -> str:
    form = request.form
    area = form.get("area", "").replace("\0", "") or "/"
    if not places.covers(current_user().scope, area):
        raise NotFound("There is no such area.")
    code, weekly = form.get("code", "")[:40].replace("\0", ""), form.get("often") == "weekly"
    when = (weekly, _whole("weekday"), _whole("hour"))
    wanted = digests.Wanted(code, form.get("kind", ""), area, *when, "always" in form, "active" in form)
    digests.save(db, actor(), wanted, digest_id)
    return _("The brief is ordered.")


def _whole(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


def _mine(db: Session, digest_id: UUID) -> Digest:
    row = db.get(Digest, digest_id)
    if row is None or not places.covers(current_user().scope, row.area_path):
        raise NotFound("There is no such brief.")
    return row


def _done(act: Callable[[Session], str]) -> ResponseReturnValue:
    try:
        with transaction() as db:
            said = act(db)
        flash(said, "ok")
    except Refused as refused:
        flash(told(refused.why), "bad")
    return redirect(url_for("digests.show"))
