"""The page of drills: who may, what it shows, and the table to take away."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from mbiu.codes import Role
from mbiu.db import transaction
from mbiu.models import AuditEntry, Contact, Drill, utcnow
from mbiu.training import drills
from tests import cast
from tests.review.conftest import Browser
from tests.review.counting import queries

As = Callable[[str], Browser]


@pytest.fixture
def real(environment: dict[str, str], request: pytest.FixtureRequest) -> As:
    """A real installation with a training room."""
    environment["MBIU_TRAINING"] = "1"
    found: As = request.getfixturevalue("as_")
    return found


def people() -> None:
    for code, number in (("UG-1", cast.AMINA), ("UG-2", cast.JOSEPH), ("UG-3", cast.DANIEL)):
        cast.person(code, number)


def test_there_is_no_such_page_without_a_training_room(as_: As) -> None:
    assert as_("miriam").get("/drills").status_code == 404
    assert as_("miriam").get("/drills/results.csv").status_code == 404


def test_only_coordinators_train_in_a_real_installation(real: As) -> None:
    assert real("ruth").get("/drills").status_code == 404
    assert real("miriam").get("/drills").status_code == 200


def test_people_agree_take_part_and_read_how_it_went(real: As) -> None:
    people()
    miriam = real("miriam")
    for code in ("ug-1", "UG-2", "UG-3"):
        assert "takes part in drills from now on" in miriam.post("/drills/people", code=code).text
    assert "There is nobody of that code name." in miriam.post("/drills/people", code="UG-9").text
    page = miriam.get("/drills?script=raid").text
    assert "Raiders attacked Nakapelimoru in Kotido" in page
    chosen = {"script": "raid", "part-joseph": "UG-1", "part-lokiru": "UG-2", "responder": ["UG-3", ""]}
    assert "The drill has begun" in miriam.post("/drills/live", **chosen).text
    running = miriam.get("/drills").text
    assert "not yet" in running
    assert "A drill is running already" in miriam.post("/drills/live", **chosen).text
    assert "The drill has ended." in miriam.post("/drills/stop").text
    assert "never" in miriam.get("/drills").text
    assert "takes part in no more drills" in miriam.post("/drills/people", code="UG-1", no_more="1").text
    with transaction() as session:
        assert session.scalars(select(Contact.drills_at).where(Contact.code == "UG-1")).one() is None
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("%drill%"))).all()
    assert done.count("contact.drills") == 4
    assert {"drill.started", "drill.stopped"} <= set(done)


def test_a_part_left_open_is_refused_in_words(real: As) -> None:
    people()
    miriam = real("miriam")
    miriam.post("/drills/people", code="UG-1")
    text = miriam.post("/drills/live", **{"script": "raid", "part-joseph": "UG-1"}).text
    assert "Choose somebody for each part." in text


def test_the_table_holds_seconds_and_goals_and_taking_it_is_recorded(real: As) -> None:
    _ended(1)
    answer = real("miriam").get("/drills/results.csv")
    head, line = answer.text.lstrip("\ufeff").splitlines()
    assert head.startswith("began,ended,drill,live,place,receipt seconds,receipt goal,")
    told = dict(zip(head.split(","), line.split(","), strict=True))
    assert (told["drill"], told["verdict seconds"], told["verdict goal"]) == ("raid", "90", "600")
    assert (told["outcome seconds"], told["told"], told["answered"]) == ("", "2", "1")
    with transaction() as session:
        assert (
            session.scalar(select(AuditEntry.actor).where(AuditEntry.action == "drills.exported")) == "miriam"
        )


def test_the_page_costs_the_same_number_of_queries_however_many_there_were(real: As) -> None:
    miriam = real("miriam")
    _ended(1)
    with queries() as few:
        miriam.get("/drills")
    _ended(6)
    with queries() as many:
        assert miriam.get("/drills").text.count("A raid told by two people") >= 7
    assert len(many) == len(few)


def _ended(count: int) -> None:
    """Drills that were played and scored."""
    coordinator = cast.user(f"earlier-{count}", Role.COORDINATOR)
    measures = [
        {"name": "First verdict", "seconds": 90, "goal": 600},
        {"name": "Outcome told", "seconds": None, "goal": 2400},
    ]
    with transaction() as session:
        for _ in range(count):
            drill = drills.begun(session, coordinator, drills.scripts()["raid"])
            drill.ended_at, drill.results = utcnow(), {"measures": measures, "told": 2, "answered": 1}
        assert session.scalar(select(Drill.id).where(Drill.ended_at.is_(None))) is None
