"""How many of the disputes that were taken up were resolved peacefully, as tables."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import figures
from mbiu.figures import CLASS, STANDS, Span
from mbiu.models import Contact
from review.figures import NAMED
from review.tables import Row, Table, Unit
from review.words import label

Disputes = Counter[tuple[str, str, str]]


def tables(db: Session, span: Span, live: Mapping[dt.date, figures.Counted]) -> list[Table]:
    """How many of the disputes taken up were resolved peacefully: by committee, by type, by both."""
    found = figures.disputes(db, span, live)
    who = _who(db, {one for one, _kind, _stand in found if one})
    by_who: Counter[tuple[str, str]] = Counter()
    by_kind: Counter[tuple[str, str]] = Counter()
    both: Disputes = Counter()
    for (one, kind, stand), n in found.items():
        if one:
            by_who[who[one], stand] += n
            both[who[one], kind, stand] += n
        else:
            by_kind[label(kind), stand] += n
    return [
        _resolved("peace", _("Disputes resolved peacefully, by committee"), _("Who acted"), by_who),
        _resolved("peace-type", _("Disputes resolved peacefully, by type"), _("Type"), by_kind),
        _of_both(both),
    ]


def _who(db: Session, keys: set[str]) -> dict[str, str]:
    """What to call those who acted: a committee by its organisation or code name, others by their class."""
    ids = [UUID(one) for one in keys if not one.startswith(CLASS)]
    rows = db.execute(select(Contact.id, Contact.code, Contact.organisation).where(Contact.id.in_(ids)))
    known = {str(row.id): row.organisation or row.code for row in rows}
    gone = _("a committee that left")
    return {key: _class(key) if key.startswith(CLASS) else known.get(key, gone) for key in keys}


def _class(key: str) -> str:
    code = key.removeprefix(CLASS)
    return label(code) if code else _("nobody named")


def _resolved(key: str, title: str, first: str, found: Counter[tuple[str, str]]) -> Table:
    taken: Counter[str] = Counter()
    for (name, _stand), n in found.items():
        taken[name] += n
    rows = tuple(
        Row(name, (found[name, STANDS[0]] / n, *(found[name, stand] for stand in STANDS), n))
        for name, n in taken.most_common()
    )
    return Table(
        key=key,
        title=title,
        about=_("Of the disputes first taken up in this time. By what is known of them now."),
        first=first,
        columns=(_("Share resolved"), *(label(f"resolved_{one}") for one in STANDS), _("Taken up")),
        rows=rows,
        chart="bars",
        drawn=1,
        unit=Unit.SHARE,
        measured=1,
    )


def _of_both(found: Disputes) -> Table:
    taken: Counter[tuple[str, str]] = Counter()
    for (name, kind, _stand), n in found.items():
        taken[name, kind] += n
    kinds = _largest(taken, lambda one: one[1])[:NAMED]

    def share(name: str, kind: str) -> float | None:
        n = taken[name, kind]
        return found[name, kind, STANDS[0]] / n if n else None

    names = _largest(taken, lambda one: one[0])
    return Table(
        key="peace-both",
        title=_("Share resolved peacefully, by committee and type"),
        about=_("The largest types. An empty cell: none of this type was taken up."),
        first=_("Who acted"),
        columns=tuple(label(kind) for kind in kinds),
        rows=tuple(Row(name, tuple(share(name, kind) for kind in kinds)) for name in names),
        chart="bars",
        drawn=len(kinds),
        unit=Unit.SHARE,
        measured=len(kinds),
    )


def _largest(taken: Counter[tuple[str, str]], part: Callable[[tuple[str, str]], str]) -> list[str]:
    sums: Counter[str] = Counter()
    for pair, n in taken.items():
        sums[part(pair)] += n
    return [one for one, _n in sums.most_common()]
