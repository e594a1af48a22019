"""Who may open what: a table of every endpoint. One that is not in it fails."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mbiu.codes import Role
from review import doors
from review.security import HEADERS
from tests.review.conftest import PEOPLE, Browser

ANYBODY = frozenset({"open"})
ALL = frozenset(Role)
READERS = frozenset({Role.ANALYST, Role.CUSTODIAN, Role.COORDINATOR})
DECIDERS = frozenset({Role.ANALYST, Role.COORDINATOR})
ROUTERS = frozenset({Role.COORDINATOR, Role.ADMIN})
AUDITORS = frozenset({Role.CUSTODIAN, Role.COORDINATOR, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
CUSTODIANS = frozenset({Role.CUSTODIAN})
COORDINATORS = frozenset({Role.COORDINATOR})

TABLE: dict[str, frozenset[str]] = {
    "static": ANYBODY,
    "health.healthz": ANYBODY,
    "login.show": ANYBODY,
    "login.enter": ANYBODY,
    "language.choose": ANYBODY,
    "login.leave": ALL,
    "account.show": ALL,
    "account.look": ALL,
    "account.passphrase": ALL,
    "account.begin": ALL,
    "account.confirm": ALL,
    "account.stop": ALL,
    "notices.seen": ALL,
    "queue.show": READERS,
    "queue.events": READERS,
    "queue.rows": READERS,
    "queue.streamed": READERS,
    "queue.look": READERS,
    "queue.act": DECIDERS,
    "queue.undo": DECIDERS,
    "queue.keep_list": READERS,
    "queue.drop_list": READERS,
    "incident.show": READERS,
    "media.show": READERS,
    "media.ask": CUSTODIANS,
    "media.fetch": CUSTODIANS,
    "incident.claim": DECIDERS,
    "incident.release": DECIDERS,
    "judging.decide": DECIDERS,
    "judging.reopen": DECIDERS,
    "judging.warn": DECIDERS,
    "judging.rumour": DECIDERS,
    "judging.said": DECIDERS,
    "judging.counter": DECIDERS,
    "judging.approve_counter": DECIDERS,
    "judging.drop_counter": DECIDERS,
    "incident.correct": DECIDERS,
    "incident.language": DECIDERS,
    "incident.merge": DECIDERS,
    "incident.split": DECIDERS,
    "joins.part": DECIDERS,
    "incident.ask": DECIDERS,
    "incident.doubt": DECIDERS,
    "incident.confirm": DECIDERS,
    "incident.note": DECIDERS,
    "incident.send": DECIDERS,
    "incident.send_sequel": DECIDERS,
    "incident.send_sequel_again": DECIDERS,
    "incident.outcome": DECIDERS,
    "incident.finish": DECIDERS,
    "incident.follow_up": DECIDERS,
    "figures.accounts": READERS,
    "figures.accounts_export": READERS,
    "joins.join": DECIDERS,
    "joins.undo": DECIDERS,
    "joins.apart": DECIDERS,
    "leftovers.show": READERS,
    "leftovers.one": READERS,
    "leftovers.make_incident": DECIDERS,
    "map.show": READERS,
    "map.incidents": READERS,
    "map.areas": READERS,
    "map.towns": READERS,
    "areas.whole": READERS,
    "areas.show": READERS,
    "wall.show": READERS,
    "wall.now": READERS,
    "wall.points": READERS,
    "wall.hanging": COORDINATORS,
    "wall.hang": COORDINATORS,
    "wall.take_down": COORDINATORS,
    "map.places_like": READERS,
    "alerts.show": READERS,
    "alerts.one": READERS,
    "alerts.step": DECIDERS,
    "alerts.take": DECIDERS,
    "figures.show": READERS,
    "figures.export": READERS,
    "people.show": READERS,
    "people.one": READERS,
    "people.where": READERS,
    "people.new": COORDINATORS,
    "people.enrol": COORDINATORS,
    "people.change": COORDINATORS,
    "people.vouch": COORDINATORS,
    "people.pin": COORDINATORS,
    "people.own_words": COORDINATORS,
    "people.invite": COORDINATORS,
    "people.end": COORDINATORS,
    "people.restore": COORDINATORS,
    "parties.ask": DECIDERS,
    "parties.agree": DECIDERS,
    "parties.drop": DECIDERS,
    "parties.child": DECIDERS,
    "parties.add": DECIDERS,
    "parties.end": DECIDERS,
    "warnings.show": READERS,
    "warnings.one": READERS,
    "warnings.prepare": DECIDERS,
    "warnings.approve": DECIDERS,
    "warnings.drop": DECIDERS,
    "warnings.stop": DECIDERS,
    "warnings.library_show": READERS,
    "warnings.library_write": DECIDERS,
    "warnings.library_change": DECIDERS,
    "people.mail": COORDINATORS,
    "people.hook": COORDINATORS,
    "people.way": COORDINATORS,
    "people.words": COORDINATORS,
    "people.make_word": COORDINATORS,
    "people.revoke_word": COORDINATORS,
    "people.file": COORDINATORS,
    "people.template": COORDINATORS,
    "people.check_file": COORDINATORS,
    "people.register_file": COORDINATORS,
    "people.twins": CUSTODIANS,
    "people.reveals_list": CUSTODIANS,
    "people.ask_reveal": CUSTODIANS,
    "people.answer_reveal": CUSTODIANS,
    "people.show_reveal": CUSTODIANS,
    "people.settle": CUSTODIANS,
    "phone.show": READERS,
    "phone.messages": READERS,
    "phone.send": READERS,
    "phone.line": READERS,
    "phone.add": READERS,
    "phone.remove": READERS,
    "phone.begin": READERS,
    "phone.halt": READERS,
    "drills.show": READERS,
    "drills.export": READERS,
    "drills.begin": COORDINATORS,
    "drills.stop": COORDINATORS,
    "drills.agree": COORDINATORS,
    "proposals.show": ROUTERS,
    "proposals.agree": ROUTERS,
    "proposals.agree_people": ROUTERS,
    "proposals.alone": ROUTERS,
    "proposals.withdraw": ROUTERS,
    "routes.show": ROUTERS,
    "routes.new": ROUTERS,
    "routes.one": ROUTERS,
    "routes.create": ROUTERS,
    "routes.change": ROUTERS,
    "rotas.show": ROUTERS,
    "rotas.one": ROUTERS,
    "rotas.create": ROUTERS,
    "rotas.duty": ROUTERS,
    "rotas.change": ROUTERS,
    "rotas.cover": ROUTERS,
    "rotas.uncover": ROUTERS,
    "digests.show": ROUTERS,
    "digests.one": COORDINATORS,
    "digests.paper": COORDINATORS,
    "digests.create": ROUTERS,
    "digests.change": ROUTERS,
    "chains.show": ROUTERS,
    "chains.new": ROUTERS,
    "chains.one": ROUTERS,
    "chains.create": ROUTERS,
    "chains.change": ROUTERS,
    "dryrun.show": ROUTERS,
    "codes.show": COORDINATORS,
    "codes.save": COORDINATORS,
    "feedback.show": COORDINATORS,
    "feedback.change": COORDINATORS,
    "feedback.text": COORDINATORS,
    "feedback.edit": COORDINATORS,
    "gateways.show": ROUTERS,
    "gateways.switch": ROUTERS,
    "gateways.route": ROUTERS,
    "gateways.price": ROUTERS,
    "gateways.drop": ROUTERS,
    "gateways.limit": ROUTERS,
    "gateways.test": ROUTERS,
    "audit.show": AUDITORS,
    "tokens.show": ADMINS,
    "tokens.create": ADMINS,
    "tokens.revoke": ADMINS,
    "users.show": ADMINS,
    "users.create": ADMINS,
    "users.change": ADMINS,
    "users.reset": ADMINS,
    "users.codes": ADMINS,
    "users.shut": ADMINS,
    "house.show": ROUTERS,
    "house.priorities": ROUTERS,
    "house.save_priorities": ROUTERS,
    "house.exercise": ROUTERS,
    "house.set_exercise": ROUTERS,
    "house.words": ROUTERS,
    "house.save_word": ROUTERS,
    "house.word": ROUTERS,
    "house.change_word": ROUTERS,
    "house.calendar": ROUTERS,
    "house.add_occasion": ROUTERS,
    "house.change_occasion": ROUTERS,
    "house.population": ROUTERS,
    "house.bring_population": ROUTERS,
    "house.retention": ROUTERS,
    "house.set_retention": ROUTERS,
    "house.places": ROUTERS,
    "house.bring_places": ROUTERS,
    "house.decide_places": ROUTERS,
    "house.texts": COORDINATORS,
    "house.hold": COORDINATORS,
    "api.incidents": READERS,
    "api.incident": READERS,
    "api.reports": READERS,
    "api.report": READERS,
    "api.areas": READERS,
    "api.area": READERS,
    "api.alerts": READERS,
    "api.alert": READERS,
    "api.cap": READERS,
    "api.cap_certificate": READERS,
    "api.cap_feed": READERS,
    "api.cap_message": READERS,
    "api.openapi": ALL,
}
PAGES = ("/", "/map", "/alerts", "/people", "/account", "/phone", "/leftovers", "/areas", "/wall")
#: Who opens these is logged out.
LEAVING = frozenset({"login.leave", "wall.hang"})
VALUES = {"ref": "INONE00", "filename": "logo.svg"}


@pytest.fixture
def app(environment: dict[str, str], request: pytest.FixtureRequest) -> Flask:
    """The console with everything on, the phones of the demonstration too."""
    environment["MBIU_DEMO"] = "1"
    request.getfixturevalue("settings")
    from review import create_app

    return create_app()


def _calls(app: Flask) -> list[tuple[str, str, str]]:
    """Each endpoint with a method and a path that leads to it."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values = {name: VALUES.get(name, uuid4()) for name in rule.arguments}
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            found.append((rule.endpoint, method, app.url_for(rule.endpoint, **values)))
    return found


