"""Control 17: data goes when its days are over, and stays gone when yesterday's backup comes back."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import select, update

from mbiu import db, leaving, ledger, retention
from mbiu.audit import SYSTEM
from mbiu.codes import ContactRole
from mbiu.db import transaction
from mbiu.house import settings as house
from mbiu.launch.postgres import Postgres
from mbiu.ledger import Kind
from mbiu.models import Address, Contact, Deletion, Incident, Message, Report, VaultEntry, utcnow
from mbiu.retention.expiry import counts, current
from mbiu.settings import Settings
from mbiu.settings import settings as read_settings
from mbiu.vault import unseal
from tests import cast
from tests.renewal import Database, copied

WORDS = "zanzibarquokka"
RAID = f"Cattle raid in Kween, 40 cows taken, {WORDS}"
DAY = dt.timedelta(days=1)


def texts() -> list[str]:
    with transaction() as session:
        rows = session.execute(select(Message.id, Message.text).where(Message.direction == "in")).all()
    return [unseal("message", "text", row.id, row.text) for row in rows]


def numbers() -> int:
    with transaction() as session:
        return len(session.scalars(select(Address.id).where(Address.vault_id.is_not(None))).all())


def test_words_go_after_their_days_and_the_facts_stay(settings: Settings) -> None:
    ref = cast.tell(RAID)
    kind = cast.incident_of(ref).event_type
    now = utcnow()
    retention.run(now + 179 * DAY)
    assert any(WORDS in text for text in texts())
    found = retention.run(now + 181 * DAY)
    assert (found[Kind.MESSAGE] >= 1, found[Kind.REPORT]) == (True, 1)
    assert not any(WORDS in text for text in texts())
    with transaction() as session:
        report = session.scalars(select(Report)).one()
    assert (report.reading, report.fingerprint, report.event_type) == (None, None, kind)


def test_a_second_run_finds_nothing(settings: Settings) -> None:
    cast.tell(RAID)
    later = utcnow() + 181 * DAY
    assert any(retention.run(later).values())
    assert not any(retention.run(later).values())


def test_a_held_incident_keeps_its_words(settings: Settings) -> None:
    cast.tell(RAID)
    with transaction() as session:
        session.execute(update(Incident).values(held=True))
    later = utcnow() + 400 * DAY
    retention.run(later)
    assert any(WORDS in text for text in texts())
    with transaction() as session:
        session.execute(update(Incident).values(held=False))
    retention.run(later)
    assert not any(WORDS in text for text in texts())


def test_a_strangers_number_goes_ninety_days_after_its_last_use(settings: Settings) -> None:
    cast.tell(RAID)
    now = utcnow()
    retention.run(now + 89 * DAY)
    assert numbers() == 1
    retention.run(now + 91 * DAY)
    with transaction() as session:
        assert numbers() == len(session.scalars(select(VaultEntry.id)).all()) == 0


def test_who_is_enrolled_stays_reachable_until_let_go(settings: Settings) -> None:
    cast.tell(RAID)
    now = utcnow()
    with transaction() as session:
        session.execute(update(Contact).values(role=ContactRole.FOCAL_POINT))
    retention.run(now + 400 * DAY)
    assert numbers() == 1
    with transaction() as session:
        session.execute(update(Contact).values(archived_at=now + 350 * DAY))
    retention.run(now + 400 * DAY)
    assert numbers() == 1
    retention.run(now + 441 * DAY)
    assert numbers() == 0


def test_the_days_are_the_centres(settings: Settings) -> None:
    cast.tell(RAID)
    with transaction() as session:
        house.put(session, SYSTEM, "retention_days", {"identity": 90, "words": 7, "media": 7})
    retention.run(utcnow() + 8 * DAY)
    assert not any(WORDS in text for text in texts())


def test_what_survivors_told_goes_sooner(settings: Settings) -> None:
    raped = "A woman was raped in Bwera, Kasese last night"
    cast.tell(RAID)
    cast.tell(raped, cast.JOSEPH)
    with transaction() as session:
        ahead = counts(session, current(session), utcnow(), (0, 61))
    gone = retention.run(utcnow() + 61 * DAY)
    assert gone[Kind.MESSAGE] >= 1
    assert ahead == {kind: [0, count] for kind, count in gone.items()}
    assert any(WORDS in text for text in texts())
    assert not any("raped" in text for text in texts())
    assert numbers() == 1
    with transaction() as session:
        house.put(session, SYSTEM, "survivor_days", {"identity": 90, "words": 180, "media": 180})
        assert current(session)["survivor_words"] == 180


def test_it_is_due_once_a_day_from_two_in_the_morning(settings: Settings) -> None:
    night = dt.datetime(2030, 5, 1, 22, 30, tzinfo=dt.UTC)  # half past one in Kampala
    with transaction() as session:
        assert retention.due(session, night + dt.timedelta(hours=1))
        assert not retention.due(session, night)
    retention.run()
    with transaction() as session:
        assert not retention.due(session, utcnow())
        assert retention.due(session, utcnow() + DAY)


@pytest.fixture
def yesterday(
    settings: Settings, postgres: Postgres, database: Database, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], AbstractContextManager[Callable[[], None]]]:
    """Makes a backup of the database, and what restores it: from then on the process works on the backup."""

    @contextmanager
    def backup() -> Iterator[Callable[[], None]]:
        db.engine(scoped=False).dispose()
        with copied(postgres, database.name) as copy:

            def restore() -> None:
                monkeypatch.setenv("MBIU_DATABASE_URL", copy.url)
                db.engine(scoped=False).dispose()
                db.forget()
                read_settings.cache_clear()

            yield restore
            db.engine(scoped=False).dispose()

    return backup


def test_what_was_deleted_stays_gone_after_a_restore(
    yesterday: Callable[[], AbstractContextManager[Callable[[], None]]],
) -> None:
    cast.tell(RAID)
    cast.tell(f"Land dispute in Bwera, Kasese, {WORDS}", cast.JOSEPH)
    with yesterday() as restore:
        with transaction() as session:
            joseph = session.scalars(select(Contact.id).order_by(Contact.created_at.desc())).first()
            assert joseph
            leaving.panic(session, joseph, utcnow())
        retention.run(utcnow() + 181 * DAY)
        with transaction() as session:
            ledger.write_out(session, utcnow())
        restore()
        assert (sum(WORDS in text for text in texts()), numbers()) == (2, 2)
        found = retention.replay()
        assert found[Kind.PANIC] == 1
        assert not any(WORDS in text for text in texts())
        with transaction() as session:
            assert session.scalars(select(VaultEntry.id)).all() == []
            assert session.scalars(select(Report.reading)).all() == [None, None]
            assert session.get_one(Contact, joseph).silent_at
        assert not any(retention.replay().values())


def test_the_file_holds_ids_and_no_person(settings: Settings) -> None:
    cast.tell(RAID)
    retention.run(utcnow() + 181 * DAY)
    with transaction() as session:
        lines = ledger.write_out(session, utcnow())
    with transaction() as session:
        assert ledger.write_out(session, utcnow()) == 0
        kept = len(session.scalars(select(Deletion.id)).all())
    words = ledger.path().read_text()
    assert lines == kept == len(list(ledger.read()))
    assert WORDS not in words
    assert cast.AMINA[-9:] not in words
    ledger.path().write_text(words + "message 0190")
    assert len(list(ledger.read())) == kept
