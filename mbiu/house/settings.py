"""The settings of the house: a default for each, the centre's own value in its place, checked and audited."""

import datetime as dt
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, SessionTransaction

from mbiu import audit, priority
from mbiu.audit import Actor
from mbiu.codes import Priority, Role, Severity, Urgency
from mbiu.models import HouseSetting, utcnow
from mbiu.refusals import NotAllowed, NotPossible

#: The roles that run the house.
RUNNERS = frozenset({Role.ADMIN, Role.COORDINATOR})
_CACHE = "house settings"
_YEAR = 366 * 24 * 60


@dataclass(frozen=True)
class Spec:
    """A setting: what holds until somebody decides, and a check that raises NotPossible."""

    default: Any
    check: Callable[[Any], None]


def value(session: Session, key: str) -> Any:
    """What holds now: the centre's own value or the default.

    All settings are read at the first call of a transaction, and once in it. ``exercise`` is whether an
    exercise of the whole house runs at this moment. Raises KeyError for an unknown key.
    """
    if key == "exercise":
        return exercising(value(session, "exercise_window"), utcnow())
    own = _own(session)
    return own[key] if key in own else SPECS[key].default


def put(session: Session, actor: Actor, key: str, new: Any) -> bool:
    """Let ``new`` hold from this transaction's commit on; False if it holds already.

    Raises NotAllowed for whoever does not run the house, NotPossible for a value that makes no sense.
    """
    if actor.role not in RUNNERS and actor != audit.SYSTEM:
        raise NotAllowed("Only administrators and coordinators change the settings of the house.")
    SPECS[key].check(new)
    before = value(session, key)
    if before == new:
        return False
    values = {"value": new, "updated_by": actor.id, "updated_at": utcnow()}
    row = insert(HouseSetting).values(key=key, **values)
    session.execute(row.on_conflict_do_update(constraint="pk_house_setting", set_=values))
    session.info.pop(_CACHE, None)
    audit.append(session, actor, "house.changed", f"setting:{key}", before=before, after=new)
    return True


def exercising(window: Mapping[str, str], now: dt.datetime) -> bool:
    """Whether ``now`` lies between the two times (ISO 8601) of an exercise of the whole house."""
    if not window:
        return False
    return dt.datetime.fromisoformat(window["from"]) <= now < dt.datetime.fromisoformat(window["until"])


def _own(session: Session) -> dict[str, Any]:
    found: dict[str, Any] | None = session.info.get(_CACHE)
    if found is None:
        rows = session.execute(select(HouseSetting.key, HouseSetting.value))
        found = session.info[_CACHE] = {row.key: row.value for row in rows}
    return found


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(_CACHE, None)


# --- what makes sense --------------------------------------------------------------------------


def _minutes(found: Any) -> None:
    """Whole minutes for each priority, none waiting less than the one before it."""
    if not isinstance(found, dict) or set(found) != {level.value for level in Priority}:
        raise NotPossible("Each priority needs its minutes.")
    waits = [found[level] for level in Priority]
    if not all(_whole(one, 1, _YEAR) for one in waits):
        raise NotPossible("Minutes are whole numbers from 1 to a year's.")
    if waits != sorted(waits):
        raise NotPossible("A lower priority cannot be due before a higher one.")


def _levels(found: Any) -> None:
    """A priority for each severity and urgency; what is graver or more pressing never comes later."""
    columns = {one.value for one in Urgency}
    whole = isinstance(found, dict) and set(found) == {one.value for one in Severity}
    if not whole or not all(isinstance(row, dict) and set(row) == columns for row in found.values()):
        raise NotPossible("The table needs a priority for each severity and each urgency.")
    if not all(level in set(Priority) for row in found.values() for level in row.values()):
        raise NotPossible("There are the priorities P1, P2, P3 and P4.")
    ranked = sorted((one for one in Severity if one.rank), key=lambda one: -one.rank)
    for column in columns:
        order = [found[one][column] for one in ranked]
        if order != sorted(order):
            raise NotPossible("Something graver cannot come after something less grave.")


def _retention(found: Any) -> None:
    """Days for each kind of data."""
    if not isinstance(found, dict) or set(found) != set(RETENTION):
        raise NotPossible("Each kind of data needs its days.")
    if not all(_whole(one, 1, 3650) for one in found.values()):
        raise NotPossible("Days are whole numbers from 1 to 3650.")


def _window(found: Any) -> None:
    if found == {}:
        return
    try:
        start, end = (dt.datetime.fromisoformat(found[name]) for name in ("from", "until"))
        lasts = end - start
    except (KeyError, TypeError, ValueError):
        raise NotPossible("An exercise has a start and an end.") from None
    if start.tzinfo is None or end.tzinfo is None or not dt.timedelta() < lasts <= dt.timedelta(days=14):
        raise NotPossible("An exercise ends after it begins, and within 14 days.")


def _zone(found: Any) -> None:
    if found not in zoneinfo.available_timezones():
        raise NotPossible("Name a time zone such as Africa/Kampala.")


def _rota(found: Any) -> None:
    try:
        known = found == "" or str(UUID(found)) == found
    except (TypeError, ValueError, AttributeError):
        known = False
    if not known:
        raise NotPossible("Choose a rota, or none.")


def _between(low: int, high: int, unit: str) -> Callable[[Any], None]:
    def check(found: Any) -> None:
        if not _whole(found, low, high):
            raise NotPossible(f"Write a whole number of {unit} from {low} to {high}.")

    return check


def _whole(found: Any, low: int, high: int) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and low <= found <= high


#: Days after which each kind of data goes: THREATS control 17.
RETENTION = {"identity": 90, "words": 180, "media": 180}
#: The same on the path for survivors, whose stories are kept no longer than help takes.
SURVIVORS = {"identity": 30, "words": 60, "media": 30}

SPECS: dict[str, Spec] = {
    "due_minutes": Spec(priority.minutes(), _minutes),
    "priority_table": Spec(priority.table(), _levels),
    "retention_days": Spec(RETENTION, _retention),
    "survivor_days": Spec(SURVIVORS, _retention),
    "exercise_window": Spec({}, _window),
    "time_zone": Spec("Africa/Kampala", _zone),
    "silence_days": Spec(14, _between(1, 365, "days")),
    "duty_rota": Spec("", _rota),
    "second_person_minutes": Spec(30, _between(1, 1440, "minutes")),
    "alerts_alone": Spec(3, _between(1, 50, "alerts")),
}
