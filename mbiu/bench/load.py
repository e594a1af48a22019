"""A load of prepared HTTP requests over so many connections, and how long each took."""

import socket
import statistics
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Result:
    """Seconds of each answered request, and how many were not answered with 2xx."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    bad: int = 0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def percentile_ms(self, share: float) -> float:
        cuts = statistics.quantiles(self.times, n=1000, method="inclusive")
        return round(cuts[int(share * 1000) - 1] * 1000, 1)


def fire(port: int, requests: list[bytes], connections: int) -> Result:
    """Send all ``requests`` to a local port, ``connections`` at a time, each on a link of its own."""
    result, waiting, lock = Result(), iter(requests), threading.Lock()

    def client() -> None:
        while True:
            with lock:
                request = next(waiting, None)
            if request is None:
                return
            begun = time.perf_counter()
            good = _exchange(port, request)
            took = time.perf_counter() - begun
            with lock:
                result.times.append(took)
                result.bad += not good

    threads = [threading.Thread(target=client) for _ in range(connections)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - begun
    return result


def _exchange(port: int, request: bytes) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as link:
        link.sendall(request)
        answer = b""
        while part := link.recv(65536):
            answer += part
    return answer.startswith(b"HTTP/1.1 2")


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A whole HTTP/1.1 request that closes its link."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
