"""The page of the gateways: what it shows, and what coordinator and administrator may change there."""

import datetime as dt
import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select, text

from mbiu import channels, delivery, gateways
from mbiu.codes import AddressKind, GatewayState
from mbiu.db import transaction
from mbiu.gateways import costs, tables, watch
from mbiu.gateways.watch import Try
from mbiu.models import AuditEntry, Gateway, GatewayChange, GatewayPrice, GatewayRoute, utcnow
from mbiu.refusals import NotPossible
from mbiu.settings import settings as read_settings
from tests.cast import DANIEL, count, person
from tests.doubles import Doubles
from tests.review.conftest import Browser
from tests.services.test_delivery import queue

KASESE, GULU = "gateway:kasese", "gateway:gulu"
MIRIAM = "miriam"
NUMBER = "0772 000 999"


@pytest.fixture
def doubles() -> Iterator[Doubles]:
    with Doubles() as running:
        yield running
    channels.close()


@pytest.fixture
def environment(environment: dict[str, str], doubles: Doubles) -> dict[str, str]:
    """Two phones on local SIMs, and Twilio for what comes in."""
    key = doubles.gateway.key
    return environment | {
        "MBIU_GATEWAY_KEYS": f"kasese:{key},gulu:{key}",
        "MBIU_GATEWAY_URLS": f"kasese={doubles.url}/gateway,gulu={doubles.url}/second_gateway",
        "MBIU_TWILIO_AUTH_TOKEN": "f" * 32,
    }


@pytest.fixture
def miriam(as_: Callable[[str], Browser]) -> Browser:
    return as_("miriam")


def order() -> list[str]:
    with transaction() as session:
        return gateways.choose(session, AddressKind.SMS, KASESE, "UG", DANIEL)


def entries(action: str) -> list[AuditEntry]:
    with transaction() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_each_gateway_is_shown_with_state_errors_and_speed(miriam: Browser) -> None:
    with transaction() as session:
        watch.note_tries(session, [Try(KASESE, ok=False, why="no_credit")] * 3)
        watch.look(session)
    page = miriam.get("/gateways").text
    assert KASESE in page
    assert GULU in page
    assert "3 of 3 tries" in page
    assert "No credit" in page
    assert '<span class="tag bad">Down</span>' in page
    assert "within a minute (no_credit)" in page


