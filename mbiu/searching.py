"""Finding reports by their words without keeping these open: a blind index of keyed, cut digests.

For each word that says something, digests of how it begins (and how its stem begins) lie in an array beside
the report. What fits by digest is opened and compared, so that two words of one digest never show as one.
`docs/decisions/0029-search.md` says what a thief of the database learns from it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from mbiu import vault, words
from mbiu.analysis.tables import cached, rows
from mbiu.gazetteer.names import WORD, fold
from mbiu.models import Alert, Contact, Incident, Place, Report, ReportTerms
from mbiu.refs import normal_ref

#: So many of the newest reports that fit are opened and looked through.
OPENED = 300
#: So many of the newest are looked at first.
LATELY = 4000
#: So many words of a question count, and so many letters of a text.
WORDS, LETTERS = 6, 4000
#: Words are found by their first letters, this many of them.
BEGINNINGS = (3, 4, 5, 6, 8)
_MOST_TERMS = 600
_BITS = 20
# A long row of figures is a number to call more often than a count: nobody finds out by it who was named.
_NUMBER = re.compile(r"\d{6,}")
_REF = re.compile(r"[IRA][0-9A-HJKMNP-TV-Z]{6}")
_LEADS = (
    *("wame", "wali", "wana", "wata", "waka", "ame", "ali", "ana", "ata", "aka", "tume", "tuli", "tuna"),
    *("ime", "ili", "ina", "zime", "zili", "ku", "wa", "aba", "omu", "ama", "eki", "ebi", "oku", "ba"),
    *("وال", "بال", "لل", "ال", "و", "ب"),
)
_ENDS = ("ings", "ing", "ers", "ed", "es", "er", "s", "e")
_STEM = 4
_PLACES = 5


@dataclass(frozen=True)
class Found:
    """Incidents, and reports of none, the newest first; ``complete`` unless there were more to open."""

    incidents: tuple[UUID, ...] = ()
    messages: tuple[UUID, ...] = ()
    complete: bool = True

    def __bool__(self) -> bool:
        return bool(self.incidents or self.messages)


# --- digests -----------------------------------------------------------------------------------


def terms(text: str) -> list[int]:
    """The digests of a text's words: each 0 to 2**20 - 1, in ascending order, each once."""
    found = {
        _digest(beginning)
        for word in _telling(text)
        for form in _forms(word)
        for beginning in _beginnings(form)
    }
    return sorted(found)[:_MOST_TERMS]


def _telling(text: str) -> set[str]:
    """The folded words of a text, without those that every text has and without numbers to call."""
    folded = {fold(match.group()) for match in WORD.finditer(text[:LETTERS])}
    return {word for word in folded - _empty_words() if len(word) > 1 and not _NUMBER.search(word)}


@cached
def _empty_words() -> frozenset[str]:
    return frozenset(fold(term) for row in rows("function_words") for term in row["terms"].split("|"))


@lru_cache(maxsize=16_384)
def _forms(word: str) -> frozenset[str]:
    """The word, and its stem where one is left without the usual beginnings and endings."""
    lead = max((one for one in _LEADS if word.startswith(one) and _leaves(word, one)), key=len, default="")
    bare = word[len(lead) :]
    end = next((one for one in _ENDS if bare.endswith(one) and _leaves(bare, one)), "")
    return frozenset((word, bare, word[: len(word) - len(end)], bare[: len(bare) - len(end)]))


def _leaves(word: str, part: str) -> bool:
    return len(word) - len(part) >= (_STEM if word.isascii() else _STEM - 1)


def _beginnings(word: str) -> Iterator[str]:
    yield from (word[:length] for length in BEGINNINGS if length <= len(word))
    if len(word) < BEGINNINGS[0]:
        yield f"={word}"


def _asked(word: str) -> list[int]:
    """The digests of which a text with this word, or one that begins so, has at least one."""
    return sorted({_digest(list(_beginnings(form))[-1]) for form in _forms(word)})


