"""One night, from a warning at ten past two to the word that those who reported it get."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine

from mbiu import channels, delivery, escalation, outcomes, routing
from mbiu.audit import Actor
from mbiu.codes import AlertState, ContactRole, IncidentState, ResponderClass
from mbiu.db import transaction
from mbiu.escalation import auditor
from mbiu.outcomes import Deed
from mbiu.settings import Settings
from tests import cast
from tests.cast import AMINA, JOSEPH, alert_of, approve, chain_route, incident, incident_of, say, tell, user
from tests.doubles import Doubles
from tests.flow.wiring import channels as wired

KAMPALA = ZoneInfo("Africa/Kampala")
MEDIATOR, POLICE = "+256772000211", "+256772000212"
PASTOR, LIAISON = "+256772000213", "+256772000214"
COORDINATOR = "+256772000215"
KASESE = "/ug/ug-western/ug-kasese/"
BOTH = [{"class": "mediator", "count": 1}, {"class": "police_liaison", "count": 1}]


@pytest.fixture
def doubles() -> Iterator[Doubles]:
    with Doubles() as running:
        running.twilio.set_progress(())
        yield running
    channels.close()


@pytest.fixture
def environment(environment: dict[str, str], doubles: Doubles) -> dict[str, str]:
    return environment | wired(doubles)


class Night:
    """The clock of the night, and the worker that looks whenever it moves."""

    def __init__(self, clock: time_machine.Traveller, doubles: Doubles) -> None:
        self.clock, self.doubles = clock, doubles
        self._asked: dict[str, int] = {}

    def at(self, hour: int, minute: int) -> None:
        """It is that time now; what has fallen due since is done."""
        self.clock.move_to(dt.datetime(2026, 11, 23, hour, minute, tzinfo=KAMPALA))
        self.look()

    def look(self) -> None:
        with transaction() as session:
            escalation.take_due(session)
            assert auditor.look(session).broken == 0
        while delivery.deliver():
            pass

    def heard(self, number: str) -> list[str]:
        """What came to a phone since somebody last asked."""
        texts = self.doubles.twilio.texts(number)
        new = texts[self._asked.get(number, 0) :]
        self._asked[number] = len(texts)
        return new


@pytest.fixture
def night(settings: Settings, doubles: Doubles) -> Iterator[Night]:
    evening = dt.datetime(2026, 11, 23, 1, 40, tzinfo=KAMPALA)
    with time_machine.travel(evening, tick=False) as clock:
        yield Night(clock, doubles)


@pytest.fixture
def ruth(night: Night) -> Actor:
    return user("ruth")


def responders() -> None:
    """Two who must both say yes, then two others, and a coordinator at the end."""
    people = [
        cast.person(code, number, responder_class=kind, area_path=KASESE)
        for code, number, kind in (
            ("KAS-M1", MEDIATOR, ResponderClass.MEDIATOR),
            ("KAS-P1", POLICE, ResponderClass.POLICE_LIAISON),
            ("KAS-M2", PASTOR, ResponderClass.MEDIATOR),
            ("KAS-P2", LIAISON, ResponderClass.POLICE_LIAISON),
            ("KAS-C1", COORDINATOR, ResponderClass.COORDINATOR),
        )
    ]
    who = [{"kind": "person", "contact": str(one)} for one in people]
    first = {"who": who[:2], "wait_minutes": 20, "repeats": 1, "repeat_minutes": 10, "quorum": BOTH}
    chain_route("kasese", [first, {"who": who[2:4], "wait_minutes": 20, "quorum": BOTH}])


def test_a_night(night: Night, ruth: Actor) -> None:
    responders()
    for number, code in ((AMINA, "KAS-F1"), (JOSEPH, "KAS-F2")):
        cast.person(code, number, role=ContactRole.FOCAL_POINT)
    report = tell("There is a land dispute in Bwera, Kasese, people are shouting at each other", AMINA)
    tell("Land dispute in Bwera Kasese, two families shout and wave sticks", JOSEPH)
    ref = incident_of(report).ref
    approve(ref, ruth)
    alert = nobody_answers(night, ruth, ref)
    two_of_the_second_step_promise(night, alert)
    one_is_reminded_and_both_are_done(night, alert)
    the_outcome_reaches_those_who_reported(night, ruth, ref)


def nobody_answers(night: Night, ruth: Actor, ref: str) -> str:
    """Two are alerted, told anew, and after twenty minutes two others; the alert's reference."""
    night.at(2, 10)
    with transaction() as session:
        alert = routing.send(session, ruth, ref).ref
    night.look()
    (first,) = night.heard(MEDIATOR)
    assert alert in first
    assert night.heard(POLICE) == [first]
    night.at(2, 20)
    assert night.heard(MEDIATOR) == [f"Call 2: {first}"]
    assert night.heard(PASTOR) == []
    night.at(2, 30)
    assert night.heard(PASTOR) == night.heard(LIAISON) == [first]
    assert night.heard(MEDIATOR) == []
    return alert


def two_of_the_second_step_promise(night: Night, alert: str) -> None:
    """A pastor alone is not enough; with the police it is, and those who reported hear of it."""
    night.at(2, 35)
    night.heard(AMINA)
    say("GO 2h", PASTOR)
    assert alert_of(alert).state is AlertState.OPEN
    night.look()
    assert night.heard(AMINA) == []
    night.at(2, 40)
    say("ACK", LIAISON)
    assert alert_of(alert).state is AlertState.ACKNOWLEDGED
    night.look()
    assert len(night.heard(AMINA)) == 1
    night.at(2, 50)
    assert night.heard(COORDINATOR) == []


def one_is_reminded_and_both_are_done(night: Night, alert: str) -> None:
    """Two hours were promised; the alert is done when both have said so."""
    for number in (PASTOR, LIAISON):
        night.heard(number)
    night.at(4, 34)
    assert night.heard(PASTOR) == []
    night.at(4, 35)
    (reminder,) = night.heard(PASTOR)
    assert reminder.startswith(f"{alert}: you said yes.")
    assert night.heard(LIAISON) == []
    night.at(4, 50)
    say("DONE both families sat down with the elders", PASTOR)
    assert alert_of(alert).state is AlertState.ACKNOWLEDGED
    night.at(5, 5)
    say("DONE we stayed until dawn", LIAISON)
    assert alert_of(alert).state is AlertState.DONE


def the_outcome_reaches_those_who_reported(night: Night, ruth: Actor, ref: str) -> None:
    night.at(8, 30)
    for number in (AMINA, JOSEPH):
        night.heard(number)
    with transaction() as session:
        outcomes.close(session, ruth, ref, Deed(done=("dialogue", "patrol"), effect="prevented"))
    night.look()
    assert incident(ref).state is IncidentState.CLOSED
    for number in (AMINA, JOSEPH):
        (told,) = night.heard(number)
        assert "people were brought to talk" in told
    assert night.heard(COORDINATOR) == []
