"""Sending: claim, send, record, against the providers' stand-ins."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, update

from mbiu import delivery, outbox, vault
from mbiu.codes import AddressKind, DeliveryState
from mbiu.db import transaction
from mbiu.delivery import recording
from mbiu.messages import DeliveryReport, Sent
from mbiu.models import Address, Delivery, EarlyReport, Message, utcnow
from mbiu.outbox import Outgoing
from mbiu.refs import new_id
from tests.cast import DANIEL, GRACE, count, person
from tests.conftest import Database
from tests.doubles import Doubles
from tests.services.conftest import Configure

CHAT = "777001"


def queue(contact: UUID, text: str = "Hello", **more: Any) -> UUID:
    """Put a text into the outbox; the id of its delivery."""
    with transaction() as session:
        address = session.scalars(select(Address).where(Address.contact_id == contact)).one()
        values = {"channel": address.channel, "kind": "reply"} | more
        message = outbox.put(
            session, Outgoing(address_id=address.id, contact_id=contact, text=text, **values), utcnow()
        )
        found = session.scalar(select(Delivery.id).where(Delivery.message_id == message))
    assert found is not None
    return found


def row(delivery_id: UUID) -> Delivery:
    with transaction() as session:
        return session.scalars(select(Delivery).where(Delivery.id == delivery_id)).one()


def make_due() -> None:
    with transaction() as session:
        session.execute(update(Delivery).values(due_at=utcnow() - dt.timedelta(seconds=1)))


def word(item: Delivery, state: DeliveryState, code: str = "") -> bool:
    assert item.provider_id is not None
    with transaction() as session:
        return delivery.report(session, DeliveryReport(item.channel, item.provider_id, state, code))


@pytest.fixture
def daniel() -> UUID:
    return person("UG-1", DANIEL)


def test_a_text_goes_out_by_twilio_and_its_id_is_kept(providers: Doubles, daniel: UUID) -> None:
    item = queue(daniel, "Received, thank you")
    assert delivery.deliver() == 1
    sent = row(item)
    assert providers.twilio.texts(DANIEL) == ["Received, thank you"]
    assert (sent.state, sent.attempts, sent.provider_id) == (
        DeliveryState.SENT,
        1,
        providers.twilio.sent[0].sid,
    )
    assert delivery.deliver() == 0


def test_a_text_goes_out_by_africas_talking(providers: Doubles) -> None:
    item = queue(person("UG-2", GRACE, channel="africastalking"))
    delivery.deliver()
    assert providers.africastalking.texts(GRACE) == ["Hello"]
    assert row(item).provider_id == providers.africastalking.sent[0].id


def test_a_text_goes_out_by_telegram_with_its_buttons(providers: Doubles) -> None:
    providers.telegram.know(int(CHAT))
    grace = person("UG-2", CHAT, kind=AddressKind.TELEGRAM, channel="telegram")
    item = queue(grace, buttons=[[{"label": "I take it", "data": "ack:A7K3QX9"}]])
    delivery.deliver()
    assert row(item).state is DeliveryState.SENT
    assert providers.telegram.sent[0].buttons == [[("I take it", "ack:A7K3QX9")]]


def test_a_failure_that_may_pass_is_tried_again_later_and_longer_each_time(
    providers: Doubles, configure: Configure, daniel: UUID
) -> None:
    configure(channels="twilio")
    item = queue(daniel)
    waits = []
    for _ in range(3):
        providers.twilio.fail_next(status=500)
        make_due()
        delivery.deliver()
        waits.append((row(item).due_at - utcnow()).total_seconds())
    assert row(item).state is DeliveryState.QUEUED
    assert waits == sorted(waits)
    assert waits[0] > 20
    assert delivery.deliver() == 0
    make_due()
    delivery.deliver()
    assert (row(item).state, row(item).error, row(item).attempts) == (DeliveryState.SENT, "", 4)
    assert not row(item).may_be_double


def test_a_provider_says_itself_how_long_to_wait(providers: Doubles) -> None:
    providers.telegram.know(int(CHAT))
    item = queue(person("UG-2", CHAT, kind=AddressKind.TELEGRAM, channel="telegram"))
    providers.telegram.fail_next(status=429, retry_after=300)
    delivery.deliver()
    assert (row(item).due_at - utcnow()).total_seconds() == pytest.approx(300, abs=10)


def test_a_long_outage_of_the_provider_loses_no_text(
    providers: Doubles, configure: Configure, daniel: UUID
) -> None:
    configure(channels="twilio")
    item = queue(daniel)
    with transaction() as session:
        session.execute(update(Delivery).values(attempts=100))
    providers.twilio.fail_next(status=500)
    delivery.deliver()
    assert row(item).state is DeliveryState.QUEUED
    assert row(item).due_at - utcnow() <= delivery.LONGEST_WAIT
    make_due()
    delivery.deliver()
    assert row(item).state is DeliveryState.SENT


def test_a_number_that_is_none_fails_at_once_and_for_good(providers: Doubles) -> None:
    item = queue(person("UG-3", "+15005550001"))
    delivery.deliver()
    assert (row(item).state, row(item).error) == (DeliveryState.FAILED, "not_a_number")
    make_due()
    assert delivery.deliver() == 0


def test_who_blocked_us_is_remembered(providers: Doubles) -> None:
    providers.telegram.know(int(CHAT)).blocked = True
    grace = person("UG-2", CHAT, kind=AddressKind.TELEGRAM, channel="telegram")
    unsubscribed = person("UG-3", "+15005550004")
    items = [queue(grace), queue(unsubscribed)]
    delivery.deliver()
    assert [row(item).state for item in items] == [DeliveryState.FAILED] * 2
    assert count(Address, Address.blocked_at.is_not(None)) == 2


def test_one_failure_touches_no_other(providers: Doubles, daniel: UUID) -> None:
    items = [queue(person("UG-3", "+15005550001")), queue(daniel)]
    assert delivery.deliver() == 2
    assert [row(item).state for item in items] == [DeliveryState.FAILED, DeliveryState.SENT]


def test_what_cannot_be_opened_fails_and_holds_up_no_other(providers: Doubles, daniel: UUID) -> None:
    broken, good = queue(daniel), queue(daniel, "Second")
    with transaction() as session:
        session.execute(
            update(Message)
            .where(Message.id == row(broken).message_id)
            .values(text=vault.seal("message", "text", new_id(), "of another row"))
        )
    delivery.deliver()
    assert (row(broken).state, row(broken).error) == (DeliveryState.FAILED, "cannot_open")
    assert row(good).state is DeliveryState.SENT


# --- providers' words --------------------------------------------------------------------------


def test_a_providers_words_only_move_forward(providers: Doubles, daniel: UUID) -> None:
    item = queue(daniel)
    delivery.deliver()
    assert word(row(item), DeliveryState.DELIVERED)
    for late in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DELIVERED):
        assert not word(row(item), late)
    assert row(item).state is DeliveryState.DELIVERED
    assert row(item).delivered_at is not None


def test_a_failure_told_by_the_provider_is_kept_with_its_code(providers: Doubles, daniel: UUID) -> None:
    item = queue(daniel)
    delivery.deliver()
    assert word(row(item), DeliveryState.FAILED, "30003")
    assert (row(item).state, row(item).error) == (DeliveryState.FAILED, "30003")
    assert word(row(item), DeliveryState.DELIVERED)


def test_a_word_that_comes_before_the_id_is_known_is_not_lost(providers: Doubles, daniel: UUID) -> None:
    item = queue(daniel)
    (claimed,) = delivery.claim()
    for state in (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.SENT):
        with transaction() as session:
            assert not delivery.report(session, DeliveryReport("twilio", "SM-early", state))
    assert count(EarlyReport) == 1
    recording.sent(claimed, "twilio", Sent("SM-early"), [])
    assert (row(item).state, row(item).provider_id) == (DeliveryState.DELIVERED, "SM-early")
    assert count(EarlyReport) == 0


def test_a_word_that_nobody_explains_shows_as_unknown(providers: Doubles, daniel: UUID) -> None:
    item = queue(daniel)
    delivery.deliver()
    assert word(row(item), DeliveryState.UNKNOWN, "Teleported")
    assert (row(item).state, row(item).error) == (DeliveryState.UNKNOWN, "Teleported")
    assert not word(row(item), DeliveryState.SENT)
    assert word(row(item), DeliveryState.DELIVERED)
    assert row(item).error == ""


# --- time and crashes --------------------------------------------------------------------------


def test_what_is_too_late_is_not_sent(providers: Doubles, daniel: UUID) -> None:
    item = queue(daniel, expires_at=utcnow() - dt.timedelta(seconds=1))
    assert delivery.deliver() == 0
    assert (row(item).state, row(item).error) == (DeliveryState.EXPIRED, "too late")
    assert providers.twilio.sent == []


def test_no_transaction_is_open_while_the_provider_thinks(
    providers: Doubles, database: Database, daniel: UUID
) -> None:
    queue(daniel)
    providers.twilio.fail_next(hang=1.0, status=500)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database.superuser_url, autocommit=True) as link:
        sending = pool.submit(delivery.deliver)
        while count(Delivery, Delivery.state == DeliveryState.SENDING) == 0:
            time.sleep(0.01)
        time.sleep(0.3)
        assert not sending.done()
        open_now = link.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
        ).fetchone()
        assert open_now == (0,)
        sending.result(timeout=20)


def test_who_dies_between_sending_and_recording_leaves_it_to_be_sent_again(
    providers: Doubles, daniel: UUID
) -> None:
    item = queue(daniel)
    assert [one.id for one in delivery.claim()] == [item]
    assert delivery.deliver() == 0
    with transaction() as session:
        lease = session.scalar(select(Delivery.due_at))
    assert lease is not None
    assert lease > utcnow()
    make_due()
    assert delivery.deliver() == 1
    assert (row(item).state, row(item).attempts) == (DeliveryState.SENT, 2)
    assert row(item).may_be_double


def test_an_answer_that_got_lost_means_twice_rather_than_never(providers: Doubles, daniel: UUID) -> None:
    item = queue(daniel)
    providers.twilio.fail_next(drop=True, after=True)
    delivery.deliver()
    assert row(item).state is DeliveryState.QUEUED
    make_due()
    delivery.deliver()
    assert (row(item).state, len(providers.twilio.sent)) == (DeliveryState.SENT, 2)
    assert row(item).may_be_double


def test_workers_at_once_send_each_text_once(providers: Doubles, daniel: UUID) -> None:
    for number in range(24):
        queue(daniel, f"Text {number}")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: [delivery.deliver(4) for _ in range(4)], range(3)))
    while delivery.deliver():
        pass
    assert sorted(providers.twilio.texts(DANIEL)) == sorted(f"Text {number}" for number in range(24))


def test_alerts_are_claimed_before_older_replies(providers: Doubles, daniel: UUID) -> None:
    queue(daniel, "reply")
    alert = queue(daniel, "alert", kind="alert")
    assert [one.id for one in delivery.claim(1)] == [alert]


def test_first_goes_what_asks_somebody_to_act_last_what_nobody_waits_for(
    providers: Doubles, daniel: UUID
) -> None:
    brief = queue(daniel, "brief", kind="digest")
    reply = queue(daniel, "reply")
    again = queue(daniel, "again", kind="alert", round=1)
    alert = queue(daniel, "alert", kind="alert")
    assert [one.id for _ in range(4) for one in delivery.claim(1)] == [alert, again, reply, brief]


def test_a_channel_that_is_gone_is_replaced_by_one_that_reaches_the_address(
    providers: Doubles, daniel: UUID
) -> None:
    item = queue(daniel, channel="gateway:gone")
    delivery.deliver()
    assert (row(item).channel, row(item).state) == ("twilio", DeliveryState.SENT)


def test_where_no_channel_reaches_an_address_the_text_waits(daniel: UUID) -> None:
    item = queue(daniel)
    delivery.deliver()
    assert (row(item).state, row(item).error) == (DeliveryState.QUEUED, "not_configured")


def test_the_demonstration_answers_by_the_simulator_only(configure: Configure) -> None:
    configure(demo="1")
    item = queue(person("DRILL-1", DANIEL, channel="simulator", exercise=True))
    delivery.deliver()
    assert (row(item).state, row(item).channel) == (DeliveryState.DELIVERED, "simulator")
