"""What the demonstration shows: messages agreed beforehand, and a warning that waits for a second person."""

from sqlalchemy.orm import Session

from mbiu.audit import Actor
from mbiu.models import AreaWarning
from mbiu.warnings import library
from mbiu.warnings.preparing import Wanted, prepare

_NAMES = {
    "protect.stay": "Stay indoors",
    "protect.leave": "Go to a good place",
    "protect.road": "Keep off the road",
    "counter_rumour.calm": "It is quiet there",
    "all_clear.over": "It is over",
}


def show(session: Session, one: Actor, two: Actor, area_path: str) -> AreaWarning:
    """Agree on the shipped messages and prepare a warning to an area, marked as an exercise."""
    kept = {}
    for key, wordings in library.shipped().items():
        row = library.write(session, one, _NAMES[key], key.partition(".")[0], wordings)
        session.flush()
        library.agree(session, two, row.id)
        kept[key] = row.id
    audience = ("focal_point", "committee", "supervisor")
    wanted = Wanted(kept["protect.road"], area_path, audience, wave_size=2, exercise=True)
    return prepare(session, one, wanted)
