"""What comes first."""

import datetime as dt
import itertools

import pytest

from mbiu.codes import EventType, Priority, Severity, Urgency
from mbiu.priority import due_at, priority, soonest


@pytest.mark.parametrize(
    ("severity", "row"),
    [
        ("extreme", "P1 P1 P1 P1 P1"),
        ("severe", "P1 P1 P2 P2 P2"),
        ("moderate", "P1 P2 P3 P3 P3"),
        ("minor", "P2 P3 P4 P4 P4"),
        ("unknown", "P2 P3 P3 P4 P3"),
    ],
)
def test_the_table_of_severity_and_urgency(severity: str, row: str) -> None:
    columns = ("immediate", "expected", "future", "past", "unknown")
    found = [priority(EventType.ATTACK, Severity(severity), Urgency(urgency)) for urgency in columns]
    assert " ".join(found) == row


def test_a_graver_event_never_comes_later() -> None:
    grave = [Severity.MINOR, Severity.MODERATE, Severity.SEVERE, Severity.EXTREME]
    for (less, more), urgency in itertools.product(itertools.pairwise(grave), Urgency):
        assert priority(EventType.ATTACK, more, urgency) <= priority(EventType.ATTACK, less, urgency)


def test_what_could_not_be_read_is_never_last() -> None:
    for urgency in Urgency:
        assert priority(EventType.UNKNOWN, Severity.UNKNOWN, urgency) <= Priority.P3


def test_nothing_reported_comes_last() -> None:
    assert priority(EventType.NONE, Severity.EXTREME, Urgency.IMMEDIATE) is Priority.P4


def test_the_first_priority_is_due_within_a_quarter_of_an_hour() -> None:
    now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    waits = [due_at(level, now) - now for level in Priority]
    assert waits == sorted(waits)
    assert waits[0] == dt.timedelta(minutes=15)


@pytest.mark.parametrize("event_type", ["threat", "mobilisation", "hate_speech"])
def test_a_warning_of_what_is_to_come_is_looked_at_within_the_hour(event_type: str) -> None:
    assert priority(EventType(event_type), Severity.MINOR, Urgency.FUTURE) is Priority.P2
    assert priority(EventType(event_type), Severity.MINOR, Urgency.PAST) is Priority.P4


def test_the_more_pressing_urgency_wins() -> None:
    assert soonest(Urgency.PAST, Urgency.EXPECTED) is Urgency.EXPECTED
    assert soonest(Urgency.UNKNOWN, Urgency.PAST) is Urgency.PAST
