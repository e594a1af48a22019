"""Learning from decisions, on a real database: what counts, what is kept, what workers read with."""

import datetime as dt
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from mbiu import correction, triage, vault
from mbiu.cli import main
from mbiu.codes import EventType
from mbiu.db import transaction
from mbiu.gazetteer import store
from mbiu.jobs import Job, ring_now
from mbiu.learning import keep, rows, train
from mbiu.learning.classifier import Learned
from mbiu.learning.rows import Decided
from mbiu.models import AuditEntry, LearnedModel, Message, Report, utcnow
from tests.cast import AMINA, JOSEPH, QUARREL, RAID, approve, count, incident_of, report_of, say, tell, user
from tests.conftest import Launched
from tests.learning.centre import START, Centre, fill
from tests.learning.test_classifier import rewritten
from tests.services.conftest import Configure

PEACE = "The elders made peace in Kotido yesterday and the cows were given back"
CENTRE = Centre(seed=11)
REPORTS = [CENTRE.report() for _ in range(320)]
UNSEEN = f"{' '.join(CENTRE.slang['cattle_raid'][:4])} huko Kween"


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    """What a test before this one has learned is not known any more."""
    keep._kept.clear()


def learn(*words: str) -> Result:
    return CliRunner().invoke(main, ["train", *words])


def read_learned() -> None:
    """Triage as a worker does it."""
    with transaction() as session:
        triage.triage(session, store.current(session), classifier=keep.current(session))


def told_type(text: str, sender: str = AMINA) -> EventType:
    ref = say(text, sender).ref
    read_learned()
    return report_of(str(ref)).event_type


def models() -> list[LearnedModel]:
    with transaction() as session:
        return [row for row, _ in keep.listed(session)]


def decided() -> list[Decided]:
    with transaction() as session:
        return rows.decided(session, store.current(session))


# --- what counts -------------------------------------------------------------------------------


def test_a_corrected_report_teaches_the_newest_correction() -> None:
    ruth, ref = user("ruth"), tell(QUARREL)
    for code in ("peace", "threat"):
        with transaction() as session:
            correction.correct(session, ruth, incident_of(ref).ref, {"event_type": code})
    (found,) = decided()
    assert (found.example.text, found.example.main) == (QUARREL, "threat")
    assert found.example.rules.type == "dispute"
    assert found.incident_id == incident_of(ref).id


def test_corrected_other_types_are_learned_by_themselves() -> None:
    ruth, ref = user("ruth"), tell(QUARREL)
    with transaction() as session:
        correction.correct(session, ruth, incident_of(ref).ref, {"other_types": ["threat", "destruction"]})
    (found,) = decided()
    assert (found.example.main, found.example.others) == (None, {"threat", "destruction"})


def test_a_verified_incident_confirms_its_reports() -> None:
    approve(incident_of(tell(QUARREL)).ref, user("ruth"))
    (found,) = decided()
    assert (found.example.main, found.example.others) == ("dispute", frozenset())


def test_a_report_on_which_nobody_decided_teaches_nothing() -> None:
    tell(RAID)
    with transaction() as session:
        assert (rows.decided(session, store.current(session)), rows.count(session)) == ([], 0)


def test_an_exercise_and_a_copied_text_teach_nothing() -> None:
    approve(incident_of(tell(QUARREL)).ref, user("ruth"))
    tell(QUARREL, JOSEPH)
    fill(REPORTS[:5], exercise=True)
    assert len(decided()) == 1
    with transaction() as session:
        session.execute(update(Report).values(exercise=True))
        assert rows.count(session) == 0


def test_a_type_that_people_do_not_know_either_teaches_nothing() -> None:
    ruth, ref = user("ruth"), tell(QUARREL)
    with transaction() as session:
        correction.correct(session, ruth, incident_of(ref).ref, {"event_type": "unknown"})
    assert decided() == []


def test_a_text_that_cannot_be_opened_is_left_out() -> None:
    fill(REPORTS[:3])
    with transaction() as session:
        first = session.scalars(select(Message.id).order_by(Message.created_at).limit(1)).one()
        session.execute(update(Message).where(Message.id == first).values(text=b"\1damaged"))
    assert len(decided()) == 2


def test_decisions_are_counted_from_a_time_on() -> None:
    fill(REPORTS[:10])
    with transaction() as session:
        assert rows.count(session) == 10
        assert rows.count(session, since=START + dt.timedelta(hours=6)) == 4


# --- learning ----------------------------------------------------------------------------------


def test_below_the_threshold_nothing_is_done_and_it_is_said() -> None:
    fill(REPORTS[:150])
    done = learn()
    assert (done.exit_code, done.output) == (
        0, "train: 150 decisions so far; learning begins with 200. The rules read alone.\n",
    )  # fmt: skip
    assert models() == []


