import datetime as dt
import threading
from collections.abc import Callable

import psycopg
import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select

from mbiu.db import transaction
from mbiu.models import AuditEntry, LoginAttempt, User, UserSession, utcnow
from review import auth
from tests.review.conftest import PASSPHRASE, Browser

WRONG = "not the right words at all"


def test_the_right_passphrase_opens_the_queue(stranger: Browser) -> None:
    assert "Queue" in stranger.log_in("ruth").text


def test_log_in_and_log_out_are_recorded(ruth: Browser) -> None:
    ruth.post("/logout")
    with transaction() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object == "user:ruth")).all()
    assert actions == ["login", "logout"]


def test_a_wrong_passphrase_says_the_same_for_known_and_unknown_names(stranger: Browser) -> None:
    known, unknown = stranger.log_in("ruth", WRONG), stranger.log_in("mall", WRONG)
    assert known.status_code == unknown.status_code == 401
    assert len(known.data) == len(unknown.data)


def test_the_sixth_try_is_refused_even_with_the_right_passphrase(stranger: Browser) -> None:
    for _ in range(5):
        assert stranger.log_in("ruth", WRONG).status_code == 401
    assert stranger.log_in("ruth").status_code == 429


def test_an_unknown_name_is_locked_like_a_known_one(stranger: Browser) -> None:
    for _ in range(5):
        assert stranger.log_in("nobody-here", WRONG).status_code == 401
    assert stranger.log_in("nobody-here", WRONG).status_code == 429


def test_the_lock_of_one_name_locks_no_other(stranger: Browser) -> None:
    for _ in range(6):
        stranger.log_in("ruth", WRONG)
    assert "Queue" in stranger.log_in("peter").text


def test_tries_at_the_same_time_do_not_get_past_the_limit(app: Flask, people: None) -> None:
    answers: list[int] = []

    def attempt() -> None:
        answers.append(Browser(app.test_client()).log_in("ruth", WRONG).status_code)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [401] * 5 + [429] * 3
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 5


def test_a_name_opens_again_after_the_window(stranger: Browser) -> None:
    for _ in range(5):
        stranger.log_in("ruth", WRONG)
    with transaction() as session:
        for attempt in session.scalars(select(LoginAttempt)):
            attempt.at -= auth.WINDOW
    assert stranger.log_in("ruth").status_code == 200


def test_a_copied_cookie_is_worth_nothing_after_log_out(app: Flask, ruth: Browser) -> None:
    copy = app.test_client()
    cookie = ruth.client.get_cookie("mbiu")
    assert cookie
    copy.set_cookie("mbiu", cookie.value)
    assert copy.get("/").status_code == 200
    ruth.post("/logout")
    assert copy.get("/").status_code == 302


def test_the_cookie_changes_at_log_in(stranger: Browser) -> None:
    stranger.get("/login")
    before = stranger.client.get_cookie("mbiu")
    stranger.log_in("ruth")
    after = stranger.client.get_cookie("mbiu")
    assert before
    assert after
    assert before.value != after.value


@pytest.mark.parametrize(
    ("column", "age"), [("seen_at", dt.timedelta(minutes=15)), ("created_at", dt.timedelta(hours=12))]
)
def test_a_session_ends_when_idle_and_when_old(ruth: Browser, column: str, age: dt.timedelta) -> None:
    with transaction() as session:
        for row in session.scalars(select(UserSession)):
            setattr(row, column, utcnow() - age + dt.timedelta(seconds=-1))
    assert ruth.get("/").status_code == 302


def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(ruth: Browser) -> None:
    with transaction() as session:
        row = session.scalars(select(UserSession)).one()
        row.seen_at = before = utcnow() - dt.timedelta(minutes=10)
    after = utcnow().isoformat().replace("+", "%2B")
    assert ruth.get(f"/events?after={after}").status_code == 200
    with transaction() as session:
        assert session.scalars(select(UserSession.seen_at)).one() == before


def test_a_request_in_flight_does_not_bring_an_ended_session_back(app: Flask, ruth: Browser) -> None:
    cookie = ruth.client.get_cookie("mbiu")
    assert cookie
    with app.test_request_context("/account", headers={"Cookie": f"mbiu={cookie.value}"}):
        from flask import session as in_flight

        in_flight["late"] = "value"
        with transaction() as session:
            session.scalars(select(UserSession)).one().ended_at = utcnow()
        app.session_interface.save_session(app, in_flight._get_current_object(), app.response_class())
    with transaction() as session:
        row = session.scalars(select(UserSession)).one()
        assert row.ended_at
        assert "late" not in row.data
    assert ruth.get("/").status_code == 302


def test_a_new_role_ends_every_session(ruth: Browser, as_: Callable[[str], Browser]) -> None:
    with transaction() as session:
        user_id = session.scalars(select(User.id).where(User.name == "ruth")).one()
    as_("esther").post(f"/admin/users/{user_id}", role="coordinator", scope="/ug/")
    assert ruth.get("/").status_code == 302


