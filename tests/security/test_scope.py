"""Row-level security: who names no area sees nothing, who names one sees it alone."""

import datetime as dt

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mbiu import (
    bulk,
    correction,
    leaving,
    linking,
    links,
    notes,
    outbox,
    outcomes,
    routing,
    sequels,
    verification,
)
from mbiu.audit import Actor
from mbiu.codes import AddressKind, ContactRole
from mbiu.db import transaction
from mbiu.models import (
    Address,
    AreaWarning,
    CounterMessage,
    DayFigure,
    DayTimes,
    Incident,
    JoinWord,
    LearnedModel,
    Message,
    MonthFigure,
    MonthTimes,
    PartyOverride,
    ProtectiveText,
    Report,
    Reveal,
    Rumour,
    WarningRecipient,
    utcnow,
)
from mbiu.models.base import Model
from mbiu.outcomes import Ahead, Deed
from tests.cast import (
    DANIEL,
    JOSEPH,
    QUARREL,
    RAID,
    approve,
    contact_of,
    hand_in,
    incident_of,
    person,
    route,
    say,
    sms,
    tell,
    user,
)
from tests.conftest import Database

KASESE, KWEEN = "/ug/ug-western/ug-kasese/", "/ug/ug-eastern/ug-kween/"
GUARDED = (
    "outcome_by", "follow_up", "bulletin",
    "incident", "report", "message", "media", "correction", "decision", "authorship", "note", "outcome",
    "alert", "response", "delivery", "vault", "learned_model",
    "joining", "join_word", "erasure", "note_mention", "reveal", "rumour",
    "counter_message", "bulk_row", "day_figure", "day_times", "month_figure", "month_times", "attachment",
    "answer_link", "sequel", "step_taken",
    "suspect", "party_override", "area_warning", "warning_recipient",
)  # fmt: skip


@pytest.fixture
def whole_story() -> tuple[str, str]:
    """An incident in Kasese with a row in every guarded table, and one in Kween; their references."""
    from mbiu.messages import Attachment, File

    ruth, peter = user("ruth"), user("peter")
    quarrel = tell(QUARREL)
    kasese, kween = incident_of(quarrel).ref, incident_of(tell(RAID, JOSEPH)).ref
    hand_in(sms(attachments=(Attachment("https://api.twilio.com/x"),)))
    route("elders", [[person("UG-1", DANIEL)]])
    with transaction() as session:
        correction.correct(session, ruth, kasese, {"event_type": "threat"})
        notes.keep(session, ruth, kasese, "Ask again, @peter")
        linking.keep_apart(session, ruth, quarrel, kween)
        bulk.do(session, ruth, "assign", [kasese], to=ruth.id)
    approve(kasese, peter)
    gone = person("KAS-09", "5550077", kind=AddressKind.TELEGRAM, channel="telegram")
    with transaction() as session:
        leaving.panic(session, gone, utcnow())
    with transaction() as session:
        sent = routing.send(session, peter, kasese)
        links.make(session, sent.id, contact_of(DANIEL).id, "en")
    say("ACK", DANIEL)
    with transaction() as session:
        sequels.send(session, peter, sent.ref, sequels.Kind.RECALL, "It was a wedding after all.")
    with transaction() as session:
        deed = Deed(("visit",), "contained", by=(gone,))
        outcomes.close(session, ruth, kasese, deed, [Ahead(utcnow().date() + dt.timedelta(days=9))])
        now = utcnow()
        session.add(
            LearnedModel(number=1, decisions=0, data_from=now, data_to=now, decided_to=now, promoted=False)
        )
        _counted(session, now.date())
        reporter = session.scalars(select(Report).where(Report.ref == quarrel)).one()
        session.add(
            Reveal(
                contact_id=reporter.contact_id,
                incident_id=reporter.incident_id,
                asked_by=ruth.id,
                reason=b"sealed",
            )
        )
        _rumour(session, kasese, ruth)
        _parties(session, kasese, ruth)
        message = session.scalars(select(Message.id).where(Message.report_id == reporter.id)).first()
        assert message is not None
        outbox.attach(session, message, File("brief.pdf", "application/pdf", b"%PDF"), now)
        session.add(JoinWord(digest=b"1", role=ContactRole.FOCAL_POINT, area_path=KASESE, expires_at=now))
    return kasese, kween


