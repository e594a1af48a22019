"""Counts do not change when days are closed, and cost no more for a long history."""

import datetime as dt
from collections.abc import Callable

import pytest

from mbiu import metrics
from mbiu.codes import AddressKind
from mbiu.db import transaction
from mbiu.intake import receive
from mbiu.messages import IncomingMessage

pytestmark = pytest.mark.timeout(60)

TODAY = dt.date(2026, 11, 22)
Link = "psycopg.Connection[tuple[Any, ...]]"


def report(number: int) -> None:
    message = IncomingMessage(
        "twilio", AddressKind.SMS, f"SM{number}", f"+25677210{number:04}", "cattle raid"
    )
    with transaction() as session:
        receive(session, message, inline=True)


@pytest.fixture
def history(settings: object, superuser: Link) -> Callable[[int, int], None]:
    """Makes so many reports on the day that was so many days ago."""
    made = iter(range(1, 10_000))

    def make(count: int, days_ago: int) -> None:
        for _ in range(count):
            report(next(made))
        when = dt.datetime.combine(TODAY, dt.time(12), dt.UTC) - dt.timedelta(days=days_ago)
        for table in ("message", "report", "delivery"):
            superuser.execute(  # type: ignore[attr-defined]
                f"UPDATE {table} SET created_at = %s WHERE created_at > now() - interval '5 minutes'", [when]
            )

    return make


def counts() -> dict[tuple[str, str, str], int]:
    with transaction() as session:
        return dict(metrics.collect(session)[0])


def close(today: dt.date = TODAY) -> int:
    with transaction() as session:
        return metrics.close_days(session, today)


def test_closing_days_changes_no_figure(history: Callable[[int, int], None], superuser: Link) -> None:
    history(3, 9)
    history(2, 4)
    history(1, 1)
    before = counts()
    assert before["messages", "twilio", "in"] == before["reports", "", "received"] == 6
    assert close() == 7
    assert counts() == before
    assert superuser.execute("SELECT count(DISTINCT day) FROM tally").fetchone() == (3,)  # type: ignore[attr-defined]


def test_closing_twice_counts_once(history: Callable[[int, int], None]) -> None:
    history(2, 5)
    before = counts()
    close()
    assert close() == 0
    assert close(TODAY + dt.timedelta(days=1)) == 1
    assert counts() == before


def test_a_day_is_open_for_two_days_so_that_its_deliveries_may_come_to_rest(
    history: Callable[[int, int], None], superuser: Link
) -> None:
    history(1, 2)
    close()
    superuser.execute("UPDATE delivery SET state = 'delivered'")  # type: ignore[attr-defined]
    assert counts()["deliveries", "twilio", "delivered"] == 1


def test_what_is_deleted_after_its_day_was_closed_stays_counted(
    history: Callable[[int, int], None], superuser: Link
) -> None:
    history(4, 8)
    close()
    superuser.execute("DELETE FROM delivery")  # type: ignore[attr-defined]
    superuser.execute("DELETE FROM message")  # type: ignore[attr-defined]
    assert counts()["messages", "twilio", "in"] == 4


def test_an_empty_installation_has_nothing_to_close(settings: object) -> None:
    assert close() == 0
    assert counts() == {}
