"""After PANIC and DELETE not even somebody with all the keys finds the person in the database."""

import io

import psycopg
import pytest
from psycopg import sql

from mbiu import channels, erasing, leaving, vault
from mbiu.codes import AddressKind
from mbiu.contacts import sender_of
from mbiu.db import transaction
from mbiu.models import Contact, utcnow
from mbiu.settings import Settings, settings
from tests.cast import chat, contact_of, hand_in, read_all, sms
from tests.conftest import Database
from tests.security.test_canaries import (
    CHAT_ID,
    NAME,
    NUMBER,
    TEXT,
    WORDS,
    broker_content,
    dump,
    finds,
    written,
)

__all__ = ["written"]
QUIET = "People shout at each other over a field in Bwera, Kasese"


def everything(database: Database) -> dict[str, bytes]:
    """Every table as it lies there, and once more with all that is sealed opened."""
    found = dump(database)
    ring = settings().vault_keyring
    with psycopg.connect(database.superuser_url) as link:
        columns = link.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'bytea'"
            " AND table_name IN (SELECT table_name FROM information_schema.columns WHERE column_name = 'id')"
        ).fetchall()
        for table, column in columns:
            query = sql.SQL("SELECT id, {} FROM {} WHERE {} IS NOT NULL")
            names = (sql.Identifier(column), sql.Identifier(table), sql.Identifier(column))
            for row_id, blob in link.execute(query.format(*names)):
                found[table] += b"\n" + _opened(ring, bytes(blob), f"{table}:{column}:{row_id}")
    return found


def _opened(ring: dict[str, bytes], blob: bytes, context: str) -> bytes:
    try:
        return vault.open_with(ring, blob, context)
    except vault.CannotOpen:
        return b""


def hits(database: Database) -> list[str]:
    found = [hit for name, content in everything(database).items() for hit in finds(name, content)]
    raw = b"".join(dump(database).values())
    for kind, value in ((AddressKind.SMS, NUMBER), (AddressKind.TELEGRAM, CHAT_ID)):
        if vault.blind_index(kind, value) in raw:
            found.append(f"the index of {kind}")
    return found


def tell_all(text: str) -> None:
    """One person reports by SMS, another in a chat."""
    hand_in(sms(text, NUMBER))
    hand_in(chat(text, CHAT_ID), inline=False)
    read_all()


def people() -> list[Contact]:
    return [contact_of(NUMBER), contact_of(CHAT_ID, AddressKind.TELEGRAM)]


def settle() -> None:
    """What the workers do until nothing is due; the chat is emptied, whatever Telegram says."""
    with transaction() as session:
        erasing.burn(session, utcnow() + erasing.LAST_WORD)
    for item in erasing.claim(100):
        erasing._done(item)
    channels.close()


def test_the_scan_finds_a_person_who_has_not_left(installation: Settings, database: Database) -> None:
    tell_all(TEXT)
    found = hits(database)
    for hit in ("words in message", "number plain in vault", "chat in vault", "the index of sms"):
        assert hit in found, hit


def test_after_panic_no_number_is_left_for_any_key(
    written: io.StringIO, installation: Settings, database: Database, broker: str
) -> None:
    tell_all(QUIET)
    for one in people():
        with transaction() as session:
            leaving.panic(session, one.id, utcnow())
    for message in (sms("mvua kesho", NUMBER), chat("mvua kesho", CHAT_ID)):
        hand_in(message, inline=message.channel == "twilio")
        with transaction() as session:
            leaving.as_stranger(session, sender_of(session, message, utcnow()).contact_id, utcnow())
    settle()
    assert hits(database) == []
    assert finds("broker", broker_content(broker)) == []
    assert finds("logs", written.getvalue().encode()) == []


def test_after_delete_neither_number_nor_words_are_left_for_any_key(
    written: io.StringIO, installation: Settings, database: Database, broker: str
) -> None:
    tell_all(TEXT)
    for one in people():
        with transaction() as session:
            leaving.delete(session, one.id, utcnow())
    settle()
    assert hits(database) == []
    assert finds("broker", broker_content(broker)) == []
    assert finds("logs", written.getvalue().encode()) == []


@pytest.mark.parametrize("word", [NAME, WORDS])
def test_what_was_read_of_the_words_is_gone_too(
    installation: Settings, database: Database, word: str
) -> None:
    tell_all(TEXT)
    for one in people():
        with transaction() as session:
            leaving.delete(session, one.id, utcnow())
    assert all(word.encode() not in content for content in everything(database).values())
