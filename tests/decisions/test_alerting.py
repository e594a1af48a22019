"""The words of an alert."""

import datetime as dt
import itertools
import json
from typing import Any

import pytest

from mbiu import alerting, texts
from mbiu.alerting.wording import Facts, line, lines, sms
from mbiu.channels.text import compose, segments
from mbiu.codes import (
    AddressKind,
    Certainty,
    EventType,
    IncidentState,
    Precision,
    ResponderClass,
    Severity,
    Urgency,
)
from mbiu.models import Alert, Incident
from mbiu.refs import new_id

LANGUAGES = texts.languages()
MORNING = dt.datetime(2026, 11, 22, 3, 40, tzinfo=dt.UTC)
EXPECTED = {
    "en": "A7K3QX9 Likely: SEVERE cattle raid, Bwera, Kasese, 22/11 06:00. 3 killed, 40-60 animals."
    " Reply 1 A7K3QX9=yes 2=going 3=done 4=cannot",
    "sw": "A7K3QX9 Huenda: wizi wa mifugo KUBWA, Bwera, Kasese, 22/11 06:00. 3 wameuawa, mifugo 40-60."
    " Jibu 1 A7K3QX9=sawa 2=naenda 3=tayari 4=siwezi",
    "fr": "A7K3QX9 Probable : vol de bétail GRAVE, Bwera, Kasese, 22/11 06:00. tués : 3, bêtes : 40-60."
    " Répondez 1 A7K3QX9=d'accord 2=j'arrive 3=fait 4=impossible",
    "ar": "A7K3QX9 مرجح: نهب أبقار خطير، Bwera, Kasese، 22/11 06:00. قتلى 3, مواش 40-60."
    " أجب 1 A7K3QX9=موافق 2=ذاهب 3=تم 4=أعتذر",
    "lg": "A7K3QX9 Kirabika: okunyaga ente KINENE, Bwera, Kasese, 22/11 06:00. 3 battiddwa, ebisolo 40-60."
    " Ddamu 1 A7K3QX9=kale 2=ngenda 3=kiwedde 4=sisobola",
}


def event(**changes: Any) -> Incident:
    values: dict[str, Any] = {
        "event_type": EventType.CATTLE_RAID,
        "severity": Severity.SEVERE,
        "certainty": Certainty.LIKELY,
        "precision": Precision.VILLAGE,
        "country": "UG",
        "occurred_from": MORNING,
        "occurred_to": MORNING + dt.timedelta(hours=2),
        "numbers": {
            "killed": {"low": 3, "best": 3, "high": 3},
            "livestock": {"low": 40, "best": 40, "high": 60},
        },
        "exercise": False,
    }
    return Incident(**values | changes)


