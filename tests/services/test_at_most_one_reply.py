"""Whatever comes, in whatever order, as often as it likes: one row a message, and at most one reply to it."""

import contextlib
import itertools
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, select

from mbiu import delivery, intake
from mbiu.db import transaction
from mbiu.messages import IncomingMessage
from mbiu.models import Address, Contact, Delivery, Incident, Joining, Message, Report, VaultEntry
from tests.cast import AMINA, JOSEPH, chat, read_all, sms

PEOPLE = (AMINA, JOSEPH)
WORDS = (
    "Cattle raid in Kween this morning, 3 people killed",
    "Armed men attacked us and killed two people",
    "Bwera in Kasese", "1", "HELP", "STATUS", "STOP", "START", "NEW houses burn in Bwera", "also two hurt",
    "MY DATA", "SAFE 3", "SAFE 1", "WITHDRAW", "LANG sw", "", "DELETE", "YES", "#KAS07 4821 shots in Kween",
)  # fmt: skip


class Crash(Exception):
    """The process died before its commit."""


class Conversation(RuleBasedStateMachine):
    """Messages of two people come, repeat, overtake one another; processes die and begin again."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count(1)
        self.sent: list[IncomingMessage] = []
        self.held: list[IncomingMessage] = []

    @initialize()
    def empty(self) -> None:
        with transaction() as session:
            for model in (Delivery, Joining, Message, Report, Incident, Address, VaultEntry, Contact):
                session.execute(delete(model))

    @rule(
        who=st.sampled_from(PEOPLE), words=st.sampled_from(WORDS), inline=st.booleans(), thread=st.booleans()
    )
    def writes(self, who: str, words: str, inline: bool, thread: bool) -> None:
        number = next(self.numbers)
        more = {"thread": "a7", "part": number % 3 + 1, "parts": 3} if thread else {}
        self.hand_in(sms(words, who, provider_id=f"m{number}", **more), inline=inline)

    @rule(words=st.sampled_from(WORDS), edited=st.booleans())
    def chats(self, words: str, edited: bool) -> None:
        number = next(self.numbers)
        self.hand_in(chat(words, provider_id=f"c{number}", edited=edited, chat_message="5"), inline=False)

    def hand_in(self, message: IncomingMessage, *, inline: bool) -> None:
        with transaction() as session:
            intake.receive(session, message, inline=inline)
        self.sent.append(message)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), inline=st.booleans())
    def repeats(self, data: st.DataObject, inline: bool) -> None:
        message = data.draw(st.sampled_from(self.sent))
        with transaction() as session:
            assert intake.receive(session, message, inline=inline).repeated

    @rule(who=st.sampled_from(PEOPLE), words=st.sampled_from(WORDS))
    def dies_while_it_stores(self, who: str, words: str) -> None:
        """The provider hears nothing, and brings the message again later."""
        message = sms(words, who, provider_id=f"m{next(self.numbers)}")
        with contextlib.suppress(Crash), transaction() as session:
            intake.receive(session, message, inline=False)
            raise Crash
        self.held.append(message)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def comes_late(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(self.held))
        self.held.remove(message)
        self.hand_in(message, inline=False)

    @rule()
    def is_read(self) -> None:
        read_all()

    @rule()
    def worker_dies_with_a_claim(self) -> None:
        delivery.claim()

    @invariant()
    def one_row_a_message(self) -> None:
        with transaction() as session:
            rows = session.scalars(select(Message.provider_id).where(Message.direction == "in")).all()
        assert Counter(rows) == Counter(message.provider_id for message in self.sent)

    @invariant()
    def at_most_one_reply(self) -> None:
        with transaction() as session:
            most = session.scalar(
                select(func.count())
                .select_from(Message)
                .where(Message.reply_to.is_not(None))
                .group_by(Message.reply_to)
                .order_by(func.count().desc())
                .limit(1)
            )
            alone = session.scalar(
                select(func.count())
                .select_from(Message)
                .outerjoin(Delivery, Delivery.message_id == Message.id)
                .where(Message.direction == "out", Delivery.id.is_(None))
            )
        assert most in {None, 1}
        assert alone == 0


@pytest.mark.timeout(300)
def test_one_row_and_at_most_one_reply_over_repeats_crashes_and_disorder() -> None:
    run_state_machine_as_test(
        Conversation,
        settings=settings(
            max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
