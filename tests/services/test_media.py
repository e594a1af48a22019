"""Files come in hashed, sealed and clean, and leave the provider; what is not clean is kept, not shown."""

import datetime as dt
import hashlib
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, update

from mbiu import audit, channels, media
from mbiu.darkroom import develop
from mbiu.db import transaction
from mbiu.media import fetching, store
from mbiu.messages import Attachment
from mbiu.models import Media, Message, utcnow
from mbiu.settings import Settings
from mbiu.settings import settings as read_settings
from tests import cast
from tests.doubles import Doubles
from tests.files import CANARY, bomb, film, has_position, photo, voice, zipped

pytestmark = pytest.mark.timeout(120)

Rows = Callable[..., list[tuple[Any, ...]]]
NEEDLE = CANARY.encode()
PAGE = b"<!DOCTYPE html><script>" + NEEDLE + b"</script>"


@pytest.fixture
def doubles(providers: Doubles) -> Iterator[Doubles]:
    yield providers
    channels.close()


@pytest.fixture
def rows(settings: object, superuser: "psycopg.Connection[tuple[Any, ...]]") -> Rows:
    def ask(statement: str, *values: object) -> list[tuple[Any, ...]]:
        return superuser.execute(statement, values).fetchall()

    return ask


def arrive(handle: str, kind: Any = "photo", *, by: str = "twilio") -> UUID:
    """A message with one file comes in; the message's id."""
    write = cast.chat if by == "telegram" else cast.sms
    found = cast.hand_in(write("see the file", attachments=(Attachment(handle, kind, "image/jpeg"),)))
    assert found is not None
    return the_row().message_id


def by_sms(doubles: Doubles, content: bytes) -> str:
    """A file comes by SMS; its name at Twilio."""
    handle = doubles.twilio.add_media(content)
    arrive(handle)
    return handle.rpartition("/")[2]


def the_row() -> Media:
    with transaction() as session:
        return session.scalars(select(Media)).one()


def later(**values: object) -> None:
    """The lease ends, or the time comes to try again."""
    with transaction() as session:
        session.execute(update(Media).values(due_at=utcnow() - dt.timedelta(seconds=1), **values))


def on_disk(settings: Settings) -> list[Path]:
    return [path for path in (settings.home_dir / "media").rglob("*") if path.is_file()]


def clean_of(row: Media) -> bytes:
    return store.get(row.id, "clean", row.clean or "")


def test_a_photo_by_sms_is_kept_sealed_shown_clean_and_deleted_at_the_provider(
    doubles: Doubles, settings: Settings
) -> None:
    content = photo()
    name = by_sms(doubles, content)
    assert media.fetch_due() == 1
    row = the_row()
    assert (row.state, row.content_type, row.original_type, row.size) == (
        "ready", "image/jpeg", "image/jpeg", len(content),
    )  # fmt: skip
    assert store.get(row.id, "original", row.original or "") == content
    assert not has_position(clean_of(row))
    assert doubles.twilio.deleted_media == [name]
    assert media.fetch_due() == 0


def test_the_hash_of_what_came_stands_in_the_audit_chain(doubles: Doubles, rows: Rows) -> None:
    content = photo()
    by_sms(doubles, content)
    media.fetch_due()
    digest, row = hashlib.sha256(content), the_row()
    assert row.sha256 == digest.digest()
    entries = rows("SELECT object, details->>'sha256' FROM audit WHERE action = 'media.stored'")
    assert entries == [(f"media:{row.id}", digest.hexdigest())]
    with transaction() as session:
        assert audit.verify(session) is None


def test_no_clear_byte_of_a_file_lies_on_the_disk_or_in_the_database(
    doubles: Doubles, settings: Settings, rows: Rows
) -> None:
    for content in (photo(), PAGE, voice(1)):
        by_sms(doubles, content)
        media.fetch_due()
        for table in ("media", "message", "audit"):
            words = repr(rows(f"SELECT t::text FROM {table} t"))
            assert not any(mark in words for mark in (CANARY, NEEDLE.hex()))
        rows("DELETE FROM media RETURNING 1")
    files = on_disk(settings)
    assert len(files) == 5
    for file in files:
        content = file.read_bytes()
        assert not any(mark in content for mark in (NEEDLE, b"\xff\xd8\xff", b"JFIF", b"OggS", b"webm"))
        assert file.name.isalnum()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("content", "kind", "shown"),
    [
        (voice(2), "voice", "audio/webm"),
        (film(1), "video", "video/webm"),
        (photo(), "document", "image/jpeg"),
    ],
    ids=["voice note", "film", "photo sent as a document"],
)
def test_files_by_chat_are_made_anew_by_what_they_are(
    doubles: Doubles, content: bytes, kind: str, shown: str
) -> None:
    arrive(doubles.telegram.add_file(content, "files/one"), kind, by="telegram")
    assert media.fetch_due() == 1
    row = the_row()
    assert (row.state, row.content_type) == ("ready", shown)
    assert NEEDLE not in clean_of(row)


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (bomb(20_000), "image/png", "too many pixels"),
        (PAGE, "text/html", "not a kind of file that is shown"),
        (zipped(bytes(20_000_000)), "application/zip", "not a kind of file that is shown"),
        (photo()[:3000], "image/jpeg", "no picture that can be shown"),
        (b"", "application/octet-stream", "an empty file"),
    ],
    ids=["bomb", "page", "zip bomb", "cut photo", "nothing"],
)
def test_what_cannot_be_made_safe_is_kept_and_not_shown(
    doubles: Doubles, content: bytes, kind: str, reason: str
) -> None:
    name = by_sms(doubles, content)
    media.fetch_due()
    row = the_row()
    assert (row.state, row.clean, row.original_type, row.reason) == ("kept", None, kind, reason)
    assert store.get(row.id, "original", row.original or "") == content
    assert doubles.twilio.deleted_media == [name]


