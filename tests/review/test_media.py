"""Files on the console: the clean copy for whoever sees the incident, the original for custodians alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from mbiu import channels, media
from mbiu.db import transaction
from mbiu.media import store
from mbiu.messages import Attachment
from mbiu.models import Media
from mbiu.settings import settings as read_settings
from tests import cast
from tests.doubles import Doubles
from tests.files import photo, voice
from tests.review.conftest import GRAVE, Browser

pytestmark = pytest.mark.timeout(120)
PAGE = b"<!DOCTYPE html><script>alert(document.cookie)</script>"
REASON = "The court asked for the file as it came"


@dataclass
class Case:
    """An incident with a photo, a voice note and a page that calls itself a photo."""

    ref: str
    rows: dict[str, Media]

    def path(self, kind: str) -> str:
        return f"/incidents/{self.ref}/media/{self.rows[kind].id}"


@pytest.fixture
def doubles() -> Iterator[Doubles]:
    with Doubles() as running:
        yield running
    channels.close()


@pytest.fixture
def environment(environment: dict[str, str], doubles: Doubles) -> dict[str, str]:
    return environment | {
        "MBIU_TELEGRAM_TOKEN": doubles.telegram.token,
        "MBIU_TELEGRAM_API_URL": doubles.url,
    }


@pytest.fixture
def case(app: Flask, doubles: Doubles) -> Case:
    files = {"photo": photo(), "voice": voice(2), "document": PAGE}
    kinds: dict[str, Any] = {name: name for name in files}
    attachments = tuple(
        Attachment(doubles.telegram.add_file(content, f"files/{kind}"), kinds[kind])
        for kind, content in files.items()
    )
    found = cast.hand_in(cast.chat(GRAVE, attachments=attachments))
    cast.read_all()
    while media.fetch_due():
        pass
    with transaction() as session:
        rows = {row.kind: row for row in session.scalars(select(Media))}
    return Case(cast.incident_of(found.ref or "").ref, rows)


def test_the_page_shows_what_is_clean_and_says_why_the_rest_is_not(case: Case, ruth: Browser) -> None:
    page = ruth.get(f"/incidents/{case.ref}").text
    assert f'<img src="{case.path("photo")}" alt="Photo 1 of 3 with report R' in page
    assert f'<audio controls preload="none" src="{case.path("voice")}"' in page
    assert "kept, not shown: not a kind of file that is shown" in page
    assert "a custodian can fetch it" in page
    for row in case.rows.values():
        assert (row.sha256 or b"").hex()[:12] in page
    assert "/original" not in page


def test_the_clean_copy_is_a_download_that_nobody_keeps(case: Case, ruth: Browser) -> None:
    for kind, content_type in (("photo", "image/jpeg"), ("voice", "audio/webm")):
        answer = ruth.get(case.path(kind))
        assert answer.content_type == content_type
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        row = case.rows[kind]
        assert answer.data == store.get(row.id, "clean", row.clean or "")
    assert ruth.get(case.path("document")).status_code == 404


def test_a_player_may_ask_for_a_part(case: Case, ruth: Browser) -> None:
    answer = ruth.client.get(case.path("voice"), headers={"Range": "bytes=0-3"})
    assert answer.status_code == 206
    assert answer.data == b"\x1aE\xdf\xa3"


@pytest.mark.parametrize("name", ["ruth", "miriam", "esther"])
def test_nobody_but_a_custodian_gets_an_original(
    case: Case, as_: Callable[[str], Browser], name: str
) -> None:
    browser, path = as_(name), case.path("photo") + "/original"
    assert browser.get(path).status_code == 403
    assert browser.post(path, reason=REASON).status_code == 403


def test_a_custodian_takes_the_original_and_says_why(
    case: Case, as_: Callable[[str], Browser], superuser: "psycopg.Connection[tuple[Any, ...]]"
) -> None:
    simon = as_("simon")
    assert case.path("photo") + "/original" in simon.get(f"/incidents/{case.ref}").text
    page = simon.get(case.path("document") + "/original").text
    assert "text/html" in page
    assert (case.rows["document"].sha256 or b"").hex() in page
    answer = simon.post(case.path("document") + "/original", reason=REASON)
    assert answer.data == PAGE
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].endswith(".bin")
    taken = superuser.execute(
        "SELECT actor, object, details->>'media' FROM audit WHERE action = 'media.released'"
    )
    assert taken.fetchall() == [("simon", f"incident:{case.ref}", str(case.rows["document"].id))]
    assert REASON in as_("ruth").get(f"/incidents/{case.ref}").text


@pytest.mark.parametrize("reason", ["", "   ", "because"])
def test_without_a_reason_there_is_no_original(
    case: Case, as_: Callable[[str], Browser], reason: str
) -> None:
    answer = as_("simon").post(case.path("photo") + "/original", reason=reason)
    assert b"Say in a sentence" in answer.data
    assert b"\xff\xd8\xff" not in answer.data


def test_without_an_audit_row_there_is_no_original(
    case: Case, as_: Callable[[str], Browser], superuser: "psycopg.Connection[tuple[Any, ...]]"
) -> None:
    simon = as_("simon")
    token = simon.token()
    superuser.execute("REVOKE INSERT ON audit FROM mbiu_app")
    data = {"csrf_token": token, "reason": REASON}
    answer = simon.client.post(case.path("photo") + "/original", data=data)
    assert answer.status_code == 500
    assert b"\xff\xd8\xff" not in answer.data


def test_a_file_of_another_incident_is_as_unknown_as_none(case: Case, as_: Callable[[str], Browser]) -> None:
    other = cast.incident_of(cast.tell(cast.RAID, cast.JOSEPH)).ref
    simon = as_("simon")
    for media_id in (case.rows["photo"].id, UUID(int=7)):
        assert simon.get(f"/incidents/{other}/media/{media_id}").status_code == 404
        assert simon.get(f"/incidents/{other}/media/{media_id}/original").status_code == 404


def test_a_file_that_was_exchanged_or_is_away_is_not_given(
    case: Case, as_: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    simon, row = as_("simon"), case.rows["photo"]
    name = row.original or ""
    place = read_settings().home_dir / "media" / name[:2] / name
    place.write_bytes(store.vault.seal_bytes("media", "original", row.id, photo((10, 10))))
    assert simon.post(case.path("photo") + "/original", reason=REASON).status_code == 500
    place.unlink()
    assert simon.post(case.path("photo") + "/original", reason=REASON).status_code == 503
