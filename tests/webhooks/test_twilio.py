"""Twilio's hooks: what a signed form becomes, and what it is answered."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from mbiu import vault
from mbiu.channels.text import segments
from tests.webhooks.calls import AMINA, JOSEPH, Caller, reply, sms

pytestmark = pytest.mark.timeout(60)

Rows = Callable[..., list[tuple[object, ...]]]


def stored(rows: Rows) -> list[str]:
    """The texts of incoming messages, opened."""
    found = rows("SELECT id, text FROM message WHERE direction = 'in' ORDER BY created_at, id")
    return [vault.unseal("message", "text", row_id, text) for row_id, text in found]  # type: ignore[arg-type]


def test_a_signed_sms_is_stored_and_answered_with_a_receipt_of_one_segment(
    hooks: Caller, rows: Rows, settings: object
) -> None:
    answer = hooks.twilio(sms("Wezi wa ng'ombe wameonekana Moroto"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    ref = rows("SELECT ref FROM report")[0][0]
    assert str(ref) in reply(answer)
    assert segments(unescape(reply(answer))) == 1
    assert stored(rows) == ["Wezi wa ng'ombe wameonekana Moroto"]


def test_the_receipt_that_went_with_the_answer_is_not_sent_again(hooks: Caller, rows: Rows) -> None:
    hooks.twilio(sms("Cattle raid near Kotido"))
    assert rows("SELECT state, channel FROM delivery") == [("sent", "twilio")]


@pytest.mark.parametrize("workers", [4])
def test_the_same_message_eight_times_at_once_is_one_row_with_equal_answers(
    start: Callable[..., Caller], rows: Rows, workers: int
) -> None:
    hooks, form = start(workers=workers), sms("Houses burning in Kapchorwa")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: hooks.twilio(form), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert reply(answers[0])
    assert rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(1,)]
    assert rows("SELECT count(*) FROM report") == [(1,)]
    assert rows("SELECT count(*) FROM delivery") == [(1,)]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("raid\x00 at dawn", "raid at dawn"),
        ("😀" * 3000, "😀" * 3000),
        ("[" * 20_000, "[" * 4000),
        ("<script>alert(1)</script> & more", "<script>alert(1)</script> & more"),
        ("مرحبا 🐄 Ŋaturkana", "مرحبا 🐄 Ŋaturkana"),
    ],
    ids=["nul", "emoji", "brackets", "markup", "scripts"],
)
def test_any_text_is_taken(hooks: Caller, rows: Rows, settings: object, sent: str, kept: str) -> None:
    assert hooks.twilio(sms(sent)).status_code == 200
    assert stored(rows) == [kept]


def test_while_a_token_is_changed_both_are_good(start: Callable[..., Caller], rows: Rows) -> None:
    old, new = "a" * 32, "b" * 32
    hooks = start(MBIU_TWILIO_AUTH_TOKEN=f"{new},{old}")
    assert hooks.twilio(sms("one", AMINA), token=old).status_code == 200
    assert hooks.twilio(sms("two", JOSEPH), token=new).status_code == 200
    assert hooks.twilio(sms("three"), token="c" * 32).status_code == 403
    assert rows("SELECT count(*) FROM message WHERE direction = 'in'") == [(2,)]


def test_a_query_is_part_of_what_is_signed(hooks: Caller, rows: Rows) -> None:
    path = "/hooks/twilio/messages?from=fallback&x=1"
    assert hooks.twilio(sms("by the fallback address"), path=path).status_code == 200
    assert rows("SELECT count(*) FROM report") == [(1,)]


def test_a_status_moves_a_delivery_forward_only(hooks: Caller, rows: Rows, superuser: object) -> None:
    hooks.twilio(sms("Youth gathering in Wau"))
    superuser.execute("UPDATE delivery SET provider_id = 'SMabc'")  # type: ignore[attr-defined]
    for status in ("sent", "delivered", "sent", "failed", "delivered", "nonsense"):
        answer = hooks.twilio({"MessageSid": "SMabc", "MessageStatus": status}, "/hooks/twilio/status")
        assert answer.status_code == 204
    assert rows("SELECT state FROM delivery") == [("delivered",)]


def test_what_an_authenticated_caller_gets_wrong_is_named(hooks: Caller, rows: Rows) -> None:
    form = sms("no sender", "ACME-ALERTS")
    answer = hooks.twilio(form)
    assert (answer.status_code, answer.text.count("\n")) == (400, 1)
    assert "From" in answer.text or "from" in answer.text
    assert "ACME" not in answer.text
    assert rows("SELECT count(*) FROM message") == [(0,)]


def test_without_a_token_there_is_no_such_hook(start: Callable[..., Caller]) -> None:
    hooks = start(MBIU_TWILIO_AUTH_TOKEN="")
    assert hooks.twilio(sms("anybody there?")).status_code == 404
