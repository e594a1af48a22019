"""The queue by the keyboard alone: a hundred messages to zero, one text from five phones, live arrival."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from mbiu.codes import IncidentState
from mbiu.db import transaction
from mbiu.models import Incident, Report, UserSession, utcnow
from review.filters import WAITING
from tests import cast

pytestmark = pytest.mark.browser

LogIn = Callable[[Page, str], None]
#: One in a town of its own each, so that no two are one event; none is grave.
TOWNS = (
    "Bwera", "Kotido", "Moroto", "Soroti", "Lira", "Arua", "Mbale", "Jinja", "Masaka", "Mbarara", "Hoima",
    "Kitgum", "Kabale", "Iganga", "Tororo", "Busia", "Kapchorwa", "Nebbi", "Moyo", "Kasese",
)  # fmt: skip
GRAVE = (
    "Armed men are attacking Gulu now, 9 people killed and houses are burning",
    "Gunmen are attacking Kaabong now, 6 women abducted and 12 people killed",
    "Fighting now in Nakapiripirit, 14 people killed, families are fleeing",
)
GREETINGS = ("Good morning", "How are you today", "Test", "Thank you", "Happy new month", "Hello there", "Ok")
COPIED = (
    "Please forward to all: strangers with pangas were seen behind the market of Bundibugyo, stay indoors"
)
PHONES = [f"+2567730{number:05d}" for number in range(200)]


def _flood() -> None:
    """A hundred messages through intake: three that matter, a copied text, complaints, and talk."""
    texts = [*GRAVE, *[COPIED] * 5]
    texts += [f"A goat was stolen in {town} market yesterday" for town in TOWNS]
    texts += [f"Land dispute between two clans in {town}, the elders are talking" for town in TOWNS]
    texts += [
        f"{GREETINGS[at % len(GREETINGS)]} from {TOWNS[at % len(TOWNS)]}" for at in range(100 - len(texts))
    ]
    # What matters comes neither first nor last.
    texts = [*texts[3:40], *GRAVE, *texts[40:]]
    for phone, text in zip(PHONES, texts, strict=False):
        cast.say(text, phone)
    cast.read_all()


def _waiting() -> int:
    with transaction() as session:
        open_ = session.scalars(select(Incident.id).where(Incident.state.in_(WAITING))).all()
        loose = select(Report.id).where(
            Report.incident_id.is_(None), Report.state == "read", Report.archived_at.is_(None)
        )
        return len(open_) + len(session.scalars(loose).all())


@pytest.fixture
def empty(settings: object) -> None:
    """Nothing of the demonstration waits."""
    with transaction() as session:
        session.execute(update(Incident).values(state=IncidentState.CLOSED))
        session.execute(update(Report).where(Report.incident_id.is_(None)).values(archived_at=utcnow()))


class Keyboard:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.count += len(text)


def _decide_all(page: Page, keyboard: Keyboard) -> int:
    """One key for each row; the focus goes on by itself, as the next page does. How many rows there were."""
    decided = 0
    while rows := page.locator("#queue > li[data-ref]").count():
        for at in range(rows):
            keyboard.press("n" if at % 2 else "e")
            decided += 1
        expect(page.locator("#said.bad")).to_have_count(0)
        expect(page.locator("#queue > li.done")).to_have_count(0, timeout=45_000)
        page.wait_for_load_state("load")
    return decided


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_hundred_mixed_messages_to_zero_by_keyboard_alone(
    page: Page,
    empty: None,
    console: str,
    log_in: LogIn,
    complaints: list[str],
    record_property: Callable[[str, object], None],
) -> None:
    _flood()
    log_in(page, "peter")
    keyboard = Keyboard(page)

    # The three that matter stand first, before any key.
    top = page.locator("#queue > li").all()[:3]
    assert all(re.search("Severe|Extreme", one.inner_text()) for one in top)
    keyboard.press("j", "o")
    words = page.locator("#peek .words")
    seen = []
    for _ in range(3):
        expect(page.locator("#peek .peek")).to_have_attribute(
            "data-ref", page.evaluate("document.activeElement.closest('li').dataset.ref")
        )
        seen.append(words.first.inner_text())
        keyboard.press("j")
    assert sorted(seen) == sorted(GRAVE)
    first_minute = keyboard.count

    # One text from five phones is one row with one source.
    copied = page.locator("#queue > li", has_text="Bundibugyo")
    expect(copied).to_have_count(1)
    expect(copied).to_contain_text("5 reports")
    expect(copied).to_contain_text("one source only")

    # The grave ones are refuted for the sake of the test, each with a reason; that takes a reason's letters.
    letters = 0
    for _ in range(3):
        expect(page.locator("#peek .peek")).to_be_visible()
        while page.evaluate("document.activeElement.closest('li') !== document.querySelector('#queue > li')"):
            keyboard.press("k")
        keyboard.press("x")
        expect(page.locator("[data-refute]")).to_be_focused()
        keyboard.type("The chief says no.")
        letters += len("The chief says no.")
        with page.expect_navigation():
            keyboard.press("Enter")
        expect(page.locator("#peek .peek")).to_be_visible()

    decided = _decide_all(page, keyboard)
    assert _waiting() == 0
    expect(page.locator("#queue")).to_contain_text("Nothing is waiting")

    # And back: the last of it can be undone.
    keyboard.press("z")
    expect(page.locator("#queue > li[data-ref]").first).to_be_visible()
    assert _waiting() == 1
    record_property(
        "table",
        f"100 messages, {decided + 3} rows: {keyboard.count} keystrokes, {letters} of them letters of three "
        f"reasons; the three that matter are seen and read after {first_minute}",
    )
    assert keyboard.count - letters < 200
    assert complaints == []


def test_rows_are_selected_joined_assigned_and_restored_by_keys(
    page: Page, empty: None, console: str, log_in: LogIn, complaints: list[str]
) -> None:
    incident = cast.incident_of(cast.tell(f"A goat was stolen in {TOWNS[0]} market yesterday", PHONES[0])).ref
    message = cast.tell("Good morning to all", PHONES[1])
    log_in(page, "ruth")
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.locator(".picked")).to_have_text("2 selected")
    page.keyboard.press("m")
    expect(page.locator("#said")).to_have_text(f"1 row is now part of {incident}.")
    assert cast.incident_of(message).ref == incident
    expect(page.locator(f"#i-{incident}")).to_contain_text("2 reports")
    page.keyboard.press("z")
    expect(page.locator("#said")).to_have_text("2 rows are as they were.")
    assert cast.report_of(message).incident_id is None
    expect(page.locator(f"#i-{message}.done")).to_have_count(0)
    page.locator(f"#i-{incident} .title a").focus()
    page.keyboard.press("c")
    expect(page.locator(f"#i-{incident} .state.claimed")).to_have_text("Yours")
    page.keyboard.press("t")
    page.keyboard.type("peter")
    page.keyboard.press("Enter")
    expect(page.locator(f"#i-{incident}")).to_contain_text("for peter")
    expect(page.locator(f"#i-{incident} .title a")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("stolen goats")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert [row.get_attribute("data-ref") for row in page.locator("#queue > li").all()] == [incident]
    page.keyboard.press("Escape")
    page.locator("#queue .title a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("4")
    assert [row.get_attribute("data-ref") for row in page.locator("#queue > li").all()] == [message]
    assert complaints == []


def test_a_new_row_is_told_by_the_stream_and_moves_nothing(
    page: Page, empty: None, console: str, log_in: LogIn
) -> None:
    asked: list[str] = []
    cast.tell(f"A goat was stolen in {TOWNS[0]} market yesterday", PHONES[0])
    page.on("request", lambda request: asked.append(request.url))
    log_in(page, "ruth")
    row = page.locator("#queue > li").first
    row.hover()
    before = row.bounding_box()
    ref = cast.incident_of(cast.tell(GRAVE[0], PHONES[1])).ref
    expect(page.locator("#new")).to_have_text("1 row is new. Show it", timeout=15_000)
    assert row.bounding_box() == before
    assert any("/events/stream?" in url for url in asked)
    assert not any("/events?" in url for url in asked)
    page.keyboard.press("r")
    expect(page.locator(f"#i-{ref}")).to_be_visible()
    with transaction() as session:
        session.execute(update(UserSession).values(ended_at=utcnow()))
    page.wait_for_url(lambda url: "/login" in url, timeout=15_000)
