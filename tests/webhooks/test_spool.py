"""When the database is away the message waits on disk, sealed, and is taken in later, once and in order."""

import datetime as dt
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from mbiu import spool, vault
from mbiu.arrivals import Blocked
from mbiu.codes import AddressKind
from mbiu.messages import IncomingMessage
from tests.webhooks.calls import AMINA, CHAT, JOSEPH, reply, sms, telegram_text, wait
from tests.webhooks.conftest import Hooks, Start
from tests.webhooks.line import Line

pytestmark = pytest.mark.timeout(100)

Rows = Callable[..., list[tuple[object, ...]]]


def texts(rows: Rows) -> list[str]:
    found = rows("SELECT id, text FROM message WHERE direction = 'in' ORDER BY created_at, id")
    return [vault.unseal("message", "text", row_id, text) for row_id, text in found]  # type: ignore[arg-type]


def test_messages_of_a_cut_line_are_taken_in_later_in_order_and_once(
    start: Start, line: Line, over: dict[str, str], rows: Rows, settings: object
) -> None:
    hooks = start(**over)
    assert reply(hooks.twilio(sms("before")))
    line.set("cut")
    forms = [sms(f"while away {n}", f"+2567721002{n:02}") for n in range(20)]
    for form in [*forms, forms[3], forms[19]]:
        answer = hooks.twilio(form)
        assert (answer.status_code, reply(answer)) == (200, "")
    assert len(hooks.spooled) == 22
    line.set("open")
    wait(lambda: not hooks.spooled)
    assert texts(rows) == ["before", *(f"while away {n}" for n in range(20))]
    # The receipts that could not go with the answers are sent by themselves.
    wait(lambda: rows("SELECT count(*) FROM delivery WHERE state = 'queued'") == [(20,)])
    assert reply(hooks.twilio(sms("after")))


def test_every_channel_is_spooled(
    start: Start, line: Line, over: dict[str, str], rows: Rows, settings: object
) -> None:
    hooks = start(**over)
    line.set("cut")
    assert hooks.twilio(sms("by twilio")).status_code == 200
    form = {"from": JOSEPH, "to": "22395", "text": "by africastalking", "id": "at-1"}
    assert hooks.africastalking(form).status_code == 200
    assert hooks.telegram(telegram_text("by telegram")).json() == {}
    answer = hooks.gateway({"id": "g-1", "from": AMINA, "text": "by gateway"})
    assert (answer.status_code, answer.json()) == (200, {"id": "g-1", "reference": None})
    assert hooks.twilio(
        {"MessageSid": "SMx", "MessageStatus": "delivered"}, "/hooks/twilio/status"
    ).is_success
    line.set("open")
    wait(lambda: not hooks.spooled)
    assert texts(rows) == ["by twilio", "by africastalking", "by telegram", "by gateway"]
    assert rows("SELECT channel, state FROM early_report") == [("twilio", "delivered")]


def test_only_the_first_sender_waits_for_a_silent_line(
    start: Start, line: Line, over: dict[str, str], rows: Rows
) -> None:
    hooks = start(**over)
    hooks.twilio(sms("before"))
    line.set("silent")
    times = []
    for number in range(6):
        began = time.monotonic()
        assert hooks.twilio(sms(f"silence {number}", f"+2567721002{number:02}")).status_code == 200
        times.append(time.monotonic() - began)
    assert times[0] < 13, "Twilio gives up after 15 s"
    assert max(times[1:]) < 1.0, times
    assert len(hooks.spooled) == 6
    line.set("cut")
    line.set("open")
    wait(lambda: not hooks.spooled, 40)
    assert rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(7,)]


def test_several_processes_spool_and_take_in_together_without_loss_or_double(
    start: Start, line: Line, over: dict[str, str], rows: Rows
) -> None:
    hooks = start(workers=3, **over)
    forms = [sms(f"report {n}", f"+2567721{n:05}") for n in range(90)]
    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(hooks.twilio, forms)
        for mode in ("cut", "open", "cut", "open"):
            time.sleep(0.2)
            line.set(mode)  # type: ignore[arg-type]
        assert {answer.status_code for answer in answers} == {200}
    wait(lambda: not hooks.spooled)
    assert rows("SELECT count(*), count(DISTINCT provider_id) FROM message WHERE direction = 'in'") == [
        (90, 90)
    ]
    assert rows("SELECT count(*) FROM report") == [(90,)]


def test_a_killed_process_leaves_its_spool_to_the_next(
    start: Start, line: Line, over: dict[str, str], rows: Rows
) -> None:
    line.set("cut")
    first = start(**over)
    assert first.twilio(sms("kept over a restart")).status_code == 200
    first.kill()
    line.set("open")
    second = start(**over)
    wait(lambda: not second.spooled)
    assert rows("SELECT count(*) FROM report") == [(1,)]


