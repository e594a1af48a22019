"""Calls to other people's servers, which must never become calls to our own.

https to a host on a list; its name is resolved once, every address of the answer must be public, and the call
goes to one of those very addresses, so that a name that points elsewhere a moment later changes nothing. No
redirect is followed, and of what is answered nothing counts but the status. (OWASP, Server Side Request
Forgery Prevention.)
"""

import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from mbiu.messages import ChannelError

TIMEOUT = 5.0
"""Seconds for a whole call, the resolving of the name included."""

MAX_ANSWER = 64 * 1024
"""Bytes of an answer that are looked at for its status."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[..., Iterable[Any]]

_HTTPS = 443
_URL = re.compile(r"[\x21-\x7e]{1,2000}")
_HEADER = re.compile(r"[\x20-\x7e]*")
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n")
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")


@dataclass(frozen=True)
class Target:
    """Where a call goes, taken apart."""

    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """Host and port as they stand on a list and in the header."""
        bare = f"[{self.host}]" if ":" in self.host else self.host
        return bare if self.port == _HTTPS else f"{bare}:{self.port}"


def target(url: str) -> Target:
    """The parts of an https address without a user in it. Raises ChannelError("forbidden_url")."""
    refused = ChannelError("forbidden_url", permanent=True)
    if not _URL.fullmatch(url) or "\\" in url:
        raise refused
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
    except ValueError:
        raise refused from None
    host = (parts.hostname or "").lower().rstrip(".")
    if parts.scheme != "https" or not host or "@" in parts.netloc or "%" in host:
        raise refused
    query = f"?{parts.query}" if parts.query else ""
    return Target(host, port, (parts.path or "/") + query)


def is_public(address: Address, networks: Collection[Network] = ()) -> bool:
    """Whether anybody's server may stand at an address; one within ``networks`` counts as public.

    Of an IPv6 address that stands for IPv4 ones (mapped, 6to4, Teredo, NAT64) those are judged.
    """
    if any(address in net for net in networks):
        return True
    return all(_is_global(one) for one in _inside(address) or (address,))


def _is_global(address: Address) -> bool:
    # Python calls multicast global, and the site-local addresses of old as well.
    barred = address.is_multicast or address.is_reserved or address.is_unspecified
    local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not barred and not local


def _inside(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return ()
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if any(address in net for net in (*_NAT64, _COMPATIBLE)):
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: Collection[str],
    networks: Collection[Network] = (),
    resolve: Resolve = socket.getaddrinfo,
    timeout: float = TIMEOUT,
) -> int:
    """Post to somebody else's server; the status of the answer, which is otherwise thrown away.

    ``allowed`` lists hosts, or ``host:port``; ``timeout`` is for the whole call, in seconds. Raises
    ChannelError: ``forbidden_url`` and ``not_listed`` (permanent), ``forbidden_address``, ``unreachable``;
    ``timeout``, ``cut``, ``bad_answer`` where the body may have been taken.
    """
    to, until = target(url), time.monotonic() + timeout
    if to.name not in {one.strip().lower().rstrip(".") for one in allowed}:
        raise ChannelError("not_listed", permanent=True)
    request = _request(to, body, headers)
    found = _resolved(to, resolve, until)
    if not all(is_public(address, networks) for address in found):
        raise ChannelError("forbidden_address")
    with _connected(to, found, until) as line:
        return _exchange(line, request, until)


def _request(to: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    own = {"Host": to.name, "User-Agent": "Mbiu", "Connection": "close", "Content-Length": str(len(body))}
    given = {**headers, **own}
    if not all(_HEADER.fullmatch(f"{name}{value}") for name, value in given.items()):
        raise ChannelError("forbidden_url", permanent=True)
    lines = [f"POST {to.path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body


def _resolved(to: Target, resolve: Resolve, until: float) -> list[Address]:
    """The addresses of a host, asked for once. A resolver cannot be interrupted, so it is left behind."""
    answer: list[Address] = []

    def ask() -> None:
        try:
            rows = resolve(to.host, to.port, type=socket.SOCK_STREAM)
            answer.extend(ip_address(row[4][0]) for row in rows)
        except (OSError, UnicodeError, ValueError):
            answer.clear()

    asking = threading.Thread(target=ask, name="resolver", daemon=True)
    asking.start()
    asking.join(max(until - time.monotonic(), 0))
    if asking.is_alive() or not answer:
        raise ChannelError("unreachable")
    return list(dict.fromkeys(answer))


def _connected(to: Target, found: Iterable[Address], until: float) -> ssl.SSLSocket:
    """A line to the first address that answers, to whom the host's certificate belongs."""
    for address in found:
        bare = None
        try:
            bare = socket.create_connection((str(address), to.port), _left(until))
            bare.settimeout(_left(until))
            return _context(os.environ.get("SSL_CERT_FILE", "")).wrap_socket(bare, server_hostname=to.host)
        except OSError:
            if bare is not None:
                bare.close()
    raise ChannelError("unreachable")


@lru_cache(maxsize=4)
def _context(_: str) -> ssl.SSLContext:
    """Whose certificates count: those that httpx trusts, or the file that SSL_CERT_FILE names."""
    context = httpx.create_ssl_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _exchange(line: ssl.SSLSocket, request: bytes, until: float) -> int:
    try:
        line.settimeout(_left(until))
        line.sendall(request)
        return _status(line, until)
    except TimeoutError:
        raise ChannelError("timeout") from None
    except OSError:
        raise ChannelError("cut") from None


def _status(line: ssl.SSLSocket, until: float) -> int:
    """The first status that is an answer; the rest of it is not even read."""
    seen = b""
    while len(seen) < MAX_ANSWER:
        line.settimeout(_left(until))
        more = line.recv(4096)
        if not more:
            raise ChannelError("cut" if not seen else "bad_answer")
        seen += more
        found = _STATUS.match(seen)
        # Servers may say something beforehand, such as 100 or 103.
        while found and found[1].startswith(b"1") and b"\r\n\r\n" in seen:
            seen = seen.partition(b"\r\n\r\n")[2]
            found = _STATUS.match(seen)
        if found and not found[1].startswith(b"1"):
            return int(found[1])
    raise ChannelError("bad_answer")


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
