"""Update, recall and all-clear: everybody whom the alert had reached, and nobody else."""

import json
import re
from contextlib import nullcontext
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from mbiu import correction, routing, sequels, texts, vault
from mbiu.audit import Actor
from mbiu.codes import AddressKind, AlertState, DeliveryState, Role, Wish
from mbiu.db import transaction
from mbiu.models import (
    Address,
    Alert,
    AuditEntry,
    Contact,
    Delivery,
    Incident,
    Note,
    Sequel,
    utcnow,
)
from mbiu.outbox import Outgoing, put
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.sequels import Kind
from tests.cast import (
    AMINA,
    DANIEL,
    GRACE,
    QUARREL,
    address_of,
    alert_of,
    approve,
    count,
    incident_of,
    person,
    route,
    said_to,
    say,
    tell,
    texts_to,
    user,
)

WHY = "The elders say that it was a wedding."
CHAT = "777001"


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


@pytest.fixture
def ref(ruth: Actor) -> str:
    """A verified incident; Daniel by SMS and a committee in a chat are told first, then Grace."""
    ref = incident_of(tell(QUARREL)).ref
    approve(ref, ruth)
    chat = person("UG-3", CHAT, kind=AddressKind.TELEGRAM, channel="telegram", language="sw")
    route("elders", [[person("UG-1", DANIEL), chat], [person("UG-2", GRACE)]])
    return ref


@pytest.fixture
def alert(ruth: Actor, ref: str) -> str:
    """An alert that has gone out to its first step."""
    with transaction() as session:
        found = routing.send(session, ruth, ref).ref
    sent(found)
    return found


def sent(ref: str) -> None:
    with transaction() as session:
        of_alert = update(Delivery).where(Delivery.alert_id == alert_of(ref).id)
        session.execute(of_alert.values(state=DeliveryState.SENT, sent_at=utcnow()))


def follow(actor: Actor, ref: str, kind: Kind, reason: str = WHY) -> UUID:
    with transaction() as session:
        return sequels.send(session, actor, ref, kind, reason).id


def changed(ref: str, actor: Actor) -> None:
    """The facts of an incident become others, and nobody has approved them."""
    with transaction() as session:
        correction.correct(session, actor, ref, {"event_type": "threat"})


def left_out(sequel: UUID) -> dict[str, str]:
    with transaction() as session:
        found = session.get_one(Sequel, sequel).left_out
        codes = dict(session.execute(select(Contact.id, Contact.code)).all())
        return {codes[UUID(contact)]: why for contact, why in found.items()}


# --- recall and all-clear ----------------------------------------------------------------------


def test_a_recall_reaches_everybody_whom_the_alert_had_reached_in_their_language(
    ruth: Actor, alert: str
) -> None:
    follow(ruth, alert, Kind.RECALL)
    words = texts_to(DANIEL, "sequel")
    assert words == [texts.say("en", "alert.recall", ref=alert)]
    assert "Please take no further action" in words[0]
    assert texts_to_chat() == [texts.say("sw", "alert.recall", ref=alert)]
    assert texts_to(GRACE, "sequel") == []


def texts_to_chat() -> list[str]:
    return [text for kind, text in said_to(CHAT, AddressKind.TELEGRAM) if kind == "sequel"]


@pytest.mark.parametrize(
    ("kind", "state", "action"),
    [
        (Kind.RECALL, AlertState.CANCELLED, "alert.recalled"),
        (Kind.ALL_CLEAR, AlertState.DONE, "alert.cleared"),
    ],
)
def test_it_ends_the_alert_and_what_was_not_sent_is_not_sent(
    ruth: Actor, alert: str, kind: Kind, state: AlertState, action: str
) -> None:
    with transaction() as session:
        waiting = update(Delivery).where(Delivery.address_id == address_of(DANIEL).id)
        session.execute(waiting.values(state=DeliveryState.QUEUED, sent_at=None))
    follow(ruth, alert, kind)
    row = alert_of(alert)
    assert (row.state, row.due_at, row.next_at, row.repeat_at) == (state, None, None, None)
    assert row.ended_at is not None
    assert texts_to(DANIEL, "sequel") == []
    assert len(texts_to_chat()) == 1
    assert count(AuditEntry, AuditEntry.action == action) == 1
    assert "no open alert" in str(say(f"ACK {alert}", DANIEL).reply)


def test_a_recall_needs_a_reason_which_stays_with_the_incident(ruth: Actor, alert: str) -> None:
    with transaction() as session, pytest.raises(NotPossible):
        sequels.send(session, ruth, alert, Kind.RECALL, " ")
    follow(ruth, alert, Kind.RECALL)
    with transaction() as session:
        note = session.scalars(select(Note)).one()
    assert vault.unseal("note", "text", note.id, note.text) == f"{alert}: {WHY}"
    assert "wedding" not in texts_to(DANIEL, "sequel")[0]


