"""Whatever is put into an address or a form, the console answers, and never with an error of its own."""

from collections.abc import Callable

import pytest

from tests.review.conftest import Browser

NASTY = (
    "\0",
    "'; DROP TABLE incident; --",
    "%00%ff",
    "{{ 7*7 }}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "\u202e\u2066",
    "9" * 400,
    "-1",
    "²",
    "[" * 5_000,
    "😀" * 2_000,
    "\ud800".encode("utf-16-le", "surrogatepass").decode("latin-1"),
)
QUERIES = {
    "/": ("state", "type", "area", "priority", "after"),
    "/events": ("after",),
    "/queue/rows": ("ref",),
    "/map/places": ("q",),
    "/login": ("next",),
    "/api/v1/incidents": ("state", "area", "after", "limit", "updated_since"),
    "/api/v1/reports": ("incident", "area", "received_since"),
    "/api/v1/areas": ("name", "parent", "after"),
    "/figures": ("area", "days"),
}
FORMS = {
    "decide": ("verdict", "reason", "grade_source", "grade_information", "version"),
    "correct": ("event_type", "severity", "urgency", "place", "killed", "injured", "version"),
    "merge": ("other", "reason"),
    "split": ("report", "reason"),
    "ask": ("report", "text"),
    "note": ("text",),
    "alert": ("version",),
    "cancel": ("alert",),
    "outcome": ("done", "effect", "note"),
    "reopen": ("reason",),
}


@pytest.mark.parametrize("path", QUERIES)
def test_no_query_breaks_a_page(ruth: Browser, grave: str, path: str) -> None:
    for name in QUERIES[path]:
        for text in NASTY:
            answer = ruth.client.get(path, query_string={name: text})
            assert answer.status_code < 500, (name, text[:20])


def test_no_query_breaks_the_audit(as_: Callable[[str], Browser]) -> None:
    miriam = as_("miriam")
    for name in ("who", "action", "object", "before"):
        for text in NASTY:
            assert miriam.client.get("/audit", query_string={name: text}).status_code == 200, (
                name,
                text[:20],
            )


@pytest.mark.parametrize("form", FORMS)
def test_no_form_breaks_an_incident(ruth: Browser, grave: str, form: str) -> None:
    token = ruth.token()
    for name in FORMS[form]:
        for text in NASTY:
            data = {"csrf_token": token, name: text}
            answer = ruth.client.post(f"/incidents/{grave}/{form}", data=data)
            assert answer.status_code < 500, (name, text[:20])
    assert ruth.get(f"/incidents/{grave}").status_code == 200


def test_no_reference_breaks_an_address(ruth: Browser, grave: str) -> None:
    for text in ("%00", "%ff", "..%2f..", "I" * 300, "%F0%9F%98%80", "'", "I'OR'1"):
        assert ruth.get(f"/incidents/{text}").status_code == 404, text


def test_no_log_in_breaks(stranger: Browser) -> None:
    for text in NASTY:
        assert stranger.log_in(text, text).status_code in {401, 429}, text[:20]
    assert stranger.post("/login", code="\0").status_code == 401
