"""The worker itself, as a program, takes a file from the bell to the screen."""

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from mbiu import channels
from mbiu.db import transaction
from mbiu.media import store
from mbiu.messages import Attachment
from mbiu.models import Media
from tests import cast
from tests.conftest import Launched
from tests.doubles import Doubles
from tests.files import CANARY, voice

pytestmark = pytest.mark.timeout(180)


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


def test_a_voice_note_rings_the_worker_which_makes_it_anew(
    doubles: Doubles, launch: Callable[[str], Launched]
) -> None:
    worker = launch("worker")
    note = Attachment(doubles.telegram.add_file(voice(2), "voice/one.oga"), "voice")
    cast.hand_in(cast.chat("listen", attachments=(note,)))
    row = _when_done()
    assert row.state == "ready", worker.lines[-5:]
    assert CANARY.encode() not in store.get(row.id, "clean", row.clean or "")
    assert CANARY not in "\n".join(worker.lines)


def _when_done() -> Media:
    """The row, once nobody has anything more to do with it, or after 90 s."""
    end = time.monotonic() + 90
    while True:
        with transaction() as session:
            row = session.scalars(select(Media)).one()
        if row.state != "pending" or time.monotonic() > end:
            return row
        time.sleep(0.2)