def _digest(beginning: str) -> int:
    return int.from_bytes(vault.blind_digest("word", beginning)[:4]) >> (32 - _BITS)


# --- keeping -----------------------------------------------------------------------------------


def keep(session: Session, texts: dict[UUID, str]) -> None:
    """Note the words of reports, by report, in place of what was noted before."""
    if texts:
        made = [{"report_id": row_id, "terms": terms(text)} for row_id, text in texts.items()]
        adding = upsert(ReportTerms)
        session.connection().execute(
            adding.on_conflict_do_update(index_elements=["report_id"], set_={"terms": adding.excluded.terms}),
            made,
        )


def forget(session: Session, reports: Select[UUID] | Collection[UUID]) -> None:
    """Let nobody find these reports by their words any more, for these are gone."""
    session.execute(delete(ReportTerms).where(ReportTerms.report_id.in_(reports)))


# --- finding -----------------------------------------------------------------------------------


def find(session: Session, asked: str) -> Found:
    """What fits a question within the session's scope: a reference, a code name, an area, or words.

    Every word must be in one report of the incident, or name an area that it lies in.
    """
    asked = " ".join(asked.split())[:200]
    return _by_ref(session, asked) or _by_code(session, asked) or _by_words(session, asked)


def _by_ref(session: Session, asked: str) -> Found:
    ref = normal_ref(asked)
    if not _REF.fullmatch(ref):
        return Found()
    if ref.startswith("R"):
        return _sorted_out(session.execute(_reports().where(Report.ref == ref)).all())
    query = select(Incident.id).where(Incident.ref == ref)
    if ref.startswith("A"):
        query = select(Alert.incident_id).where(Alert.ref == ref)
    return Found(tuple(session.scalars(query)))


def _by_code(session: Session, asked: str) -> Found:
    code = select(Contact.id).where(Contact.code == asked.upper()).scalar_subquery()
    return _sorted_out(session.execute(_reports().where(Report.contact_id == code)).all())


def _by_words(session: Session, asked: str) -> Found:
    said = sorted(_telling(asked), key=len, reverse=True)[:WORDS]
    if not said:
        return Found()
    areas = _areas(session, asked, said)
    found = _told(session, said, areas)
    if not found and (alike := _alike(session, said, areas)):
        found = _told(session, said, alike)
    return found


def _told(session: Session, said: list[str], areas: dict[str, list[str]]) -> Found:
    """Reports that have all the words; of words that name an area, those from there will do."""
    rest = [word for word in said if word not in areas]
    queries: list[tuple[list[str], ColumnElement[bool] | None]] = [(said, None)]
    if areas:
        inside = and_(*(_inside(Report.area_path, paths) for paths in areas.values()))
        queries.append((rest, inside))
    rows_ = {row.id: row for words_, where in queries for row in _rows(session, words_, where)}
    fitting = _opened(session, list(rows_.values()), said, areas)
    found = _sorted_out(fitting, complete=len(rows_) < OPENED)
    return found if rest or not areas else _with_incidents_of(session, found, areas)


def _reports() -> Select[UUID, UUID | None, str, Any]:
    query = select(Report.id, Report.incident_id, Report.area_path, Report.created_at)
    return query.where(Report.erased_at.is_(None)).order_by(Report.created_at.desc()).limit(OPENED)


def _rows(session: Session, said: list[str], where: ColumnElement[bool] | None) -> Sequence[Any]:
    """The newest reports that may have the words.

    Words that many reports have are found among the newest without gathering all that have them.
    """
    query = _reports() if where is None else _reports().where(where)
    if not said:
        return session.execute(query).all()
    has = [ReportTerms.terms.op("&&")(cast(_asked(word), ARRAY(Integer))) for word in said]
    lately = query.limit(LATELY).subquery()
    # One look by key for each of the newest; the offset keeps the planner from turning it round.
    of_it = select(literal(1)).where(ReportTerms.report_id == lately.c.id, *has).offset(0).lateral()
    newest = select(lately).join(of_it, true()).order_by(lately.c.created_at.desc()).limit(OPENED)
    found = session.execute(newest).all()
    if len(found) == OPENED:
        return found
    return session.execute(query.join(ReportTerms, ReportTerms.report_id == Report.id).where(*has)).all()


