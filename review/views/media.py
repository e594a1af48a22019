"""The files of an incident: the clean copy for whoever sees it, the original for custodians alone."""

import hashlib
import io
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mbiu import audit, vault, verification
from mbiu.media import store
from mbiu.models import Alert, Incident, Media, Message, Report
from mbiu.refs import normal_ref
from mbiu.refusals import Refused
from review import files
from review.doors import Permission, actor, door, scoped
from review.errors import problem

pages = Blueprint("media", __name__, url_prefix="/incidents/<ref>/media/<uuid:media_id>")

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "audio/webm": "weba", "video/webm": "webm"}
#: Endings of originals; what is not here is saved under one that nothing opens.
ORIGINAL_ENDINGS = ENDINGS | {
    "image/webp": "webp", "image/heic": "heic", "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a",
    "audio/amr": "amr", "video/mp4": "mp4", "video/3gpp": "3gp", "application/pdf": "pdf",
}  # fmt: skip


@pages.get("")
@door(Permission.SEE)
def show(ref: str, media_id: UUID) -> ResponseReturnValue:
    """The clean copy of a picture or recording; its name says nothing."""
    with scoped() as db:
        found = _find(db, ref, media_id)
        if not found.clean:
            abort(404)
        audit.append(db, actor(), "media.viewed", f"incident:{normal_ref(ref)}", media=str(media_id))
    return _answer(found, "clean", found.clean, found.content_type, ENDINGS.get(found.content_type, "bin"))


@pages.get("/original")
@door(Permission.ORIGINALS)
def ask(ref: str, media_id: UUID) -> ResponseReturnValue:
    """What the file is, and the form that asks why it is wanted."""
    with scoped() as db:
        found = _find(db, ref, media_id)
        if not found.original:
            abort(404)
    return render_template("pages/original.html", ref=normal_ref(ref), row=found, file=files.shown(found))


@pages.post("/original")
@door(Permission.ORIGINALS)
def fetch(ref: str, media_id: UUID) -> ResponseReturnValue:
    """The file as it came. Who took it and why is committed before a byte of it is read."""
    ref, reason = normal_ref(ref), request.form.get("reason", "")[:2000].strip()
    if len(reason) < 10:
        flash(_("Say in a sentence what you need the original for."), "bad")
        return redirect(url_for("media.ask", ref=ref, media_id=media_id))
    try:
        found = _released(ref, media_id, reason)
    except Refused as refused:
        flash(refused.why, "bad")
        return redirect(url_for("media.ask", ref=ref, media_id=media_id))
    ending = ORIGINAL_ENDINGS.get(found.original_type, "bin")
    return _answer(found, "original", found.original or "", "application/octet-stream", ending)


def _released(ref: str, media_id: UUID, reason: str) -> Media:
    """The row, once the reason stands under the incident and the release in the audit chain."""
    with scoped() as db:
        found = _find(db, ref, media_id)
        if not found.original:
            abort(404)
        digest = (found.sha256 or b"").hex()
        verification.note(db, actor(), ref, f"Took the original of file {digest[: files.SHORT]}: {reason}")
        audit.append(db, actor(), "media.released", f"incident:{ref}", media=str(media_id), sha256=digest)
    return found


def _find(db: Session, ref: str, media_id: UUID) -> Media:
    found = db.scalar(
        select(Media)
        .join(Message, Message.id == Media.message_id)
        .outerjoin(Report, Report.id == Message.report_id)
        .outerjoin(Alert, Alert.id == Message.alert_id)
        .join(Incident, or_(Incident.id == Report.incident_id, Incident.id == Alert.incident_id))
        .where(Media.id == media_id, Incident.ref == normal_ref(ref))
    )
    if found is None:
        abort(404)
    return found


def _answer(
    row: Media, column: store.Column, name: str, content_type: str, ending: str
) -> ResponseReturnValue:
    try:
        content = store.get(row.id, column, name)
        _require_whole(row, column, content)
    except store.StoreAway:
        return problem(
            503, _("The store of files is away"), _("The file could not be fetched. Try again later.")
        )
    except vault.CannotOpen:
        return problem(500, _("This file does not open"), _("It is damaged, or not the one that came."))
    options: dict[str, Any] = {"as_attachment": True, "download_name": f"{row.id}.{ending}"}
    return send_file(io.BytesIO(content), mimetype=content_type, **options)


def _require_whole(row: Media, column: store.Column, content: bytes) -> None:
    """Raises CannotOpen where an original is not what arrived."""
    if column == "original" and hashlib.sha256(content).digest() != row.sha256:
        raise vault.CannotOpen("media:original")
