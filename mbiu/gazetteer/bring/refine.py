"""Put what a file tells into the gazetteer: the same unit is refined, a new one added."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from mbiu.gazetteer.bring.book import Book
from mbiu.gazetteer.bring.incoming import Faults, Incoming, Step, type_of
from mbiu.gazetteer.bring.whereabouts import by_land, country, finer, moved, settled
from mbiu.gazetteer.merge.finish import policy
from mbiu.gazetteer.merge.spelling import joined, proper
from mbiu.gazetteer.names import fold_name
from mbiu.gazetteer.place import Place
from mbiu.gazetteer.points import inherited

_LEAST_KM = 6.0
_MAX_ALIASES = 12
#: Whose land is kept: areas that the map can shade.
LEVELS = (1, 2)


@dataclass(frozen=True)
class Outcome:
    """The places after an import, how many of them are new, refined, gone, and the land of areas by id."""

    places: list[Place]
    added: int
    refined: int
    removed: int
    shapes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Where rows come from, whether new upper units may be made for them, and whether old rows give way."""

    source: str
    makes_units: bool = False
    replaces: bool = False
    level: int | None = None


def refine(places: Iterable[Place], incoming: list[Incoming], land: str, plan: Plan) -> Outcome:
    """The places with those of a file among them. Raises BadImport with the rows that have no place."""
    book, faults = Book(places, land), Faults()
    rows = sorted(incoming, key=lambda one: (one.level is None, one.level or 0, one.row))
    waiting = {one.place_id for one in rows if one.place_id}
    for one in rows:
        with faults.row(one.row):
            one.found_id = _take(book, one, plan, waiting).place_id
    for one in rows:
        if one.holder and book.get(one.holder) is None:
            faults.add(one.row, f"parent_id {one.holder!r} is no place")
    _no_circles(book, rows, faults)
    faults.settle()
    gone = _replaced(book, rows, plan) if plan.replaces else set()
    book.remove(gone)
    refined = len(book.touched - book.added)
    shapes = {one.found_id: one.shape for one in rows if one.shape is not None and one.level in LEVELS}
    return Outcome(list(inherited(book.places.values())), len(book.added), refined, len(gone), shapes)


def _take(book: Book, one: Incoming, plan: Plan, waiting: set[str]) -> Place:
    """Recognise or add one place. Raises ValueError, saying why it cannot be put anywhere."""
    known = book.get(one.place_id) or book.by_pcode(one.pcode)
    if known is not None and known.country != book.country:
        raise ValueError(f"{known.place_id} belongs to {known.country}")
    if known is None and one.level is None:
        known = settled(book, one, plan.source)
    if known is not None:
        return _refined(book, known, one, plan)
    holder = _holder(book, one, plan, waiting)
    known = book.unit(holder, one.level, (one.name, *one.aliases)) if one.level is not None else None
    known = known or moved(book, one, holder)
    if known is not None and known.place_id not in book.touched:
        return _refined(book, known, one, plan)
    return _added(book, one, holder, plan)


def _holder(book: Book, one: Incoming, plan: Plan, waiting: set[str]) -> Place:
    """What holds an incoming place."""
    if one.level == 0:
        raise ValueError("the country itself cannot be imported")
    if one.holder:
        return _written(book, one, waiting)
    top = holder = country(book)
    for step in one.chain:
        holder = _step(book, holder, step, plan)
    if holder is not top and (one.level is None or one.level > (holder.admin_level or 0) + 1):
        return finer(book, one, holder)
    return holder if one.chain or one.level == 1 else by_land(book, one, top)


def _written(book: Book, one: Incoming, waiting: set[str]) -> Place:
    found = book.get(one.holder)
    if found is None and one.holder in waiting:
        # A place of the same file that comes later: only its id is needed.
        return Place(one.holder, "", (), "adm", None, "", book.country, "", "", None, None, "none", 0.0)
    if found is None:
        raise ValueError(f"parent_id {one.holder!r} is no place")
    if found.country != book.country:
        raise ValueError(f"parent_id {one.holder!r} lies in {found.country}")
    return found