def _counted(session: Session, day: dt.date) -> None:
    """A day of the area and its month, in figures."""
    counted = {"area": KASESE, "day": day, "exercise": False}
    session.add(DayFigure(what="reports", label="", parent="/ug/ug-western/", count=1, **counted))
    session.add(DayTimes(step="verdict", seconds=[600], counts=[1], **counted))
    summed = {"area": KASESE, "month": day.replace(day=1), "exercise": False}
    session.add(MonthFigure(what="reports", label="", parent="/ug/ug-western/", count=1, **summed))
    one = {"seconds": [600], "counts": [1], "half": 600, "most": 600, "cases": 1}
    session.add(MonthTimes(step="verdict", role="", **one, **summed))


def _parties(session: Session, ref: str, actor: Actor) -> None:
    """A party that is suspected, an exception that was asked for, and a warning to one person of the area."""
    row = verification.find(session, ref)
    row.actors = {"police": "attacker"}
    address = session.scalars(select(Address)).first()
    assert address is not None
    asked = {"incident_id": row.id, "contact_id": address.contact_id, "version": 1, "asked_by": actor.id}
    session.add(PartyOverride(reason=b"sealed", **asked))
    words = ProtectiveText(name="Stay", variant="protect", texts={"en": "Stay in."}, written_by=actor.id)
    session.add(words)
    session.flush()
    warning = AreaWarning(
        ref="W000001", text_id=words.id, variant="protect", texts=words.texts, area_path=KASESE,
        wave_size=1, wave_minutes=1, prepared_by=actor.id,
    )  # fmt: skip
    session.add(warning)
    session.flush()
    whom = {"contact_id": address.contact_id, "address_id": address.id}
    session.add(WarningRecipient(warning_id=warning.id, language="en", wave=1, **whom))


def _rumour(session: Session, ref: str, actor: Actor) -> None:
    """Rows of a rumour, as judging one would leave them."""
    row = verification.find(session, ref)
    session.add(Rumour(incident_id=row.id, heard_at=utcnow()))
    session.add(CounterMessage(incident_id=row.id, version=1, texts=b"sealed", written_by=actor.id))


def rows(link: "psycopg.Connection[tuple[int]]", table: str) -> int:
    found = link.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    assert found is not None
    return found[0]


def test_the_app_role_without_an_area_reads_no_row_of_any_guarded_table(
    database: Database, whole_story: tuple[str, str]
) -> None:
    with psycopg.connect(database.superuser_url) as link:
        full = {table: rows(link, table) for table in GUARDED}
    assert min(full.values()) >= 1, full
    for options in ("", "-c mbiu.scope=", "-c mbiu.scope=-", "-c mbiu.scope=ug", "-c mbiu.scope=%"):
        with psycopg.connect(database.url, options=options) as link:
            assert {table: rows(link, table) for table in GUARDED} == dict.fromkeys(GUARDED, 0)


def test_every_table_that_leads_to_a_report_is_guarded_and_forced(database: Database) -> None:
    with psycopg.connect(database.superuser_url) as link:
        forced = {
            row[0]
            for row in link.execute(
                "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
            )
        }
    assert forced == set(GUARDED)
    sealed = {
        table.name
        for table in Model.metadata.tables.values()
        if {"text", "reading", "reason", "note", "value", "handle"} & set(table.columns.keys())
    }
    assert sealed - {"tally", "wording", "house_setting", "occasion"} <= forced


def test_a_district_sees_itself_only(database: Database, whole_story: tuple[str, str]) -> None:
    kasese, kween = whole_story
    with transaction(scope=KASESE) as session:
        assert session.scalars(select(Incident.ref)).all() == [kasese]
        assert len(session.scalars(select(Report.ref)).all()) == 1
    with transaction(scope=KWEEN) as session:
        assert session.scalars(select(Incident.ref)).all() == [kween]
        for table in (
            "decision",
            "note",
            "outcome",
            "alert",
            "response",
            "correction",
            "authorship",
            "media",
            "joining",
            "join_word",
            "rumour",
            "counter_message",
            "bulletin",
        ):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
    with transaction(scope=f"{KASESE},{KWEEN}") as session:
        assert set(session.scalars(select(Incident.ref))) == {kasese, kween}
    with transaction(scope="/") as session:
        assert set(session.scalars(select(Incident.ref))) == {kasese, kween}


