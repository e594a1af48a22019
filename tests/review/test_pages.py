"""People, routes, users and audit."""

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from mbiu.db import transaction
from mbiu.models import User
from tests import cast
from tests.review.conftest import PASSPHRASE, Browser

As = Callable[[str], Browser]


def test_people_are_shown_by_code_name_only(ruth: Browser) -> None:
    cast.person("KAS-91", cast.DANIEL, organisation="Rwenzori mediators")
    page = ruth.get("/people").text
    assert "KAS-91" in page
    assert "Rwenzori mediators" in page
    assert cast.DANIEL[1:] not in page


def test_people_of_other_areas_are_not_shown(as_: As) -> None:
    cast.person("KAS-91", cast.DANIEL, home_place_id="ug-kasese")
    cast.person("TRK-05", cast.GRACE, home_place_id="ke-turkana")
    with transaction() as session:
        session.scalars(select(User).where(User.name == "peter")).one().scope = "/ke/"
    page = as_("peter").get("/people").text
    assert "TRK-05" in page
    assert "KAS-91" not in page


def test_a_new_user_logs_in_with_what_was_shown(as_: As, app: Flask) -> None:
    page = as_("esther").post("/admin/users", name="naomi", role="analyst", scope="/ug/").text
    passphrase = page.split("naomi can log in with: ")[1].split(" ")[0]
    assert Browser(app.test_client()).log_in("naomi", passphrase).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "ruth"},
        {"name": "Ruth Two"},
        {"role": "queen"},
        {"scope": "ug"},
        {"scope": "/atlantis/"},
        {"scope": ""},
    ],
)
def test_a_user_that_makes_no_sense_is_refused(as_: As, wrong: dict[str, str]) -> None:
    before = cast.count(User)
    as_("esther").post("/admin/users", **({"name": "naomi", "role": "analyst", "scope": "/"} | wrong))
    assert cast.count(User) == before


def test_nobody_changes_their_own_rights(as_: As) -> None:
    with transaction() as session:
        esther = session.scalars(select(User.id).where(User.name == "esther")).one()
    page = as_("esther").post(f"/admin/users/{esther}", role="custodian", scope="/").text
    assert "Nobody changes their own rights" in page


def test_a_reset_gives_a_new_passphrase_and_ends_sessions(as_: As, app: Flask) -> None:
    with transaction() as session:
        ruth_id = session.scalars(select(User.id).where(User.name == "ruth")).one()
    ruth = as_("ruth")
    page = as_("esther").post(f"/admin/users/{ruth_id}/reset").text
    assert ruth.get("/").status_code == 302
    assert ruth.log_in("ruth", PASSPHRASE).status_code == 401
    passphrase = page.split("ruth can log in with: ")[1].split(" ")[0]
    assert ruth.log_in("ruth", passphrase).status_code == 200


def test_shut_out_and_let_in(as_: As) -> None:
    with transaction() as session:
        ruth_id = session.scalars(select(User.id).where(User.name == "ruth")).one()
    ruth, esther = as_("ruth"), as_("esther")
    esther.post(f"/admin/users/{ruth_id}/shut")
    assert ruth.get("/").status_code == 302
    assert ruth.log_in("ruth").status_code == 401
    esther.post(f"/admin/users/{ruth_id}/shut")
    assert ruth.log_in("ruth").status_code == 200


def test_the_audit_page_shows_what_was_done_and_that_the_chain_holds(
    as_: As, ruth: Browser, grave: str
) -> None:
    ruth.post(f"/incidents/{grave}/claim")
    page = as_("miriam").get("/audit?check=1").text
    assert "the chain holds" in page
    assert f"incident:{grave}" in page
    assert f"incident:{grave}" not in as_("miriam").get("/audit?who=peter").text


def test_the_audit_page_names_a_broken_entry(
    as_: As, superuser: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    miriam = as_("miriam")
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("UPDATE audit SET actor = 'mallory' WHERE seq = 1")
    assert "entry 1 was changed" in miriam.get("/audit?check=1").text
