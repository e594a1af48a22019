"""Who keeps rotas, who is on duty by their rows, and who hears of a hand-over."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mbiu import rotas, routing
from mbiu.audit import Actor
from mbiu.codes import AddressKind, DeliveryState, Role, Wish
from mbiu.db import transaction
from mbiu.house.occasions import Day
from mbiu.house.occasions import save as keep_day
from mbiu.models import Address, Alert, AuditEntry, Contact, Delivery, Notice, Rota, VaultEntry
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.rotas import Cover, Wanted
from mbiu.vault import blind_index, seal
from tests.cast import (
    DANIEL,
    GRACE,
    QUARREL,
    approve,
    count,
    deliveries,
    incident_of,
    person,
    route,
    tell,
    texts_to,
    user,
)

MAIL = "daniel@example.org"
RUTH = "+256772000203"
BEGINS = "You are on duty for Coordination"
MONDAYS = "FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0"
ZONE = ZoneInfo("Africa/Kampala")
#: A Wednesday at noon.
NOW = dt.datetime(2026, 11, 4, 12, tzinfo=ZONE)
NEXT = dt.datetime(2026, 11, 9, 8, tzinfo=ZONE)
WANTED = Wanted("Coordination", "Africa/Kampala", dt.datetime.fromisoformat("2026-11-02T08:00"), MONDAYS, ())


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def miriam(clock: time_machine.Traveller) -> Actor:
    return user("miriam", Role.COORDINATOR)


@pytest.fixture
def people(miriam: Actor) -> dict[str, UUID]:
    return {code: person(code, number) for code, number in (("KAS-91", DANIEL), ("UG-92", GRACE))}


def save(actor: Actor, rota_id: UUID | None = None, **values: object) -> UUID:
    wanted = replace(WANTED, **{"members": ("KAS-91", "UG-92"), **values})  # type: ignore[arg-type]
    with transaction() as session:
        return rotas.save(session, actor, wanted, rota_id).id


def cover(actor: Actor, rota_id: UUID, who: str, since: dt.datetime, **values: object) -> UUID:
    made = Cover(who, since, since + dt.timedelta(hours=24), **values)  # type: ignore[arg-type]
    with transaction() as session:
        return rotas.stand_in(session, actor, rota_id, made).id


def look() -> int:
    with transaction() as session:
        return rotas.look(session)


def duty(rota_id: UUID, at: dt.datetime) -> list[str]:
    with transaction() as session:
        people = rotas.on_duty(session, rota_id, at)
        codes = dict(session.execute(select(Contact.id, Contact.code)).all())
    return [codes[one] for one in people]


def test_the_rows_say_who_is_on_duty(people: dict[str, UUID], miriam: Actor) -> None:
    rota = save(miriam)
    assert duty(rota, NOW) == ["KAS-91"]
    assert duty(rota, NEXT) == ["UG-92"]
    assert duty(rota, NOW - dt.timedelta(days=30)) == []
    cover(miriam, rota, "ug-92", NOW)
    assert duty(rota, NOW) == ["UG-92"]
    save(miriam, rota, active=False)
    assert duty(rota, NOW) == []
    assert duty(people["UG-92"], NOW) == []


@pytest.mark.parametrize("gone", ["archived_at", "stopped_at", "silent_at"])
def test_for_somebody_who_left_the_next_stands_in_and_nobodys_turn_moves(
    people: dict[str, UUID], miriam: Actor, gone: str
) -> None:
    person("KAS-93", RUTH)
    rota = save(miriam, members=("KAS-91", "UG-92", "KAS-93"))
    cover(miriam, rota, "KAS-91", NEXT)
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "KAS-91").values({gone: NOW}))
    week = dt.timedelta(days=7)
    assert [duty(rota, NOW), duty(rota, NEXT), duty(rota, NEXT + week)] == [["UG-92"], ["UG-92"], ["KAS-93"]]


def test_public_holidays_and_feasts_of_the_calendar_count(people: dict[str, UUID], miriam: Actor) -> None:
    rota = save(miriam, on_holidays="others", others=("UG-92",), country="UG", feasts=True)
    christmas = dt.datetime(2026, 12, 25, 12, tzinfo=ZONE)
    feast = dt.datetime(2026, 11, 18, 12, tzinfo=ZONE)
    assert duty(rota, christmas) == ["UG-92"]
    assert duty(rota, feast) == ["KAS-91"]
    with transaction() as session:
        keep_day(
            session,
            miriam,
            Day("feast", "Harvest", dt.date(2020, 11, 18), dt.date(2020, 11, 18), yearly=True),
        )
        keep_day(session, miriam, Day("market", "Market", dt.date(2026, 11, 4), dt.date(2026, 11, 4)))
    assert duty(rota, feast) == ["UG-92"]
    assert duty(rota, NOW) == ["KAS-91"]


SENSELESS: list[dict[str, object]] = [
    {"name": " "},
    {"name": "Police post"},
    {"zone": "Africa/Nowhere"},
    {"rule": "FREQ=YEARLY"},
    {"members": ()},
    {"members": ("KAS-99",)},
    {"seats": 3},
    {"seats": 0},
    {"area_path": "/xx/"},
    {"on_holidays": "others", "country": "UG"},
    {"on_holidays": "wait"},
    {"on_holidays": "never"},
    {"country": "XX"},
    {"notice_minutes": -1},
]


def test_what_makes_no_sense_is_refused(people: dict[str, UUID], miriam: Actor) -> None:
    for values in SENSELESS:
        with pytest.raises(NotPossible):
            save(miriam, **values)
    assert count(Rota) == 0


def test_who_does_not_run_the_house_keeps_no_rota(people: dict[str, UUID], miriam: Actor) -> None:
    rota, ruth = save(miriam), user("ruth")
    made = cover(miriam, rota, "UG-92", NOW)
    with pytest.raises(NotAllowed):
        save(ruth)
    with pytest.raises(NotAllowed):
        cover(ruth, rota, "UG-92", NOW)
    with transaction() as session, pytest.raises(NotAllowed):
        rotas.take_back(session, ruth, rota, made)
    with pytest.raises(NotFound):
        cover(miriam, made, "UG-92", NOW)
    with pytest.raises(NotPossible):
        cover(miriam, rota, "UG-92", NOW - dt.timedelta(days=2))
    with pytest.raises(NotPossible):
        save(miriam)  # the name is taken


def test_a_change_is_audited_by_code_names(people: dict[str, UUID], miriam: Actor) -> None:
    rota = save(miriam)
    save(miriam, rota, members=("UG-92",))
    made = cover(miriam, rota, "KAS-91", NOW, instead_of="UG-92")
    with transaction() as session:
        rotas.take_back(session, miriam, rota, made)
    with transaction() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
    saved = [row.details for row in rows if row.action == "rota.saved"]
    assert saved[1]["before"]["members"] == ["KAS-91", "UG-92"]
    assert saved[1]["after"]["members"] == ["UG-92"]
    covers = [row.details for row in rows if row.action == "rota.cover"]
    assert covers[0]["after"] == covers[1]["before"]
    assert (covers[0]["after"]["who"], covers[0]["after"]["instead_of"]) == ("KAS-91", "UG-92")


# --- hand-overs --------------------------------------------------------------------------------


@pytest.mark.parametrize("drill", [True, False])
def test_of_drills_only_people_of_drills_are_told_how_many_alerts_are_open(
    people: dict[str, UUID], miriam: Actor, *, drill: bool
) -> None:
    ref = incident_of(tell(QUARREL, GRACE)).ref
    approve(ref, miriam)
    route("elders", [[people["UG-92"]]])
    save(miriam)
    with transaction() as session:
        routing.send(session, miriam, ref)
        session.execute(update(Alert).values(exercise=True))
        session.execute(update(Contact).values(exercise=drill))
    look()
    assert texts_to(DANIEL, "duty")[0].endswith(f"Open now: {int(drill)}.")


def test_both_hear_of_a_hand_over_once_and_ahead(
    people: dict[str, UUID], miriam: Actor, clock: time_machine.Traveller
) -> None:
    save(miriam)
    assert look() == 1
    assert texts_to(DANIEL, "duty") == [f"{BEGINS} from 04/11 12:00 until 09/11 08:00. Open now: 0."]
    for hours in (4, 3, 2):
        clock.move_to(NEXT - dt.timedelta(hours=hours))
        look()
    assert texts_to(GRACE, "duty") == []
    clock.move_to(NEXT - dt.timedelta(hours=1))
    assert look() == 1
    assert texts_to(GRACE, "duty") == [f"{BEGINS} from 09/11 08:00 until 16/11 08:00. Open now: 0."]
    assert texts_to(DANIEL, "duty")[1:] == ["Your duty for Coordination ends on 09/11 08:00. Thank you."]
    for hours in range(0, 48, 6):
        clock.move_to(NEXT + dt.timedelta(hours=hours))
        look()
    assert count(Delivery, Delivery.kind == "duty") == 3


def test_after_a_long_silence_of_the_worker_only_what_holds_now_is_told(
    people: dict[str, UUID], miriam: Actor, clock: time_machine.Traveller
) -> None:
    save(miriam)
    look()
    clock.move_to(NEXT + dt.timedelta(days=15))
    look()
    assert [len(texts_to(number, "duty")) for number in (DANIEL, GRACE)] == [2, 1]


def test_a_change_of_plan_is_told_to_whom_it_concerns(people: dict[str, UUID], miriam: Actor) -> None:
    rota = save(miriam, notice_minutes=2880)
    look()
    made = cover(miriam, rota, "UG-92", NOW)
    look()
    assert [len(texts_to(number, "duty")) for number in (DANIEL, GRACE)] == [3, 2]
    assert texts_to(GRACE, "duty")[0].startswith(f"{BEGINS} from 04/11 12:00 until 05/11")
    with transaction() as session:
        rotas.take_back(session, miriam, rota, made)
    look()
    assert texts_to(DANIEL, "duty")[-1].startswith("You are on duty")
    save(miriam, rota, active=False)
    look()
    assert texts_to(DANIEL, "duty")[-1].startswith("Your duty for Coordination ends on 04/11 12:00")


def test_a_coordinator_hears_of_somebody_on_duty_who_cannot_be_written_to(
    people: dict[str, UUID], miriam: Actor
) -> None:
    with transaction() as session:
        session.execute(update(Contact).where(Contact.code == "KAS-91").values(wish=Wish.PULL))
    save(miriam)
    look()
    with transaction() as session:
        found = session.scalars(select(Notice)).one()
    assert (found.kind, found.role, found.subject) == ("duty_unreached", "coordinator", "contact:KAS-91")
    assert deliveries() == []


def test_word_goes_to_a_person_and_never_to_a_partners_server(people: dict[str, UUID], miriam: Actor) -> None:
    with transaction() as session:
        for kind, where in ((AddressKind.WEBHOOK, "https://p.example/hook"), (AddressKind.EMAIL, MAIL)):
            session.add(hidden(session, people["KAS-91"], kind, where))
    save(miriam)
    look()
    assert len(texts_to(DANIEL, "duty")) == 1
    with transaction() as session:
        session.execute(update(Address).where(Address.kind == AddressKind.SMS).values(blocked_at=NOW))
        session.execute(update(Rota).values(told=[], told_until=None, due_at=NOW))
    look()
    (sent,) = deliveries(Delivery.channel == "email")
    assert sent.kind == "duty"


def hidden(session: Session, contact_id: UUID, kind: AddressKind, where: str) -> Address:
    """Another way to a person, its address in the vault."""
    entry = VaultEntry(id=new_id(), contact_id=contact_id, field="address", value=b"")
    entry.value = seal("vault", "value", entry.id, where)
    session.add(entry)
    session.flush()
    index = blind_index(kind, where)
    return Address(
        contact_id=contact_id, kind=kind, blind_index=index, vault_id=entry.id, channel=kind.value
    )  # fmt: skip


def test_nobody_is_woken_for_it_in_their_quiet_hours(
    people: dict[str, UUID], miriam: Actor, clock: time_machine.Traveller
) -> None:
    with transaction() as session:
        session.execute(update(Contact).values(quiet_from=11, quiet_to=14))
    save(miriam)
    look()
    (found,) = deliveries(Delivery.kind == "duty", Delivery.state == DeliveryState.QUEUED)
    assert found.due_at == dt.datetime(2026, 11, 4, 14, tzinfo=ZONE)
