"""Which contacts an incident is kept from, asked each time somebody is about to be told of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session

from mbiu import survivors
from mbiu.codes import ResponderClass, Wish
from mbiu.gazetteer.names import fold_name
from mbiu.models import Address, Affiliation, Contact, Incident, PartyOverride, Suspect
from mbiu.parties import kin

#: The key under which the rule for survivors is overridden.
SURVIVOR = "survivor"
WHY = {
    "institution": "belongs to an institution that is named as a suspected party",
    "unit": "belongs to a unit that is named as a suspected party",
    "community": "belongs to a community that is named as a suspected party",
    SURVIVOR: "is told of survivors only if two people agree",
}
#: Who could act in place of somebody: of the same class, else of these.
_IN_PLACE = {
    ResponderClass.POLICE_LIAISON: (ResponderClass.LOCAL_ADMINISTRATION, ResponderClass.NGO),
    ResponderClass.SECURITY: (ResponderClass.LOCAL_ADMINISTRATION, ResponderClass.NGO),
    ResponderClass.LOCAL_ADMINISTRATION: (ResponderClass.PEACE_COMMITTEE, ResponderClass.NGO),
    ResponderClass.MEDIATOR: (ResponderClass.ELDER, ResponderClass.RELIGIOUS_LEADER),
    ResponderClass.ELDER: (ResponderClass.MEDIATOR, ResponderClass.RELIGIOUS_LEADER),
    ResponderClass.RELIGIOUS_LEADER: (ResponderClass.MEDIATOR, ResponderClass.ELDER),
    ResponderClass.PEACE_COMMITTEE: (ResponderClass.MEDIATOR, ResponderClass.ELDER),
}
#: So many are offered in somebody's place.
OFFERED = 3
_LOOKED_AT = 60


@dataclass(frozen=True)
class Bar:
    """Why a contact is not told of an incident, and who could be.

    ``why`` is one of the sentences of `WHY`, ``kind`` its key; ``party`` the name in the facts that barred,
    empty for survivors; ``keys`` are what an exception must cover. ``alternatives`` are contacts of the same
    class, or of one that can do the same, who may be told.
    """

    why: str
    alternatives: tuple[UUID, ...] = ()
    kind: str = ""
    party: str = ""
    keys: frozenset[str] = frozenset()


def barred(session: Session, incident: Incident, contact_ids: Iterable[UUID]) -> dict[UUID, Bar]:
    """Those of the contacts who must not be told of the incident, each with the reason.

    Whom two people let through by a written exception, for the facts as they are now, is not among them. The
    incident may be an imagined one that is stored nowhere.
    """
    wanted = set(contact_ids)
    found = _bars(session, incident, wanted)
    if not found:
        return {}
    let = _exceptions(session, incident, found)
    left = {contact: bar for contact, bar in found.items() if not bar.keys <= let.get(contact, frozenset())}
    return _with_alternatives(session, incident, left) if left else {}


def concerned(session: Session, incidents: Collection[Incident]) -> set[UUID]:
    """Those of the incidents that anybody may be barred from; of all others `barred` finds nobody."""
    query = select(Suspect.incident_id).where(Suspect.incident_id.in_([one.id for one in incidents]))
    named = {one.id for one in incidents if "attacker" in (one.actors or {}).values()}
    return named | {one.id for one in incidents if survivors.is_survivor(one)} | set(session.scalars(query))


def suspects(session: Session, incident: Incident) -> dict[str, str]:
    """The suspected parties of an incident: those of its facts, and those they ever named. Key to name."""
    rows = session.execute(select(Suspect.key, Suspect.name).where(Suspect.incident_id == incident.id))
    stored = {row.key: row.name for row in rows}
    told = {fold_name(name): name for name, side in (incident.actors or {}).items() if side == "attacker"}
    return told | stored


def _bars(session: Session, incident: Incident, wanted: Collection[UUID]) -> dict[UUID, Bar]:
    """The bars as the facts have them, whatever was excepted. What concerns survivors comes first."""
    found = _of_parties(session, suspects(session, incident), wanted)
    if not survivors.is_survivor(incident):
        return found
    classes = select(Contact.id, Contact.responder_class).where(Contact.id.in_(wanted))
    for contact, kind in session.execute(classes):
        if kind not in survivors.TOLD:
            known = found.get(contact)
            also = known.keys if known else frozenset[str]()
            found[contact] = Bar(WHY[SURVIVOR], kind=SURVIVOR, keys=also | {SURVIVOR})
    return found


def _of_parties(session: Session, named: Mapping[str, str], wanted: Collection[UUID]) -> dict[UUID, Bar]:
    if not named or not wanted:
        return {}
    query = select(Affiliation).where(Affiliation.contact_id.in_(wanted), Affiliation.ended_at.is_(None))
    found: dict[UUID, Bar] = {}
    for row in session.scalars(query.order_by(Affiliation.created_at, Affiliation.id)):
        for key, name in named.items():
            if meets(row, key, name):
                bar = found.setdefault(row.contact_id, Bar(WHY[row.kind], kind=row.kind, party=name))
                found[row.contact_id] = replace(bar, keys=bar.keys | {key})
    return found


def meets(row: Affiliation, key: str, name: str) -> bool:
    """Whether an affiliation is with the party of this folded ``key`` and ``name``."""
    known = kin.keys(row.name, row.kind) | set(row.keys)
    return key in known or kin.same(known, name)


def _exceptions(session: Session, incident: Incident, found: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """What two people agreed on for the facts as they are now: keys by contact."""
    query = select(PartyOverride.contact_id, PartyOverride.keys).where(
        PartyOverride.incident_id == incident.id,
        PartyOverride.contact_id.in_(found),
        PartyOverride.version == incident.version,
        PartyOverride.agreed_at.is_not(None),
        PartyOverride.dropped_at.is_(None),
    )
    let: dict[UUID, frozenset[str]] = defaultdict(frozenset)
    for row in session.execute(query):
        let[row.contact_id] |= frozenset(row.keys)
    return let


# --- who else ----------------------------------------------------------------------------------


def _with_alternatives(session: Session, incident: Incident, found: dict[UUID, Bar]) -> dict[UUID, Bar]:
    rows = session.execute(select(Contact.id, Contact.responder_class).where(Contact.id.in_(found)))
    classes = {row.id: row.responder_class for row in rows}
    wishes = {contact: _wish(bar, classes.get(contact)) for contact, bar in found.items()}
    free = _free(session, incident, {kind for wish in wishes.values() for kind in wish}, set(found))
    return {
        contact: replace(bar, alternatives=_offered(wishes[contact], free)) for contact, bar in found.items()
    }


def _wish(bar: Bar, kind: ResponderClass | None) -> tuple[ResponderClass, ...]:
    """The classes in which to look for somebody else, the best first."""
    if bar.kind == SURVIVOR:
        return survivors.HELPERS
    return (kind, *_IN_PLACE.get(kind, ())) if kind else (ResponderClass.MEDIATOR,)


def _offered(wish: tuple[ResponderClass, ...], free: Mapping[ResponderClass, list[UUID]]) -> tuple[UUID, ...]:
    """Those of the first class in which there is anybody."""
    return next((tuple(free[kind][:OFFERED]) for kind in wish if free.get(kind)), ())


def _free(
    session: Session, incident: Incident, classes: Collection[ResponderClass], but: Collection[UUID]
) -> dict[ResponderClass, list[UUID]]:
    """Who of these classes works where the incident is, can be reached and is not barred, nearest first."""
    rows = [row for row in _near(session, incident, classes) if row.id not in but]
    theirs = _bars(session, incident, {row.id for row in rows})
    found: dict[ResponderClass, list[UUID]] = defaultdict(list)
    for row in rows:
        if row.responder_class and row.id not in theirs:
            found[row.responder_class].append(row.id)
    return found


def _near(session: Session, incident: Incident, classes: Collection[ResponderClass]) -> list[Contact]:
    area = incident.block if incident.block not in {"", "/", None} else incident.area_path
    reachable = (
        select(Address.id)
        .where(Address.contact_id == Contact.id, Address.vault_id.is_not(None))
        .where(Address.blocked_at.is_(None), Address.stopped_at.is_(None))
    )
    query = (
        select(Contact)
        .where(Contact.responder_class.in_(classes), Contact.archived_at.is_(None))
        .where(Contact.silent_at.is_(None), Contact.stopped_at.is_(None), Contact.wish == Wish.PUSH)
        .where(Contact.exercise == bool(incident.exercise), reachable.exists())
        .where(
            or_(
                func.starts_with(Contact.area_path, area or "/"),
                func.starts_with(literal(incident.area_path or "/"), Contact.area_path),
            )
        )
        .order_by(func.length(Contact.area_path).desc(), Contact.code)
    )
    return list(session.scalars(query.limit(_LOOKED_AT)))


def instead(session: Session, incident: Incident) -> tuple[UUID, ...]:
    """Who is told in place of everybody whom the rule for survivors leaves out, the nearest first.

    Empty for an incident of another kind, and where no referral service is registered near.
    """
    if not survivors.is_survivor(incident):
        return ()
    free = _free(session, incident, survivors.HELPERS, ())
    return _offered(survivors.HELPERS, free)
