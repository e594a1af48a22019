"""Words of the centre over the shipped tables, tried out on a sentence before they count."""

from dataclasses import dataclass
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import analysis
from mbiu.analysis import tables
from mbiu.analysis.overlay import MEANINGS, Overlay, Term
from mbiu.analysis.reading import Reading
from mbiu.db import transaction
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.house import lexicon
from mbiu.models import utcnow
from mbiu.refusals import NotAllowed, NotPossible
from review.doors import Permission, actor, door
from review.views.house.blueprint import done, pages, whole
from review.words import told

SENTENCE_MOST = 600


@dataclass(frozen=True)
class Line:
    """One thing that a sentence is read as, without the word and with it."""

    name: str
    before: str
    after: str


@pages.get("/words")
@door(Permission.HOUSE)
def words() -> ResponseReturnValue:
    """The centre's words, a form for another, and a look into the shipped tables."""
    return _page()


@pages.post("/words")
@door(Permission.HOUSE)
def save_word() -> ResponseReturnValue:
    """Try a word on a sentence, or let it count."""
    term = _term()
    if "try" in request.form:
        return _try(term)
    return done(lambda db: _save(db, term), "house.words")


@pages.get("/words/<uuid:word_id>")
@door(Permission.HOUSE)
def word(word_id: UUID) -> ResponseReturnValue:
    """All versions of a word."""
    with transaction() as db:
        row, versions = lexicon.history(db, word_id)
    return render_template("pages/house/word.html", row=row, versions=versions)


@pages.post("/words/<uuid:word_id>")
@door(Permission.HOUSE)
def change_word(word_id: UUID) -> ResponseReturnValue:
    """Switch a word off or on, or take an earlier version back."""

    def act(db: Session) -> str:
        version = whole(request.form.get("version", ""))
        if version is not None:
            lexicon.take_back(db, actor(), word_id, version)
            return _("That version holds again.")
        row = lexicon.switch(db, actor(), word_id, active="on" in request.form)
        return _("The word counts.") if row.active else _("The word is switched off.")

    return done(act, "house.word", word_id=str(word_id))


def _save(db: Session, term: Term) -> str:
    lexicon.save(db, actor(), term)
    return _("Saved. Reports are read by it from now on.")


def _try(term: Term) -> str:
    sentence = request.form.get("sentence", "")[:SENTENCE_MOST]
    try:
        term = lexicon.tidy(term)
    except (NotPossible, NotAllowed) as refused:
        return _page(term=term, sentence=sentence, wrong=told(refused.why))
    with transaction() as db:
        now = lexicon.current(db)
    return _page(term=term, sentence=sentence, lines=_difference(sentence, now, term))


def _difference(sentence: str, now: Overlay, term: Term) -> list[Line]:
    """The sentence read by the words as they count, and with one more."""
    with tables.tried(now):
        before = _read(sentence)
    with tables.tried(Overlay("trial", (*now.terms, term))):
        after = _read(sentence)
    return [Line(name, one, other) for (name, one), (_name, other) in zip(before, after, strict=True)]


def _read(sentence: str) -> list[tuple[str, str]]:
    found: Reading = analysis.read(sentence, Gazetteer([]), sent_at=utcnow())
    types = [found.event_type, *found.other_types]
    return [
        ("event_type", ", ".join(types)),
        ("severity", found.severity),
        ("urgency", found.urgency),
        ("drivers", ", ".join(found.drivers)),
        ("actors", ", ".join(one.name for one in found.actors)),
    ]


def _term() -> Term:
    form = request.form
    table, _colon, code = form.get("meaning", "").partition(":")
    language, name, removes = form.get("language", ""), form.get("name", "")[:120], "removes" in form
    return Term(table, language, code, form.get("terms", "")[:1200], name, removes)


def _page(
    term: Term | None = None, sentence: str = "", lines: list[Line] | None = None, wrong: str = ""
) -> str:
    wanted = request.args.get("q", "").replace("\0", "")[:60]
    with transaction() as db:
        rows = [(row, lexicon.term_of(row)) for row in lexicon.listed(db)]
    return render_template(
        "pages/house/words.html",
        rows=rows,
        meanings=MEANINGS,
        languages=tables.LANGUAGES,
        term=term,
        sentence=sentence,
        lines=lines,
        wrong=wrong,
        wanted=wanted,
        shipped=lexicon.shipped(wanted),
        problems=tables.problems() if tables.own() else (),
    )
