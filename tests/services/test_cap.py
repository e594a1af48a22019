"""CAP messages of real alerts: issued once, kept as they were, one series for each audience."""

import json

import pytest
from capvalidator.validate import Validator
from lxml import etree
from sqlalchemy import delete, select, update

from mbiu import correction, emergency, routing, sequels, settling, vault
from mbiu.audit import Actor
from mbiu.channels.webhook import Hook
from mbiu.codes import AddressKind, DeliveryState
from mbiu.db import transaction
from mbiu.exchange import cap
from mbiu.exchange.cap import Audience, Cause
from mbiu.exchange.message import NAMESPACE
from mbiu.models import Alert, Bulletin, Delivery, Incident, Message, Report
from mbiu.refs import new_id, new_ref
from tests.cast import DANIEL, QUARREL, RAID, approve, incident, incident_of, person, route, tell, user


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


@pytest.fixture
def quarrel(ruth: Actor) -> str:
    """A verified incident in Bwera, Kasese."""
    ref = incident_of(tell(QUARREL)).ref
    approve(ref, ruth)
    return ref


def sent(ref: str, actor: Actor) -> str:
    """An alert about an incident, without anybody on its chain; its reference."""
    row, row_id = incident(ref), new_id()
    with transaction() as session:
        alert = Alert(
            id=row_id,
            ref=new_ref("A"),
            incident_id=row.id,
            incident_version=row.version,
            created_by=actor.id,
            exercise=row.exercise,
            texts=vault.seal("alert", "texts", row_id, "{}"),
        )
        session.add(alert)
        return alert.ref


def text(ref: str, audience: Audience = Audience.PARTNERS) -> str:
    with transaction() as session:
        return cap.text(session, session.scalars(select(Alert).where(Alert.ref == ref)).one(), audience)


def follow(ref: str, cause: Cause, key: str = "1") -> None:
    with transaction() as session:
        cap.follow(session, session.scalars(select(Alert).where(Alert.ref == ref)).one(), cause, key)


def rows() -> list[tuple[str, int, str, str]]:
    with transaction() as session:
        query = select(Bulletin).order_by(Bulletin.audience, Bulletin.number)
        return [(one.audience, one.number, one.kind, one.cause) for one in session.scalars(query)]


def find(document: str, path: str) -> str:
    steps = "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
    return etree.fromstring(document.encode()).findtext(steps) or ""


def test_an_alert_is_said_to_responders_and_to_partners_signed_and_by_the_schema(
    ruth: Actor, quarrel: str
) -> None:
    ref = sent(quarrel, ruth)
    near, far = text(ref, Audience.RESPONDERS), text(ref)
    for one in (near, far):
        assert Validator(one.encode()).schema()[0]
        assert Validator(one.encode()).signature()[0]
        assert find(one, "incidents") == quarrel
    assert (find(near, "info/area/areaDesc"), find(near, "info/certainty")) == ("Bwera, Kasese", "Likely")
    assert find(far, "info/area/areaDesc") == "Kasese, Western, Uganda"


def test_the_same_is_issued_once_and_stays_as_it_was(ruth: Actor, quarrel: str) -> None:
    ref = sent(quarrel, ruth)
    first = text(ref)
    with transaction() as session:
        correction.correct(session, ruth, quarrel, {"severity": "extreme"})
    assert text(ref) == first
    assert rows() == [("partners", 1, "Alert", "alert"), ("responders", 1, "Alert", "alert")]


def test_update_and_recall_name_what_was_before_each_in_its_own_series(ruth: Actor, quarrel: str) -> None:
    ref = sent(quarrel, ruth)
    first = text(ref)
    follow(ref, Cause.UPDATE, "u")
    follow(ref, Cause.UPDATE, "u")
    follow(ref, Cause.RECALL, "r")
    course = ((1, "Alert", "alert"), (2, "Update", "update:u"), (3, "Cancel", "recall:r"))
    assert rows() == [(whom, *one) for whom in ("partners", "responders") for one in course]
    last = text(ref)
    named = find(last, "references").split()
    assert [one.split(",")[1] for one in named] == [f"{ref}.P1", f"{ref}.P2"]
    assert named[0] == ",".join(find(first, part) for part in ("sender", "identifier", "sent"))


