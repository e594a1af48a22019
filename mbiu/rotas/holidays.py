"""Days on which a rota's people rest: public holidays of a country, and feasts of the house's calendar."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.house.occasions import OccasionKind, falls
from mbiu.models import Occasion, Rota, utcnow

_DAY = dt.timedelta(days=1)


@lru_cache
def supported() -> frozenset[str]:
    """The countries (ISO 3166-1, two letters) whose public holidays are known."""
    from holidays import list_supported_countries

    return frozenset(list_supported_countries())


@lru_cache(maxsize=256)
def public(country: str, year: int) -> dict[dt.date, str]:
    """The public holidays of a year by day, named in English; none for a country that is not known.

    Feasts that follow the moon are reckoned ahead and may fall a day off.
    """
    if country not in supported():
        return {}
    from holidays import country_holidays

    return dict(country_holidays(country, years=year, language="en_US"))


def feasts(session: Session) -> Sequence[Occasion]:
    """The feasts of the house's calendar."""
    return session.scalars(select(Occasion).where(Occasion.kind == OccasionKind.FEAST)).all()


def named(rota: Rota, feasts: Sequence[Occasion]) -> dict[dt.date, str]:
    """All days of rest of a rota by name, from its first year to the end of the next."""
    years = range(rota.starts_at.year, max(utcnow(), rota.starts_at).year + 2)
    found = {day: name for year in years for day, name in public(rota.country, year).items()}
    first, last = dt.date(years[0], 1, 1), dt.date(years[-1], 12, 31)
    for row in feasts if rota.feasts else ():
        if rota.area_path.startswith(row.area_path):
            found |= dict.fromkeys(_days(row, first, last), row.title)
    return found


def _days(row: Occasion, first: dt.date, last: dt.date) -> list[dt.date]:
    """The days of an occasion within two others."""
    if not row.yearly:
        first, last = max(first, row.starts_on), min(last, row.ends_on)
    span = [first + n * _DAY for n in range((last - first).days + 1)]
    return [day for day in span if falls(row, day, day)]
