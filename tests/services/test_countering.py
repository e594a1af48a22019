"""Whom a word about a rumour reaches, and whom it must not."""

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from mbiu import correction, countering, rumours
from mbiu.codes import ContactRole, RumourVerdict, Wish
from mbiu.db import transaction
from mbiu.models import Contact, CounterMessage, Delivery
from mbiu.refusals import NotAllowed, NotPossible
from tests.cast import AMINA, QUARREL, count, incident_of, person, tell, texts_to, user

KASESE, KWEEN = "/ug/ug-western/ug-kasese/", "/ug/ug-eastern/ug-kween/"
OPEN = {"en": "We asked around: the market is open as usual."}
NEAR, FAR, QUIET = "+256772000301", "+256772000302", "+256772000303"


@pytest.fixture
def rumour() -> str:
    """A rumour in Kasese, found false by Peter; a focal point there, one elsewhere, one who wants silence."""
    ref = incident_of(tell(QUARREL)).ref
    peter = user("peter")
    with transaction() as session:
        correction.correct(session, peter, ref, {"event_type": "rumour", "severity": "moderate"})
        rumours.judge(session, peter, ref, RumourVerdict.FALSE, "Asked the chief")
    values = {"role": ContactRole.FOCAL_POINT}
    person("KAS-1", NEAR, area_path=KASESE, **values)
    person("KWE-1", FAR, area_path=KWEEN, **values)
    person("KAS-2", QUIET, area_path=KASESE, **values)
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "KAS-2").values(wish=Wish.PULL))
    return ref


def send(ref: str, *audience: str) -> int:
    with transaction() as session:
        message = countering.write(session, user("ruth"), ref, OPEN, audience)
    with transaction() as session:
        return countering.approve(session, user("miriam"), ref, message.id)


def test_it_goes_to_those_who_told_the_rumour_alone(rumour: str) -> None:
    assert send(rumour) == 1
    assert texts_to(AMINA, "counter") == [OPEN["en"]]


def test_by_choice_it_goes_to_focal_points_of_the_district_who_want_to_hear(rumour: str) -> None:
    assert send(rumour, "focal_point") == 2
    assert [len(texts_to(number, "counter")) for number in (AMINA, NEAR, FAR, QUIET)] == [1, 1, 0, 0]


@pytest.mark.parametrize("harm", ["duress = true", "unconfirmed = true", "withdrawn_at = now()"])
def test_nobody_whom_it_could_harm_gets_it(rumour: str, harm: str) -> None:
    with transaction() as session:
        session.execute(text(f"UPDATE report SET {harm}"))
    assert send(rumour) == 0
    assert count(Delivery, Delivery.kind == "counter") == 0


def test_its_writer_does_not_approve_it_nor_does_the_database_let_them(rumour: str) -> None:
    ruth = user("ruth")
    with transaction() as session:
        message = countering.write(session, ruth, rumour, OPEN)
    with pytest.raises(NotAllowed), transaction() as session:
        countering.approve(session, ruth, rumour, message.id)
    own = update(CounterMessage).values(approved_by=ruth.id, sent_at=message.created_at)
    with pytest.raises(DBAPIError, match="two_people"), transaction() as session:
        session.execute(own)


def test_it_is_void_once_the_rumour_changed(rumour: str) -> None:
    with transaction() as session:
        message = countering.write(session, user("ruth"), rumour, OPEN)
        rumours.reopen(session, user("miriam"), rumour, "Heard again")
    with pytest.raises(NotPossible), transaction() as session:
        countering.approve(session, user("joyce"), rumour, message.id)


def test_before_a_verdict_there_is_nothing_to_say(rumour: str) -> None:
    with transaction() as session:
        rumours.reopen(session, user("miriam"), rumour, "Heard again")
    with pytest.raises(NotPossible, match="Judge"), transaction() as session:
        countering.write(session, user("ruth"), rumour, OPEN)
