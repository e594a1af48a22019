"""Words of a report in an alert: none by default, and of what is ticked nothing that leads to a person."""

import json

import pytest
from sqlalchemy import select

from mbiu import releasing, routing, vault, verification
from mbiu.audit import Actor
from mbiu.db import transaction
from mbiu.models import Alert, AuditEntry
from mbiu.refusals import NotPossible
from mbiu.releasing import LONGEST, shown
from tests.cast import DANIEL, JOSEPH, approve, incident_of, person, route, tell, user

TOLD = (
    "Land dispute in Bwera, Kasese, people shout. Ask Mzee on 0772 000 999 or elder@village.example, @mzee7"
)
CANARY = "people shout"


@pytest.fixture
def ruth() -> Actor:
    return user("ruth")


@pytest.fixture
def dispute(ruth: Actor) -> str:
    report = tell(TOLD)
    route("elders", [[person("UG-1", DANIEL)]])
    approve(incident_of(report).ref, ruth)
    return report


def texts_of(ref: str) -> dict[str, str]:
    with transaction() as session:
        row = session.scalars(select(Alert).where(Alert.ref == ref)).one()
        found: dict[str, str] = json.loads(vault.unseal("alert", "texts", row.id, row.texts))
    return found


def send(ruth: Actor, report: str, ticked: list[str]) -> str:
    ref = incident_of(report).ref
    with transaction() as session:
        words = releasing.release(session, ruth, verification.find(session, ref), ticked)
        return routing.send(session, ruth, ref, released=words).ref


def test_no_word_of_a_report_is_in_any_text_of_an_alert(ruth: Actor, dispute: str) -> None:
    assert CANARY not in json.dumps(texts_of(send(ruth, dispute, [])))


def test_what_was_ticked_goes_out_without_numbers_and_accounts(ruth: Actor, dispute: str) -> None:
    said = texts_of(send(ruth, dispute, [dispute]))
    expected = "Land dispute in Bwera, Kasese, people shout. Ask Mzee on … or … …"
    assert expected in said["en:email"]
    assert CANARY in said["en"]
    assert not any(CANARY in text for key, text in said.items() if key == "cap" or "line" in key)
    with transaction() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "report.released")).one()
    assert noted.details == {"reports": [dispute]}


def test_a_report_of_another_incident_cannot_be_released(ruth: Actor, dispute: str) -> None:
    other = tell("Cattle raid in Kween this morning, 3 people killed and 40 cows taken", JOSEPH)
    with pytest.raises(NotPossible, match="cannot go out"):
        send(ruth, dispute, [other])


def test_of_survivors_nothing_is_offered(ruth: Actor) -> None:
    report = tell("A girl was raped in Bwera, Kasese")
    with transaction() as session:
        assert releasing.offers(session, incident_of(report)) == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Call +256 772 000 999!", "Call …!"),
        ("see https://x.example/a and www.y.example", "see … and …"),
        ("40-60 cows, 12 killed, 22/11", "40-60 cows, 12 killed, 22/11"),
        ('he said "go"\nnow', "he said 'go' now"),
    ],
)
def test_numbers_links_and_accounts_are_taken_out(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_long_words_are_cut() -> None:
    assert len(shown("maneno " * 200)) <= LONGEST
    assert shown("maneno " * 200).endswith("maneno…")
