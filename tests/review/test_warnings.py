"""Warning the threatened from the console: agree on words, prepare, approve, watch, stop, end."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from mbiu import warnings
from mbiu.codes import ContactRole, DeliveryState
from mbiu.db import transaction
from mbiu.models import AreaWarning, Delivery, ProtectiveText
from tests.cast import person, texts_to
from tests.review.conftest import Browser

KWEEN = "/ug/ug-eastern/ug-kween/"
NUMBERS = [f"+2567720005{index:02}" for index in range(3)]


@pytest.fixture
def miriam(as_: Callable[[str], Browser]) -> Browser:
    return as_("miriam")


@pytest.fixture
def agreed(ruth: Browser, miriam: Browser) -> str:
    """A message that two people agreed on, and three people in Kween."""
    for index, number in enumerate(NUMBERS):
        person(f"KWE-{index}", number, role=ContactRole.FOCAL_POINT, area_path=KWEEN)
    return keep(ruth, miriam, "Stay indoors", "protect", "{place}: please stay indoors.")


def keep(one: Browser, two: Browser, name: str, variant: str, words: str) -> str:
    one.post("/warnings/texts", name=name, variant=variant, text_en=words)
    with transaction() as session:
        row = session.scalars(select(ProtectiveText).where(ProtectiveText.name == name)).one()
    two.post(f"/warnings/texts/{row.id}", do="agree")
    return str(row.id)


def prepare(browser: Browser, text_id: str, **more: object) -> str:
    form = {"text": text_id, "area": KWEEN, "audience": "focal_point", "wave_size": "2", "wave_minutes": "5"}
    page = browser.post("/warnings", **(form | more))
    found = re.search(r'<span class="mono">(W\w{6})</span>', page.text)
    assert found, page.text
    return found[1]


def wave() -> None:
    with transaction() as session:
        warnings.send_due(session)


def test_it_is_prepared_by_one_and_approved_by_another(agreed: str, ruth: Browser, miriam: Browser) -> None:
    ref = prepare(ruth, agreed)
    page = ruth.get(f"/warnings/{ref}").text
    assert "A second person must look at this page" in page
    assert "Kween: please stay indoors." in page
    assert "another person must look" in ruth.post(f"/warnings/{ref}/approve").text
    assert "warn 3 people" in miriam.get(f"/warnings/{ref}").text
    miriam.post(f"/warnings/{ref}/approve")
    wave()
    assert [len(texts_to(number, "warning")) for number in NUMBERS] == [1, 1, 0]
    page = ruth.get(f"/warnings/{ref}").text
    assert "wave 1 of 2" in page
    assert "2 of 3" in ruth.get("/warnings").text


def test_the_stop_button_stops_it(agreed: str, ruth: Browser, miriam: Browser) -> None:
    ref = prepare(ruth, agreed)
    miriam.post(f"/warnings/{ref}/approve")
    wave()
    assert "Stop: send no more" in ruth.get(f"/warnings/{ref}").text
    page = ruth.post(f"/warnings/{ref}/stop").text
    assert "Stopped." in page
    assert "Not sent" in page
    with transaction() as session:
        assert set(session.scalars(select(Delivery.state))) == {DeliveryState.EXPIRED}


def test_the_all_clear_is_prepared_from_the_warning(agreed: str, ruth: Browser, miriam: Browser) -> None:
    over = keep(ruth, miriam, "Over", "all_clear", "{place}: it is over.")
    ref = prepare(ruth, agreed)
    miriam.post(f"/warnings/{ref}/approve")
    wave()
    with transaction() as session:
        session.execute(update(Delivery).values(state=DeliveryState.DELIVERED))
    clear = prepare(miriam, over, follows=ref, area="", audience="")
    ruth.post(f"/warnings/{clear}/approve")
    wave()
    assert [texts_to(number, "warning")[-1:] for number in NUMBERS] == [["Kween: it is over."]] * 2 + [[]]
    assert "stopped" in ruth.get(f"/warnings/{ref}").text


def test_what_is_wrong_is_said_and_nothing_is_kept(agreed: str, ruth: Browser) -> None:
    assert "Choose who is warned." in ruth.post("/warnings", text=agreed, area=KWEEN).text
    assert "Choose a message" in ruth.post("/warnings", text="no", area=KWEEN).text
    assert "shows whoever sees" in ruth.post(
        "/warnings/texts", name="Run", variant="protect", text_en="Raiders attack, run"
    ).text  # fmt: skip
    with transaction() as session:
        assert session.scalars(select(AreaWarning)).all() == []
    assert ruth.get("/warnings/W999999").status_code == 404
    assert ruth.post("/warnings/W999999/stop").status_code == 404


def test_the_shipped_words_can_be_begun_from(ruth: Browser) -> None:
    page = ruth.get("/warnings/texts?from=protect.road").text
    assert "please do not use the road today" in page
    assert "msitumie barabara" in page