def test_a_file_that_cannot_be_opened_is_put_aside_and_blocks_nobody(
    start: Start, line: Line, over: dict[str, str], rows: Rows, settings: object
) -> None:
    hooks = start(**over)
    line.set("cut")
    for text in ("one", "two", "three"):
        hooks.twilio(sms(text))
    first, second, _ = hooks.spooled
    first.write_bytes(first.read_bytes()[:-1] + b"x")
    # A file under another's name does not open: the name is part of what is sealed.
    moved = second.with_name("0" * 16 + "-00000001-00000000.msg")
    moved.write_bytes(second.read_bytes())
    line.set("open")
    wait(lambda: not hooks.spooled)
    assert texts(rows) == ["two", "three"]
    assert {path.name for path in (hooks.home / "spool" / "bad").iterdir()} == {first.name, moved.name}
    assert any("spool.bad" in text and first.name in text for text in hooks.lines)


def test_what_lies_in_the_spool_is_sealed(start: Start, line: Line, over: dict[str, str]) -> None:
    hooks = start(**over)
    line.set("cut")
    hooks.twilio(sms("CANARY words", AMINA))
    (path,) = hooks.spooled
    assert path.stat().st_mode & 0o077 == 0
    assert (hooks.home / "spool").stat().st_mode & 0o077 == 0
    content = path.read_bytes() + path.name.encode()
    assert b"CANARY" not in content
    assert AMINA[1:].encode() not in content


def test_without_database_and_spool_the_provider_is_asked_to_come_again(
    start: Start, line: Line, over: dict[str, str]
) -> None:
    hooks = start(**over)
    line.set("cut")
    (hooks.home / "spool").write_text("a file where the folder should be")
    answer = hooks.twilio(sms("nowhere to go"))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_message_that_breaks_the_intake_is_kept_and_taken_in_once_it_is_mended(
    hooks: Hooks, rows: Rows, superuser: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    form = sms("a fault of ours")
    superuser.execute(
        f"ALTER TABLE message ADD CONSTRAINT ours CHECK (provider_id <> '{form['MessageSid']}')"
    )
    assert hooks.twilio(form).status_code == 200
    assert reply(hooks.twilio(sms("HELP", JOSEPH)))
    assert rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(1,)]
    superuser.execute("ALTER TABLE message DROP CONSTRAINT ours")
    wait(lambda: not hooks.spooled)
    assert rows("SELECT count(*) FROM report") == [(1,)]


def test_a_reply_whose_commit_was_not_heard_of_is_sent_after_all(
    start: Start, rows: Rows, settings: object
) -> None:
    """The first try was committed, its answer lost with the line, and the message spooled as well."""
    hooks = start()
    form = sms("committed, but nobody heard")
    hooks.twilio(form)
    assert rows("SELECT state FROM delivery") == [("sent",)]
    message = IncomingMessage("twilio", AddressKind.SMS, form["MessageSid"], AMINA, form["Body"])
    spool.put(message, inline=True)
    wait(lambda: not hooks.spooled)
    assert rows("SELECT state FROM delivery") == [("queued",)]
    assert rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(1,)]


def test_names_sort_in_the_order_of_arrival(settings: object) -> None:
    message = IncomingMessage("twilio", AddressKind.SMS, "SM1", AMINA, "x")
    names = [spool.put(message) for _ in range(50)]
    assert names == sorted(names) == spool.waiting()


def test_what_is_put_is_what_is_taken(settings: object, rows: Rows) -> None:
    """Every kind of arrival survives the way through a file."""
    spool.put(
        IncomingMessage("telegram", AddressKind.TELEGRAM, "1", str(CHAT), "hello there", lat=1.5, lon=33.25)
    )
    assert spool.take_in() == 1
    assert rows("SELECT location IS NOT NULL FROM message WHERE direction = 'in'") == [(True,)]
    spool.put(Blocked("telegram", AddressKind.TELEGRAM, str(CHAT), dt.datetime.now(dt.UTC)))
    assert spool.take_in() == 1
    assert rows("SELECT blocked_at IS NOT NULL FROM address") == [(True,)]


def test_a_crash_while_writing_leaves_nothing_that_is_taken_in(settings: object) -> None:
    half = spool.settings().spool_dir / (".".join(["", "0" * 16 + "-00000001-00000000", "msg"]))
    spool.put(IncomingMessage("twilio", AddressKind.SMS, "SM1", AMINA, "x"))
    half.write_bytes(b"half")
    assert half.name not in spool.waiting()
    assert spool.take_in() == 1
