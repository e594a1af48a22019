"""Signed Twilio posts against the hooks, the naive and the raw design, all served alike."""

import itertools
import statistics
import sys
from urllib.parse import urlencode

import psycopg

from mbiu.bench import floors, machine
from mbiu.bench.house import House, house
from mbiu.bench.load import Result, fire, post
from mbiu.channels import twilio
from mbiu.codes import AddressKind, ContactRole
from mbiu.launch import home
from mbiu.launch.process import Child
from mbiu.launch.readiness import wait_for_health
from mbiu.simulate import Stream

DESIGNS = {
    "naive": "mbiu.bench.floors:naive()",
    "raw": "mbiu.bench.floors:raw",
    "mbiu": "webhooks:create_app()",
}
SENDERS = 600
_PATH = "/hooks/twilio/messages"


def measure(requests: int, rounds: int, levels: list[int]) -> dict[str, object]:
    """All designs in turn, ``rounds`` times at each level; medians of the rounds."""
    before = machine()
    with house() as made:
        ports = _serve(made)
        _prepare()
        numbers = itertools.count()
        runs = [_level(made, ports, level, requests, rounds, numbers) for level in levels]
    return {
        "bench": "intake",
        "machine": before,
        "server": "gunicorn, 2 sync workers, one link a request",
        "requests_a_round": requests,
        "rounds": rounds,
        "levels": runs,
    }


def _serve(made: House) -> dict[str, int]:
    ports = {name: home.free_port() for name in DESIGNS}
    made.env["MBIU_PUBLIC_URL"] = f"http://127.0.0.1:{ports['mbiu']}"
    with psycopg.connect(made.env["MBIU_DATABASE_OWNER_URL"], autocommit=True) as link:
        link.execute(floors.TABLE)
    for name, app in DESIGNS.items():
        argv = [
            sys.executable, "-m", "gunicorn", app, "--config", "python:mbiu.launch.gunicorn",
            "--bind", f"127.0.0.1:{ports[name]}", "--workers", "2",
        ]  # fmt: skip
        made.start(Child(name, argv, env=made.env))
    wait_for_health(ports, "127.0.0.1", lambda: None, 60.0)
    return ports


def _prepare() -> None:
    """Known focal points write, as they do most of the time."""
    from mbiu.contacts import enrol
    from mbiu.db import transaction

    with transaction() as session:
        for number in range(SENDERS):
            enrol(
                session,
                AddressKind.SMS,
                _sender(number),
                channel="twilio",
                role=ContactRole.FOCAL_POINT,
                language="en",
                country="UG",
            )


def _sender(number: int) -> str:
    return f"+25677{number % SENDERS:07d}"


def _level(
    made: House,
    ports: dict[str, int],
    level: int,
    requests: int,
    rounds: int,
    numbers: "itertools.count[int]",
) -> dict[str, object]:
    found: dict[str, list[Result]] = {name: [] for name in DESIGNS}
    for name in DESIGNS:
        fire(ports[name], _requests(made, numbers, 100), level)
    for _ in range(rounds):
        for name in DESIGNS:
            _reset_caps(made)
            found[name].append(fire(ports[name], _requests(made, numbers, requests), level))
    designs = {name: _summary(results) for name, results in found.items()}
    naive, raw, ours = (designs[name] for name in ("naive", "raw", "mbiu"))
    return {
        "connections": level,
        "designs": designs,
        "ratios": {
            "mbiu_to_naive_rps": round(ours["rps"] / naive["rps"], 2),
            "mbiu_to_raw_rps": round(ours["rps"] / raw["rps"], 2),
            "mbiu_to_naive_p99": round(ours["p99_ms"] / naive["p99_ms"], 2),
        },
    }


def _reset_caps(made: House) -> None:
    """The cap on replies an hour is for floods; here every message is to be answered."""
    with psycopg.connect(made.env["MBIU_DATABASE_OWNER_URL"], autocommit=True) as link:
        link.execute("UPDATE address SET replies = 0")


def _summary(results: list[Result]) -> dict[str, float]:
    return {
        "rps": round(statistics.median(result.per_second for result in results), 1),
        "p50_ms": statistics.median(result.percentile_ms(0.50) for result in results),
        "p99_ms": statistics.median(result.percentile_ms(0.99) for result in results),
        "not_2xx": sum(result.bad for result in results),
    }


def _requests(made: House, numbers: "itertools.count[int]", count: int) -> list[bytes]:
    token = made.env["MBIU_TWILIO_AUTH_TOKEN"]
    url = made.env["MBIU_PUBLIC_URL"] + _PATH
    return [
        _request(url, token, next(numbers), message.text)
        for message in itertools.islice(Stream(seed=7), count)
    ]


def _request(url: str, token: str, number: int, text: str) -> bytes:
    form = {
        "MessageSid": f"SM{number:032x}",
        "AccountSid": "AC" + "0" * 32,
        "From": _sender(number),
        "To": "+256200000000",
        "Body": text,
        "NumMedia": "0",
        "NumSegments": "1",
        "FromCountry": "UG",
        "ToCountry": "UG",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    }
    signature = twilio.sign(url, form, token)
    return post(_PATH, urlencode(form).encode(), {"X-Twilio-Signature": signature})
