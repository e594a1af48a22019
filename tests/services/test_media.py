"""Photos come in clean: no position, no camera, no preview; what cannot be made anew is not shown."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from PIL import Image, PngImagePlugin

from mbiu import channels, media, vault
from mbiu.codes import AddressKind
from mbiu.db import transaction
from mbiu.intake import receive
from mbiu.messages import Attachment, IncomingMessage
from mbiu.pictures import MAX_SIDE, NotShown, remake
from tests.doubles import Doubles

pytestmark = pytest.mark.timeout(60)

Rows = Callable[..., list[tuple[Any, ...]]]
AMINA, CHAT = "+256772100200", "700100200"
CANARY = "CANARY-Moroto-4711"


@pytest.fixture
def doubles() -> Iterator[Doubles]:
    with Doubles() as running:
        yield running
    channels.close()


@pytest.fixture
def environment(environment: dict[str, str], doubles: Doubles) -> dict[str, str]:
    return environment | {
        "MBIU_TWILIO_ACCOUNT_SID": doubles.twilio.account,
        "MBIU_TWILIO_AUTH_TOKEN": doubles.twilio.token,
        "MBIU_TWILIO_FROM": "+256200900900",
        "MBIU_TWILIO_API_URL": doubles.url,
        "MBIU_TELEGRAM_TOKEN": doubles.telegram.token,
        "MBIU_TELEGRAM_API_URL": doubles.url,
    }


@pytest.fixture
def rows(settings: object, superuser: "psycopg.Connection[tuple[Any, ...]]") -> Rows:
    def ask(statement: str, *values: object) -> list[tuple[Any, ...]]:
        return superuser.execute(statement, values).fetchall()

    return ask


def photo(size: tuple[int, int] = (640, 480), turned: int = 1) -> bytes:
    """A JPEG that tells where and with what it was taken, in every way a file can."""
    picture = Image.new("RGB", size, (200, 30, 30))
    picture.paste((30, 30, 200), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010E] = exif[0x010F] = exif[0x013B] = CANARY
    exif[0x0112] = turned
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (2.0, 31.0, 48.0), "E", (34.0, 39.0, 36.0)
    out = io.BytesIO()
    picture.save(
        out, "JPEG", exif=exif, comment=CANARY.encode(), xmp=CANARY.encode(), icc_profile=CANARY.encode()
    )
    return out.getvalue() + b"PK\x03\x04" + CANARY.encode()


def has_position(data: bytes) -> bool:
    with Image.open(io.BytesIO(data)) as opened:
        return bool(opened.getexif().get_ifd(0x8825))


def receive_photo(handle: str, channel: str = "twilio") -> None:
    kind = AddressKind.TELEGRAM if channel == "telegram" else AddressKind.SMS
    message = IncomingMessage(
        channel, kind, f"id-{handle[-12:]}", CHAT if channel == "telegram" else AMINA, "see the photo",
        attachments=(Attachment(handle, "photo", "image/jpeg"),),
    )  # fmt: skip
    with transaction() as session:
        receive(session, message)


def kept(rows: Rows) -> bytes:
    ((row_id, content),) = rows("SELECT id, content FROM media")
    return vault.unseal_bytes("media", "content", row_id, content)


def test_nothing_but_the_pixels_is_left_of_a_photo() -> None:
    before = photo()
    assert has_position(before)
    after, content_type = remake(before)
    assert content_type == "image/jpeg"
    assert not has_position(after)
    assert CANARY.encode() not in after
    with Image.open(io.BytesIO(after)) as opened:
        assert opened.size == (640, 480)
        assert not opened.getexif()
        assert opened.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photo_is_turned_upright_before_its_notes_are_dropped() -> None:
    after, _ = remake(photo((640, 480), turned=6))
    with Image.open(io.BytesIO(after)) as opened:
        assert opened.size == (480, 640)


def test_a_clear_picture_stays_clear_and_loses_its_words() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_itxt("Comment", CANARY)
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (1, 2, 3, 0)).save(out, "PNG", pnginfo=words)
    after, content_type = remake(out.getvalue())
    assert content_type == "image/png"
    assert CANARY.encode() not in after


def test_a_large_photo_is_made_smaller() -> None:
    after, _ = remake(photo((5000, 2500)))
    with Image.open(io.BytesIO(after)) as opened:
        assert opened.size == (MAX_SIDE, MAX_SIDE // 2)


def bomb(side: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG", optimize=True)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bomb(20_000), "too many pixels"),
        (bomb(8_000), "too many pixels"),
        (b"", "no picture"),
        (b"%PDF-1.7 " + b"x" * 500, "no picture"),
        (b"GIF89a" + b"\x00" * 100, "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no picture"),
        (photo()[:3000], "no picture"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 2000, "no picture"),
    ],
    ids=["20000 wide", "between one and two limits", "empty", "PDF", "GIF", "SVG", "cut", "head only"],
)
def test_what_cannot_be_made_anew_is_refused(data: bytes, reason: str) -> None:
    assert len(data) < 100_000
    with pytest.raises(NotShown, match=reason):
        remake(data)


def test_a_photo_by_sms_is_kept_sealed_and_deleted_at_the_provider(doubles: Doubles, rows: Rows) -> None:
    handle = doubles.twilio.add_media(photo())
    receive_photo(handle)
    assert media.fetch_due() == 1
    assert rows("SELECT state, content_type FROM media") == [("ready", "image/jpeg")]
    assert kept(rows).startswith(b"\xff\xd8")
    assert CANARY.encode() not in bytes(rows("SELECT content FROM media")[0][0])
    assert doubles.twilio.deleted_media == [handle.rpartition("/")[2]]
    assert media.fetch_due() == 0


def test_a_photo_by_chat_is_fetched(doubles: Doubles, rows: Rows) -> None:
    receive_photo(doubles.telegram.add_file(photo(), "photos/one.jpg"), "telegram")
    assert media.fetch_due() == 1
    assert rows("SELECT state FROM media") == [("ready",)]
    assert not has_position(kept(rows))


def test_who_dies_before_the_deletion_leaves_it_to_the_next(doubles: Doubles, rows: Rows) -> None:
    """A claim that was stored but not deleted, as `kill -9` leaves it, is taken up when the lease ends."""
    handle = doubles.twilio.add_media(photo())
    receive_photo(handle)
    ((row_id,),) = rows("SELECT id FROM media")
    sealed = vault.seal_bytes("media", "content", row_id, remake(photo())[0])
    with transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE media SET content = %s, content_type = 'image/jpeg', attempts = 1", (sealed,)
        )
    assert media.fetch_due() == 1
    assert doubles.twilio.deleted_media == [handle.rpartition("/")[2]]
    assert rows("SELECT state, attempts FROM media") == [("ready", 2)]


def test_a_claim_is_nobody_elses_until_its_lease_ends(doubles: Doubles, rows: Rows) -> None:
    receive_photo(doubles.twilio.add_media(photo()))
    assert len(media.claim()) == 1
    assert media.claim() == []
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE media SET due_at = now() - interval '1 second'")
    assert len(media.claim()) == 1


def test_a_provider_that_is_away_is_asked_again(doubles: Doubles, rows: Rows) -> None:
    handle = doubles.twilio.add_media(photo())
    receive_photo(handle.replace("/Media/ME", "/Media/MX"))
    for attempt in range(1, media.GIVE_UP_AFTER + 1):
        assert media.fetch_due() == 1
        assert rows("SELECT attempts FROM media") == [(attempt,)]
        if attempt < media.GIVE_UP_AFTER:
            assert rows("SELECT state, due_at > now() FROM media") == [("pending", True)]
        with transaction() as session:
            session.connection().exec_driver_sql("UPDATE media SET due_at = now() - interval '1 second'")
    assert rows("SELECT state FROM media") == [("refused",)]


@pytest.mark.parametrize(
    ("content", "reason"), [(bomb(20_000), "too many pixels"), (b"x" * (10 * 1024 * 1024 + 1), "too large")]
)
def test_a_file_that_is_refused_says_why(doubles: Doubles, rows: Rows, content: bytes, reason: str) -> None:
    receive_photo(doubles.twilio.add_media(content))
    media.fetch_due()
    assert rows("SELECT state, reason, content FROM media") == [("refused", reason, None)]


def test_only_twilio_is_asked_with_our_password(doubles: Doubles, rows: Rows) -> None:
    receive_photo("https://example.org/2010-04-01/Accounts/x/Messages/MM1/Media/ME1")
    media.fetch_due()
    assert rows("SELECT state, reason FROM media") == [("refused", "foreign media")]
