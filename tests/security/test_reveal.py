"""Who may learn a number: a custodian with a reason, a code of now and another custodian's word."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pyotp
import pytest
from sqlalchemy import select, update

from mbiu import audit, vault
from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.models import Contact, Report, Reveal, User, utcnow
from mbiu.revealing import A_DAY
from tests import cast
from tests.conftest import Database
from tests.review.conftest import *  # noqa: F403 - the console's people and browsers
from tests.review.conftest import Browser, _hash

As = Callable[[str], Browser]
WHY = "The district doctor must reach this witness tonight."
SECRET = pyotp.random_base32()


@dataclass
class Case:
    """Amina's report, her code name and incident, and two custodians who have one-time codes."""

    code: str
    ref: str
    simon: Browser
    ines: Browser

    def ask(self, who: Browser, **changed: str) -> str:
        fields = {"incident": self.ref, "reason": WHY} | changed
        return who.post(f"/people/{self.code}/reveal", **fields).text

    def agreed(self) -> str:
        """Ask as Simon, agree as Ines; the address that shows it."""
        self.ask(self.simon)
        wanted = newest()
        self.ines.post(f"/people/reveals/{wanted}/answer", answer="agree")
        return f"/people/reveals/{wanted}/show"


def newest() -> UUID:
    with transaction() as session:
        return session.scalars(select(Reveal.id).order_by(Reveal.asked_at.desc())).first() or UUID(int=0)


def code_of_now() -> str:
    """A code that is right, whatever was spent before."""
    with transaction() as session:
        session.execute(update(User).values(totp_used=0))
    return pyotp.TOTP(SECRET).now()


@pytest.fixture
def case(as_: As) -> Case:
    report = cast.tell(cast.QUARREL)
    with transaction() as session:
        session.add(User(name="ines", role=Role.CUSTODIAN, password_hash=_hash()))
    simon, ines = as_("simon"), as_("ines")
    with transaction() as session:
        for user in session.scalars(select(User).where(User.role == Role.CUSTODIAN)):
            user.totp_secret = vault.seal("user_account", "totp_secret", user.id, SECRET)
        contact = session.scalars(
            select(Contact.code).join(Report, Report.contact_id == Contact.id).where(Report.ref == report)
        ).one()
    return Case(contact, cast.incident_of(report).ref, simon, ines)


def actions() -> list[str]:
    with transaction() as session:
        entries = session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.seq))
        return [one.action for one in entries if one.action.startswith("reveal.")]


def test_two_custodians_and_a_code_show_the_number_once(case: Case) -> None:
    page = case.simon.post(case.agreed(), code=code_of_now())
    assert cast.AMINA in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert actions() == ["reveal.asked", "reveal.agreed", "reveal.shown"]
    again = case.simon.post(f"/people/reveals/{newest()}/show", code=code_of_now())
    assert cast.AMINA not in again.text
    assert "It was shown before" in again.text


def test_the_number_is_shown_to_nobody_but_the_one_who_asked(case: Case, as_: As) -> None:
    show = case.agreed()
    assert cast.AMINA not in case.ines.post(show, code=code_of_now()).text
    for name in ("ruth", "miriam", "esther"):
        assert as_(name).post(show, code=code_of_now()).status_code == 403
    assert case.simon.get(show).status_code == 405


def test_nobody_agrees_with_themselves(case: Case, database: Database) -> None:
    case.ask(case.simon)
    wanted = newest()
    told = case.simon.post(f"/people/reveals/{wanted}/answer", answer="agree").text
    assert "Another custodian has to answer this" in told or "Not for this account" in told
    assert cast.AMINA not in case.simon.post(f"/people/reveals/{wanted}/show", code=code_of_now()).text
    with (
        psycopg.connect(database.superuser_url) as link,
        pytest.raises(psycopg.errors.CheckViolation, match="two_people"),
    ):
        link.execute("UPDATE reveal SET answered_by = asked_by, agreed = true")


@pytest.mark.parametrize("code", ["", "000000", "123", "abcdef"])
def test_a_wrong_code_shows_nothing_and_the_consent_remains(case: Case, code: str) -> None:
    show = case.agreed()
    assert cast.AMINA not in case.simon.post(show, code=code).text
    assert cast.AMINA in case.simon.post(show, code=code_of_now()).text


def test_a_code_is_taken_once(case: Case) -> None:
    first, code = case.agreed(), code_of_now()
    assert cast.AMINA in case.simon.post(first, code=code).text
    assert cast.AMINA not in case.simon.post(case.agreed(), code=code).text


def test_without_a_record_there_is_no_number(case: Case, database: Database) -> None:
    show, code, token = case.agreed(), code_of_now(), case.simon.token()
    with psycopg.connect(database.superuser_url) as link:
        link.execute("REVOKE INSERT ON audit FROM PUBLIC, mbiu_app")
    data = {"csrf_token": token, "code": code}
    answer = case.simon.client.post(show, data=data)
    assert cast.AMINA not in answer.text
    assert answer.status_code == 503


def test_the_sixth_of_a_day_is_refused(case: Case) -> None:
    for _ in range(A_DAY):
        assert cast.AMINA in case.simon.post(case.agreed(), code=code_of_now()).text
    refused = case.simon.post(case.agreed(), code=code_of_now()).text
    assert cast.AMINA not in refused
    assert "the limit" in refused
    with transaction() as session:
        session.execute(update(Reveal).values(shown_at=utcnow() - dt.timedelta(days=1, minutes=1)))
        session.execute(update(Reveal).where(Reveal.id == _last(session)).values(shown_at=None))
    assert cast.AMINA in case.simon.post(f"/people/reveals/{newest()}/show", code=code_of_now()).text


def _last(session: object) -> UUID:
    return newest()


def test_an_old_consent_shows_nothing(case: Case) -> None:
    show = case.agreed()
    with transaction() as session:
        session.execute(update(Reveal).values(answered_at=utcnow() - dt.timedelta(minutes=61)))
    assert cast.AMINA not in case.simon.post(show, code=code_of_now()).text


@pytest.mark.parametrize(
    ("field", "value"), [("reason", "please"), ("incident", "INONE00"), ("incident", "")]
)
def test_asking_needs_a_reason_and_an_incident_of_that_person(case: Case, field: str, value: str) -> None:
    case.ask(case.simon, **{field: value})
    assert newest() == UUID(int=0)
    other = cast.incident_of(cast.tell(cast.RAID, cast.JOSEPH)).ref
    case.ask(case.simon, incident=other)
    assert newest() == UUID(int=0)


def test_a_single_custodian_asks_in_vain(case: Case) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.name == "ines").values(disabled_at=utcnow()))
    assert "no second custodian" in case.ask(case.simon)


def test_the_record_and_the_list_hold_no_number(case: Case) -> None:
    case.simon.post(case.agreed(), code=code_of_now())
    assert cast.AMINA not in case.simon.get("/people/reveals").text
    with transaction() as session:
        entries = session.scalars(select(audit.AuditEntry)).all()
    assert not any(cast.AMINA[1:] in f"{one.object}{one.details}" for one in entries)
