"""The pages of rotas: made, looked at, changed, and who stands in."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from mbiu.db import transaction
from mbiu.house import settings as house
from mbiu.models import Rota, RotaOverride, User
from review import recurrence
from review import rotas as shown
from tests.cast import DANIEL, GRACE, count, person
from tests.review.conftest import Browser
from tests.review.counting import queries

ZONE = ZoneInfo("Africa/Kampala")
FORM = {
    "name": "Coordination", "zone": "Africa/Kampala", "starts_at": "2026-01-05T08:00", "interval": "1",
    "every": "WEEKLY", "days": ["MO", "TH"], "month_day": "1", "times": "08:00", "own": "",
    "members": "kas-91, UG-92", "seats": "1", "on_holidays": "same", "country": "UG", "notice_minutes": "60",
    "active": "1", "area": "/",
}  # fmt: skip


@pytest.fixture
def miriam(as_: Callable[[str], Browser]) -> Browser:
    person("KAS-91", DANIEL)
    person("UG-92", GRACE)
    return as_("miriam")


def made(miriam: Browser, **fields: object) -> Rota:
    assert "Rota «Coordination» is saved." in miriam.post("/admin/rotas", **{**FORM, **fields}).text
    with transaction() as session:
        return session.scalars(select(Rota)).one()


def test_a_rota_is_made_shown_and_changed(miriam: Browser) -> None:
    row = made(miriam)
    assert row.rule == "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=8;BYMINUTE=0"
    listed = miriam.get("/admin/rotas").text
    assert "every week on Mon, Thu, at 08:00" in listed
    page = miriam.get(f"/admin/rotas/{row.id}").text
    assert page.count("KAS-91") > 3
    assert 'value="TH" checked' in page
    changed = miriam.post(f"/admin/rotas/{row.id}", **{**FORM, "every": "DAILY", "times": "06:00, 18:00"})
    assert "every day, at 06:00, 18:00" in changed.text
    assert "Nobody is called" in miriam.post(f"/admin/rotas/{row.id}", **{**FORM, "members": "NO-1"}).text


def test_whoever_stands_in_is_shown_and_taken_back(miriam: Browser) -> None:
    row, today = made(miriam), dt.datetime.now(ZONE)
    fields = {"who": "UG-92", "instead_of": "", "from": shown.typed(today)}
    page = miriam.post(
        f"/admin/rotas/{row.id}/stand-in", **fields, until=shown.typed(today + dt.timedelta(hours=30))
    ).text
    assert "for everybody" in page
    assert "Stands in" in page
    with transaction() as session:
        cover = session.scalars(select(RotaOverride)).one()
    assert "Nobody stands in." in miriam.post(f"/admin/rotas/{row.id}/stand-in/{cover.id}").text
    assert "within three months" in miriam.post(
        f"/admin/rotas/{row.id}/stand-in", **fields, until=shown.typed(today)
    ).text  # fmt: skip


def test_one_rota_is_asked_by_the_last_step(miriam: Browser) -> None:
    row = made(miriam)
    assert "last step of alerts" in miriam.post("/admin/rotas/duty", rota=str(row.id)).text
    with transaction() as session:
        assert house.value(session, "duty_rota") == str(row.id)
    miriam.post("/admin/rotas/duty", rota="no rota")
    with transaction() as session:
        assert house.value(session, "duty_rota") == ""


def test_many_rotas_are_asked_for_in_as_many_questions_as_one(miriam: Browser) -> None:
    made(miriam, feasts="1")
    with queries() as one:
        miriam.get("/admin/rotas")
    for number in range(4):
        miriam.post("/admin/rotas", **{**FORM, "name": f"Another {number}", "feasts": "1"})
    with queries() as five:
        assert miriam.get("/admin/rotas").text.count("every week on Mon, Thu, at 08:00") == 5
    assert len(five) == len(one)


def test_a_coordinator_of_one_area_changes_no_rota_of_another(miriam: Browser) -> None:
    row = made(miriam)
    with transaction() as session:
        session.execute(update(User).where(User.name == "miriam").values(scope="/ug/ug-western/ug-kasese/"))
    assert "There is no such area." in miriam.post("/admin/rotas", **{**FORM, "name": "Another"}).text
    assert "There is no such rota." in miriam.post(f"/admin/rotas/{row.id}/stand-in", who="UG-92").text
    assert count(Rota) == 1


def test_what_is_typed_badly_is_refused_in_words(miriam: Browser) -> None:
    for fields in (
        {"times": "8"},
        {"times": "08:00, 18:30"},
        {"starts_at": "x"},
        {"seats": "x"},
        {"own": "MO"},
    ):
        page = miriam.post("/admin/rotas", **{**FORM, **fields})
        assert page.status_code == 200
        assert "flash bad" in page.text or "is saved" not in page.text
    assert count(Rota) == 0


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0", "every week on Mon, at 08:00"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=8;BYMINUTE=0", "every 2 weeks on Mon, at 08:00"),
        ("FREQ=DAILY;BYHOUR=6,18;BYMINUTE=30", "every day, at 06:30, 18:30"),
        ("FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=0;BYMINUTE=0", "every month on the 1, at 00:00"),
        ("FREQ=MONTHLY;BYDAY=1MO;BYHOUR=8;BYMINUTE=0", "FREQ=MONTHLY;BYDAY=1MO;BYHOUR=8;BYMINUTE=0"),
        ("FREQ=DAILY", "FREQ=DAILY"),
    ],
)
def test_a_rule_is_said_in_words_and_comes_back_from_its_form(app: Flask, rule: str, words: str) -> None:
    with app.test_request_context():
        form = recurrence.form_of(rule)
        assert recurrence.in_words(form) == words
        assert recurrence.rule_of(form) == rule
