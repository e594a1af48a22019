"""The words of an alert."""

import datetime as dt
import itertools
from typing import Any

import pytest

from mbiu import alerting, texts
from mbiu.channels.text import compose, segments
from mbiu.codes import Certainty, EventType, Precision, Severity
from mbiu.models import Incident

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


def test_the_buttons_carry_the_four_answers_and_the_reference() -> None:
    data = [button["data"] for row in alerting.buttons("sw", "A7K3QX9") for button in row]
    assert data == ["ack:A7K3QX9", "go:A7K3QX9", "done:A7K3QX9", "cannot:A7K3QX9"]
