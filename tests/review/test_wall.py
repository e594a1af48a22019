"""The wall: what it tells the room, and the pass by which a screen shows it without anybody logged in."""

import datetime as dt
import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select, update

from mbiu import routing
from mbiu.codes import EventType, Priority
from mbiu.db import transaction
from mbiu.models import AuditEntry, Contact, Incident, Report, User, UserSession, WallScreen, utcnow
from review import screens
from tests import cast
from tests.cast import DANIEL, approve, incident, person, route, user
from tests.review.conftest import Browser

HANG = re.compile(r'action="(/wall/screens/[0-9a-f-]+/end)"')


def _hung(as_: Callable[[str], Browser]) -> Browser:
    """A browser that Miriam has made a wall."""
    screen = as_("miriam")
    assert "To act on" in screen.post("/wall/screens", name="Big room").text
    return screen


def test_the_wall_tells_what_is_to_be_acted_on(ruth: Browser, grave: str, small: str) -> None:
    page = ruth.get("/wall").text
    assert "<b>1</b> P1" in page
    assert "Kasese" in page
    assert "1 late" not in page


def test_no_person_no_word_and_no_village_is_on_the_wall(ruth: Browser, grave: str) -> None:
    with transaction() as session:
        codes = session.scalars(select(Contact.code)).all()
    told = ruth.get("/wall").text + ruth.get("/wall/points").text
    assert codes
    assert not [code for code in codes if code in told]
    for word in ("Bwera", "Armed men", "houses", grave):
        assert word not in told
    (point,) = ruth.get("/wall/points").get_json()["incidents"]
    assert set(point) == {"lat", "lon", "priority"}
    assert point["lat"] == round(point["lat"], 1)


def test_a_survivors_case_is_not_told(ruth: Browser, grave: str) -> None:
    with transaction() as session:
        session.execute(update(Incident).values(event_type=EventType.SEXUAL_VIOLENCE, priority=Priority.P1))
    page = ruth.get("/wall").text
    assert "Sexual violence" not in page
    assert "Kasese" not in page
    assert ruth.get("/wall/points").get_json()["total"] == 0


def test_an_alert_stays_on_the_wall_until_somebody_answers(ruth: Browser, small: str) -> None:
    route("elders", [[person("UG-1", DANIEL)]])
    peter = user("paul")
    approve(small, peter)
    with transaction() as session:
        routing.send(session, peter, small)
    assert '<p class="wallnumber"><b>1</b>' in ruth.get("/wall/now").text
    cast.say("ACK", DANIEL)
    assert '<p class="wallnumber zero"><b>0</b>' in ruth.get("/wall/now").text


def test_reports_are_counted_by_the_hour(ruth: Browser, grave: str, small: str) -> None:
    with transaction() as session:
        first = session.scalars(select(Report.id).limit(1)).one()
        earlier = utcnow() - dt.timedelta(hours=30)
        session.execute(update(Report).where(Report.id == first).values(created_at=earlier))
    assert "1 in 24 hours" in ruth.get("/wall/now").text


def test_a_district_whose_people_are_all_silent_is_named(ruth: Browser, grave: str) -> None:
    from mbiu.codes import ContactRole
    from mbiu.models import Address

    with transaction() as session:
        path = incident(grave).area_path
        session.execute(update(Contact).values(role=ContactRole.FOCAL_POINT, area_path=path))
        assert "Silent areas · 0" in ruth.get("/wall/now").text
    long_ago = utcnow() - dt.timedelta(days=40)
    with transaction() as session:
        session.execute(update(Contact).values(role=ContactRole.FOCAL_POINT, area_path=path))
        session.execute(update(Address).values(last_in_at=long_ago))
        session.execute(update(Report).values(created_at=long_ago))
    page = ruth.get("/wall/now").text
    assert "Silent areas · 1" in page
    assert "40 days" in page


# --- a screen's pass --------------------------------------------------------------------------


def test_a_screen_shows_the_wall_with_nobody_logged_in(as_: Callable[[str], Browser], grave: str) -> None:
    screen = _hung(as_)
    for path in ("/wall", "/wall/now", "/wall/points", "/wall?theme=light"):
        assert screen.get(path).status_code == 200, path
    for path in (
        "/",
        "/map",
        "/areas",
        "/wall/screens",
        f"/incidents/{grave}",
        "/account",
        "/api/v1/incidents",
    ):
        assert screen.get(path).status_code in {302, 401}, path
    assert screen.get("/wall").text.count("<form") == 0


def test_whoever_hangs_it_up_is_logged_out_there(as_: Callable[[str], Browser], app: Flask) -> None:
    _hung(as_)
    with transaction() as session:
        assert not session.scalars(select(UserSession.id).where(UserSession.ended_at.is_(None))).all()
        actions = session.scalars(select(AuditEntry.action)).all()
    assert "wall.hung" in actions


def test_a_screen_outlives_fifteen_minutes_but_not_its_days(
    as_: Callable[[str], Browser], app: Flask
) -> None:
    screen = _hung(as_)
    with transaction() as session:
        session.execute(update(WallScreen).values(seen_at=utcnow() - dt.timedelta(hours=13)))
    assert screen.get("/wall/now").status_code == 200
    with transaction() as session:
        assert session.scalars(select(WallScreen.seen_at)).one() > utcnow() - dt.timedelta(minutes=1)
        session.execute(update(WallScreen).values(created_at=utcnow() - screens.LIFE))
    assert screen.get("/wall/now").status_code == 302


def test_a_wall_that_is_taken_down_is_dark_at_once(as_: Callable[[str], Browser], app: Flask) -> None:
    screen = _hung(as_)
    miriam = as_("miriam")
    found = HANG.search(miriam.get("/wall/screens").text)
    assert found
    assert "The wall is taken down." in miriam.post(found[1]).text
    assert screen.get("/wall").status_code == 302
    assert "does not hang any more" in miriam.post(found[1]).text


def test_a_wall_dies_with_the_account_the_role_and_the_passphrase(
    as_: Callable[[str], Browser], app: Flask
) -> None:
    from review import sessions

    changes = (
        lambda session, who: session.execute(update(User).where(who).values(disabled_at=utcnow())),
        lambda session, who: session.execute(update(User).where(who).values(role="analyst")),
        lambda session, who: sessions.end_all(session, session.scalars(select(User.id).where(who)).one()),
    )
    for change in changes:
        screen = _hung(as_)
        assert screen.get("/wall").status_code == 200
        with transaction() as session:
            change(session, User.name == "miriam")
        assert screen.get("/wall").status_code == 302
        with transaction() as session:
            session.execute(
                update(User).where(User.name == "miriam").values(disabled_at=None, role="coordinator")
            )


def test_a_screens_pass_opens_no_session(as_: Callable[[str], Browser], app: Flask) -> None:
    screen = _hung(as_)
    cookie = screen.client.get_cookie("mbiu-wall")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("mbiu", cookie.value)
    assert thief.get("/").status_code == 302
    assert cookie.http_only
    assert cookie.same_site == "Strict"


def test_a_screen_sees_the_areas_of_whoever_hung_it(as_: Callable[[str], Browser], grave: str) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.name == "miriam").values(scope="/ke/"))
    screen = _hung(as_)
    page = screen.get("/wall").text
    assert "<b>0</b> P1" in page
    assert "Kasese" not in page
    assert screen.get("/wall/points").get_json()["total"] == 0