def words(language: str = "en", place: str | None = "Bwera, Kasese", **changes: Any) -> str:
    return alerting.wording(event(**changes), place, language, "A7K3QX9")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_alert_says_how_sure_what_where_when_and_how_to_answer(language: str) -> None:
    assert words(language) == EXPECTED[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_alert_fits_two_segments_and_in_arabic_four(language: str) -> None:
    crowd = {
        name: {"low": 120, "best": 150, "high": 1800}
        for name in ("killed", "injured", "abducted", "displaced", "livestock")
    }
    lengths = {
        (kind, severity, certainty): segments(compose(
            words(language, "Nakapiripirit Town, Nakapiripirit", event_type=kind, severity=severity,
                  certainty=certainty, numbers=crowd, exercise=True)
        ))
        for kind, severity, certainty in itertools.product(EventType, Severity, Certainty)
    }  # fmt: skip
    assert {key: cost for key, cost in lengths.items() if cost > (4 if language == "ar" else 2)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plain_alert_fits_one_segment_and_in_arabic_two(language: str) -> None:
    assert segments(compose(EXPECTED[language])) == (2 if language == "ar" else 1)


def test_an_exercise_says_so_before_anything_else() -> None:
    assert words(exercise=True).startswith("EXERCISE A7K3QX9")
    assert words("sw", exercise=True).startswith("ZOEZI A7K3QX9")


def test_what_was_not_verified_is_marked() -> None:
    text = alerting.wording(event(), "Bwera", "en", "A7K3QX9", verified=False)
    assert text.startswith("UNVERIFIED A7K3QX9")


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    text = words(place=None, occurred_from=None, occurred_to=None, numbers={}, certainty=Certainty.UNKNOWN)
    assert text.startswith("A7K3QX9 SEVERE cattle raid, place not known, time not known.")


def test_a_time_known_only_to_the_day_shows_no_hour() -> None:
    assert ", 22/11." in words(occurred_to=MORNING + dt.timedelta(hours=20))


def test_a_place_known_only_roughly_is_said_to_be_near() -> None:
    assert "near Bwera, Kasese" in words(precision=Precision.NEAR)


@pytest.mark.parametrize("severity", Severity)
def test_no_wording_has_gaps_or_stray_marks(severity: Severity) -> None:
    for certainty, language in itertools.product(Certainty, LANGUAGES):
        text = words(language, severity=severity, certainty=certainty)
        assert "  " not in text
        assert " ," not in text
        assert " ،" not in text
        assert "{" not in text


def test_the_buttons_carry_every_answer_and_the_reference() -> None:
    data = [button["data"] for row in alerting.buttons("sw", "A7K3QX9") for button in row]
    assert data == ["ack:A7K3QX9", "go:A7K3QX9", "done:A7K3QX9", "cannot:A7K3QX9", "info:A7K3QX9"]


# --- by channel, language and audience ---------------------------------------------------------

WORDS = "they came on motorcycles"


def facts(**changes: Any) -> Facts:
    more = {name: changes.pop(name) for name in ("words", "rough", "verified") if name in changes}
    return Facts(event(**changes), "A7K3QX9", "Bwera, Kasese", **more)


def test_a_chat_and_a_mail_say_a_fact_a_line() -> None:
    assert lines(facts(), "en") == (
        "A7K3QX9\n\nWhat: SEVERE cattle raid\nWhere: Bwera, Kasese\nWhen: 22/11 06:00\nHow sure: Likely\n"
        "Numbers: 3 killed, 40-60 animals"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_facts(language: str) -> None:
    told = lines(facts(words=WORDS), language)
    assert told.count("\n") == 7
    assert all(one in told for one in ("A7K3QX9", "Bwera, Kasese", "22/11 06:00", "40-60", WORDS))
    assert not any(one in told for one in ("{", "::", "--", "  "))


def test_what_is_not_known_has_no_line_of_its_own() -> None:
    told = lines(facts(certainty=Certainty.UNKNOWN, severity=Severity.UNKNOWN, numbers={}), "en")
    assert "What: cattle raid\n" in told
    assert "How sure" not in told
    assert "Numbers" not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_among_others_an_alert_is_one_short_line(language: str) -> None:
    told = line(facts(exercise=True), language)
    assert told.startswith(texts.say(language, "alert.exercise") + "A7K3QX9 ")
    assert told.endswith("22/11 06:00")
    assert len(told) < 90


def test_no_words_of_a_report_go_out_unless_they_were_released() -> None:
    assert sms(facts(), "en").count('"') == 0
    assert sms(facts(words=WORDS), "en").endswith(f'4=cannot "{WORDS}"')
    assert f'In the words of a report: "{WORDS}"' in lines(facts(words=WORDS), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_released_words_never_make_an_sms_longer_than_three_segments(language: str) -> None:
    told = compose(sms(facts(words=WORDS * 40), language))
    assert segments(told) == 3
    assert WORDS in told


@pytest.mark.parametrize(
    ("kind", "responder_class", "key"),
    [
        (AddressKind.SMS, None, "sw"),
        (AddressKind.TELEGRAM, ResponderClass.MEDIATOR, "sw:chat"),
        (AddressKind.EMAIL, ResponderClass.POLICE_LIAISON, "sw:email"),
        (AddressKind.EMAIL, ResponderClass.PARTNER, "sw:email:partner"),
        (AddressKind.SMS, ResponderClass.PARTNER, "sw:partner"),
        (AddressKind.WEBHOOK, ResponderClass.PARTNER, "cap"),
        (AddressKind.WEBHOOK, None, "cap"),
    ],
)
def test_words_go_by_way_language_and_audience(
    kind: AddressKind, responder_class: ResponderClass | None, key: str
) -> None:
    assert alerting.key(kind, "sw", responder_class) == key


def told_outside(**changes: Any) -> dict[str, Any]:
    verified = {"state": IncidentState.VERIFIED, "verified_at": MORNING, "other_types": [], "sources": 2}
    place = {"area_path": "/ug/ug-western/ug-kasese/bwera/", "lat": 0.03412, "lon": 29.76543}
    more = {"urgency": Urgency.IMMEDIATE, "restricted": False}
    found: dict[str, Any] = json.loads(
        alerting.document(
            Facts(event(**(verified | place | more | changes)), "A7K3QX9", "Bwera, Kasese", words=WORDS)
        )
    )
    return found


def test_a_partners_server_gets_codes_the_district_and_six_hours() -> None:
    assert told_outside() == {
        "reference": "A7K3QX9",
        "exercise": False,
        "verified": True,
        "event_type": "cattle_raid",
        "other_types": [],
        "severity": "severe",
        "urgency": "immediate",
        "certainty": "likely",
        "areas": ["ug", "ug-western", "ug-kasese"],
        "lat": 0.05,
        "lon": 29.75,
        "since": "2026-11-22T06:00:00+03:00",
        "until": "2026-11-22T12:00:00+03:00",
        "numbers": {"killed": {"low": 3, "high": 3}},
        "text": "cattle raid",
    }


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"event_type": EventType.SEXUAL_VIOLENCE}, "is outside the house: survivor"),
        ({"restricted": True}, "is outside the house: restricted"),
        ({"state": IncidentState.OPEN}, "is outside the house: unconfirmed"),
        ({"event_type": EventType.RUMOUR}, "is outside the house: not an event"),
    ],
)
def test_what_may_not_leave_is_withheld_from_partners_alone(changes: dict[str, Any], why: str) -> None:
    values = {"state": IncidentState.VERIFIED, "verified_at": MORNING, "other_types": [], "restricted": False}
    row = event(**(values | {"area_path": "/ug/ug-western/ug-kasese/"} | changes))
    assert {alerting.withheld(row, key) for key in ("cap", "sw:partner", "en:email:partner")} == {why}
    assert {alerting.withheld(row, key) for key in ("sw", "en:email", "en:line")} == {""}


