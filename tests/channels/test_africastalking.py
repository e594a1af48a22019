"""Africa's Talking: the secret path, forms, and sending over HTTP."""

from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from mbiu.channels.africastalking import (
    AfricasTalking,
    parse_message,
    parse_status,
    verify_address,
    verify_secret,
)
from mbiu.codes import AddressKind, DeliveryState
from mbiu.messages import BadPayload, ChannelError, InvalidSignature, OutgoingMessage
from tests.channels.calls import SECRET, SECRET_FORGERIES
from tests.doubles import Doubles

AMINA = "+254712345678"
HELLO = OutgoingMessage(AMINA, "Asante. Rejea R7K3QX.")
FORM = {
    "from": "0712345678",
    "to": "22395",
    "text": "Watu wamefika",
    "date": "2026-11-22 14:30:05",
    "id": "a1b2-c3",
    "linkId": "SampleLinkId123",
}


def test_the_secret_opens() -> None:
    verify_secret(SECRET, SECRET)


def test_the_table_of_forgeries_is_long() -> None:
    assert len(SECRET_FORGERIES) >= 40


@pytest.mark.parametrize("name", SECRET_FORGERIES)
def test_a_wrong_secret_is_refused(name: str) -> None:
    with pytest.raises(InvalidSignature):
        verify_secret(*SECRET_FORGERIES[name])


def test_a_secret_below_128_bits_admits_nobody() -> None:
    with pytest.raises(InvalidSignature):
        verify_secret("x" * 21, "x" * 21)
    verify_secret("x" * 22, "x" * 22)


def test_a_message_is_read() -> None:
    message = parse_message(FORM, "KE")
    assert (message.channel, message.kind) == ("africastalking", AddressKind.SMS)
    assert (message.provider_id, message.sender, message.text) == ("a1b2-c3", AMINA, "Watu wamefika")
    assert message.sent_at == datetime(2026, 11, 22, 14, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-22T17:30:05+03:00", datetime(2026, 11, 22, 14, 30, 5, tzinfo=UTC)),
        ("2026-11-22T14:30:05.123Z", datetime(2026, 11, 22, 14, 30, 5, 123_000, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("1970-01-01 00:00:00", None),
        ("yesterday", None),
        ("", None),
        ("\ud800", None),
    ],
)
def test_a_wrong_clock_loses_no_message(written: str, expected: datetime | None) -> None:
    assert parse_message(FORM | {"date": written}, "KE").sent_at == expected


@pytest.mark.parametrize(
    ("changes", "field"), [({"id": ""}, "id"), ({"from": "SAFARICOM"}, "from"), ({"from": ""}, "from")]
)
def test_what_is_no_message_is_named(changes: dict[str, str], field: str) -> None:
    with pytest.raises(BadPayload) as refused:
        parse_message(FORM | changes, "KE")
    assert refused.value.what == field


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Sent", DeliveryState.SENT),
        ("Submitted", DeliveryState.SENT),
        ("Buffered", DeliveryState.SENT),
        ("Success", DeliveryState.DELIVERED),
        ("Rejected", DeliveryState.FAILED),
        ("Failed", DeliveryState.FAILED),
        ("AbsentSubscriber", DeliveryState.FAILED),
        ("Expired", DeliveryState.EXPIRED),
        ("Pondering", DeliveryState.UNKNOWN),
    ],
)
def test_a_delivery_report_is_read(word: str, state: DeliveryState) -> None:
    report = parse_status({"id": "ATXid_1", "status": word, "failureReason": "UserInBlackList"})
    code = word if state is DeliveryState.UNKNOWN else "UserInBlackList"
    assert (report.provider_id, report.state, report.code) == ("ATXid_1", state, code)


@pytest.mark.parametrize("form", [{}, {"id": "1"}, {"status": "Sent"}])
def test_a_report_without_id_or_word_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(BadPayload):
        parse_status(form)


def test_a_message_is_sent(doubles: Doubles, africastalking: AfricasTalking) -> None:
    sent = africastalking.send(HELLO)
    [message] = doubles.africastalking.sent
    assert (sent.provider_id, sent.state, sent.cost) == (message.id, DeliveryState.SENT, "KES 0.8000")
    assert (message.to, message.text, message.sender) == (AMINA, HELLO.text, "22395")


