"""What responders send beside a plain answer: which alert they mean, notes, pictures, INFO, links."""

import base64
import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from mbiu import answering, links, retention, routing, texts, vault
from mbiu.audit import Actor
from mbiu.codes import AddressKind, AlertState, Answer
from mbiu.db import transaction
from mbiu.messages import Attachment
from mbiu.models import (
    Address,
    Alert,
    AnswerLink,
    AuditEntry,
    Contact,
    Delivery,
    Incident,
    Media,
    Message,
    Report,
    Response,
    utcnow,
)
from tests.cast import (
    DANIEL,
    JOSEPH,
    MALLORY,
    QUARREL,
    alert_of,
    approve,
    chat,
    contact_of,
    count,
    hand_in,
    incident_of,
    person,
    route,
    say,
    tell,
    user,
)

CHAT = "777001"
SECOND = "NEW Land dispute in Kween, families quarrel"


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


@pytest.fixture
def alert(ruth: Actor) -> str:
    """An alert that Daniel was sent by SMS."""
    route("elders", [[person("UG-1", DANIEL)]])
    return send(ruth, QUARREL)


@pytest.fixture
def chatted(ruth: Actor) -> str:
    """An alert that Grace was sent in a chat."""
    route("elders", [[person("UG-2", CHAT, kind=AddressKind.TELEGRAM, channel="telegram")]])
    return send(ruth, QUARREL)


def send(actor: Actor, text: str, sender: str = JOSEPH) -> str:
    ref = incident_of(tell(text, sender)).ref
    approve(ref, actor)
    with transaction() as session:
        return routing.send(session, actor, ref).ref


def answers(ref: str) -> list[Response]:
    with transaction() as session:
        query = select(Response).where(Response.alert_id == alert_of(ref).id).order_by(Response.created_at)
        return list(session.scalars(query))


def words(row: Response) -> str:
    return vault.unseal("response", "text", row.id, row.text)


def with_alert(ref: str) -> list[Message]:
    """The messages that belong to an alert, in order."""
    with transaction() as session:
        query = select(Message).where(Message.alert_id == alert_of(ref).id).order_by(Message.created_at)
        return list(session.scalars(query))


def picture(text: str = "", **more: Any) -> Any:
    return chat(text, CHAT, attachments=(Attachment("file-1", "photo", "image/jpeg"),), **more)


# --- which alert -------------------------------------------------------------------------------


def test_with_two_open_alerts_the_one_that_was_promised_is_done(ruth: Actor, alert: str) -> None:
    say(f"ACK {alert}", DANIEL)
    other = send(ruth, SECOND)
    say("DONE both families ate together", DANIEL)
    assert (alert_of(alert).state, alert_of(other).state) == (AlertState.DONE, AlertState.OPEN)


def test_an_answer_that_fits_several_is_finished_by_the_bare_reference(ruth: Actor, alert: str) -> None:
    other = send(ruth, SECOND)
    asked = str(say("DONE both families ate together", DANIEL).reply)
    assert alert in asked
    assert other in asked
    assert other in str(say(other, DANIEL).reply)
    assert (alert_of(alert).state, alert_of(other).state) == (AlertState.OPEN, AlertState.DONE)
    assert words(answers(other)[0]) == "both families ate together"
    assert len(with_alert(other)) == 2


def test_who_was_told_by_phone_may_answer_in_a_chat(alert: str) -> None:
    hand_in(chat("hello", CHAT))
    with transaction() as session:
        session.execute(
            update(Address)
            .where(Address.contact_id == contact_of(CHAT, AddressKind.TELEGRAM).id)
            .values(contact_id=contact_of(DANIEL).id)
        )
    assert alert in str(hand_in(chat("ACK", CHAT)).reply)
    assert alert_of(alert).state is AlertState.ACKNOWLEDGED


def test_a_second_telling_of_the_same_alert_is_no_second_alert(alert: str) -> None:
    say("4", DANIEL)
    with transaction() as session:
        row = session.scalars(select(Delivery).where(Delivery.alert_id == alert_of(alert).id)).first()
        assert row is not None
        row.kind = "reminder"
    assert alert in str(say("1", DANIEL).reply)
    assert [one.answer for one in answers(alert)] == [Answer.CANNOT, Answer.ACK]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("GO 2h", 120), ("2 2h", 120), ("2h", 120), ("GO 30 min", 30), ("naenda 3 saa", 180), ("GO 2", 120)],
)
def test_a_promise_lasts_as_long_as_was_said(alert: str, text: str, minutes: int) -> None:
    say(text, DANIEL)
    due = answers(alert)[0].due_at
    assert due is not None
    assert due - utcnow() == pytest.approx(dt.timedelta(minutes=minutes), abs=dt.timedelta(minutes=1))