def test_a_mail_has_a_harmless_subject_and_its_link_at_the_end() -> None:
    alert = Alert(id=new_id(), ref="A7K3QX9", step=1)
    to = {
        "key": "en:email",
        "channel": "email",
        "address": str(new_id()),
        "contact": str(new_id()),
        "language": "en",
    }
    words = {"en:email": "A7K3QX9: please answer\nA7K3QX9\n\nWhat: cattle raid"}
    out = alerting.outgoing(alert, to, words, MORNING, link="https://hooks.example.org/a/en/x")
    assert out is not None
    assert (out.subject, out.kind) == ("A7K3QX9: please answer", "alert")
    assert out.text.startswith("A7K3QX9\n\nWhat")
    assert out.text.endswith("\n\nhttps://hooks.example.org/a/en/x")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_subject_shows_what_it_is_about(language: str) -> None:
    for key in ("alert.subject", "alert.more_subject", "gateway.test_subject"):
        assert texts.betrays(language, texts.say(language, key, mark="", ref="A7K3QX9", n=3)) is None


def test_what_is_withheld_is_not_sent() -> None:
    to = {
        "key": "cap",
        "channel": "webhook",
        "address": str(new_id()),
        "contact": str(new_id()),
        "language": "en",
    }
    assert alerting.outgoing(Alert(id=new_id(), ref="A7K3QX9"), to, {}, MORNING) is None