def _inside(column: Any, paths: list[str]) -> ColumnElement[bool]:
    """What lies in one of the paths, said so that an index on the column serves under row-level security."""
    return or_(*(and_(column.op("~>=~")(path), column.op("~<~")(path[:-1] + "0")) for path in paths))


def _opened(session: Session, found: list[Any], said: list[str], areas: dict[str, list[str]]) -> list[Any]:
    """Those of the reports that really fit, the newest first."""
    messages = words.messages(session, [row.id for row in found])
    fitting = [row for row in found if _fits(row, _text(messages[row.id]), said, areas)]
    return sorted(fitting, key=lambda row: row.created_at, reverse=True)


def _text(messages: list[Any]) -> str:
    try:
        return words.put_together(messages).text
    except vault.CannotOpen:
        return ""


def _fits(row: Any, text: str, said: list[str], areas: dict[str, list[str]]) -> bool:
    forms = {form for word in _telling(text) for form in _forms(word)}
    return all(_has(forms, word) or _lies(row.area_path, areas.get(word, [])) for word in said)


def _has(forms: Collection[str], word: str) -> bool:
    wanted = tuple(form for form in _forms(word) if len(form) >= BEGINNINGS[0])
    return word in forms or any(form.startswith(wanted) for form in forms if wanted)


def _lies(area: str, paths: list[str]) -> bool:
    return area.startswith(tuple(paths)) if paths else False


def _with_incidents_of(session: Session, found: Found, areas: dict[str, list[str]]) -> Found:
    """Add the incidents of an area: a person may have moved one that was told of elsewhere."""
    inside = and_(*(_inside(Incident.area_path, paths) for paths in areas.values()))
    newest = select(Incident.id).where(inside).order_by(Incident.created_at.desc()).limit(OPENED)
    incidents = tuple(dict.fromkeys((*session.scalars(newest), *found.incidents)))
    return Found(incidents, found.messages, found.complete and len(incidents) < OPENED)


def _sorted_out(found: Collection[Any], *, complete: bool = True) -> Found:
    incidents = dict.fromkeys(row.incident_id for row in found if row.incident_id)
    return Found(tuple(incidents), tuple(row.id for row in found if not row.incident_id), complete)


# --- areas -------------------------------------------------------------------------------------


def _areas(session: Session, asked: str, said: list[str]) -> dict[str, list[str]]:
    """Which of the words name places, with their paths; all of them if they are one name together."""
    whole = asked.casefold()
    names = {whole, *said}
    query = select(func.lower(Place.name).label("name"), Place.path).where(
        func.lower(Place.name).in_(names), ~Place.retired
    )
    found: dict[str, list[str]] = {}
    for row in session.execute(query.order_by(Place.level.nulls_last(), Place.path).limit(100)):
        found.setdefault(row.name, []).append(row.path)
    if whole in found:
        return dict.fromkeys(said, found[whole][:_PLACES])
    return {name: paths[:_PLACES] for name, paths in found.items()}


def _alike(session: Session, said: list[str], known: dict[str, list[str]]) -> dict[str, list[str]]:
    """The places whose names are spelt nearly as a word that is none."""
    found = dict(known)
    for word in (word for word in said if word not in known and len(word) > _STEM):
        name = func.lower(Place.name)
        query = select(Place.path).where(name.op("%")(word), ~Place.retired, Place.level.is_not(None))
        if paths := session.scalars(query.order_by(func.similarity(name, word).desc()).limit(2)).all():
            found[word] = list(paths)
    return found if len(found) > len(known) else {}
