"""People by their code names, never by number or name."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from mbiu.models import Address, Contact, Place, Report
from review import places
from review.doors import Permission, current_user, door, scoped
from review.words import label

pages = Blueprint("people", __name__, url_prefix="/people")
MANY = 300


@pages.get("")
@door(Permission.PEOPLE)
def show() -> ResponseReturnValue:
    """Those whose home is in one's areas, by role and code name."""
    reports = select(func.count()).where(Report.contact_id == Contact.id).scalar_subquery()
    kinds = select(func.array_agg(Address.kind)).where(Address.contact_id == Contact.id).scalar_subquery()
    heard = select(func.max(Address.last_in_at)).where(Address.contact_id == Contact.id).scalar_subquery()
    home = select(Place.path).where(Place.id == Contact.home_place_id).scalar_subquery()
    area = func.coalesce(home, func.nullif(Contact.area_path, ""), "/")
    query = select(
        Contact, reports.label("reports"), kinds.label("kinds"), area.label("path"), heard.label("heard")
    )
    if current_user().scope != "/":
        query = query.where(func.mbiu_sees(area))
    with scoped() as db:
        rows = db.execute(query.order_by(Contact.role, Contact.code).limit(MANY)).all()
        known = places.names(db, [row.path for row in rows])
    return render_template("pages/people.html", people=[_person(row, known) for row in rows])


def _person(row: object, known: places.Names) -> dict[str, object]:
    contact: Contact = row.Contact  # type: ignore[attr-defined]
    return {
        "code": contact.code,
        "role": contact.role,
        "organisation": contact.organisation,
        "area": places.full_name(row.path, known) or "–",  # type: ignore[attr-defined]
        "kinds": ", ".join(sorted(label(kind) for kind in row.kinds or [])),  # type: ignore[attr-defined]
        "language": contact.language or "–",
        "grade": contact.grade,
        "reports": row.reports,  # type: ignore[attr-defined]
        "exercise": contact.exercise,
        "stopped": contact.stopped_at is not None,
        "last_seen_at": row.heard,  # type: ignore[attr-defined]
    }
