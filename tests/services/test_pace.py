"""In a chat a message a second, in a group one in three, by all processes together; wishes are kept."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select, update

from mbiu import delivery, pace
from mbiu.codes import AddressKind, DeliveryState
from mbiu.db import transaction
from mbiu.models import Address, Pause, utcnow
from mbiu.outbox import Outgoing, put
from tests.cast import address_of, count, deliveries, person
from tests.doubles import Doubles

GRACE, DANIEL, GROUP = "5550002", "5550003", "-4001"
TELEGRAM = AddressKind.TELEGRAM


@pytest.fixture
def people(providers: Doubles) -> Doubles:
    for number, chat in enumerate((GRACE, DANIEL, GROUP)):
        person(f"UG-{number}", chat, kind=TELEGRAM, channel="telegram")
        if chat == GROUP:
            providers.telegram.found(int(GROUP))
        else:
            providers.telegram.know(int(chat))
    with transaction() as session:
        session.execute(update(Address).where(Address.id == at(GROUP)).values(is_group=True))
    return providers


def at(chat: str) -> UUID:
    return address_of(chat, TELEGRAM).id


def write(chat: str, text: str, kind: str = "reply") -> None:
    address = address_of(chat, TELEGRAM)
    with transaction() as session:
        put(session, Outgoing(address.id, address.contact_id, "telegram", text, kind), utcnow())


def rest(chat: str, seconds: float) -> None:
    """Let the chat's latest message be so long ago."""
    ago = utcnow() - dt.timedelta(seconds=seconds)
    with transaction() as session:
        session.execute(update(Address).where(Address.id == at(chat)).values(sent_at=ago))


def claimed() -> list[str]:
    return [item.message.text for item in delivery.claim()]


def test_of_a_chat_one_is_claimed_the_alert_first() -> None:
    person("UG-1", GRACE, kind=TELEGRAM, channel="telegram")
    for text, kind in (("one", "reply"), ("two", "alert"), ("three", "reply")):
        write(GRACE, text, kind)
    assert claimed() == ["two"]
    assert claimed() == []
    assert delivery.is_held()


@pytest.mark.parametrize(("chat", "soon", "late"), [(GRACE, 0.5, 1.1), (GROUP, 2.5, 3.1)])
def test_the_next_may_go_when_the_chat_has_rested(
    people: Doubles, chat: str, soon: float, late: float
) -> None:
    write(chat, "next")
    rest(chat, soon)
    assert claimed() == []
    rest(chat, late)
    assert claimed() == ["next"]


def test_while_one_is_under_way_nothing_follows(people: Doubles) -> None:
    write(GRACE, "first")
    assert claimed() == ["first"]
    later = utcnow() + dt.timedelta(seconds=10)
    write(GRACE, "second")
    with transaction() as session:
        free = select(Address.id).where(Address.id == at(GRACE), pace.is_rested(later))
        assert session.scalar(free) is None
        pace.done(session, at(GRACE), utcnow())
        assert session.scalar(free) == at(GRACE)


def test_one_chat_holds_up_no_other(people: Doubles) -> None:
    for number in range(20):
        write(GRACE, f"to Grace {number}")
    write(DANIEL, "to Daniel")
    while not people.telegram.texts(int(DANIEL)):
        assert delivery.deliver()
    assert people.telegram.texts(int(GRACE)) == ["to Grace 0"]


def test_several_processes_keep_within_telegrams_limits(people: Doubles) -> None:
    """The double refuses a second message to a chat within a second."""
    people.telegram.limits = True
    for number in range(4):
        write(GRACE, f"to Grace {number}")
        write(DANIEL, f"to Daniel {number}")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: send_all(), range(4)))
    assert people.telegram.texts(int(GRACE)) == [f"to Grace {number}" for number in range(4)]
    assert {(row.state, row.attempts) for row in deliveries()} == {(DeliveryState.SENT, 1)}


def send_all() -> None:
    while delivery.deliver() or delivery.is_held():
        pass


def test_a_group_that_is_written_to_too_often_rests_as_long_as_it_is_told_to(people: Doubles) -> None:
    people.telegram.fail_next(status=429, retry_after=30)
    write(GROUP, "to the group")
    delivery.deliver()
    write(GROUP, "more for the group")
    write(DANIEL, "to Daniel")
    assert claimed() == ["to Daniel"]
    rest(GROUP, 3.1)
    assert claimed() == ["more for the group"], "only the refused one waits by itself"


def test_when_the_bot_is_told_to_wait_nobody_is_written_to(people: Doubles) -> None:
    people.telegram.fail_next(status=429, retry_after=20)
    write(GRACE, "to Grace")
    delivery.deliver()
    write(DANIEL, "to Daniel")
    assert claimed() == []
    assert delivery.is_held()
    past = utcnow() - dt.timedelta(seconds=1)
    with transaction() as session:
        session.execute(update(Pause).values(until=past))
    assert claimed() == ["to Daniel"]


def test_a_long_wish_of_one_chat_does_not_silence_the_bot_for_long(people: Doubles) -> None:
    now = utcnow()
    with transaction() as session:
        pace.obey(session, at(GRACE), 3_600, now)
        pace.obey(session, at(GRACE), 5, now)
    assert count(Pause, Pause.until == now + pace.LONGEST) == 1


def test_texts_by_sms_know_no_pace(providers: Doubles) -> None:
    contact = person("UG-9", "+256772000209")
    address = address_of("+256772000209")
    for number in range(3):
        with transaction() as session:
            put(session, Outgoing(address.id, contact, "twilio", f"text {number}", "reply"), utcnow())
    with transaction() as session:
        pace.obey(session, address.id, 60, utcnow())
    assert len(claimed()) == 3
