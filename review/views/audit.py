"""The record of who did what, to read and to check."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from mbiu import audit
from mbiu.db import transaction
from mbiu.models import AuditEntry
from review.doors import Permission, actor, door

pages = Blueprint("audit", __name__, url_prefix="/audit")
PAGE = 100


@pages.get("")
@door(Permission.AUDIT)
def show() -> ResponseReturnValue:
    """The newest entries first; with ``check`` the whole chain is walked."""
    chosen = {name: request.args.get(name, "").replace("\0", "")[:80] for name in ("who", "action", "object")}
    broken: audit.Break | bool | None = None
    with transaction() as db:
        if "check" in request.args:
            broken = audit.verify(db, audit.read_anchors()) or False
            audit.append(db, actor(), "audit.checked", "audit:chain", holds=broken is False)
        entries = db.scalars(_entries(chosen).limit(PAGE + 1)).all()
    more = entries[PAGE - 1].seq if len(entries) > PAGE else None
    further = (
        url_for(
            "audit.show", before=more, who=chosen["who"], action=chosen["action"], object=chosen["object"]
        )
        if more
        else None
    )
    return render_template(
        "pages/audit.html", entries=entries[:PAGE], chosen=chosen, broken=broken, more=further
    )


def _entries(chosen: dict[str, str]) -> Select[AuditEntry]:
    query = select(AuditEntry).order_by(AuditEntry.seq.desc())
    before = request.args.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 16:
        query = query.where(AuditEntry.seq < int(before))
    if chosen["who"]:
        query = query.where(AuditEntry.actor == chosen["who"])
    if chosen["object"]:
        query = query.where(AuditEntry.object == chosen["object"])
    return (
        query.where(AuditEntry.action.startswith(chosen["action"], autoescape=True))
        if chosen["action"]
        else query
    )
