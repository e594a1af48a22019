"""What a step is, whose promises are enough, when a promise is void: pure, without a clock of its own."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from mbiu.codes import AlertState, Answer
from mbiu.escalation import promises, quorum
from mbiu.escalation.chain import FIRST_GAP, LONGEST_GAP, Rung, rungs
from mbiu.escalation.quorum import Situation, Told, Word

NOW = dt.datetime(2026, 11, 23, 23, 10, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
BOTH = Rung(needs=(("mediator", 1), ("police_liaison", 1)))
ANYBODY = Rung()
A, B, C = uuid4(), uuid4(), uuid4()


def word(who: UUID, answer: Answer, *, lapsed: bool = False, hours: int | None = None) -> Word:
    due_at = NOW + dt.timedelta(hours=hours) if hours is not None else None
    return Word(uuid4(), who, answer, due_at, lapsed=lapsed)


def situation(*words: Word, silent: bool = True) -> Situation:
    """A mediator and a liaison of step 1, an elder of step 2."""
    told = {
        A: Told(1, "mediator", silent),
        B: Told(1, "police_liaison", silent),
        C: Told(2, "elder", silent),
    }
    return Situation(told, {one.contact: one for one in words})


@pytest.mark.parametrize(
    ("words", "taken", "state"),
    [
        ((), 1, AlertState.OPEN),
        ((word(A, Answer.ACK),), 1, AlertState.OPEN),
        ((word(A, Answer.ACK), word(B, Answer.GO)), 1, AlertState.ACKNOWLEDGED),
        ((word(A, Answer.ACK), word(B, Answer.CANNOT)), 1, AlertState.OPEN),
        ((word(A, Answer.DONE), word(B, Answer.GO)), 1, AlertState.ACKNOWLEDGED),
        ((word(A, Answer.DONE), word(B, Answer.DONE)), 1, AlertState.DONE),
        ((word(A, Answer.ACK), word(B, Answer.GO, lapsed=True)), 1, AlertState.OPEN),
        ((word(A, Answer.ACK),), 2, AlertState.OPEN),
        ((word(C, Answer.ACK),), 2, AlertState.ACKNOWLEDGED),
        ((word(C, Answer.DONE),), 2, AlertState.DONE),
    ],
    ids=[
        "silence", "half", "both", "one no", "one done", "both done", "one lapsed",
        "half, then a step for anybody", "the second step", "the second step done",
    ],
)  # fmt: skip
def test_enough_are_those_whom_any_step_taken_so_far_wants(
    words: tuple[Word, ...], taken: int, state: AlertState
) -> None:
    assert quorum.standing([BOTH, ANYBODY][:taken], situation(*words)) is state


def test_it_is_hopeless_when_nobody_left_can_make_it_enough() -> None:
    assert not quorum.is_hopeless([BOTH], situation(word(A, Answer.ACK)))
    assert quorum.is_hopeless([BOTH], situation(word(A, Answer.CANNOT)))
    assert quorum.is_hopeless([BOTH], situation(word(A, Answer.ACK), silent=False))
    assert not quorum.is_hopeless([BOTH, ANYBODY], situation(word(A, Answer.CANNOT)))


@pytest.mark.parametrize(
    ("hours", "hour", "is_open"),
    [
        (None, 3, True), ((6, 21), 3, False), ((6, 21), 6, True), ((6, 21), 21, False),
        ((20, 6), 2, True), ((20, 6), 12, False),
    ],
)  # fmt: skip
def test_a_step_is_taken_within_its_hours_of_the_house_s_own_clock(
    hours: tuple[int, int] | None, hour: int, is_open: bool
) -> None:
    at = dt.datetime(2026, 11, 23, hour, 30, tzinfo=dt.timezone(dt.timedelta(hours=3)))
    assert Rung(hours=hours).is_open(at, "Africa/Kampala") is is_open


def test_a_step_is_told_anew_while_it_waits() -> None:
    rung = Rung(wait=30 * MINUTE, repeats=2, gap=10 * MINUTE)
    end = NOW + rung.wait
    assert rung.repeat_at(NOW, 0, end) == NOW + 10 * MINUTE
    assert rung.repeat_at(NOW + 10 * MINUTE, 1, end) == NOW + 20 * MINUTE
    assert rung.repeat_at(NOW + 20 * MINUTE, 2, end) is None
    assert Rung(wait=30 * MINUTE, repeats=9, gap=30 * MINUTE).repeat_at(NOW, 0, end) is None
    assert Rung(wait=30 * MINUTE).repeat_at(NOW, 0, end) is None


def test_the_last_step_never_ends_and_grows_patient() -> None:
    gaps = [Rung(final=True).repeat_at(NOW, number, None) for number in range(9)]
    assert gaps[0] == NOW + FIRST_GAP
    assert gaps[1] == NOW + 2 * FIRST_GAP
    assert gaps[-1] == NOW + LONGEST_GAP


def test_a_chain_of_before_there_were_repeats_is_read_too() -> None:
    person = {"contact": str(A), "address": str(B), "channel": "twilio", "language": "sw"}
    (rung,) = rungs([{"recipients": [person], "wait_minutes": 30}])
    assert rung.people == ({**person, "class": None, "key": "sw"},)
    assert (rung.wait, rung.needs, rung.final) == (30 * MINUTE, (), False)


def test_a_promise_is_reminded_of_then_void() -> None:
    mine = word(A, Answer.GO, hours=2)
    assert mine.due_at is not None
    assert promises.look([mine], mine.due_at - MINUTE) == promises.Look()
    assert promises.look([mine], mine.due_at).remind == (mine,)
    reminded = Word(mine.id, A, Answer.GO, mine.due_at, mine.due_at)
    assert promises.look([reminded], mine.due_at + promises.GRACE - MINUTE) == promises.Look()
    assert promises.look([reminded], mine.due_at + promises.GRACE).lapse == (reminded,)


def test_who_was_reminded_late_has_the_whole_time_to_answer() -> None:
    late = NOW + dt.timedelta(hours=9)
    mine = Word(uuid4(), A, Answer.ACK, NOW, late)
    assert promises.due_at(mine) == late + promises.GRACE


@pytest.mark.parametrize("answer", [Answer.DONE, Answer.CANNOT])
def test_what_is_done_or_refused_is_no_promise(answer: Answer) -> None:
    assert promises.due_at(Word(uuid4(), A, answer, NOW)) is None
