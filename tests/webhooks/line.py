"""A line to a server that can be cut, as lines are where Mbiu works."""

import contextlib
import socket
import threading
from typing import Literal, Self

Mode = Literal["open", "cut", "silent"]


class Line:
    """Forwards TCP on a port of its own. ``cut`` refuses and breaks links; ``silent`` swallows all bytes."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._links: list[socket.socket] = []
        self._lock = threading.Lock()
        self.mode: Mode = "open"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.set("cut")
        self._listener.close()

    def set(self, mode: Mode) -> None:
        """Change what the line does, for open links too."""
        self.mode = mode
        if mode == "cut":
            with self._lock:
                links, self._links = self._links, []
            for link in links:
                _end(link)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                if self.mode == "cut":
                    _end(caller)
                else:
                    threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target, 5)
        except OSError:
            _end(caller)
            return
        with self._lock:
            self._links += [caller, server]
        threading.Thread(target=self._pump, args=(caller, server), daemon=True).start()
        self._pump(server, caller)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            source.settimeout(None)
            while data := source.recv(65_536):
                if self.mode == "open":
                    sink.sendall(data)
        _end(sink)


def _end(link: socket.socket) -> None:
    with contextlib.suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    link.close()
