"""A leaked log must hurt nobody: exceptions are provoked in every hook, and their lines searched."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from mbiu import logs
from mbiu.messages import BadPayload
from tests.webhooks.calls import (
    AFRICASTALKING_SECRET,
    GATEWAY_KEY,
    TELEGRAM_SECRET,
    TOKEN,
    Caller,
    sms,
    telegram_text,
)
from tests.webhooks.conftest import Hooks, Start

pytestmark = pytest.mark.timeout(90)

NUMBER, CHAT, WORDS = "+256772555123", 734_555_123, "CANARY words of a reporter"
CANARIES = (
    NUMBER[1:],
    NUMBER[4:],
    str(CHAT),
    "CANARY",
    AFRICASTALKING_SECRET,
    TELEGRAM_SECRET,
    TOKEN,
    GATEWAY_KEY,
    "7000000001:AAE-only-for-the-test-0123456789abcd",
)


def everything(hooks: Caller) -> list[int]:
    """One message and one status by every channel, with canaries in all that is personal."""
    answers = [
        hooks.twilio(sms(WORDS, NUMBER)),
        hooks.twilio({"MessageSid": "SMx", "MessageStatus": "sent", "To": NUMBER}, "/hooks/twilio/status"),
        hooks.africastalking({"from": NUMBER, "text": WORDS, "id": "a-1", "to": "22395"}),
        hooks.africastalking({"id": "a-2", "status": "Success", "phoneNumber": NUMBER}, "status"),
        hooks.telegram(telegram_text(WORDS, CHAT)),
        hooks.gateway({"id": "g-1", "from": NUMBER, "text": WORDS}),
        hooks.gateway({"id": "g-2", "status": "sent"}, "status"),
    ]
    return [answer.status_code for answer in answers]


@contextmanager
def locked(superuser: "psycopg.Connection[tuple[object, ...]]") -> Iterator[None]:
    """The app may not touch what every hook needs."""
    superuser.execute("REVOKE ALL ON message, early_report, delivery FROM mbiu_app")
    try:
        yield
    finally:
        superuser.execute("GRANT ALL ON message, early_report, delivery TO mbiu_app")


def provoke(hooks: Hooks) -> None:
    """A fault in every handler, first with a spool and then without."""
    assert set(everything(hooks)) <= {200, 204}
    (hooks.home / "spool").rename(hooks.home / "was-spool")
    (hooks.home / "spool").write_text("no folder")
    assert set(everything(hooks)) == {503}
    hooks.post(f"/hooks/africastalking/{AFRICASTALKING_SECRET}/voice?from={NUMBER}", b"x")
    time.sleep(0.5)


@pytest.mark.parametrize("form", ["plain", "json"])
def test_an_exception_in_every_hook_leaves_no_trace_of_a_person(
    start: Start, superuser: "psycopg.Connection[tuple[object, ...]]", form: str
) -> None:
    hooks = start(MBIU_LOG_FORMAT=form, MBIU_TELEGRAM_TOKEN="7000000001:AAE-only-for-the-test-0123456789abcd")
    with locked(superuser):
        provoke(hooks)
    said = "\n".join(hooks.lines)
    assert said.count("arrival.failed") == 14
    assert "permission denied" in said
    assert [canary for canary in CANARIES if canary in said] == []
    if form == "json":
        assert all(json.loads(line)["level"] for line in hooks.lines)


def test_refusals_are_logged_without_what_was_refused(hooks: Caller) -> None:
    hooks.twilio(sms(WORDS, "CANARY-SENDER"))
    hooks.twilio(sms(WORDS, NUMBER), token="f" * 32)
    hooks.post("/hooks/africastalking/CANARY-secret/messages", f"from={NUMBER}&text=CANARY")
    hooks.telegram({"update_id": 5, "message": {"text": [WORDS], "chat": NUMBER}})
    time.sleep(0.5)
    said = "\n".join(hooks.lines)
    assert said.count("caller.refused") == 2
    assert said.count("input.refused") == 2
    assert [canary for canary in (*CANARIES, "CANARY-secret") if canary in said] == []


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("to +256 772 555 123 now", "to [number] now"),
        ("to 0772-555-123", "to [number]"),
        ("chat -1001234567890", "chat -[number]"),
        ("from=+256772555123&x=1", "from=[number]&x=1"),
        ("GET /hooks/x?from=%2B256&text=hello there", "GET /hooks/x?[query] there"),
        (
            "https://api.telegram.org/bot7000000001:AAE-abcdefghijklmnopqrstuvwx/sendMessage",
            "[token]/sendMessage",
        ),
        ("POST /hooks/africastalking/anything-at-all/messages", "/hooks/africastalking/[secret]/messages"),
        ("X-Twilio-Signature: RSOYDt4T1cUTdK1PDd93/VVr8B8=", "X-Twilio-Signature: [signature]"),
        ("sha256=" + "ab" * 32, "[signature]"),
        ("redis://:password@127.0.0.1:6379/0", "redis://[login]@127.0.0.1:6379/0"),
        ("x [SQL: INSERT] [parameters: {'a': 'hello'}]", "x [statement]"),
        ("duplicate key DETAIL: Key (a)=(hello)", "duplicate key [detail]"),
    ],
)
def test_scrubbing(settings: object, written: str, left: str) -> None:
    assert left in logs.scrub(written)


@pytest.mark.parametrize(
    "written",
    [
        "incident IK3Q7XMP report R7K3QX",
        "delivery 01932f5e-7d3a-7c11-8a4e-1234567890ab",
        "file 18ea6875e129e39c-00004a18-00000000.msg",
        "update u123456789",
        "on 2026-11-22 at 127.0.0.1:8001 in 12345 ms",
    ],
)
def test_what_operators_need_stays(settings: object, written: str) -> None:
    assert logs.scrub(written) == written


def test_an_exceptions_words_are_kept_only_where_they_cannot_be_a_persons() -> None:
    assert logs.describe(ValueError(WORDS)) == "ValueError"
    assert logs.describe(KeyError(NUMBER)) == "KeyError"
    assert logs.describe(BadPayload("From")) == "mbiu.messages.BadPayload: From"
    assert logs.describe(FileNotFoundError(2, "No such file or directory", WORDS)) == (
        "FileNotFoundError: No such file or directory"
    )


def test_every_secret_of_the_settings_is_scrubbed(environment: dict[str, str], settings: object) -> None:
    for name in (
        "MBIU_VAULT_KEYS",
        "MBIU_INDEX_KEY",
        "MBIU_SPOOL_KEY",
        "MBIU_TWILIO_AUTH_TOKEN",
        "MBIU_GATEWAY_KEYS",
    ):
        for part in environment[name].replace(":", ",").split(","):
            if len(part) > 8:
                assert part not in logs.scrub(f"told {part} by mistake"), name
