"""Mailboxes and partners' servers on the page of a person: added, tested, forgotten; never shown."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from mbiu.channels.webhook import Hook
from mbiu.codes import AddressKind
from mbiu.db import transaction
from mbiu.models import Address, AuditEntry, Contact, VaultEntry, utcnow
from mbiu.settings import settings as read_settings
from mbiu.vault import unseal
from tests.cast import DANIEL, GRACE, count, deliveries, person
from tests.review.conftest import Browser
from tests.review.test_people import given

As = Callable[[str], Browser]
OFFICE = "office@peace.example"
HOOK = "https://alerts.partner.example/mbiu"


@pytest.fixture
def miriam(as_: As, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setenv("MBIU_HOOK_HOSTS", "alerts.partner.example")
    read_settings.cache_clear()
    person("KAS-07", DANIEL)
    return as_("miriam")


@pytest.fixture
def second(as_: As) -> Callable[[str], str]:
    """Another person types all addresses that wait too."""
    esther = as_("esther")

    def agree(typed: str) -> str:
        page = esther.get("/admin/proposals").text
        for action in re.findall(r'action="(/admin/proposals/[^"]+/agree)"', page):
            page = esther.post(action, typed=typed).text
        return page

    return agree


def kept(kind: AddressKind) -> list[str]:
    """What the vault holds for addresses of a kind."""
    query = select(VaultEntry).join(Address, Address.vault_id == VaultEntry.id).where(Address.kind == kind)
    with transaction() as session:
        return [unseal("vault", "value", row.id, row.value) for row in session.scalars(query)]


def test_somebody_is_reached_by_mail_too_and_the_address_is_locked_away(
    miriam: Browser, second: Callable[[str], str]
) -> None:
    page = miriam.post("/people/KAS-07/mail", mail=" Office@PEACE.example ").text
    assert "waits for a second person" in page
    assert kept(AddressKind.EMAIL) == []
    assert "peace.example" not in page + miriam.get("/admin/proposals").text
    assert "not the address that was proposed" in second("office@war.example")
    assert "The change of «KAS-07» is in force." in second("Office@peace.example")
    page = miriam.get("/people/KAS-07").text
    assert kept(AddressKind.EMAIL) == ["Office@peace.example"]
    assert "Mail, SMS" in page
    assert "peace.example" not in page
    with transaction() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.way_added")).one()
    assert noted.details == {"kind": "email"}


def test_a_new_mailbox_takes_the_place_of_the_old(miriam: Browser, second: Callable[[str], str]) -> None:
    miriam.post("/people/KAS-07/mail", mail=OFFICE)
    second(OFFICE)
    miriam.post("/people/KAS-07/mail", mail="new@peace.example")
    assert kept(AddressKind.EMAIL) == [OFFICE]
    second("new@peace.example")
    assert kept(AddressKind.EMAIL) == ["new@peace.example"]
    assert count(VaultEntry) == 2


def test_two_people_may_share_a_mailbox_and_nobody_learns_of_it(
    miriam: Browser, second: Callable[[str], str]
) -> None:
    person("KAS-08", GRACE)
    first = miriam.post("/people/KAS-07/mail", mail=OFFICE).text
    again = miriam.post("/people/KAS-08/mail", mail=OFFICE).text
    assert first.count("waits for a second person") == again.count("waits for a second person") > 0
    second(OFFICE)
    assert kept(AddressKind.EMAIL) == [OFFICE] * 2


@pytest.mark.parametrize("address", ["office", "a@b", "a b@c.example", "a@c.example\nBcc: x@y.example"])
def test_what_is_no_mail_address_is_refused(miriam: Browser, address: str) -> None:
    assert "This is no mail address." in miriam.post("/people/KAS-07/mail", mail=address).text
    assert kept(AddressKind.EMAIL) == []


def test_a_partners_server_gets_a_secret_that_is_shown_once(
    miriam: Browser, second: Callable[[str], str]
) -> None:
    (secret,) = given(miriam.post("/people/KAS-07/hook", hook=HOOK).text)
    assert "alerts.partner.example" in miriam.get("/admin/proposals").text
    assert kept(AddressKind.WEBHOOK) == []
    second(HOOK)
    assert kept(AddressKind.WEBHOOK) == [str(Hook(HOOK, secret))]
    page = miriam.get("/people/KAS-07").text
    assert secret not in page
    assert "partner.example" not in page
    assert "Web hook" in page


@pytest.mark.parametrize(
    "address",
    [
        "http://alerts.partner.example/",
        "https://other.example/",
        "https://alerts.partner.example:8443/",
        "https://alerts.partner.example@10.0.0.1/",
        "https://127.0.0.1/",
    ],
)
def test_only_a_listed_host_becomes_a_hook(miriam: Browser, address: str) -> None:
    page = miriam.post("/people/KAS-07/hook", hook=address).text
    assert "not on the list" in page or "https address without a password" in page
    assert kept(AddressKind.WEBHOOK) == []


def test_a_way_is_tested_and_forgotten(miriam: Browser, second: Callable[[str], str]) -> None:
    miriam.post("/people/KAS-07/mail", mail=OFFICE)
    second(OFFICE)
    assert (
        "A test is on its way to KAS-07." in miriam.post("/people/KAS-07/way", kind="email", do="test").text
    )
    assert [one.kind for one in deliveries()] == ["test"]
    page = miriam.post("/people/KAS-07/way", kind="email", do="end").text
    assert "Mail of KAS-07 is forgotten." in page
    assert kept(AddressKind.EMAIL) == []
    assert "Mail, SMS" not in page
    assert miriam.post("/people/KAS-07/way", kind="email", do="end").status_code == 404
    assert miriam.post("/people/KAS-07/way", kind="sms", do="end").status_code == 400


def test_whoever_has_no_phone_is_registered_with_a_mailbox(
    miriam: Browser, second: Callable[[str], str]
) -> None:
    new = {"role": "responder", "area": "Kasese", "grade": "F", "once": str(uuid4())}
    assert "There is no phone number." in miriam.post("/people/new", **new).text
    assert "This is no mail address." in miriam.post("/people/new", **new, mail="office").text
    (code, *_) = given(miriam.post("/people/new", **new, mail=OFFICE).text)
    second(OFFICE)
    with transaction() as session:
        row = session.scalars(select(Contact).where(Contact.code == code)).one()
        ways = session.scalars(select(Address.kind).where(Address.contact_id == row.id)).all()
    assert ways == [AddressKind.EMAIL]
    assert row.twin_of is None


def test_a_mailbox_that_does_not_work_is_shown_until_it_is_typed_anew(
    miriam: Browser, second: Callable[[str], str]
) -> None:
    for address in (OFFICE, "new@peace.example"):
        miriam.post("/people/KAS-07/mail", mail=address)
        second(address)
        assert "Mail: does not work" not in miriam.get("/people/KAS-07").text
        gone = update(Address).where(Address.kind == AddressKind.EMAIL).values(blocked_at=utcnow())
        with transaction() as session:
            session.execute(gone)
        assert "Mail: does not work" in miriam.get("/people/KAS-07").text
