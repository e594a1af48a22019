"""The figures of a time and an area as tables, each of which a chart may draw."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.codes import GatewayState
from mbiu.figures import SENT, STEPS, Figures, Span, begin, parent, quantile
from mbiu.models import Gateway, GatewayChange, User
from mbiu.refusals import NotFound
from review import places
from review.tables import Row, Table, Unit
from review.words import label

#: Days that a page may show; from the longest on by weeks.
PERIODS = (7, 30, 90, 365)
BY_WEEKS = 365
#: So many columns are named, the largest; the rest stands together.
NAMED = 6
STEP_WORDS = {
    "receipt": lazy_gettext("Receipt"),
    "verdict": lazy_gettext("Verdict"),
    "alert": lazy_gettext("Alert"),
    "acknowledged": lazy_gettext("Acknowledgement"),
    "outcome": lazy_gettext("Outcome"),
}


@dataclass(frozen=True)
class Chosen:
    """What the page is about: the areas asked for, how many days, and whether by weeks."""

    area: str
    areas: tuple[str, ...]
    days: int

    def span(self, today: dt.date, *, drills: bool) -> Span:
        first = today - dt.timedelta(days=self.days - 1)
        return Span(self.areas, first, today, drills, weekly=self.days >= BY_WEEKS)


def chosen(scope: str, area: str, days: str) -> Chosen:
    """Read an address: unknown periods are thirty days. Raises NotFound for an area outside the scope."""
    roots = tuple(scope.split(","))
    period = int(days) if days in {str(one) for one in PERIODS} else 30
    if not area:
        return Chosen("", roots, period)
    whole = "".join(f"/{part}" for part in places.parts(area)) + "/"
    if area != whole or not area.startswith(roots):
        raise NotFound("There is no such area.")
    return Chosen(area, (area,), period)


def tables(found: Figures, span: Span, names: dict[str, str]) -> list[Table]:
    """What everybody may see of the figures. ``names`` are those of the areas by path."""
    buckets = _buckets(span)
    return [
        _by_type(found, buckets, "reports"),
        _by_area(found, buckets, "reports", names),
        _by_type(found, buckets, "incidents"),
        _by_area(found, buckets, "incidents", names),
        _times(found),
        _told(found, buckets),
    ]


def _buckets(span: Span) -> list[dt.date]:
    """The lines of a table by time: the days, or the Mondays of the weeks."""
    days = [span.first + dt.timedelta(days=n) for n in range((span.last - span.first).days + 1)]
    return list(dict.fromkeys(span.bucket(day) for day in days))


Counts = dict[tuple[dt.date, str], int]

_TITLES = {
    ("reports", "type"): lazy_gettext("Reports by type"),
    ("reports", "area"): lazy_gettext("Reports by area"),
    ("incidents", "type"): lazy_gettext("Incidents by type"),
    ("incidents", "area"): lazy_gettext("Incidents by area"),
}


def _by_type(found: Figures, buckets: list[dt.date], what: str) -> Table:
    counts = {(day, name): n for (day, kind, name), n in found.days.items() if kind == what and name}
    return _stacked(what, "type", buckets, counts, label)


def _by_area(found: Figures, buckets: list[dt.date], what: str, names: dict[str, str]) -> Table:
    counts = {(day, area): n for (day, kind, area), n in found.areas.items() if kind == what}
    placed: Counter[dt.date] = Counter()
    for (day, _area), n in counts.items():
        placed[day] += n
    for (day, kind, name), n in found.days.items():
        if kind == what and not name:
            counts[day, ""] = n - placed[day]
    unknown = _("No finer place known")
    return _stacked(what, "area", buckets, counts, lambda area: names.get(area, area) if area else unknown)


def _stacked(what: str, by: str, buckets: list[dt.date], counts: Counts, name: Callable[[str], str]) -> Table:
    """Columns for the largest, one for the rest if there is any, and the sum."""
    totals: Counter[str] = Counter()
    for (_day, key), n in counts.items():
        totals[key] += n
    order = [key for key, n in totals.most_common() if n > 0]
    groups = [[key] for key in order[:NAMED]] + ([order[NAMED:]] if order[NAMED:] else [])
    rows = []
    for bucket in buckets:
        values = [sum(counts.get((bucket, key), 0) for key in keys) for keys in groups]
        rows.append(Row(bucket.isoformat(), (*values, sum(values)), bucket))
    others = [_("Others")] if order[NAMED:] else []
    return Table(
        key=f"{what}-{by}",
        title=str(_TITLES[what, by]),
        about=_weekly(buckets),
        first=_("Day"),
        columns=(*(name(key) for key in order[:NAMED]), *others, _("All")),
        rows=tuple(rows),
        chart="stacked",
        drawn=len(groups),
        sums=(*(sum(totals[key] for key in keys) for keys in groups), sum(totals[key] for key in order)),
    )


def _weekly(buckets: list[dt.date]) -> str:
    weekly = len(buckets) > 1 and (buckets[1] - buckets[0]).days > 1
    return _("Each line is the week that begins on that Monday.") if weekly else ""


def _times(found: Figures) -> Table:
    rows = [
        Row(
            str(STEP_WORDS[step]),
            (quantile(found.times[step], 0.5), quantile(found.times[step], 0.9), found.times[step].total()),
        )
        for step in STEPS
    ]
    return Table(
        key="times",
        title=_("How long it took"),
        about=_("From the first report, by the day on which it was reached. To two digits."),
        first=_("Until"),
        columns=(_("Half within"), _("Nine in ten within"), _("Cases")),
        rows=tuple(rows),
        chart="bars",
        drawn=2,
        unit=Unit.SECONDS,
        measured=2,
    )


def _told(found: Figures, buckets: list[dt.date]) -> Table:
    rows = []
    for bucket in buckets:
        ended, told = (found.days[bucket, what, ""] for what in ("ended", "told"))
        rows.append(Row(bucket.isoformat(), (told / ended if ended else None, told, ended), bucket))
    return Table(
        key="told",
        title=_("Reporters told how it ended"),
        about=_("By the day on which the incident ended. Some wish to hear nothing, or it is not safe."),
        first=_("Day"),
        columns=(_("Share told"), _("Told"), _("Ended")),
        rows=tuple(rows),
        chart="line",
        drawn=1,
        unit=Unit.SHARE,
        measured=1,
    )


def load(db: Session, found: Figures, span: Span) -> Table:
    """Decisions by account and day: for coordinators."""
    ids = {name for _day, what, name in found.days if what == "decisions" and name}
    query = select(User.id, User.name).where(User.id.in_([UUID(one) for one in ids]))
    names = {str(row.id): row.name for row in db.execute(query)}
    counts = {(day, name): n for (day, what, name), n in found.days.items() if what == "decisions" and name}
    made = _stacked("reports", "type", _buckets(span), counts, lambda key: names.get(key, "–"))
    title, about = _("Decisions by analyst"), _("Seen by coordinators alone.")
    return Table(**(vars(made) | {"key": "load", "title": title, "about": about}))


def gateways(db: Session, sent: Counter[tuple[str, str]], span: Span) -> Table:
    """What became of the texts that each way out took, and how often it failed or slowed."""
    changed = select(GatewayChange.gateway).where(
        GatewayChange.at >= begin(span.first),
        GatewayChange.after.in_([GatewayState.DOWN, GatewayState.SLOW]),
    )
    falls = Counter(db.scalars(changed.limit(10_000)))
    states = {row.name: row.state for row in db.execute(select(Gateway.name, Gateway.state))}
    rows = [
        Row(
            f"{name} ({label(states[name])})" if name in states else name,
            (*(sent[what, name] for what in SENT), falls[name]),
        )
        for name in sorted({name for _what, name in sent} | set(states) - {"*"})
    ]
    return Table(
        key="gateways",
        title=_("Gateways"),
        about=_("Texts to people of the whole centre, by the way they went."),
        first=_("Gateway"),
        columns=(_("Delivered"), _("Lost"), _("Not known"), _("Failed or slowed")),
        rows=tuple(rows),
        chart="bars",
        drawn=len(SENT) + 1,
    )


def areas(
    db: Session, scope: str, at: Chosen, found: Figures
) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The areas to choose from, and short names by path. Raises NotFound for one that is none.

    Those are the user's own, those that the chosen one lies in, and those that lie in it.
    """
    paths = {*_above(at.area, scope), *(area for _day, _what, area in found.areas), *scope.split(",")} - {"/"}
    known = places.names(db, paths)
    if at.area not in {"", "/"} and places.parts(at.area)[-1] not in known:
        raise NotFound("There is no such area.")
    named = [(path, places.full_name(path, known)) for path in paths]
    options = sorted(named, key=lambda one: one[1].split(", ")[::-1])
    return options, {path: places.place_name(path, known) for path in paths}


def _above(area: str, scope: str) -> list[str]:
    found = []
    while area and area.startswith(tuple(scope.split(","))):
        found.append(area)
        area = parent(area)
    return found


def missing(days: Iterable[dt.date]) -> str:
    """That some days are not counted yet; empty where all are."""
    count = len(list(days))
    words = ngettext("%(num)s day is still being counted.", "%(num)s days are still being counted.", count)
    return words if count else ""
