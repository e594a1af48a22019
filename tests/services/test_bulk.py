"""Many rows at once, and taking it back: all or nothing, exactly, and never over somebody else's work."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from mbiu import audit, bulk, linking, verification
from mbiu.audit import Actor
from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.models import AuditEntry, Authorship, BulkRow, Correction, Decision, Incident, Joining, Report
from mbiu.refusals import NotAllowed, NotFound, NotPossible, Refused, Stale
from mbiu.settings import Settings
from tests import cast

GREETING = "Good morning, only a test of the telephone"
THEFT = "A goat was stolen in Kapchorwa market yesterday"
Link = psycopg.Connection[tuple[object, ...]]
#: What only grows, or says when something was last touched.
GROWS = ("version", "updated_at")


@pytest.fixture
def ruth(settings: Settings) -> Actor:
    return cast.user("ruth")


@pytest.fixture
def rows(ruth: Actor) -> tuple[str, str, str]:
    """A quarrel, a theft, and a message that is nothing."""
    quarrel, theft = cast.tell(cast.QUARREL), cast.tell(THEFT, cast.JOSEPH)
    return cast.incident_of(quarrel).ref, cast.incident_of(theft).ref, cast.tell(GREETING, cast.DANIEL)


def _do(actor: Actor, action: str, *refs: str, **values: Any) -> bulk.Done:
    with transaction() as session:
        return bulk.do(session, actor, action, refs, **values)


def _undo(actor: Actor, done: bulk.Done) -> bulk.Done:
    with transaction() as session:
        return bulk.undo(session, actor, done.id)


def _everything(link: Link) -> dict[str, list[Any]]:
    """All that incidents, reports and what hangs on them hold, but for what only grows."""
    found: dict[str, list[Any]] = {}
    for table in ("incident", "report", "joining", "authorship", "correction"):
        lines = link.execute(f"SELECT to_jsonb({table}) FROM {table} ORDER BY id").fetchall()
        found[table] = [{key: value for key, value in line[0].items() if key not in GROWS} for line in lines]  # type: ignore[union-attr, attr-defined]
    return found


def test_what_is_nothing_leaves_the_queue_and_teaches(ruth: Actor, rows: tuple[str, str, str]) -> None:
    quarrel, theft, greeting = rows
    _do(ruth, "none", theft, greeting)
    gone = cast.incident(theft)
    assert (gone.state, gone.event_type, gone.priority) == ("archived", "none", "P4")
    assert cast.report_of(greeting).archived_at
    assert cast.incident(quarrel).state == "open"
    assert cast.count(Correction, Correction.field == "event_type") == 2


@pytest.mark.parametrize("action", ["none", "archive", "join", "assign"])
def test_an_undo_puts_everything_back(
    ruth: Actor, rows: tuple[str, str, str], superuser: Link, action: str
) -> None:
    with transaction() as session:
        verification.claim(session, ruth, rows[0])
    before = _everything(superuser)
    refs = rows[:2] if action == "assign" else rows
    done = _do(ruth, action, *refs, to=ruth.id)
    assert _everything(superuser) != before
    _undo(ruth, done)
    assert _everything(superuser) == before


def test_joining_takes_all_into_the_first_incident(ruth: Actor, rows: tuple[str, str, str]) -> None:
    quarrel, theft, greeting = rows
    done = _do(ruth, "join", greeting, quarrel, theft)
    assert done.into == quarrel
    assert cast.incident(quarrel).reports == 3
    assert cast.incident(theft).state == "merged"
    assert cast.incident_of(greeting).ref == quarrel


def test_what_was_undone_is_joined_by_the_machine_as_if_nothing_had_been(
    ruth: Actor, rows: tuple[str, str, str]
) -> None:
    _undo(ruth, _do(ruth, "join", rows[0], rows[2]))
    assert cast.count(Joining, Joining.undone_at.is_not(None)) == 0
    assert cast.count(Authorship) == 0
    with transaction() as session:
        linking.join(session, ruth, rows[2], rows[0])
    assert cast.incident(rows[0]).reports == 2


def test_whoever_was_an_author_before_stays_one(ruth: Actor, rows: tuple[str, str, str]) -> None:
    with transaction() as session:
        linking.join(session, ruth, rows[2], rows[0])
    _undo(ruth, _do(ruth, "join", rows[0], rows[1]))
    assert cast.count(Authorship) == 1


def test_approvals_that_a_join_made_void_do_not_come_back(ruth: Actor, rows: tuple[str, str, str]) -> None:
    version = cast.incident(rows[0]).version
    _undo(ruth, _do(ruth, "join", rows[0], rows[1]))
    assert cast.incident(rows[0]).version > version
    with transaction() as session:
        words = [row.verdict for row in session.scalars(select(Decision).order_by(Decision.created_at))]
    assert words == ["merged", "reopened"]


@pytest.mark.parametrize("action", ["none", "archive", "join", "assign"])
def test_an_undo_over_somebody_elses_change_is_refused(
    ruth: Actor, rows: tuple[str, str, str], superuser: Link, action: str
) -> None:
    peter = cast.user("peter")
    done = _do(ruth, action, *rows[:2], to=ruth.id)
    with transaction() as session:
        if action in {"none", "archive"}:
            verification.reopen(session, peter, rows[0], "It is something after all.")
        elif action == "join":
            linking.join(session, peter, rows[2], rows[0])
        else:
            bulk.do(session, peter, "assign", [rows[0]], to=peter.id)
    before = _everything(superuser)
    with pytest.raises(Stale, match=rows[0]):
        _undo(ruth, done)
    assert _everything(superuser) == before


def test_an_undo_counts_once_and_for_its_author_or_a_coordinator(
    ruth: Actor, rows: tuple[str, str, str]
) -> None:
    done = _do(ruth, "archive", *rows)
    with pytest.raises(NotAllowed):
        _undo(cast.user("peter"), done)
    _undo(cast.user("miriam", Role.COORDINATOR), done)
    with pytest.raises(NotPossible, match="before"):
        _undo(ruth, done)


def test_everything_is_in_the_chain(ruth: Actor, rows: tuple[str, str, str]) -> None:
    _undo(ruth, _do(ruth, "archive", rows[0], rows[2]))
    with transaction() as session:
        said = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))
        assert audit.verify(session) is None
    assert said[-6:-3] == ["report.archived", "incident.archived", "bulk.archive"]
    assert set(said[-3:-1]) == {"incident.restored", "report.restored"}
    assert said[-1] == "bulk.undone"


@pytest.mark.parametrize(
    ("action", "refusal"),
    [("none", NotPossible), ("archive", NotPossible), ("dance", NotPossible), ("join", NotPossible)],
)
def test_one_row_in_the_way_stops_all(
    ruth: Actor, rows: tuple[str, str, str], superuser: Link, action: str, refusal: type[Refused]
) -> None:
    """A grave incident is decided about on its own page, and nothing is joined to a message."""
    grave = cast.incident_of(cast.tell(cast.RAID, cast.GRACE)).ref
    before = _everything(superuser)
    refs = [rows[2]] if action == "join" else [*rows, grave]
    with pytest.raises(refusal):
        _do(ruth, action, *refs)
    assert _everything(superuser) == before


def test_what_others_hold_is_theirs(ruth: Actor, rows: tuple[str, str, str]) -> None:
    with transaction() as session:
        verification.claim(session, cast.user("peter"), rows[0])
    for action in ("none", "archive", "join"):
        with pytest.raises(Stale, match="claimed"):
            _do(ruth, action, *rows)
    assert _do(ruth, "assign", rows[0], to=ruth.id).into == "ruth"


def test_an_incident_is_assigned_to_those_who_see_it_and_decide(
    ruth: Actor, rows: tuple[str, str, str]
) -> None:
    for other in (cast.user("peter", scope="/ke/"), cast.user("simon", Role.CUSTODIAN)):
        with pytest.raises(NotPossible):
            _do(ruth, "assign", rows[0], to=other.id)
    with pytest.raises(NotPossible, match="no incident"):
        _do(ruth, "assign", rows[2], to=ruth.id)
    _do(ruth, "assign", rows[0], to=ruth.id)
    _do(ruth, "assign", rows[0], to=None)
    assert cast.incident(rows[0]).assigned_to is None


def test_nobody_does_or_undoes_in_another_area(ruth: Actor, rows: tuple[str, str, str]) -> None:
    done = _do(ruth, "archive", *rows)
    with pytest.raises(Stale), transaction(scope="/ke/") as session:
        bulk.undo(session, ruth, done.id)
    with pytest.raises(NotFound), transaction(scope="/ke/") as session:
        bulk.do(session, ruth, "archive", [rows[0]])
    with transaction(scope="/ke/") as session:
        assert session.scalars(select(BulkRow)).all() == []


def test_custodians_and_the_system_do_nothing_in_bulk(rows: tuple[str, str, str]) -> None:
    for actor in (cast.user("simon", Role.CUSTODIAN), audit.SYSTEM):
        with pytest.raises(NotAllowed):
            _do(actor, "archive", *rows)


def test_more_told_of_what_was_put_aside_comes_back(ruth: Actor, rows: tuple[str, str, str]) -> None:
    _do(ruth, "none", rows[1], rows[2])
    cast.tell("Now armed men attacked Kapchorwa market, 4 people killed", cast.JOSEPH)
    with transaction() as session:
        waiting = session.scalars(select(Incident).where(Incident.state == "open")).all()
        assert any(row.severity in {"severe", "extreme"} for row in waiting)
        assert session.scalars(select(Report.archived_at).where(Report.ref == rows[2])).one()


def test_a_message_goes_on_after_it_was_put_aside(ruth: Actor, rows: tuple[str, str, str]) -> None:
    _do(ruth, "archive", rows[2])
    with transaction() as session:
        row = session.scalars(select(Report).where(Report.ref == rows[2])).one()
        row.state, row.due_at = "received", row.created_at - dt.timedelta(minutes=1)  # type: ignore[assignment]
    cast.read_all()
    assert cast.report_of(rows[2]).archived_at is None