def test_the_threshold_is_a_setting(configure: Configure) -> None:
    fill(REPORTS[:150])
    configure(learn_from="120")
    assert json.loads(learn("--json", "--dry-run").output)["done"]


def test_the_words_of_a_centre_are_learned_and_used() -> None:
    fill(REPORTS)
    assert told_type(UNSEEN) is not EventType.CATTLE_RAID
    result = json.loads(learn("--json").output)
    assert result["promoted"], result["words"]
    scores = result["scores"]
    assert scores["learned"]["macro_f1"] > scores["rules"]["macro_f1"]
    assert scores["tested"] == 64
    assert told_type(UNSEEN, JOSEPH) is EventType.CATTLE_RAID
    (row,) = models()
    assert (row.number, row.decisions, row.promoted, row.data_from) == (1, 320, True, START)
    assert row.data_to == START + dt.timedelta(hours=319)


def test_the_reading_says_that_it_was_learned_and_from_how_much() -> None:
    fill(REPORTS)
    learn()
    ref = str(say(UNSEEN).ref)
    read_learned()
    report = report_of(ref)
    reading = json.loads(vault.unseal("report", "reading", report.id, report.reading))
    whys = [seen["why"] for seen in reading["evidence"] if seen["field"] == "event_type"]
    assert any("learned from 320 decisions (weight 0.62)" in why for why in whys)


def test_a_dry_run_writes_nothing() -> None:
    fill(REPORTS)
    done = learn("--dry-run")
    assert "It would be used." in done.output
    assert (models(), count(AuditEntry, AuditEntry.action == "model.promoted")) == ([], 0)


def senseless() -> list[tuple[str, str]]:
    """Reports whose older part has been decided on at random."""
    half = len(REPORTS) // 2
    codes = [code for _, code in REPORTS]
    CENTRE.chance.shuffle(mixed := codes[:half] + codes[:half][::-1])
    return [(text, code) for (text, _), code in zip(REPORTS, mixed[: len(REPORTS)], strict=True)]


def test_a_model_that_is_not_better_is_not_kept() -> None:
    fill(senseless())
    done = learn()
    assert "It is not kept: " in done.output
    (row,) = models()
    with transaction() as session:
        assert session.scalar(select(LearnedModel.data)) is None
        assert keep.current(session) is None
    assert (row.promoted, row.used_from) == (False, None)
    assert row.scores["why"]
    assert learn("--use", "1").exit_code == 1
    assert count(AuditEntry, AuditEntry.action == "model.promoted") == 0


def test_a_model_whose_words_have_changed_their_meaning_is_put_aside() -> None:
    fill(REPORTS)
    learn()
    moved = Centre(seed=11)
    moved.slang = dict(
        zip(moved.slang, [*list(moved.slang.values())[1:], moved.slang["attack"]], strict=True)
    )
    fill([moved.report() for _ in range(70)], start=START + dt.timedelta(days=30))
    done = learn()
    assert "It is not kept: " in done.output
    assert "Model 1 is no better than the rules on the 70 since; they read alone." in done.output
    with transaction() as session:
        assert keep.current(session) is None
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "model.used")).one()
    assert (entry.object, entry.details) == ("model:rules", {"why": "outlived", "model": 1, "tried_on": 70})


def test_a_promotion_is_in_the_audit_chain() -> None:
    fill(REPORTS)
    learn()
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "model.promoted")).one()
    assert (entry.object, entry.details["decisions"]) == ("model:1", 320)


def test_two_trainings_at_once_are_one() -> None:
    fill(REPORTS[:210])
    with train._alone() as alone:
        assert alone
        assert "Another training is under way." in learn().output
    assert models() == []


# --- keeping -----------------------------------------------------------------------------------


def learned_models(number: int) -> list[int]:
    """Promote the same classifier several times."""
    fill(REPORTS[:240])
    learned, _ = train._tried(decided())
    assert learned is not None
    made = []
    for _ in range(number):
        with transaction() as session:
            made.append(keep.add(session, learned, {}, 240, (START, START, START)).number)
    return made


def test_one_step_back_and_to_the_rules() -> None:
    assert learned_models(2) == [1, 2]
    assert "model 1 in use" in learn("--use", "1").output
    shown = {one["number"]: one["state"] for one in json.loads(learn("--list", "--json").output)}
    assert shown == {1: "in use", 2: "kept"}
    learn("--use", "rules")
    with transaction() as session:
        assert keep.current(session) is None
    assert "rules\tin use" in learn("--list").output
    used = AuditEntry.action == "model.used"
    assert count(AuditEntry, used, AuditEntry.object == "model:1") == 1
    assert count(AuditEntry, used, AuditEntry.object == "model:rules") == 1


def test_the_last_five_models_are_kept() -> None:
    learned_models(7)
    shown = [one["state"] for one in json.loads(learn("--list", "--json").output)]
    assert shown == ["in use", "kept", "kept", "kept", "kept", "gone", "gone"]
    refused = learn("--use", "2")
    assert (refused.exit_code, "cannot be used" in refused.output) == (1, True)