@pytest.mark.parametrize(
    ("code", "reason", "permanent", "blocked"),
    [
        (401, "risk_hold", False, False),
        (402, "invalid_sender", False, False),
        (403, "not_a_number", True, False),
        (404, "not_a_mobile", True, False),
        (405, "no_credit", False, False),
        (406, "opted_out", True, True),
        (407, "no_route", True, False),
        (409, "opted_out", True, True),
        (500, "provider_down", False, False),
        (501, "provider_down", False, False),
        (502, "rejected", True, False),
        (777, "africastalking_777", False, False),
    ],
)
def test_a_recipients_code_is_understood(
    doubles: Doubles, africastalking: AfricasTalking, code: int, reason: str, permanent: bool, blocked: bool
) -> None:
    doubles.africastalking.answer_next(code)
    with pytest.raises(ChannelError) as refused:
        africastalking.send(HELLO)
    error = refused.value
    assert (error.reason, error.permanent, error.blocked) == (reason, permanent, blocked)


@pytest.mark.parametrize("code", [100, 101, 102])
def test_every_code_of_acceptance_is_sent(
    doubles: Doubles, africastalking: AfricasTalking, code: int
) -> None:
    doubles.africastalking.answer_next(code)
    assert africastalking.send(HELLO).state == DeliveryState.SENT


@pytest.mark.parametrize(
    ("failure", "reason", "permanent", "retry_after"),
    [
        ({"status": 500}, "http_500", False, None),
        ({"status": 400}, "http_400", True, None),
        ({"status": 429, "retry_after": 9}, "too_many_requests", False, 9.0),
        ({"status": 200, "text": "<html>"}, "bad_answer", False, None),
        ({"status": 200, "text": "[]"}, "bad_answer", False, None),
        ({"status": 200, "text": "[" * 100_000}, "bad_answer", False, None),
        ({"status": 201, "text": '{"SMSMessageData":{"Recipients":[]}}'}, "refused", False, None),
        ({"status": 201, "text": '{"SMSMessageData":7}'}, "refused", False, None),
        ({"status": 201, "text": '{"SMSMessageData":{"Recipients":[{}]}}'}, "bad_answer", False, None),
        ({"drop": True}, "cut", False, None),
    ],
)
def test_a_failure_is_called_by_its_kind(
    doubles: Doubles,
    africastalking: AfricasTalking,
    failure: dict[str, Any],
    reason: str,
    permanent: bool,
    retry_after: float | None,
) -> None:
    doubles.africastalking.fail_next(**failure)
    with pytest.raises(ChannelError) as refused:
        africastalking.send(HELLO)
    error = refused.value
    assert (error.reason, error.permanent, error.retry_after) == (reason, permanent, retry_after)


def test_a_wrong_key_is_the_operators_matter(doubles: Doubles) -> None:
    channel = AfricasTalking(doubles.africastalking.username, "wrong", api_url=doubles.url)
    with pytest.raises(ChannelError) as refused:
        channel.send(HELLO)
    channel.close()
    assert (refused.value.reason, refused.value.permanent) == ("unauthorised", False)


def test_silence_is_a_temporary_failure(doubles: Doubles) -> None:
    double = doubles.africastalking
    double.fail_next(hang=1.0)
    channel = AfricasTalking(double.username, double.api_key, api_url=doubles.url, timeout=0.2)
    with pytest.raises(ChannelError) as refused:
        channel.send(HELLO)
    channel.close()
    assert (refused.value.reason, refused.value.permanent) == ("timeout", False)


NETWORKS = [ip_network("203.0.113.0/28"), ip_network("2001:db8::/64"), ip_network("127.0.0.1/32")]


@pytest.mark.parametrize(
    ("peer", "forwarded"),
    [
        ("203.0.113.7", ""),
        ("203.0.113.7", "198.51.100.1"),
        ("::ffff:203.0.113.7", ""),
        ("2001:db8::5", ""),
        ("127.0.0.1", ""),
        ("127.0.0.1", "203.0.113.7"),
        ("10.0.0.9", "198.51.100.1, 203.0.113.7"),
    ],
)
def test_a_call_from_a_listed_address_is_believed(peer: str, forwarded: str) -> None:
    verify_address(peer, forwarded, NETWORKS)


@pytest.mark.parametrize(
    ("peer", "forwarded"),
    [
        ("8.8.8.8", ""),
        ("8.8.8.8", "203.0.113.7"),
        ("203.0.113.16", ""),
        ("127.0.0.1", "203.0.113.7, 8.8.8.8"),
        ("127.0.0.1", "203.0.113.7,"),
        ("10.0.0.9", ""),
        ("", "203.0.113.7"),
        (None, "203.0.113.7"),
        ("nonsense", ""),
        ("127.0.0.1", "203.0.113.7:80"),
        ("127.0.0.1", "\x00"),
    ],
)
def test_a_call_from_elsewhere_is_not(peer: str | None, forwarded: str) -> None:
    with pytest.raises(InvalidSignature):
        verify_address(peer, forwarded, NETWORKS)
    verify_address(peer, forwarded, [])