def _step(book: Book, holder: Place, step: Step, plan: Plan) -> Place:
    """A unit on the way down."""
    found = book.by_pcode(step.pcode) or book.unit(holder, step.level, (step.name, *step.aliases))
    if found is None and not plan.makes_units:
        raise ValueError(f"no unit of level {step.level} is called {step.name!r} in {holder.name}")
    told = Incoming(0, step.name, step.level, aliases=step.aliases, pcode=step.pcode)
    told.type_local = type_of(book.country, step.level)
    if found is None:
        return _added(book, told, holder, plan)
    return _refined(book, found, told, plan) if plan.makes_units and step.pcode != found.pcode else found


def _refined(book: Book, known: Place, one: Incoming, plan: Plan) -> Place:
    """The known place with P-code, spelling and, where it is the better, the point of the file."""
    keys = {fold_name(name) for name in known.names}
    others = [proper(name) for name in (one.name, *one.aliases) if fold_name(name) not in keys]
    changed = replace(
        known,
        pcode=one.pcode or known.pcode,
        aliases=tuple(dict.fromkeys((*known.aliases, *others)))[: max(_MAX_ALIASES, len(known.aliases))],
        population=one.population or known.population,
        source=known.source if known.source == "seed" else plan.source,
        source_id=known.source_id or one.source_id,
    )
    if one.policy and one.place_id:
        changed = replace(changed, match_policy=one.policy)
    if one.lat is not None and _is_better(known, one):
        radius = max(one.radius_km, _LEAST_KM) if known.is_unit and not one.level else one.radius_km
        changed = replace(changed, lat=one.lat, lon=one.lon, radius_km=radius, coord_precision=one.precision)
    return book.put(changed)


def _is_better(known: Place, one: Incoming) -> bool:
    """A hand-written point of a town stays; whatever is borrowed, rough or as large gives way."""
    if not known.has_own_point or known.coord_precision == "centroid":
        return True
    return known.source != "seed" and (one.radius_km <= known.radius_km or one.precision != "point")


def _added(book: Book, one: Incoming, holder: Place, plan: Plan) -> Place:
    name = proper(one.name)
    others = dict.fromkeys(other for other in one.aliases if joined(other) != joined(name))
    place = Place(
        place_id=one.place_id or book.free_id(holder.place_id, one.level, name, one.type_local or one.kind),
        name=name,
        aliases=tuple(others)[:_MAX_ALIASES],
        kind=one.kind,
        admin_level=one.level,
        type_local=one.type_local,
        country=book.country,
        parent_id=holder.place_id,
        pcode=one.pcode,
        lat=one.lat,
        lon=one.lon,
        coord_precision=one.precision,
        radius_km=one.radius_km,
        population=one.population,
        match_policy=_policy(name, one),
        valid_to=one.valid_to,
        replaced_by=one.replaced_by,
        source=plan.source,
        source_id=one.source_id,
    )
    return book.put(place)


def _policy(name: str, one: Incoming) -> str:
    """What the file says, but never more freely than the name allows."""
    allowed = policy(name, one.level)
    return one.policy if one.policy and (allowed == "auto" or one.place_id) else allowed


def _no_circles(book: Book, rows: list[Incoming], faults: Faults) -> None:
    top = book.country.lower()
    for one in rows:
        place = book.get(one.place_id) if one.place_id else None
        if place is not None and place.place_id != top and top not in book.above(place):
            faults.add(
                one.row, f"{place.place_id} does not lie in the country: its parents go round in a circle"
            )


def _replaced(book: Book, rows: list[Incoming], plan: Plan) -> set[str]:
    """The places of the same levels that the file does not know; hand-written ones stay."""
    levels = {one.level for one in rows} if plan.level is None else {plan.level}
    return {
        key
        for key, one in book.places.items()
        if one.country == book.country
        and one.admin_level in levels
        and one.admin_level != 0
        and one.source != "seed"
        and key not in book.touched
    }
