"""A partner's own server: takes signed documents by https on this machine, and misbehaves when told to."""

import socket
import ssl
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.doubles.certificates import certificate

HOST = "127.0.0.1"
NAME = "hooks.partner.test"


@dataclass(frozen=True)
class Call:
    """A call as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


class HookDouble:
    """Answers each call with the next of ``answers``, or else 204; ``calls`` are those that came whole.

    An answer is a status, or raw bytes, of which none at all means silence until the caller goes.
    """

    def __init__(self, folder: Path) -> None:
        self.authority, key = certificate(folder, HOST, NAME)
        self.calls: list[Call] = []
        self.lines = 0
        self.answers: deque[int | bytes] = deque()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.authority, key)
        self._socket = socket.create_server((HOST, 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"https://{HOST}:{self.port}/alerts"
        self.allowed = f"{HOST}:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, name="hooks", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            self.lines += 1
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        line.settimeout(10)
        try:
            with self._context.wrap_socket(line, server_side=True) as secure:
                self._answer(secure)
        except OSError:
            line.close()

    def _answer(self, line: ssl.SSLSocket) -> None:
        seen = b""
        while b"\r\n\r\n" not in seen:
            seen += line.recv(65536) or b"\r\n\r\n"
        head, _, body = seen.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in rest)}
        while len(body) < int(headers["content-length"]):
            body += line.recv(65536)
        self.calls.append(Call(first.split()[1], headers, body))
        answer = self.answers.popleft() if self.answers else 204
        if isinstance(answer, int):
            answer = f"HTTP/1.1 {answer} Said\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\nno".encode()
        line.sendall(answer)
        if not answer:
            line.recv(1)