def test_it_is_taken_back_once(ruth: Actor, alert: str) -> None:
    follow(ruth, alert, Kind.RECALL)
    for kind in Kind:
        with transaction() as session, pytest.raises(NotPossible):
            sequels.send(session, ruth, alert, kind, WHY)
    assert len(texts_to(DANIEL, "sequel")) == 1


def test_an_all_clear_may_follow_what_was_done_and_leaves_it_done(ruth: Actor, alert: str) -> None:
    say("DONE", DANIEL)
    ended = alert_of(alert).ended_at
    follow(ruth, alert, Kind.ALL_CLEAR, "")
    assert (alert_of(alert).state, alert_of(alert).ended_at) == (AlertState.DONE, ended)
    assert "it is over" in texts_to(DANIEL, "sequel")[0]


def test_the_same_is_not_said_twice(ruth: Actor, ref: str, alert: str) -> None:
    with transaction() as session, pytest.raises(NotPossible, match="told already"):
        sequels.send(session, ruth, alert, Kind.UPDATE)
    follow(ruth, alert, Kind.ALL_CLEAR, "")
    with transaction() as session, pytest.raises(NotPossible, match="given already"):
        sequels.send(session, ruth, alert, Kind.ALL_CLEAR)
    assert len(texts_to(DANIEL, "sequel")) == 1


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CUSTODIAN])
def test_who_may_not_decide_sends_nothing(alert: str, role: Role) -> None:
    mallory = user("mallory", role)
    for kind in Kind:
        with transaction() as session, pytest.raises(NotAllowed):
            sequels.send(session, mallory, alert, kind, WHY)


def test_an_unknown_alert_is_not_found(ruth: Actor) -> None:
    with transaction() as session, pytest.raises(NotFound):
        sequels.send(session, ruth, "A000000", Kind.RECALL, WHY)


@pytest.mark.parametrize(
    "values",
    [{"stopped_at": utcnow()}, {"wish": Wish.NEVER}, {"silent_at": utcnow()}],
    ids=("stopped", "wish", "silent"),
)
def test_who_wants_no_messages_any_more_is_not_told_and_stands_in_the_list(
    ruth: Actor, alert: str, values: dict[str, object]
) -> None:
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "UG-1").values(values))
    found = follow(ruth, alert, Kind.RECALL)
    assert texts_to(DANIEL, "sequel") == []
    assert left_out(found) == {"UG-1": "silence"}


# --- update ------------------------------------------------------------------------------------


def test_an_update_tells_the_facts_as_they_are_now(ruth: Actor, ref: str, alert: str) -> None:
    changed(ref, ruth)
    approve(ref, user("peter"))
    follow(ruth, alert, Kind.UPDATE, "")
    text = texts_to(DANIEL, "sequel")[0]
    assert text.startswith(f"UPDATE {alert} ")
    assert "threats" in text
    assert "=done" in text
    row = alert_of(alert)
    assert (row.state, row.incident_version) == (AlertState.OPEN, incident_row(ref).version)
    assert "threats" in json.loads(vault.unseal("alert", "texts", row.id, row.texts))["en"]


def incident_row(ref: str) -> Incident:
    with transaction() as session:
        return session.scalars(select(Incident).where(Incident.ref == ref)).one()


def test_facts_nobody_has_approved_leave_by_no_update(ruth: Actor, ref: str, alert: str) -> None:
    changed(ref, ruth)
    with transaction() as session, pytest.raises(NotPossible, match="not approved"):
        sequels.send(session, ruth, alert, Kind.UPDATE)
    assert texts_to(DANIEL, "sequel") == []


def test_the_database_refuses_an_update_that_is_not_approved(ruth: Actor, ref: str, alert: str) -> None:
    changed(ref, ruth)
    with pytest.raises(IntegrityError, match="update_not_approved"), transaction() as session:
        session.add(
            Sequel(
                alert_id=alert_of(alert).id, kind="update", texts=b"", created_by=ruth.id,
                incident_version=incident_row(ref).version,
            )
        )  # fmt: skip


def test_the_next_step_and_info_speak_of_the_new_facts(ruth: Actor, ref: str, alert: str) -> None:
    changed(ref, ruth)
    approve(ref, user("peter"))
    follow(ruth, alert, Kind.UPDATE, "")
    assert "threats" in str(say("INFO", DANIEL).reply)


