"""How long each page of the console takes on the server, with little and with much history behind it."""

import contextlib
import http.client
import json
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil

from mbiu.bench import machine
from mbiu.bench.house import House, house
from mbiu.bench.pages import TOKEN, Samples, visits
from mbiu.launch import home, programs
from mbiu.launch.readiness import wait_for_health

#: The aims: the median with much history against that with little, and in milliseconds.
MOST_RATIO, MOST_MS = 1.5, 100.0
_TOKEN_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')

Times = dict[str, dict[str, Any]]


def measure(few: int, many: int, rounds: int) -> dict[str, object]:
    """Each page ``rounds`` times with ``few`` and then with ``many`` reports in all."""
    before = machine()
    small, large = (_size(reports, rounds) for reports in (few, many))
    pages = {
        address: {
            "few": small["pages"][address],
            "many": large["pages"][address],
            "ratio": _ratio(small["pages"][address], large["pages"][address], "median_ms"),
            "work_ratio": _ratio(small["pages"][address], large["pages"][address], "work_ms"),
        }
        for address in small["pages"]
    }
    return {
        "bench": "console",
        "machine": before,
        "server": "gunicorn, 1 sync worker, a link a request",
        "rounds": rounds,
        "few": small["made"],
        "many": large["made"],
        "pages": pages,
        "beyond_ratio": [name for name, page in pages.items() if page["ratio"] > MOST_RATIO],
        "beyond_ms": [name for name, page in pages.items() if page["many"]["median_ms"] > MOST_MS],
    }


def _ratio(few: dict[str, Any], many: dict[str, Any], what: str) -> float | None:
    return round(many[what] / few[what], 2) if few[what] else None


def _size(reports: int, rounds: int) -> dict[str, Any]:
    with house() as made:
        begun = time.perf_counter()
        words = [sys.executable, "-m", "mbiu", "demo", "--size", str(reports)]
        subprocess.run(words, env=made.env, check=True, stdout=subprocess.DEVNULL)
        seconds = round(time.perf_counter() - begun)
        return {"made": {"reports": reports, "seconds": seconds}, "pages": look(made, rounds)}


def look(made: House, rounds: int, root: int | None = None) -> Times:
    """Visit every page of a house with a chronicle; by the rule that the console has for it.

    ``root`` is the process that began the house's programs, if not this one.
    """
    samples, token = _prepared()
    visitors = {TOKEN: Visitor(_serve(made), {"Authorization": f"Bearer {token}"})}
    for login in json.loads((made.folder / "demo-logins.json").read_text()):
        visitors[login["name"]] = Visitor(visitors[TOKEN].port, {}).log_in(login["name"], login["password"])
    planned = list(visits(samples))
    found: dict[str, list[Visit]] = {address: [] for _, address, _ in planned}
    # In turn, so that whatever else the machine does falls on all alike; the first two rounds warm up.
    for number in range(rounds + 2):
        programs_ = psutil.Process(root).children(recursive=True)
        for who, address, _ in planned:
            visit = _visit(visitors[who], address, [one.pid for one in programs_])
            found[address] += [visit] * (number >= 2)
    return {_name(rule, address): _summary(found[address]) for _, address, rule in planned}


@dataclass(frozen=True)
class Visit:
    """The status of an answer, milliseconds until it was there, and those of work in all our programs."""

    answer: int
    took: float
    worked: float


def _visit(visitor: "Visitor", address: str, pids: list[int]) -> Visit:
    before, begun = _worked(pids), time.perf_counter()
    answer = visitor.get(address)
    took = time.perf_counter() - begun
    return Visit(answer, took * 1000, _worked(pids) - before)


def _worked(pids: list[int]) -> float:
    """Milliseconds that these processes have had a processor (Linux; 0 elsewhere)."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    return total / 1e6


def _name(rule: str, address: str) -> str:
    """The same in every installation: the rule, and what the address asks for beside it."""
    asked = address.partition("?")[2]
    for pattern in (r"[IRA][0-9A-Z]{6}", r"(?<=after=)[^&]*", r"(?<=area=)[^&]*"):
        asked = re.sub(pattern, "*", asked)
    return f"{rule}?{asked}" if asked else rule


def _summary(visits_: list[Visit]) -> dict[str, Any]:
    times = [visit.took for visit in visits_]
    cuts = statistics.quantiles(times, n=10, method="inclusive")
    return {
        "median_ms": round(statistics.median(times), 1),
        "p90_ms": round(cuts[8], 1),
        "work_ms": round(statistics.median(visit.worked for visit in visits_), 1),
        "answer": visits_[-1].answer,
    }


def _prepared() -> tuple[Samples, str]:
    """What to look at, and a token for the programs' answers."""
    from sqlalchemy import select

    from mbiu import db, tokens
    from mbiu.audit import Actor
    from mbiu.models import User
    from mbiu.settings import settings
    from mbiu.tokens import MOST_PER_MINUTE, Scope, Wanted

    db.forget()
    settings.cache_clear()
    with db.transaction() as session:
        admin = session.scalars(select(User).where(User.name == "esther")).one()
        wanted = Wanted("bench", frozenset(Scope), "/", days=1, per_minute=MOST_PER_MINUTE)
        _, token = tokens.make(session, Actor(admin.name, admin.id, admin.role), wanted)
        found = Samples.of(session)
    db.dispose()
    return found, token


def _serve(made: House) -> int:
    port = home.free_port()
    # What a chronicle holds are exercises, which figures and phones show in a demonstration alone.
    made.start(programs.console("127.0.0.1", port, 1, made.env | {"MBIU_DEMO": "1"}))
    wait_for_health({"console": port}, "127.0.0.1", lambda: None, 60.0)
    return port


@dataclass
class Visitor:
    """Somebody, or a program, before the console: remembers cookies and follows nothing."""

    port: int
    headers: dict[str, str]

    def log_in(self, name: str, passphrase: str) -> "Visitor":
        """Come in by the form. Raises PermissionError."""
        status, page = self._exchange("GET", "/login")
        token = _TOKEN_FIELD.search(page)
        form = {"csrf_token": token[1] if token else "", "name": name, "password": passphrase}
        status, _ = self._exchange("POST", "/login", urlencode(form))
        if status != 302:
            raise PermissionError(f"the log-in of {name} was answered with {status}")
        return self

    def get(self, address: str) -> int:
        """The status of the answer, which is read to its end."""
        return self._exchange("GET", address)[0]

    def _exchange(self, method: str, address: str, body: str = "") -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        try:
            link.request(method, address, body or None, self.headers | form)
            answer = link.getresponse()
            page = answer.read().decode(errors="replace")
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    self.headers["Cookie"] = value.partition(";")[0]
            return answer.status, page
        finally:
            link.close()