def test_a_new_passphrase_ends_the_other_sessions(as_: Callable[[str], Browser]) -> None:
    here, elsewhere = as_("ruth"), as_("ruth")
    new = "another long passphrase of hers"
    assert "is changed" in here.post("/account/passphrase", old=PASSPHRASE, new=new).text
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert elsewhere.log_in("ruth").status_code == 401
    assert elsewhere.log_in("ruth", new).status_code == 200


def test_a_short_passphrase_is_not_taken(ruth: Browser) -> None:
    assert "at least 15" in ruth.post("/account/passphrase", old=PASSPHRASE, new="too short").text


def test_a_shut_out_account_cannot_log_in(stranger: Browser) -> None:
    with transaction() as session:
        session.scalars(select(User).where(User.name == "ruth")).one().disabled_at = utcnow()
    assert stranger.log_in("ruth").status_code == 401


@pytest.mark.parametrize(
    "target",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:1"],
)
def test_log_in_leads_to_no_other_site(stranger: Browser, target: str) -> None:
    data = {"csrf_token": stranger.token(), "name": "ruth", "password": PASSPHRASE}
    answer = stranger.client.post("/login", query_string={"next": target}, data=data)
    assert answer.headers["Location"] == "/"


def test_log_in_leads_back_to_the_page_that_was_wanted(stranger: Browser) -> None:
    asked = stranger.get("/alerts?x=1")
    data = {"csrf_token": stranger.token(), "name": "ruth", "password": PASSPHRASE}
    assert stranger.client.post(asked.headers["Location"], data=data).headers["Location"] == "/alerts?x=1"


def _enrol(browser: Browser) -> str:
    """Turn one-time codes on as a person would; the secret."""
    page = browser.post("/account/codes/begin").text
    secret = page.split('type in <bdi class="mono">')[1].split("<")[0]
    assert "codes are on" in browser.post("/account/codes/confirm", code=pyotp.TOTP(secret).now()).text
    return secret


def _next(secret: str) -> str:
    """A code that has not been used: that of the step that follows."""
    return pyotp.TOTP(secret).at(int(utcnow().timestamp()) + 30)


def test_with_codes_on_the_passphrase_alone_opens_nothing(ruth: Browser, stranger: Browser) -> None:
    secret = _enrol(ruth)
    assert "One-time code" in stranger.log_in("ruth").text
    assert stranger.get("/").status_code == 302
    assert "Queue" in stranger.post("/login", code=_next(secret)).text


def test_a_code_is_taken_once(ruth: Browser, stranger: Browser, app: Flask) -> None:
    code = _next(_enrol(ruth))
    stranger.log_in("ruth")
    stranger.post("/login", code=code)
    second = Browser(app.test_client())
    second.log_in("ruth")
    assert second.post("/login", code=code).status_code == 401


def test_wrong_codes_lock_the_name(ruth: Browser, stranger: Browser) -> None:
    _enrol(ruth)
    stranger.log_in("ruth")
    tries = [stranger.post("/login", code="000000").status_code for _ in range(6)]
    assert tries == [401] * 5 + [429]


def test_the_secret_of_the_codes_is_not_kept_in_clear(
    ruth: Browser, superuser: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    page = ruth.post("/account/codes/begin").text
    secret = page.split('type in <bdi class="mono">')[1].split("<")[0]
    (data,) = superuser.execute("SELECT string_agg(data::text, '') FROM user_session").fetchone() or ("",)
    assert secret not in str(data)
    assert "enrol" in str(data)


def test_the_cookie_stands_for_nothing_that_is_in_the_database(
    ruth: Browser, superuser: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    cookie = ruth.client.get_cookie("mbiu")
    assert cookie
    found = superuser.execute(
        "SELECT count(*) FROM user_session WHERE data::text LIKE %s OR token_hash = %s",
        (f"%{cookie.value}%", cookie.value.encode()),
    ).fetchone()
    assert found == (0,)


def test_over_https_the_cookie_is_bound_to_the_host(
    settings: object, monkeypatch: pytest.MonkeyPatch, people: None
) -> None:
    from mbiu.settings import settings as read
    from review import create_app

    monkeypatch.setenv("MBIU_CONSOLE_URL", "https://console.example")
    read.cache_clear()
    answer = create_app().test_client().get("/login", base_url="https://console.example")
    assert answer.headers["Set-Cookie"].startswith("__Host-mbiu=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("referer", "status"),
    [("https://console.example/login", 401), ("https://evil.example/", 400), (None, 400)],
)
def test_over_https_a_form_of_another_site_is_refused(
    stranger: Browser, referer: str | None, status: int
) -> None:
    data = {"csrf_token": stranger.token(), "name": "ruth", "password": WRONG}
    headers = {"Referer": referer} if referer else {}
    cookie = stranger.client.get_cookie("mbiu")
    assert cookie
    stranger.client.set_cookie("mbiu", cookie.value, domain="console.example")
    answer = stranger.client.post("/login", base_url="https://console.example", data=data, headers=headers)
    assert answer.status_code == status