def test_a_pressed_way_asks_for_the_hours_and_takes_them(chatted: str) -> None:
    hand_in(chat(sender=CHAT, button=f"go:{chatted}", callback_id="cb"), inline=False)
    with transaction() as session:
        extras = session.scalars(select(Delivery.extra).where(Delivery.kind == "reply")).all()
    offered = [one["data"] for extra in extras for row in extra.get("buttons", []) for one in row]
    assert offered == [f"go:{chatted}:{hours}" for hours in (1, 2, 4, 8)]
    hand_in(chat(sender=CHAT, button=offered[3], callback_id="cb"))
    due = answers(chatted)[-1].due_at
    assert due is not None
    assert due - utcnow() > dt.timedelta(hours=7)


# --- notes and pictures ------------------------------------------------------------------------


def test_what_was_done_may_follow_the_word(alert: str) -> None:
    assert "What was done?" in str(say("DONE", DANIEL).reply)
    reply = str(say("The chiefs met and the cattle went back", DANIEL).reply)
    assert alert in reply
    assert words(answers(alert)[0]) == "The chiefs met and the cattle went back"
    assert len(with_alert(alert)) == 2
    assert count(Report) == 1


def test_words_behind_a_reference_join_the_incident(alert: str) -> None:
    say("ACK", DANIEL)
    before = incident_of_alert(alert)
    assert alert in str(say(f"{alert} the road is cut at Bwera", DANIEL).reply)
    assert [row.contact_id for row in with_alert(alert)] == [contact_of(DANIEL).id] * 2
    assert incident_of_alert(alert) > before
    assert count(AuditEntry, AuditEntry.action == "alert.noted") == 1
    assert count(Report) == 1


def incident_of_alert(ref: str) -> dt.datetime:
    with transaction() as session:
        query = select(Incident.updated_at).where(Incident.id == alert_of(ref).incident_id)
        return session.scalars(query).one()


def test_a_photo_after_an_answer_joins_the_alert(chatted: str) -> None:
    hand_in(chat(f"ACK {chatted}", CHAT))
    hand_in(picture())
    hand_in(picture("both sides at the well"))
    assert len(with_alert(chatted)) == 3
    assert count(Media) == 2
    assert count(Report) == 1


def test_a_photo_with_the_answer_joins_the_alert(chatted: str) -> None:
    hand_in(picture(f"DONE {chatted} they shook hands"))
    assert (alert_of(chatted).state, len(with_alert(chatted)), count(Media)) == (AlertState.DONE, 1, 1)


def test_a_photo_of_somebody_who_answered_nothing_is_a_report(chatted: str) -> None:
    hand_in(picture())
    assert (with_alert(chatted), count(Report)) == ([], 2)


def test_free_words_after_an_answer_are_a_report(alert: str) -> None:
    say("ACK", DANIEL)
    assert say("Armed men burn houses in Kween", DANIEL).ref
    assert count(Report) == 2


def test_what_responders_wrote_of_a_held_incident_is_kept(alert: str) -> None:
    say("ACK", DANIEL)
    say(f"{alert} the road is cut", DANIEL)
    later = utcnow() + dt.timedelta(days=400)
    for held, kept in ((True, True), (False, False)):
        with transaction() as session:
            session.execute(update(Incident).values(held=held))
        retention.run(later)
        found = [vault.unseal("message", "text", row.id, row.text) for row in with_alert(alert)]
        assert any("road" in text for text in found) is kept


# --- strangers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["ACK", "1", "2 2h", "3", "4", "GO 2h", "{ref}", "INFO {ref}", "{ref} hello", "DONE {ref} x"]
)
def test_a_stranger_changes_nothing_and_learns_nothing(alert: str, text: str) -> None:
    invented = alert[:-1] + ("8" if alert[-1] == "9" else "9" if alert[-1].isdigit() else "Z")
    real, other = (
        re.sub(r"\b[AR][0-9A-Z]{6}\b", "?", str(say(text.format(ref=ref), number).reply))
        for ref, number in ((alert, MALLORY), (invented, "+256772000667"))
    )
    assert real == other
    assert (alert_of(alert).state, answers(alert), with_alert(alert)) == (AlertState.OPEN, [], [])


