"""The generic gateway: signed JSON in both directions."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mbiu.channels.gateway import TOLERANCE, Gateway, parse_message, parse_status, sign, verify
from mbiu.codes import DeliveryState
from mbiu.messages import BadPayload, ChannelError, InvalidSignature, OutgoingMessage
from tests.channels.calls import BODY, GATEWAY_FORGERIES, KEY, NOW, PHONE, GatewayCall, gateway_signature
from tests.doubles import Doubles

HELLO = OutgoingMessage("+256772123456", "Webale. R7K3QX", reference="0193-d1")


def check(call: GatewayCall) -> None:
    verify(call.key, call.body, call.timestamp, call.signature, call.now)


def test_a_genuine_call_is_taken() -> None:
    check(PHONE)
    assert sign(KEY, str(NOW), BODY) == gateway_signature(str(NOW), BODY)


@pytest.mark.parametrize("drift", [-TOLERANCE, TOLERANCE])
def test_clocks_may_differ_by_five_minutes(drift: int) -> None:
    check(GatewayCall(signature=PHONE.signature, now=NOW + drift))


def test_the_table_of_forgeries_is_long() -> None:
    assert len(GATEWAY_FORGERIES) >= 40


@pytest.mark.parametrize("name", GATEWAY_FORGERIES)
def test_a_forged_or_stale_call_is_refused(name: str) -> None:
    with pytest.raises(InvalidSignature):
        check(GATEWAY_FORGERIES[name])


def test_a_message_is_read() -> None:
    body = {"id": "7", "from": "0772 123456", "text": "Abantu", "sent_at": "2026-11-22T10:00:00+03:00"}
    message = parse_message("moroto", json.dumps(body).encode(), "UG")
    assert (message.channel, message.provider_id) == ("gateway:moroto", "7")
    assert (message.sender, message.text) == ("+256772123456", "Abantu")
    assert message.sent_at == datetime(2026, 11, 22, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"null", "body"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b"{", "body"),
        (b"[" * 100_000, "body"),
        (b'{"a":' * 50_000, "body"),
        (b"\xff\xfe{}", "body"),
        (b'{"id": NaN}', "body"),
        (b'{"id": ' + b"9" * 5_000 + b"}", "body"),
        (b" " * 300_000, "body"),
        (b'{"from": "0772123456"}', "id"),
        (b"{}", "from"),
        (b'{"from": "0772123456", "id": 7}', "id"),
        (b'{"from": "0772123456", "id": null}', "id"),
        (b'{"from": "0772123456", "id": {"a": 1}}', "id"),
        (b'{"from": "0772123456", "id": "\\u0000"}', "id"),
        (b'{"id": "7"}', "from"),
        (b'{"id": "7", "from": 772123456}', "from"),
    ],
)
def test_what_is_no_message_is_named(body: bytes, field: str) -> None:
    with pytest.raises(BadPayload) as refused:
        parse_message("moroto", body, "UG")
    assert refused.value.what == field


@pytest.mark.parametrize(
    "rest",
    [b'"text": {}, "sent_at": 1e999', b'"text": "\\ud800", "sent_at": []', b'"text": 5', b'"sent_at": "x"'],
)
def test_a_strange_text_or_time_loses_no_message(rest: bytes) -> None:
    message = parse_message("moroto", b'{"id": "7", "from": "0772123456", ' + rest + b"}", "UG")
    assert message.text in ("", "\ufffd")
    assert message.sent_at is None


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", DeliveryState.SENT),
        ("sent", DeliveryState.SENT),
        ("delivered", DeliveryState.DELIVERED),
        ("failed", DeliveryState.FAILED),
        ("expired", DeliveryState.EXPIRED),
        ("lost", DeliveryState.UNKNOWN),
    ],
)
def test_a_status_is_read(word: str, state: DeliveryState) -> None:
    report = parse_status("moroto", json.dumps({"id": "7", "status": word}).encode())
    assert (report.channel, report.provider_id, report.state) == ("gateway:moroto", "7", state)


@pytest.mark.parametrize("body", [b"{}", b'{"id": "7"}', b'{"status": "sent"}', b'{"id": "7", "status": 5}'])
def test_a_status_without_id_or_word_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        parse_status("moroto", body)


def test_a_message_is_sent_signed(doubles: Doubles, gateway: Gateway) -> None:
    assert gateway.send(HELLO).provider_id == "0193-d1"
    [message] = doubles.gateway.sent
    assert (message.id, message.to, message.text) == (HELLO.reference, HELLO.to, HELLO.text)


def test_a_message_sent_twice_goes_out_once(doubles: Doubles, gateway: Gateway) -> None:
    gateway.send(HELLO)
    gateway.send(HELLO)
    assert len(doubles.gateway.sent) == 1


def test_a_message_without_reference_gets_an_id(doubles: Doubles, gateway: Gateway) -> None:
    assert gateway.send(OutgoingMessage(HELLO.to, "a")) != gateway.send(OutgoingMessage(HELLO.to, "a"))
    assert len(doubles.gateway.sent) == 2


def test_a_phone_with_another_key_refuses(doubles: Doubles) -> None:
    channel = Gateway("moroto", b"a key that the phone does not have", doubles.url + "/gateway")
    with pytest.raises(ChannelError) as refused:
        channel.send(HELLO)
    channel.close()
    assert (refused.value.reason, refused.value.permanent) == ("unauthorised", False)
    assert doubles.gateway.refused == 1


@pytest.mark.parametrize(
    ("failure", "reason", "permanent"),
    [
        ({"status": 500}, "http_500", False),
        ({"status": 422}, "http_422", True),
        ({"status": 302}, "http_302", False),
        ({"status": 429, "retry_after": 3}, "too_many_requests", False),
        ({"status": 200, "text": '{"id": 5}'}, "bad_answer", False),
        ({"drop": True}, "cut", False),
        ({"status": 504}, "http_504", False),
    ],
)
def test_a_failure_is_called_by_its_kind(
    doubles: Doubles, gateway: Gateway, failure: dict[str, Any], reason: str, permanent: bool
) -> None:
    doubles.gateway.fail_next(**failure)
    with pytest.raises(ChannelError) as refused:
        gateway.send(HELLO)
    assert (refused.value.reason, refused.value.permanent) == (reason, permanent)


def test_silence_is_a_temporary_failure(doubles: Doubles) -> None:
    double = doubles.gateway
    double.fail_next(hang=1.0)
    channel = Gateway("moroto", double.key.encode(), doubles.url + "/gateway", timeout=0.2)
    with pytest.raises(ChannelError) as refused:
        channel.send(HELLO)
    channel.close()
    assert (refused.value.reason, refused.value.permanent) == ("timeout", False)


def message(**more: Any) -> bytes:
    return json.dumps({"id": "7", "from": "+256772123456", "text": "first half", **more}).encode()


def test_a_piece_of_a_long_text_tells_its_place() -> None:
    read = parse_message("moroto", message(part={"ref": 214, "number": 2, "total": 3}), "UG")
    assert (read.thread, read.part, read.parts) == ("214", 2, 3)
    whole = parse_message("moroto", message(), "UG")
    assert (whole.thread, whole.part, whole.parts) == (None, None, None)


@pytest.mark.parametrize(
    "part",
    [
        5,
        [],
        {},
        {"ref": "a", "number": 1},
        {"ref": "a", "number": 0, "total": 2},
        {"ref": "a", "number": 3, "total": 2},
        {"ref": "a", "number": 1, "total": 256},
        {"ref": "a", "number": "1", "total": 2},
        {"ref": "a", "number": True, "total": 2},
        {"ref": "", "number": 1, "total": 2},
        {"ref": "a b", "number": 1, "total": 2},
        {"ref": "a" * 61, "number": 1, "total": 2},
        {"ref": None, "number": 1, "total": 2},
        {"ref": True, "number": 1, "total": 2},
    ],
)
def test_a_piece_without_a_place_is_refused(part: object) -> None:
    with pytest.raises(BadPayload) as refused:
        parse_message("moroto", message(part=part), "UG")
    assert refused.value.what == "part"


def test_a_status_may_tell_what_went_wrong_and_which_text_of_ours_it_was() -> None:
    ours = "01a20534-2710-77ba-b3b6-4c921d70ea35"
    body = {"id": "7", "status": "failed", "error": "no_credit", "reference": ours}
    report = parse_status("moroto", json.dumps(body).encode())
    assert (report.code, str(report.reference)) == ("no_credit", ours)
    for wrong in (5, "R7K3QX", None, []):
        assert parse_status("moroto", json.dumps(body | {"reference": wrong}).encode()).reference is None
