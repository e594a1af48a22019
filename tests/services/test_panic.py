"""PANIC: the number is gone, the chat is emptied, nobody writes any more, and the answer tells nothing."""

import datetime as dt
import os
import re
import sys
from subprocess import Popen
from uuid import UUID

import pytest
from sqlalchemy import select, update

from mbiu import delivery, erasing, escalation, leaving, outbox, questions, routing
from mbiu.codes import AddressKind, DeliveryState
from mbiu.db import transaction
from mbiu.models import (
    Address,
    AuditEntry,
    Contact,
    Delivery,
    Erasure,
    Message,
    Notice,
    Report,
    VaultEntry,
    utcnow,
)
from mbiu.outbox import Outgoing
from mbiu.refusals import NotPossible
from mbiu.vault import own_word
from tests.cast import (
    AMINA,
    DANIEL,
    JOSEPH,
    QUARREL,
    RAID,
    address_of,
    approve,
    chat,
    close,
    contact_of,
    count,
    deliveries,
    hand_in,
    incident_of,
    people_of_chains,
    person,
    read_all,
    report_of,
    route,
    say,
    sms,
    tell,
    user,
)
from tests.doubles import Doubles

CHAT = "777002"
WORD = "mvua kesho"


def own_panic_word(contact_id: UUID, word: str = WORD) -> None:
    with transaction() as session:
        digest = own_word("panic", contact_id, word)
        session.execute(update(Contact).where(Contact.id == contact_id).values(panic_word=digest))


def panic(contact_id: UUID) -> None:
    with transaction() as session:
        leaving.panic(session, contact_id, utcnow())


def burn() -> int:
    with transaction() as session:
        return erasing.burn(session)


def contact(contact_id: UUID) -> Contact:
    with transaction() as session:
        return session.scalars(select(Contact).where(Contact.id == contact_id)).one()


def said_in_chat(doubles: Doubles, number: int, *, hours_ago: float = 0, text: str = "") -> None:
    """A message of the person that stands in the chat and, as it came in then, in our table."""
    at = utcnow() - dt.timedelta(hours=hours_ago)
    text = text or f"It is quiet in the village today, day {number}"
    shown = doubles.telegram.inject_text(int(CHAT), text)
    found = max(doubles.telegram.messages)
    doubles.telegram.messages[found].at = at.timestamp()
    received = hand_in(
        chat(
            text,
            CHAT,
            provider_id=str(shown),
            chat_message=str(found[1]),
            sent_at=at,
        ),
        inline=False,
    )
    with transaction() as session:
        row = update(Message).where(Message.id == received.message_id)
        session.execute(row.values(created_at=at))


def age_of_answers(doubles: Doubles, hours: float) -> None:
    """Let the bot's answers so far be older."""
    at = utcnow() - dt.timedelta(hours=hours)
    for message in doubles.telegram.sent:
        message.at = at.timestamp()
    with transaction() as session:
        session.execute(update(Delivery).values(sent_at=at))


def ids_in_chat(doubles: Doubles) -> set[int]:
    return {number for who, number in doubles.telegram.messages if who == int(CHAT)}


def deleted(doubles: Doubles) -> set[int]:
    return {number for who, number in doubles.telegram.deleted if who == int(CHAT)}


def send_all() -> None:
    """Read what came, let the answers go that waited for it, and send."""
    read_all()
    with transaction() as session:
        waiting = update(Delivery).where(Delivery.state == DeliveryState.QUEUED)
        session.execute(waiting.values(due_at=utcnow() - dt.timedelta(seconds=1)))
    while delivery.deliver() or delivery.is_held():
        pass


# --- the number --------------------------------------------------------------------------------


def test_the_number_is_destroyed_at_once_and_leads_nowhere() -> None:
    tell(RAID)
    amina, index = contact_of(AMINA).id, address_of(AMINA).blind_index
    panic(amina)
    assert count(VaultEntry) == 0
    assert count(Address, Address.blind_index == index) == 0
    assert address_row(amina).vault_id is None
    assert contact(amina).silent_at is not None


def address_row(contact_id: UUID) -> Address:
    with transaction() as session:
        return session.scalars(select(Address).where(Address.contact_id == contact_id)).one()


def test_the_next_message_of_the_number_comes_from_a_stranger() -> None:
    code = person("KAS-07", AMINA)
    say(RAID)
    panic(code)
    say(QUARREL)
    assert contact_of(AMINA).code != "KAS-07"
    assert contact_of(AMINA).role == "unknown"


def test_the_reports_stay_and_name_nobody() -> None:
    ref = tell(RAID)
    amina = contact_of(AMINA).id
    panic(amina)
    assert incident_of(ref).reports == 1
    assert report_of(ref).contact_id == amina


def test_own_words_home_and_pin_go_too() -> None:
    amina = person("KAS-07", AMINA, home_place_id="ug-kasese", pin="$argon2id$x")
    own_panic_word(amina)
    panic(amina)
    row = contact(amina)
    assert (row.home_place_id, row.pin, row.panic_word, row.duress_word) == (None, None, None, None)


