"""What is deleted when, and how much would go next."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.db import transaction
from mbiu.house import settings
from mbiu.models import AuditEntry, Incident, utcnow
from mbiu.retention.expiry import MOST, counts, current
from review.doors import Permission, actor, door
from review.views.house.blueprint import done, pages, whole

#: From now, and so many days on.
AHEAD = (0, 7, 30)


@pages.get("/retention")
@door(Permission.HOUSE)
def retention() -> ResponseReturnValue:
    """The days, the last run, and what would go now and later."""
    now = utcnow()
    with transaction() as db:
        days, survivor = (settings.value(db, key) for key in ("retention_days", "survivor_days"))
        found = counts(db, current(db), now, AHEAD)
        runs = (AuditEntry.object == "house:retention", AuditEntry.action == "retention.run")
        last = db.scalars(select(AuditEntry).where(*runs).order_by(AuditEntry.seq.desc()).limit(1)).first()
        held = db.scalar(select(func.count()).select_from(Incident).where(Incident.held)) or 0
    return render_template(
        "pages/house/retention.html",
        days=days,
        survivor=survivor,
        rows=found.items(),
        ahead=AHEAD,
        most=MOST,
        last=last,
        held=held,
    )


@pages.post("/retention")
@door(Permission.HOUSE)
def set_retention() -> ResponseReturnValue:
    """Let other days hold."""

    def act(db: Session) -> str:
        days = {name: whole(request.form.get(name, "")) for name in settings.RETENTION}
        own = {name: whole(request.form.get(f"survivor_{name}", "")) for name in settings.RETENTION}
        settings.put(db, actor(), "retention_days", days)
        settings.put(db, actor(), "survivor_days", own)
        return _("Saved. The next run goes by it.")

    return done(act, "house.retention")
