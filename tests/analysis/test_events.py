"""What happened: every type in many words, what is no event, and what must hold whatever the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbiu.analysis import read
from mbiu.analysis.contest import types
from mbiu.analysis.counts import count
from mbiu.analysis.events import Event, event
from mbiu.analysis.lexicon import KINDS, entries, spelt_out
from mbiu.analysis.reading import Reading
from mbiu.analysis.scan import scan
from mbiu.codes import EventType, Severity
from mbiu.gazetteer import Gazetteer

TELLS = {
    "armed_clash": [
        "SSPDF and rebels exchanged fire in Kajo Keji",
        "Heavy shooting between the army and militia at Masisi since dawn",
        "The patrol was pinned down in a gunfight near Loro",
        "Fighters overran the barracks at Pibor",
    ],
    "attack": [
        "3 ppl hacked to death in Sondu last nite",
        "Unknown men shot at a bus on Marsabit road",
        "They came at night with pangas and cut people, many injured",
        "My brother was beaten by soldiers at the roadblock in Yei",
        "Karao wameua kijana wa miaka 19 Kayole",
        "KILLED 4 WOUNDED 6 AT LOKIRIAMA",
    ],
    "sexual_violence": [
        "Two girls were defiled by a teacher in Busia",
        "Soldiers forced women to strip and abused them sexually",
        "Dem amebakwa na maboyz wawili Dandora",
    ],
    "abduction": [
        "Seven children abducted near Gambella",
        "A boda rider was bundled into a white van by men in plain clothes",
        "ADF hav taken 8 people from the village to carry food",
        "Msee alinyakuliwa na hooded men Ngong",
    ],
    "explosion": [
        "A roadside bomb hit a lorry in Milihoi",
        "Shells landed in the camp at Goma",
        "Child lost a hand when he picked up UXO",
    ],
    "cattle_raid": [
        "RAID LOPEI 2 DEAD 30 COWS",
        "Warriors made off with 50 cows from Abim",
        "Cows zimechukuliwa na raiders Kapedo jana",
        "Armed men rustled 300 camels in Wajir and killed a herder",
    ],
    "mob_violence": [
        "A man suspected of stealing a goat was beaten to death by residents",
        "Mwizi wa nduthi amechomwa na tyre hapo Pipeline",
        "Residents took the law into their hands killing two thieves",
    ],
    "riot": [
        "Youths have barricaded the road and are stoning cars",
        "Students fought with police, cars burnt",
        "Looting of shops in Mathare, tyres burning on the road",
    ],
    "protest": [
        "Teachers on strike in Torit over unpaid salaries",
        "Women held placards outside the governor's office",
        "Residents of Kitui marched to the county office to demand water",
    ],
    "crackdown": [
        "Police lobbed teargas at mourners in Homa Bay",
        "Soldiers whipped people at an opposition rally in Kayunga",
        "One student shot dead as police broke up a protest",
    ],
    "destruction": [
        "14 houses set ablaze in Njoro",
        "The health centre was looted and vandalised",
        "Keja tatu zimechomwa na wahuni Baragoi",
    ],
    "displacement": [
        "300 families have left Loruk and are camping at the school",
        "Villagers have deserted Mukutani",
        "Watu wanahama Chesogon, wanalala nje",
    ],
    "arrests": [
        "Police arrested 14 youths in Kasese",
        "Two suspects behind the killing of the chief have been nabbed",
        "Security operation in Eastleigh, over 100 people rounded up",
    ],
    "mobilisation": [
        "Strangers with guns seen in the forest near Katwe",
        "Someone is giving pangas to boys in Likoni",
        "Clan youths are being trained at night in the forest",
    ],
    "threat": [
        "We have been given 2 days to vacate or face death",
        "A man phoned me that they will burn our houses",
        "Leaflets tell people to leave Njoro by Sunday",
    ],
    "hate_speech": [
        "These people are dogs, they should be slaughtered",
        "Radio presenter calling on listeners to kill the other tribe",
        "Hawa watu ni mende, tuwamalize",
    ],
    "dispute": [
        "Two families are quarrelling over a plot in Mukono",
        "The chief refused us the use of the water pan",
        "Cattle are grazing in our farms again and farmers are angry",
    ],
    "rumour": [
        "Word has it that guns are being shared in Kuresoi",
        "We hear that people were killed in Nadapal but nobody has confirmed",
    ],
    "peace": [
        "Ten raided camels were brought back by elders",
        "35 guns were surrendered in Kotido",
        "The abducted girls have been released",
    ],
    "crime": [
        "My phone was snatched in town",
        "A man killed his wife and hanged himself",
        "Thieves broke into a shop and took money",
    ],
    "hazard": [
        "Bus plunged into a river, 9 dead",
        "Mudslide killed a family of 5 in Kasese",
        "Lorry lost control and hit a tuk tuk, 2 died",
    ],
    "none": [
        "Hello, this is a test",
        "Naomba airtime ya mia",
        "Nobody was killed in Kalapata, that story is false",
        "Is it true that there was shooting in Moroto?",
        "Mapigano Bwera?",
        "Chelsea destroyed Arsenal 3-0",
        "The price of sugar is killing us",
        "Vote for me, the party will bring roads and the governor knows",
    ],
    "unknown": [
        "Things are very bad here please come",
        "Kuna noma huku mtaani",
        "🔥🔥 Kainuk",
    ],
}  # fmt: skip
TERMS = sorted({" ".join(words) for _, term in entries("events") for words in list(spelt_out(term))[:2]})
ORDINARY = st.lists(
    st.sampled_from(["the", "goat", "river", "Kotido", "yesterday", "3", "people", "not", "?", ".", "na"]),
    max_size=12,
)
QUIET = (". The road is long and green.", "\nNdizi ni tamu.")


def told(text: str) -> Event:
    known = scan(text)
    return event(known, count(known))


def reading(text: str) -> Reading:
    return read(text, Gazetteer.seed())


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in TELLS.items() for text in texts])
def test_a_text_has_the_type_that_it_tells_of(code: str, text: str) -> None:
    assert reading(text).event_type == code


def test_every_type_is_told_of() -> None:
    assert set(TELLS) == set(EventType)


@pytest.mark.parametrize(
    ("text", "main", "other"),
    [
        ("Raiders took 40 cows in Loro and killed two herders", "cattle_raid", "attack"),
        ("Protest in Kisumu, police fired teargas at the crowd", "crackdown", "protest"),
        ("Gunmen killed 3 farmers and abducted 5 in Oicha", "attack", "abduction"),
        ("Rebels attacked Oicha, killed 4 and burnt houses", "attack", "destruction"),
        ("People fled Rutshuru after an attack", "displacement", "attack"),
        ("I hear that raiders will attack Moroto", "rumour", "threat"),
        ("Inasemekana watu 4 wameuawa Kiteto", "attack", "rumour"),
        ("Police arrested five men over the attack on a bus", "arrests", "attack"),
    ],
)
def test_the_gravest_leads_and_the_rest_is_kept(text: str, main: str, other: str) -> None:
    found = reading(text)
    assert found.event_type == main
    assert other in found.other_types


@pytest.mark.parametrize(
    "text",
    [
        "They did not attack Kotido",
        "Hawakushambulia kijiji",
        "There was no raid in Loro",
        "The story of an attack in Bwera is not true",
        "Police did not shoot protesters",
    ],
)
def test_what_is_denied_did_not_happen(text: str) -> None:
    assert reading(text).event_type == "none"


def test_a_denial_ends_where_a_new_statement_begins() -> None:
    assert reading("No food, they attacked us in Loro").event_type == "attack"


@pytest.mark.parametrize(
    "text",
    [
        "They will attack Loro tomorrow",
        "Watashambulia Loro kesho",
        "An attack is expected in Loro on Friday",
        "Raiders are planning to raid Loro",
    ],
)
def test_what_is_to_come_is_a_threat(text: str) -> None:
    assert reading(text).event_type == "threat"


def test_a_condition_is_no_event() -> None:
    assert reading("If they attack we shall run to the church").event_type not in ("attack", "displacement")


def test_the_name_of_a_place_burns_nothing() -> None:
    assert reading("We met in Burnt Forest").event_type in ("none", "unknown")


@pytest.mark.parametrize(
    "text",
    [
        "The president and the governor are fighting over the finance bill and the party is under threat",
        "Court sentenced him for the murder of a priest during the elections, said the MP and the senator",
        "In 1994 people were killed, we remember the genocide at the memorial",
        "Amen, Jesus fights the devil and kills every sickness",
    ],
)
def test_talk_of_other_things_raises_no_alarm(text: str) -> None:
    found = reading(text)
    assert not (found.event_type in types() and types()[found.event_type].violent)


@given(st.sampled_from(TERMS), ORDINARY, st.sampled_from(["", " "]))
@settings(max_examples=400, deadline=None)
def test_any_words_give_a_sound_event(term: str, words: list[str], gap: str) -> None:
    text = f"{term} {gap.join(words) if gap else ' '.join(words)}"
    found = told(text)
    assert found.type in set(EventType)
    assert 0 <= found.confidence <= 1
    assert set(found.others) <= set(EventType) - {"unknown", "none", found.type}
    assert len(set(found.others)) == len(found.others)
    for item in found.evidence:
        assert text[item.start : item.end] == item.text
        assert item.why


@given(st.sampled_from(TERMS), ORDINARY, st.sampled_from(QUIET))
@settings(max_examples=200, deadline=None)
def test_a_quiet_sentence_behind_it_makes_nothing_graver(term: str, words: list[str], quiet: str) -> None:
    text = " ".join([term, *words])
    before, after = reading(text), reading(text + quiet)
    grades = [str(grade) for grade in Severity if grade != Severity.UNKNOWN]
    if after.severity in grades and before.severity in grades:
        assert grades.index(after.severity) <= grades.index(before.severity)
    assert set(after.other_types) <= {*before.other_types, before.event_type}


@given(st.sampled_from(TERMS))
@settings(max_examples=200, deadline=None)
def test_shouting_changes_nothing(term: str) -> None:
    assert told(f"{term} in town").type == told(f"{term} in town".upper()).type


def test_each_list_is_read_by_its_own_words() -> None:
    assert all(list(entries(kind)) for kind in KINDS)