def test_custodians_are_told_by_code_and_it_is_recorded() -> None:
    panic(person("KAS-07", AMINA))
    with transaction() as session:
        notice = session.scalars(select(Notice)).one()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "contact.panic")).one()
    assert (notice.kind, notice.role, notice.subject) == ("panic", "custodian", "contact:KAS-07")
    assert entry.object == "contact:KAS-07"


def test_twice_is_as_good_as_once() -> None:
    amina = person("KAS-07", AMINA)
    panic(amina)
    before = (contact(amina).silent_at, address_row(amina).blind_index)
    panic(amina)
    assert (contact(amina).silent_at, address_row(amina).blind_index) == before
    assert count(AuditEntry, AuditEntry.action == "contact.panic") == 1


# --- the answer --------------------------------------------------------------------------------


def masked(reply: str | None) -> str:
    assert reply
    return re.sub(r"\bR[0-9A-Z]{6}\b", "R??????", reply)


@pytest.mark.parametrize("word", ["mvua kesho", "MVUA  KESHO!"])
def test_the_answer_equals_that_to_a_stranger_to_the_byte(word: str) -> None:
    own_panic_word(person("KAS-07", AMINA, language="sw"))
    say(RAID)
    assert masked(say(word).reply) == masked(say(word, JOSEPH).reply)
    assert contact(called("KAS-07")).silent_at


def test_the_strangers_number_is_burnt_after_the_answer() -> None:
    own_panic_word(person("KAS-07", AMINA))
    say(WORD)
    assert count(VaultEntry) == 1
    assert burn() == 1
    assert count(VaultEntry) == 0
    assert burn() == 0


def test_the_strangers_number_waits_for_an_answer_that_is_underway(providers: Doubles) -> None:
    providers.telegram.know(int(CHAT))
    own_panic_word(person("KAS-07", CHAT, kind=AddressKind.TELEGRAM, channel="telegram"))
    hand_in(chat(WORD, CHAT), inline=False)
    assert burn() == 0
    assert count(VaultEntry) == 1
    send_all()
    assert burn() == 1
    assert count(VaultEntry) == 0
    assert len(providers.telegram.texts(int(CHAT))) == 1


def test_an_answer_that_never_gets_through_does_not_keep_the_number(providers: Doubles) -> None:
    own_panic_word(person("KAS-07", CHAT, kind=AddressKind.TELEGRAM, channel="telegram"))
    hand_in(chat(WORD, CHAT), inline=False)
    with transaction() as session:
        assert erasing.burn(session, utcnow() + erasing.LAST_WORD) == 1
    assert count(VaultEntry) == 0
    assert {one.state for one in deliveries()} == {DeliveryState.EXPIRED}


def test_a_repeat_after_the_burning_leaves_no_number_behind() -> None:
    own_panic_word(person("KAS-07", AMINA))
    message = sms(WORD, AMINA)
    first = hand_in(message)
    burn()
    again = hand_in(message)
    assert (again.reply, again.ref, again.repeated) == (first.reply, first.ref, True)
    assert count(VaultEntry) == 0


def test_nobody_with_messages_is_discarded() -> None:
    say(RAID)
    with transaction() as session:
        assert not leaving.discard(session, contact_of(AMINA).id)
    assert count(VaultEntry) == 1


# --- silence -----------------------------------------------------------------------------------


def test_what_waits_for_them_is_not_sent(providers: Doubles) -> None:
    amina = person("KAS-07", AMINA)
    with transaction() as session:
        address = address_of(AMINA)
        outbox.put(session, Outgoing(address.id, amina, "twilio", "Hello", "question"), utcnow())
    panic(amina)
    send_all()
    assert providers.twilio.sent == []
    assert [(one.state, one.error) for one in deliveries()] == [(DeliveryState.EXPIRED, "silent")]


def test_in_thirty_days_of_everything_nothing_is_sent(providers: Doubles) -> None:
    """Verdict, alert, question, escalation and outcome after PANIC: the provider hears of none of it."""
    daniel = person("UG-1", DANIEL)
    route("elders", [[daniel], [person("KAS-07", AMINA)]])
    ref = tell(RAID, AMINA)
    ruth, peter = user("ruth"), user("peter")
    own_panic_word(called("KAS-07"))
    say(WORD)
    burn()
    read_all()
    with transaction() as session:
        report = session.scalars(select(Report).where(Report.ref == ref)).one()
        with pytest.raises(NotPossible):
            questions.ask_as(session, ruth, report, "Is all well?")
    approve(incident_of(ref).ref, ruth, peter)
    with transaction() as session:
        routing.send(session, ruth, incident_of(ref).ref)
    with transaction() as session:
        session.execute(update(Delivery).values(due_at=utcnow() - dt.timedelta(days=30)))
        escalation.take_due(session)
    send_all()
    close(ruth, incident_of(ref).ref)
    send_all()
    assert {one.to for one in providers.twilio.sent} == {DANIEL}
    silent = Delivery.address_id.in_(select(Address.id).where(Address.vault_id.is_(None)))
    assert deliveries(silent, Delivery.kind != "reply", Delivery.state != DeliveryState.EXPIRED) == []
    assert people_of_chains() == [daniel]


