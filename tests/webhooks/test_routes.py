"""Every door of the public app is known, and shut unless it is listed as open."""

import json
import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest

from tests.webhooks.calls import AFRICASTALKING_SECRET, GATEWAY, Caller

pytestmark = pytest.mark.timeout(60)

GUARDS = {
    "/hooks/twilio/messages": "signature",
    "/hooks/twilio/status": "signature",
    "/hooks/africastalking/<secret>/messages": "secret path",
    "/hooks/africastalking/<secret>/status": "secret path",
    "/hooks/telegram": "secret header",
    "/hooks/gateway/<name>/messages": "signature",
    "/hooks/gateway/<name>/status": "signature",
    "/a/<language>/<token>": "signed link",
    "/healthz": "open",
    "/readyz": "open",
    "/metrics": "open",
}
METHODS = {"open": ["GET"], "signed link": ["GET", "POST"]}
ACK = {"answer": "ack"}
STRANGER = {"open": 200, "signed link": 404}
LIST = """
import json, webhooks
found = {}
for rule in webhooks.create_app().url_map.iter_rules():
    found.setdefault(rule.rule, set()).update(rule.methods - {"OPTIONS", "HEAD"})
print(json.dumps({path: sorted(methods) for path, methods in found.items()}))
"""


@pytest.fixture
def routes(environment: dict[str, str]) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", LIST], env=environment, capture_output=True, text=True, check=True, timeout=50
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_every_route_is_listed_with_its_guard(routes: dict[str, list[str]]) -> None:
    assert routes.keys() == GUARDS.keys()


def test_hooks_only_take_posts_and_the_rest_only_gets(routes: dict[str, list[str]]) -> None:
    for path, methods in routes.items():
        assert methods == METHODS.get(GUARDS[path], ["POST"]), path


def test_no_guarded_route_lets_a_stranger_in(hooks: Caller) -> None:
    for path, guard in GUARDS.items():
        url = hooks.url + path.replace("<secret>", "wrong").replace("<name>", GATEWAY)
        url = url.replace("<language>", "sw").replace("<token>", "A" * 48)
        answer = httpx.get(url, timeout=20) if guard == "open" else httpx.post(url, data=ACK, timeout=20)
        assert answer.status_code == STRANGER.get(guard, 403), path
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers


def test_what_is_not_configured_is_not_there(start: Callable[..., Caller]) -> None:
    hooks = start(
        MBIU_TWILIO_AUTH_TOKEN="",
        MBIU_AFRICASTALKING_HOOK_SECRET="",
        MBIU_TELEGRAM_HOOK_SECRET="",
        MBIU_GATEWAY_KEYS="",
    )
    for path in GUARDS:
        if path.startswith("/hooks"):
            where = path.replace("<secret>", AFRICASTALKING_SECRET).replace("<name>", GATEWAY)
            assert httpx.post(hooks.url + where, timeout=20).status_code == 404, path


@pytest.mark.parametrize("path", ["/", "/hooks", "/hooks/twilio", "/.env", "/static/x", "/%00", "/hooks/%ff"])
def test_anything_else_is_not_there(path: str, hooks: Caller) -> None:
    answer = httpx.get(hooks.url + path, timeout=20)
    assert (answer.status_code, answer.text) == (404, "not found\n")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"MBIU_VAULT_KEYS": ""}, "MBIU_VAULT_KEYS"),
        ({"MBIU_SPOOL_KEY": "short"}, "MBIU_SPOOL_KEY"),
        ({"MBIU_INDEX_KEY": ""}, "MBIU_INDEX_KEY"),
        ({"MBIU_GATEWAY_KEYS": "name:short"}, "MBIU_GATEWAY_KEYS"),
    ],
)
def test_without_a_key_it_does_not_start(
    environment: dict[str, str], changed: dict[str, str], named: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import webhooks; webhooks.create_app()"],
        env=environment | changed,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode != 0
    assert named in done.stderr