def test_a_file_too_large_is_refused_and_deleted_there(doubles: Doubles, settings: Settings) -> None:
    name = by_sms(doubles, b"x" * (11 * 1024 * 1024))
    media.fetch_due()
    row = the_row()
    assert (row.state, row.reason, row.original) == ("refused", "too large", None)
    assert doubles.twilio.deleted_media == [name]
    assert on_disk(settings) == []


def test_a_file_too_large_for_telegram_is_refused(doubles: Doubles) -> None:
    arrive(doubles.telegram.add_file(b"x" * (21 * 1024 * 1024), "files/one"), by="telegram")
    media.fetch_due()
    assert the_row().state == "refused"


def test_who_dies_after_storing_leaves_the_rest_to_the_next(doubles: Doubles) -> None:
    """As `kill -9` leaves it: stored and entered, but neither made anew nor deleted at the provider."""
    name = by_sms(doubles, photo())
    (item,) = media.claim()
    fetching.arrive(item)
    assert the_row().state == "pending"
    assert doubles.twilio.deleted_media == []
    later()
    assert media.fetch_due() == 1
    row = the_row()
    assert (row.state, row.attempts) == ("ready", 2)
    assert doubles.twilio.deleted_media == [name]
    assert not has_position(clean_of(row))


def test_a_provider_that_does_not_delete_is_asked_again_while_the_photo_is_shown(doubles: Doubles) -> None:
    name = by_sms(doubles, photo())
    doubles.twilio.fail_media("DELETE", status=503)
    media.fetch_due()
    row = the_row()
    assert row.state == "pending"
    assert row.clean
    later()
    media.fetch_due()
    assert the_row().state == "ready"
    assert doubles.twilio.deleted_media == [name]


def test_a_refused_file_is_deleted_later_when_the_provider_is_away_first(doubles: Doubles) -> None:
    name = by_sms(doubles, b"x" * (11 * 1024 * 1024))
    doubles.twilio.fail_media("DELETE", status=503)
    media.fetch_due()
    assert (the_row().state, the_row().reason) == ("pending", "too large")
    later()
    media.fetch_due()
    assert the_row().state == "refused"
    assert doubles.twilio.deleted_media == [name]


@pytest.mark.parametrize("how", [{"status": 503}, {"status": 404}, {"drop": True}, {"status": 429}])
def test_a_provider_that_is_away_is_asked_again(doubles: Doubles, how: dict[str, Any]) -> None:
    by_sms(doubles, photo())
    doubles.twilio.fail_media("GET", **how)
    media.fetch_due()
    assert (the_row().state, the_row().attempts) == ("pending", 1)
    assert media.fetch_due() == 0
    later()
    media.fetch_due()
    assert the_row().state == "ready"


def test_a_file_that_never_comes_is_given_up(doubles: Doubles) -> None:
    arrive(doubles.twilio.add_media(photo()).replace("/Media/ME", "/Media/MX"))
    for _ in range(media.GIVE_UP_AFTER):
        assert the_row().state == "pending"
        later()
        assert media.fetch_due() == 1
    assert (the_row().state, the_row().reason) == ("refused", "http 404")


def test_a_file_that_workers_die_of_is_given_up(doubles: Doubles) -> None:
    name = by_sms(doubles, photo())
    later(attempts=media.GIVE_UP_AFTER)
    media.fetch_due()
    assert the_row().state == "refused"
    assert doubles.twilio.deleted_media == [name]


def test_a_claim_is_nobody_elses_until_its_lease_ends(doubles: Doubles) -> None:
    by_sms(doubles, photo())
    assert len(media.claim()) == 1
    assert media.claim() == []
    later()
    assert len(media.claim()) == 1


def test_whoever_comes_after_the_lease_changes_nothing_and_leaves_no_file(
    doubles: Doubles, settings: Settings
) -> None:
    arrive(doubles.telegram.add_file(photo(), "photos/one.jpg"), by="telegram")
    (slow,) = media.claim()
    later()
    media.fetch_due()
    before = sorted(on_disk(settings))
    with pytest.raises(fetching.Lost):
        fetching.arrive(slow)
    assert sorted(on_disk(settings)) == before


