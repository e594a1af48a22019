"""How much happens in an area for how many people: counts over a denominator that somebody has told.

There are two: the people who live there, from a table that the centre brings, and those who report from
there. Where neither is known no rate is made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.models import AreaPopulation, Incident, Place
from review import places, silences, zoning
from review.asked import Asked

#: What a count is divided by, and for how many of them it is told.
PER = {
    "": (lazy_gettext("none"), 0),
    "people": (lazy_gettext("per 100,000 people"), 100_000),
    "tellers": (lazy_gettext("per person who reports"), 1),
}
OF = {"incidents": lazy_gettext("incidents"), "reports": lazy_gettext("reports")}
LEVELS = {1: lazy_gettext("regions"), 2: lazy_gettext("districts")}
CLASSES = 5
MOST = 1500


@dataclass(frozen=True)
class Shade:
    """What is to be shaded: which count, over what, for which areas."""

    per: str = ""
    of: str = "incidents"
    level: int = 1

    @classmethod
    def of_query(cls, query: Mapping[str, str]) -> "Shade":
        """Read from a query string; what is not understood is left out."""
        return cls(
            per=query.get("per", "") if query.get("per") in PER else "",
            of=query.get("of", "") if query.get("of") in OF else "incidents",
            level=int(query.get("level", "1")) if query.get("level") in {"1", "2"} else 1,
        )

    def as_query(self) -> dict[str, Any]:
        return {"per": self.per, "of": self.of, "level": self.level} if self.per else {}


@dataclass(frozen=True)
class Rate:
    """An area with its count. ``base`` is None where no denominator is known, and so is ``rate``.

    ``note`` says where the denominator is from. ``step`` is 0 for nothing, else 1 (least) to 5 (most).
    """

    id: str
    path: str
    country: str
    name: str
    count: int
    base: int | None
    note: str = ""
    rate: float | None = None
    step: int | None = None


def rates(db: Session, asked: Asked, shade: Shade, scope: str) -> list[Rate]:
    """The areas of a level that the user sees, the highest rates first, those without one at the end."""
    areas = _areas(db, asked, shade, scope)
    counts = _counts(db, asked, shade)
    bases = _people(db, areas) if shade.per == "people" else _tellers(db, areas, scope)
    known = places.names(db, [one.path for one in areas])
    found = []
    for one in areas:
        base, note = bases.get(one.path, (None, ""))
        count = counts.get(one.id, 0)
        rate = count * PER[shade.per][1] / base if base else None
        name = places.full_name(one.path, known)
        found.append(Rate(one.id, one.path, one.country, name, count, base, note, rate))
    return sorted(stepped(found), key=lambda one: (one.rate is None, -(one.rate or 0), -one.count, one.name))


def _areas(db: Session, asked: Asked, shade: Shade, scope: str) -> Sequence[Any]:
    query = select(Place.id, Place.path, Place.country).where(Place.level == shade.level, ~Place.retired)
    if scope != "/":
        query = query.where(func.mbiu_sees(Place.path))
    if asked.area:
        query = query.where(Place.path.startswith(asked.area, autoescape=True))
    return db.execute(query.order_by(Place.path).limit(MOST)).all()


def _counts(db: Session, asked: Asked, shade: Shade) -> dict[str, int]:
    area = func.split_part(Incident.area_path, "/", shade.level + 2)
    what = func.count() if shade.of == "incidents" else func.sum(Incident.reports)
    return {key: int(count) for key, count in db.execute(asked.narrow(select(area, what)).group_by(area))}


def _people(db: Session, areas: Iterable[Any]) -> dict[str, tuple[int | None, str]]:
    """The newest figure of each area, with year and source."""
    told = (
        select(AreaPopulation)
        .where(AreaPopulation.area_path.in_([one.path for one in areas]))
        .order_by(AreaPopulation.area_path, AreaPopulation.year)
    )
    return {
        one.area_path: (one.population, f"{one.year}, {one.source}" if one.source else str(one.year))
        for one in db.scalars(told)
    }


def _tellers(db: Session, areas: Iterable[Any], scope: str) -> dict[str, tuple[int | None, str]]:
    """Those who report, by the areas that hold their districts. An area without any has no denominator."""
    inside: dict[str, int] = {}
    for one in silences.areas(db, scope):
        steps = places.parts(one.path)
        for depth in range(1, len(steps) + 1):
            path = "/" + "".join(f"{step}/" for step in steps[:depth])
            inside[path] = inside.get(path, 0) + one.tellers
    return {one.path: (inside.get(one.path) or None, "") for one in areas}


def stepped(found: Sequence[Rate]) -> list[Rate]:
    """The same areas with their steps: as many areas in each of five, by rank, equal rates together."""
    ranked = sorted({one.rate for one in found if one.rate})
    steps = {rate: 1 + place * CLASSES // len(ranked) for place, rate in enumerate(ranked)}
    return [
        one if one.rate is None else replace(one, step=steps[one.rate] if one.rate else 0) for one in found
    ]


def legend(found: Iterable[Rate]) -> list[tuple[int, float, float]]:
    """The lowest and the highest rate of each step that occurs."""
    rates_by_step: dict[int, list[float]] = {}
    for one in found:
        if one.step and one.rate is not None:
            rates_by_step.setdefault(one.step, []).append(one.rate)
    return [(step, min(rates_), max(rates_)) for step, rates_ in sorted(rates_by_step.items())]


def features(db: Session, found: Sequence[Rate], level: int) -> dict[str, Any]:
    """The areas as GeoJSON. ``borders`` names the countries that are drawn by real borders."""
    lands = {country: zoning.land(db, country, level) for country in {one.country for one in found}}
    drawn = [
        {
            "type": "Feature",
            "properties": {"path": one.path, "name": one.name, "step": one.step, "rate": one.rate},
            "geometry": lands[one.country].shapes[one.id],
        }
        for one in found
        if one.id in lands[one.country].shapes
    ]
    borders = sorted(country for country, one in lands.items() if one.borders)
    return {"type": "FeatureCollection", "features": drawn, "borders": borders}
