"""The incidents a report may belong to: by district, by squares around its point, by place, by its words.

Each way reads the newest few of an index on area and time, so the cost does not grow with the history;
where there are more in the window than that, it is logged.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    DateTime,
    Select,
    TableValuedAlias,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from mbiu import vault
from mbiu.agreement import Facts
from mbiu.analysis import similarity
from mbiu.codes import IncidentState
from mbiu.facts import incident_facts
from mbiu.joining import Witness, doubt, rough, ties
from mbiu.models import Contact, Incident, Message, Report
from mbiu.search import Key, Search
from mbiu.sources import TIES

log = logging.getLogger(__name__)

#: The newest incidents read for one district, square or place, and for the wider areas that hold it.
MOST, WIDE = 120, 24
#: Those whose texts are opened for one report, and the texts opened for each.
SHORTLIST, TEXTS = 12, 8
_JOINABLE = (IncidentState.OPEN, IncidentState.CLAIMED, IncidentState.VERIFIED, IncidentState.ALERTED)
_SINCE = bindparam("since", type_=DateTime(timezone=True))
# Written so that only the indexes on place and time fit: after quiet weeks the planner would take the one
# on state and time, and read a whole surge once for each key.
_IS_JOINABLE = func.lower(Incident.state).in_([state.value for state in _JOINABLE])


@dataclass
class Candidate:
    """An incident a report may belong to, with those who told of it so far."""

    facts: Facts
    witnesses: list[Witness] = field(default_factory=list)


# --- the pool of a batch -----------------------------------------------------------------------

# No likeness of words lifts less than this to a proposal.
_HOPELESS = -1.2


class Pool:
    """The candidates of a batch of reports, by the keys under which they are searched."""

    def __init__(self) -> None:
        self._all: dict[UUID, Candidate] = {}
        self._by_key: dict[Key, list[UUID]] = defaultdict(list)

    def add(self, candidate: Candidate, keys: Iterable[Key]) -> None:
        if candidate.facts.id is not None:
            self._all.setdefault(candidate.facts.id, candidate)
            for key in keys:
                self._by_key[key].append(candidate.facts.id)

    def get(self, incident_id: UUID) -> Candidate | None:
        return self._all.get(incident_id)

    def same_words(self, search: Search) -> set[UUID]:
        """The incidents of which somebody told in exactly these words."""
        return {row_id for key in search.keys if key[0] == "words" for row_id in self._by_key.get(key, ())}

    def shortlist(self, report: Facts, search: Search) -> list[Candidate]:
        """All that were told in the same words, then those that fit best by their facts."""
        same = self.same_words(search)
        found = {row_id for key in search.keys for row_id in self._by_key.get(key, ())} - same
        weights = {row_id: rough(report, self._all[row_id].facts) for row_id in found}
        best = sorted((one for one in weights if weights[one] > _HOPELESS), key=lambda one: -weights[one])
        return [self._all[row_id] for row_id in [*same, *best[:SHORTLIST]]]


# --- from the database -------------------------------------------------------------------------


def _wanted(how: str) -> TableValuedAlias:
    keys = bindparam(f"{how}_keys", type_=ARRAY(Text))
    drills = bindparam(f"{how}_drills", type_=ARRAY(Boolean))
    made = func.unnest(keys, drills).table_valued(column("key", Text), column("drill", Boolean))
    return made.render_derived(name=f"wanted_{how}")


def _newest(how: str, indexed: Any, most: int = MOST) -> Select[Any]:
    """For each key the newest incidents of the window."""
    wanted = _wanted(how)
    key = cast(wanted.c.key, indexed.type)
    newest = (
        select(Incident.id)
        .where(
            indexed == key,
            tuple_(indexed, Incident.created_at)
            > tuple_(key, bindparam("since", type_=DateTime(timezone=True))),
            Incident.exercise == wanted.c.drill,
            _IS_JOINABLE,
        )
        .order_by(Incident.created_at.desc())
        .limit(most)
        .lateral(f"newest_{how}")
    )
    return select(literal(how).label("how"), wanted.c.key, wanted.c.drill, newest.c.id).join(newest, true())


def _same_words() -> Select[Any]:
    """For each fingerprint the incidents of the newest reports that have it."""
    wanted = _wanted("words")
    newest = (
        select(Report.incident_id.label("id"))
        .where(
            Report.fingerprint == func.decode(wanted.c.key, "hex"),
            Report.exercise == wanted.c.drill,
            Report.created_at > bindparam("since"),
            Report.incident_id.is_not(None),
            Report.withdrawn_at.is_(None),
        )
        .order_by(Report.created_at.desc())
        .limit(TEXTS)
        .lateral("newest_words")
    )
    return (
        select(literal("words").label("how"), wanted.c.key, wanted.c.drill, newest.c.id)
        .join(newest, true())
        .distinct()
    )


FIND = union_all(
    _newest("block", Incident.block),
    _newest("wide", Incident.block, WIDE),
    _newest("cell", Incident.cell),
    _newest("place", Incident.place_id),
    _same_words(),
)
_FACTS = (
    Incident.id, Incident.block, Incident.area_path, Incident.place_id, Incident.lat, Incident.lon,
    Incident.radius_km, Incident.precision, Incident.event_type, Incident.other_types, Incident.numbers,
    Incident.actors, Incident.occurred_from, Incident.occurred_to, Incident.created_at, Incident.exercise,
)  # fmt: skip


def values_of(searches: Collection[Search]) -> dict[str, Any]:
    """What `FIND` is asked with."""
    keys = sorted({key for one in searches for key in one.keys})
    values: dict[str, Any] = {"since": min(one.since for one in searches)}
    for how in ("block", "wide", "cell", "place", "words"):
        mine = [key for key in keys if key[0] == how]
        values[f"{how}_keys"], values[f"{how}_drills"] = [key[1] for key in mine], [key[2] for key in mine]
    return values


def find(session: Session, searches: Iterable[Search]) -> Pool:
    """The candidates of these searches, so far without the words that were told of them."""
    pool, wanted = Pool(), list(searches)
    if not wanted:
        return pool
    values = values_of(wanted)
    found: dict[UUID, list[Key]] = defaultdict(list)
    for row in session.execute(FIND, values):
        found[row.id].append((row.how, row.key, row.drill))
    _tell_crowded(found)
    query = select(*_FACTS).where(Incident.id.in_(found), Incident.state.in_(_JOINABLE))
    for row in session.execute(query.order_by(Incident.created_at.desc())):
        pool.add(Candidate(incident_facts(row)), found[row.id])
    return pool


def _tell_crowded(found: dict[UUID, list[Key]]) -> None:
    crowded = Counter(key for keys in found.values() for key in keys if key[0] not in {"wide", "words"})
    for (how, key, _), count in crowded.items():
        if count >= MOST:
            log.info("candidates.crowded", extra={"how": how, "key": key})


def _telling() -> Select[Any]:
    ids = func.unnest(bindparam("ids", type_=ARRAY(Uuid))).table_valued(column("id", Uuid))
    wanted = ids.render_derived(name="wanted")
    newest = (
        select(Report.id, Report.incident_id, Report.contact_id, Report.address_id)
        .add_columns(Report.unconfirmed, Report.duress)
        .where(Report.incident_id == wanted.c.id, Report.copied.is_(False), Report.withdrawn_at.is_(None))
        .order_by(Report.created_at.desc())
        .limit(TEXTS)
        .lateral("newest")
    )
    return (
        select(newest.c.id, newest.c.incident_id, newest.c.contact_id, *TIES)
        .add_columns(newest.c.address_id, newest.c.unconfirmed, newest.c.duress)
        .add_columns(Message.id.label("message_id"), Message.text)
        .select_from(wanted)
        .join(newest, true())
        .join(Contact, Contact.id == newest.c.contact_id)
        .join(Message, and_(Message.report_id == newest.c.id, Message.direction == "in"))
    )


TELLING = _telling()


def add_witnesses(session: Session, known: Iterable[Candidate]) -> None:
    """Open what was told of these incidents: the newest few texts that are no copies."""
    wanted = {one.facts.id: one for one in known if one.facts.id and not one.witnesses}
    if not wanted:
        return
    for row in session.execute(TELLING, {"ids": list(wanted)}):
        texts: tuple[similarity.Text, ...] = ()
        with suppress(vault.CannotOpen):
            texts = (similarity.Text.of(vault.unseal("message", "text", row.message_id, row.text)),)
        witness = Witness(texts, row.contact_id, doubt=doubt(row), **ties(row))
        wanted[row.incident_id].witnesses.append(witness)
