"""The centre's own words: what they change in a reading, and that any of them can be taken back."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from mbiu import analysis
from mbiu.analysis import tables
from mbiu.analysis.overlay import Overlay, Term
from mbiu.analysis.reading import Reading
from mbiu.audit import Actor
from mbiu.codes import EventType, Role, Severity
from mbiu.db import transaction
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.house import lexicon
from mbiu.models import AuditEntry, HouseWord, HouseWordVersion, User
from mbiu.refusals import NotAllowed, NotPossible
from tests import cast

TOLD = "The boys did zumbo at the market yesterday"


@pytest.fixture(autouse=True)
def shipped_again() -> Iterator[None]:
    yield
    tables.lay_over(Overlay())


@pytest.fixture
def miriam(settings: object) -> Actor:
    user = User(name="miriam", role=Role.COORDINATOR, password_hash="-")
    with transaction() as session:
        session.add(user)
    return Actor(user.name, user.id, user.role)


def read(text: str) -> Reading:
    return analysis.read(text, Gazetteer([]), sent_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))


def save(actor: Actor, *terms: Term) -> list[HouseWord]:
    with transaction() as session:
        rows = [lexicon.save(session, actor, term) for term in terms]
        lexicon.refresh(session)
    return rows


def test_words_of_the_centre_mean_what_it_says(miriam: Actor) -> None:
    assert read(TOLD).event_type == "unknown"
    save(
        miriam,
        Term("events", "en", "attack", "zumbo"),
        Term("severity", "en", "severe", "zumbo"),
        Term("drivers", "en", "youth_gang", "the boys"),
        Term("actors", "", "armed_group", "wale wa soko", name="Soko"),
    )
    found = read(TOLD + ", wale wa soko came too")
    assert (found.event_type, found.severity, found.drivers) == ("attack", "severe", ("youth_gang",))
    assert [one.name for one in found.actors] == ["Soko"]
    assert any("the centre's own" in one.why for one in found.evidence)


def test_a_shipped_word_is_switched_off_and_on_again(miriam: Actor) -> None:
    told = "Squatters came to us and shouted"
    before = read(told)
    word = next(one for one in lexicon.shipped("squatter*") if (one.table, one.language) == ("drivers", "en"))
    (row,) = save(miriam, word._replace(removes=True))
    off = read(told)
    with transaction() as session:
        lexicon.switch(session, miriam, row.id, active=False)
    with transaction() as session:
        assert lexicon.refresh(session)
    assert ("land" in before.drivers, "land" in off.drivers, "land" in read(told).drivers) == (
        True,
        False,
        True,
    )


def test_the_workers_take_a_change_up_with_the_next_report(miriam: Actor) -> None:
    first = cast.incident_of(cast.tell("Zumbo zumbo zumbo at the river in Kween"))
    with transaction() as session:
        lexicon.save(session, miriam, Term("events", "en", "abduction", "zumbo"))
    second = cast.incident_of(cast.tell("Again zumbo in Bwera, Kasese", cast.JOSEPH))
    assert (first.event_type, second.event_type) == (EventType.UNKNOWN, EventType.ABDUCTION)


def test_every_version_is_kept_and_can_be_taken_back(miriam: Actor) -> None:
    (row,) = save(miriam, Term("severity", "en", "severe", "zumbo"))
    save(miriam, Term("severity", "en", "minor", "zumbo"))
    assert read(f"Attack with {TOLD}").severity == Severity.MINOR
    with transaction() as session:
        lexicon.take_back(session, miriam, row.id, 1)
        lexicon.refresh(session)
    with transaction() as session:
        versions = session.scalars(select(HouseWordVersion).order_by(HouseWordVersion.version)).all()
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "word.saved")).all()
    assert read(f"Attack with {TOLD}").severity == Severity.SEVERE
    assert [one.facts["code"] for one in versions] == ["severe", "minor", "severe"]
    assert [one.version for one in versions] == [1, 2, 3]
    assert [one.details["after"]["code"] for one in entries] == ["severe", "minor", "severe"]
    assert entries[1].details["before"]["code"] == "severe"


@pytest.mark.parametrize(
    "term",
    [
        Term("events", "en", "attack", "   "),
        Term("events", "en", "attack", ".."),
        Term("events", "en", "attack", "-*"),
        Term("events", "xx", "attack", "zumbo"),
        Term("events", "en", "none", "zumbo"),
        Term("events", "en", "attack", "one|two"),
        Term("markers", "en", "mass", "zumbo"),
        Term("actors", "", "armed_group", "", name=""),
        Term("events", "en", "attack", "a b c d e f g h i"),
    ],
)
def test_a_word_that_would_fit_anything_is_refused(miriam: Actor, term: Term) -> None:
    with transaction() as session, pytest.raises(NotPossible):
        lexicon.save(session, miriam, term)


def test_analysts_change_no_words(miriam: Actor) -> None:
    ruth = Actor("ruth", miriam.id, Role.ANALYST)
    with transaction() as session, pytest.raises(NotAllowed):
        lexicon.save(session, ruth, Term("events", "en", "attack", "zumbo"))


def test_a_trial_leaves_the_words_as_they_were() -> None:
    with tables.tried(Overlay("draft", (Term("events", "en", "attack", "zumbo"),))):
        assert read(TOLD).event_type == "attack"
    assert read(TOLD).event_type == "unknown"
