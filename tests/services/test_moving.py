"""A contact whose address changes stays the same contact, in whatever order the news comes."""

import pytest
from sqlalchemy import select

from mbiu import arrivals, delivery, spool, vault
from mbiu.arrivals import Blocked, Moved
from mbiu.codes import AddressKind, ContactRole, DeliveryState
from mbiu.db import transaction
from mbiu.models import Address, Contact, Message, Report, VaultEntry, utcnow
from mbiu.outbox import Outgoing, put
from tests.cast import address_of, chat, count, deliveries, hand_in, person
from tests.doubles import Doubles

GROUP, FORUM = "-4001", "-1002000000001"
TELEGRAM = AddressKind.TELEGRAM


def committee(at: str = GROUP, code: str = "KTD-12") -> None:
    person(code, at, role=ContactRole.COMMITTEE, kind=TELEGRAM, channel="telegram")


def move() -> None:
    with transaction() as session:
        arrivals.take(session, Moved(TELEGRAM, GROUP, FORUM))


def report(at: str, text: str = "Houses are burning in Bwera, Kasese") -> None:
    hand_in(chat(text, at, is_group=True, author="7001"), inline=False)


def code_at(chat_id: str) -> str:
    with transaction() as session:
        contact = session.get(Contact, address_of(chat_id, TELEGRAM).contact_id)
        assert contact is not None
        return contact.code


def sealed_at(chat_id: str) -> str:
    with transaction() as session:
        entry = session.get(VaultEntry, address_of(chat_id, TELEGRAM).vault_id)
        assert entry is not None
        return vault.unseal("vault", "value", entry.id, entry.value)


def test_the_contact_is_found_and_reached_at_the_new_address() -> None:
    committee()
    report(GROUP)
    for _ in range(2):
        move()
        assert (code_at(FORUM), sealed_at(FORUM)) == ("KTD-12", FORUM)
    assert count(Address, Address.blind_index == vault.blind_index(TELEGRAM, GROUP)) == 0
    report(FORUM, "NEW The bridge at Kilembe is broken")
    assert count(Contact) == 1


def test_a_member_keeps_the_pseudonym() -> None:
    committee()
    report(GROUP)
    move()
    report(FORUM, "NEW The bridge at Kilembe is broken")
    with transaction() as session:
        authors = session.scalars(select(Message.author).where(Message.direction == "in")).all()
    assert len(authors) == 2
    assert len(set(authors)) == 1


def test_whoever_was_made_known_at_the_new_address_meanwhile_is_the_same() -> None:
    committee()
    report(GROUP)
    report(FORUM, "The bridge at Kilembe is broken")
    assert count(Contact) == 2
    move()
    assert (code_at(FORUM), sealed_at(FORUM)) == ("KTD-12", FORUM)
    mine = address_of(FORUM, TELEGRAM)
    assert count(Report, Report.contact_id == mine.contact_id, Report.address_id == mine.id) == 2
    assert count(Message, Message.address_id == mine.id) == count(Message)
    assert (count(Contact), count(VaultEntry)) == (1, 1)


def test_a_straggler_from_the_old_address_does_not_become_somebody_else() -> None:
    committee()
    move()
    report(GROUP)
    move()
    assert (code_at(FORUM), count(Contact)) == ("KTD-12", 1)


def test_two_whom_people_enrolled_stay_two() -> None:
    committee()
    committee(FORUM, "KTD-13")
    move()
    assert (code_at(GROUP), code_at(FORUM)) == ("KTD-12", "KTD-13")
    assert address_of(GROUP, TELEGRAM).blocked_at, "nobody is there any more"


def test_a_move_that_finds_no_database_waits_in_the_spool() -> None:
    committee()
    spool.put(Blocked("telegram", TELEGRAM, GROUP, utcnow()))
    spool.put(Blocked("telegram", TELEGRAM, GROUP, utcnow(), lifted=True))
    spool.put(Moved(TELEGRAM, GROUP, FORUM))
    assert spool.take_in() == 3
    assert code_at(FORUM) == "KTD-12"
    assert address_of(FORUM, TELEGRAM).is_group


@pytest.mark.parametrize("lifted", [False, True])
def test_who_stops_the_bot_is_noted_and_who_lets_it_in_again_too(lifted: bool) -> None:
    committee()
    for ends in (False, lifted):
        with transaction() as session:
            arrivals.take(session, Blocked("telegram", TELEGRAM, GROUP, utcnow(), ends))
    assert bool(address_of(GROUP, TELEGRAM).blocked_at) is not lifted


def test_a_stranger_is_not_made_by_a_move() -> None:
    move()
    assert count(Contact) == 0


@pytest.mark.parametrize("topic", [None, 7])
def test_what_is_sent_to_the_old_address_follows_at_once(providers: Doubles, topic: int | None) -> None:
    """Telegram refuses the old id and names the new one, before or without any other news of the move."""
    committee()
    providers.telegram.migrate(int(GROUP), int(FORUM), tell=())
    providers.telegram.groups[int(FORUM)].topics = {7}
    mine = address_of(GROUP, TELEGRAM)
    out = Outgoing(mine.id, mine.contact_id, "telegram", "About RABC234: solved.", "outcome", topic=topic)
    with transaction() as session:
        put(session, out, utcnow())
    while not providers.telegram.sent:
        delivery.deliver()
    [said], [row] = providers.telegram.sent, deliveries()
    assert (said.chat_id, said.text, said.topic) == (int(FORUM), out.text, topic)
    assert (row.state, row.attempts) == (DeliveryState.SENT, 2)
    assert (code_at(FORUM), count(Contact)) == ("KTD-12", 1)
