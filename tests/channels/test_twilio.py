"""Twilio: signatures, forms and answers, and sending by the real client over HTTP."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from werkzeug.datastructures import MultiDict

from mbiu.channels.twilio import Twilio, parse_message, parse_status, sign, tokens, twiml, verify
from mbiu.codes import AddressKind, DeliveryState
from mbiu.messages import BadPayload, ChannelError, InvalidSignature, OutgoingMessage
from tests.channels.calls import FORM, GENUINE, SIGNED, TOKEN, TWILIO_FORGERIES, TwilioCall
from tests.doubles import Doubles

AMINA = "+254712345678"
HELLO = OutgoingMessage(AMINA, "Asante. Rejea R7K3QX.")

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
FORMS = st.dictionaries(WORDS.filter(bool), WORDS, max_size=12)
URLS = st.sampled_from(
    [
        "https://hooks.example.org/hooks/twilio/messages",
        "https://hooks.example.org:443/hooks/twilio/messages",
        "https://hooks.example.org:8443/hooks/twilio/messages?a=1&b=%20",
        "http://10.0.0.1:8001/hooks/twilio/status",
        "http://localhost/hooks/twilio/status?x",
        "https://hooks.example.org",
    ]
)


def accepts(call: TwilioCall) -> bool:
    try:
        verify(call.url, call.form or {}, call.signature, list(call.tokens))
    except InvalidSignature:
        return False
    return True


def test_a_genuine_call_is_taken() -> None:
    assert accepts(SIGNED)


def test_the_table_of_forgeries_is_long() -> None:
    assert len(TWILIO_FORGERIES) >= 40


@pytest.mark.parametrize("name", TWILIO_FORGERIES)
def test_a_forged_call_is_refused(name: str) -> None:
    assert not accepts(TWILIO_FORGERIES[name])


@pytest.mark.parametrize("held", [(TOKEN,), ("f" * 32, TOKEN), (TOKEN, "f" * 32), ("", TOKEN)])
def test_both_tokens_are_taken_while_one_is_rotated(held: tuple[str, ...]) -> None:
    assert accepts(TwilioCall(form=dict(FORM), signature=GENUINE, tokens=held))


@given(URLS, FORMS, st.text(min_size=1, max_size=40).filter(str.isascii))
def test_signatures_equal_those_of_the_library(url: str, form: dict[str, str], token: str) -> None:
    signature = RequestValidator(token).compute_signature(url, form)
    assert sign(url, form, token) == signature
    assert accepts(TwilioCall(url, dict(form), signature, (token,)))


@given(URLS, URLS, FORMS, FORMS, st.booleans())
def test_calls_are_taken_exactly_when_the_library_takes_them(
    signed_url: str, url: str, signed_form: dict[str, str], form: dict[str, str], same: bool
) -> None:
    posted = signed_form if same else form
    validator = RequestValidator(TOKEN)
    signature = validator.compute_signature(signed_url, signed_form)
    assert accepts(TwilioCall(url, dict(posted), signature)) == validator.validate(url, posted, signature)


@given(URLS, st.dictionaries(WORDS.filter(bool), st.lists(WORDS, min_size=1, max_size=4), max_size=6))
def test_repeated_fields_are_signed_as_the_library_does(url: str, form: dict[str, list[str]]) -> None:
    several: MultiDict[str, str] = MultiDict([(name, value) for name in form for value in form[name]])
    signature = RequestValidator(TOKEN).compute_signature(url, several)
    assert sign(url, form, TOKEN) == signature
    assert sign(url, several, TOKEN) == signature


def test_a_message_is_read() -> None:
    message = parse_message(FORM, "UG")
    assert (message.channel, message.kind) == ("twilio", AddressKind.SMS)
    assert (message.provider_id, message.sender) == (FORM["MessageSid"], AMINA)
    assert (message.text, message.country, message.attachments) == (FORM["Body"], "KE", ())


def test_a_national_number_is_read_with_the_senders_country() -> None:
    assert parse_message(FORM | {"From": "0712345678"}, "UG").sender == AMINA


@pytest.mark.parametrize("country", ["", "Kenya", "ke", "K1E", "É", ["KE"] * 0])
def test_a_strange_country_gives_way_to_that_of_the_number(country: str | list[str]) -> None:
    form: dict[str, Any] = FORM | {"FromCountry": country}
    assert parse_message(form, "UG").country == "KE"


def test_pictures_are_read_with_their_kind() -> None:
    media = {
        "NumMedia": "3",
        "MediaUrl0": "https://api.twilio.com/a",
        "MediaContentType0": "image/jpeg",
        "MediaUrl1": "https://api.twilio.com/b",
        "MediaContentType1": "audio/amr",
        "MediaUrl2": "https://api.twilio.com/c",
        "MediaContentType2": "text/vcard",
    }
    attachments = parse_message(FORM | media, "UG").attachments
    assert [(a.handle[-1], a.kind) for a in attachments] == [
        ("a", "photo"),
        ("b", "voice"),
        ("c", "document"),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"From": "whatsapp:+254712345678"}, "From"),
        ({"From": "messenger:12345"}, "From"),
        ({"From": "MPESA"}, "From"),
        ({"From": ""}, "From"),
        ({"MessageSid": ""}, "MessageSid"),
        ({"MessageSid": "S" * 101}, "MessageSid"),
        ({"MessageSid": "SM 1"}, "MessageSid"),
        ({"MessageSid": "SM\x00"}, "MessageSid"),
        ({"NumMedia": "-1"}, "NumMedia"),
        ({"NumMedia": "1e9"}, "NumMedia"),
        ({"NumMedia": "٣"}, "NumMedia"),
        ({"NumMedia": "9" * 5_000}, "NumMedia"),
        ({"NumMedia": "1"}, "MediaUrl0"),
        ({"NumMedia": "1", "MediaUrl0": "file:///etc/passwd"}, "MediaUrl0"),
        ({"NumMedia": "1", "MediaUrl0": "https://x/" + "a" * 600}, "MediaUrl0"),
    ],
)
def test_what_is_no_message_is_named(changes: dict[str, str], field: str) -> None:
    with pytest.raises(BadPayload) as refused:
        parse_message(FORM | changes, "UG")
    assert refused.value.what == field


def test_at_most_ten_pictures_are_read() -> None:
    media = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(999)}
    assert len(parse_message(FORM | media | {"NumMedia": "999"}, "UG").attachments) == 10


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", DeliveryState.SENT),
        ("sending", DeliveryState.SENT),
        ("sent", DeliveryState.SENT),
        ("delivered", DeliveryState.DELIVERED),
        ("read", DeliveryState.DELIVERED),
        ("undelivered", DeliveryState.FAILED),
        ("failed", DeliveryState.FAILED),
        ("Delivered", DeliveryState.DELIVERED),
        ("partially_delivered", DeliveryState.UNKNOWN),
        ("💥", DeliveryState.UNKNOWN),
    ],
)
def test_a_status_is_read(word: str, state: DeliveryState) -> None:
    report = parse_status({"MessageSid": "SM1", "MessageStatus": word, "ErrorCode": "30003"})
    code = "30003" if state is not DeliveryState.UNKNOWN else word if word.isascii() else ""
    assert (report.provider_id, report.state, report.code) == ("SM1", state, code)


def test_a_status_by_its_older_names_is_read() -> None:
    report = parse_status({"SmsSid": "SM1", "SmsStatus": "sent", "ErrorCode": "<b>"})
    assert (report.provider_id, report.state, report.code) == ("SM1", DeliveryState.SENT, "")


@pytest.mark.parametrize("form", [{}, {"MessageSid": "SM1"}, {"MessageStatus": "sent"}])
def test_a_status_without_id_or_word_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(BadPayload):
        parse_status(form)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")))
def test_the_answer_equals_that_of_the_library(text: str) -> None:
    response = MessagingResponse()
    if text:
        response.message(text)
    assert twiml(text) == str(response)


def test_no_answer_is_an_empty_response() -> None:
    assert twiml(None) == str(MessagingResponse())


def test_tokens_stand_in_one_setting() -> None:
    assert tokens(" a , b,") == ["a", "b"]


def test_a_message_is_sent(doubles: Doubles, twilio: Twilio) -> None:
    sent = twilio.send(HELLO)
    [message] = doubles.twilio.sent
    assert (sent.provider_id, sent.state) == (message.sid, DeliveryState.SENT)
    assert (message.to, message.body, message.sender) == (AMINA, HELLO.text, "+254700000000")
    assert message.status_callback == doubles.url + "/nobody"


def test_the_call_back_names_the_delivery(doubles: Doubles, twilio: Twilio) -> None:
    delivery = "01a20534-2710-77ba-b3b6-4c921d70ea35"
    twilio.send(OutgoingMessage(AMINA, "Asante", reference=delivery))
    assert doubles.twilio.sent[0].status_callback == f"{doubles.url}/nobody?ref={delivery}"
    form = {"MessageSid": "SM1", "MessageStatus": "sent"}
    assert str(parse_status(form, delivery).reference) == delivery
    assert parse_status(form, "no id of ours").reference is None


def test_a_messaging_service_sends_under_its_own_id(doubles: Doubles) -> None:
    service = "MG" + "0" * 32
    channel = Twilio(doubles.twilio.account, doubles.twilio.token, service, api_url=doubles.url)
    channel.send(HELLO)
    channel.close()
    assert doubles.twilio.sent[0].sender == service


@pytest.mark.parametrize(
    ("number", "reason", "blocked"),
    [
        ("+15005550001", "not_a_number", False),
        ("+15005550002", "no_route", False),
        ("+15005550003", "country_not_enabled", False),
        ("+15005550004", "opted_out", True),
        ("+15005550009", "not_a_mobile", False),
    ],
)
def test_a_number_that_cannot_be_reached_is_a_permanent_failure(
    twilio: Twilio, number: str, reason: str, blocked: bool
) -> None:
    with pytest.raises(ChannelError) as refused:
        twilio.send(OutgoingMessage(number, "Habari"))
    error = refused.value
    assert (error.reason, error.permanent, error.blocked) == (reason, True, blocked)
    assert number not in repr(error)
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("failure", "reason", "permanent"),
    [
        ({"status": 500, "code": 20500}, "twilio_20500", False),
        ({"status": 503}, "twilio_503", False),
        ({"status": 400, "code": 30006}, "landline", True),
        ({"status": 400, "code": 99999}, "twilio_99999", True),
        ({"status": 403, "code": 20003}, "unauthorised", False),
        ({"drop": True}, "cut", False),
        ({"status": 400, "code": 21635}, "landline", True),
        ({"status": 400, "code": 21608}, "not_verified", True),
        ({"status": 400, "code": 21606}, "invalid_sender", False),
        ({"status": 400, "code": 30001}, "queue_full", False),
        ({"status": 400, "code": 30003}, "out_of_reach", True),
        ({"status": 400, "code": 30005}, "unknown_number", True),
        ({"status": 400, "code": 30007}, "filtered", True),
        ({"status": 400, "code": 30008}, "provider_fault", False),
        ({"status": 401, "code": 20005}, "suspended", False),
        ({"status": 504}, "twilio_504", False),
    ],
)
def test_a_failure_is_called_by_its_kind(
    doubles: Doubles, twilio: Twilio, failure: dict[str, Any], reason: str, permanent: bool
) -> None:
    doubles.twilio.fail_next(**failure)
    with pytest.raises(ChannelError) as refused:
        twilio.send(HELLO)
    assert (refused.value.reason, refused.value.permanent) == (reason, permanent)
    assert twilio.send(HELLO).provider_id


def test_too_many_messages_are_told_when_to_come_again(doubles: Doubles, twilio: Twilio) -> None:
    doubles.twilio.fail_next(status=429, code=20429, retry_after=7)
    with pytest.raises(ChannelError) as refused:
        twilio.send(HELLO)
    assert (refused.value.reason, refused.value.retry_after) == ("too_many_requests", 7.0)
    assert not refused.value.permanent


def test_a_wrong_token_is_the_operators_matter_and_not_the_messages(doubles: Doubles) -> None:
    channel = Twilio(doubles.twilio.account, "wrong", "+254700000000", api_url=doubles.url)
    with pytest.raises(ChannelError) as refused:
        channel.send(HELLO)
    channel.close()
    assert (refused.value.reason, refused.value.permanent) == ("unauthorised", False)


def test_nobody_listening_is_a_temporary_failure() -> None:
    channel = Twilio("AC1", "token", "+254700000000", api_url="http://127.0.0.1:9")
    with pytest.raises(ChannelError) as refused:
        channel.send(HELLO)
    channel.close()
    assert (refused.value.reason, refused.value.permanent) == ("unreachable", False)


def test_a_picture_is_fetched_and_then_deleted_at_the_provider(doubles: Doubles, twilio: Twilio) -> None:
    url = doubles.twilio.add_media(b"\xff\xd8 picture")
    assert twilio.fetch_media(url, 1_000) == (b"\xff\xd8 picture", "image/jpeg")
    twilio.delete_media(url)
    twilio.delete_media(url)
    assert doubles.twilio.deleted_media == [url.rsplit("/", 1)[1]]


def test_a_picture_over_the_limit_is_not_read_to_its_end(doubles: Doubles, twilio: Twilio) -> None:
    url = doubles.twilio.add_media(bytes(300_000))
    with pytest.raises(ChannelError) as refused:
        twilio.fetch_media(url, 200_000)
    assert (refused.value.reason, refused.value.permanent) == ("too_large", True)


def test_a_provider_that_is_silent_over_a_picture_is_not_waited_for(doubles: Doubles) -> None:
    double = doubles.twilio
    channel = Twilio(double.account, double.token, "+254700000000", api_url=doubles.url, timeout=0.2)
    double.fail_media("GET", hang=1.0)
    with pytest.raises(ChannelError) as refused:
        channel.fetch_media(double.add_media(b"x"), 1_000)
    assert (refused.value.reason, refused.value.permanent) == ("timeout", False)


def test_a_picture_that_is_gone_is_an_error(doubles: Doubles, twilio: Twilio) -> None:
    url = doubles.twilio.add_media(b"x")
    twilio.delete_media(url)
    with pytest.raises(ChannelError) as refused:
        twilio.fetch_media(url, 1_000)
    assert refused.value.reason == "http_404"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/2010-04-01/Accounts/{account}/Messages/MM1/Media/ME1",
        "https://api.twilio.com.evil.test/2010-04-01/Accounts/{account}/Messages/MM1/Media/ME1",
        "https://api.twilio.com@evil.test/2010-04-01/Accounts/{account}/Messages/MM1/Media/ME1",
        "http://api.twilio.com/2010-04-01/Accounts/{account}/Messages/MM1/Media/ME1",
        "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM1/Media/ME1",
        "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/../../../x",
        "http://127.0.0.1:1/",
    ],
)
def test_the_password_goes_to_nobody_but_twilio(doubles: Doubles, twilio: Twilio, url: str) -> None:
    for act in (lambda u: twilio.fetch_media(u, 10), twilio.delete_media):
        with pytest.raises(ChannelError) as refused:
            act(url.format(account=doubles.twilio.account))
        assert refused.value.reason == "foreign_media"


def test_silence_is_a_temporary_failure(doubles: Doubles) -> None:
    double = doubles.twilio
    double.fail_next(hang=1.0)
    channel = Twilio(double.account, double.token, "+254700000000", api_url=doubles.url, timeout=0.2)
    with pytest.raises(ChannelError) as refused:
        channel.send(HELLO)
    channel.close()
    assert (refused.value.reason, refused.value.permanent) == ("timeout", False)
