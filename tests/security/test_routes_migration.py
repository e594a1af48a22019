"""Routes as they were before chains: who was told stays told, in both directions."""

from sqlalchemy import select

from mbiu import admin
from mbiu.codes import ResponderClass
from mbiu.db import transaction
from mbiu.models import Contact, EscalationChain, Route, RuleVersion
from mbiu.settings import Settings
from tests.cast import DANIEL, GRACE, person, route
from tests.conftest import Database


def chain_of(name: str) -> tuple[list[list[str]], list[int]]:
    with transaction() as session:
        query = select(EscalationChain).join(Route, Route.chain_id == EscalationChain.id)
        steps = session.scalars(query.where(Route.name == name)).one().steps
    return [[one["contact"] for one in step["who"]] for step in steps], [
        step["wait_minutes"] for step in steps
    ]


def test_people_of_a_route_become_steps_of_a_chain_and_go_back(
    database: Database, settings: Settings
) -> None:
    ann, bob = person("UG-1", DANIEL), person("UG-2", GRACE)
    route("elders", [[ann], [bob]], mediators=[ann], wait_minutes=45)
    before = chain_of("elders")
    admin.downgrade(database.owner_url, to="0022_map")
    admin.upgrade(database.owner_url)
    assert chain_of("elders") == before == ([[str(ann)], [str(bob)]], [45, 45])
    with transaction() as session:
        assert session.get_one(Contact, ann).responder_class is ResponderClass.MEDIATOR
        kept = session.scalars(select(RuleVersion).order_by(RuleVersion.kind)).all()
        row = session.scalars(select(Route)).one()
    assert [(one.kind, one.version) for one in kept] == [("chain", 1), ("route", 1)]
    assert kept[1].after["chain"] == str(row.chain_id)