def _open(client: FlaskClient, path: str, method: str, data: object = None) -> TestResponse:
    """The answer, with the file that it may hold closed."""
    answer = client.open(path, method=method, data=data)
    answer.close()
    return answer


def test_every_endpoint_is_in_the_table(app: Flask) -> None:
    assert {endpoint for endpoint, _, _ in _calls(app)} == set(TABLE)


def test_only_the_named_few_are_open(app: Flask) -> None:
    assert {endpoint for endpoint, who in TABLE.items() if who is ANYBODY} == doors.OPEN


def test_a_stranger_gets_through_no_door(app: Flask, people: None) -> None:
    for endpoint, method, path in _calls(app):
        status = _open(app.test_client(), path, method).status_code
        expected = {200, 400} if TABLE[endpoint] is ANYBODY else {302, 401}
        assert status in expected, endpoint


@pytest.mark.parametrize("name", PEOPLE)
def test_each_role_opens_its_doors_and_no_other(app: Flask, as_: Callable[[str], Browser], name: str) -> None:
    browser, role = as_(name), PEOPLE[name]
    token = browser.token()
    for endpoint, method, path in _calls(app):
        if endpoint in LEAVING and role in TABLE[endpoint]:
            continue
        data = {"csrf_token": token} if method == "POST" else None
        answer = _open(browser.client, path, method, data)
        if TABLE[endpoint] is ANYBODY or role in TABLE[endpoint]:
            assert answer.status_code not in {401, 403}, endpoint
        elif endpoint == "queue.show":
            assert answer.status_code == 302
        else:
            assert answer.status_code == 403, endpoint


