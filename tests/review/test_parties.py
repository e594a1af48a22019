"""Never to a party, on the pages: who is left out, the exception by two, what a person belongs to."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from mbiu.codes import ResponderClass
from mbiu.db import transaction
from mbiu.models import Affiliation, AuditEntry, PartyOverride
from mbiu.settings import Settings
from tests.cast import DANIEL, GRACE, approve, incident, incident_of, person, route, tell, texts_to, user
from tests.review.conftest import Browser

KASESE = "/ug/ug-western/ug-kasese/"
BEATEN = "Police beat traders at the market in Bwera, Kasese this morning"


@pytest.fixture
def beaten(settings: Settings) -> str:
    """What is told of the police, with a route to their liaison and to a mediator."""
    ref = incident_of(tell(BEATEN)).ref
    near = {"area_path": KASESE}
    grace = person("KAS-P", GRACE, responder_class=ResponderClass.POLICE_LIAISON, **near)
    daniel = person("KAS-M", DANIEL, responder_class=ResponderClass.MEDIATOR, **near)
    person("KAS-L", "+256772000205", responder_class=ResponderClass.LOCAL_ADMINISTRATION, **near)
    route("Kasese", [[grace, daniel]])
    return ref


def test_whoever_is_left_out_is_shown_with_who_could_be_told_instead(beaten: str, ruth: Browser) -> None:
    page = ruth.get(f"/incidents/{beaten}").text
    panel = page[page.index('id="parties"') :]
    assert "<b>KAS-P</b>" in panel
    assert "belongs to an institution that is named as a suspected party" in panel
    assert re.search(r'href="/people/KAS-L"[^>]*>KAS-L', panel)


def test_a_second_person_lets_somebody_through_in_writing(
    beaten: str, ruth: Browser, as_: Callable[[str], Browser]
) -> None:
    miriam = as_("miriam")
    ruth.post(f"/incidents/{beaten}/overrides", code="KAS-P", reason="She can free them")
    with transaction() as session:
        asked = session.scalars(select(PartyOverride)).one()
    agree = f"/incidents/{beaten}/overrides/{asked.id}/agree"
    assert "another person must agree" in ruth.post(agree, reason="Yes").text
    assert "She can free them" in miriam.get(f"/incidents/{beaten}").text
    page = miriam.post(agree, reason="I spoke with her superior").text
    assert "An exception for a party was agreed: KAS-P" in page
    approve(beaten, user("joyce"))
    ruth.post(f"/incidents/{beaten}/alert")
    assert len(texts_to(GRACE, "alert")) == 1
    with transaction() as session:
        kept = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("override."))).all()
    assert [one.action for one in kept] == ["override.asked", "override.agreed"]
    assert "free them" not in str([one.details for one in kept])


def test_without_it_the_alert_leaves_the_party_out(beaten: str, ruth: Browser) -> None:
    approve(beaten, user("joyce"))
    ruth.post(f"/incidents/{beaten}/alert")
    assert (len(texts_to(DANIEL, "alert")), texts_to(GRACE, "alert")) == (1, [])


def test_what_a_person_belongs_to_ends_by_two(
    beaten: str, ruth: Browser, as_: Callable[[str], Browser]
) -> None:
    assert '<b dir="auto">police</b>' in ruth.get("/people/KAS-P").text
    ruth.post("/people/KAS-M/affiliations", kind="community", name="Bakonzo")
    with transaction() as session:
        row = session.scalars(select(Affiliation).where(Affiliation.name == "Bakonzo")).one()
    path = f"/people/KAS-M/affiliations/{row.id}"
    ruth.post(path, do="ask")
    assert "another person must agree" in ruth.post(path, do="agree").text
    as_("miriam").post(path, do="agree")
    assert "Bakonzo" not in ruth.get("/people/KAS-M").text
    assert ruth.post("/people/NOBODY/affiliations", kind="unit", name="GSU").status_code == 404


def test_a_child_that_was_harmed_takes_the_path_for_survivors(
    beaten: str, as_: Callable[[str], Browser]
) -> None:
    miriam = as_("miriam")
    row = incident(beaten)
    miriam.post(f"/incidents/{beaten}/child", child="1", version=row.version)
    assert incident(beaten).survivor
    page = miriam.get(f"/incidents/{beaten}").text
    assert "path for survivors" in page
    assert "No referral service is registered near" in page


def test_the_alert_of_a_survivor_tells_nothing_again(as_: Callable[[str], Browser]) -> None:
    ref = incident_of(tell("A woman was raped in Bwera, Kasese last night")).ref
    helps = person("KAS-R", GRACE, responder_class=ResponderClass.REFERRAL_SERVICE, area_path=KASESE)
    route("Kasese", [[helps, person("KAS-M", DANIEL)]])
    approve(ref, user("joyce"), user("daisy"))
    as_("miriam").post(f"/incidents/{ref}/alert")
    (said,) = texts_to(GRACE, "alert")
    assert "Kasese: somebody needs your help" in said
    assert not re.search("(?i)sexual|rape|Bwera|SEVERE", said)
    assert texts_to(DANIEL, "alert") == []
