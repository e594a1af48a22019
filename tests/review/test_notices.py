"""The bar of notices on the console's pages."""

import re
from collections.abc import Callable

from mbiu import notices
from mbiu.codes import Role
from mbiu.db import transaction
from tests.review.conftest import Browser

SEEN = re.compile(r'action="(/notices/[^"]+/seen)"')


def test_a_notice_stands_on_every_page_of_its_role_until_seen(as_: Callable[[str], Browser]) -> None:
    with transaction() as session:
        notices.raise_notice(session, "gateway_down", Role.COORDINATOR, "gateway:til")
    miriam, ruth = as_("miriam"), as_("ruth")
    assert "Gateway til does not work" in miriam.get("/map").text
    assert "Gateway til" not in ruth.get("/map").text
    button = SEEN.search(miriam.get("/account").text)
    assert button
    page = miriam.post(button[1], back="/account")
    assert page.request.path == "/account"
    assert "Gateway til" not in page.text


def test_a_notice_leads_to_what_it_is_about(as_: Callable[[str], Browser]) -> None:
    with transaction() as session:
        notices.raise_notice(session, "alert_unanswered", Role.COORDINATOR, "alert:A7K3QX9")
    page = as_("miriam").get("/map").text
    assert 'Nobody has answered alert <a href="/alerts/A7K3QX9">A7K3QX9</a>.' in page


def test_putting_away_leads_to_no_other_site(as_: Callable[[str], Browser]) -> None:
    with transaction() as session:
        notices.raise_notice(session, "gateway_down", Role.COORDINATOR, "gateway:til")
    miriam = as_("miriam")
    button = SEEN.search(miriam.get("/account").text)
    assert button
    page = miriam.post(button[1], back="//evil.example/x")
    assert page.request.path == "/"
