"""Partners' servers: a signed document, the same id at each try, and what their answers mean."""

import hmac
import json
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from mbiu.channels.webhook import Hook, Webhook
from mbiu.codes import DeliveryState
from mbiu.messages import BadPayload, ChannelError, OutgoingMessage, Sent
from tests.doubles.hooks import HookDouble

SECRET = "a-secret-of-the-partner"
DOCUMENT = {"reference": "A7K3QX9", "severity": "severe"}


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HookDouble]:
    with HookDouble(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        yield running


def post(partner: HookDouble, text: str = json.dumps(DOCUMENT), *, allowed: str = "") -> Sent:
    channel = Webhook([allowed or partner.allowed], [ip_network("127.0.0.0/8")])
    to = str(Hook(partner.url, SECRET))
    return channel.send(OutgoingMessage(to, text, reference="d-1", kind="alert"))


def test_a_document_goes_out_signed_with_its_id_and_time(partner: HookDouble) -> None:
    assert post(partner) == Sent("d-1", DeliveryState.DELIVERED)
    (call,) = partner.calls
    told = json.loads(call.body)
    assert (told["id"], told["kind"], told["alert"]) == ("d-1", "alert", DOCUMENT)
    stamp = call.headers["x-mbiu-timestamp"]
    assert (call.headers["x-mbiu-id"], stamp) == ("d-1", str(told["sent_at"]))
    expected = hmac.new(SECRET.encode(), f"d-1.{stamp}.".encode() + call.body, "sha256").hexdigest()
    assert call.headers["x-mbiu-signature"] == f"sha256={expected}"


def test_a_repeat_has_the_same_id(partner: HookDouble) -> None:
    post(partner)
    post(partner)
    assert [call.headers["x-mbiu-id"] for call in partner.calls] == ["d-1", "d-1"]


def test_what_is_no_document_goes_out_as_plain_text(partner: HookDouble) -> None:
    post(partner, "A7K3QX9: cancelled.")
    assert json.loads(partner.calls[0].body)["text"] == "A7K3QX9: cancelled."


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        (302, "redirected", False),
        (400, "http_400", True),
        (403, "unauthorised", False),
        (404, "http_404", False),
        (410, "gone", True),
        (429, "too_many_requests", False),
        (500, "http_500", False),
    ],
)
def test_what_the_partners_answer_means(
    partner: HookDouble, status: int, reason: str, *, permanent: bool
) -> None:
    partner.answers.append(status)
    with pytest.raises(ChannelError) as refused:
        post(partner)
    assert (refused.value.reason, refused.value.permanent) == (reason, permanent)
    assert refused.value.blocked is (status == 410)


def test_a_host_that_is_not_listed_any_more_is_not_called(partner: HookDouble) -> None:
    with pytest.raises(ChannelError, match="not_listed"):
        post(partner, allowed="other.example")
    assert partner.calls == []


@pytest.mark.parametrize("kept", ["", "[]", "null", '{"url": 1}', "https://a.example"])
def test_what_is_no_hook_is_not_taken_for_one(kept: str) -> None:
    with pytest.raises(BadPayload):
        Hook.read(kept)
    with pytest.raises(ChannelError, match="forbidden_url"):
        Webhook(["a.example"]).send(OutgoingMessage(kept, "{}"))
