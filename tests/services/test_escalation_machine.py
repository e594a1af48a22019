"""Whatever happens and in whatever order: every alert ends with a person, nobody gets a message twice but
where a provider's answer was lost, and nobody of a party hears of it without two people.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar
from uuid import UUID

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from mbiu import delivery, escalation, overriding, response, routing
from mbiu.audit import Actor
from mbiu.codes import (
    AlertState,
    Answer,
    DeliveryState,
    EventType,
    IncidentState,
    Precision,
    Priority,
    ResponderClass,
    Role,
    Severity,
    Verdict,
)
from mbiu.db import transaction
from mbiu.delivery import recording
from mbiu.dialogue import Effect, Kind
from mbiu.escalation import auditor, by_hand
from mbiu.messages import ChannelError, Sent
from mbiu.models import Address, Alert, Contact, Decision, Delivery, EscalationChain, Incident, utcnow
from mbiu.refs import new_id, new_ref
from mbiu.refusals import Refused
from tests.cast import chain_route, person, user

NIGHT = dt.datetime(2026, 11, 23, 23, 10, tzinfo=dt.UTC)
KASESE = "/ug/ug-western/ug-kasese/"
CAST = {
    "KAS-M": ResponderClass.MEDIATOR,
    "KAS-P": ResponderClass.POLICE_LIAISON,
    "KAS-E": ResponderClass.ELDER,
    "KAS-C": ResponderClass.COORDINATOR,
}
PEOPLE: dict[str, UUID] = {}
ACTORS: dict[str, Actor] = {}
FINISHED = (AlertState.DONE, AlertState.CANCELLED)
ENDED = dt.timedelta(hours=12)


class Killed(Exception):
    """The worker is gone before its transaction is over."""


@pytest.fixture
def everybody() -> Iterator[None]:
    """A mediator and a liaison who must both agree, an elder by day, a coordinator at the end."""
    ACTORS.update(ruth=user("ruth"), peter=user("peter", Role.COORDINATOR))
    for number, (code, kind) in enumerate(CAST.items()):
        who = person(code, f"+25677200040{number}", responder_class=kind, area_path=KASESE)
        PEOPLE[code] = who
    chain_route("all", _steps())
    yield
    PEOPLE.clear()
    ACTORS.clear()


def _steps() -> list[dict[str, Any]]:
    def who(*codes: str) -> list[dict[str, str]]:
        return [{"kind": "person", "contact": str(PEOPLE[code])} for code in codes]

    both = [{"class": "mediator", "count": 1}, {"class": "police_liaison", "count": 1}]
    return [
        {"who": who("KAS-M", "KAS-P"), "wait_minutes": 20, "quorum": both, "repeats": 1, "repeat_minutes": 8},
        {"who": who("KAS-E"), "wait_minutes": 15, "hours": {"from": 6, "to": 21}},
        {"who": [{"kind": "all"}], "wait_minutes": 10},
    ]


class Night(RuleBasedStateMachine):
    """One alert; people, clock, worker and provider do what they like."""

    lost: ClassVar[set[UUID]] = set()
    calls: ClassVar[Counter[tuple[UUID, str]]] = Counter()

    @initialize(hour=some.integers(0, 23))
    def an_alert(self, hour: int) -> None:
        self.clock = time_machine.travel(NIGHT + dt.timedelta(hours=hour), tick=False)
        self.time = self.clock.start()
        self.barred_since: dict[str, dt.datetime] = {}
        self.id = new_id()
        with transaction() as session:
            row = Incident(
                id=self.id, ref=new_ref("I"), event_type=EventType.DISPUTE, severity=Severity.MODERATE,
                priority=Priority.P2, place_id="ug-kasese", area_path=KASESE, precision=Precision.DISTRICT,
                country="UG", version=1, created_at=utcnow(), due_at=utcnow(),
            )  # fmt: skip
            session.add(row)
            session.flush()
            session.add(
                Decision(
                    incident_id=row.id, user_id=ACTORS["ruth"].id, verdict=Verdict.VERIFIED, version=1,
                    reason=b"sealed",
                )
            )  # fmt: skip
            session.flush()
            row.state = IncidentState.VERIFIED
            session.flush()
            alert = routing.send(session, ACTORS["ruth"], row.ref)
            self.ref, self.chain, self.incident = alert.ref, alert.chain, row.ref

    # --- the clock and the worker --------------------------------------------------------------

    @rule(minutes=some.sampled_from([1, 5, 9, 16, 31, 130, 300]))
    def time_passes(self, minutes: int) -> None:
        self.time.shift(dt.timedelta(minutes=minutes))

    @rule()
    def the_worker_looks(self) -> None:
        with transaction() as session:
            escalation.take_due(session)

    @rule()
    def the_worker_is_killed_at_work(self) -> None:
        with suppress(Killed), transaction() as session:
            escalation.take_due(session)
            raise Killed

    @rule(again=some.integers(2, 4))
    def the_worker_looks_again_and_again(self, again: int) -> None:
        for _ in range(again):
            self.the_worker_looks()

    @rule(fate=some.sampled_from(["taken", "taken", "refused", "lost"]))
    def the_provider_is_called(self, fate: str) -> None:
        for item in delivery.claim(20):
            self.calls[item.id, item.message.text] += 1
            if fate == "taken":
                recording.sent(item, item.channel, Sent(str(new_id())), [])
            elif fate == "refused":
                recording.failed(item, ChannelError("not a mobile", permanent=True), [])
            else:
                self.lost.add(item.id)

    # --- people --------------------------------------------------------------------------------

    @rule(
        code=some.sampled_from(list(CAST)),
        answer=some.sampled_from(Answer),
        words=some.sampled_from(["", "1h"]),
    )
    def somebody_answers(self, code: str, answer: Answer, words: str) -> None:
        with transaction() as session:
            told = session.scalars(
                select(Alert.ref)
                .join(Delivery, Delivery.alert_id == Alert.id)
                .join(Address, Address.id == Delivery.address_id)
                .where(Alert.id == self._alert().id, Address.contact_id == PEOPLE[code])
                .where(Alert.state.in_(escalation.LIVE))
            ).all()
            turn = Effect(Kind.RESPOND, self.ref, words=words, answer=answer)
            response.answer_by_message(session, turn, PEOPLE[code], tuple(told), None, utcnow())

    @rule(take=some.booleans())
    def somebody_acts_at_the_console(self, take: bool) -> None:
        with suppress(Refused), transaction() as session:
            act = by_hand.take_on if take else by_hand.step_now
            act(session, ACTORS["peter"], self.ref)

    @rule()
    def the_chain_is_edited(self) -> None:
        with transaction() as session:
            steps = [{"who": [{"kind": "person", "contact": str(PEOPLE["KAS-C"])}], "wait_minutes": 1}]
            session.execute(update(EscalationChain).values(steps=steps))

    @precondition(lambda self: "KAS-P" not in self.barred_since)
    @rule()
    def the_police_are_named_as_a_party(self) -> None:
        with transaction() as session:
            row = session.get_one(Incident, self.id)
            row.actors = {"police": "attacker"}
        self.barred_since["KAS-P"] = utcnow()

    @precondition(lambda self: "KAS-P" in self.barred_since)
    @rule(other=some.sampled_from(["ruth", "peter"]))
    def an_exception_is_asked_for_and_agreed_to(self, other: str) -> None:
        reason = "He alone can open the station"
        with suppress(Refused):
            with transaction() as session:
                asked = overriding.ask(session, ACTORS["ruth"], self.incident, "KAS-P", reason)
            with transaction() as session:
                overriding.agree(session, ACTORS[other], self.incident, asked.id, reason)
            assert other != "ruth"
            self.barred_since["KAS-P"] = utcnow() + dt.timedelta(days=9)

    @precondition(lambda self: self._alert().state in escalation.LIVE)
    @rule()
    def it_is_cancelled(self) -> None:
        with transaction() as session:
            self._cancel(session)

    def _cancel(self, session: Any) -> None:
        alert = session.scalars(select(Alert).where(Alert.ref == self.ref)).one()
        alert.state, alert.due_at, alert.ended_at = AlertState.CANCELLED, None, utcnow()

    # --- what always holds ---------------------------------------------------------------------

    def _alert(self) -> Alert:
        with transaction() as session:
            return session.scalars(select(Alert).where(Alert.ref == self.ref)).one()

    def _deliveries(self) -> list[Delivery]:
        with transaction() as session:
            return list(session.scalars(select(Delivery).where(Delivery.alert_id == self._alert().id)))

    @invariant()
    def an_open_alert_has_a_future(self) -> None:
        alert = self._alert()
        assert (alert.due_at is None) == (alert.state in FINISHED)
        with transaction() as session:
            broken = auditor.look(session).broken
        assert not broken or (alert.due_at and alert.due_at < utcnow() - auditor.LATE)

    @invariant()
    def a_running_alert_keeps_its_chain(self) -> None:
        assert self._alert().chain == self.chain

    @invariant()
    def nobody_gets_a_message_twice_unless_an_answer_was_lost(self) -> None:
        twice = {which for (which, _), count in self.calls.items() if count > 1}
        assert twice <= self.lost
        sent = [row for row in self._deliveries() if row.kind != "reminder"]
        assert len({(row.address_id, row.round) for row in sent}) == len(sent)
        reached = {row.id: row.address_id for row in sent if row.state is not DeliveryState.FAILED}
        texts = Counter((reached[which], text) for (which, text) in self.calls if which in reached)
        assert all(count == 1 for count in texts.values())

    @invariant()
    def nobody_of_a_party_is_told(self) -> None:
        since = self.barred_since.get("KAS-P")
        with transaction() as session:
            address = session.scalars(select(Address.id).where(Address.contact_id == PEOPLE["KAS-P"])).one()
        told = [row.created_at for row in self._deliveries() if row.address_id == address]
        assert since is None or all(at <= since for at in told)

    def teardown(self) -> None:
        """When nobody does anything any more, it ends, or asks a person again and again."""
        if not hasattr(self, "ref"):
            return
        until = utcnow() + ENDED
        while (due_at := self._alert().due_at) and due_at < until:
            self.time.move_to(max(due_at, utcnow()))
            self.the_worker_looks()
        alert = self._alert()
        at_last = alert.state is AlertState.OPEN and alert.step == len(alert.chain)
        assert alert.state in FINISHED or at_last
        assert alert.state in FINISHED or any(
            row.kind == "final" and row.created_at > until - dt.timedelta(hours=2)
            for row in self._deliveries()
        )
        self._clear()
        self.clock.stop()

    def _clear(self) -> None:
        with transaction() as session:
            if self._alert().state in escalation.LIVE:
                self._cancel(session)
            waiting = update(Delivery).where(
                Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.SENDING])
            )
            session.execute(waiting.values(state=DeliveryState.EXPIRED))
            session.execute(update(Contact).values(stopped_at=None))
            session.execute(update(EscalationChain).values(steps=_steps()))
        self.calls.clear()
        self.lost.clear()


def test_every_alert_ends_with_a_person_and_nobody_hears_it_twice(everybody: None) -> None:
    run_state_machine_as_test(
        Night,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )  # fmt: skip