def test_no_form_is_taken_without_its_token(app: Flask, as_: Callable[[str], Browser]) -> None:
    browsers = {role: as_(name) for name, role in PEOPLE.items()}
    for endpoint, method, path in _calls(app):
        if method != "POST":
            continue
        who = next((role for role in TABLE[endpoint] if role in browsers), Role.ANALYST)
        if endpoint == "login.enter":
            answer = app.test_client().post(path, data={"name": "ruth"})
        else:
            answer = browsers[Role(who)].client.post(path, data={})
        assert answer.status_code == 400, endpoint


def test_every_answer_carries_the_headers(app: Flask, ruth: Browser) -> None:
    for endpoint, method, path in _calls(app):
        answer = _open(ruth.client, path, method)
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (endpoint, name)
        assert "no-" in answer.headers["Cache-Control"], endpoint


def test_no_page_has_inline_script_or_style(app: Flask, ruth: Browser, grave: str) -> None:
    for path in (*PAGES, f"/incidents/{grave}"):
        page = ruth.get(path).text
        assert "<script>" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<style" not in page


def test_an_unknown_page_is_a_plain_404(ruth: Browser) -> None:
    answer = ruth.get("/no-such-page")
    assert answer.status_code == 404
    assert "Nothing here" in answer.text


def test_the_menu_shows_what_the_role_may_open(as_: Callable[[str], Browser]) -> None:
    page = as_("esther").get("/admin/users").text
    assert ">Users</a>" in page
    assert ">Queue</a>" not in page