def test_one_worker_in_the_house_works_on_files() -> None:
    with media.alone() as first, media.alone() as second:
        assert (first, second) == (True, False)
    with media.alone() as third:
        assert third


def test_only_twilio_is_asked_with_our_password(doubles: Doubles) -> None:
    arrive("https://example.org/2010-04-01/Accounts/x/Messages/MM1/Media/ME1")
    media.fetch_due()
    assert (the_row().state, the_row().reason) == ("refused", "foreign media")


def test_a_store_that_is_away_costs_nothing_but_time(
    doubles: Doubles, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = by_sms(doubles, photo())
    (tmp_path / "blocked").write_text("a file where a folder should be")
    monkeypatch.setenv("MBIU_MEDIA_URL", f"file://{tmp_path}/blocked")
    read_settings.cache_clear()
    media.fetch_due()
    assert (the_row().state, doubles.twilio.deleted_media) == ("pending", [])
    monkeypatch.setenv("MBIU_MEDIA_URL", f"file://{tmp_path}/open")
    read_settings.cache_clear()
    later()
    media.fetch_due()
    assert (the_row().state, doubles.twilio.deleted_media) == ("ready", [name])


def test_a_file_put_in_anothers_place_does_not_open(doubles: Doubles, settings: Settings) -> None:
    by_sms(doubles, photo())
    media.fetch_due()
    row = the_row()
    folder = settings.home_dir / "media"
    original, clean = (folder / name[:2] / name for name in (row.original or "", row.clean or ""))
    original.replace(clean)
    with pytest.raises(Exception, match="media:clean"):
        clean_of(row)


def test_any_store_that_fsspec_speaks_to_will_do(doubles: Doubles, configure: Any) -> None:
    by_sms(doubles, photo())
    configure(media_url="memory://bucket/media")
    media.fetch_due()
    row = the_row()
    assert clean_of(row) == develop(photo()).content
    assert store.older_than(utcnow() + dt.timedelta(minutes=1), (row.clean or "")[:2]) != []
    assert store.discard([row.clean or "", row.original or ""]) == 2
    with pytest.raises(store.Missing):
        clean_of(row)


def test_erased_files_leave_the_store_and_say_so(doubles: Doubles, settings: Settings, rows: Rows) -> None:
    by_sms(doubles, photo())
    media.fetch_due()
    assert len(on_disk(settings)) == 2
    row = the_row()
    with transaction() as session:
        assert media.erase(session, messages=[row.message_id]) == 1
        assert len(on_disk(settings)) == 2
    assert on_disk(settings) == []
    gone = the_row()
    assert (gone.state, gone.original, gone.clean, gone.handle) == ("erased", None, None, b"")
    assert rows("SELECT details->'media' FROM audit WHERE action = 'media.erased'") == [([str(row.id)],)]
    with transaction() as session:
        assert media.erase(session, messages=[row.message_id]) == 0


def test_nothing_is_erased_when_the_transaction_fails(doubles: Doubles, settings: Settings) -> None:
    by_sms(doubles, photo())
    media.fetch_due()
    message = the_row().message_id

    def fail() -> None:
        with transaction() as session:
            media.erase(session, messages=[message])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert the_row().state == "ready"
    assert len(on_disk(settings)) == 2


def test_a_contacts_file_that_was_not_fetched_yet_is_only_deleted_at_the_provider(
    doubles: Doubles, settings: Settings
) -> None:
    name = by_sms(doubles, photo())
    with transaction() as session:
        contact = session.scalars(select(Message.contact_id).join(Media)).one()
        assert media.erase(session, contacts=[contact]) == 1
    media.fetch_due()
    assert the_row().state == "erased"
    assert doubles.twilio.deleted_media == [name]
    assert on_disk(settings) == []


def test_what_is_erased_while_it_is_fetched_stays_erased(doubles: Doubles, settings: Settings) -> None:
    by_sms(doubles, photo())
    message = the_row().message_id
    (item,) = media.claim()
    with transaction() as session:
        media.erase(session, messages=[message])
    with pytest.raises(fetching.Lost):
        fetching.arrive(item)
    assert on_disk(settings) == []


def test_files_that_no_row_names_are_swept_after_a_day(
    doubles: Doubles, settings: Settings, rows: Rows
) -> None:
    by_sms(doubles, photo())
    media.fetch_due()
    row = the_row()
    orphan = store.put(row.id, "clean", b"left by a crash")
    assert media.sweep(folders=store.FOLDERS) == 0
    tomorrow = utcnow() + dt.timedelta(days=2)
    assert media.sweep(tomorrow, folders=store.FOLDERS) == 1
    assert sorted(path.name for path in on_disk(settings)) == sorted([row.original or "", row.clean or ""])
    assert orphan not in {path.name for path in on_disk(settings)}
    rows("DELETE FROM media RETURNING 1")
    assert media.sweep(tomorrow, folders=store.FOLDERS) == 2
    assert on_disk(settings) == []
