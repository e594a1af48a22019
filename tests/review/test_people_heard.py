"""What came of somebody's reports, who is silent and where, and lists that go on."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select, update

from mbiu import verification
from mbiu.audit import Actor
from mbiu.codes import ContactRole, IncidentState, Role, Verdict
from mbiu.db import transaction
from mbiu.models import Address, Contact, Incident, Report, User, utcnow
from review import records, silences
from review.people import PAGE
from tests import cast
from tests.review.conftest import Browser

As = Callable[[str], Browser]
KASESE = "/ug/ug-western/ug-kasese/"


def focal_point(code: str, number: str, **more: object) -> None:
    cast.person(code, number, role=ContactRole.FOCAL_POINT, home_place_id="ug-kasese", **more)


def actor(name: str) -> Actor:
    with transaction() as session:
        user = session.scalars(select(User).where(User.name == name)).one()
    return Actor(user.name, user.id, Role(user.role))


def contact_id(code: str) -> object:
    with transaction() as session:
        return session.scalars(select(Contact.id).where(Contact.code == code)).one()


def written(code: str, days_ago: int) -> None:
    """Let what ``code`` last wrote be that long ago."""
    then = utcnow() - dt.timedelta(days=days_ago)
    owner = select(Contact.id).where(Contact.code == code).scalar_subquery()
    with transaction() as session:
        session.execute(update(Address).where(Address.contact_id == owner).values(last_in_at=then))
        session.execute(update(Report).where(Report.contact_id == owner).values(created_at=then))


def test_a_track_record_counts_what_was_decided(as_: As) -> None:
    peter = as_("peter") and actor("peter")
    focal_point("KAS-01", cast.AMINA)
    told = [cast.tell(f"Land dispute in Bwera, Kasese, quarrel number {n} near the market") for n in range(3)]
    refs = [cast.incident_of(report).ref for report in told]
    with transaction() as session:
        verification.verify(session, peter, refs[0], "The chief says so too.")
    with transaction() as session:
        found = records.of(session, contact_id("KAS-01"))
    together = sum(1 for ref in refs if ref == refs[0])
    assert (found.true, found.waiting, found.refuted) == (together, 3 - together, 0)
    page = as_("ruth").get("/people/KAS-01").text
    assert "found true" in page
    assert "Too few were decided" in page


def test_a_grade_is_suggested_from_five_decided_reports_on() -> None:
    assert records.Record(true=4).suggested == "F"
    assert records.Record(true=5).suggested == "A"
    assert records.Record(true=4, refuted=1).suggested == "B"
    assert records.Record(true=2, refuted=3).suggested == "D"
    assert records.Record(refuted=6, waiting=50).suggested == "E"


def test_refuted_and_withdrawn_reports_are_kept_apart(as_: As) -> None:
    ruth = as_("ruth") and actor("ruth")
    focal_point("KAS-01", cast.AMINA)
    report = cast.tell(cast.QUARREL)
    ref = cast.incident_of(report).ref
    with transaction() as session:
        verification.reject(session, ruth, ref, Verdict.REFUTED, "Nobody there knows of it.")
    with transaction() as session:
        assert records.of(session, contact_id("KAS-01")) == records.Record(refuted=1)
        session.execute(update(Report).where(Report.ref == report).values(withdrawn_at=utcnow()))
    with transaction() as session:
        assert records.of(session, contact_id("KAS-01")) == records.Record(withdrawn=1)
        assert session.scalars(select(Incident.state)).one() is IncidentState.REFUTED


def test_a_district_is_mute_when_all_its_tellers_are_silent(as_: As) -> None:
    ruth = as_("ruth")
    focal_point("KAS-01", cast.AMINA)
    focal_point("KAS-02", cast.JOSEPH)
    cast.person("UG-1", cast.DANIEL, home_place_id="ug-kasese")
    cast.tell(cast.QUARREL)
    with transaction() as session:
        (area,) = silences.areas(session, "/")
    assert (area.path, area.tellers, area.silent, area.responders, area.state) == (KASESE, 2, 1, 1, "thin")
    written("KAS-01", days_ago=15)
    with transaction() as session:
        (area,) = silences.areas(session, "/")
    assert (area.silent, area.state) == (2, "mute")
    page = ruth.get("/people/areas").text
    assert "Kasese, Western, Uganda" in page
    assert "all silent" in page
    assert "KAS-01" not in page


def test_a_report_from_a_borrowed_phone_breaks_the_silence(as_: As) -> None:
    focal_point("KAS-01", cast.AMINA)
    report = cast.tell(cast.QUARREL)
    with transaction() as session:
        session.execute(update(Address).values(last_in_at=None))
    with transaction() as session:
        assert [area.silent for area in silences.areas(session, "/")] == [1]
        session.execute(update(Report).where(Report.ref == report).values(borrowed=True))
    with transaction() as session:
        assert [area.silent for area in silences.areas(session, "/")] == [0]
        session.execute(
            update(Report).where(Report.ref == report).values(created_at=utcnow() - dt.timedelta(days=20))
        )
    with transaction() as session:
        assert [area.silent for area in silences.areas(session, "/")] == [1]


def test_people_of_other_areas_are_not_counted(as_: As) -> None:
    focal_point("KAS-01", cast.AMINA)
    with transaction(scope="/ke/") as session:
        assert silences.areas(session, "/ke/") == []
    with transaction(scope=KASESE) as session:
        assert [area.path for area in silences.areas(session, KASESE)] == [KASESE]


def test_a_long_list_goes_on_where_it_stopped(as_: As) -> None:
    codes = {f"KAS-{n:03}" for n in range(PAGE + 7)}
    with transaction() as session:
        session.add_all(
            Contact(code=code, role=ContactRole.FOCAL_POINT, home_place_id="ug-kasese") for code in codes
        )
    ruth = as_("ruth")
    first = ruth.get("/people?lane=known&role=focal_point").text
    further = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = ruth.get(further).text
    seen = [{code for code in codes if f">{code}<" in page} for page in (first, second)]
    assert [len(one) for one in seen] == [PAGE, 7]
    assert seen[0] | seen[1] == codes
    assert 'rel="next"' not in second
