"""A real browser shows the clean copies and plays them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mbiu import channels, media
from mbiu.messages import Attachment
from review import assets
from tests import cast
from tests.doubles import Doubles
from tests.files import film, photo, voice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LogIn = Callable[[Page, str], None]
FILES = {"photo": photo(), "voice": voice(3), "video": film(2), "document": b"%PDF-1.7 of no use"}


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
def ref(installation: dict[str, str], doubles: Doubles) -> str:
    """An incident with a file of each kind."""
    kinds: dict[str, Any] = {name: name for name in FILES}
    files = tuple(
        Attachment(doubles.telegram.add_file(content, f"files/{kind}"), kinds[kind])
        for kind, content in FILES.items()
    )
    words = "Cattle raid in Kween this morning, 5 people killed and 60 cows taken"
    found = cast.hand_in(cast.chat(words, "5550077", attachments=files))
    cast.read_all()
    while media.fetch_due():
        pass
    return cast.incident_of(found.ref or "").ref


PLAYED = """async player => {
    player.muted = true;
    await player.play();
    await new Promise(done => player.addEventListener("timeupdate", done, {once: true}));
    return player.duration;
}"""


@pytest.mark.parametrize("width", [1280, 360])
def test_files_are_seen_and_heard(
    ref: str, console: str, log_in: LogIn, page: Page, complaints: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, "ruth")
    page.goto(f"{console}/incidents/{ref}")
    files = page.locator(".media")
    files.scroll_into_view_if_needed()
    picture = files.locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 640
    assert files.locator("audio").evaluate(PLAYED) == pytest.approx(3, abs=0.2)
    assert files.locator("video").evaluate(PLAYED) == pytest.approx(2, abs=0.3)
    expect(files).to_contain_text("kept, not shown: not a kind of file that is shown")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
    assert _faults(page) == []


def _faults(page: Page) -> list[str]:
    """The rules of axe that the files break; the script is put in from outside, past the content policy."""
    page.evaluate((assets.MODULES / "axe-core" / "axe.min.js").read_text())
    report = page.evaluate("axe.run('.media')")
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in report["violations"]]


def test_a_custodian_takes_an_original_by_the_page(
    ref: str, console: str, log_in: LogIn, page: Page, complaints: list[str]
) -> None:
    log_in(page, "simon")
    page.goto(f"{console}/incidents/{ref}")
    page.locator(".media").get_by_role("link", name="original").first.click()
    page.get_by_label("What you need it for").fill("The court asked for the file as it came")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the original").click()
    assert download.value.suggested_filename.endswith(".jpg")
    assert download.value.path().read_bytes() == FILES["photo"]
    assert complaints == []