def test_an_installation_without_gateways_says_so(miriam: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MBIU_CHANNELS", "telegram")
    read_settings.cache_clear()
    assert "No SMS gateway is set up" in miriam.get("/gateways").text


def test_that_all_are_slow_is_one_notice(miriam: Browser) -> None:
    with transaction() as session:
        session.add(Gateway(name="*", state=GatewayState.SLOW, since=utcnow()))
    assert miriam.get("/gateways").text.count("All gateways are slow") == 1


def test_it_is_switched_off_and_on_with_a_reason(miriam: Browser) -> None:
    page = miriam.post("/gateways/switch", gateway=KASESE, to="off", why="stolen").text
    assert f"{KASESE} is off." in page
    assert "stolen" in page
    assert order() == [GULU]
    assert "Say in a few words why." in miriam.post("/gateways/switch", gateway=KASESE, to="on", why="").text
    assert f"{KASESE} is on." in miriam.post("/gateways/switch", gateway=KASESE, to="on", why="found").text
    assert "There is no such gateway." in miriam.post("/gateways/switch", gateway="x", to="on", why="y").text
    assert count(GatewayChange) == len(entries("gateway.changed")) == 2
    assert {one.actor for one in entries("gateway.changed")} == {MIRIAM}


def test_an_order_is_set_changed_and_taken_away(miriam: Browser) -> None:
    where = {"country": "ug", "prefix": "077"}
    miriam.post("/gateways/routes", **where, place0=GULU, place1=KASESE)
    assert order() == [GULU, KASESE]
    page = miriam.post("/gateways/routes", **where, place0=KASESE, place1=KASESE, place2=GULU).text
    assert order() == [KASESE, GULU]
    assert "<td>77</td>" in page
    assert "The rule is gone." in miriam.post("/gateways/routes", **where).text
    assert count(GatewayRoute) == 0
    assert len(entries("gateway.route")) == 3


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"country": "UGX", "place0": KASESE}, "A country is two letters"),
        ({"country": "", "place0": KASESE}, "A country is two letters"),
        ({"country": "ZZ", "place0": KASESE}, "A country is two letters"),
        ({"country": "UG", "prefix": "7a", "place0": KASESE}, "A prefix is the first digits"),
        ({"country": "UG", "prefix": "٧٧", "place0": KASESE}, "A prefix is the first digits"),
        ({"country": "UG", "prefix": "7" * 13, "place0": KASESE}, "A prefix is the first digits"),
        ({"country": "UG", "place0": "gateway:gone"}, "Choose gateways that are set up"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(miriam: Browser, fields: dict[str, str], words: str) -> None:
    assert words in miriam.post("/gateways/routes", **fields).text
    assert count(GatewayRoute) == 0


@pytest.mark.parametrize("written", ["077", "77", "+25677", "+256 77", "(0)77"])
def test_a_prefix_is_one_however_it_is_written(written: str) -> None:
    assert tables.network(written, "ug") == "77"


def test_a_prefix_of_letters_is_none() -> None:
    with pytest.raises(NotPossible):
        tables.network("x", "UG")


def test_a_price_is_set_changed_and_taken_away(miriam: Browser) -> None:
    price = {"gateway": KASESE, "direction": "out", "country": "UG", "prefix": "077", "currency": "ugx"}
    assert "35.5 UGX" in miriam.post("/gateways/prices", **price, amount="35.50").text
    assert "0.0205 UGX" in miriam.post("/gateways/prices", **price, amount="0.0205").text
    with transaction() as session:
        (row,) = session.scalars(select(GatewayPrice))
    assert (row.micros, row.country, row.prefix) == (20_500, "UG", "77")
    assert "The price is gone." in miriam.post(f"/gateways/prices/{row.id}/drop").text
    assert "There is no such price." in miriam.post(f"/gateways/prices/{row.id}/drop").text
    assert len(entries("gateway.price")) == 3


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amount": "-1"}, "A price is a number"),
        ({"amount": "NaN"}, "A price is a number"),
        ({"amount": "Infinity"}, "A price is a number"),
        ({"amount": "1e30"}, "A price is a number"),
        ({"amount": "cheap"}, "A price is a number"),
        ({"currency": "shilling"}, "A currency is three letters"),
        ({"gateway": "x"}, "Choose a gateway"),
        ({"direction": "up"}, "Choose a gateway"),
        ({"country": "Uganda"}, "A country is two letters"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(miriam: Browser, changed: dict[str, str], words: str) -> None:
    price = {"gateway": "twilio", "direction": "in", "country": "", "amount": "7", "currency": "USD"}
    assert words in miriam.post("/gateways/prices", **(price | changed)).text
    assert count(GatewayPrice) == 0


def test_costs_are_shown_by_month_gateway_and_currency(miriam: Browser) -> None:
    miriam.post("/gateways/prices", gateway=KASESE, direction="out", amount="35", currency="UGX")
    now = utcnow()
    earlier = now.replace(day=1) - dt.timedelta(days=3)
    with transaction() as session:
        costs.count(session, KASESE, "out", "UG", DANIEL, 2, now)
        costs.count(session, KASESE, "out", "UG", DANIEL, 40, earlier)
        costs.count(session, "twilio", "in", "UG", DANIEL, 1, now)
    page = miriam.get("/gateways").text
    assert "70.00 UGX" in page
    assert "1,400.00 UGX" in page
    assert earlier.strftime("%B %Y") in page
    assert "no price" in page


def test_a_test_goes_out_and_its_number_is_kept_nowhere(miriam: Browser, doubles: Doubles) -> None:
    page = miriam.post("/gateways/test", gateway=GULU, number=NUMBER).text
    assert f"{GULU} took the test." in page
    [sent] = doubles.second_gateway.sent
    assert sent.to == "+256772000999"
    (entry,) = entries("gateway.tested")
    assert entry.details == {"country": "UG", "failed": ""}
    with transaction() as session:
        tables_of = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        for name in tables_of:
            found = session.scalar(text(f"SELECT count(*) FROM {name} t WHERE t::text LIKE '%772000999%'"))
            assert found == 0, name
    assert "772000999" not in page


@pytest.mark.parametrize(
    ("failure", "words"),
    [({"status": 500}, "http 500"), ({"status": 429}, "too many requests"), ({"drop": True}, "cut")],
)
def test_a_test_that_fails_says_why(
    miriam: Browser, doubles: Doubles, failure: dict[str, int], words: str
) -> None:
    doubles.gateway.fail_next(**failure)
    assert (
        f"did not take the test: {words}."
        in miriam.post("/gateways/test", gateway=KASESE, number=NUMBER).text
    )


def test_a_test_to_nobody_is_refused(miriam: Browser, doubles: Doubles) -> None:
    assert "This is no phone number." in miriam.post("/gateways/test", gateway=KASESE, number="MPESA").text
    assert "There is no such gateway." in miriam.post("/gateways/test", gateway="x", number=NUMBER).text
    assert doubles.gateway.calls == 0


# --- other ways, and how fast ------------------------------------------------------------------


def test_mail_and_hooks_are_shown_with_what_they_carried(
    miriam: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Mail" not in miriam.get("/gateways").text
    monkeypatch.setenv("MBIU_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("MBIU_MAIL_FROM", "centre@example.org")
    read_settings.cache_clear()
    grace = person("UG-2", "grace@peace.example", kind=AddressKind.EMAIL, channel="email")
    queue(grace, channel="email")
    delivery.deliver()
    page = re.sub(r"\s+", " ", miriam.get("/gateways").text)
    assert "<b>Mail</b></td><td>0</td><td>1</td><td>0</td><td>Unreachable</td>" in page
    assert "peace.example" not in page


def test_how_many_alerts_go_one_by_one_is_decided_on_the_page(miriam: Browser) -> None:
    assert "Saved." in miriam.post("/gateways/limit", alone="7").text
    assert 'value="7"' in miriam.get("/gateways").text
    for wrong in ("0", "51", "x", ""):
        page = miriam.post("/gateways/limit", alone=wrong).text
        assert "Write a whole number of alerts from 1 to 50." in page
    (entry,) = entries("house.changed")
    assert entry.details == {"before": 3, "after": 7}


def test_the_rates_of_the_settings_are_shown(miriam: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MBIU_SEND_RATES", "twilio=0.5")
    read_settings.cache_clear()
    assert "twilio takes 0.5 a second." in miriam.get("/gateways").text
