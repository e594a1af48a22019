import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from mbiu.db import transaction
from mbiu.models import AuditEntry, Incident
from review.views.api import IncidentDetail, IncidentPage, ReportOut
from tests import cast
from tests.review.conftest import Browser
from tests.review.test_queue import _many


def test_an_incident_as_json_has_the_documented_shape(ruth: Browser, grave: str) -> None:
    answer = ruth.get(f"/api/v1/incidents/{grave}").get_json()
    found = IncidentDetail.model_validate(answer)
    assert (found.ref, found.event_type, found.numbers["killed"]["best"]) == (grave, "attack", 9)
    assert (
        ReportOut.model_validate(ruth.get(f"/api/v1/reports/{found.report_refs[0]}").get_json()).incident
        == grave
    )


def test_the_list_is_read_in_pages(ruth: Browser) -> None:
    wanted, seen, after = _many(25), list[str](), ""
    while True:
        page = IncidentPage.model_validate(ruth.get(f"/api/v1/incidents?limit=10&after={after}").get_json())
        seen += [one.ref for one in page.incidents]
        if page.next is None:
            break
        after = page.next
    assert seen == wanted


@pytest.mark.parametrize("limit", ["0", "-1", "x", "201", "9" * 40, "٣"])
def test_a_wrong_size_is_refused_as_json(ruth: Browser, limit: str) -> None:
    answer = ruth.get(f"/api/v1/incidents?limit={limit}")
    assert answer.status_code == 400
    assert set(answer.get_json()) == {"error", "detail"}


def test_without_a_log_in_the_answer_is_401_as_json(stranger: Browser) -> None:
    answer = stranger.get("/api/v1/incidents")
    assert answer.status_code == 401
    assert answer.get_json()["error"] == "Log in first"


def test_the_document_describes_every_path(ruth: Browser) -> None:
    document = ruth.get("/api/v1/openapi.json").get_json()
    rules = {
        str(rule) for rule in ruth.client.application.url_map.iter_rules() if str(rule).startswith("/api/v1/")
    }
    documented = {re.sub(r"\{(\w+)\}", r"<\1>", path) for path in document["paths"]}
    assert documented | {"/api/v1/openapi.json"} == rules


def test_every_reference_in_the_document_leads_somewhere(ruth: Browser) -> None:
    text = ruth.get("/api/v1/openapi.json").text
    schemas = ruth.get("/api/v1/openapi.json").get_json()["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", text)) <= set(schemas)


def test_looking_by_program_is_recorded_too(ruth: Browser, grave: str) -> None:
    ruth.get(f"/api/v1/incidents/{grave}")
    with transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "incident.viewed")).one()
    assert entry.details == {"by": "api"}


def test_no_field_names_a_person(ruth: Browser, grave: str) -> None:
    report = ruth.get(f"/api/v1/incidents/{grave}").get_json()["report_refs"][0]
    text = ruth.get(f"/api/v1/reports/{report}").text
    assert "contact" not in text
    assert cast.AMINA[1:] not in text


def test_an_unread_incident_needs_no_place(as_: Callable[[str], Browser]) -> None:
    cast.tell("Armed men attacked us this morning, 2 people killed")
    with transaction() as session:
        assert session.scalars(select(Incident)).one().lat is None
    ruth = as_("ruth")
    (one,) = ruth.get("/api/v1/incidents").get_json()["incidents"]
    assert one["lat"] is None
    assert "No place is known yet" in ruth.get(f"/incidents/{one['ref']}").text
