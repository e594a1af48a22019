"""A focal point's whole life with Mbiu, by every channel and in every language."""

import datetime as dt
from collections.abc import Iterator

import pytest

from mbiu import channels, db, enrolment, routing, texts
from mbiu.channels.text import segments
from mbiu.codes import AddressKind, ContactRole, Role
from mbiu.db import transaction
from mbiu.enrolment import Offer, Registrar
from mbiu.models import Contact, Incident, Report, utcnow
from mbiu.outbox import composed
from mbiu.settings import Settings
from tests import cast
from tests.cast import DANIEL
from tests.doubles import Doubles
from tests.flow.life import LINES, Line, hooks
from tests.flow.story import ref_in
from tests.flow.wiring import channels as wired

pytestmark = [pytest.mark.slow, pytest.mark.timeout(110)]

TOLD = {
    "en": "Armed men attacked us and burnt two houses",
    "sw": "Watu wenye silaha walituvamia na kuchoma nyumba mbili",
    "fr": "Des hommes armés nous ont attaqués et ont brûlé deux maisons",
    "ar": "هاجمنا مسلحون وأحرقوا بيتين",
    "lg": "Abantu abalina emmundu batulumbye ne bookya ennyumba bbiri",
}
PLACE = "Bwera, Kasese"


@pytest.fixture
def doubles() -> Iterator[Doubles]:
    with Doubles() as running:
        running.twilio.set_progress(())
        yield running


@pytest.fixture
def environment(environment: dict[str, str], doubles: Doubles) -> dict[str, str]:
    return environment | wired(doubles)


@pytest.fixture
def url(settings: Settings) -> Iterator[str]:
    db.engine()
    with hooks() as address:
        yield address
    channels.close()


def word(language: str, command: str) -> str:
    """The word for a command that is taught first."""
    return texts.spoken(language, command)[0]


def test_every_language_of_the_catalogues_has_a_life_here() -> None:
    assert set(TOLD) == set(texts.languages())


@pytest.mark.parametrize("language", TOLD)
@pytest.mark.parametrize("channel", LINES)
def test_a_focal_point_s_life(channel: str, language: str, doubles: Doubles, url: str) -> None:
    line = LINES[channel](doubles, url)
    code = joins(line, language)
    ref = reports(line, language)
    answers_the_question(line, language, ref)
    asks_how_far_it_is(line, language, ref)
    hears_of_verdict_action_and_outcome(line, language, ref)
    wants_to_be_left_alone(line, language, ref)
    ends_it_all(line, language, code)


def joins(line: Line, language: str) -> str:
    """A coordinator gives a word; whoever sends it is known by a code name from then on."""
    coordinator = cast.user("miriam", Role.COORDINATOR)
    columns = {"role": ContactRole.FOCAL_POINT, "home_place_id": "ug-kasese", "language": language}
    columns["area_path"] = "/ug/ug-western/ug-kasese/"
    offer = Offer(columns, 1, utcnow() + dt.timedelta(days=7))
    with transaction() as session:
        given = enrolment.make(session, Registrar(coordinator), offer, utcnow())
    (welcome,) = line.say(f"{word(language, 'join')} {given}")
    code = contact(line).code
    assert welcome == said(line, language, "reply.joined", code=code)
    assert code.startswith("KAS-")
    return code


def reports(line: Line, language: str) -> str:
    """The first report gets a receipt with its reference; what is missing is asked once."""
    receipt, question = line.say(TOLD[language])
    ref = ref_in(receipt, "R")
    assert receipt == said(line, language, "reply.receipt_first", ref=ref)
    assert segments(receipt) <= 2
    assert question == said(line, language, "reply.question_place", ref=ref)
    return ref


def answers_the_question(line: Line, language: str, ref: str) -> None:
    assert line.say(PLACE) == [said(line, language, "reply.added", ref=ref)]
    assert str(cast.report_of(ref).place_id).startswith("ug-kasese")


def asks_how_far_it_is(line: Line, language: str, ref: str) -> None:
    assert line.say(word(language, "status")) == [said(line, language, "reply.status_open", ref=ref)]


def hears_of_verdict_action_and_outcome(line: Line, language: str, ref: str) -> None:
    ruth, peter = cast.user("ruth"), cast.user("peter")
    incident = cast.incident_of(ref).ref
    cast.route("Rwenzori", [[cast.person("UG-91", DANIEL)]], area_path="/ug/")
    told = line.hears(lambda: cast.approve(incident, ruth, peter))
    assert told == [said(line, language, "outcome.told_verified", ref=ref)]
    assert line.hears(lambda: alert(peter, incident)) == []
    assert line.hears(lambda: take(incident)) == [said(line, language, "outcome.told_action", ref=ref)]
    done = texts.say(language, "outcome.dialogue")
    told = line.hears(lambda: close(ruth, incident))
    assert told == [said(line, language, "outcome.told", ref=ref, done=done)]


def alert(actor: object, incident: str) -> None:
    with transaction() as session:
        routing.send(session, actor, incident)  # type: ignore[arg-type]  # the cast's own


def take(incident: str) -> None:
    cast.say("1", DANIEL)


def close(actor: object, incident: str) -> None:
    cast.close(actor, incident, "dialogue")  # type: ignore[arg-type]


def wants_to_be_left_alone(line: Line, language: str, ref: str) -> None:
    """SAFE 2: only answers. STATUS is still answered, and a receipt is an answer too."""
    assert line.say(f"{word(language, 'safe')} 2") == [said(line, language, "reply.safe_pull")]
    assert line.say(f"{word(language, 'status')} {ref}") == [
        said(line, language, "reply.status_closed", ref=ref)
    ]


def ends_it_all(line: Line, language: str, code: str) -> None:
    """PANIC: a stranger's answer, nothing more ever, and nobody of that name can be reached."""
    before = cast.count(Report)
    (answer,) = line.say(word(language, "panic"))
    strange = {
        said(line, any_language, "reply.receipt_first", ref=ref_in(answer, "R")) for any_language in TOLD
    }
    assert answer in strange
    with transaction() as session:
        row = session.query(Contact).filter_by(code=code).one()
        assert row.silent_at is not None
    assert cast.count(Incident) >= 1
    assert cast.count(Report) >= before
    assert line.hears(lambda: None) == []


def contact(line: Line) -> Contact:
    with transaction() as session:
        return session.query(Contact).filter_by(id=cast.address_of(line.address, line.kind).contact_id).one()


def said(line: Line, language: str, key: str, **values: object) -> str:
    """A text as it arrives on this line."""
    text = " ".join(texts.say(language, key, **values).split())
    return composed("telegram" if line.kind is AddressKind.TELEGRAM else "sms", text)
