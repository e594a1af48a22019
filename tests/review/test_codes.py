"""The table of report codes on its page."""

from collections.abc import Callable

import pytest

from mbiu import codebook
from mbiu.codes import EventType
from mbiu.db import transaction
from mbiu.models import AuditEntry, ReportCode
from tests import cast
from tests.review.conftest import Browser

As = Callable[[str], Browser]


def test_a_code_is_made_changed_and_understood_at_once(as_: As) -> None:
    miriam = as_("miriam")
    fields = {"event_type": "cattle_raid", "numbers": ["killed", "livestock"], "active": "on"}
    assert "C4 is saved" in miriam.post("/codes", code="c4", words="raid", **fields).text
    assert "C4" in miriam.get("/codes").text
    ref = str(cast.say("c4/2/30 Bwera in Kasese").ref)
    assert cast.report_of(ref).told == {"event_type": "cattle_raid", "killed": 2, "livestock": 30}
    miriam.post("/codes", code="C4", event_type="dispute", words="quarrel")
    codebook.forget()
    assert cast.report_of(str(cast.say("NEW c4/2/30 Bwera").ref)).told == {}
    with transaction() as session:
        row = session.get(ReportCode, "C4")
        assert row is not None
        assert (row.event_type, row.active) == (EventType.DISPUTE, False)
    assert cast.count(AuditEntry, AuditEntry.action == "code.saved") == 2


@pytest.mark.parametrize("code", ["1", "STOP", "help", "", "C 4", "TOO-LONG-CODE"])
def test_a_code_that_could_mean_something_else_is_refused(as_: As, code: str) -> None:
    answer = as_("miriam").post("/codes", code=code, event_type="dispute", active="on")
    assert "means something else" in answer.text or "1 to 8 letters" in answer.text
    assert cast.count(ReportCode) == 0


@pytest.mark.parametrize("code", ["RAID", "gun", "VITA2"])
def test_a_code_that_tells_what_it_is_about_is_refused_for_it_is_echoed(as_: As, code: str) -> None:
    answer = as_("miriam").post("/codes", code=code, event_type="dispute", active="on")
    assert "tells what it is about" in answer.text
    assert cast.count(ReportCode) == 0