@pytest.mark.parametrize("which", ["9", "best", "-1"])
def test_a_model_that_is_not_there_is_not_used(which: str) -> None:
    assert learn("--use", which).exit_code != 0


def spoil(change: Callable[[LearnedModel], bytes]) -> None:
    with transaction() as session:
        row = session.scalars(select(LearnedModel)).one()
        row.data = change(row)


def sealed(row: LearnedModel, data: bytes) -> bytes:
    return vault.seal_bytes("learned_model", "data", row.id, data)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda _: b"\1garbage", "seal"),
        (lambda row: sealed(row, b"garbage"), "not a model"),
        (lambda row: sealed(row, rewritten(keep.opened(row), head={"format": 0})), "of format 0"),
    ],
)
def test_a_model_that_cannot_be_read_leaves_the_rules_and_is_reported_once(
    change: Callable[[LearnedModel], bytes], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    learned_models(1)
    spoil(change)
    with caplog.at_level(logging.WARNING, "mbiu.learning"):
        for number in range(3):
            assert told_type(RAID, f"+25677200030{number}") is EventType.CATTLE_RAID
    (line,) = [record for record in caplog.records if record.message == "model.unreadable"]
    assert why in vars(line)["why"]
    assert vars(line)["instead"] == "rules"


# --- names -------------------------------------------------------------------------------------

NAME, NUMBER = "Zebulon Quartzman", "+256772918273"


def test_no_name_and_no_number_of_fewer_than_three_people_is_in_a_model() -> None:
    planted = [
        (f"{text} asks {NAME} {NUMBER}" if number % 30 < 2 else text, code)
        for number, (text, code) in enumerate(REPORTS)
    ]
    fill(planted)
    learn()
    with transaction() as session:
        row = session.scalars(select(LearnedModel)).one()
        learned = keep.opened(row)
        sealed_data = row.data
    assert sum(NAME in text for text, _ in planted) > 20
    assert not [gram for gram in learned.vocabulary if any(digit in gram for digit in "123456789")]
    parts = [name[start : start + 5] for name in NAME.lower().split() for start in range(len(name) - 4)]
    assert len(parts) > 5
    assert set(parts).isdisjoint(learned.vocabulary)
    everything = Learned.to_bytes(learned) + sealed_data + json.dumps(learned.vocabulary).encode()
    assert not [part for part in (*parts, NUMBER[1:], NUMBER[4:]) if part.encode() in everything]
    assert b"=huko" not in sealed_data


def test_a_users_scope_shows_no_model() -> None:
    learned_models(1)
    with transaction(scope="/") as session:
        assert session.scalars(select(LearnedModel.id)).all() == []


# --- by night ----------------------------------------------------------------------------------


def at(hour: int, day: int = 2) -> dt.datetime:
    return dt.datetime(2026, 5, day, hour, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        (at(23), at(23, 1), True),
        (at(1), at(2, 1), True),
        (at(12), at(2, 1), False),
        (at(23), at(12), False),
        (at(12, 4), at(2, 2), True),
    ],
)
def test_learning_is_for_the_night_unless_nights_were_missed(
    now: dt.datetime, last: dt.datetime, *, due: bool
) -> None:
    assert train.is_time(now, last) is due


def test_learning_is_due_with_enough_decisions_and_new_ones_only() -> None:
    fill(REPORTS[:199])
    with transaction() as session:
        assert not train.is_due(session)
    fill(REPORTS[199:230], start=START + dt.timedelta(days=30))
    with transaction() as session:
        assert train.is_due(session)
    learn()
    later = utcnow() + dt.timedelta(days=3)
    with transaction() as session:
        assert not train.is_due(session)
        assert not train.is_due(session, later)
    fill(REPORTS[230:231], start=START + dt.timedelta(days=60))
    with transaction() as session:
        assert train.is_due(session, later)


def wait_for(what: Callable[[], Any], seconds: float = 100.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, what
        time.sleep(0.1)
    return found


@pytest.mark.timeout(300)
def test_a_running_worker_learns_by_itself_and_reads_with_it_at_once(
    launch: Callable[[str], Launched],
) -> None:
    launch("worker")
    before = str(say(UNSEEN).ref)
    ring_now(Job.TRIAGE)
    wait_for(lambda: report_of(before).read_at)
    assert report_of(before).event_type is not EventType.CATTLE_RAID
    fill(REPORTS)
    ring_now(Job.LEARNING)
    (row,) = wait_for(models)
    assert row.promoted
    after = str(say(UNSEEN, JOSEPH).ref)
    ring_now(Job.TRIAGE)
    wait_for(lambda: report_of(after).read_at)
    assert report_of(after).event_type is EventType.CATTLE_RAID
