"""Whatever comes in is a message, nothing, or BadPayload: the parsers raise nothing else."""

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mbiu.channels import africastalking, gateway, twilio
from mbiu.channels.payload import json_object
from mbiu.channels.telegram import parse_update
from mbiu.channels.text import MAX_LENGTH
from mbiu.messages import BadPayload, IncomingMessage
from tests.channels.calls import FORM
from tests.channels.test_africastalking import FORM as SHORT_FORM
from tests.channels.test_updates import SIZES, membership, press, update

TEXT = st.text(st.characters(codec=None), max_size=30)
SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    TEXT,
    st.sampled_from(["", "private", "kicked", "-1", "9" * 400, "\x00", "\ud800"]),
)
JSON = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
GOOD_UPDATES = [
    update(text="Habari", forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": "X"}),
    update(location={"latitude": 1.5, "longitude": 33.0, "horizontal_accuracy": 9.0}),
    update(photo=SIZES, caption="Moshi"),
    update(document={"file_id": "F", "file_unique_id": "u", "mime_type": "text/plain"}),
    update(
        venue={"location": {"latitude": 1.0, "longitude": 2.0}, "title": "Soko", "address": "Moroto"},
        voice={"file_id": "F", "file_unique_id": "u", "duration": 3},
    ),
    press(),
    membership("kicked"),
]


def outcome(parse: Callable[..., object], *arguments: object) -> object:
    """What came out; BadPayload counts as nothing, and anything else is the test's failure."""
    with suppress(BadPayload):
        found = parse(*arguments)
        if isinstance(found, IncomingMessage):
            sound(found)
        return found
    return None


def sound(message: IncomingMessage) -> None:
    """It can be stored and answered."""
    stored = json.dumps(asdict(message), ensure_ascii=False, default=str)
    assert "\\u0000" not in stored
    stored.encode()
    assert len(message.text) <= MAX_LENGTH
    assert 0 < len(message.provider_id) <= 100
    assert message.sender.strip("+-").isdigit()
    assert message.sent_at is None or message.sent_at.utcoffset() is not None
    assert message.lat is None or -90 <= message.lat <= 90
    assert message.lon is None or -180 <= message.lon <= 180


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [deeper for key, item in inner for deeper in paths(item, (*path, key))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with another value at a path."""
    value = copy.deepcopy(value)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    return value


@given(st.binary(max_size=300))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    outcome(json_object, body)
    outcome(gateway.parse_message, "moroto", body, "UG")
    outcome(gateway.parse_status, "moroto", body)


@given(JSON)
def test_any_json_is_a_message_of_the_gateway_or_refused(value: object) -> None:
    body = json.dumps(value).encode()
    outcome(gateway.parse_message, "moroto", body, "UG")
    outcome(gateway.parse_status, "moroto", body)


@given(
    st.fixed_dictionaries({"id": SCALAR, "from": SCALAR, "text": SCALAR, "sent_at": SCALAR, "status": SCALAR})
)
def test_any_fields_are_a_message_of_the_gateway_or_refused(value: dict[str, object]) -> None:
    body = json.dumps(value).encode()
    outcome(gateway.parse_message, "moroto", body, "UG")
    outcome(gateway.parse_status, "moroto", body)


@given(st.data())
def test_any_form_is_a_message_or_refused(data: st.DataObject) -> None:
    for genuine, modules in ((FORM, (twilio,)), (SHORT_FORM, (africastalking,))):
        names = st.sampled_from([*genuine, "SmsStatus", "status", "MediaUrl0", "ErrorCode", "failureReason"])
        values = TEXT | st.lists(TEXT, max_size=3) | st.sampled_from(["1", "10", "delivered", "https://x/y"])
        form: dict[str, Any] = genuine | data.draw(st.dictionaries(names, values, max_size=6))
        for module in modules:
            outcome(module.parse_message, form, "UG")
            outcome(module.parse_status, form)


@settings(max_examples=400)
@given(st.data())
def test_any_change_of_an_update_is_a_message_or_refused(data: st.DataObject) -> None:
    genuine = data.draw(st.sampled_from(GOOD_UPDATES))
    for _ in range(data.draw(st.integers(1, 3))):
        genuine = changed(genuine, data.draw(st.sampled_from(paths(genuine))), data.draw(JSON))
    outcome(parse_update, genuine)


@given(st.dictionaries(TEXT, JSON, max_size=4), st.integers(0, 2**40))
def test_any_object_is_an_update_or_refused(content: dict[str, Any], number: int) -> None:
    outcome(parse_update, content)
    outcome(parse_update, {"update_id": number, "message": content})


def test_the_genuine_ones_are_taken() -> None:
    assert all(outcome(parse_update, given) for given in GOOD_UPDATES)
    assert outcome(twilio.parse_message, FORM, "UG")
    assert outcome(africastalking.parse_message, SHORT_FORM, "UG")
