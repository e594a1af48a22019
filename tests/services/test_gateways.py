"""Gateways at work: fail-over, slow return, costs and records, against the providers' stand-ins over HTTP."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from mbiu import arrivals, delivery, gateways
from mbiu.codes import AddressKind, DeliveryState, GatewayState
from mbiu.db import transaction
from mbiu.delivery import recording
from mbiu.gateways import command, costs, gauges, watch
from mbiu.gateways.registry import ALL
from mbiu.gateways.watch import Try
from mbiu.jobs import Job
from mbiu.messages import DeliveryReport, Sent
from mbiu.models import (
    Address,
    AuditEntry,
    Delivery,
    EarlyReport,
    Gateway,
    GatewayChange,
    GatewayPrice,
    GatewayRoute,
    GatewayTry,
    VaultEntry,
    utcnow,
)
from mbiu.refusals import NotFound, NotPossible
from mbiu.settings import Settings
from tests.cast import AMINA, DANIEL, count, person, sms, user
from tests.doubles import Doubles
from tests.services.conftest import Configure
from tests.services.test_delivery import make_due, queue, row
from workers.housekeeping import tidy

MINUTE = dt.timedelta(minutes=1)
KASESE, GULU = "gateway:kasese", "gateway:gulu"


@pytest.fixture
def two(doubles: Doubles, configure: Configure) -> Settings:
    """Two phones on local SIMs, nothing else."""
    key = doubles.gateway.key
    return configure(
        gateway_keys=f"kasese:{key},gulu:{key}",
        gateway_urls=f"kasese={doubles.url}/gateway,gulu={doubles.url}/second_gateway",
    )


@pytest.fixture
def daniel(settings: Settings) -> UUID:
    return person("UG-1", DANIEL, channel=KASESE)


def route(*names: str, country: str = "UG", prefix: str = "") -> None:
    with transaction() as session:
        for position, name in enumerate(names):
            session.add(GatewayRoute(country=country, prefix=prefix, position=position, gateway=name))


def price(
    gateway: str, micros: int, *, direction: str = "out", country: str = "UG", prefix: str = ""
) -> None:
    values = {"direction": direction, "country": country, "prefix": prefix, "currency": "UGX"}
    with transaction() as session:
        session.add(GatewayPrice(gateway=gateway, micros=micros, **values))


def look(minutes: float = 0) -> int:
    with transaction() as session:
        return watch.look(session, utcnow() + minutes * MINUTE)


def state_of(name: str) -> GatewayState:
    with transaction() as session:
        return session.scalars(select(Gateway.state).where(Gateway.name == name)).one()


def changes() -> list[tuple[str, str, str]]:
    with transaction() as session:
        rows = session.scalars(select(GatewayChange).order_by(GatewayChange.id))
        return [(one.gateway, one.before.value, one.after.value) for one in rows]


def fell(name: str, times: int = 3) -> None:
    with transaction() as session:
        watch.note_tries(session, [Try(name, ok=False, why="timeout")] * times)


def spent() -> dict[tuple[str, str], tuple[int, int, int, str]]:
    with transaction() as session:
        sums = costs.monthly(session, dt.date(2020, 1, 1))
    return {(s.gateway, s.direction): (s.messages, s.segments, s.micros, s.currency) for s in sums}


def ways() -> list[str]:
    with transaction() as session:
        return gateways.choose(session, AddressKind.SMS, KASESE, "UG", DANIEL)


# --- which way ---------------------------------------------------------------------------------


def test_the_table_decides_by_the_longest_prefix(two: Settings, daniel: UUID, doubles: Doubles) -> None:
    route(KASESE, GULU)
    route(GULU, KASESE, prefix="77")
    route(KASESE, prefix="7720009")
    item = queue(daniel)
    delivery.deliver()
    assert (row(item).channel, len(doubles.second_gateway.sent), doubles.gateway.sent) == (GULU, 1, [])


def test_without_a_table_it_goes_the_way_the_person_used(two: Settings, daniel: UUID) -> None:
    assert ways() == [KASESE, GULU]


def test_a_chat_and_a_demonstration_have_one_way(providers: Doubles, configure: Configure) -> None:
    configure(demo="1")
    with transaction() as session:
        assert gateways.choose(session, AddressKind.TELEGRAM, "telegram", "UG", "5") == ["telegram"]
        assert gateways.choose(session, AddressKind.SMS, "simulator", "UG", DANIEL) == ["simulator"]


@pytest.mark.parametrize(
    "failure",
    [{"status": 500}, {"status": 503}, {"status": 403}, {"status": 429, "retry_after": 60}],
    ids=["500", "503", "403", "429"],
)
def test_a_refusal_for_now_goes_to_the_next_within_the_same_delivery(
    two: Settings, daniel: UUID, doubles: Doubles, failure: dict[str, int]
) -> None:
    doubles.gateway.fail_next(**failure)
    item = queue(daniel)
    delivery.deliver()
    assert (row(item).state, row(item).channel, row(item).attempts) == (DeliveryState.SENT, GULU, 1)
    with transaction() as session:
        tries = session.execute(select(GatewayTry.gateway, GatewayTry.ok).order_by(GatewayTry.id)).all()
    assert [tuple(one) for one in tries] == [(KASESE, failure["status"] == 429), (GULU, True)]


def test_the_next_gateway_is_held_to_its_own_rate(
    two: Settings, configure: Configure, daniel: UUID, doubles: Doubles
) -> None:
    configure(send_rates=f"{GULU}=1")
    doubles.gateway.fail_next(status=500)
    doubles.gateway.fail_next(status=500)
    items = [queue(daniel, f"text {number}") for number in range(2)]
    delivery.deliver()
    assert sorted(row(one).state.value for one in items) == ["queued", "sent"]
    with transaction() as session:
        tries = session.scalars(select(GatewayTry.gateway).order_by(GatewayTry.id)).all()
    assert sorted(tries) == [GULU, KASESE, KASESE]


def test_a_phone_that_is_switched_off_is_passed_over(
    two: Settings, configure: Configure, doubles: Doubles, daniel: UUID
) -> None:
    configure(gateway_urls=f"kasese=http://127.0.0.1:9/,gulu={doubles.url}/second_gateway")
    item = queue(daniel)
    delivery.deliver()
    assert row(item).channel == GULU


def test_a_country_that_twilio_may_not_reach_goes_to_the_local_phone(
    providers: Doubles, configure: Configure
) -> None:
    double = providers.gateway
    configure(
        channels="twilio,gateway:kasese",
        gateway_keys=f"kasese:{double.key}",
        gateway_urls=f"kasese={providers.url}/gateway",
    )
    item = queue(person("UG-3", "+15005550003"))
    delivery.deliver()
    assert (row(item).state, row(item).channel) == (DeliveryState.SENT, KASESE)


def test_a_word_on_the_number_itself_asks_no_other(providers: Doubles) -> None:
    items = [queue(person("UG-3", "+15005550001")), queue(person("UG-4", "+15005550004"))]
    delivery.deliver()
    assert [row(item).error for item in items] == ["not_a_number", "opted_out"]
    assert providers.africastalking.sent == []


def test_what_no_gateway_may_reach_fails_for_good(two: Settings, daniel: UUID, doubles: Doubles) -> None:
    doubles.gateway.fail_next(status=422)
    item = queue(daniel)
    delivery.deliver()
    assert (row(item).state, doubles.second_gateway.calls) == (DeliveryState.FAILED, 0)


def test_after_a_time_out_the_same_phone_is_asked_again_and_sends_once(
    two: Settings, daniel: UUID, doubles: Doubles
) -> None:
    doubles.gateway.fail_next(drop=True, after=True)
    item = queue(daniel)
    delivery.deliver()
    assert (row(item).state, row(item).error) == (DeliveryState.QUEUED, "cut")
    make_due()
    delivery.deliver()
    assert (row(item).state, row(item).channel) == (DeliveryState.SENT, KASESE)
    assert (doubles.gateway.calls, len(doubles.gateway.sent), doubles.second_gateway.calls) == (2, 1, 0)


def test_twice_unheard_the_other_is_asked(two: Settings, daniel: UUID, doubles: Doubles) -> None:
    item = queue(daniel)
    for _ in range(2):
        doubles.gateway.fail_next(drop=True)
        make_due()
        delivery.deliver()
        assert row(item).state is DeliveryState.QUEUED
    make_due()
    delivery.deliver()
    assert (row(item).state, row(item).channel) == (DeliveryState.SENT, GULU)


def test_an_answer_that_got_lost_is_found_again_by_the_call_back(providers: Doubles) -> None:
    """Twilio knows no repeat, but its call-back names the delivery: the text is not sent twice."""
    item = queue(person("UG-1", DANIEL))
    providers.twilio.fail_next(drop=True, after=True)
    delivery.deliver()
    assert row(item).state is DeliveryState.QUEUED
    [taken] = providers.twilio.sent
    assert taken.status_callback.endswith(f"?ref={item}")
    for state in (DeliveryState.SENT, DeliveryState.DELIVERED):
        with transaction() as session:
            arrivals.take(session, DeliveryReport("twilio", taken.sid, state, reference=item))
    make_due()
    delivery.deliver()
    assert (row(item).state, row(item).provider_id) == (DeliveryState.DELIVERED, taken.sid)
    assert (len(providers.twilio.sent), count(EarlyReport)) == (1, 0)
    assert (row(item).attempts, row(item).may_be_double) == (1, False)
    assert spent()["twilio", "out"][0] == 1


def test_where_nobody_is_any_more_a_text_fails_at_once(providers: Doubles) -> None:
    gone, here = person("UG-1", DANIEL), person("UG-2", AMINA)
    items = [queue(gone), queue(here)]
    with transaction() as session:
        session.execute(update(Address).where(Address.contact_id == gone).values(vault_id=None))
        session.execute(delete(VaultEntry).where(VaultEntry.contact_id == gone))
    delivery.deliver()
    assert [row(item).state for item in items] == [DeliveryState.FAILED, DeliveryState.SENT]
    assert row(items[0]).error == "nobody_here"


# --- health ------------------------------------------------------------------------------------


def test_a_gateway_that_fails_falls_and_the_next_text_goes_elsewhere_first(
    two: Settings, daniel: UUID, doubles: Doubles
) -> None:
    doubles.gateway.fail_next(3, status=500)
    for number in range(3):
        queue(daniel, f"Text {number}")
    delivery.deliver()
    assert look() == 1
    assert ways() == [GULU, KASESE]
    assert changes() == [(KASESE, "up", "down")]
    with transaction() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "gateway.changed"))
    assert (entry.object, entry.details["after"]) == (f"gateway:{KASESE}", "down")
    assert "http_500" in entry.details["why"]


def test_it_returns_only_after_five_good_minutes_and_later_each_time(two: Settings) -> None:
    fell(KASESE)
    look()
    for minutes, state in ((2, "down"), (6.5, "down"), (7.5, "up")):
        look(minutes)
        assert state_of(KASESE) == state
    with transaction() as session:
        session.execute(update(GatewayTry).values(at=GatewayTry.at + 8 * MINUTE))
    for minutes, state in ((8.5, "down"), (10, "down"), (16, "down"), (21, "up")):
        look(minutes)
        assert state_of(KASESE) == state
    assert len(changes()) == 4


def test_looking_twice_changes_once(two: Settings) -> None:
    fell(KASESE)
    assert [look(), look(), look(0.2)] == [1, 0, 0]


def test_one_gateways_errors_are_not_anothers(two: Settings) -> None:
    fell(GULU)
    look()
    assert (state_of(GULU), state_of(KASESE)) == (GatewayState.DOWN, GatewayState.UP)


def test_an_error_wakes_the_watch(two: Settings, daniel: UUID) -> None:
    with transaction() as session:
        watch.note_tries(session, [Try(KASESE, ok=True)])
        assert Job.GATEWAYS not in session.info.get("rings", set())
        watch.note_tries(session, [Try(KASESE, ok=False, why="timeout")])
        assert Job.GATEWAYS in session.info["rings"]


Texts = Callable[..., None]


@pytest.fixture
def texts(daniel: UUID) -> Texts:
    """Texts that went out by a gateway ten minutes ago and took so many minutes, or did not arrive yet."""

    def make(channel: str, number: int, took: float | None) -> None:
        ids = [queue(daniel) for _ in range(number)]
        sent = utcnow() - 10 * MINUTE
        arrived = None if took is None else sent + took * MINUTE
        state = DeliveryState.SENT if took is None else DeliveryState.DELIVERED
        values = {"channel": channel, "state": state, "sent_at": sent, "delivered_at": arrived}
        with transaction() as session:
            for number_of, item in enumerate(ids):
                session.execute(
                    update(Delivery)
                    .where(Delivery.id == item)
                    .values(provider_id=f"{channel}-{item}-{number_of}", **values)
                )

    return make


def test_a_gateway_is_slow_when_a_third_of_its_texts_are(two: Settings, texts: Texts) -> None:
    texts(KASESE, 6, 1)
    texts(KASESE, 4, None)
    texts(GULU, 6, 1)
    look()
    assert changes() == [(KASESE, "up", "slow")]
    assert ways() == [GULU, KASESE]


def test_a_phone_that_takes_all_and_sends_nothing_is_left(two: Settings, texts: Texts) -> None:
    texts(KASESE, 5, None)
    with transaction() as session:
        session.execute(update(Delivery).values(state=DeliveryState.FAILED, error="no_credit"))
    look()
    assert changes() == [(KASESE, "up", "slow")]


def test_one_that_never_tells_of_deliveries_is_not_called_slow(two: Settings, texts: Texts) -> None:
    texts(KASESE, 10, None)
    texts(GULU, 6, 1)
    assert look() == 0


def test_one_that_told_of_deliveries_an_hour_ago_is(two: Settings, texts: Texts) -> None:
    texts(KASESE, 10, None)
    with transaction() as session:
        session.add(Gateway(name=KASESE, reported_at=utcnow() - 60 * MINUTE))
    assert look() == 1


def test_when_all_are_slow_it_is_quiet_and_the_order_is_kept(two: Settings, texts: Texts) -> None:
    texts(KASESE, 6, 8)
    texts(GULU, 6, 7)
    for minutes in (0, 0.5, 1, 2):
        look(minutes)
    assert changes() == [(ALL, "up", "slow")]
    assert ways() == [KASESE, GULU]
    assert count(AuditEntry, AuditEntry.action == "gateway.changed") == 1
    look(10)
    assert changes()[1:] == [(ALL, "slow", "up")]


def test_a_person_switches_a_gateway_off_and_on_with_a_reason(two: Settings) -> None:
    esther = user("esther")
    with transaction() as session:
        watch.switch(session, esther, KASESE, "no credit", on=False)
    assert ways() == [GULU]
    fell(KASESE)
    assert look() == 0
    with transaction() as session:
        watch.switch(session, esther, KASESE, "credit bought", on=True)
    assert ways() == [KASESE, GULU]
    assert changes() == [(KASESE, "up", "off"), (KASESE, "off", "up")]
    assert count(AuditEntry, AuditEntry.actor_id == esther.id) == 2


def test_a_switch_needs_a_gateway_a_reason_and_a_change(two: Settings) -> None:
    esther = user("esther")
    for name, why, refusal in (("gateway:x", "why", NotFound), (KASESE, " ", NotPossible)):
        with transaction() as session, pytest.raises(refusal):
            watch.switch(session, esther, name, why, on=False)
    with transaction() as session, pytest.raises(NotPossible):
        watch.switch(session, esther, KASESE, "why", on=True)


def test_with_every_gateway_off_a_text_waits(two: Settings, daniel: UUID) -> None:
    with transaction() as session:
        for name in (KASESE, GULU):
            watch.switch(session, user(name[-4:]), name, "storm", on=False)
    item = queue(daniel)
    delivery.deliver()
    assert row(item).state is DeliveryState.QUEUED


def test_tries_are_kept_for_a_day(two: Settings) -> None:
    fell(KASESE, 2)
    with transaction() as session:
        session.execute(update(GatewayTry).values(at=utcnow() - dt.timedelta(hours=25)))
    fell(KASESE, 1)
    with transaction() as session:
        tidy(session)
    assert count(GatewayTry) == 1


# --- costs -------------------------------------------------------------------------------------


def test_segments_are_counted_with_the_price_of_the_longest_prefix(two: Settings, daniel: UUID) -> None:
    price(KASESE, 30_000_000)
    price(KASESE, 25_000_000, prefix="77")
    price(KASESE, 90_000_000, country="")
    price(GULU, 1)
    queue(daniel, "x" * 161)
    queue(daniel, "short")
    delivery.deliver()
    assert spent() == {(KASESE, "out"): (2, 3, 75_000_000, "UGX")}


def test_a_number_of_another_country_costs_what_all_countries_cost(two: Settings) -> None:
    price(KASESE, 90_000_000, country="")
    queue(person("KE-1", "+254712345678", channel=KASESE))
    delivery.deliver()
    assert spent() == {(KASESE, "out"): (1, 1, 90_000_000, "UGX")}


def test_without_a_price_segments_are_counted_all_the_same(two: Settings, daniel: UUID) -> None:
    queue(daniel)
    delivery.deliver()
    assert spent() == {(KASESE, "out"): (1, 1, 0, "")}


def test_what_is_recorded_twice_costs_once(two: Settings, daniel: UUID) -> None:
    queue(daniel)
    (claimed,) = delivery.claim()
    for _ in range(2):
        recording.sent(claimed, KASESE, Sent("phone-1"), [])
    assert spent()[KASESE, "out"][0] == 1


def test_a_new_price_holds_from_now_on(two: Settings, daniel: UUID) -> None:
    for micros in (10, 25):
        with transaction() as session:
            session.execute(delete(GatewayPrice))
        price(KASESE, micros)
        queue(daniel)
        delivery.deliver()
    assert spent()[KASESE, "out"] == (2, 2, 35, "UGX")


def test_what_comes_in_costs_too_and_a_repeat_does_not(two: Settings) -> None:
    price("twilio", 7, direction="in")
    price("twilio", 11)
    message = sms("Cattle raid in Kween " * 10)
    for _ in range(2):
        with transaction() as session:
            arrivals.take(session, message, inline=True)
    found = spent()
    assert found["twilio", "in"] == (1, 2, 14, "UGX")
    assert found["twilio", "out"][:2] == (1, found["twilio", "out"][2] // 11)


def test_chats_and_demonstrations_cost_nothing(providers: Doubles, configure: Configure) -> None:
    configure(demo="1")
    providers.telegram.know(777001)
    queue(person("UG-2", "777001", kind=AddressKind.TELEGRAM, channel="telegram"))
    queue(person("DRILL-1", DANIEL, channel="simulator", exercise=True))
    assert delivery.deliver() == 2
    assert spent() == {}
    assert count(GatewayTry) == 0


# --- figures -----------------------------------------------------------------------------------


def test_prometheus_is_told_states_and_what_this_month_cost(two: Settings, daniel: UUID) -> None:
    price(KASESE, 25_500_000)
    queue(daniel)
    delivery.deliver()
    fell(GULU)
    look()
    with transaction() as session:
        watch.switch(session, user("esther"), KASESE, "no credit", on=False)
        read = list(gauges.families(session))
    found = {
        (sample.name, *sample.labels.values()): sample.value for family in read for sample in family.samples
    }
    assert found == {
        ("mbiu_gateway_state", "all"): 0,
        ("mbiu_gateway_state", GULU): 2,
        ("mbiu_gateway_state", KASESE): 3,
        ("mbiu_gateway_segments", KASESE, "out", "UGX"): 1,
        ("mbiu_gateway_cost", KASESE, "out", "UGX"): 25.5,
    }


# --- the command -------------------------------------------------------------------------------


def mbiu(*words: str) -> str:
    done = CliRunner().invoke(command.gateway, words)
    return done.output if done.exit_code == 0 else f"{done.exit_code}: {done.output}"


def test_the_command_lists_switches_and_refuses(two: Settings) -> None:
    fell(KASESE, 2)
    assert mbiu("list") == f"{KASESE}\tup\t2/2\n{GULU}\tup\t0/0\n"
    assert mbiu("off", KASESE, "--why", "stolen") == f"{KASESE} is off\n"
    assert mbiu("off", KASESE, "--why", "stolen").startswith("1: ")
    assert mbiu("off", "gateway:x", "--why", "stolen").startswith("1: ")
    assert mbiu("list").splitlines()[0].startswith(f"{KASESE}\toff")
    assert mbiu("on", KASESE, "--why", "found") == f"{KASESE} is on\n"