def test_an_area_whose_name_begins_alike_is_another(whole_story: tuple[str, str]) -> None:
    with transaction(scope="/ug/ug-western/ug-kas") as session:
        assert session.scalars(select(Incident.ref)).all() != []
    with transaction(scope="/ug/ug-western/ug-kas/") as session:
        assert session.scalars(select(Incident.ref)).all() == []


@pytest.mark.parametrize("scope", ["/", KASESE, "/,*", "*,/"])
def test_no_user_ever_sees_the_vault(whole_story: tuple[str, str], scope: str) -> None:
    with transaction(scope=scope) as session:
        assert session.scalar(text("SELECT count(*) FROM vault")) == 0


def test_no_user_may_ask_for_everything() -> None:
    with pytest.raises(ValueError, match="no user"), transaction(scope="*"):
        pass


def test_an_area_ends_with_its_transaction(whole_story: tuple[str, str]) -> None:
    with transaction(scope="/") as session:
        assert session.scalar(text("SELECT count(*) FROM incident")) == 2
    with transaction(scope="") as session:
        assert session.scalar(text("SELECT count(*) FROM incident")) == 0


def test_a_user_changes_nothing_outside_the_area(whole_story: tuple[str, str]) -> None:
    with transaction(scope=KWEEN) as session:
        session.execute(text("UPDATE incident SET due_at = now(), country = 'XX'"))
        session.execute(text("DELETE FROM note"))
    with transaction() as session:
        assert sorted(session.scalars(select(Incident.country))) == ["UG", "XX"]
        assert session.scalar(text("SELECT count(*) FROM note")) == 2  # its own, and why it was recalled


# --- restricted --------------------------------------------------------------------------------

UNDER = (
    "outcome_by", "follow_up",
    "incident", "report", "message", "media", "correction", "decision", "authorship", "note", "outcome",
    "alert", "response", "joining", "rumour", "counter_message",
)  # fmt: skip


def counts(*, cleared: bool, scope: str = "/") -> dict[str, int]:
    with transaction(scope=scope, cleared=cleared) as session:
        return {table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in UNDER}


def restrict(ref: str) -> None:
    with transaction() as session:
        row = verification.find(session, ref)
        row.other_types = ["sexual_violence"]


def seen(*, cleared: bool = False) -> list[str]:
    with transaction(scope="/", cleared=cleared) as session:
        return list(session.scalars(select(Incident.ref)))


def test_what_is_restricted_is_seen_by_the_cleared_of_its_area_alone(whole_story: tuple[str, str]) -> None:
    kasese, kween = whole_story
    before = counts(cleared=False)
    assert before == counts(cleared=True)
    restrict(kasese)
    assert seen() == [kween]
    assert counts(cleared=False) == counts(cleared=True, scope=KWEEN)
    assert counts(cleared=True) == before
    with transaction(scope="/") as session:  # The clearance ended with its transaction.
        session.execute(text("UPDATE incident SET country = 'XX'"))
        session.execute(text("DELETE FROM note"))
    with transaction() as session:
        assert sorted(session.scalars(select(Incident.country))) == ["UG", "XX"]
        assert session.scalar(text("SELECT count(*) FROM note")) == 2  # its own, and why it was recalled
        verification.find(session, kasese).other_types = []
    assert set(seen()) == {kasese, kween}


def test_one_word_of_duress_hides_the_whole_incident_until_its_report_has_gone(
    whole_story: tuple[str, str],
) -> None:
    kasese, kween = whole_story
    with transaction() as session:
        report = session.scalars(select(Report).join(Incident).where(Incident.ref == kasese)).one()
        report.duress = True
    assert seen() == [kween]
    with transaction() as session:
        moved = session.get_one(Report, report.id)
        moved.incident_id = verification.find(session, kween).id
    assert seen() == [kasese]
    assert set(seen(cleared=True)) == {kasese, kween}
