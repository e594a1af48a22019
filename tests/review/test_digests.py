"""The page of briefs: ordered, looked at beforehand, ordered off."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from mbiu.codes import AddressKind
from mbiu.db import transaction
from mbiu.models import AuditEntry, Digest, User
from tests.cast import DANIEL, approve, count, incident_of, person, tell, user
from tests.review.conftest import SMALL, Browser
from tests.review.counting import queries

KASESE = "/ug/ug-western/ug-kasese/"
FORM = {
    "code": "kas-91",
    "kind": "sms",
    "area": KASESE,
    "often": "daily",
    "weekday": "0",
    "hour": "7",
    "active": "1",
}


@pytest.fixture
def miriam(as_: Callable[[str], Browser]) -> Browser:
    person("KAS-91", DANIEL)
    return as_("miriam")


def ordered(miriam: Browser, **fields: str) -> Digest:
    assert "The brief is ordered." in miriam.post("/digests", **{**FORM, **fields}).text
    with transaction() as session:
        return session.scalars(select(Digest)).one()


def test_a_brief_is_ordered_changed_and_ordered_off(miriam: Browser) -> None:
    row = ordered(miriam)
    assert (row.weekly, row.hour, row.always) == (False, 7, False)
    page = miriam.post(
        f"/digests/{row.id}", **{**FORM, "often": "weekly", "weekday": "4", "always": "1"}
    ).text
    assert "every week on Friday at 07:00" in page
    assert "Nobody of that code name" in miriam.post("/digests", **{**FORM, "kind": "email"}).text
    assert "ordered off" in miriam.post(f"/digests/{row.id}", remove="1").text
    assert count(Digest) == 0


def test_what_it_would_say_is_seen_beforehand(miriam: Browser) -> None:
    """With the place rounded to the district, and as a file that is noted in the audit."""
    approve(incident_of(tell(SMALL)).ref, user("anna"))
    row = ordered(miriam)
    page = miriam.get(f"/digests/{row.id}").text
    assert "new 1, open 1, answered 0, closed 0." in page
    assert "Bwera" not in page
    answer = miriam.get(f"/digests/{row.id}/brief.pdf")
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
    with transaction() as session:
        noted = select(AuditEntry.action).where(AuditEntry.object == f"digest:{row.id}")
        assert session.scalars(noted).all() == [
            "digest.saved", "digest.printed",
        ]  # fmt: skip


def test_many_briefs_are_asked_for_in_as_many_questions_as_one(miriam: Browser) -> None:
    ordered(miriam)
    with queries() as one:
        miriam.get("/digests")
    for area in ("/", "/ug/", "/ke/"):
        miriam.post("/digests", **{**FORM, "area": area})
    with queries() as four:
        miriam.get("/digests")
    assert (count(Digest), len(four)) == (4, len(one))


def test_a_coordinator_of_one_area_orders_nothing_of_another(miriam: Browser) -> None:
    person("TG-1", "5550009", kind=AddressKind.TELEGRAM, channel="telegram")
    row = ordered(miriam, area="/", kind="telegram", code="TG-1")
    with transaction() as session:
        session.execute(update(User).where(User.name == "miriam").values(scope=KASESE))
    assert "There is no such area." in miriam.post("/digests", **{**FORM, "area": "/"}).text
    assert "There is no such brief." in miriam.post(f"/digests/{row.id}", remove="1").text
    assert "TG-1" not in miriam.get("/digests").text
    assert miriam.get(f"/digests/{row.id}").status_code == 404
    assert miriam.get(f"/digests/{row.id}/brief.pdf").status_code == 404
    assert count(Digest) == 1
