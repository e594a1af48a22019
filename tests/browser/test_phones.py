"""The training room in a real browser, with real workers behind it."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select, update

from mbiu import routing
from mbiu.db import transaction
from mbiu.models import Delivery, Drill, Report, utcnow
from mbiu.training import drills, score
from tests import cast
from tests.browser.test_feedback import AXE, RULES
from tests.conftest import Launched

#: Several programs start for each of these tests, on whatever machine.
PATIENCE = 90_000

pytestmark = pytest.mark.timeout(400)

Launch = Callable[[str], Launched]
LogIn = Callable[[Page, str], None]


@pytest.fixture
def quick(environment: dict[str, str]) -> None:
    """A house that looks round often."""
    environment["MBIU_SWEEP_SECONDS"] = "0.5"


def phone(page: Page, key: str) -> Locator:
    return page.locator(f"[data-phone={key}]")


def send(page: Page, key: str, text: str) -> None:
    phone(page, key).locator(".compose textarea").fill(text)
    phone(page, key).get_by_role("button", name="Send", exact=True).click()


def test_two_phones_write_and_a_button_is_pressed(
    page: Page, console: str, log_in: LogIn, launch: Launch, complaints: list[str]
) -> None:
    launch("worker")
    log_in(page, "ruth")
    page.goto(f"{console}/phone?show=juma&show=joseph&columns=2")
    send(page, "juma", "Fighting at Bwera in Kasese, 2 people killed this morning")
    send(page, "joseph", "/language")
    expect(phone(page, "juma").locator("li:not(.mine)").last).to_contain_text("Ref", timeout=PATIENCE)
    button = phone(page, "joseph").get_by_role("button", name="Kiswahili")
    expect(button).to_be_visible(timeout=PATIENCE)
    before = phone(page, "joseph").locator("li:not(.mine)").count()
    button.click()
    expect(phone(page, "joseph").locator("li:not(.mine)")).to_have_count(before + 1, timeout=PATIENCE)
    expect(page.locator("#stories")).to_contain_text("Joined to incident", timeout=PATIENCE)
    expect(page.locator("#stories")).to_contain_text("delivered", timeout=PATIENCE)
    assert complaints == []


def test_the_counter_counts_as_the_network_does(page: Page, console: str, log_in: LogIn) -> None:
    log_in(page, "ruth")
    page.goto(f"{console}/phone?show=juma")
    area, counter = phone(page, "juma").locator(".compose textarea"), phone(page, "juma").locator(".segments")
    area.fill("x" * 160)
    expect(counter).to_have_text("0/1")
    area.fill("x" * 161)
    expect(counter).to_have_text("145/2")
    area.fill("ŋ" + "x" * 70)
    expect(counter).to_have_text("63/2 special letters")


@pytest.mark.usefixtures("quick")
def test_a_failing_line_shows_in_the_story_and_recovers(
    page: Page, console: str, log_in: LogIn, launch: Launch
) -> None:
    launch("worker")
    launch("beat")
    log_in(page, "ruth")
    page.goto(f"{console}/phone?show=nakato")
    answers = phone(page, "nakato").locator("li:not(.mine)")
    before = answers.count()
    line = phone(page, "nakato").locator(".linebox")
    line.locator("summary").click()
    line.get_by_label("Provider refuses").fill("100")
    line.get_by_role("button", name="Set").click()
    expect(line.locator("[data-line]")).to_contain_text("100 % fail")
    send(page, "nakato", "Fighting at Bwera in Kasese, 2 people killed this morning")
    expect(page.locator("#stories")).to_contain_text("simulated failure", timeout=PATIENCE)
    expect(answers).to_have_count(before)
    line.get_by_label("Provider refuses").fill("0")
    line.get_by_role("button", name="Set").click()
    expect(answers).to_have_count(before + 1, timeout=PATIENCE)
    expect(page.locator("#stories")).to_contain_text("delivered", timeout=PATIENCE)


def test_a_phone_is_used_without_scripts(
    browser: Browser, console: str, log_in: LogIn, launch: Launch
) -> None:
    launch("worker")
    page = browser.new_context(java_script_enabled=False).new_page()
    log_in(page, "ruth")
    page.goto(f"{console}/phone?show=joseph&show=juma&columns=2")
    send(page, "juma", "Fighting at Bwera in Kasese")
    expect(phone(page, "juma").locator("li.mine").last).to_contain_text("Bwera")
    phone(page, "joseph").get_by_role("button", name="Send a place pin").click()
    expect(phone(page, "joseph").locator("li.mine").last).to_contain_text("place pin")
    expect(page.locator("#stories")).to_contain_text("Received and stored")
    page.get_by_text("Add a phone").click()
    page.get_by_label("Who").select_option("stranger_sms")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(phone(page, "phone-1")).to_be_visible()
    page.context.close()


@pytest.mark.usefixtures("quick")
def test_a_drill_runs_to_its_end(page: Page, console: str, log_in: LogIn, launch: Launch) -> None:
    launch("worker")
    launch("beat")
    log_in(page, "miriam")
    page.goto(f"{console}/phone?show=joseph&show=lokiru&show=daniel")
    page.get_by_text("Drills", exact=True).click()
    page.get_by_role("button", name="Begin: A raid told by two people").click()
    expect(phone(page, "joseph").locator("li.mine").last).to_contain_text(
        "Raiders attacked", timeout=PATIENCE
    )
    _pass(45)
    expect(phone(page, "lokiru").locator("li.mine").last).to_contain_text("four herders", timeout=PATIENCE)
    expect(page.locator("#stories")).to_contain_text("Joined to incident", timeout=PATIENCE)
    ruth, peter = cast.user("naomi"), cast.user("noah")
    with transaction() as session:
        refs = session.scalars(select(Report.ref).where(Report.id.in_(_reports()))).all()
    cast.read_all()
    incidents = sorted({cast.incident_of(ref).ref for ref in refs})
    for incident in incidents:
        cast.approve(incident, ruth, peter)
        with transaction() as session:
            routing.send(session, ruth, incident)
    expect(phone(page, "daniel").locator("li:not(.mine)").last).to_contain_text("EXERCISE", timeout=PATIENCE)
    _pass(30)
    expect(phone(page, "daniel").locator("li.mine").last).to_contain_text("2", timeout=PATIENCE)
    for incident in incidents:
        cast.close(ruth, incident, "dialogue")
    expect(page.locator("#drill")).to_contain_text("ended", timeout=PATIENCE)
    expect(page.locator("#drill")).not_to_contain_text("not yet")
    with transaction() as session:
        drill = drills.newest(session)
        assert drill
        assert drill.ended_at
        found = {one.name: one.seconds for one in score.of(session, drill, drills.scripts()["raid"])}
    assert all(seconds is not None for seconds in found.values()), found


def _pass(seconds: int) -> None:
    """So much time goes by for the drill."""
    away = dt.timedelta(seconds=seconds)
    with transaction() as session:
        session.execute(update(Drill).values(moved_at=Drill.moved_at - away, due_at=utcnow()))
        session.execute(update(Delivery).values(delivered_at=Delivery.delivered_at - away))


def _reports() -> list[object]:
    from mbiu.models import Message

    with transaction() as session:
        drill = drills.newest(session)
        assert drill
        said = [one for ids in drill.said.values() for one in ids]
        return list(session.scalars(select(Message.report_id).where(Message.id.in_(said))))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366])
def test_the_room_with_everything_open_is_for_everybody(
    browser: Browser, console: str, log_in: LogIn, scheme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 768}, color_scheme=scheme)  # type: ignore[arg-type]  # two words
    page = context.new_page()
    log_in(page, "ruth")
    page.goto(f"{console}/phone?show=amina&show=joseph&show=committee&show=daniel&columns=4")
    for summary in page.locator(".roombar summary, .linebox summary, .attach summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE.read_text())
    report = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
    assert [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in report["violations"]] == []
    context.close()
