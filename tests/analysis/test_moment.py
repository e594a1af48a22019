"""Words of time, counted from when the message was sent."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbiu.analysis.moment import moment
from mbiu.analysis.scan import scan
from tests.analysis.cases import SENT


def words(line: str) -> list[str]:
    return line.split("|")


#: Enough to make most of the ways in which times are told.
WORDS = words(
    "today|yesterday|jana|kesho|usiku|saa|mbili|3|15|31|2026|March|machi|/|-|Monday|next|last|"
    "since|until|days|ago|siku|zilizopita|il|y|a|jours|hier|pm|8|:|30|between|and|tarehe|week|"
    "mois|dernier|امس|قبل|ايام|ekiro|jjo|for|years"
)


@pytest.mark.parametrize(
    ("text", "start", "precision"),
    [
        ("today", "2026-03-18T00:00", "day"),
        ("yday", "2026-03-17T00:00", "day"),
        ("yesterday evening", "2026-03-17T16:00", "part"),
        ("last nite", "2026-03-17T18:00", "part"),
        ("day before yesterday", "2026-03-16T00:00", "day"),
        ("3 days ago", "2026-03-15T00:00", "day"),
        ("two hours ago", "2026-03-18T10:00", "hour"),
        ("on Monday", "2026-03-16T00:00", "day"),
        ("last Wednesday", "2026-03-11T00:00", "day"),
        ("yesterday at 8pm", "2026-03-17T20:00", "hour"),
        ("today 14:30", "2026-03-18T14:30", "minute"),
        ("last week", "2026-03-09T00:00", "week"),
        ("last month", "2026-02-01T00:00", "month"),
        ("on 12/3/2026", "2026-03-12T00:00", "day"),
        ("2026-03-12", "2026-03-12T00:00", "day"),
        ("5th March", "2026-03-05T00:00", "day"),
        ("tomorrow", "2026-03-19T00:00", "day"),
        ("leo asubuhi", "2026-03-18T06:00", "part"),
        ("jana", "2026-03-17T00:00", "day"),
        ("jana usiku", "2026-03-17T18:00", "part"),
        ("juzi", "2026-03-16T00:00", "day"),
        ("usiku wa kuamkia leo", "2026-03-17T18:00", "part"),
        ("usiku wa kuamkia jana", "2026-03-16T18:00", "part"),
        ("siku tatu zilizopita", "2026-03-15T00:00", "day"),
        ("Jumatatu", "2026-03-16T00:00", "day"),
        ("wiki iliyopita", "2026-03-09T00:00", "week"),
        ("tarehe 5", "2026-03-05T00:00", "day"),
        ("jana saa mbili usiku", "2026-03-17T20:00", "hour"),
        ("leo saa tatu asubuhi", "2026-03-18T09:00", "hour"),
        ("hier soir", "2026-03-17T18:00", "part"),
        ("jjo", "2026-03-17T00:00", "day"),
        ("امس", "2026-03-17T00:00", "day"),
        ("they came around 4am this morning", "2026-03-18T04:00", "hour"),
        ("Raiders attacked on Saturday night", "2026-03-14T18:00", "part"),
        ("Sunday at dawn", "2026-03-15T04:00", "part"),
        ("it happened the day before yesterday in the evening", "2026-03-16T16:00", "part"),
        ("early this morning", "2026-03-18T04:00", "part"),
        ("at about 9:30pm yesterday", "2026-03-17T21:30", "minute"),
        ("on Tuesday 17th March", "2026-03-17T00:00", "day"),
        ("17th March 2026 at 8pm", "2026-03-17T20:00", "hour"),
        ("Monday evening at 7", "2026-03-16T16:00", "part"),
        ("2 wks ago", "2026-03-04T00:00", "week"),
        ("3 months ago", "2025-12-18T00:00", "month"),
        ("next week they will come", "2026-03-23T00:00", "week"),
        ("tonight they plan to attack", "2026-03-18T18:00", "part"),
        ("tomorrow morning", "2026-03-19T06:00", "part"),
        ("juzi jioni", "2026-03-16T16:00", "part"),
        ("jana alfajiri", "2026-03-17T04:00", "part"),
        ("leo mchana saa saba", "2026-03-18T13:00", "hour"),
        ("saa 11 alfajiri leo", "2026-03-18T05:00", "hour"),
        ("saa tano usiku wa jana", "2026-03-17T23:00", "hour"),
        ("usiku wa Jumapili", "2026-03-15T18:00", "part"),
        ("Jumamosi usiku", "2026-03-14T18:00", "part"),
        ("mwezi wa kwanza mwaka huu", "2026-01-01T00:00", "month"),
        ("tarehe 3/3", "2026-03-03T00:00", "day"),
        ("siku mbili nyuma", "2026-03-16T00:00", "day"),
        ("kesho kutwa", "2026-03-20T00:00", "day"),
        ("Ijumaa ijayo", "2026-03-20T00:00", "day"),
        ("sasa hivi wanapigana", "2026-03-18T11:00", "hour"),
        ("dakika 20 zilizopita", "2026-03-18T11:40", "hour"),
        ("hier matin", "2026-03-17T06:00", "part"),
        ("hier dans l'après-midi", "2026-03-17T12:00", "part"),
        ("samedi dernier", "2026-03-14T00:00", "day"),
        ("dans la nuit de samedi à dimanche", "2026-03-14T18:00", "part"),
        ("il y a 2 semaines", "2026-03-04T00:00", "week"),
        ("le mois dernier", "2026-02-01T00:00", "month"),
        ("vendredi prochain", "2026-03-20T00:00", "day"),
        ("à 5h du matin", "2026-03-18T05:00", "hour"),
        ("vers 20h hier", "2026-03-17T20:00", "hour"),
        ("le 3 février", "2026-02-03T00:00", "day"),
        ("lundi matin", "2026-03-16T06:00", "part"),
        ("الساعة 8 مساء امس", "2026-03-17T20:00", "hour"),
        ("قبل ساعتين", "2026-03-18T10:00", "hour"),
        ("الاسبوع القادم", "2026-03-23T00:00", "week"),
        ("يوم 15 مارس", "2026-03-15T00:00", "day"),
        ("صباح أمس", "2026-03-17T06:00", "part"),
        ("فجر اليوم", "2026-03-18T04:00", "part"),
        ("bukra sabah", "2026-03-19T06:00", "part"),
        ("usbu fat", "2026-03-09T00:00", "week"),
        ("yom juma", "2026-03-13T00:00", "day"),
        ("luli akawungeezi", "2026-03-16T16:00", "part"),
        ("ku Ssande ekiro", "2026-03-15T18:00", "part"),
        ("ennaku ssatu emabega", "2026-03-15T00:00", "day"),
        ("ennaku 4 eziyise", "2026-03-14T00:00", "day"),
        ("omwezi oguwedde", "2026-02-01T00:00", "month"),
        ("ku makya ga leero", "2026-03-18T06:00", "part"),
        ("ku ssaawa ssatu ez'ekiro jjo", "2026-03-17T21:00", "hour"),
        ("nga 3 Maaki", "2026-03-03T00:00", "day"),
        ("ku Lwomukaaga olujja", "2026-03-21T00:00", "day"),
        ("jana usiku saa mbili wasee walikuja", "2026-03-17T20:00", "hour"),
        ("leo saa nne morning", "2026-03-18T10:00", "hour"),
        ("juzi around 9pm", "2026-03-16T21:00", "hour"),
        ("attack happened last nite at 2am", "2026-03-18T02:00", "hour"),
        ("last night around 11pm", "2026-03-17T23:00", "hour"),
        ("on the 5th they came", "2026-03-05T00:00", "day"),
        ("15th March raid", "2026-03-15T00:00", "day"),
        ("March 15 raid", "2026-03-15T00:00", "day"),
        ("15 March 2026", "2026-03-15T00:00", "day"),
        ("15-03-2026", "2026-03-15T00:00", "day"),
        ("15/3 attack", "2026-03-15T00:00", "day"),
        ("15.3.26", "2026-03-15T00:00", "day"),
        ("le 15 mars", "2026-03-15T00:00", "day"),
        ("١٥ مارس", "2026-03-15T00:00", "day"),
        ("15 Machi", "2026-03-15T00:00", "day"),
        ("tarehe 15 mwezi wa 3", "2026-03-15T00:00", "day"),
        ("tarehe 15 Machi 2026", "2026-03-15T00:00", "day"),
        ("tarehe 15/03/2026 saa 2 usiku", "2026-03-15T20:00", "hour"),
        ("nga 15 Ogwokusatu", "2026-03-15T00:00", "day"),
        ("on 3rd of February", "2026-02-03T00:00", "day"),
        ("in February", "2026-02-01T00:00", "month"),
        ("mwezi wa pili", "2026-02-01T00:00", "month"),
        ("between 2 and 4pm today", "2026-03-18T14:00", "hour"),
        ("they will attack on Sunday", "2026-03-22T00:00", "day"),
        ("next Sunday", "2026-03-22T00:00", "day"),
        ("last Sunday", "2026-03-15T00:00", "day"),
        ("Jumapili ijayo", "2026-03-22T00:00", "day"),
        ("Jumapili iliyopita", "2026-03-15T00:00", "day"),
        ("Jumapili hii wameuawa watu", "2026-03-15T00:00", "day"),
        ("watashambulia Ijumaa", "2026-03-20T00:00", "day"),
        ("dimanche prochain", "2026-03-22T00:00", "day"),
        ("mardi dernier", "2026-03-17T00:00", "day"),
        ("demain", "2026-03-19T00:00", "day"),
        ("غدا", "2026-03-19T00:00", "day"),
        ("بكرة", "2026-03-19T00:00", "day"),
        ("kesho asubuhi", "2026-03-19T06:00", "part"),
        ("leo saa nane mchana", "2026-03-18T14:00", "hour"),
        ("jana saa kumi na moja jioni", "2026-03-17T17:00", "hour"),
        ("leo saa kumi alfajiri", "2026-03-18T04:00", "hour"),
        ("saa moja asubuhi leo", "2026-03-18T07:00", "hour"),
        ("jana saa 3 usiku", "2026-03-17T21:00", "hour"),
        ("saa 8 mchana leo", "2026-03-18T14:00", "hour"),
        ("jana saa mbili na nusu usiku", "2026-03-17T20:30", "minute"),
        ("siku 3 zilizopita", "2026-03-15T00:00", "day"),
        ("wiki mbili zilizopita", "2026-03-04T00:00", "week"),
        ("mwezi uliopita", "2026-02-01T00:00", "month"),
        ("il y a 3 jours", "2026-03-15T00:00", "day"),
        ("il y a deux jours", "2026-03-16T00:00", "day"),
        ("il y a une semaine", "2026-03-11T00:00", "week"),
        ("avant-hier", "2026-03-16T00:00", "day"),
        ("hier à 17h", "2026-03-17T17:00", "hour"),
        ("hier vers 17h30", "2026-03-17T17:30", "minute"),
        ("ce matin vers 6h", "2026-03-18T06:00", "hour"),
        ("قبل يومين", "2026-03-16T00:00", "day"),
        ("قبل 3 ايام", "2026-03-15T00:00", "day"),
        ("أول أمس", "2026-03-16T00:00", "day"),
        ("يوم الاثنين", "2026-03-16T00:00", "day"),
        ("الأسبوع الماضي", "2026-03-09T00:00", "week"),
        ("umbari bilel", "2026-03-17T18:00", "part"),
        ("allela", "2026-03-18T00:00", "day"),
        ("ambari", "2026-03-17T00:00", "day"),
        ("ennaku bbiri emabega", "2026-03-16T00:00", "day"),
        ("ku Lwokusatu", "2026-03-11T00:00", "day"),
        ("jjo ekiro", "2026-03-17T18:00", "part"),
        ("leero ku makya", "2026-03-18T06:00", "part"),
        ("essaawa bbiri ez'ekiro jjo", "2026-03-17T20:00", "hour"),
        ("wiiki ewedde", "2026-03-09T00:00", "week"),
        ("leo asubu", "2026-03-18T06:00", "part"),
        ("jana nite", "2026-03-17T18:00", "part"),
        ("2hrs ago", "2026-03-18T10:00", "hour"),
        ("30 minutes ago", "2026-03-18T11:30", "hour"),
        ("two weeks ago", "2026-03-04T00:00", "week"),
        ("killed yesterday and buried today", "2026-03-17T00:00", "day"),
        ("on Christmas", "2025-12-25T00:00", "day"),
        ("8 o'clock last night", "2026-03-17T20:00", "hour"),
        ("this evening they plan to attack", "2026-03-18T16:00", "part"),
        ("asubuhi ya leo", "2026-03-18T06:00", "part"),
        ("mnamo tarehe 3 mwezi huu", "2026-03-03T00:00", "day"),
    ],
)
def test_a_time_is_told_in_local_time(text: str, start: str, precision: str) -> None:
    found = moment(scan(text), SENT, "KE")
    assert found.when is not None
    assert found.when.start.isoformat()[:16] == start
    assert found.when.start < found.when.end
    assert found.when.precision == precision


@pytest.mark.parametrize(
    "text",
    [
        *("he was 15 years old", "boy aged 12", "UGX 5000", "we march 15 km", "Good morning", "3-5 people"),
        *(
            "kila siku wanatuibia",
            "3/4 of the village burnt",
            "they disappear at night",
            "waited until today",
        ),
        *(
            "",
            "may God help us",
            "0722123456",
            "32/13/2026",
            "they sat down",
            "we march",
            "31/12/9999",
            "3 may",
        ),
    ],
)
def test_a_text_without_a_time_has_none(text: str) -> None:
    assert moment(scan(text), SENT, "KE").when is None


def test_a_day_needs_to_know_when_it_was_sent() -> None:
    assert moment(scan("yesterday"), None, "KE").when is None


def test_a_full_date_does_not() -> None:
    found = moment(scan("on 12/3/2026"), None, "KE")
    assert found.when is not None
    assert found.past is None


def test_the_country_has_its_own_midnight() -> None:
    late = datetime(2026, 3, 18, 21, 30, tzinfo=UTC)
    in_kenya, in_congo = moment(scan("today"), late, "KE").when, moment(scan("today"), late, "CD").when
    assert in_kenya is not None
    assert in_congo is not None
    assert in_kenya.start.day == 19
    assert in_congo.start.day == 18


def test_friday_is_ahead_when_the_text_looks_ahead() -> None:
    behind, ahead = moment(scan("Friday"), SENT, "KE"), moment(scan("Friday"), SENT, "KE", ahead=True)
    assert behind.when is not None
    assert ahead.when is not None
    assert (behind.when.start.day, ahead.when.start.day) == (13, 20)
    assert (behind.past, ahead.past) == (True, False)


@pytest.mark.parametrize("sent_at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_the_ends_of_time_break_nothing(sent_at: datetime) -> None:
    assert moment(scan("yesterday, tomorrow, last year"), sent_at, "KE").when is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("fighting since yesterday", "2026-03-17T00:00", "2026-03-18T12:00"),
        ("fighting for three days", "2026-03-15T00:00", "2026-03-18T12:00"),
        ("between 2 and 4pm today", "2026-03-18T14:00", "2026-03-18T16:00"),
        ("from 10 to 12 March", "2026-03-10T00:00", "2026-03-13T00:00"),
        ("du 10 au 12 mars", "2026-03-10T00:00", "2026-03-13T00:00"),
        ("la nuit de lundi à mardi", "2026-03-16T18:00", "2026-03-17T06:00"),
        ("wiki hii", "2026-03-16T00:00", "2026-03-18T12:00"),
        ("over the weekend", "2026-03-14T00:00", "2026-03-16T00:00"),
        ("in 2024", "2024-01-01T00:00", "2025-01-01T00:00"),
        ("this year", "2026-01-01T00:00", "2026-03-18T12:00"),
    ],
)
def test_a_stretch_has_both_its_ends(text: str, start: str, end: str) -> None:
    found = moment(scan(text), SENT, "KE").when
    assert found is not None
    assert (found.start.isoformat()[:16], found.end.isoformat()[:16]) == (start, end)


def test_the_event_is_dated_and_not_the_burial() -> None:
    found = moment(scan("today we buried those killed; it was yesterday"), SENT, "KE").when
    assert found is not None
    assert found.start.day == 17


@settings(deadline=None)
@given(
    st.text(max_size=200) | st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_a_time_ends_after_it_begins_and_shows_its_words(text: str, sent_at: datetime) -> None:
    found = moment(scan(text), sent_at, "UG")
    if found.when is None:
        assert not found.evidence
        return
    assert found.when.start < found.when.end
    assert found.evidence[0].text == text[found.evidence[0].start : found.evidence[0].end] != ""
