"""Mallory calls every hook, without its secret or with garbage: nothing is taken, nothing breaks."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.webhooks.calls import (
    AFRICASTALKING_SECRET,
    AMINA,
    GATEWAY,
    GATEWAY_KEY,
    TELEGRAM_SECRET,
    TOKEN,
    Caller,
    gateway_headers,
    sid,
    sms,
    telegram_text,
    twilio_signature,
)

pytestmark = pytest.mark.timeout(110)

Rows = Callable[..., list[tuple[object, ...]]]
Call = tuple[str, str, bytes | str, dict[str, str], set[int]]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
TELEGRAM = JSON | {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
REFUSED, BAD = {403}, {400}


def assert_nothing_is_taken(hooks: Caller, rows: Rows, calls: list[Call]) -> None:
    """Each call is answered as listed, and no row and no file is left by any."""
    assert len(calls) >= 40
    wrong = []
    for name, path, body, headers, expected in calls:
        answer = hooks.post(path, body, headers)
        if answer.status_code not in expected or answer.text.count("\n") > 1:
            wrong.append((name, answer.status_code, answer.text[:80]))
    assert wrong == []
    counts = rows(
        "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM contact), "
        "(SELECT count(*) FROM delivery), (SELECT count(*) FROM early_report)"
    )
    assert counts == [(0, 0, 0, 0)]
    assert hooks.spooled == []  # type: ignore[attr-defined]


# --- Twilio ------------------------------------------------------------------------------------


def twilio_forgeries(public_url: str) -> Iterator[Call]:
    """Bad signatures first, then well-signed nonsense."""
    path, status = "/hooks/twilio/messages", "/hooks/twilio/status"
    url, form = public_url + path, sms("forged")
    good = twilio_signature(url, form)

    def call(
        name: str, signature: str | None, body: bytes | str = urlencode(form), expected: set[int] = REFUSED
    ) -> Call:
        return (
            name,
            path,
            body,
            FORM | ({"X-Twilio-Signature": signature} if signature is not None else {}),
            expected,
        )

    yield call("no signature", None)
    yield call("empty signature", "")
    yield call("lower case", good.lower())
    yield call("cut short", good[:-2])
    yield call("first letter changed", ("A" if good[0] != "A" else "B") + good[1:])
    yield call("with a comma", f"{good},{good}")
    yield call("with a scheme", f"sha1={good}")
    yield call("the token itself", TOKEN)
    yield call("of another token", twilio_signature(url, form, "f" * 32))
    yield call("of the empty token", twilio_signature(url, form, ""))
    yield call("over http", twilio_signature(url.replace("https", "http"), form))
    yield call("over another host", twilio_signature(url.replace("hooks.", "www."), form))
    yield call("over our inner address", twilio_signature("http://127.0.0.1:8001" + path, form))
    yield call("over the other hook", twilio_signature(public_url + status, form))
    yield call("over a query", twilio_signature(url + "?a=1", form))
    yield call("over a slash", twilio_signature(url + "/", form))
    yield call("over no field", twilio_signature(url, {}))
    yield call("field added", good, urlencode(form | {"Extra": "1"}))
    yield call("field removed", good, urlencode({k: v for k, v in form.items() if k != "To"}))
    yield call("text changed", good, urlencode(form | {"Body": "other"}))
    yield call("sender changed", good, urlencode(form | {"From": "+256772100201"}))
    yield call("id changed", good, urlencode(form | {"MessageSid": sid()}))
    yield call("value repeated with another", good, urlencode(form) + "&Body=second")
    yield call("JSON instead", good, json.dumps(form))
    yield call("empty body", good, "")
    yield call("bytes that are no text", good, b"\xff\xfe\x00Body=\xed\xa0\x80")
    yield call("percent nonsense", good, "Body=%zz%ff%ed%a0%80&From=%2B256")
    yield call("thousands of fields", good, "&".join(f"a{i}=1" for i in range(5000)), REFUSED | BAD)
    yield call("too long", good, "Body=" + "x" * 100_000, {413})
    yield ("query not signed", path + "?x=1", urlencode(form), FORM | {"X-Twilio-Signature": good}, REFUSED)
    yield (
        "multipart",
        path,
        b"--x\r\n\r\n--x--",
        {"Content-Type": "multipart/form-data; boundary=x"},
        REFUSED,
    )
    yield (
        "header in other letters",
        path,
        urlencode(form),
        FORM | {"X-Twilio-Signature": good.swapcase()},
        REFUSED,
    )
    yield (
        "status unsigned",
        status,
        urlencode({"MessageSid": sid(), "MessageStatus": "sent"}),
        FORM,
        REFUSED,
    )


def twilio_nonsense(public_url: str) -> Iterator[Call]:
    """Well signed, but no message."""
    path, status = "/hooks/twilio/messages", "/hooks/twilio/status"

    def signed(name: str, changed: dict[str, Any], where: str = path) -> Call:
        fields = (sms("signed nonsense") if where == path else {}) | changed
        fields = {k: v for k, v in fields.items() if v is not None}
        headers = FORM | {"X-Twilio-Signature": twilio_signature(public_url + where, fields)}
        return name, where, urlencode(fields), headers, BAD

    yield signed("no id", {"MessageSid": None, "SmsSid": None, "SmsMessageSid": None})
    yield signed("blank id", {"MessageSid": " ", "SmsSid": " "})
    yield signed("long id", {"MessageSid": "S" * 500})
    yield signed("id with NUL", {"MessageSid": "SM\x00" + "1" * 30})
    yield signed("no sender", {"From": None})
    yield signed("named sender", {"From": "BANK-OF-X"})
    yield signed("sender with NUL", {"From": "+25677\x00100200"})
    yield signed("sender of letters", {"From": "+25677TWO00200"})
    yield signed("endless sender", {"From": "+" + "1" * 400})
    yield signed("status without id", {"MessageStatus": "sent"}, status)
    yield signed("status without status", {"MessageSid": sid()}, status)
    yield signed("status with long id", {"MessageSid": "é" * 90, "MessageStatus": "sent"}, status)


def test_no_forged_twilio_call_is_taken(hooks: Caller, rows: Rows) -> None:
    assert_nothing_is_taken(
        hooks, rows, [*twilio_forgeries(hooks.public_url), *twilio_nonsense(hooks.public_url)]
    )


# --- Africa's Talking --------------------------------------------------------------------------


def africastalking_forgeries() -> Iterator[Call]:
    form = {"from": AMINA, "to": "22395", "text": "forged", "date": "2026-11-22 10:00:00", "id": "abc-1"}
    secret, body = AFRICASTALKING_SECRET, urlencode(form)
    guesses = {
        "no secret's beginning": secret[:-1],
        "one more letter": secret + "x",
        "other letters": secret.swapcase(),
        "reversed": secret[::-1],
        "blank": "%20",
        "NUL": "%00",
        "secret and NUL": secret + "%00",
        "bytes": "%ff%fe",
        "surrogate": "%ed%a0%80",
        "star": "*",
        "none": "None",
        "null": "null",
        "letters": "é" * 10,
        "very long": "a" * 3000,
        "dots": "..",
        "template": "{{7*7}}",
        "quote": "'%20OR%201=1--",
        "another secret of ours": TOKEN,
    }
    for name, guess in guesses.items():
        for kind in ("messages", "status"):
            yield f"{name} ({kind})", f"/hooks/africastalking/{guess}/{kind}", body, FORM, {403, 404}
    yield "no secret at all", "/hooks/africastalking/messages", body, FORM, {404, 405}
    yield "empty secret", "/hooks/africastalking//messages", body, FORM, {403, 404, 308}
    yield "secret in the query", f"/hooks/africastalking/x/messages?secret={secret}", body, FORM, REFUSED
    yield "other kind", f"/hooks/africastalking/{secret}/voice", body, FORM, {404}

    def bad(name: str, changed: dict[str, str], kind: str = "messages") -> Call:
        fields = (form if kind == "messages" else {"id": "x", "status": "Success"}) | changed
        return name, f"/hooks/africastalking/{secret}/{kind}", urlencode(fields), FORM, BAD

    yield bad("no id", {"id": ""})
    yield bad("long id", {"id": "9" * 400})
    yield bad("no sender", {"from": ""})
    yield bad("named sender", {"from": "MPESA"})
    yield bad("NUL in sender", {"from": "+25677\x00100200"})
    yield bad("status without id", {"id": ""}, "status")
    yield bad("status without status", {"status": ""}, "status")
    yield "JSON", f"/hooks/africastalking/{secret}/messages", json.dumps(form), JSON, BAD
    yield "bytes", f"/hooks/africastalking/{secret}/messages", b"\xff\xfe\x00", FORM, BAD
    yield "too long", f"/hooks/africastalking/{secret}/messages", "text=" + "x" * 99_999, FORM, {413}


def test_no_forged_africastalking_call_is_taken(hooks: Caller, rows: Rows) -> None:
    assert_nothing_is_taken(hooks, rows, list(africastalking_forgeries()))


# --- Telegram ----------------------------------------------------------------------------------


def telegram_forgeries() -> Iterator[Call]:
    path, body = "/hooks/telegram", json.dumps(telegram_text("forged"))
    for name, guess in {
        "empty": "",
        "cut short": TELEGRAM_SECRET[:-1],
        "longer": TELEGRAM_SECRET + "1",
        "other letters": TELEGRAM_SECRET.swapcase(),
        "twice": f"{TELEGRAM_SECRET},{TELEGRAM_SECRET}",
        "bearer": f"Bearer {TELEGRAM_SECRET}",
        "star": "*",
        "null": "null",
        "long": "a" * 4000,
        "Latin letters": "\xe9\xe8",
    }.items():
        yield name, path, body, JSON | {"X-Telegram-Bot-Api-Secret-Token": guess}, REFUSED
    yield "no header", path, body, JSON, REFUSED
    yield "other header", path, body, JSON | {"X-Telegram-Secret-Token": TELEGRAM_SECRET}, REFUSED
    yield "in the query", f"{path}?secret_token={TELEGRAM_SECRET}", body, JSON, REFUSED
    yield "in the body", path, json.dumps({"secret_token": TELEGRAM_SECRET}), JSON, REFUSED
    yield "as a login", path, body, JSON | {"Authorization": TELEGRAM_SECRET}, REFUSED
    yield "unsigned garbage", path, b"\xff" * 60_000, JSON, REFUSED
    yield "unsigned brackets", path, "[" * 60_000, JSON, REFUSED

    for name, bad in {
        "empty": "",
        "blank": "  ",
        "no JSON": "update",
        "brackets": "[" * 60_000,
        "braces": '{"a":' * 9_000,
        "a list": "[]",
        "a number": "1",
        "null": "null",
        "text": '"x"',
        "cut": '{"update_id": 1, "mess',
        "NaN": '{"update_id": NaN}',
        "infinity": '{"update_id": 1, "message": Infinity}',
        "bytes": b"\xff\xfe\x00",
        "no id": '{"message": {}}',
        "id as text": '{"update_id": "1"}',
        "id as a list": '{"update_id": [1]}',
        "huge id": '{"update_id": %s}' % ("9" * 400),
        "digits without end": '{"update_id": %s}' % ("9" * 5000),
        "message as text": '{"update_id": 1, "message": "hi"}',
        "message as a list": '{"update_id": 1, "message": [1]}',
        "chat as text": json.dumps(telegram_text("x", chat=1) | {"message": {"chat": "x"}}),
        "text as an object": json.dumps(telegram_text({"a": 1})),
        "place without bounds": json.dumps(telegram_text("x", location={"latitude": 900, "longitude": 1})),
        "photo as text": json.dumps(telegram_text("x", photo="file")),
        "date as text": json.dumps(telegram_text("x", date="yesterday")),
        "button as text": '{"update_id": 7, "callback_query": "x"}',
    }.items():
        yield f"signed: {name}", path, bad, TELEGRAM, BAD
    yield "signed: too long", path, json.dumps(telegram_text("x" * 70_000)), TELEGRAM, {413}


def test_no_forged_telegram_call_is_taken(hooks: Caller, rows: Rows) -> None:
    assert_nothing_is_taken(hooks, rows, list(telegram_forgeries()))


# --- the gateway -------------------------------------------------------------------------------


def gateway_forgeries() -> Iterator[Call]:
    path, status = f"/hooks/gateway/{GATEWAY}/messages", f"/hooks/gateway/{GATEWAY}/status"
    body = json.dumps({"id": "g-1", "from": AMINA, "text": "forged"}).encode()
    good, now = gateway_headers(body), time.time()

    def call(name: str, changed: dict[str, str | None], content: bytes = body) -> Call:
        headers = {k: v for k, v in (JSON | good | changed).items() if v is not None}
        return name, path, content, headers, REFUSED

    yield call("no headers", {"X-Mbiu-Timestamp": None, "X-Mbiu-Signature": None})
    yield call("no time", {"X-Mbiu-Timestamp": None})
    yield call("no signature", {"X-Mbiu-Signature": None})
    yield call("empty signature", {"X-Mbiu-Signature": ""})
    yield call("bare digest", {"X-Mbiu-Signature": good["X-Mbiu-Signature"].removeprefix("sha256=")})
    yield call("capitals", {"X-Mbiu-Signature": good["X-Mbiu-Signature"].upper()})
    yield call("cut short", {"X-Mbiu-Signature": good["X-Mbiu-Signature"][:-1]})
    yield call("the key itself", {"X-Mbiu-Signature": GATEWAY_KEY})
    for name, at in {
        "an hour old": now - 3600,
        "an hour ahead": now + 3600,
        "just too old": now - 330,
        "from 1970": 0,
        "far ahead": 99_999_999_999,
    }.items():
        yield call(name, gateway_headers(body, at=at))
    for name, stamp in {
        "time of letters": "now",
        "negative time": "-5",
        "time with a point": f"{now}",
        "time with a plus": f"+{int(now)}",
        "endless time": "9" * 500,
        "time in other digits": "\u0661\u0662".encode().decode("latin-1"),
        "another time": str(int(now) - 1),
    }.items():
        yield call(name, {"X-Mbiu-Timestamp": stamp})
    yield call("of another key", gateway_headers(body, "another-key-altogether"))
    yield call("of the empty key", gateway_headers(body, ""))
    yield call("other body", {}, body.replace(b"forged", b"forgot"))
    yield call("a space more", {}, body + b" ")
    yield call("empty body", {}, b"")
    yield call("unsigned brackets", {}, b"[" * 60_000)
    yield "another gateway", "/hooks/gateway/other/messages", body, JSON | good, {404}
    yield "gateway of bytes", "/hooks/gateway/%ff%00/messages", body, JSON | good, {404}
    yield "no gateway", "/hooks/gateway//messages", body, JSON | good, {404, 308}
    yield "status unsigned", status, b'{"id": "x", "status": "sent"}', JSON, REFUSED

    def signed(name: str, content: bytes, where: str = path) -> Call:
        return f"signed: {name}", where, content, JSON | gateway_headers(content), BAD

    yield signed("empty", b"")
    yield signed("no JSON", b"from=x")
    yield signed("brackets", b"[" * 60_000)
    yield signed("a list", b"[1]")
    yield signed("null", b"null")
    yield signed("bytes", b"\xff\xfe")
    yield signed("surrogate as id", b'{"id": "\\ud800", "from": "+256772100200", "text": "x"}')
    yield signed("no id", b'{"from": "+256772100200", "text": "x"}')
    yield signed("id as a number", b'{"id": 5, "from": "+256772100200", "text": "x"}')
    yield signed("no sender", b'{"id": "1", "text": "x"}')
    yield signed("sender as an object", b'{"id": "1", "from": {"a": 1}, "text": "x"}')
    yield signed("status without id", b'{"status": "sent"}', status)
    yield signed("status without status", b'{"id": "1"}', status)


def test_no_forged_gateway_call_is_taken(hooks: Caller, rows: Rows) -> None:
    assert_nothing_is_taken(hooks, rows, list(gateway_forgeries()))


def test_a_refusal_tells_nothing_of_what_came(hooks: Caller) -> None:
    for answer in (
        hooks.twilio(sms("canary-text", "CANARY-SENDER")),
        hooks.gateway({"id": "1", "from": "CANARY-SENDER", "text": "canary-text"}),
        httpx.post(hooks.url + "/hooks/africastalking/canary-secret/messages", timeout=10),
    ):
        assert 400 <= answer.status_code < 500
        assert "canary" not in answer.text.lower()
