"""A line to a server that fails in the ways lines do: our own small TCP proxy."""

import contextlib
import socket
import struct
import threading
import time
from typing import Literal, Self

Fault = Literal["none", "refuse", "reset", "silent", "cut", "slow"]

#: Bytes that a link under ``cut`` still carries from the server, and seconds that ``slow`` holds each piece.
CUT_AFTER = 900
SLOW_BY = 0.03


class FaultProxy:
    """Forwards a port of its own to ``host:port``.

    ``refuse`` closes the port and all links, ``reset`` answers every link with RST, ``silent`` takes
    bytes and holds them back (a black hole, from which TCP recovers once it ends), ``cut`` breaks a
    link in the middle of an answer, ``slow`` delays each piece.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._lock = threading.Lock()
        self._links: set[socket.socket] = set()
        self._open = threading.Event()
        self._open.set()
        self.fault: Fault = "none"
        self.carried = 0
        self._listener = self._listen(0)
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.set("refuse")
        self._open.set()

    def set(self, fault: Fault) -> None:
        """Fail like this from now on, for links that are open as well."""
        was, self.fault = self.fault, fault
        if fault == "silent":
            self._open.clear()
        else:
            self._open.set()
        if fault in ("refuse", "reset"):
            self._break_links()
        if fault == "refuse":
            # A thread inside accept() keeps a closed port open until it is woken.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        elif was == "refuse":
            self._listener = self._listen(self.port)
            threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _listen(self, port: int) -> socket.socket:
        return socket.create_server(("127.0.0.1", port), backlog=64)

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            if self.fault in ("refuse", "reset"):
                _reset(caller)
            else:
                threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target, 5)
        except OSError:
            _reset(caller)
            return
        server.settimeout(None)
        with self._lock:
            self._links |= {caller, server}
        threading.Thread(target=self._pump, args=(caller, server, False), daemon=True).start()
        self._pump(server, caller, True)

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        left = CUT_AFTER
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                self._open.wait()
                if self.fault == "slow":
                    time.sleep(SLOW_BY)
                if self.fault == "cut" and answers:
                    data, left = data[:left], left - len(data)
                sink.sendall(data)
                self.carried += len(data)
                if left <= 0:
                    break
        self._end(source, sink)

    def _break_links(self) -> None:
        with self._lock:
            links, self._links = self._links, set()
        for link in links:
            _reset(link)

    def _end(self, *links: socket.socket) -> None:
        with self._lock:
            self._links -= set(links)
        for link in links:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()


def _reset(link: socket.socket) -> None:
    """End with RST instead of FIN."""
    with contextlib.suppress(OSError):
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.shutdown(socket.SHUT_RD)
    link.close()
