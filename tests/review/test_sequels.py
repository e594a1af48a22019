"""What follows an alert, on the incident's page; what responders wrote and sent about it."""

import re

import pytest
from sqlalchemy import update

from mbiu import routing
from mbiu.codes import AddressKind, AlertState, DeliveryState
from mbiu.db import transaction
from mbiu.messages import Attachment
from mbiu.models import Delivery, utcnow
from review import fieldnotes
from tests import cast
from tests.review.conftest import Browser

CHAT = "777001"


@pytest.fixture
def alerted(ruth: Browser) -> tuple[str, str]:
    """An incident whose alert Daniel got by SMS and a committee in a chat; its reference and the alert's."""
    actor = cast.user("peter-verifies")
    ref = cast.incident_of(cast.tell(cast.QUARREL)).ref
    cast.approve(ref, actor)
    chat = cast.person("UG-3", CHAT, kind=AddressKind.TELEGRAM, channel="telegram")
    cast.route("elders", [[cast.person("UG-1", cast.DANIEL), chat]])
    with transaction() as session:
        alert = routing.send(session, actor, ref).ref
    with transaction() as session:
        session.execute(update(Delivery).values(state=DeliveryState.SENT, sent_at=utcnow()))
    return ref, alert


def follow(browser: Browser, ref: str, **fields: object) -> str:
    return browser.post(f"/incidents/{ref}/sequel", **fields).text


def test_a_recall_is_sent_from_the_page_and_stands_there_person_by_person(
    ruth: Browser, alerted: tuple[str, str]
) -> None:
    ref, alert = alerted
    assert 'value="recall"' in ruth.get(f"/incidents/{ref}").text
    follow(ruth, ref, alert=alert, kind="recall", reason="It was a wedding, says the chief.")
    page = ruth.get(f"/incidents/{ref}").text
    assert "0 of 2 arrived" in page
    assert len(re.findall(r"<td>UG-[13]</td>", page)) == 2
    assert 'value="recall"' not in page
    assert cast.alert_of(alert).state is AlertState.CANCELLED


def test_a_recall_without_a_reason_comes_back(ruth: Browser, alerted: tuple[str, str]) -> None:
    ref, alert = alerted
    assert "reason" in follow(ruth, ref, alert=alert, kind="recall").lower()
    assert cast.alert_of(alert).state is AlertState.OPEN


def test_whom_it_did_not_reach_gets_it_once_more(ruth: Browser, alerted: tuple[str, str]) -> None:
    ref, alert = alerted
    follow(ruth, ref, alert=alert, kind="all_clear")
    with transaction() as session:
        lost = update(Delivery).where(
            Delivery.kind == "sequel", Delivery.address_id == cast.address_of(cast.DANIEL).id
        )
        session.execute(lost.values(state=DeliveryState.FAILED))
    page = ruth.get(f"/incidents/{ref}").text
    assert "Send once more to 1 person" in page
    found = re.search(r'name="sequel" value="([0-9a-f-]+)"', page)
    assert found
    ruth.post(f"/incidents/{ref}/sequel/again", alert=alert, sequel=found[1])
    assert len(cast.texts_to(cast.DANIEL, "sequel")) == 2
    assert "Send once more" not in ruth.get(f"/incidents/{ref}").text


def test_the_alerts_own_page_has_it_too_and_is_come_back_to(ruth: Browser, alerted: tuple[str, str]) -> None:
    ref, alert = alerted
    cast.say(f"DONE {alert} both families ate together", cast.DANIEL)
    page = ruth.get(f"/alerts/{alert}").text
    assert 'name="back" value="alert"' in page
    assert "From responders" in page
    after = ruth.post(f"/incidents/{ref}/sequel", alert=alert, kind="all_clear", back="alert").text
    assert f'<h1 class="mono">{alert}</h1>' in after
    assert "0 of 2 arrived" in after


@pytest.mark.parametrize("fields", [{"kind": "nothing"}, {"kind": ""}])
def test_what_is_no_kind_is_refused(ruth: Browser, alerted: tuple[str, str], fields: dict[str, str]) -> None:
    ref, alert = alerted
    assert ruth.post(f"/incidents/{ref}/sequel", alert=alert, **fields).status_code == 400


def test_words_and_pictures_of_responders_stand_with_the_incident(
    ruth: Browser, alerted: tuple[str, str]
) -> None:
    ref, alert = alerted
    photo = (Attachment("file-1", "photo", "image/jpeg"),)
    cast.hand_in(cast.chat(f"ACK {alert}", CHAT))
    cast.hand_in(cast.chat("", CHAT, attachments=photo))
    cast.say(f"DONE {alert} both <families> ate together", cast.DANIEL)
    page = ruth.get(f"/incidents/{ref}").text
    assert "From responders" in page
    assert "both &lt;families&gt; ate together" in page
    section = page.partition('id="h-field"')[2].partition("</section>")[0]
    assert section.count('class="media"') == 1
    assert "UG-3" in section


def test_another_areas_notes_are_nobodys(ruth: Browser, alerted: tuple[str, str]) -> None:
    ref, alert = alerted
    cast.say(f"DONE {alert} both families ate together", cast.DANIEL)
    with transaction(scope="/ke/") as session:
        incident = cast.incident(ref)
        assert fieldnotes.of(session, incident.id) == []
    with transaction(scope="/ug/") as session:
        assert len(fieldnotes.of(session, incident.id)) == 1


def test_facts_that_changed_after_an_alert_are_verified_again_on_the_page(
    ruth: Browser, peter: Browser, alerted: tuple[str, str]
) -> None:
    """Without that nobody could ever send the update."""
    ref, alert = alerted
    ruth.post(f"/incidents/{ref}/correct", killed="1", version=cast.incident(ref).version)
    page = ruth.get(f"/incidents/{ref}").text
    assert "The facts changed since the alert." in page
    assert 'value="update" disabled' in page
    assert 'value="refuted"' not in page
    fields = {"verdict": "verified", "grade_source": "B", "grade_information": "2"}
    peter.post(f"/incidents/{ref}/decide", reason="The chief of Karambi saw it.", **fields)
    page = ruth.get(f"/incidents/{ref}").text
    assert "The facts changed since the alert." not in page
    assert 'value="update">' in page
    follow(ruth, ref, alert=alert, kind="update")
    page = ruth.get(f"/incidents/{ref}").text
    assert "0 of 2 arrived" in page
    assert page.count("The facts changed since this was sent.") == 2


def test_who_looked_at_an_alert_is_not_what_happened(ruth: Browser, alerted: tuple[str, str]) -> None:
    ref, alert = alerted
    ruth.get(f"/alerts/{alert}")
    assert f"{alert}: viewed" not in ruth.get(f"/incidents/{ref}").text
