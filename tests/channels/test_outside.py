"""The client that calls other people's servers: never one of ours, whatever the address looks like."""

import socket
import time
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from mbiu.channels import outside
from mbiu.messages import ChannelError
from tests.doubles.hooks import HOST, NAME, HookDouble

LOOPBACK = [ip_network("127.0.0.0/8")]
#: This very machine and its network, in all the ways an address can be written.
FORMS = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0",
    "localhost",
    "10.0.0.8",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[fe80::1]",
    "[fc00::1]",
    "[fec0::1]",
    "[ff0e::1]",
]


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HookDouble]:
    with HookDouble(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        yield running


def call(url: str, **more: Any) -> int:
    values = {
        "allowed": [url.removeprefix("https://").partition("/")[0].lower()],
        "networks": LOOPBACK,
    } | more
    return outside.post(url, b"{}", {"Content-Type": "application/json"}, **values)


def answering(*addresses: str) -> Any:
    """A resolver that gives these addresses at once, or one after the other where they are lists."""

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    asked: list[str] = []
    resolve.asked = asked  # type: ignore[attr-defined]
    return resolve


def why(url: str, **more: Any) -> str:
    with pytest.raises(ChannelError) as refused:
        call(url, **more)
    return refused.value.reason


def test_a_listed_host_gets_the_body_and_says_how_it_went(partner: HookDouble) -> None:
    assert call(partner.url) == 204
    (got,) = partner.calls
    assert (got.path, got.body, got.headers["host"]) == ("/alerts", b"{}", partner.allowed)


@pytest.mark.parametrize("host", FORMS)
def test_no_way_of_writing_an_inner_address_leads_inside(partner: HookDouble, host: str) -> None:
    """Although the host is on the list, as a careless or bribed hand might put it there."""
    found = why(f"https://{host}:{partner.port}/", networks=[], allowed=[f"{host}:{partner.port}"])
    assert found == "forbidden_address"
    assert partner.lines == 0


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::"],
)
def test_a_public_address_stays_public_inside_of_another(address: str) -> None:
    assert outside.is_public(ip_address(address))


def test_a_name_that_points_inside_is_refused(partner: HookDouble) -> None:
    url = f"https://{NAME}:{partner.port}/"
    assert why(url, networks=[], resolve=answering(HOST)) == "forbidden_address"


def test_one_inner_address_among_public_ones_spoils_the_answer(partner: HookDouble) -> None:
    mixed = answering("93.184.215.14", "10.0.0.8", HOST)
    assert why(f"https://{NAME}:{partner.port}/", networks=[], resolve=mixed) == "forbidden_address"
    assert partner.lines == 0


def test_a_name_is_resolved_once_and_called_where_it_was_looked_up(partner: HookDouble) -> None:
    """A name that points elsewhere a moment later changes nothing: nobody asks a second time."""
    where = [HOST, "127.0.0.66"]

    def rebinding(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where.pop(0), port))]

    assert call(f"https://{NAME}:{partner.port}/x", resolve=rebinding) == 204
    assert where == ["127.0.0.66"]
    assert partner.calls[0].headers["host"] == f"{NAME}:{partner.port}"


def test_the_certificate_has_to_be_the_hosts_own(partner: HookDouble) -> None:
    url = f"https://bank.example:{partner.port}/"
    assert why(url, resolve=answering(HOST)) == "unreachable"
    assert partner.calls == []


def test_a_certificate_that_nobody_vouches_for_is_none(
    partner: HookDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert why(partner.url) == "unreachable"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(partner: HookDouble, status: int) -> None:
    partner.answers.append(status)
    assert call(partner.url) == status
    assert len(partner.calls) == 1


@pytest.mark.parametrize(
    ("url", "allowed", "reason"),
    [
        ("http://partner.example/", "partner.example", "forbidden_url"),
        ("ftp://partner.example/", "partner.example", "forbidden_url"),
        ("https://partner.example@10.0.0.1/", "partner.example", "forbidden_url"),
        ("https://user:pass@partner.example/", "partner.example", "forbidden_url"),
        ("https://partner.example\\@10.0.0.1/", "partner.example", "forbidden_url"),
        ("https://partner.example/\r\nX: y", "partner.example", "forbidden_url"),
        ("https://partner.example:99999/", "partner.example", "forbidden_url"),
        ("https://[fe80::1%25eth0]/", "[fe80::1%25eth0]", "forbidden_url"),
        ("https://pärtner.example/", "pärtner.example", "forbidden_url"),
        ("https:///alerts", "", "forbidden_url"),
        ("https://evil.example/", "partner.example", "not_listed"),
        ("https://partner.example.evil.example/", "partner.example", "not_listed"),
        ("https://sub.partner.example/", "partner.example", "not_listed"),
        ("https://partner.example:8443/", "partner.example", "not_listed"),
    ],
)
def test_only_plain_addresses_of_listed_hosts_are_called(url: str, allowed: str, reason: str) -> None:
    asked = answering("93.184.215.14")
    assert why(url, allowed=[allowed], resolve=asked) == reason
    assert asked.asked == []


def test_how_a_host_is_written_on_the_list_does_not_matter(partner: HookDouble) -> None:
    url = f"https://{NAME.upper()}.:{partner.port}/"
    assert call(url, allowed=[f" {NAME}:{partner.port} "], resolve=answering(HOST)) == 204


def test_headers_cannot_be_smuggled_in(partner: HookDouble) -> None:
    with pytest.raises(ChannelError, match="forbidden_url"):
        outside.post(
            partner.url, b"", {"X-Mbiu-Id": "1\r\nX: y"}, allowed=[partner.allowed], networks=LOOPBACK
        )
    assert partner.lines == 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(b"SSH-2.0-OpenSSH\r\n", "bad_answer"), (b"HTTP/1.1 20", "bad_answer"), (b"x" * 70_000, "bad_answer")],
)
def test_what_is_no_answer_is_not_taken_for_one(partner: HookDouble, answer: bytes, reason: str) -> None:
    partner.answers.append(answer)
    assert why(partner.url) == reason


def test_early_hints_are_no_answer_yet(partner: HookDouble) -> None:
    partner.answers.append(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n")
    assert call(partner.url) == 202


def test_silence_ends_within_seconds(partner: HookDouble) -> None:
    partner.answers.append(b"")
    started = time.monotonic()
    assert why(partner.url, timeout=0.5) == "timeout"
    assert time.monotonic() - started < 5


def test_a_resolver_that_hangs_holds_up_nobody_for_long(partner: HookDouble) -> None:
    def slow(_host: str, _port: int, **_: Any) -> list[Any]:
        time.sleep(2)
        return []

    assert why(partner.url, resolve=slow, timeout=0.2) == "unreachable"


def test_a_server_that_is_away_is_unreachable(partner: HookDouble) -> None:
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    assert why(f"https://{HOST}:{port}/") == "unreachable"