def called(code: str) -> UUID:
    with transaction() as session:
        return session.scalars(select(Contact.id).where(Contact.code == code)).one()


def test_the_database_itself_refuses_to_queue_for_the_silent() -> None:
    amina = person("KAS-07", AMINA)
    address = address_of(AMINA)
    with transaction() as session:
        session.execute(update(Contact).where(Contact.id == amina).values(silent_at=utcnow()))
    for kind in ("question", "alert", "outcome", "reply"):
        with transaction() as session:
            outbox.put(session, Outgoing(address.id, amina, "twilio", "Hello", kind), utcnow())
    states = {one.kind: one.state for one in deliveries()}
    assert states.pop("reply") is DeliveryState.QUEUED
    assert set(states.values()) == {DeliveryState.EXPIRED}


# --- the chat ----------------------------------------------------------------------------------


def test_each_message_under_two_days_is_deleted_and_none_older(providers: Doubles) -> None:
    providers.telegram.know(int(CHAT))
    said_in_chat(providers, 1, hours_ago=50)
    send_all()
    age_of_answers(providers, 50)
    old = ids_in_chat(providers)
    said_in_chat(providers, 2, hours_ago=47)
    said_in_chat(providers, 3)
    send_all()
    young = ids_in_chat(providers) - old
    panic(contact_of(CHAT, AddressKind.TELEGRAM).id)
    assert erasing.erase() == 1
    assert len(young) >= 3
    assert deleted(providers) == young
    assert ids_in_chat(providers) == old
    assert count(Erasure) == 0


def test_one_harmless_answer_stays_and_the_word_goes(providers: Doubles) -> None:
    providers.telegram.know(int(CHAT))
    said_in_chat(providers, 1)
    send_all()
    own_panic_word(contact_of(CHAT, AddressKind.TELEGRAM).id)
    said_in_chat(providers, 2, text=WORD)
    send_all()
    while erasing.erase():
        pass
    burn()
    left = [providers.telegram.messages[int(CHAT), number] for number in ids_in_chat(providers)]
    assert [message.from_bot for message in left] == [True]
    assert count(VaultEntry) == count(Erasure) == 0


def test_a_chat_is_emptied_later_when_telegram_is_away(providers: Doubles) -> None:
    providers.telegram.know(int(CHAT))
    said_in_chat(providers, 1)
    send_all()
    panic(contact_of(CHAT, AddressKind.TELEGRAM).id)
    providers.telegram.token, right = "7000000001:wrong", providers.telegram.token
    assert erasing.erase() == 1
    assert (deleted(providers), count(Erasure)) == (set(), 1)
    providers.telegram.token = right
    make_due()
    assert erasing.erase() == 1
    assert (len(deleted(providers)), count(Erasure)) == (2, 0)


def make_due() -> None:
    with transaction() as session:
        session.execute(update(Erasure).values(due_at=utcnow() - dt.timedelta(seconds=1)))


def test_a_chat_that_shut_us_out_is_let_be(providers: Doubles) -> None:
    providers.telegram.know(int(CHAT))
    said_in_chat(providers, 1)
    send_all()
    panic(contact_of(CHAT, AddressKind.TELEGRAM).id)
    providers.telegram.block(int(CHAT))
    assert erasing.erase() == 1
    assert count(Erasure) == 0


def test_after_two_days_the_chat_id_goes_whatever_happened(providers: Doubles) -> None:
    providers.telegram.know(int(CHAT))
    said_in_chat(providers, 1)
    panic(contact_of(CHAT, AddressKind.TELEGRAM).id)
    providers.telegram.token = "7000000001:wrong"
    with transaction() as session:
        session.execute(update(Erasure).values(created_at=utcnow() - dt.timedelta(hours=49)))
    erasing.erase()
    assert count(Erasure) == 0


DIES = """
import os, signal
from mbiu import erasing
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
items = erasing.claim()
assert items
erasing._delete(items[0].chat, items[0].messages)
die()
"""


def test_a_worker_killed_before_it_noted_the_deletion_does_no_harm(
    providers: Doubles, environment: dict[str, str]
) -> None:
    providers.telegram.know(int(CHAT))
    said_in_chat(providers, 1)
    send_all()
    panic(contact_of(CHAT, AddressKind.TELEGRAM).id)
    mine = {name: value for name, value in os.environ.items() if name.startswith("MBIU_")}
    with Popen([sys.executable, "-c", DIES], env=environment | mine) as child:
        assert child.wait(60) == -9
    assert count(Erasure) == 1
    assert erasing.erase() == 0
    make_due()
    assert erasing.erase() == 1
    assert (len(deleted(providers)), count(Erasure)) == (2, 0)
