"""A place as an alert names it."""

from sqlalchemy.orm import Session

from mbiu.models import Place


def place_name(session: Session, place_id: str | None) -> str | None:
    """A place with the unit above it, as people say it: ``Bwera, Kasese``."""
    place = session.get(Place, place_id) if place_id else None
    if place is None:
        return None
    above = session.get(Place, place.parent_id) if place.parent_id else None
    named = above and above.level not in {None, 0} and (place.level is None or place.level > 1)
    return f"{place.name}, {above.name}" if above and named else place.name
