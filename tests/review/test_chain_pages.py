"""Routes and chains on their pages, and the dry run."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, update

from mbiu.codes import ResponderClass
from mbiu.db import transaction
from mbiu.disclosure import Why
from mbiu.models import AuditEntry, EscalationChain, Route, RuleVersion, User, utcnow
from review.labels import SAID
from tests import cast
from tests.review.conftest import Browser

As = Callable[[str], Browser]

CHAIN = {
    "name": "Elders",
    "active": "1",
    "s1_people": "kas-91",
    "s1_wait": "20",
    "s1_repeats": "1",
    "s1_gap": "5",
    "s2_class1": "police_liaison",
    "s2_area1": "region",
    "s2_quorum1": "mediator",
    "s2_count1": "1",
    "s2_quorum2": "police_liaison",
    "s2_count2": "1",
    "s2_wait": "45",
    "s2_repeats": "0",
    "s2_gap": "10",
    "s2_from": "6",
    "s2_to": "21",
}


@pytest.fixture
def miriam(as_: As) -> Browser:
    cast.person("KAS-91", cast.DANIEL, responder_class=ResponderClass.MEDIATOR)
    cast.person(
        "UG-92", cast.GRACE, responder_class=ResponderClass.POLICE_LIAISON, area_path="/ug/ug-western/"
    )
    return as_("miriam")


def make_chain(browser: Browser, **fields: str) -> UUID:
    browser.post("/admin/chains", **CHAIN | fields)
    with transaction() as session:
        return session.scalars(select(EscalationChain.id)).one()


def _route(chain_id: UUID, **fields: object) -> dict[str, object]:
    usual = {"name": "Uganda", "area": "/ug/", "min_severity": "moderate", "min_certainty": "likely"}
    usual |= {"exercise": "any", "active": "1", "chain": str(chain_id), "hour_from": "", "hour_to": ""}
    return usual | {"types": ["attack", "cattle_raid"], "drivers": ["cattle"]} | fields


@pytest.fixture
def second(as_: As) -> Callable[[], str]:
    """Another person agrees to all that waits; the page after it."""
    esther = as_("esther")

    def agree() -> str:
        page = esther.get("/admin/proposals").text
        for action in re.findall(r'action="(/admin/proposals/[^"]+/agree)"', page):
            page = esther.post(action).text
        return page

    return agree


def test_a_chain_is_made_shown_in_words_and_changed(miriam: Browser) -> None:
    chain = make_chain(miriam)
    with transaction() as session:
        steps = session.get_one(EscalationChain, chain).steps
    assert [step["wait_minutes"] for step in steps] == [20, 45]
    assert steps[1]["who"] == [{"kind": "class", "class": "police_liaison", "area": "region"}]
    assert steps[1]["hours"] == {"from": 6, "to": 21}
    page = miriam.get("/admin/chains").text
    for words in ("KAS-91", "Police liaison: its region", "told again 1 time", "from 6:00 to 21:00"):
        assert words in page
    assert "enough: 1 × Mediator and 1 × Police liaison" in page
    changed = miriam.post(f"/admin/chains/{chain}", **CHAIN | {"version": "1", "s1_wait": "30"}).text
    assert "version 2" in changed
    assert "waits 20 min" in changed
    assert 'value="30"' in changed


WRONG_CHAINS: tuple[tuple[dict[str, str], str], ...] = (
    ({"name": " "}, "needs a name"),
    ({"s1_people": "NOBODY"}, "Nobody is called NOBODY"),
    ({"s1_people": "", "s2_class1": ""}, "Somebody must be told"),
    ({"s1_wait": "0"}, "Wait between"),
    ({"s1_wait": "²"}, "whole numbers"),
    ({"s2_unit1": "Atlantis"}, "no such area"),
    ({"s1_repeats": "5", "s1_gap": "9"}, "told anew before the next step"),
    ({"s2_to": "6"}, "Hours go from"),
    ({"s1_groups": "not an id"}, "not there any more"),
    ({"s1_rotas": "6f1c2c1e-0000-4000-8000-000000000000"}, "not there any more"),
)


def test_a_chain_that_makes_no_sense_is_refused_and_kept_on_the_form(miriam: Browser) -> None:
    for wrong, words in WRONG_CHAINS:
        page = miriam.post("/admin/chains", **CHAIN | wrong)
        assert (page.status_code, words in page.text) == (400, True), wrong
        assert 'value="45"' in page.text
    assert cast.count(EscalationChain) == 0


def test_a_chain_that_somebody_changed_meanwhile_is_not_overwritten(miriam: Browser) -> None:
    chain = make_chain(miriam)
    miriam.post(f"/admin/chains/{chain}", **CHAIN | {"version": "1", "s1_wait": "30"})
    page = miriam.post(f"/admin/chains/{chain}", **CHAIN | {"version": "1", "s1_wait": "40"})
    assert "Somebody changed this" in page.text
    assert cast.count(RuleVersion) == 2


def test_a_route_is_made_and_changed_by_two_with_every_version_kept(
    miriam: Browser, second: Callable[[], str]
) -> None:
    chain = make_chain(miriam)
    assert "«Uganda» waits for a second person" in miriam.post("/admin/routes", **_route(chain)).text
    assert cast.count(Route) == 0
    assert "The change of «Uganda» is in force." in second()
    with transaction() as session:
        row = session.scalars(select(Route)).one()
    assert (row.area_path, row.event_types, row.drivers) == ("/ug/", ["attack", "cattle_raid"], ["cattle"])
    miriam.post(
        f"/admin/routes/{row.id}", **_route(chain, active=[], hour_from="20", hour_to="6", version="1")
    )
    page = miriam.get(f"/admin/routes/{row.id}").text
    assert "waits for a second person" in page
    assert "Version 2" not in page
    second()
    page = miriam.get(f"/admin/routes/{row.id}").text
    assert "Version 2 by miriam" in page
    assert "agreed by esther" in page
    with transaction() as session:
        kept = session.scalars(select(RuleVersion).where(RuleVersion.kind == "route")).all()
        said = session.scalars(select(AuditEntry).where(AuditEntry.action == "route.saved")).all()
    assert [(one.version, one.after["hour_from"]) for one in kept] == [(1, None), (2, 20)]
    assert said[-1].details["before"]["active"] is True
    assert said[-1].details["after"]["active"] is False


def test_steps_of_a_chain_in_use_are_shown_before_and_after_and_taken_back(
    miriam: Browser, second: Callable[[], str]
) -> None:
    chain = make_chain(miriam)
    miriam.post("/admin/routes", **_route(chain))
    second()
    page = miriam.post(f"/admin/chains/{chain}", **CHAIN | {"version": "1", "s1_wait": "30"}).text
    for words in ("1. KAS-91; told again 1 time, after 5 min; waits 20 min", "waits 30 min", "Take back"):
        assert words in page
    assert "/agree" not in page
    (action,) = re.findall(r'action="(/admin/proposals/[^"]+/withdraw)"', page)
    assert "«Elders» stays as it was." in miriam.post(action).text
    assert "Nothing waits for a second person." in miriam.get("/admin/proposals").text
    assert 'value="20"' in miriam.get(f"/admin/chains/{chain}").text


def test_whoever_is_alone_says_why_and_it_stays_on_the_page(miriam: Browser) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.name == "esther").values(disabled_at=utcnow()))
    page = miriam.post("/admin/routes", **_route(make_chain(miriam))).text
    (action,) = re.findall(r'action="(/admin/proposals/[^"]+/alone)"', page)
    assert "why it cannot wait" in miriam.post(action, reason="now").text
    reason = "Nobody else has an account yet; <b>Kween</b> is raided."
    page = miriam.post(action, reason=reason).text
    assert "The change of «Uganda» is in force." in page
    assert "&lt;b&gt;Kween&lt;/b&gt;" in page
    with transaction() as session:
        row = session.scalars(select(Route)).one()
    page = miriam.get(f"/admin/routes/{row.id}").text
    assert "by one person" in page
    assert "&lt;b&gt;Kween&lt;/b&gt;" in page
    assert "One person alone changed who hears of alerts: Uganda." in page


def test_saving_what_did_not_change_makes_no_version(miriam: Browser) -> None:
    chain = make_chain(miriam)
    miriam.post(f"/admin/chains/{chain}", **CHAIN | {"version": "1"})
    assert cast.count(RuleVersion) == 1


WRONG_ROUTES: tuple[tuple[dict[str, object], str], ...] = (
    ({"name": " "}, "needs a name"),
    ({"chain": "6f1c2c1e-0000-4000-8000-000000000000"}, "Choose a chain"),
    ({"chain": "x"}, "Choose a chain"),
    ({"area": "/atlantis/"}, "no such area"),
    ({"min_severity": "awful"}, "from which severity"),
    ({"min_certainty": "sure"}, "how sure"),
    ({"hour_from": "5"}, "Hours go from"),
    ({"types": ["flying"]}, "from the lists"),
)


def test_a_route_that_makes_no_sense_is_refused(miriam: Browser) -> None:
    chain = make_chain(miriam)
    for wrong, words in WRONG_ROUTES:
        assert words in miriam.post("/admin/routes", **_route(chain, **wrong)).text, wrong
    assert cast.count(Route) == 0


def test_a_chain_that_a_route_goes_by_stays_in_force(miriam: Browser, second: Callable[[], str]) -> None:
    chain = make_chain(miriam)
    miriam.post("/admin/routes", **_route(chain))
    second()
    page = miriam.post(f"/admin/chains/{chain}", **{**CHAIN, "active": [], "version": "1"})
    assert "goes by this chain" in page.text


def test_a_dry_run_says_who_gets_what_when_and_why_others_do_not(
    miriam: Browser, second: Callable[[], str]
) -> None:
    chain = make_chain(miriam)
    cast.person("UG-9", "+256772000209", responder_class=ResponderClass.ELDER)
    miriam.post("/admin/routes", **_route(chain))
    miriam.post("/admin/routes", **_route(chain, name="Kenya", area="/ke/"))
    second()
    page = miriam.get(
        "/admin/dry-run?event_type=cattle_raid&drivers=cattle&place=Bwera&at=2026-11-23T02:10"
    ).text
    for words in ("KAS-91", "UG-92", "after 20 min", "passed over at this hour", "it is for another area"):
        assert words in page
    assert "no route names them here" in page
    assert "cattle raid, Bwera, Kasese" in page
    assert cast.count(AuditEntry, AuditEntry.action == "incident.viewed") == 0


def test_a_dry_run_of_a_real_incident_is_recorded(miriam: Browser) -> None:
    ref = cast.incident_of(cast.tell(cast.QUARREL)).ref
    assert "the incident is not verified" in miriam.get(f"/admin/dry-run?incident={ref}").text
    assert cast.count(AuditEntry, AuditEntry.action == "incident.viewed") == 1


def test_who_reads_no_incidents_tries_out_imagined_ones_only(as_: As) -> None:
    ref = cast.incident_of(cast.tell(cast.QUARREL)).ref
    esther = as_("esther")
    assert esther.get(f"/admin/dry-run?incident={ref}").status_code == 403
    assert esther.get("/admin/dry-run?event_type=dispute").status_code == 200


def test_a_dry_run_that_makes_no_sense_is_refused(miriam: Browser) -> None:
    for query in (
        "event_type=flying",
        "event_type=dispute&place=Atlantis",
        "event_type=dispute&at=noon",
        "incident=I000000",
    ):
        page = miriam.get(f"/admin/dry-run?{query}")
        assert (page.status_code, 'id="result"' in page.text) == (200, False), query


def test_every_reason_to_keep_something_inside_is_translated() -> None:
    reasons = {f"is outside the house: {why.value.replace('_', ' ')}" for why in Why}
    assert reasons <= set(map(str, SAID))
