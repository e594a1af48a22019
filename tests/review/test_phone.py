"""The training room: phones, faults, drills and the story of a message."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from mbiu import chains, delivery, demo
from mbiu.audit import Actor
from mbiu.channels import conditions
from mbiu.channels.conditions import Conditions
from mbiu.codes import AlertState, ContactRole, DeliveryState
from mbiu.db import transaction
from mbiu.demo import centre
from mbiu.models import (
    Address,
    Alert,
    Contact,
    Delivery,
    Drill,
    EscalationChain,
    Incident,
    Media,
    Message,
    Report,
    Route,
    utcnow,
)
from mbiu.training import drills, handset, phones, room, score
from tests import cast
from tests.review.conftest import Browser

As = Callable[[str], Browser]
HTML = "text/html,application/xhtml+xml"


def test_the_phones_are_only_there_in_a_demonstration(ruth: Browser) -> None:
    assert ruth.get("/phone").status_code == 404
    assert ruth.get("/phone/messages").status_code == 404
    assert ruth.post("/phone/send", phone="amina", text="Attack").status_code == 404


@pytest.fixture
def phone(environment: dict[str, str], request: pytest.FixtureRequest) -> Browser:
    """Ruth at the phones of the demonstration."""
    environment["MBIU_DEMO"] = "1"
    ruth: Browser = request.getfixturevalue("ruth")
    with transaction() as session:
        centre.people(session)
    return ruth


def shown(browser: Browser, key: str) -> list[dict[str, object]]:
    """What stands on a phone."""
    found: list[dict[str, object]] = browser.get(f"/phone/messages?show={key}").get_json()["phones"][key]
    return found


def stories(browser: Browser, *keys: str) -> str:
    """The stories of phones, without markup."""
    query = "&".join(f"show={key}" for key in keys)
    html = browser.get(f"/phone/messages?{query}").get_json()["stories"]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def serve() -> None:
    """The workers read what came in and send what is due."""
    cast.read_all()
    while delivery.deliver():
        pass


def number_of(key: str) -> str:
    return demo.phone(key).address


# --- say and hear ------------------------------------------------------------------------------


def test_what_a_phone_sends_is_a_report_like_any_other(phone: Browser) -> None:
    sent = phone.post("/phone/send", phone="amina", text="Watu wamevamia Bwera, 3 wameuawa").get_json()
    cast.read_all()
    assert cast.report_of(sent["ref"]).exercise
    (first, *_) = shown(phone, "amina")
    assert (first["mine"], first["text"]) == (True, "Watu wamevamia Bwera, 3 wameuawa")


def test_a_reply_shows_once_it_was_sent(phone: Browser) -> None:
    phone.post("/phone/send", phone="joseph", text="/help")
    assert len(shown(phone, "joseph")) == 1
    delivery.deliver()
    assert [message["mine"] for message in shown(phone, "joseph")] == [True, False]


def test_a_pin_is_the_place_of_the_phone(phone: Browser) -> None:
    phone.post("/phone/send", phone="joseph", text="Raiders took 80 cows this morning, 2 herders are dead")
    phone.post("/phone/send", phone="joseph", pin="1")
    assert any("place pin" in str(message["files"]) for message in shown(phone, "joseph"))


def test_an_unknown_phone_sends_nothing(phone: Browser) -> None:
    assert phone.post("/phone/send", phone="mallory", text="x").status_code == 400


def test_without_scripts_a_form_leads_back_to_the_phones_that_were_shown(phone: Browser) -> None:
    data = {
        "csrf_token": phone.token(),
        "phone": "juma",
        "text": "Fighting at Bwera",
        "show": ["juma", "grace"],
    }
    answer = phone.client.post(
        "/phone/send", data=data | {"columns": "2"}, headers={"Accept": HTML}, follow_redirects=True
    )
    assert answer.request.query_string == b"show=juma&show=grace&columns=2"
    assert "Fighting at Bwera" in answer.text
    assert 'data-phone="grace"' in answer.text
    assert 'data-phone="amina"' not in answer.text


def test_a_chat_sends_what_chats_can(phone: Browser) -> None:
    phone.post("/phone/send", phone="joseph", text="Attack at Kotido", forwarded="on")
    phone.post("/phone/send", phone="joseph", file="photo")
    first, second = (message for message in shown(phone, "joseph") if message["mine"])
    assert first["marks"] == ["forwarded"]
    assert second["files"] == ["photo"]


def test_a_group_is_heard_only_when_it_speaks_to_the_bot(phone: Browser) -> None:
    send = "/phone/send"
    assert "note" in phone.post(send, phone="committee", text="Good morning all").get_json()
    assert shown(phone, "committee") == []
    sent = phone.post(
        send, phone="committee", text="/report Raiders near Kotido, 3 dead", member="2"
    ).get_json()
    assert sent["ref"]
    assert len(shown(phone, "committee")) == 1


def test_another_message_than_from_a_phone_cannot_be_edited(phone: Browser) -> None:
    cast.say(cast.RAID)
    with transaction() as session:
        real = session.scalars(select(Message.id).where(Message.direction == "in")).one()
    answer = phone.post("/phone/send", phone="joseph", text="Nothing happened", edits=str(real))
    assert answer.status_code == 409


# --- faults ------------------------------------------------------------------------------------


def test_what_a_provider_refuses_is_tried_again_and_arrives(phone: Browser) -> None:
    phone.post("/phone/line", phone="juma", fails="100")
    phone.post("/phone/send", phone="juma", text="Attack at Bwera, 2 killed")
    serve()
    assert len(shown(phone, "juma")) == 1
    assert "queued simulated failure" in stories(phone, "juma")
    phone.post("/phone/line", phone="juma")
    with transaction() as session:
        session.execute(update(Delivery).values(due_at=utcnow()))
    delivery.deliver()
    assert len(shown(phone, "juma")) == 2
    assert "delivered" in stories(phone, "juma")


def test_a_phone_out_of_coverage_gets_its_messages_afterwards(phone: Browser) -> None:
    phone.post("/phone/send", phone="juma", text="Attack at Bwera, 2 killed")
    phone.post("/phone/line", phone="juma", away="10")
    assert phone.post("/phone/send", phone="juma", text="More").status_code == 409
    serve()
    now = utcnow()
    with transaction() as session:
        assert handset.bring(session, now + dt.timedelta(minutes=9)) == 0
    assert len(shown(phone, "juma")) == 1
    with transaction() as session:
        assert handset.bring(session, now + dt.timedelta(minutes=11)) == 1
    assert len(shown(phone, "juma")) == 2


def test_a_delay_holds_a_message_back(phone: Browser) -> None:
    phone.post("/phone/line", phone="juma", delay="60")
    phone.post("/phone/send", phone="juma", text="Attack at Bwera, 2 killed")
    serve()
    assert "sent" in stories(phone, "juma")
    with transaction() as session:
        assert handset.due(session, utcnow()) == []
        assert len(handset.due(session, utcnow() + dt.timedelta(seconds=61))) == 1


def test_a_lost_receipt_leaves_the_house_in_doubt_and_the_phone_informed(phone: Browser) -> None:
    phone.post("/phone/line", phone="juma", unreceipted="on")
    phone.post("/phone/send", phone="juma", text="Attack at Bwera, 2 killed")
    serve()
    assert room.look() == 0
    assert len(shown(phone, "juma")) == 2
    assert [one.state for one in cast.deliveries()] == [DeliveryState.SENT]


def test_what_is_handed_over_twice_is_stored_once(phone: Browser) -> None:
    phone.post("/phone/line", phone="juma", twice="on")
    phone.post("/phone/send", phone="juma", text="Attack at Bwera, 2 killed")
    assert cast.count(Message, Message.direction == "in") == 1


@pytest.mark.parametrize(
    ("how", "order"), [("apart", [1, 2, 3]), ("shuffled", [3, 2, 1]), ("missing", [1, 3])]
)
def test_a_long_text_comes_in_parts(phone: Browser, how: str, order: list[int]) -> None:
    from mbiu.training.saying import Said, handed_over

    one = demo.phone("juma")
    messages = handed_over(one, Said("Attack at Bwera. " * 22), Conditions(parts=how), {})  # type: ignore[arg-type]  # words
    assert [message.part for message in messages] == order
    assert {message.parts for message in messages} == {3}
    assert len({message.thread for message in messages}) == 1


def test_a_fault_ends_with_the_broker(phone: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from mbiu.settings import settings

    conditions.wish(number_of("juma"), Conditions(fails=100))
    assert conditions.of(number_of("juma")).fails == 100
    monkeypatch.setenv("MBIU_REDIS_URL", "redis://127.0.0.1:1/0")
    settings.cache_clear()
    assert conditions.of(number_of("juma")) == conditions.FINE
    settings.cache_clear()


# --- added phones ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "role"),
    [("stranger_sms", None), ("group", ContactRole.COMMITTEE), ("responder", ContactRole.RESPONDER)],
)
def test_a_phone_is_added_used_and_removed(phone: Browser, what: str, role: ContactRole | None) -> None:
    key = phone.post("/phone/add", what=what, home="ke-turkana", language="en").get_json()["phone"]
    sent = phone.post("/phone/send", phone=key, text="/report Cattle raid at Lodwar, 3 killed").get_json()
    assert sent["ref"]
    with transaction() as session:
        one = phones.find(session, key)
        contact = phones.holder(session, one)
        assert contact is not None
        assert contact.exercise
        assert role in {None, contact.role}
    assert phone.post("/phone/remove", phone=key).status_code == 200
    assert phone.post("/phone/send", phone=key, text="x").status_code == 400


def test_a_shipped_phone_cannot_be_removed(phone: Browser) -> None:
    assert phone.post("/phone/remove", phone="amina").status_code == 400


def test_an_added_responder_is_told_of_exercises_only(phone: Browser) -> None:
    phone.post("/phone/add", what="responder", home="ug-kasese", language="en")
    actor = cast.user("naomi")
    real = cast.incident_of(cast.tell(cast.QUARREL)).ref
    drill = cast.incident_of(cast.tell("NEW " + cast.QUARREL, number_of("juma"), channel="simulator")).ref
    told = {}
    from mbiu import routing
    from mbiu.verification import find

    for ref in (real, drill):
        cast.approve(ref, actor)
        with transaction() as session:
            told[ref] = [one.code for one in routing.plan(session, find(session, ref)).recipients]
    assert "TRN-01" not in told[real]
    assert "TRN-01" in told[drill]


def test_an_address_of_a_real_person_is_never_spoken_for(phone: Browser) -> None:
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "KAS-07").values(exercise=False))
    assert phone.post("/phone/send", phone="amina", text="Attack at Bwera").status_code == 409
    assert cast.count(Message) == 0


# --- a real installation -----------------------------------------------------------------------


@pytest.fixture
def real(environment: dict[str, str], request: pytest.FixtureRequest) -> As:
    """A real installation with a training room."""
    environment["MBIU_TRAINING"] = "1"
    environment["MBIU_CHANNELS"] = "twilio"
    as_: As = request.getfixturevalue("as_")
    return as_


def test_in_a_real_installation_only_coordinators_train(real: As) -> None:
    assert real("ruth").get("/phone").status_code == 404
    assert real("ruth").post("/phone/send", phone="amina", text="x").status_code == 404
    page = real("miriam").get("/phone")
    assert page.status_code == 200
    assert ">Phones</a>" in page.text
    assert ">Phones</a>" not in real("ruth").get("/").text


def test_in_a_real_installation_no_phone_has_an_address_that_exists(real: As) -> None:
    with transaction() as session:
        for one in phones.phones(session).values():
            number = int(one.address)
            assert one.address.startswith("+999") or abs(number) >= 2**52, one.key


def test_answers_in_a_training_leave_by_the_simulator_alone(real: As) -> None:
    miriam = real("miriam")
    miriam.post("/phone/send", phone="amina", text="Watu wamevamia Bwera, 3 wameuawa")
    serve()
    assert [(one.channel, one.state) for one in cast.deliveries()] == [("simulator", DeliveryState.DELIVERED)]
    assert all(message["text"] for message in shown(miriam, "amina"))


def test_a_drill_enrols_its_people_and_a_route_for_exercises(real: As) -> None:
    miriam = real("miriam")
    assert miriam.post("/phone/drill", script="silent_responder").status_code == 200
    with transaction() as session:
        codes = set(session.scalars(select(Contact.code).where(Contact.exercise)))
        assert codes == {"TRN-KAS-07", "TRN-KAS-91", "TRN-UG-92"}
        assert session.scalars(select(Route.name)).all() == [phones.ROUTE]
        codes_by_id = dict(session.execute(select(Contact.id, Contact.code)).all())
        steps = chains.read(session.scalars(select(EscalationChain.steps)).one())
        told = [[codes_by_id[one.id] for one in step.who if one.id] for step in steps]
        assert told == [["TRN-KAS-91"], ["TRN-UG-92"]]


# --- drills ------------------------------------------------------------------------------------


def _begin(browser: Browser, script: str) -> None:
    assert browser.post("/phone/drill", script=script).status_code == 200


def _pass(seconds: int) -> int:
    """So much time goes by for the drill; how many steps it took."""
    with transaction() as session:
        drill = session.scalars(select(Drill).where(Drill.ended_at.is_(None))).one()
        away = dt.timedelta(seconds=seconds)
        drill.started_at, drill.moved_at = drill.started_at - away, drill.moved_at - away
        drill.due_at -= away
    return drills.play()


def _drill() -> Drill:
    with transaction() as session:
        drill = drills.newest(session)
        assert drill
        return drill


def test_only_one_drill_is_played_at_a_time(phone: Browser) -> None:
    _begin(phone, "raid")
    assert phone.post("/phone/drill", script="rumour").status_code == 409
    phone.post("/phone/drill/stop")
    _begin(phone, "rumour")
    assert phone.post("/phone/drill", script="none-such").status_code == 400


def test_a_stopped_drill_says_no_more(phone: Browser) -> None:
    _begin(phone, "raid")
    phone.post("/phone/drill/stop")
    assert drills.play() == 0
    assert cast.count(Message) == 0


def test_a_step_waits_for_its_time(phone: Browser) -> None:
    _begin(phone, "raid")
    assert drills.play() == 1
    assert _pass(10) == 0
    assert _pass(40) == 1
    assert cast.count(Report, Report.exercise) == 2


def _play(steps: int) -> list[tuple[int, int]]:
    """Let so many steps be taken and read; reports and sources of each incident."""
    while _drill().position < steps:
        assert _pass(90) == 1
        cast.read_all()
    with transaction() as session:
        return [
            (one.reports, one.sources) for one in session.scalars(select(Incident).order_by(Incident.reports))
        ]


def test_the_raid_is_one_event_from_two_sources(phone: Browser) -> None:
    _begin(phone, "raid")
    assert _play(2) == [(2, 2)]


def test_the_rumour_passed_on_is_one_source(phone: Browser) -> None:
    _begin(phone, "rumour")
    assert _play(3) == [(3, 1)]


def test_a_wrong_answer_comes_after_the_question(phone: Browser) -> None:
    _begin(phone, "wrong_answer")
    assert _pass(1) == 1
    assert _pass(30) == 0
    serve()
    with transaction() as session:
        session.execute(update(Delivery).values(delivered_at=utcnow() - dt.timedelta(seconds=21)))
    assert _pass(2) == 1
    assert _pass(91) == 1
    serve()
    with transaction() as session:
        found = {
            one.name: one.seconds for one in score.of(session, _drill(), drills.scripts()["wrong_answer"])
        }
    assert found["First question"] is not None


def test_a_drill_scores_what_was_done_in_it(phone: Browser) -> None:
    _begin(phone, "raid")
    drills.play()
    serve()
    drill, script = _drill(), drills.scripts()["raid"]
    with transaction() as session:
        found = {one.name: one.seconds for one in score.of(session, drill, script)}
    assert found["Slowest receipt"] is not None
    assert found["First verdict"] is None
    with transaction() as session:
        ref = session.scalars(select(Report.ref)).one()
    cast.approve(cast.incident_of(ref).ref, cast.user("naomi"))
    with transaction() as session:
        found = {one.name: one.seconds for one in score.of(session, drill, script)}
    assert found["First verdict"] is not None
    html = phone.get("/phone/messages").get_json()["drill"]
    assert "Slowest receipt" in html
    assert "not yet" in html


def test_a_drill_that_hurries_shortens_the_wait_of_exercises_only(phone: Browser) -> None:
    from mbiu import routing

    daniel = demo.phone("daniel")
    actor: Actor = cast.user("naomi")
    with transaction() as session:
        person = phones.holder(session, daniel)
        assert person
    cast.route("all", [[person.id, cast.person("UG-1", cast.DANIEL)]])
    alerts = []
    for ref in (
        cast.tell(cast.QUARREL),
        cast.tell("NEW " + cast.QUARREL, number_of("juma"), channel="simulator"),
    ):
        incident = cast.incident_of(ref).ref
        cast.approve(incident, actor)
        with transaction() as session:
            alerts.append(routing.send(session, actor, incident).ref)
    with transaction() as session:
        drills._hurry(session, "daniel", utcnow())
    real, exercise = (cast.alert_of(ref) for ref in alerts)
    assert real.due_at
    assert exercise.due_at
    assert real.due_at > utcnow() + dt.timedelta(minutes=20)
    assert exercise.due_at < utcnow() + dt.timedelta(minutes=2)
    assert cast.count(Alert, Alert.state == AlertState.OPEN) == 2


def test_a_drill_ends_when_its_time_is_up(phone: Browser) -> None:
    _begin(phone, "rumour")
    assert _pass(41 * 60) == 0
    assert _drill().ended_at


def test_a_phone_out_of_coverage_does_not_stop_a_drill(phone: Browser) -> None:
    _begin(phone, "raid")
    conditions.wish(number_of("joseph"), Conditions(away_until=utcnow().timestamp() + 600))
    assert drills.play() == 1
    assert cast.count(Message) == 0
    assert _drill().position == 1


@pytest.mark.parametrize("key", sorted(drills.scripts()))
def test_every_script_has_people_words_and_goals(phone: Browser, key: str) -> None:
    script = drills.scripts()[key]
    with transaction() as session:
        for step in script.step:
            phones.find(session, step.who)
            assert step.text.format(place=script.places[0]) or step.away or step.hurry
    assert set(script.goals) <= set(score.NAMES)
    assert sum(step.after for step in script.step) < script.minutes * 60


# --- the story ---------------------------------------------------------------------------------


def test_the_story_follows_a_report_from_its_arrival_to_its_outcome(phone: Browser) -> None:
    from mbiu import routing

    with transaction() as session:
        centre.routes(session)
    ref = phone.post("/phone/send", phone="juma", text=cast.QUARREL).get_json()["ref"]
    assert "Received and stored" in stories(phone, "juma")
    assert "Waits to be read" in stories(phone, "juma")
    cast.read_all()
    incident, actor = cast.incident_of(ref).ref, cast.user("naomi")
    assert f"Joined to incident {incident}" in stories(phone, "juma")
    assert "Read: Dispute, Bwera" in stories(phone, "juma")
    cast.approve(incident, actor)
    with transaction() as session:
        alert = routing.send(session, actor, incident).ref
    assert "Verified by naomi" in stories(phone, "juma")
    assert "Alert to KAS-91 queued" in stories(phone, "juma")
    delivery.deliver()
    assert "Alert to KAS-91 delivered" in stories(phone, "juma")
    phone.post("/phone/send", phone="daniel", text=f"2 {alert}")
    assert "KAS-91: on the way" in stories(phone, "juma")
    assert f"Alert {alert} about {incident}" in stories(phone, "daniel")
    cast.close(actor, incident, "dialogue")
    assert "Outcome told" in stories(phone, "juma")


def test_the_story_of_a_text_is_shown_as_text(phone: Browser) -> None:
    phone.post("/phone/send", phone="juma", text="<script>alert(1)</script>")
    answer = phone.get("/phone/messages?show=juma").get_json()
    assert "<script>" not in answer["bubbles"]["juma"]
    assert "&lt;script&gt;" in answer["bubbles"]["juma"]
    assert cast.count(Address, Address.channel == "simulator")


# --- beside the work ---------------------------------------------------------------------------


def test_a_route_of_exercises_hurries_no_real_alert(phone: Browser) -> None:
    from mbiu import routing
    from mbiu.verification import find

    cast.route("slow", [[cast.person("UG-1", cast.DANIEL)]], wait_minutes=90)
    phone.post("/phone/add", what="responder", home="ug-kasese", language="en")
    ref = cast.incident_of(cast.tell(cast.QUARREL)).ref
    with transaction() as session:
        assert routing.plan(session, find(session, ref)).steps[0].wait_minutes == 90


def test_a_photo_from_a_made_up_phone_is_kept_without_its_place(phone: Browser) -> None:
    from mbiu import media

    phone.post("/phone/send", phone="joseph", file="photo")
    assert media.fetch_due() == 1
    with transaction() as session:
        kept = session.scalars(select(Media)).one()
    assert (kept.state, kept.content_type) == ("ready", "image/jpeg")


def test_made_up_messages_come_from_numbers_of_nobody() -> None:
    from itertools import islice

    from mbiu.simulate import Stream

    found = list(islice(Stream(seed=4, senders=9), 50))
    assert len({message.sender for message in found}) <= 9
    assert all(message.sender.startswith("+999") for message in found)
    assert [message.text for message in islice(Stream(seed=4, senders=9), 50)] == [one.text for one in found]
