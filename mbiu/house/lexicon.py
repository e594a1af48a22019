"""The centre's own words over the shipped tables: every version kept, and any of them taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.analysis import overlay, tables
from mbiu.analysis.overlay import Overlay, Term
from mbiu.audit import Actor
from mbiu.channels.text import clean
from mbiu.house.settings import RUNNERS
from mbiu.models import HouseWord, HouseWordVersion, User, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible

#: So many words a centre may have of its own; more belong in a file.
MOST = 2_000
LONGEST = 120
_FACTS = ("code", "terms", "name")


@dataclass(frozen=True)
class Kept:
    """A version of a word with who made it."""

    row: HouseWordVersion
    by: str


def tidy(term: Term) -> Term:
    """The term as it is kept: small letters, single blanks, one name. Raises NotPossible."""
    name = " ".join(clean(term.name).split())[:LONGEST]
    terms = "|".join(dict.fromkeys(overlay.split(clean(term.terms))))
    if term.table == "actors":
        terms = terms or name.lower()
    elif "|" in terms:
        raise NotPossible("One word or phrase at a time.")
    language = "" if term.table == "actors" else term.language
    found = term._replace(terms=terms, name=name if term.table == "actors" else "", language=language)
    _check(found)
    return found


def _check(term: Term) -> None:
    if term.table != "actors" and term.language not in tables.LANGUAGES:
        raise NotPossible("Choose the language of the word.")
    if not 0 < len(term.terms) <= (10 * LONGEST if term.table == "actors" else LONGEST):
        raise NotPossible("Write a word or a short phrase.")
    if why := overlay.wrong(term):
        raise NotPossible(f"This cannot be used: {why}.")


def words(term: Term) -> str:
    """What names a term among those of its table and language."""
    return term.name if term.table == "actors" and not term.removes else term.terms[:LONGEST]


def save(session: Session, actor: Actor, term: Term, *, active: bool = True) -> HouseWord:
    """Keep a word, new or changed, as its next version.

    Raises NotAllowed for whoever does not run the house, NotPossible for words that cannot be used.
    """
    _must_run(actor)
    term = tidy(term)
    row = session.scalar(
        select(HouseWord)
        .where(HouseWord.table == term.table, HouseWord.language == term.language)
        .where(HouseWord.words == words(term))
        .with_for_update()
    )
    if row is None:
        if (session.scalar(select(func.count()).select_from(HouseWord)) or 0) >= MOST:
            raise NotPossible(f"There are {MOST} words already; put more into a file of tables.")
        row = HouseWord(id=new_id(), table=term.table, language=term.language, words=words(term), version=0)
        session.add(row)
    _write(session, actor, row, {name: getattr(term, name) for name in _FACTS}, (term.removes, active))
    return row


def switch(session: Session, actor: Actor, word_id: UUID, *, active: bool) -> HouseWord:
    """Let a word count, or not. Raises NotAllowed, NotFound."""
    _must_run(actor)
    row = _find(session, word_id)
    if row.active != active:
        _write(session, actor, row, row.facts, (row.removes, active))
    return row


def take_back(session: Session, actor: Actor, word_id: UUID, version: int) -> HouseWord:
    """Let an earlier version hold again, as a new one. Raises NotAllowed, NotFound."""
    _must_run(actor)
    row = _find(session, word_id)
    old = session.scalar(
        select(HouseWordVersion).where(
            HouseWordVersion.word_id == row.id, HouseWordVersion.version == version
        )
    )
    if old is None:
        raise NotFound("There is no such version.")
    _write(session, actor, row, old.facts, (old.removes, old.active))
    return row


def _write(
    session: Session, actor: Actor, row: HouseWord, facts: dict[str, Any], flags: tuple[bool, bool]
) -> None:
    before = None if row.version == 0 else _state(row)
    row.facts, (row.removes, row.active) = facts, flags
    row.version, row.updated_at = row.version + 1, utcnow()
    session.flush()
    session.add(
        HouseWordVersion(
            word_id=row.id, version=row.version, facts=facts, removes=row.removes, active=row.active,
            made_by=actor.id, made_at=row.updated_at,
        )
    )  # fmt: skip
    session.flush()
    audit.append(session, actor, "word.saved", f"word:{row.id}", before=before, after=_state(row))


def _state(row: HouseWord) -> dict[str, Any]:
    at = {"table": row.table, "language": row.language, "words": row.words, "code": row.facts.get("code")}
    return at | {"removes": row.removes, "active": row.active, "version": row.version}


def _find(session: Session, word_id: UUID) -> HouseWord:
    row = session.get(HouseWord, word_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such word.")
    return row


def _must_run(actor: Actor) -> None:
    if actor.role not in RUNNERS:
        raise NotAllowed("Only administrators and coordinators change words.")


# --- what lies over the tables -----------------------------------------------------------------


def listed(session: Session) -> Sequence[HouseWord]:
    """All words of the centre, those that count first."""
    order = (HouseWord.active.desc(), HouseWord.table, HouseWord.language, HouseWord.words)
    return session.scalars(select(HouseWord).order_by(*order).limit(MOST)).all()


def history(session: Session, word_id: UUID) -> tuple[HouseWord, list[Kept]]:
    """A word with its versions, the newest first. Raises NotFound."""
    row = session.get(HouseWord, word_id)
    if row is None:
        raise NotFound("There is no such word.")
    query = (
        select(HouseWordVersion, User.name)
        .outerjoin(User, User.id == HouseWordVersion.made_by)
        .where(HouseWordVersion.word_id == word_id)
        .order_by(HouseWordVersion.version.desc())
        .limit(200)
    )
    return row, [Kept(version, name or "-") for version, name in session.execute(query)]


def refresh(session: Session) -> bool:
    """Let this process read by the words as they are now; whether they had changed."""
    version = _version(session)
    if version == tables.laid_over().version:
        return False
    return tables.lay_over(current(session))


def current(session: Session) -> Overlay:
    """The words that count, as they lie over the tables."""
    rows = session.scalars(select(HouseWord).where(HouseWord.active).order_by(HouseWord.id))
    return Overlay(_version(session), tuple(term_of(row) for row in rows))


def term_of(row: HouseWord) -> Term:
    """A word as the tables know it."""
    facts = {name: row.facts.get(name, "") for name in _FACTS}
    return Term(table=row.table, language=row.language, removes=row.removes, **facts)


def _version(session: Session) -> str:
    """Grows with every change; empty where there never was one."""
    sums = select(func.count(), func.sum(HouseWord.version), func.max(HouseWord.updated_at))
    count, versions, at = session.execute(sums).one()
    return f"{count}.{versions}.{at.isoformat()}" if count else ""


def shipped(text: str, most: int = 60) -> list[Term]:
    """The shipped words that hold ``text``, each with its meaning; words switched off are not among them."""
    wanted = " ".join(text.split()).lower()
    if not wanted:
        return []
    found = [
        term
        for table in ("events", "drivers", "actors")
        for row in tables.rows(table)
        if row["note"] != overlay.OWN
        for term in _terms(table, row)
        if wanted in term.terms
    ]
    return sorted(found, key=lambda one: (one.terms != wanted, len(one.terms)))[:most]


def _terms(table: str, row: dict[str, str]) -> list[Term]:
    if table == "actors":
        return [Term(table, "", row["kind"], one, row["name"]) for one in overlay.split(row["aliases"])]
    return [Term(table, row["language"], row["code"], one) for one in overlay.split(row["terms"])]