def test_partners_hear_nothing_of_what_is_restricted_but_that_it_is_taken_back(
    ruth: Actor, quarrel: str
) -> None:
    ref = sent(quarrel, ruth)
    assert text(ref) != ""
    with transaction() as session:
        session.execute(update(Incident).values(other_types=["sexual_violence"]))
    follow(ref, Cause.UPDATE)
    follow(ref, Cause.RECALL)
    assert [one for one in rows() if one[0] == "partners"] == [
        ("partners", 1, "Alert", "alert"),
        ("partners", 2, "Cancel", "recall:1"),
    ]
    assert find(text(ref), "info/event") == ""


def test_who_was_told_nothing_is_not_told_that_it_is_over(ruth: Actor, quarrel: str) -> None:
    ref = sent(quarrel, ruth)
    with transaction() as session:
        session.execute(update(Report).values(duress=True))
    assert text(ref) == ""
    follow(ref, Cause.CLEAR)
    assert {audience for audience, *_ in rows()} == {"responders"}


def test_an_alert_that_was_never_said_to_other_systems_is_not_taken_back_there(
    ruth: Actor, quarrel: str
) -> None:
    follow(sent(quarrel, ruth), Cause.RECALL)
    assert rows() == []


def test_a_message_is_sealed_in_its_row(ruth: Actor, quarrel: str) -> None:
    ref = sent(quarrel, ruth)
    document = text(ref)
    with transaction() as session:
        row = session.scalars(select(Bulletin).where(Bulletin.audience == "partners")).one()
    assert b"Kasese" not in row.document
    assert vault.unseal("bulletin", "document", row.id, row.document) == document


def test_a_hooks_document_holds_the_message(ruth: Actor, quarrel: str) -> None:
    ref = sent(quarrel, ruth)
    with transaction() as session:
        alert = session.scalars(select(Alert).where(Alert.ref == ref)).one()
        told = json.loads(cap.within(session, alert, '{"reference": "x"}'))
        session.execute(update(Incident).values(other_types=["sexual_violence"]))
        session.execute(delete(Bulletin))
    assert told == {"reference": "x", "cap": told["cap"]}
    assert find(told["cap"], "identifier") == f"{ref}.P1"
    with transaction() as session:
        alert = session.scalars(select(Alert).where(Alert.ref == ref)).one()
        assert cap.within(session, alert, '{"reference": "x"}') == '{"reference": "x"}'


def test_a_warning_is_for_responders_alone_until_it_is_settled(ruth: Actor) -> None:
    ref, daniel = incident_of(tell(RAID)).ref, person("UG-1", DANIEL)
    route("Kween", [[daniel]], mediators=[daniel])
    with transaction() as session:
        alert = emergency.warn(session, ruth, ref, "They come back tonight")
        assert "UNVERIFIED" in find(cap.text(session, alert, Audience.RESPONDERS), "info/headline")
        settling.settle(session, alert.incident_id, confirmed=True)
    assert rows() == [("responders", 1, "Alert", "alert"), ("responders", 2, "Update", "update:settled")]
    assert "UNVERIFIED" not in text(alert.ref, Audience.RESPONDERS)


def test_a_hook_is_sent_the_message_and_later_what_follows_it(ruth: Actor, quarrel: str) -> None:
    hook = Hook("https://partner.example/in", "a long enough secret")
    row = person("PAR-1", str(hook), kind=AddressKind.WEBHOOK, channel="webhook", responder_class="partner")
    route("Partners", [[row]])
    with transaction() as session:
        ref = routing.send(session, ruth, quarrel).ref
    told = json.loads(_handed_over()[-1])
    assert find(told["cap"], "identifier") == f"{ref}.P1"
    with transaction() as session:
        session.execute(update(Delivery).values(state=DeliveryState.SENT))
    with transaction() as session:
        sequels.send(session, ruth, ref, sequels.Kind.RECALL, "It was another place")
    after = json.loads(_handed_over()[-1])
    assert (find(after["cap"], "identifier"), find(after["cap"], "msgType")) == (f"{ref}.P2", "Cancel")


def _handed_over() -> list[str]:
    """What goes to hooks, in order."""
    query = select(Message).join(Delivery, Delivery.message_id == Message.id)
    with transaction() as session:
        found = session.scalars(
            query.where(Delivery.channel == "webhook").order_by(Message.created_at, Message.id)
        )
        return [vault.unseal("message", "text", one.id, one.text) for one in found]
