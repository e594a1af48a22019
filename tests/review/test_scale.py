"""No page asks the database more often because more has happened."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from psycopg import sql
from sqlalchemy import event, select, text
from werkzeug.test import TestResponse

from mbiu import admin, chronicle, db, tokens
from mbiu.bench.pages import LEFT_OUT, PAGES, TOKEN, Samples, visits
from mbiu.chronicle.filling import YEARS, fill
from mbiu.codes import ContactRole, Role
from mbiu.db import transaction
from mbiu.demo.command import demo
from mbiu.figures.disputes import taken_up
from mbiu.launch.postgres import APP, OWNER, Postgres
from mbiu.models import Contact, Incident, Message, Outcome, OutcomeBy, Report, User, utcnow
from mbiu.refusals import NotPossible
from mbiu.settings import Settings
from mbiu.tokens import Scope, Wanted
from mbiu.vault import unseal
from tests import cast
from tests.conftest import forget
from tests.review.conftest import PEOPLE, Browser, _hash, console

FEW, MANY = 400, 1200


@pytest.mark.timeout(240)
@pytest.mark.slow
def test_no_page_asks_more_often_when_there_is_more(
    postgres: Postgres, template: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = asked(postgres, template, monkeypatch, FEW)
    many = asked(postgres, template, monkeypatch, MANY)
    assert few.keys() == PAGES.keys()
    # One more at a visit: what is shown of something that the small installation has none of.
    grown = {
        rule: (few[rule], many[rule]) for rule in few if sum(many[rule]) > sum(few[rule]) + len(few[rule])
    }
    assert not grown, f"statements with little and with much: {grown}"


@contextmanager
def counting() -> Iterator[list[str]]:
    """Every statement that is sent to the database meanwhile."""
    found: list[str] = []

    def note(_link: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    engines = [db.engine(), db.engine(scoped=True)]
    for one in engines:
        event.listen(one, "before_cursor_execute", note)
    yield found
    for one in engines:
        event.remove(one, "before_cursor_execute", note)


def _logged_in(app: Flask, name: str) -> Browser:
    browser = Browser(app.test_client())
    assert browser.log_in(name).status_code == 200
    return browser


def _by_token(app: Flask, token: str) -> Callable[[str], TestResponse]:
    client = app.test_client()
    return lambda address: client.get(address, headers={"Authorization": f"Bearer {token}"})


def asked(
    postgres: Postgres, template: str, monkeypatch: pytest.MonkeyPatch, reports: int
) -> dict[str, list[int]]:
    """How many statements each address took in an installation with so many reports."""
    name = f"scale_{uuid4().hex[:12]}"
    with closing(postgres.connect()) as link:
        postgres.create_database(name, template=template, link=link)
    monkeypatch.setenv("MBIU_DEMO", "1")
    monkeypatch.setenv("MBIU_DATABASE_URL", postgres.url(APP, name))
    monkeypatch.setenv("MBIU_DATABASE_OWNER_URL", postgres.url(OWNER, name))
    forget()
    try:
        return _visited(reports)
    finally:
        forget()
        with closing(postgres.connect()) as link:
            link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _visited(reports: int) -> dict[str, list[int]]:
    db.engine(), db.engine(scoped=True)
    with transaction() as session:
        for person, role in PEOPLE.items():
            session.add(User(name=person, role=role, password_hash=_hash()))
    root = cast.user("root", Role.ADMIN)
    with transaction() as session:
        fill(session, chronicle.Size.of(reports))
        wanted = Wanted("counting", frozenset(Scope), "/", days=1, per_minute=600)
        _, token = tokens.make(session, root, wanted)
        samples = Samples.of(session)
    app = console()
    visitors = {name: _logged_in(app, name) for name in ("ruth", "miriam", "simon", "esther")}
    found: dict[str, list[int]] = {}
    with counting() as statements:
        for who, address, rule in visits(samples):
            get = _by_token(app, token) if who == TOKEN else visitors[who].get
            # The first visit may find something to keep for the next ones.
            get(address)
            before = len(statements)
            answer = get(address)
            assert answer.status_code in {200, 302}, f"{address}: {answer.status_code}"
            found.setdefault(rule, []).append(len(statements) - before)
    return found


def test_every_page_is_visited_or_left_out_for_a_reason(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert rules == PAGES.keys() | LEFT_OUT


# --- the chronicle -----------------------------------------------------------------------------


@pytest.fixture
def small_centre(settings: Settings, people: None) -> dict[str, int]:
    """A hundred reports of three years."""
    with transaction() as session:
        return fill(session, chronicle.Size.of(100))


def test_a_chronicle_holds_what_was_asked_for(small_centre: dict[str, int]) -> None:
    assert (small_centre["report"], small_centre["incident"]) == (100, 20)
    assert cast.count(Report) == 100
    with transaction() as session:
        counted = session.scalars(select(Incident.reports)).all()
        joined = session.scalars(select(Report.id).where(Report.incident_id.is_not(None))).all()
    assert sum(counted) == len(joined) == 98


def test_everything_in_a_chronicle_is_an_exercise_and_sealed(small_centre: dict[str, int]) -> None:
    for model in (Contact, Report, Incident):
        assert cast.count(model, ~model.exercise) == 0
    with transaction() as session:
        row = session.scalars(select(Message).where(Message.direction == "in").limit(1)).one()
        reading = session.scalars(select(Report).where(Report.id == row.report_id)).one()
    words = unseal("message", "text", row.id, row.text)
    assert words.encode() not in row.text
    assert f'"id": "{reading.ref}"' in unseal("report", "reading", reading.id, reading.reading)


def test_disputes_of_a_chronicle_were_taken_up_by_committees_and_others(
    settings: Settings, people: None
) -> None:
    with transaction() as session:
        fill(session, chronicle.Size.of(1500))
    with transaction() as session:
        stands = {one.resolution for one in session.scalars(select(Outcome)).all()}
        acted = session.scalars(
            select(Contact.role).join(OutcomeBy, OutcomeBy.contact_id == Contact.id)
        ).all()
        first = utcnow() - YEARS
        parts = list(taken_up(session, {"since": first, "until": utcnow()}))
    assert stands == {"", "peaceful", "ongoing", "unresolved", "unclear"}
    assert set(acted) == {ContactRole.COMMITTEE}
    who = {part.label.partition(":")[0] for part in parts}
    assert {"class.elder", "class.mediator"} <= who
    assert len([one for one in who if one and not one.startswith("class.")]) == 10


def test_the_server_is_told_how_much_there_is(settings: Settings, people: None) -> None:
    known = text("SELECT reltuples FROM pg_class WHERE relname = 'report'")
    cast.tell(cast.RAID)
    with transaction() as session:
        assert session.scalar(known) != 1
    admin.analyze()
    with transaction() as session:
        assert session.scalar(known) == 1


def test_there_is_no_chronicle_beside_anything_real(settings: Settings, people: None) -> None:
    cast.tell(cast.RAID)
    with transaction() as session, pytest.raises(NotPossible, match="no exercise"):
        fill(session, chronicle.Size.of(100))


def test_a_chronicle_is_made_once(small_centre: dict[str, int]) -> None:
    with transaction() as session, pytest.raises(NotPossible, match="already"):
        fill(session, chronicle.Size.of(100))


@pytest.mark.parametrize("size", ["50", "many", "-1"])
def test_a_size_that_makes_no_sense_is_refused(size: str, settings: Settings, people: None) -> None:
    done = CliRunner().invoke(demo, ["--size", size])
    assert done.exit_code == 1
    assert "Error: " in done.output
    assert cast.count(Report) == 0
