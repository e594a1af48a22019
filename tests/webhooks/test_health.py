"""What supervisors and monitors are told, with everything there and with parts away."""

import re
import time
from collections.abc import Callable

import httpx
import psycopg
import pytest

from mbiu.launch.home import free_port
from tests.webhooks.calls import AMINA, JOSEPH, TELEGRAM_SECRET, TOKEN, Caller, reply, sms
from tests.webhooks.conftest import Hooks, Start
from tests.webhooks.line import Line

pytestmark = pytest.mark.timeout(90)

Rows = Callable[..., list[tuple[object, ...]]]


def get(hooks: Caller, path: str) -> httpx.Response:
    return httpx.get(hooks.url + path, timeout=20)


def figures(page: str) -> dict[str, float]:
    """Name with labels -> value."""
    found = re.findall(r"^(mbiu_\S+) (\S+)$", page, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_with_everything_there_it_is_ready(hooks: Hooks) -> None:
    assert get(hooks, "/healthz").status_code == 200
    answer = get(hooks, "/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "spool": "ok", "broker": "ok"})


@pytest.mark.parametrize("mode", ["cut", "silent"])
def test_without_a_database_it_lives_but_is_not_ready(
    start: Start, line: Line, over: dict[str, str], mode: str
) -> None:
    hooks = start(**over)
    assert get(hooks, "/readyz").status_code == 200
    line.set(mode)  # type: ignore[arg-type]
    time.sleep(1.1)
    assert get(hooks, "/healthz").status_code == 200
    began = time.monotonic()
    answer = get(hooks, "/readyz")
    assert time.monotonic() - began < 5
    assert (answer.status_code, answer.json()["database"]) == (503, "away")


def test_without_a_broker_nothing_changes_for_the_sender(start: Start, rows: Rows) -> None:
    hooks = start(MBIU_REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    times = []
    for number in range(5):
        began = time.monotonic()
        answer = hooks.twilio(sms("the bell is silent", f"+2567721002{number:02}"))
        times.append(time.monotonic() - began)
        assert reply(answer)
    assert sorted(times)[2] < 0.5, times
    assert rows("SELECT count(*) FROM report WHERE state = 'received'") == [(5,)]
    answer = get(hooks, "/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (200, "away")


def test_metrics_count_what_happened_and_name_nobody(
    start: Start, superuser: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    hooks = start()
    hooks.twilio(sms("CANARY report", AMINA))
    hooks.twilio(sms("second report", JOSEPH))
    hooks.gateway({"id": "g-1", "from": "+256772100209", "text": "third report"})
    superuser.execute("UPDATE report SET read_at = now() WHERE ref = (SELECT min(ref) FROM report)")
    superuser.execute("UPDATE delivery SET due_at = now() WHERE state = 'queued'")
    answer = get(hooks, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    shown = figures(answer.text)
    assert shown['mbiu_messages_total{channel="twilio",direction="in"}'] == 2
    assert shown['mbiu_messages_total{channel="twilio",direction="out"}'] == 2
    assert shown['mbiu_messages_total{channel="gateway:moroto",direction="in"}'] == 1
    assert shown['mbiu_reports_total{state="received"}'] == 3
    assert shown['mbiu_reports_total{state="read"}'] == 1
    assert shown['mbiu_deliveries_total{channel="twilio",status="sent"}'] == 2
    assert shown['mbiu_deliveries_total{channel="gateway:moroto",status="queued"}'] == 1
    assert shown['mbiu_due_jobs{job="triage"}'] == 3
    assert shown['mbiu_due_jobs{job="delivery"}'] == 1
    assert shown["mbiu_spooled_messages"] == 0
    for personal in (AMINA[1:], "CANARY", TOKEN, TELEGRAM_SECRET):
        assert personal not in answer.text


def test_without_a_database_metrics_tell_what_they_know(
    start: Start, line: Line, over: dict[str, str]
) -> None:
    hooks = start(**over)
    line.set("cut")
    hooks.twilio(sms("spooled"))
    shown = figures(get(hooks, "/metrics").text)
    assert shown == {"mbiu_spooled_messages": 1}
