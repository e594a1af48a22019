"""The demonstration shows alerts at every stage, reaches nobody, and leaves its walk-through free."""

import datetime as dt

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from mbiu import escalation
from mbiu.codes import AlertState, Answer, DeliveryState
from mbiu.db import transaction
from mbiu.demo.command import demo
from mbiu.demo.phones import phone
from mbiu.models import Address, Alert, Contact, Delivery, Incident, Report, Response, StepTaken, utcnow
from tests.cast import count
from tests.services.conftest import Configure


@pytest.fixture(autouse=True)
def demonstrated(configure: Configure) -> None:
    configure(demo="1")
    done = CliRunner().invoke(demo)
    assert done.exit_code == 0, done.output


def alert(state: AlertState) -> Alert:
    with transaction() as session:
        return session.scalars(select(Alert).where(Alert.state == state)).one()


def test_one_alert_climbs_unanswered_and_somebody_has_promised_to_see_to_another() -> None:
    climbing, taken = alert(AlertState.OPEN), alert(AlertState.ACKNOWLEDGED)
    now = utcnow()
    assert (climbing.step, len(climbing.chain)) == (2, 3)
    assert climbing.next_at
    assert now < climbing.next_at < now + dt.timedelta(minutes=30)
    with transaction() as session:
        steps = session.scalars(select(StepTaken).order_by(StepTaken.round)).all()
        promise = session.scalars(select(Response).where(Response.alert_id == taken.id)).one()
        assert escalation.take_due(session) == 0
    assert [(one.step, one.told) for one in steps if one.alert_id == climbing.id] == [(1, 1), (2, 1)]
    assert all(abs(one.taken_at - one.due_at) < dt.timedelta(seconds=2) for one in steps)
    assert promise.answer is Answer.GO
    assert promise.due_at
    assert promise.created_at < now < promise.due_at


def test_nobody_real_hears_of_it_and_the_walk_through_is_free() -> None:
    """There an answer without a reference has to be enough."""
    for model in (Contact, Report, Incident, Alert):
        assert count(model, ~model.exercise) == 0
    assert count(Delivery, Delivery.channel != "simulator") == 0
    unsent = (Delivery.kind.in_(["alert", "final"]), Delivery.state != DeliveryState.DELIVERED)
    assert count(Delivery, *unsent) == 0
    told = select(Address.contact_id).join(Delivery, Delivery.address_id == Address.id)
    told = told.join(Alert, Alert.id == Delivery.alert_id).where(Alert.state.in_(escalation.LIVE))
    codes = [phone(key).code for key in ("daniel", "grace", "joseph")]
    assert count(Contact, Contact.id.in_(told)) == 3
    assert count(Contact, Contact.id.in_(told), Contact.code.in_(codes)) == 0
