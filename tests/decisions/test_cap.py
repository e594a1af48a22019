"""What CAP messages say: our codes in their words, by the schema, and nothing finer than told."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from capvalidator.validate import Validator
from lxml import etree

from mbiu import disclosure
from mbiu.codes import Certainty, EventType, Precision, Urgency
from mbiu.disclosure import Partner
from mbiu.exchange import feed, message, signing, terms, wording
from mbiu.exchange.knowledge import Audience
from mbiu.exchange.message import NAMESPACE, Kind, Message
from mbiu.exchange.where import Where
from mbiu.exchange.wording import Cause, Occasion
from mbiu.models import Incident, Place
from tests.decisions.test_disclosure import CANARY, incident

AT = dt.datetime(2026, 3, 18, 1, 10, 59, tzinfo=dt.UTC)
#: What a responder of a feature phone would be told; finer points and words stand beside it as canaries.
UGANDA = Place(id="ug", name="Uganda", level=0, pcode="UG", lat=1.3, lon=32.4)
WESTERN = Place(id="ug-western", name="Western", level=1, pcode="UG4", lat=0.5, lon=30.5)
KASESE = Place(id="ug-kasese", name="Kasese", level=2, lat=0.18, lon=30.08, radius_km=30.0)
BWERA = Place(id="bwera", name="Bwera", level=None, lat=0.0333, lon=29.7667, radius_km=1.0)
THERE = Where((UGANDA, WESTERN, KASESE), BWERA)


def occasion(cause: Cause = Cause.ALERT, *, verified: bool = True, before: tuple[str, ...] = ()) -> Occasion:
    return Occasion("A7KE3XQ", len(before) + 1, cause, AT, verified, "alerts@centre.example", before)


def attack(**values: Any) -> Incident:
    grade = {"grade_source": "B", "grade_information": 2, "precision": Precision.VILLAGE, "place_id": "bwera"}
    return incident(**(grade | values))


def for_responders(row: Incident, what: Occasion | None = None) -> Message:
    return wording.message(what or occasion(), row, THERE, Audience.RESPONDERS)


def for_partners(row: Incident, what: Occasion | None = None) -> Message:
    known = disclosure.partner(row, restricted=False, coerced=False, drills=True)
    assert isinstance(known, Partner)
    return wording.message(what or occasion(), row, THERE, Audience.PARTNERS, known)


def xml(made: Message) -> str:
    return message.text(message.element(made))


def find(text: str, path: str) -> list[str]:
    steps = "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
    return [one.text or "" for one in etree.fromstring(text.encode()).findall(steps)]


ROWS = {
    "plain": attack(),
    "exercise": attack(exercise=True),
    "nothing known": attack(place_id=None, occurred_from=None, numbers={}, area_path="/", lat=None, lon=None),
    "survivor": attack(other_types=["sexual_violence"]),
    "stranger": attack(grade_source="F", grade_information=6, certainty=Certainty.UNKNOWN, country="SS"),
    "hazard": attack(event_type=EventType.HAZARD, precision=Precision.NEAR),
}
FIRST = "alerts@centre.example,A7KE3XQ.1,2026-03-18T04:10:59+03:00"


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("cause", Cause)
def test_whatever_is_known_the_message_follows_the_schema(row: Incident, cause: Cause) -> None:
    before = () if cause is Cause.ALERT else (FIRST,)
    made = [for_responders(row, occasion(cause, before=before))]
    if not isinstance(disclosure.partner(row, restricted=False, coerced=False, drills=True), Partner):
        assert row in {ROWS["nothing known"], ROWS["survivor"]}
    else:
        made.append(for_partners(row, occasion(cause, before=before)))
    for one in made:
        assert Validator(xml(one).encode()).schema()[0]


def test_the_schema_refuses_what_is_no_message() -> None:
    wrong = xml(for_responders(attack())).replace("<status>Actual", "<status>Real")
    assert not Validator(wrong.encode()).schema()[0]


def test_a_message_says_its_scope_its_status_and_the_local_time() -> None:
    text = xml(for_responders(attack()))
    assert find(text, "scope") == ["Restricted"]
    assert find(text, "restriction") == ["Only for those it was sent to. Do not publish it or pass it on."]
    assert (find(text, "status"), find(text, "note")) == (["Actual"], [])
    assert find(text, "sent") == ["2026-03-18T04:10:59+03:00"]
    assert find(text, "info/expires") == ["2026-03-18T16:10:59+03:00"]


def test_the_circle_has_the_latitude_first_and_the_code_is_that_of_the_smallest_unit_with_one() -> None:
    text = xml(for_responders(attack()))
    assert find(text, "info/area/circle") == ["0.0300,29.7700 2.0"]
    assert find(text, "info/area/geocode/valueName") == ["PCODE"]
    assert find(text, "info/area/geocode/value") == ["UG4"]
    coded = replace(
        THERE, units=(UGANDA, WESTERN, Place(id="ug-kasese", name="Kasese", level=2, pcode="UG406"))
    )
    made = wording.message(occasion(), attack(), coded, Audience.RESPONDERS)
    assert find(xml(made), "info/area/geocode/value") == ["UG406"]


def test_the_code_of_a_whole_country_is_told_only_where_no_more_is_known() -> None:
    bare = replace(THERE, units=(UGANDA, KASESE))
    made = wording.message(occasion(), attack(), bare, Audience.RESPONDERS)
    assert find(xml(made), "info/area/geocode") == []
    vague = replace(THERE, units=(UGANDA,), place=UGANDA)
    told = xml(wording.message(occasion(), attack(), vague, Audience.RESPONDERS))
    assert find(told, "info/area/geocode/value") == ["UG"]


def test_a_message_to_responders_tells_what_an_alert_by_sms_tells() -> None:
    text = xml(for_responders(attack()))
    assert find(text, "info/headline") == ["Likely: SEVERE attack, Bwera, Kasese"]
    told = "Likely: SEVERE attack, Bwera, Kasese, 17/03 23:00. 5-12 killed, 3 animals."
    assert find(text, "info/description") == [told]
    assert find(text, "info/responseType") == ["Execute"]
    assert find(text, "incidents") == ["IKANARI"]


def test_a_message_to_partners_tells_the_district_and_six_hours_even_of_its_own_time() -> None:
    text = xml(for_partners(attack()))
    assert find(text, "identifier") == ["A7KE3XQ.P1"]
    assert find(text, "sent") == ["2026-03-18T00:00:00+03:00"]
    assert find(text, "info/area/areaDesc") == ["Kasese, Western, Uganda"]
    assert find(text, "info/area/circle") == ["0.0500,29.7500 8.0"]
    assert find(text, "info/description") == [
        "Likely: SEVERE attack, Kasese, Western, Uganda, 17/03 18:00-00:00. 5-12 killed."
    ]
    assert find(text, "info/responseType") == ["Monitor"]
    for finer in ("Bwera", "0.034", "29.76", "23:37", "20:37", "04:10"):
        assert finer not in text


def test_no_group_no_word_and_no_pin_is_in_any_message() -> None:
    for made in (for_responders(attack()), for_partners(attack())):
        text = xml(made)
        assert CANARY not in text
        assert "0.0341" not in text
        assert "29.7654" not in text


def test_of_somebody_hurt_in_private_a_message_asks_for_care_and_tells_nothing_again() -> None:
    text = xml(for_responders(ROWS["survivor"]))
    assert find(text, "info/event") == ["a person needs care"]
    assert find(text, "info/category") == ["Health"]
    assert find(text, "info/eventCode") == []
    assert find(text, "info/area/areaDesc") == ["Kasese, Western, Uganda"]
    assert find(text, "info/headline") == ["A7KE3XQ, Kasese: somebody needs your help"]
    assert (find(text, "info/onset"), find(text, "info/severity")) == ([], ["Unknown"])
    for told_again in ("sexual", "attack", "killed", "23:00", "Bwera"):
        assert told_again not in text


def test_an_exercise_is_marked_in_status_note_headline_and_description() -> None:
    for made in (for_responders(ROWS["exercise"]), for_partners(ROWS["exercise"])):
        text = xml(made)
        assert find(text, "status") == ["Exercise"]
        assert find(text, "note")[0].startswith("This is an exercise.")
        for words in (*find(text, "info/headline"), *find(text, "info/description")):
            assert words.startswith("EXERCISE ")


def test_a_message_to_a_country_of_another_language_is_told_in_it_too() -> None:
    text = xml(for_responders(attack(country="CD")))
    assert find(text, "info/language") == ["en", "fr"]
    assert "attaque" in find(text, "info/headline")[1]


def test_what_is_not_verified_is_at_most_possible_and_to_be_assessed() -> None:
    text = xml(for_responders(attack(), occasion(verified=False)))
    assert find(text, "info/certainty") == ["Possible"]
    assert find(text, "info/responseType") == ["Assess"]
    assert find(text, "info/headline")[0].startswith("UNVERIFIED ")


@pytest.mark.parametrize(
    ("cause", "kind", "words"),
    [
        (Cause.UPDATE, Kind.UPDATE, "UPDATE Likely: SEVERE attack"),
        (Cause.CLEAR, Kind.UPDATE, "A7KE3XQ: it is over."),
        (Cause.RECALL, Kind.CANCEL, "A7KE3XQ: cancelled."),
    ],
)
def test_what_follows_names_all_before_it(cause: Cause, kind: Kind, words: str) -> None:
    second = FIRST.replace(".1,", ".2,")
    text = xml(for_responders(attack(), occasion(cause, before=(FIRST, second))))
    assert find(text, "msgType") == [kind.value]
    assert find(text, "references") == [f"{FIRST} {second}"]
    assert find(text, "identifier") == ["A7KE3XQ.3"]
    assert find(text, "info/headline")[0].startswith(words)
    over = cause is not Cause.UPDATE
    assert (find(text, "info/responseType") == ["AllClear"]) is over
    assert (find(text, "info/urgency") == ["Past"]) is over


def test_a_recall_reaches_partners_who_may_not_know_more_any_longer() -> None:
    made = wording.message(occasion(Cause.RECALL, before=(FIRST,)), attack(), THERE, Audience.PARTNERS)
    text = xml(made)
    assert Validator(text.encode()).schema()[0]
    assert (find(text, "msgType"), find(text, "info")) == (["Cancel"], [])
    assert find(text, "note") == ["A7KE3XQ: cancelled. Please take no further action."]


@pytest.mark.parametrize(
    ("grade", "told", "found"),
    [
        ("A1", Certainty.UNKNOWN, Certainty.OBSERVED),
        ("C1", Certainty.UNKNOWN, Certainty.OBSERVED),
        ("B2", Certainty.OBSERVED, Certainty.LIKELY),
        ("A3", Certainty.OBSERVED, Certainty.POSSIBLE),
        ("A4", Certainty.OBSERVED, Certainty.UNLIKELY),
        ("A5", Certainty.OBSERVED, Certainty.UNLIKELY),
        ("D1", Certainty.OBSERVED, Certainty.LIKELY),
        ("E1", Certainty.OBSERVED, Certainty.POSSIBLE),
        ("F1", Certainty.OBSERVED, Certainty.LIKELY),
        ("E5", Certainty.OBSERVED, Certainty.UNLIKELY),
        ("A6", Certainty.OBSERVED, Certainty.UNKNOWN),
        ("F6", Certainty.OBSERVED, Certainty.OBSERVED),
        ("F6", Certainty.UNKNOWN, Certainty.UNKNOWN),
    ],
)
def test_the_grades_of_the_admiralty_say_how_sure_it_is(
    grade: str, told: Certainty, found: Certainty
) -> None:
    assert terms.certainty((grade[0], int(grade[1])), told, Urgency.PAST) is found


def test_what_has_not_happened_yet_was_observed_by_nobody() -> None:
    assert terms.certainty(("A", 1), Certainty.OBSERVED, Urgency.FUTURE) is Certainty.LIKELY
    assert terms.certainty(("A", 3), Certainty.OBSERVED, Urgency.EXPECTED) is Certainty.POSSIBLE


def test_no_kind_of_event_is_without_a_category() -> None:
    allowed = {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Other"}
    assert {terms.category(one) for one in EventType} <= allowed


def test_the_time_of_greenwich_is_written_as_the_schema_wants_it() -> None:
    assert (
        message.moment(dt.datetime(2026, 3, 18, 1, 10, 59, 5, tzinfo=dt.UTC)) == "2026-03-18T01:10:59-00:00"
    )


def test_signs_that_xml_cannot_hold_are_left_out() -> None:
    info = replace(for_responders(attack()).infos[0], headline="a\x00b\x0bc\ud800d\ufffe<&>")
    made = replace(for_responders(attack()), infos=(info,))
    assert find(xml(made), "info/headline") == ["abcd<&>"]
    assert Validator(xml(made).encode()).schema()[0]


@pytest.mark.usefixtures("settings")
def test_a_signature_holds_until_a_sign_is_changed_and_the_certificate_is_always_the_same() -> None:
    signed = message.text(signing.sign(message.element(for_responders(attack()))))
    assert Validator(signed.encode()).schema()[0]
    assert Validator(signed.encode()).signature()[0]
    assert not Validator(signed.replace("SEVERE", "MINOR").encode()).signature()[0]
    bare = signing.certificate().replace("\n", "").split("-----")[2]
    assert bare in signed.replace("\n", "")


def test_a_feed_tells_enough_of_each_message_to_choose() -> None:
    first, last = for_responders(attack()), for_responders(attack(), occasion(Cause.RECALL, before=(FIRST,)))
    entries = [
        feed.Entry(message.reference(one.sender, one.identifier, one.sent), f"https://x/{one.kind}", xml(one))
        for one in (last, first)
    ]
    root = etree.fromstring(feed.text("https://x/feed", entries, "https://x/feed?after=1").encode())
    atom, cap = "{http://www.w3.org/2005/Atom}", f"{{{NAMESPACE}}}"
    assert [one.get("rel") for one in root.findall(f"{atom}link")] == ["self", "next"]
    told = root.findall(f"{atom}entry")
    assert [one.findtext(f"{cap}msgType") for one in told] == ["Cancel", "Alert"]
    assert told[1].findtext(f"{atom}id") == "urn:cap:alerts@centre.example:A7KE3XQ.1"
    assert told[1].findtext(f"{atom}title") == "Likely: SEVERE attack, Bwera, Kasese"
    assert told[1].findtext(f"{atom}updated") == "2026-03-18T04:10:59+03:00"
    link = told[1].find(f"{atom}link")
    assert link is not None
    assert (link.get("href"), link.get("type")) == ("https://x/Alert", "application/cap+xml")
