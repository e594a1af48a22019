"""Whatever people do and in whatever order: no alert of a grave incident without two others' approval, but
for a warning to mediators, which says what it is.
"""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from mbiu import correction, emergency, routing, verification
from mbiu.audit import Actor
from mbiu.codes import EventType, IncidentState, Precision, Priority, Role, Severity, Verdict
from mbiu.db import transaction
from mbiu.models import Alert, Authorship, Contact, Decision, Incident, utcnow
from mbiu.refs import new_id, new_ref
from mbiu.refusals import Refused
from tests.cast import DANIEL, GRACE, person, route, user

PEOPLE = ("ruth", "peter", "amina", "mallory")
ACTORS: dict[str, Actor] = {}
people = some.sampled_from(PEOPLE)


@pytest.fixture
def everybody() -> Iterator[None]:
    """Three who may decide, one who may not, and somebody to alert."""
    for name in PEOPLE:
        ACTORS[name] = user(name, Role.ADMIN if name == "mallory" else Role.ANALYST)
    daniel, grace = person("UG-1", DANIEL), person("UG-2", GRACE)
    route("elders", [[daniel, grace]], mediators=[daniel])
    yield
    ACTORS.clear()


class Review(RuleBasedStateMachine):
    """Several people at one incident, each act in a transaction of its own; alerts are counted apart."""

    alerts: ClassVar[list[dict[str, Any]]] = []

    @initialize(severity=some.sampled_from([Severity.MODERATE, Severity.SEVERE]))
    def an_incident(self, severity: Severity) -> None:
        self.ref, self.id = new_ref("I"), new_id()
        with transaction() as session:
            session.add(
                Incident(
                    id=self.id, ref=self.ref, event_type=EventType.ATTACK, severity=severity,
                    priority=Priority.P1, place_id="ug-kween", area_path="/ug/ug-eastern/ug-kween/",
                    precision=Precision.DISTRICT, country="UG", created_at=utcnow(),
                )
            )  # fmt: skip

    def act(self, function: Any, name: str, *rest: Any, **more: Any) -> None:
        """Try something; a refusal, also the database's, is a fine answer."""
        with suppress(Refused, DBAPIError), transaction() as session:
            function(session, ACTORS[name], *rest, **more)

    @rule(name=people)
    def verify(self, name: str) -> None:
        self.act(verification.verify, name, self.ref, "Seen by the chief")

    @rule(names=some.lists(people, min_size=2, max_size=3))
    def verify_and_send(self, names: list[str]) -> None:
        for name in names:
            self.verify(name)
        self.send(names[0])

    @rule(name=people, severity=some.sampled_from(["moderate", "severe", "extreme"]))
    def correct_severity(self, name: str, severity: str) -> None:
        self.act(correction.correct, name, self.ref, {"severity": severity})

    @rule(name=people, place=some.sampled_from(["ug-kween", "ug-kasese"]))
    def correct_place(self, name: str, place: str) -> None:
        self.act(correction.correct, name, self.ref, {"place_id": place})

    @rule(name=people)
    def verify_in_two_sessions_at_once(self, name: str) -> None:
        begin = threading.Barrier(2)

        def once(_: int) -> None:
            begin.wait()
            self.verify(name)

        with ThreadPoolExecutor(2) as sessions:
            list(sessions.map(once, range(2)))

    @rule(name=people, killed=some.integers(0, 3))
    def correct_numbers(self, name: str, killed: int) -> None:
        range_ = {"low": killed, "best": killed, "high": killed}
        self.act(correction.correct, name, self.ref, {"numbers": {"killed": range_} if killed else {}})

    @rule(name=people, late=some.booleans())
    def warn(self, name: str, late: bool) -> None:
        if late:
            with transaction() as session:
                session.execute(
                    update(Incident).where(Incident.warn_at.is_not(None)).values(warn_at=utcnow())
                )
                emergency.warn_due(session)
        else:
            self.act(emergency.warn, name, self.ref, "Nobody else is there")

    @rule(name=people)
    def claim(self, name: str) -> None:
        self.act(verification.claim, name, self.ref)

    @rule(name=people)
    def refute(self, name: str) -> None:
        self.act(verification.reject, name, self.ref, Verdict.UNVERIFIABLE, "Nobody knows of it")

    @rule(name=people)
    def reopen(self, name: str) -> None:
        self.act(verification.reopen, name, self.ref, "New word came")

    @rule(name=people)
    def send(self, name: str) -> None:
        self.act(routing.send, name, self.ref)

    @rule(name=people, unverified=some.booleans())
    def insert_an_alert_by_hand(self, name: str, unverified: bool) -> None:
        def insert(session: Any, actor: Actor) -> None:
            row = session.get(Incident, self.id)
            session.add(
                Alert(
                    id=uuid.uuid4(), ref=new_ref("A"), incident_id=self.id, incident_version=row.version,
                    created_by=actor.id, texts=b"x", unverified=unverified, chain=self._to("UG-2"),
                )
            )  # fmt: skip

        self.act(insert, name)

    def _to(self, code: str) -> list[dict[str, Any]]:
        with transaction() as session:
            contact = session.scalars(select(Contact.id).where(Contact.code == code)).one()
        return [{"recipients": [{"contact": str(contact)}], "wait_minutes": 1}]

    @invariant()
    def a_grave_alert_was_approved_by_two_who_did_not_shape_it(self) -> None:
        """Looked at after every act, so that the newest alert meets the facts it was sent with."""
        with transaction() as session:
            row = session.get(Incident, self.id)
            if row is None:
                return
            seen = {alert["id"] for alert in self.alerts}
            for alert in session.scalars(select(Alert).where(Alert.incident_id == self.id)):
                if alert.id not in seen:
                    self.alerts.append(
                        {"id": alert.id, "severity": row.severity, "unverified": alert.unverified}
                    )
                    check = self._check_warning if alert.unverified else self._check
                    check(session, row, alert)

    def _check_warning(self, session: Any, row: Incident, alert: Alert) -> None:
        told = {one["contact"] for step in alert.chain for one in step["recipients"]}
        codes = session.scalars(select(Contact.code).where(Contact.id.in_(told))).all()
        assert codes == ["UG-1"]
        assert row.severity in {Severity.SEVERE, Severity.EXTREME}
        assert row.state in {IncidentState.OPEN, IncidentState.CLAIMED}
        assert alert.incident_version == row.version

    def _check(self, session: Any, row: Incident, alert: Alert) -> None:
        authors = set(session.scalars(select(Authorship.user_id).where(Authorship.incident_id == row.id)))
        approved = set(
            session.scalars(
                select(Decision.user_id).where(
                    Decision.incident_id == row.id,
                    Decision.verdict == Verdict.VERIFIED,
                    Decision.version == row.version,
                )
            )
        )
        assert alert.incident_version == row.version
        assert ACTORS["mallory"].id not in approved | authors
        if row.severity in {Severity.SEVERE, Severity.EXTREME}:
            assert len(approved - authors) >= 2
        else:
            assert approved

    @invariant()
    def what_counts_as_verified_is_approved(self) -> None:
        with transaction() as session:
            row = session.get(Incident, self.id)
            if row and row.state is IncidentState.VERIFIED:
                assert verification.approvals(session, row).complete


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_no_alert_of_a_grave_incident_exists_without_two_others_approval(everybody: None) -> None:
    Review.alerts.clear()
    run_state_machine_as_test(
        Review,
        settings=settings(
            max_examples=16,
            stateful_step_count=18,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    grave = [alert for alert in Review.alerts if alert["severity"].rank >= Severity.SEVERE.rank]
    assert {alert["unverified"] for alert in grave} == {True, False}
    assert not any(alert["unverified"] for alert in Review.alerts if alert not in grave)