def test_who_has_become_a_party_hears_of_no_new_facts_but_of_the_recall(
    ruth: Actor, ref: str, alert: str
) -> None:
    """The police in Bwera are named as those who beat people, after Daniel of their post was told."""
    actors = incident_of(tell("Police beat traders at the market in Bwera, Kasese", AMINA)).actors
    with transaction() as session:
        session.execute(
            update(Contact).where(Contact.code == "UG-1").values(organisation="Bwera police post")
        )
        session.execute(update(Incident).where(Incident.ref == ref).values(actors=actors))
    changed(ref, ruth)
    approve(ref, user("peter"))
    found = follow(ruth, alert, Kind.UPDATE, "")
    assert texts_to(DANIEL, "sequel") == []
    assert left_out(found) == {"UG-1": "party"}
    assert len(texts_to_chat()) == 1
    follow(ruth, alert, Kind.RECALL)
    assert texts_to(DANIEL, "sequel") == [texts.say("en", "alert.recall", ref=alert)]


@pytest.mark.parametrize(
    ("kind", "number", "refused"),
    [
        ("update", DANIEL, True),
        ("update", GRACE, False),
        ("recall", DANIEL, False),
        ("all_clear", DANIEL, False),
    ],
)
def test_the_database_lets_no_update_reach_a_party(
    ruth: Actor, ref: str, alert: str, kind: str, number: str, *, refused: bool
) -> None:
    """Whichever program writes it. A recall and an all-clear name a reference alone."""
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "UG-1").values(organisation="police"))
        session.execute(update(Incident).where(Incident.ref == ref).values(actors={"police": "attacker"}))
        values = {"alert_id": alert_of(alert).id, "kind": kind, "texts": b"", "created_by": ruth.id}
        row = Sequel(id=new_id(), incident_version=incident_row(ref).version, **values)
        session.add(row)
        session.flush()
        to = address_of(number)
        out = Outgoing(to.id, to.contact_id, "twilio", "past the service", "sequel", sequel_id=row.id)
        refusal = pytest.raises(IntegrityError, match="never_to_a_party") if refused else nullcontext()
        with refusal, session.begin_nested():
            put(session, out, utcnow())
    assert texts_to(number, "sequel") == ([] if refused else ["past the service"])


# --- person by person --------------------------------------------------------------------------


def test_whom_it_did_not_reach_it_is_sent_once_more_at_every_address(ruth: Actor, alert: str) -> None:
    with transaction() as session:
        session.execute(
            update(Address)
            .where(Address.id == address_of(GRACE).id)
            .values(contact_id=address_of(DANIEL).contact_id)
        )
    found = follow(ruth, alert, Kind.RECALL)
    with transaction() as session, pytest.raises(NotPossible):
        sequels.again(session, ruth, alert, found)
    with transaction() as session:
        lost = update(Delivery).where(
            Delivery.sequel_id == found, Delivery.address_id == address_of(DANIEL).id
        )
        session.execute(lost.values(state=DeliveryState.FAILED))
    with transaction() as session:
        assert sequels.again(session, ruth, alert, found) == 1
    assert (len(texts_to(DANIEL, "sequel")), len(texts_to(GRACE, "sequel"))) == (2, 1)
    assert len(texts_to_chat()) == 1
    with transaction() as session:
        assert sequels.missed(session, found) == set()


def test_what_followed_is_hidden_with_its_incident(ruth: Actor, alert: str) -> None:
    follow(ruth, alert, Kind.RECALL)
    for scope, seen in (("/ug/ug-western/", 1), ("/ke/", 0)):
        with transaction(scope=scope) as session:
            assert len(session.scalars(select(Sequel)).all()) == seen
            assert len(session.scalars(select(Delivery).where(Delivery.kind == "sequel")).all()) == 2 * seen


def test_an_exercise_says_so_in_what_follows_it(ruth: Actor, alert: str) -> None:
    with transaction() as session:
        session.execute(update(Alert).values(exercise=True))
    follow(ruth, alert, Kind.ALL_CLEAR)
    assert re.match(rf"EXERCISE {alert}: it is over", texts_to(DANIEL, "sequel")[0])


def test_an_exercise_says_so_before_it_says_update(ruth: Actor, ref: str, alert: str) -> None:
    with transaction() as session:
        session.execute(update(Alert).values(exercise=True))
        session.execute(update(Incident).values(exercise=True))
    changed(ref, ruth)
    approve(ref, user("peter"))
    follow(ruth, alert, Kind.UPDATE, "")
    assert texts_to(DANIEL, "sequel")[0].startswith(f"EXERCISE UPDATE {alert} ")
