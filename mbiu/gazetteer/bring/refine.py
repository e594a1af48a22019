"""Put what a file tells into the gazetteer: the same unit is refined, a new one added."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mbiu.gazetteer.bring.book import Book
from mbiu.gazetteer.bring.incoming import Faults, Incoming, Step, type_of
from mbiu.gazetteer.merge.finish import policy
from mbiu.gazetteer.merge.spelling import full, joined, proper
from mbiu.gazetteer.names import fold_name
from mbiu.gazetteer.place import Place
from mbiu.gazetteer.points import inherited

_SAME_KM = 8.0
_LENT_KM = 60.0
_LEAST_KM = 6.0
_CLEARLY = 0.6
_SITES = frozenset(("feature", "facility", "road"))
_MAX_ALIASES = 12


@dataclass(frozen=True)
class Outcome:
    """The places after an import, and how many of them are new, refined, gone."""

    places: list[Place]
    added: int
    refined: int
    removed: int


@dataclass(frozen=True)
class Plan:
    """Where rows come from, whether new upper units may be made for them, and whether old rows give way."""

    source: str
    makes_units: bool = False
    replaces: bool = False
    level: int | None = None


def refine(places: Iterable[Place], incoming: list[Incoming], country: str, plan: Plan) -> Outcome:
    """The places with those of a file among them. Raises BadImport with the rows that have no place."""
    book, faults = Book(places, country), Faults()
    rows = sorted(incoming, key=lambda one: (one.level is None, one.level or 0, one.row))
    waiting = {one.place_id for one in rows if one.place_id}
    for one in rows:
        with faults.row(one.row):
            _take(book, one, plan, waiting)
    for one in rows:
        if one.holder and book.get(one.holder) is None:
            faults.add(one.row, f"parent_id {one.holder!r} is no place")
    _no_circles(book, rows, faults)
    faults.settle()
    gone = _replaced(book, rows, plan) if plan.replaces else set()
    book.remove(gone)
    refined = len(book.touched - book.added)
    return Outcome(list(inherited(book.places.values())), len(book.added), refined, len(gone))


def _take(book: Book, one: Incoming, plan: Plan, waiting: set[str]) -> None:
    """Recognise or add one place. Raises ValueError, saying why it cannot be put anywhere."""
    known = book.get(one.place_id) or book.by_pcode(one.pcode)
    if known is not None and known.country != book.country:
        raise ValueError(f"{known.place_id} belongs to {known.country}")
    if known is None and one.level is None:
        known = _settled(book, one, plan)
    if known is not None:
        _refined(book, known, one, plan)
        return
    holder = _holder(book, one, plan, waiting)
    known = book.unit(holder, one.level, (one.name, *one.aliases)) if one.level is not None else None
    known = known or _moved(book, one, holder)
    if known is not None and known.place_id not in book.touched:
        _refined(book, known, one, plan)
    else:
        _added(book, one, holder, plan)


def _moved(book: Book, one: Incoming, holder: Place) -> Place | None:
    """The one unit of that name near by, in a district that has been split off since the file was made."""
    if one.level is None or one.level <= 2 or one.lat is None:
        return None
    whole, province = {full(name) for name in (one.name, *one.aliases)}, book.province(holder)
    fit = [
        unit
        for away, unit in book.near(book.units("", one.level), one.lat, one.lon or 0.0)
        if away <= max(_LENT_KM, unit.radius_km)
        and unit.place_id not in book.touched
        and whole & {full(name) for name in unit.names}
        and book.province(unit) == province
    ]
    return fit[0] if len(fit) == 1 else None


def _holder(book: Book, one: Incoming, plan: Plan, waiting: set[str]) -> Place:
    """What holds an incoming place."""
    if one.level == 0:
        raise ValueError("the country itself cannot be imported")
    if one.holder:
        return _written(book, one, waiting)
    top = holder = _country(book)
    for step in one.chain:
        holder = _step(book, holder, step, plan)
    if holder is not top and (one.level is None or one.level > (holder.admin_level or 0) + 1):
        return _finer(book, one, holder)
    return holder if one.chain or one.level == 1 else _by_land(book, one, top)


def _country(book: Book) -> Place:
    found = book.get(book.country.lower())
    if found is None:
        raise ValueError(f"the gazetteer knows no country {book.country}")
    return found


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


def _by_land(book: Book, one: Incoming, top: Place) -> Place:
    """The holder of a place of which the file tells only where it lies."""
    if one.lat is None:
        return top
    if one.level is None:
        return _finer(book, one, top)
    same = book.unit(top, one.level, (one.name, *one.aliases))
    if same is not None and (found := book.get(same.parent_id)) is not None:
        return found
    return _inside(book, one) or _finer(book, one, top)


def _inside(book: Book, one: Incoming) -> Place | None:
    """The unit one level up in which most of the known places within the shape lie."""
    from shapely import Point, prepare

    if one.shape is None or one.level is None:
        return None
    prepare(one.shape)
    votes: Counter[str] = Counter()
    for place in book.places.values():
        if (
            place.country == book.country
            and place.has_own_point
            and one.shape.contains(Point(place.lon, place.lat))
        ):
            ups = (key for key in book.above(place) if book.places[key].admin_level == one.level - 1)
            votes.update(list(ups)[:1])
    return book.places[votes.most_common(1)[0][0]] if votes else None


def _finer(book: Book, one: Incoming, holder: Place) -> Place:
    """The unit inside ``holder`` that is clearly the nearest, else ``holder`` itself."""
    if one.lat is None or one.lon is None:
        return holder
    level = (holder.admin_level or 0) + 1
    if level > 2 or (one.level is not None and level >= one.level):
        return holder
    near = sorted(
        (
            (away, unit.place_id)
            for away, unit in book.near(_owners(book.units(holder.place_id, level)), one.lat, one.lon)
        ),
    )
    if not near or (len(near) > 1 and near[0][0] > _CLEARLY * near[1][0]):
        return holder
    best = book.places[near[0][1]]
    return _finer(book, one, best) if near[0][0] <= max(best.radius_km, 10.0) else holder


def _owners(units: Iterable[Place]) -> list[Place]:
    return [one for one in units if one.has_own_point]


def _settled(book: Book, one: Incoming, plan: Plan) -> Place | None:
    """A place that is known already, or a unit without a point that bears the name of this settlement."""
    if one.lat is None or one.lon is None:
        return None
    named = [place for place in book.named(one.name) if place.match_policy != "never"]
    told = [
        p
        for p in named
        if one.source_id and p.source_id == one.source_id and p.source.startswith(plan.source)
    ]
    if told:
        return told[0]
    alike = [place for place in named if (place.kind in _SITES) == (one.kind in _SITES)]
    for away, place in sorted(
        book.near(_owners(alike), one.lat, one.lon), key=lambda pair: (pair[0], pair[1].place_id)
    ):
        if away <= max(_SAME_KM, min(place.radius_km, 25.0)):
            return place
    if one.kind != "locality" or one.type_local == "Area":
        return None
    return _lent(book, one, [place for place in alike if not place.has_own_point and place.is_unit])


def _lent(book: Book, one: Incoming, units: list[Place]) -> Place | None:
    """The one unit of that name, not far from where it is thought to lie."""
    province = _step_of(book, one)
    fit = [
        place
        for away, place in book.near(units, one.lat or 0.0, one.lon or 0.0)
        if away <= max(_LENT_KM, place.radius_km) and (not province or book.province(place) == province)
    ]
    return fit[0] if len(fit) == 1 else None


def _step_of(book: Book, one: Incoming) -> str:
    if not one.chain:
        return ""
    found = book.unit(_country(book), 1, (one.chain[0].name,))
    return found.place_id if found else ""


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
    place = Place(
        place_id=one.place_id or book.free_id(holder.place_id, one.level, name, one.type_local or one.kind),
        name=name,
        aliases=tuple(dict.fromkeys(other for other in one.aliases if joined(other) != joined(name)))[
            :_MAX_ALIASES
        ],
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
