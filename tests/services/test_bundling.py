"""Many alerts to one person: the first one by one, the surplus in one message that shares its fate."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from mbiu import alerting, delivery, outbox, vault
from mbiu.audit import SYSTEM
from mbiu.channels.text import segments
from mbiu.channels.webhook import Hook
from mbiu.codes import AddressKind, AlertState, DeliveryState, ResponderClass
from mbiu.db import transaction
from mbiu.delivery import bundling
from mbiu.enrolment import Registrar, ways
from mbiu.messages import DeliveryReport, File
from mbiu.models import (
    Address,
    Alert,
    AnswerLink,
    Attachment,
    Contact,
    Delivery,
    Incident,
    Pause,
    User,
    utcnow,
)
from mbiu.outbox import Outgoing
from mbiu.refs import new_id
from tests.cast import DANIEL, QUARREL, approve, count, deliveries, incident_of, person, said_to, tell, user
from tests.doubles import Doubles
from tests.doubles.hooks import HookDouble
from tests.doubles.mail import MailDouble
from tests.services.conftest import Configure
from tests.services.test_delivery import make_due, queue, row
from workers.housekeeping import tidy

CHAT = "777001"
REFS = [f"A7K3QX{number}" for number in range(2, 10)]


@dataclass(frozen=True)
class Keyed:
    """Somebody whose words have a key."""

    key: str


@pytest.fixture
def dispute() -> UUID:
    """A verified incident that alerts can be about."""
    found = incident_of(tell(QUARREL))
    approve(found.ref, user("ruth"))
    return found.id


def alert(incident_id: UUID, ref: str) -> UUID:
    """An alert with the words that `alerting` makes for whoever reads English."""
    row_id = new_id()
    with transaction() as session:
        about = session.get_one(Incident, incident_id)
        people = [Keyed(alerting.key(kind, "en")) for kind in AddressKind]
        said = alerting.contents(session, about, "Bwera, Kasese", ref, people)
        values = {"id": row_id, "ref": ref, "incident_id": incident_id, "incident_version": about.version}
        values["created_by"] = session.scalars(select(User.id)).one()
        values["texts"] = vault.seal("alert", "texts", row_id, json.dumps(said))
        session.add(Alert(**values))
    return row_id


def tell_of(contact: UUID, incident_id: UUID, refs: list[str], **more: Any) -> list[UUID]:
    """Deliveries of as many alerts to somebody."""
    return [
        queue(contact, f"{ref}: text", kind="alert", alert_id=alert(incident_id, ref), **more) for ref in refs
    ]


def states(items: list[UUID]) -> list[str]:
    return [row(item).state.value for item in items]


def send_all() -> None:
    while delivery.deliver():
        pass


@pytest.fixture
def daniel() -> UUID:
    return person("UG-1", DANIEL)


def test_as_many_as_the_house_allows_go_one_by_one(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    tell_of(daniel, dispute, REFS[:3])
    send_all()
    assert sorted(providers.twilio.texts(DANIEL)) == [f"{ref}: text" for ref in REFS[:3]]


def test_the_surplus_goes_together_after_the_first(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    items = tell_of(daniel, dispute, REFS[:6])
    send_all()
    first, second, more = providers.twilio.texts(DANIEL)
    assert {first, second} == {f"{ref}: text" for ref in REFS[:2]}
    assert more.startswith("4 more: A7K3QX4 ")
    assert more.endswith("Answer each by its reference, like 1 A7K3QX4")
    assert all(f"{ref} " in more for ref in REFS[2:6])
    assert more.count("dispute, Bwera, Kasese") == 4
    assert segments(more) <= 3
    assert states(items) == ["sent"] * 6
    assert len({row(item).carrier_id for item in items[2:]}) == 1


def test_what_comes_soon_after_waits_and_goes_together(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    tell_of(daniel, dispute, REFS[:3])
    send_all()
    late = tell_of(daniel, dispute, REFS[3:5])
    assert delivery.deliver() == 0
    assert states(late) == ["queued", "queued"]
    waits = {row(item).due_at for item in late}
    assert all(dt.timedelta() < due - utcnow() <= bundling.GATHER for due in waits)
    with transaction() as session:
        session.execute(update(Delivery).values(sent_at=Delivery.sent_at - bundling.GATHER))
    make_due()
    send_all()
    assert providers.twilio.texts(DANIEL)[-1].startswith("2 more: A7K3QX5 ")
    assert states(late) == ["sent", "sent"]


def test_a_bundle_that_is_full_leaves_the_rest_for_the_next(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    refs = [f"A7K3Q{letter}{number}" for letter in "ABC" for number in range(2, 10)]
    items = tell_of(daniel, dispute, refs)
    send_all()
    more = providers.twilio.texts(DANIEL)[-1]
    assert segments(more) <= 3
    told = int(more.split(" ", 1)[0])
    assert states(items) == ["sent"] * (2 + told) + ["queued"] * (22 - told)


def test_what_a_bundle_carries_shares_its_fate(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    configure(channels="twilio")
    items = tell_of(daniel, dispute, REFS[:5])
    delivery.deliver()
    providers.twilio.fail_next(status=500)
    delivery.deliver()
    assert states(items[2:]) == ["queued"] * 3
    assert {row(item).error for item in items[2:]} == {"twilio_500"}
    make_due()
    send_all()
    (carrier,) = deliveries(Delivery.kind == "bundle")
    assert carrier.provider_id is not None
    with transaction() as session:
        word = DeliveryReport("twilio", carrier.provider_id, DeliveryState.DELIVERED)
        assert delivery.report(session, word)
        assert not delivery.report(
            session, DeliveryReport("twilio", carrier.provider_id, DeliveryState.FAILED)
        )
    assert states(items[2:]) == ["delivered"] * 3
    assert all(row(item).delivered_at for item in items[2:])


def test_a_bundle_that_may_have_come_twice_says_so_for_all_that_it_carries(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    configure(channels="twilio")
    items = tell_of(daniel, dispute, REFS[:5])
    delivery.deliver()
    providers.twilio.fail_next(drop=True, after=True)
    delivery.deliver()
    make_due()
    send_all()
    assert len(providers.twilio.sent) == 4
    assert [(row(item).attempts, row(item).may_be_double) for item in items] == [
        *[(1, False)] * 2,
        *[(2, True)] * 3,
    ]


def test_an_alert_that_is_called_off_does_not_go_out_in_a_bundle(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    configure(channels="twilio")
    items = tell_of(daniel, dispute, REFS[:5])
    delivery.deliver()
    providers.twilio.fail_next(status=500)
    delivery.deliver()
    with transaction() as session:
        outbox.drop(session, Delivery.id == items[3], "cancelled")
        session.execute(update(Delivery).values(sent_at=Delivery.sent_at - bundling.GATHER))
    make_due()
    send_all()
    assert states(items) == ["sent", "sent", "sent", "expired", "sent"]
    assert REFS[3] not in providers.twilio.texts(DANIEL)[-1]


def test_a_bundle_that_is_too_late_expires_with_all_it_carries(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    configure(channels="twilio")
    items = tell_of(daniel, dispute, REFS[:5])
    delivery.deliver()
    providers.twilio.fail_next(status=500)
    delivery.deliver()
    with transaction() as session:
        session.execute(update(Delivery).values(expires_at=utcnow()))
    assert delivery.deliver() == 0
    assert states(items[2:]) == ["expired"] * 3


def test_in_a_chat_each_alert_of_a_bundle_has_its_button(
    providers: Doubles, configure: Configure, dispute: UUID
) -> None:
    providers.telegram.know(int(CHAT))
    grace = person("UG-2", CHAT, kind=AddressKind.TELEGRAM, channel="telegram")
    tell_of(grace, dispute, REFS[:5])
    for _ in range(3):
        delivery.deliver()
        rest = utcnow() - dt.timedelta(seconds=2)
        with transaction() as session:
            session.execute(update(Address).values(sent_at=rest))
    last = providers.telegram.sent[-1]
    assert [one[0][1] for one in last.buttons] == [f"ack:{ref}" for ref in REFS[2:5]]
    assert len(providers.telegram.sent) == 3


def test_in_a_mail_each_alert_of_a_bundle_has_its_link(configure: Configure, dispute: UUID) -> None:
    with MailDouble() as mail:
        configure(smtp_url=mail.url, mail_from="centre@example.org", public_url="https://hooks.example.org")
        grace = person("UG-2", "grace@peace.example", kind=AddressKind.EMAIL, channel="email")
        tell_of(grace, dispute, REFS[:5], subject="please answer")
        send_all()
        (bundle,) = [one for one in mail.to("grace@peace.example") if one["Subject"].startswith("3 more")]
        assert bundle.get_content().count("https://hooks.example.org/a/en/") == 3
    assert count(AnswerLink) == 3


def test_a_repeat_and_the_last_step_are_never_held_back(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    tell_of(daniel, dispute, REFS[:3])
    send_all()
    queue(daniel, "the last step", kind="final", alert_id=alert(dispute, REFS[3]))
    send_all()
    assert providers.twilio.texts(DANIEL)[-1] == "the last step"


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configure: Configure) -> Iterator[HookDouble]:
    with HookDouble(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.authority))
        configure(hook_hosts=running.allowed, hook_networks=str(ip_network("127.0.0.0/8")))
        yield running


def hooked(partner: HookDouble) -> UUID:
    kept = str(Hook(partner.url, "a-secret-of-the-partner"))
    return person(
        "UG-5", kept, kind=AddressKind.WEBHOOK, channel="webhook", responder_class=ResponderClass.PARTNER
    )


def test_a_partners_server_gets_each_alert_by_itself(partner: HookDouble, dispute: UUID) -> None:
    items = tell_of(hooked(partner), dispute, REFS[:5])
    send_all()
    assert len(partner.calls) == 5
    assert states(items) == ["delivered"] * 5


def test_a_partners_server_that_fails_is_called_again_with_the_same_id(
    partner: HookDouble, dispute: UUID
) -> None:
    partner.answers.append(500)
    (item,) = tell_of(hooked(partner), dispute, REFS[:1])
    delivery.deliver()
    assert (row(item).state, row(item).error) == (DeliveryState.QUEUED, "http_500")
    make_due()
    delivery.deliver()
    assert row(item).state is DeliveryState.DELIVERED
    assert [call.headers["x-mbiu-id"] for call in partner.calls] == [str(item)] * 2


def test_a_hook_that_is_gone_is_not_called_any_more(partner: HookDouble, dispute: UUID) -> None:
    partner.answers.append(410)
    (item,) = tell_of(hooked(partner), dispute, REFS[:1])
    delivery.deliver()
    assert (row(item).state, row(item).error) == (DeliveryState.FAILED, "gone")
    assert count(Address, Address.blocked_at.is_not(None)) == 1


# --- rates -------------------------------------------------------------------------------------


def test_a_gateway_takes_no_more_a_second_than_it_may_and_alerts_go_first(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    configure(channels="twilio", send_rates="twilio=1")
    for number in range(3):
        queue(daniel, f"reply {number}")
    tell_of(daniel, dispute, REFS[:1])
    assert delivery.deliver() == 1
    assert providers.twilio.texts(DANIEL) == [f"{REFS[0]}: text"]
    assert delivery.deliver() == 0
    assert delivery.is_held()
    let_pass("twilio")
    assert delivery.deliver() == 1
    assert said_to(DANIEL)[0] == ("reply", "reply 0")
    assert {one.attempts for one in deliveries(Delivery.state == DeliveryState.QUEUED)} == {0}


def let_pass(channel: str) -> None:
    with transaction() as session:
        session.execute(update(Pause).where(Pause.channel == channel).values(until=utcnow()))


def test_one_gateways_rate_holds_up_no_other(providers: Doubles, configure: Configure, daniel: UUID) -> None:
    configure(send_rates="twilio=1")
    for number in range(2):
        queue(daniel, f"by Twilio {number}")
    queue(person("UG-2", "+256772000202", channel="africastalking"), "by Africa's Talking")
    delivery.deliver()
    assert providers.twilio.texts(DANIEL) == ["by Twilio 0"]
    assert providers.africastalking.texts("+256772000202") == ["by Africa's Talking"]


# --- too late ----------------------------------------------------------------------------------


def test_what_waits_for_another_try_expires_in_its_time(providers: Doubles, daniel: UUID) -> None:
    item = queue(daniel, due_at=utcnow() + dt.timedelta(hours=1), expires_at=utcnow())
    assert delivery.deliver() == 0
    assert (row(item).state, row(item).error) == (DeliveryState.EXPIRED, "too late")


def test_a_first_telling_goes_before_a_repeat_and_a_digest_last(
    providers: Doubles, daniel: UUID, dispute: UUID
) -> None:
    about = alert(dispute, REFS[0])
    order = [
        queue(daniel, "digest", kind="digest"),
        queue(daniel, "reply", kind="reply"),
        queue(daniel, "repeat", kind="alert", alert_id=about, round=1),
        queue(daniel, "alert", kind="alert", alert_id=about),
    ]
    assert [one.id for one in delivery.claim()] == order[::-1]


def test_a_mails_files_are_forgotten_after_some_days(daniel: UUID) -> None:
    item = queue(daniel)
    with transaction() as session:
        for age in (1, 4):
            at = utcnow() - dt.timedelta(days=age)
            outbox.attach(session, row(item).message_id, File("a.pdf", "application/pdf", b"%PDF"), at)
        tidy(session)
    assert count(Attachment) == 1


# --- another way -------------------------------------------------------------------------------


def test_an_alert_that_can_never_reach_a_phone_goes_to_the_mailbox(
    providers: Doubles, configure: Configure, dispute: UUID
) -> None:
    with MailDouble() as mail:
        configure(smtp_url=mail.url, mail_from="centre@example.org")
        lost = person("UG-3", "+15005550001")
        with transaction() as session:
            contact = session.get_one(Contact, lost)
            ways.add_mail(session, Registrar(SYSTEM), contact, "lost@peace.example", utcnow())
        about = alert(dispute, REFS[0])
        with transaction() as session:
            mine = Address.contact_id == lost, Address.kind == AddressKind.SMS
            phone = session.scalars(select(Address).where(*mine)).one()
            out = Outgoing(phone.id, lost, "twilio", "to the phone", "alert", alert_id=about, step=2)
            outbox.put(session, out, utcnow())
        send_all()
        (letter,) = mail.to("lost@peace.example")
        assert letter["Subject"] == f"{REFS[0]}: please answer"
    told = deliveries(Delivery.alert_id == about)
    assert [(one.state.value, one.step) for one in told] == [("failed", 2), ("sent", 2)]


def test_an_alert_that_nobody_waits_for_is_not_sent_elsewhere(
    providers: Doubles, configure: Configure, dispute: UUID
) -> None:
    lost = person("UG-3", "+15005550001")
    with transaction() as session:
        contact = session.get_one(Contact, lost)
        ways.add_mail(session, Registrar(SYSTEM), contact, "lost@peace.example", utcnow())
        mine = Address.contact_id == lost, Address.kind == AddressKind.SMS
        phone = session.scalars(select(Address).where(*mine)).one()
    about = alert(dispute, REFS[0])
    with transaction() as session:
        session.execute(update(Alert).values(state=AlertState.ACKNOWLEDGED))
        outbox.put(session, Outgoing(phone.id, lost, "twilio", "late", "alert", alert_id=about), utcnow())
    send_all()
    assert [one.state.value for one in deliveries(Delivery.alert_id == about)] == ["failed"]


def test_a_mailbox_that_there_is_not_is_marked_and_the_alert_goes_to_the_phone(
    providers: Doubles, configure: Configure, daniel: UUID, dispute: UUID
) -> None:
    with MailDouble() as mail:
        configure(smtp_url=mail.url, mail_from="centre@example.org")
        with transaction() as session:
            contact = session.get_one(Contact, daniel)
            ways.add_mail(session, Registrar(SYSTEM), contact, "lost@peace.example", utcnow())
            box = session.scalars(select(Address.id).where(Address.kind == AddressKind.EMAIL)).one()
        mail.refuse.append("550 5.1.1 No such mailbox")
        about = alert(dispute, REFS[0])
        with transaction() as session:
            out = Outgoing(box, daniel, "email", "words", "alert", alert_id=about, step=1)
            outbox.put(session, out, utcnow())
        send_all()
        assert mail.mails == []
    told = deliveries(Delivery.alert_id == about)
    assert [(one.state.value, one.error) for one in told] == [("failed", "no_mailbox"), ("sent", "")]
    assert len(providers.twilio.texts(DANIEL)) == 1
    with transaction() as session:
        assert session.get_one(Address, box).blocked_at is not None
