"""Briefs: to whom, when, what of, and that nothing goes without news."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select, update

from mbiu import delivery, digests, vault
from mbiu.audit import Actor
from mbiu.codes import AddressKind, DeliveryState, EventType, IncidentState, Role, Severity, Wish
from mbiu.db import transaction
from mbiu.digests import Wanted
from mbiu.house.occasions import Day
from mbiu.house.occasions import save as keep_day
from mbiu.models import Affiliation, Attachment, AuditEntry, Contact, Digest, Incident, Message, Outcome
from mbiu.refs import new_id, new_ref
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from tests.cast import DANIEL, GRACE, count, deliveries, person, said_to, texts_to, user
from tests.doubles.mail import MailDouble
from tests.services.conftest import Configure

KASESE, KWEEN = "/ug/ug-western/ug-kasese/", "/ug/ug-eastern/ug-kween/"
ZONE = ZoneInfo("Africa/Kampala")
#: A Wednesday at noon; briefs go at seven.
NOW = dt.datetime(2026, 11, 4, 12, tzinfo=ZONE)
MAIL = "grace@example.org"
SEVEN = dt.datetime(2026, 11, 5, 7, tzinfo=ZONE)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def miriam(clock: time_machine.Traveller) -> Actor:
    return user("miriam", Role.COORDINATOR)


@pytest.fixture
def daniel(miriam: Actor) -> UUID:
    return person("KAS-91", DANIEL)


@pytest.fixture
def grace(miriam: Actor) -> UUID:
    return person("UG-92", MAIL, kind=AddressKind.EMAIL, channel="email")


def order(actor: Actor, code: str, kind: str = "sms", area: str = KASESE, **values: object) -> UUID:
    with transaction() as session:
        return digests.save(session, actor, Wanted(code, kind, area, **values)).id  # type: ignore[arg-type]


def look() -> int:
    with transaction() as session:
        return digests.look(session)


def happen(kind: EventType = EventType.DISPUTE, area: str = KASESE, **values: object) -> UUID:
    """A confirmed incident, an hour ago by this clock."""
    row_id, at = new_id(), dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    facts = {"state": IncidentState.ALERTED, "severity": Severity.MODERATE, "verified_at": at, "block": area}
    row = Incident(id=row_id, ref=new_ref("I"), event_type=kind, area_path=area, **{**facts, **values})
    with transaction() as session:
        session.add(row)
    return row_id


def subject_of(message_id: UUID) -> str:
    with transaction() as session:
        return vault.unseal("message", "subject", message_id, session.get_one(Message, message_id).subject)


# --- when and to whom --------------------------------------------------------------------------


def test_a_daily_brief_goes_once_at_its_hour_and_counts(
    daniel: UUID, miriam: Actor, clock: time_machine.Traveller
) -> None:
    order(miriam, "KAS-91")
    happen()
    clock.move_to(SEVEN - dt.timedelta(seconds=1))
    happen(EventType.CATTLE_RAID), happen(area=KWEEN)
    assert look() == 0
    clock.move_to(SEVEN)
    assert (look(), look()) == (1, 0)
    assert texts_to(DANIEL, "digest") == ["Kasese 04/11-05/11: new 1, open 2, answered 0, closed 0."]


def test_without_news_nothing_is_sent_unless_asked(
    daniel: UUID, grace: UUID, miriam: Actor, clock: time_machine.Traveller
) -> None:
    order(miriam, "KAS-91")
    order(miriam, "KAS-91", area=KWEEN, always=True)
    clock.move_to(SEVEN)
    assert look() == 2
    assert texts_to(DANIEL, "digest") == ["Kween 04/11-05/11: new 0, open 0, answered 0, closed 0."]
    clock.move_to(SEVEN + dt.timedelta(days=1))
    happen()
    look()
    assert texts_to(DANIEL, "digest")[1] == "Kasese 05/11-06/11: new 1, open 1, answered 0, closed 0."


def test_a_weekly_brief_goes_on_its_day(daniel: UUID, miriam: Actor, clock: time_machine.Traveller) -> None:
    order(miriam, "KAS-91", weekly=True, weekday=0, hour=18, always=True)
    monday = dt.datetime(2026, 11, 9, 18, tzinfo=ZONE)
    clock.move_to(monday - dt.timedelta(seconds=1))
    assert look() == 0
    clock.move_to(monday)
    assert look() == 1
    with transaction() as session:
        assert session.scalars(select(Digest.due_at)).one() == monday + dt.timedelta(days=7)


@pytest.mark.parametrize("wish", [{"wish": Wish.PULL}, {"stopped_at": NOW}, {"silent_at": NOW}])
def test_nobody_gets_one_who_wants_silence(
    daniel: UUID, miriam: Actor, clock: time_machine.Traveller, wish: dict[str, object]
) -> None:
    order(miriam, "KAS-91", always=True)
    with transaction() as session:
        session.execute(update(Contact).values(wish))
    clock.move_to(SEVEN)
    assert look() == 1
    assert deliveries() == []


# --- what of -----------------------------------------------------------------------------------


def test_drills_restricted_and_unconfirmed_incidents_are_in_no_brief(
    daniel: UUID, miriam: Actor, clock: time_machine.Traveller
) -> None:
    order(miriam, "KAS-91", always=True)
    clock.move_to(SEVEN)
    happen(exercise=True)
    happen(EventType.SEXUAL_VIOLENCE)
    happen(state=IncidentState.OPEN, verified_at=None)
    happen(state=IncidentState.REFUTED)
    look()
    assert texts_to(DANIEL, "digest") == ["Kasese 04/11-05/11: new 0, open 0, answered 0, closed 0."]


def test_a_party_hears_nothing_of_what_it_is_suspected_of(
    daniel: UUID, miriam: Actor, clock: time_machine.Traveller
) -> None:
    peter = person("KAS-95", GRACE)
    order(miriam, "KAS-91", always=True)
    order(miriam, "KAS-95", always=True)
    with transaction() as session:
        session.add(Affiliation(contact_id=peter, kind="community", name="Bakonzo"))
    clock.move_to(SEVEN)
    happen(actors={"Bakonzo": "attacker"})
    look()
    assert "new 1" in texts_to(DANIEL, "digest")[0]
    assert "new 0" in texts_to(GRACE, "digest")[0]


def test_by_mail_it_comes_with_a_file_and_says_what_was_done(
    grace: UUID, miriam: Actor, clock: time_machine.Traveller
) -> None:
    order(miriam, "UG-92", "email")
    clock.move_to(SEVEN)
    closed = {"state": IncidentState.CLOSED, "closed_at": SEVEN - dt.timedelta(minutes=5)}
    done = happen(**closed)
    with transaction() as session:
        session.add(Outcome(incident_id=done, done=["dialogue"], effect="contained", user_id=miriam.id))
        keep_day(session, miriam, Day("market", "Market day", SEVEN.date(), SEVEN.date()))
    look()
    (sent,) = deliveries()
    with transaction() as session:
        file = session.scalars(select(Attachment)).one()
        content = vault.unseal_bytes("attachment", "content", file.id, file.content)
    assert (sent.kind, sent.channel, sent.segments) == ("digest", "email", 0)
    assert (file.name, file.content_type, content[:5]) == (
        "brief-2026-11-05.pdf",
        "application/pdf",
        b"%PDF-",
    )
    assert subject_of(sent.message_id) == "Brief: Kasese, 04/11 to 05/11"
    ((_, text),) = said_to(MAIL, AddressKind.EMAIL)
    assert "dispute: new 1, open 0, answered 0, closed 1" in text


def test_the_mail_that_leaves_carries_the_file(
    grace: UUID, miriam: Actor, clock: time_machine.Traveller, configure: Configure
) -> None:
    with MailDouble() as mail:
        configure(smtp_url=mail.url, mail_from="centre@example.org")
        order(miriam, "UG-92", "email")
        clock.move_to(SEVEN)
        happen()
        look()
        delivery.deliver()
        (sent,) = mail.to(MAIL)
    (file,) = sent.iter_attachments()
    assert sent["Subject"] == "Brief: Kasese, 04/11 to 05/11"
    assert (file.get_filename(), file.get_content_type()) == ("brief-2026-11-05.pdf", "application/pdf")
    assert [one.state for one in deliveries()] == [DeliveryState.SENT]


# --- who orders --------------------------------------------------------------------------------


def test_who_does_not_run_the_house_orders_nothing(daniel: UUID, miriam: Actor) -> None:
    made, ruth = order(miriam, "KAS-91"), user("ruth")
    with pytest.raises(NotAllowed):
        order(ruth, "KAS-91", area=KWEEN)
    with transaction() as session, pytest.raises(NotAllowed):
        digests.end(session, ruth, made)
    with transaction() as session, pytest.raises(NotFound):
        digests.end(session, miriam, daniel)
    with transaction() as session:
        digests.end(session, miriam, made)
    with transaction() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert actions == ["digest.saved", "digest.ended"]
    assert count(Digest) == 0


def test_what_makes_no_sense_is_refused(daniel: UUID, miriam: Actor) -> None:
    order(miriam, "KAS-91")
    for values in (
        {},
        {"kind": "email"},
        {"kind": "webhook"},
        {"area": "/xx/"},
        {"hour": 24},
        {"weekday": 7},
    ):
        with pytest.raises(NotPossible):
            order(miriam, "KAS-91", **values)
    with pytest.raises(NotPossible):
        order(miriam, "KAS-99", area=KWEEN)
    assert count(Digest) == 1
