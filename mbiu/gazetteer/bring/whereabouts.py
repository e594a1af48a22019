"""Where an incoming place belongs: judged by its name, its point and its shape."""

from collections import Counter
from collections.abc import Iterable

from mbiu.gazetteer.bring.book import Book
from mbiu.gazetteer.bring.incoming import Incoming
from mbiu.gazetteer.merge.spelling import full
from mbiu.gazetteer.place import Place

_SAME_KM = 8.0
_LENT_KM = 60.0
_CLEARLY = 0.6
_SITES = frozenset(("feature", "facility", "road"))


def country(book: Book) -> Place:
    found = book.get(book.country.lower())
    if found is None:
        raise ValueError(f"the gazetteer knows no country {book.country}")
    return found


def moved(book: Book, one: Incoming, holder: Place) -> Place | None:
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


def by_land(book: Book, one: Incoming, top: Place) -> Place:
    """The holder of a place of which the file tells only where it lies."""
    if one.lat is None:
        return top
    if one.level is None:
        return finer(book, one, top)
    same = book.unit(top, one.level, (one.name, *one.aliases))
    if same is not None and (found := book.get(same.parent_id)) is not None:
        return found
    return _inside(book, one) or finer(book, one, top)


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


def finer(book: Book, one: Incoming, holder: Place) -> Place:
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
    return finer(book, one, best) if near[0][0] <= max(best.radius_km, 10.0) else holder


def _owners(units: Iterable[Place]) -> list[Place]:
    return [one for one in units if one.has_own_point]


def settled(book: Book, one: Incoming, source: str) -> Place | None:
    """A place that is known already, or a unit without a point that bears the name of this settlement."""
    if one.lat is None or one.lon is None:
        return None
    named = [place for place in book.named(one.name) if place.match_policy != "never"]
    told = [
        p for p in named if one.source_id and p.source_id == one.source_id and p.source.startswith(source)
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
    province = _province_of(book, one)
    fit = [
        place
        for away, place in book.near(units, one.lat or 0.0, one.lon or 0.0)
        if away <= max(_LENT_KM, place.radius_km) and (not province or book.province(place) == province)
    ]
    return fit[0] if len(fit) == 1 else None


def _province_of(book: Book, one: Incoming) -> str:
    if not one.chain:
        return ""
    found = book.unit(country(book), 1, (one.chain[0].name,))
    return found.place_id if found else ""