# --- what is it about --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["INFO", "INFO {ref}", "{ref}", "maelezo {ref}", "معلومات {ref}"])
def test_info_tells_the_alert_anew_and_who_has_taken_it(alert: str, text: str) -> None:
    asked = text.format(ref=alert)
    reply = str(say(asked, DANIEL).reply)
    assert "dispute" in reply
    assert "Nobody has taken it yet." in reply
    say("ACK", DANIEL)
    assert "Taken by 1." in str(say(asked.lower(), DANIEL).reply)


def test_info_of_what_is_over_says_so(alert: str) -> None:
    say("DONE", DANIEL)
    assert "dealt with" in str(say(f"INFO {alert}", DANIEL).reply)


def test_info_is_the_help_of_who_has_no_alert() -> None:
    assert say("INFO", MALLORY).reply == say("HELP", "+256772000668").reply


# --- links -------------------------------------------------------------------------------------


def link(ref: str, number: str = DANIEL, language: str = "en") -> str:
    with transaction() as session:
        return links.make(session, alert_of(ref).id, contact_of(number).id, language)


def token(url: str) -> str:
    return url.rsplit("/", 1)[1]


def by_link(url: str, answer: Answer, said: str = "") -> answering.Answered | None:
    with transaction() as session:
        return answering.by_link(session, token(url), answer, said, "en")


def test_a_link_answers_once(alert: str) -> None:
    url = link(alert)
    assert by_link(url, Answer.GO, "2 h with the elders") is not None
    first = answers(alert)
    assert [(one.answer, words(one)) for one in first] == [(Answer.GO, "2 h with the elders")]
    again = by_link(url, Answer.CANNOT)
    assert again is not None
    assert again.key == "page.used"
    assert len(answers(alert)) == 1
    assert alert_of(alert).state is AlertState.ACKNOWLEDGED


def test_the_next_answer_has_a_link_of_its_own(alert: str) -> None:
    taken = by_link(link(alert), Answer.ACK)
    assert taken is not None
    done = by_link(taken.again, Answer.DONE, "They agreed")
    assert done is not None
    assert (done.again, alert_of(alert).state) == ("", AlertState.DONE)


def test_of_a_link_only_a_digest_is_kept(alert: str) -> None:
    url = token(link(alert))
    raw = base64.urlsafe_b64decode(url + "=" * (-len(url) % 4))
    with transaction() as session:
        row = session.scalars(select(AnswerLink)).one()
        assert row.digest not in raw
        assert raw[:16] not in row.digest


def test_a_link_changed_in_any_letter_is_none_of_ours(alert: str) -> None:
    url = token(link(alert))
    for at in range(0, len(url), 5):
        letter = "A" if url[at] != "A" else "B"
        assert by_link(f"/{url[:at]}{letter}{url[at + 1 :]}", Answer.ACK) is None
    for wrong in ("", "x", url[:-1], url + "A", "%00", "é" * 48):
        assert by_link(f"/{wrong}", Answer.ACK) is None
    assert answers(alert) == []


def test_a_link_ends(alert: str) -> None:
    url = link(alert)
    with time_machine.travel(utcnow() + links.USEFUL + dt.timedelta(minutes=1)):
        assert by_link(url, Answer.ACK) is None
    assert answers(alert) == []


def test_who_left_answers_by_no_link(alert: str) -> None:
    url = link(alert)
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "UG-1").values(silent_at=utcnow()))
    assert by_link(url, Answer.ACK) is None


def test_a_link_of_what_is_over_changes_nothing(alert: str) -> None:
    url = link(alert)
    with transaction() as session:
        session.execute(update(Alert).values(state=AlertState.CANCELLED))
    found = by_link(url, Answer.ACK)
    assert found is not None
    assert found.key == "alert.is_done"
    assert answers(alert) == []


def test_every_text_behind_a_link_is_there_in_every_language() -> None:
    for language in texts.languages():
        for key in ("page.used", "page.gone", "alert.is_done", *(f"reply.alert.{one}" for one in Answer)):
            assert texts.say(language, key, ref="A7K3QX9")
