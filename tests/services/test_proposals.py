"""Who hears of real incidents is changed by two people, or by one who says why for all to see."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, update

from mbiu import chains, proposals, routing, seconding
from mbiu.audit import SYSTEM, Actor
from mbiu.chains import Selector, Step
from mbiu.codes import AddressKind, Role
from mbiu.db import transaction
from mbiu.enrolment import Registrar, ways
from mbiu.models import (
    Address,
    AuditEntry,
    Contact,
    EscalationChain,
    Notice,
    Proposal,
    Route,
    RuleVersion,
    User,
    VaultEntry,
    utcnow,
)
from mbiu.refusals import NotAllowed, NotPossible, Stale
from mbiu.routing import Rules
from mbiu.vault import unseal
from tests.cast import DANIEL, GRACE, count, person, user

REASON = "The only police liaison of the district has left; the road is attacked each night."


@pytest.fixture
def miriam() -> Actor:
    return user("miriam", Role.COORDINATOR)


@pytest.fixture
def esther() -> Actor:
    return user("esther", Role.ADMIN)


def chain(actor: Actor, *people: UUID, of: UUID | None = None, name: str = "Elders") -> Any:
    """Save a chain of one step; what came of it."""
    with transaction() as session:
        steps = [Step(tuple(Selector("person", one) for one in people), 30)]
        return chains.save(session, actor, of, name, steps)


def route(actor: Actor, to: UUID, of: UUID | None = None, **rules: Any) -> Any:
    with transaction() as session:
        return routing.save(session, actor, of, Rules(rules.pop("name", "Uganda"), to, **rules))


def agree(actor: Actor, proposal: Proposal, typed: str = "") -> None:
    with transaction() as session:
        seconding.agree(session, actor, proposal.id, typed)


def told(chain_id: UUID) -> list[UUID | None]:
    with transaction() as session:
        steps = chains.read(session.get_one(EscalationChain, chain_id).steps)
    return [one.id for step in steps for one in step.who]


def actions() -> list[str]:
    with transaction() as session:
        return [one.action for one in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]


def test_a_new_route_leads_nowhere_until_another_person_agrees(miriam: Actor, esther: Actor) -> None:
    to = chain(miriam, person("UG-1", DANIEL))
    assert isinstance(to, EscalationChain)
    proposed = route(miriam, to.id)
    assert isinstance(proposed, Proposal)
    assert count(Route) == 0
    with pytest.raises(NotAllowed):
        agree(miriam, proposed)
    agree(esther, proposed)
    with transaction() as session:
        made = session.scalars(select(Route)).one()
        version = session.scalars(select(RuleVersion).where(RuleVersion.kind == "route")).one()
    assert (made.id, made.version, made.chain_id) == (proposed.subject_id, 1, to.id)
    assert (version.saved_by, version.proposal_id) == (miriam.id, proposed.id)
    assert actions()[-3:] == ["change.proposed", "change.agreed", "route.saved"]


def test_the_old_steps_hold_until_another_person_agrees(miriam: Actor, esther: Actor) -> None:
    ann, bob = person("UG-1", DANIEL), person("UG-2", GRACE)
    to = chain(SYSTEM, ann)
    route(SYSTEM, to.id)
    proposed = chain(miriam, bob, of=to.id)
    assert told(to.id) == [ann]
    agree(esther, proposed)
    assert told(to.id) == [bob]
    with pytest.raises(NotPossible):
        agree(esther, proposed)


def test_names_drafts_and_exercises_need_no_second_person(miriam: Actor) -> None:
    ann, bob = person("UG-1", DANIEL), person("UG-2", GRACE)
    to = chain(miriam, ann)
    assert isinstance(route(miriam, to.id, name="Drill", exercise=True), Route)
    assert isinstance(route(miriam, to.id, name="Draft", active=False), Route)
    assert isinstance(chain(miriam, ann, bob, of=to.id), EscalationChain)
    real = route(SYSTEM, to.id)
    assert isinstance(route(miriam, to.id, of=real.id, name="All of Uganda"), Route)
    assert isinstance(chain(miriam, ann, bob, of=to.id, name="The elders"), EscalationChain)


@pytest.mark.parametrize(
    "rules",
    [
        {"active": False},
        {"exercise": True},
        {"area_path": "/ug/"},
        {"event_types": ["cattle_raid"]},
        {"hours": (6, 21)},
    ],
)
def test_taking_real_incidents_away_needs_a_second_person_too(miriam: Actor, rules: dict[str, Any]) -> None:
    to = chain(SYSTEM, person("UG-1", DANIEL))
    real = route(SYSTEM, to.id)
    assert isinstance(route(miriam, to.id, of=real.id, **rules), Proposal)
    with transaction() as session:
        held = session.get_one(Route, real.id)
    assert (held.active, held.exercise, held.area_path, held.version) == (True, None, "/", 1)


def test_a_chain_that_changed_after_a_route_to_it_was_proposed_is_looked_at_anew(
    miriam: Actor, esther: Actor
) -> None:
    ann, mallory = person("UG-1", DANIEL), person("UG-6", GRACE)
    to = chain(miriam, ann)
    proposed = route(miriam, to.id)
    chain(miriam, mallory, of=to.id)
    with pytest.raises(Stale):
        agree(esther, proposed)
    assert count(Route) == 0


def test_what_changed_since_it_was_proposed_is_not_overwritten(miriam: Actor, esther: Actor) -> None:
    ann, bob, carol = (person(f"UG-{n}", f"+25677200030{n}") for n in range(3))
    to = chain(SYSTEM, ann, bob)
    route(SYSTEM, to.id)
    proposed = chain(miriam, ann, bob, carol, of=to.id)
    with transaction() as session:
        chains.forget(session, ann)
    with pytest.raises(Stale):
        agree(esther, proposed)
    assert told(to.id) == [bob]


def test_one_proposal_of_a_thing_at_a_time_and_it_can_be_taken_back(miriam: Actor, esther: Actor) -> None:
    to = chain(SYSTEM, person("UG-1", DANIEL))
    real = route(SYSTEM, to.id)
    first = route(miriam, to.id, of=real.id, area_path="/ug/")
    with pytest.raises(NotPossible):
        route(miriam, to.id, of=real.id, area_path="/ke/")
    with transaction() as session:
        proposals.withdraw(session, miriam, first.id)
    with pytest.raises(NotPossible):
        agree(esther, first)
    agree(esther, route(miriam, to.id, of=real.id, area_path="/ug/ug-western/"))
    with transaction() as session:
        assert session.get_one(Route, real.id).area_path == "/ug/ug-western/"


def test_the_only_one_who_runs_the_house_says_why_and_it_is_shown_for_good(miriam: Actor) -> None:
    user("ruth"), user("simon", Role.CUSTODIAN)
    with transaction() as session:
        session.add(User(name="gone", role=Role.ADMIN, password_hash="-", disabled_at=utcnow()))
    proposed = route(miriam, chain(miriam, person("UG-1", DANIEL)).id)
    with transaction() as session, pytest.raises(NotPossible):
        seconding.alone(session, miriam, proposed.id, "because")
    with transaction() as session:
        seconding.alone(session, miriam, proposed.id, REASON)
    assert count(Route) == 1
    with transaction() as session:
        (kept,) = proposals.made_alone(session)
        assert proposals.reason(kept) == REASON
        notices = session.scalars(select(Notice.role).where(Notice.kind == "changed_alone")).all()
    assert sorted(notices) == ["admin", "coordinator"]
    assert "change.alone" in actions()
    with pytest.raises(Exception, match="append-only"), transaction() as session:
        session.execute(update(Proposal).values(alone=None))


def test_whoever_has_a_colleague_waits_for_them_as_long_as_for_any_second_person(
    miriam: Actor, esther: Actor
) -> None:
    proposed = route(miriam, chain(miriam, person("UG-1", DANIEL)).id)
    with transaction() as session, pytest.raises(NotPossible, match="Somebody else may still agree"):
        seconding.alone(session, miriam, proposed.id, REASON)
    with transaction() as session, pytest.raises(NotAllowed):
        seconding.alone(session, esther, proposed.id, REASON)
    with time_machine.travel(utcnow() + dt.timedelta(minutes=30)), transaction() as session:
        seconding.alone(session, miriam, proposed.id, REASON)
    assert count(Route) == 1


def test_who_does_not_run_the_house_answers_nothing(miriam: Actor) -> None:
    proposed = route(miriam, chain(miriam, person("UG-1", DANIEL)).id)
    for mallory in (user("ruth"), user("simon", Role.CUSTODIAN), SYSTEM):
        with pytest.raises(NotAllowed):
            agree(mallory, proposed)
        with transaction() as session, pytest.raises(NotAllowed):
            proposals.withdraw(session, mallory, proposed.id)


def test_the_database_refuses_what_one_person_saved(miriam: Actor) -> None:
    to = chain(SYSTEM, person("UG-1", DANIEL))
    real = route(SYSTEM, to.id)
    facts = {"active": True, "exercise": None, "area_path": "/"}
    for kind, subject, before, after in (
        ("route", real.id, facts, facts | {"area_path": "/ke/"}),
        ("route", real.id, facts, facts | {"active": False}),
        ("chain", to.id, {"steps": []}, {"steps": [1]}),
    ):
        version = RuleVersion(
            kind=kind, subject_id=subject, version=2, before=before, after=after, saved_by=miriam.id
        )
        with pytest.raises(Exception, match="needs_second_person"), transaction() as session:
            session.add(version)


def test_a_proposal_that_nobody_agreed_to_carries_no_version(miriam: Actor) -> None:
    proposed = route(miriam, chain(miriam, person("UG-1", DANIEL)).id)
    with pytest.raises(Exception, match="needs_second_person"), transaction() as session:
        session.add(
            RuleVersion(
                kind="route", subject_id=proposed.subject_id, version=1, after=proposed.after,
                saved_by=miriam.id, proposal_id=proposed.id,
            )
        )  # fmt: skip
    with pytest.raises(Exception, match="two_people"), transaction() as session:
        session.execute(update(Proposal).values(agreed_by=miriam.id, agreed_at=utcnow()))


# --- addresses ---------------------------------------------------------------------------------


def mail(actor: Actor, contact: UUID, typed: str) -> Proposal | None:
    """Give somebody a mailbox; what waits."""
    with transaction() as session:
        ways.add_mail(session, Registrar(actor), session.get_one(Contact, contact), typed, utcnow())
    with transaction() as session:
        return next(iter(proposals.waiting(session)), None)


def mailboxes() -> list[str]:
    query = select(VaultEntry).join(Address, Address.vault_id == VaultEntry.id)
    with transaction() as session:
        rows = session.scalars(query.where(Address.kind == AddressKind.EMAIL)).all()
        return [unseal("vault", "value", row.id, row.value) for row in rows]


def test_a_mailbox_counts_once_a_second_person_has_typed_it_too(miriam: Actor, esther: Actor) -> None:
    ann = person("UG-1", DANIEL)
    mail(SYSTEM, ann, "old@peace.example")
    proposed = mail(miriam, ann, "new@peace.example")
    assert proposed is not None
    assert mailboxes() == ["old@peace.example"]
    with pytest.raises(NotPossible):
        agree(esther, proposed, "mallory@peace.example")
    agree(esther, proposed, " new@PEACE.example ")
    assert mailboxes() == ["new@peace.example"]
    assert count(VaultEntry) == 2


def test_a_mailbox_that_was_turned_down_is_forgotten(miriam: Actor, esther: Actor) -> None:
    proposed = mail(miriam, person("UG-1", DANIEL), "new@peace.example")
    assert proposed is not None
    with transaction() as session:
        proposals.withdraw(session, esther, proposed.id)
    assert (mailboxes(), count(VaultEntry)) == ([], 1)


def test_people_of_the_demonstration_wait_for_nobody(miriam: Actor) -> None:
    assert mail(miriam, person("EX-1", DANIEL, exercise=True), "office@peace.example") is None
    assert mailboxes() == ["office@peace.example"]
