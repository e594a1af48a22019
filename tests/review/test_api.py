"""The API: who may read what, how lists go on, and that the document says the truth."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from openapi_spec_validator import validate
from sqlalchemy import func, select, update

from mbiu import correction, routing
from mbiu.db import transaction
from mbiu.models import Alert, ApiToken, AuditEntry, Incident, Report, utcnow
from mbiu.tokens import Scope
from review.api.models import AlertPage, AreaPage, IncidentDetail, IncidentPage, ReportOut, ReportPage
from tests import cast
from tests.review.conftest import Browser
from tests.review.counting import queries
from tests.review.programs import EVERY, PLAIN, program
from tests.review.test_queue import _many

KWEEN = "/ug/ug-eastern/ug-kween/"
KASESE = "/ug/ug-western/ug-kasese/"


@pytest.fixture
def alerted(app: Flask, people: None, small: str) -> str:
    """A dispute in Kasese that was verified and alerted; its reference."""
    peter = cast.user("verifier")
    cast.approve(small, peter)
    cast.route("elders", [[cast.person("UG-1", cast.DANIEL)]])
    with transaction() as session:
        routing.send(session, peter, small)
    return small


def paths(alerted: str) -> list[str]:
    """Every documented path with an id that exists, by what the lists of the database say."""
    with transaction() as session:
        report = session.scalars(
            select(Report.ref)
            .join(Incident, Incident.id == Report.incident_id)
            .where(Incident.ref == alerted)
        ).one()
    (alert,) = _alerts(alerted)
    return [
        f"incidents/{alerted}",
        f"reports/{report}",
        "areas/ug-kasese",
        f"alerts/{alert}",
        "incidents",
        "reports",
        "areas",
        "alerts",
        f"alerts/{alert}/cap",
        f"alerts/{alert}/cap/1",
        "alerts/feed",
        "alerts/certificate",
    ]


def _alerts(incident: str) -> list[str]:
    with transaction() as session:
        query = select(Alert.ref).join(Incident, Incident.id == Alert.incident_id)
        return list(session.scalars(query.where(Incident.ref == incident)))


def _reports(count: int) -> None:
    """That many reports of different people and events."""
    for number in range(count):
        cast.say(f"Land dispute in Bwera, Kasese, house {number} was burnt", f"+2567720005{number:02}")
    cast.read_all()


# --- the document ------------------------------------------------------------------------------


def test_the_document_is_valid_and_describes_every_path(ruth: Browser) -> None:
    document = ruth.get("/api/v1/openapi.json").get_json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    every = (str(rule).replace("<int:", "<") for rule in ruth.client.application.url_map.iter_rules())
    rules = {rule for rule in every if rule.startswith("/api/v1/")}
    documented = {re.sub(r"\{(\w+)\}", r"<\1>", path) for path in document["paths"]}
    assert documented | {"/api/v1/openapi.json"} == rules


def test_every_documented_path_is_walked_by_these_tests(ruth: Browser, alerted: str) -> None:
    documented = set(ruth.get("/api/v1/openapi.json").get_json()["paths"])
    walked = {
        re.sub(r"/(?:[IRA][A-Z0-9]{6}|ug-kasese|1)(?=/|$)", "/{}", f"/api/v1/{path}")
        for path in paths(alerted)
    }
    assert walked == {re.sub(r"\{\w+\}", "{}", path) for path in documented}


def test_a_token_opens_every_path_in_the_documented_shape(app: Flask, alerted: str) -> None:
    with_all = program(app)
    for path in paths(alerted):
        answer = with_all.get(path)
        assert answer.status_code == 200, path
        assert "Set-Cookie" not in answer.headers, path
    assert with_all.get("openapi.json").status_code == 200
    assert [
        one.ref for one in IncidentPage.model_validate(with_all.get("incidents?state=all").json).incidents
    ] == [alerted]
    for model, path in ((ReportPage, "reports"), (AlertPage, "alerts"), (AreaPage, "areas")):
        model.model_validate(with_all.get(path).get_json())


def test_without_a_token_no_path_opens(app: Flask, alerted: str) -> None:
    stranger = app.test_client()
    for path in [*paths(alerted), "openapi.json"]:
        for header in ({}, {"Authorization": "Bearer mbiu_" + "A" * 43}, {"Authorization": "Basic eDp5"}):
            answer = stranger.get(f"/api/v1/{path}", headers=header)
            assert answer.status_code == 401, path
            assert answer.mimetype == "application/problem+json"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.get_json()["status"] == 401


@pytest.mark.parametrize("scope", ["incidents", "reports", "areas", "alerts"])
def test_a_wrong_scope_opens_no_path_of_another(app: Flask, alerted: str, scope: str) -> None:
    only = program(app, frozenset({Scope(scope)}))
    for path in paths(alerted):
        answer = only.get(path)
        assert answer.status_code == (200 if path.startswith(scope) else 403), path
        if answer.status_code == 403:
            assert answer.get_json()["scope"] == path.partition("/")[0]


def test_another_area_is_as_if_nothing_were_there(app: Flask, alerted: str) -> None:
    elsewhere = program(app, area=KWEEN)
    for path in paths(alerted):
        answer = elsewhere.get(path)
        if path == "alerts/feed":
            assert "entry" not in answer.text
        elif path == "alerts/certificate":
            assert answer.status_code == 200
        elif "/" in path:
            absent = elsewhere.get(re.sub(r"/[^/]+", "/INONE00", path, count=1))
            assert (answer.status_code, answer.data) == (404, absent.data), path
        else:
            assert answer.status_code == 200
            listed = answer.get_json()[path]
            assert all(one.get("path", "").startswith(KWEEN) for one in listed), path
    assert program(app, area=f"{KWEEN},{KASESE}").get(f"incidents/{alerted}").status_code == 200


def test_who_sees_no_report_on_the_console_sees_none_here(as_: Callable[[str], Browser]) -> None:
    assert as_("esther").get("/api/v1/incidents").status_code == 403


# --- what a token shows ------------------------------------------------------------------------


def test_without_more_a_token_shows_what_a_partner_may_know(app: Flask, alerted: str, grave: str) -> None:
    partner = program(app, PLAIN)
    (one,) = partner.get("incidents").get_json()["incidents"]
    assert one["ref"] == alerted
    assert one["area_path"] == KASESE
    assert one["lat"] * 100 % 10 == pytest.approx(5)
    for hidden in ("priority", "created_at", "updated_at", "place_id", "reports", "grade_source"):
        assert one[hidden] is None
    assert partner.get(f"incidents/{grave}").status_code == 404
    detail = IncidentDetail.model_validate(partner.get(f"incidents/{alerted}").get_json())
    assert (detail.report_refs, len(detail.alert_refs)) == ([], 1)


def test_a_report_shows_words_and_code_names_by_scopes_of_their_own(app: Flask, alerted: str) -> None:
    path = paths(alerted)[1]
    plain = ReportOut.model_validate(program(app, PLAIN).get(path).get_json())
    assert (plain.words, plain.sender, plain.reading) == (None, None, None)
    assert (plain.created_at.hour % 6, plain.created_at.minute, plain.created_at.second) == (0, 0, 0)
    assert plain.area_path == KASESE
    wordy = ReportOut.model_validate(program(app, PLAIN | {Scope.WORDS}).get(path).get_json())
    assert wordy.words == "Land dispute between two clans in Bwera, Kasese, elders are talking to them"
    assert wordy.sender is None
    named = ReportOut.model_validate(program(app, PLAIN | {Scope.CODES}).get(path).get_json())
    assert named.sender == cast.contact_of(cast.JOSEPH).code
    assert named.words is None


def test_no_scope_shows_a_number(app: Flask, people: None) -> None:
    cast.tell("Land dispute in Bwera, Kasese. Call me on 0772 000 101 or +256772000199, 3 people hurt")
    every = program(app)
    for path in ("reports", "incidents?state=all", "alerts"):
        text = every.get(path).text
        assert not re.search(r"772.?000.?1", text), path
    (one,) = every.get("reports").get_json()["reports"]
    assert one["words"].endswith("Call me on [number] or [number], 3 people hurt")


def test_an_alert_names_its_recipients_only_by_scope(app: Flask, alerted: str) -> None:
    plain = AlertPage.model_validate(program(app, PLAIN).get("alerts").get_json()).alerts
    assert [(one.incident, one.recipients, one.deliveries) for one in plain] == [
        (alerted, None, {"queued": 1})
    ]
    named = AlertPage.model_validate(program(app).get("alerts").get_json()).alerts
    assert [one.code for one in named[0].recipients or []] == ["UG-1"]


def test_what_was_written_under_duress_leaves_by_no_token(
    app: Flask, alerted: str, as_: Callable[[str], Browser]
) -> None:
    path = paths(alerted)[1]
    with transaction() as session:
        session.execute(update(Report).values(duress=True))
    assert program(app).get(path).status_code == 404
    assert program(app).get("reports").get_json()["reports"] == []
    assert program(app, PLAIN).get(f"incidents/{alerted}").status_code == 404
    assert as_("miriam").get(f"/api/v1/{path}").status_code == 200


def test_a_restricted_incident_is_for_tokens_with_the_scope_alone(app: Flask, alerted: str) -> None:
    with transaction() as session:
        session.execute(update(Incident).values(restricted=True))
    report = paths(alerted)[1]
    for path in (f"incidents/{alerted}", report, paths(alerted)[3]):
        assert program(app, EVERY - {Scope.RESTRICTED}).get(path).status_code == 404, path
        assert program(app).get(path).status_code == 200, path


# --- lists -------------------------------------------------------------------------------------


def test_the_queue_is_read_in_pages(ruth: Browser) -> None:
    wanted, seen, after = _many(25), list[str](), ""
    while True:
        page = IncidentPage.model_validate(ruth.get(f"/api/v1/incidents?limit=10&after={after}").get_json())
        seen += [one.ref for one in page.incidents]
        if not page.more:
            break
        after = page.next or ""
    assert seen == wanted


def test_who_polls_for_changes_misses_none(app: Flask, people: None) -> None:
    old, wanted = utcnow() - dt.timedelta(hours=1), _many(7)
    with transaction() as session:
        session.execute(update(Incident).values(updated_at=old))
    every, seen, after = program(app), list[str](), ""
    for _ in range(4):
        query = f"after={after}" if after else "updated_since=2020-01-01T00:00:00Z"
        page = IncidentPage.model_validate(every.get(f"incidents?limit=3&{query}").get_json())
        seen += [one.ref for one in page.incidents]
        after = page.next or after
    assert (sorted(seen), page.more) == (sorted(wanted), False)
    with transaction() as session:
        session.execute(update(Incident).where(Incident.ref == seen[0]).values(updated_at=utcnow()))
    for _ in range(2):  # so new a change is told again, in case an older one comes after it
        page = IncidentPage.model_validate(every.get(f"incidents?after={after}").get_json())
        assert [one.ref for one in page.incidents] == seen[:1]
        after = page.next or after


def test_reports_and_areas_are_read_in_pages(app: Flask, people: None) -> None:
    _reports(5)
    every = program(app)
    for path, key in (("reports?", "reports"), ("areas?parent=ug&", "areas")):
        first = every.get(f"{path}limit=200").get_json()
        seen, after = [], ""
        while True:
            page = every.get(f"{path}limit=2&after={after}").get_json()
            seen += page[key]
            after = page["next"]
            if not page["more"]:
                break
        assert seen == first[key], path


def test_filters_narrow_and_a_misspelt_one_is_refused(app: Flask, alerted: str, grave: str) -> None:
    every = program(app)

    def refs(query: str) -> set[str]:
        return {one["ref"] for one in every.get(f"incidents?{query}").get_json()["incidents"]}

    assert refs("") == {grave}
    assert refs("state=all") == {alerted, grave}
    assert refs("state=alerted") == {alerted}
    assert refs(f"state=all&area={KWEEN}") == set()
    assert refs("state=all&type=attack") == {grave}
    assert refs("state=all&exercise=true") == set()
    for query in (
        "updatedSince=2020-01-01",
        "state=every",
        "area=ug",
        "updated_since=2020-01-01",
        "after=abc",
    ):
        answer = every.get(f"incidents?{query}")
        assert answer.status_code == 400, query
        assert answer.mimetype == "application/problem+json"
    assert every.get("incidents?area=ug").get_json()["errors"][0]["parameter"] == "area"


@pytest.mark.parametrize("limit", ["0", "-1", "x", "201", "9" * 40])
def test_a_wrong_size_is_refused(ruth: Browser, limit: str) -> None:
    answer = ruth.get(f"/api/v1/incidents?limit={limit}")
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["parameter"] == "limit"


def test_what_did_not_change_is_not_sent_again(app: Flask, alerted: str) -> None:
    every = program(app)
    for path in paths(alerted):
        first = every.get(path)
        again = every.get(path, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data) == (304, b""), path
    peter = cast.user("corrector")
    etag = every.get(f"incidents/{alerted}").headers["ETag"]
    with transaction() as session:
        correction.correct(session, peter, alerted, {"urgency": "expected"})
    assert every.get(f"incidents/{alerted}", If_None_Match=etag).status_code == 200


# --- limits and the record ---------------------------------------------------------------------


def test_a_token_asks_so_often_a_minute_and_no_more(app: Flask, people: None) -> None:
    slow = program(app, per_minute=3)
    left = [slow.get("areas").headers["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = slow.get("areas")
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    with transaction() as session:
        session.execute(update(ApiToken).values(taken_from=utcnow() - dt.timedelta(seconds=61)))
    assert slow.get("areas").status_code == 200


def test_looking_by_program_is_recorded(app: Flask, alerted: str, ruth: Browser) -> None:
    every = program(app)
    every.get(f"incidents/{alerted}")
    every.get("reports")
    ruth.get(f"/api/v1/incidents/{alerted}")
    with transaction() as session:
        seen = session.execute(
            select(AuditEntry.actor, AuditEntry.action, AuditEntry.object)
            .where(AuditEntry.action.in_(["incident.viewed", "reports.read"]))
            .order_by(AuditEntry.seq)
        ).all()
        refs = session.scalar(select(Report.ref))
        told = session.scalar(select(AuditEntry.details).where(AuditEntry.action == "reports.read"))
    assert [tuple(one) for one in seen] == [
        ("token:observatory", "incident.viewed", f"incident:{alerted}"),
        ("token:observatory", "reports.read", "api:reports"),
        ("ruth", "incident.viewed", f"incident:{alerted}"),
    ]
    assert told == {"refs": [refs], "scopes": ["contacts:codes", "reports:words"]}


def test_an_incident_without_a_place_is_told_all_the_same(as_: Callable[[str], Browser]) -> None:
    cast.tell("Armed men attacked us this morning, 2 people killed")
    ruth = as_("ruth")
    (one,) = ruth.get("/api/v1/incidents").get_json()["incidents"]
    assert (one["lat"], one["numbers"]["killed"]["best"]) == (None, 2)


def test_a_page_costs_the_same_number_of_queries_however_long(app: Flask, people: None) -> None:
    every = program(app)
    _reports(2)
    with queries() as few:
        every.get("reports")
        every.get("incidents?state=all")
    _reports(6)
    with queries() as many:
        every.get("reports")
        every.get("incidents?state=all")
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Report)) == 8
    assert len(many) == len(few)
