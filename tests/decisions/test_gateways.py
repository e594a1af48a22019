"""Which gateway is tried first, and when one falls and comes back: decisions on plain values."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu.codes import GatewayState
from mbiu.gateways import faults, health, order
from mbiu.gateways.health import Seen, Standing
from mbiu.messages import ChannelError

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
UP, SLOW, DOWN, OFF = GatewayState.UP, GatewayState.SLOW, GatewayState.DOWN, GatewayState.OFF
MINUTE = dt.timedelta(minutes=1)
ILL = Seen(tries=4, errors=3, error="timeout")
LATE = Seen(texts=10, slow=4)
QUICK = Seen(tries=6, texts=10, slow=1)
ROUTES = {("UG", ""): ["twilio", "gateway:kasese"], ("UG", "77"): ["gateway:kasese", "twilio"],
          ("UG", "772"): ["africastalking"], ("TZ", ""): ["gateway:arusha"]}  # fmt: skip
ABLE = ["twilio", "africastalking", "gateway:kasese"]


def standing(state: GatewayState = UP, good_for: int | None = None) -> Standing:
    since = None if good_for is None else NOW - good_for * MINUTE
    return Standing(state, NOW - 60 * MINUTE, since)


# --- order -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "national", "first"),
    [
        ("UG", "772000101", "africastalking"),
        ("UG", "775000101", "gateway:kasese"),
        ("UG", "701000101", "twilio"),
        ("UG", "77", "gateway:kasese"),
        ("TZ", "772000101", "gateway:arusha"),
        ("KE", "772000101", None),
    ],
)
def test_the_longest_prefix_of_the_country_wins(country: str, national: str, first: str | None) -> None:
    assert next(iter(order.listed(ROUTES, country, national)), None) == first


def test_without_a_table_the_way_the_person_used_comes_first() -> None:
    assert order.arrange([], ABLE, "gateway:kasese", {}) == ["gateway:kasese", "twilio", "africastalking"]
    assert order.arrange([], ABLE, "gateway:gone", {}) == ABLE


def test_the_table_goes_before_the_way_the_person_used() -> None:
    assert order.arrange(["twilio", "africastalking"], ABLE, "gateway:kasese", {}) == ABLE[:2]


def test_a_table_of_gateways_that_are_gone_or_off_counts_as_none() -> None:
    assert order.arrange(["gateway:gone"], ABLE, "twilio", {}) == ABLE
    assert order.arrange(["twilio"], ABLE, "twilio", {"twilio": OFF}) == ABLE[1:]


def test_healthy_goes_before_slow_and_slow_before_down() -> None:
    states = {"twilio": DOWN, "africastalking": SLOW, "gateway:kasese": UP}
    assert order.arrange(ABLE, ABLE, "twilio", states) == ABLE[::-1]


def test_what_is_off_is_never_tried_and_what_is_down_as_the_last() -> None:
    assert order.arrange([], ABLE, "twilio", dict.fromkeys(ABLE, OFF)) == []
    assert order.arrange([], ["twilio"], "twilio", {"twilio": DOWN}) == ["twilio"]


def test_after_silence_the_same_gateway_is_asked_first_and_after_two_the_last() -> None:
    assert order.arrange(ABLE, ABLE, "", {}, ["africastalking"])[0] == "africastalking"
    assert order.arrange(ABLE, ABLE, "", {}, ["africastalking"] * 2) == [*ABLE[::2], "africastalking"]
    assert order.arrange(ABLE, ABLE, "", {"africastalking": DOWN}, ["africastalking"])[0] == "twilio"


NAMES = st.lists(st.sampled_from([*ABLE, "gateway:gone"]), unique=True)


@given(NAMES, st.lists(st.sampled_from(ABLE), unique=True), st.sampled_from([*ABLE, "x"]),
       st.dictionaries(st.sampled_from(ABLE), st.sampled_from(GatewayState)),
       st.lists(st.sampled_from(ABLE), max_size=4))  # fmt: skip
def test_every_gateway_stands_once_and_only_if_it_can_send(
    wanted: list[str], able: list[str], used: str, states: dict[str, GatewayState], unsure: list[str]
) -> None:
    found = order.arrange(wanted, able, used, states, unsure)
    assert len(set(found)) == len(found)
    assert set(found) <= {name for name in able if states.get(name) is not OFF}
    assert bool(found) == any(states.get(name) is not OFF for name in able)


@given(NAMES, st.permutations(ABLE), st.sampled_from([UP, SLOW, DOWN]))
def test_where_all_are_alike_the_order_is_kept(
    wanted: list[str], able: list[str], state: GatewayState
) -> None:
    assert order.arrange(wanted, able, "x", dict.fromkeys(able, state)) == order.arrange(
        wanted, able, "x", {}
    )


# --- health ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Seen(), UP),
        (Seen(tries=2, errors=2), UP),
        (ILL, DOWN),
        (Seen(tries=7, errors=3), UP),
        (Seen(tries=6, errors=3), DOWN),
        (LATE, SLOW),
        (Seen(texts=4, slow=4), UP),
        (Seen(texts=10, slow=2), UP),
        (Seen(texts=10, slow=3), SLOW),
        (Seen(tries=3, errors=3, texts=10, slow=10), DOWN),
    ],
)
def test_the_figures_speak_for_a_state(seen: Seen, state: GatewayState) -> None:
    assert health.measure(seen) is state


@pytest.mark.parametrize(("seen", "state"), [(ILL, DOWN), (LATE, SLOW)])
def test_a_gateway_falls_at_once_and_says_why(seen: Seen, state: GatewayState) -> None:
    found = health.judge(standing(), seen, NOW)
    assert (found.standing.state, found.standing.since) == (state, NOW)
    assert str(seen.errors or seen.slow) in found.why


@pytest.mark.parametrize("state", [SLOW, DOWN])
def test_it_comes_back_only_after_some_minutes_of_health(state: GatewayState) -> None:
    begun = health.judge(standing(state), QUICK, NOW)
    assert (begun.standing.state, begun.standing.good_since, begun.why) == (state, NOW, "")
    waiting = health.judge(standing(state, good_for=4), QUICK, NOW)
    assert (waiting.standing.state, waiting.why) == (state, "")
    back = health.judge(standing(state, good_for=5), QUICK, NOW)
    assert (back.standing.state, back.standing.since) == (UP, NOW)
    assert back.why


def test_trouble_while_it_waits_begins_the_wait_anew() -> None:
    found = health.judge(standing(DOWN, good_for=4), ILL, NOW)
    assert (found.standing.state, found.standing.good_since) == (DOWN, None)


def test_from_down_it_comes_back_as_slow_if_it_is() -> None:
    assert health.judge(standing(DOWN, good_for=9), LATE, NOW).standing.state is SLOW


def test_who_fell_often_waits_longer() -> None:
    assert [health.pause(falls) // MINUTE for falls in (0, 1, 2, 3, 4, 5, 6, 999)] == [
        5, 5, 10, 20, 40, 60, 60, 60]  # fmt: skip
    tired = Seen(falls=3)
    assert health.judge(standing(DOWN, good_for=19), tired, NOW).standing.state is DOWN
    assert health.judge(standing(DOWN, good_for=20), tired, NOW).standing.state is UP


def test_what_a_person_switched_off_stays_off() -> None:
    for seen in (ILL, LATE, QUICK):
        assert health.judge(standing(OFF), seen, NOW).standing.state is OFF


def test_all_are_slow_only_if_every_one_that_is_on_is() -> None:
    two = {"a": standing(), "b": standing()}
    assert health.all_slow(two, {"a": LATE, "b": LATE})
    assert not health.all_slow(two, {"a": LATE, "b": QUICK})
    assert not health.all_slow(two, {"a": LATE, "b": Seen()})
    assert not health.all_slow(two, {"a": LATE, "b": ILL})
    assert not health.all_slow(two, {"a": Seen(), "b": Seen()})
    assert health.all_slow({"a": standing(), "b": standing(OFF)}, {"a": LATE, "b": Seen()})


def test_one_that_was_left_for_being_slow_has_not_proved_itself_since() -> None:
    standings = {"a": standing(SLOW), "b": standing()}
    assert health.all_slow(standings, {"a": Seen(), "b": LATE})
    assert not health.all_slow(standings, {"a": QUICK, "b": LATE})


def test_while_all_are_slow_nobody_becomes_slow_or_less_so() -> None:
    assert health.judge(standing(), LATE, NOW, quiet=True).standing.state is UP
    kept = health.judge(standing(SLOW, good_for=30), Seen(), NOW, quiet=True)
    assert (kept.standing.state, kept.standing.good_since, kept.why) == (SLOW, None, "")
    assert health.judge(standing(), ILL, NOW, quiet=True).standing.state is DOWN


FIGURES = st.sampled_from([Seen(), ILL, LATE, QUICK, Seen(tries=1, errors=1)])


@given(st.lists(FIGURES, min_size=1, max_size=240))
def test_an_hour_holds_few_changes_whatever_comes(course: list[Seen]) -> None:
    """Looks come every 30 seconds; a fall is followed by a pause that grows with the falls."""
    now, at, changes, falls = NOW, standing(), 0, 0
    for figures in course:
        now += dt.timedelta(seconds=30)
        seen = Seen(figures.tries, figures.errors, figures.texts, figures.slow, falls)
        found = health.judge(at, seen, now)
        if found.why:
            changes += 1
            falls += found.standing.state in {SLOW, DOWN}
        at = found.standing
    # Two hours: falls after 0, 5, 15, 35, 75 minutes at the earliest, each followed by one return,
    # and each at most once from slow to down.
    assert changes <= 15


# --- faults ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "elsewhere", "trouble"),
    [
        (ChannelError("unreachable"), True, True),
        (ChannelError("http_500"), True, True),
        (ChannelError("unauthorised"), True, True),
        (ChannelError("too_many_requests", retry_after=3), True, False),
        (ChannelError("timeout"), False, True),
        (ChannelError("cut"), False, True),
        (ChannelError("bad_answer"), False, True),
        (ChannelError("http_504"), False, True),
        (ChannelError("not_a_number", permanent=True), False, False),
        (ChannelError("opted_out", permanent=True, blocked=True), False, False),
        (ChannelError("country_not_enabled", permanent=True), True, False),
        (ChannelError("no_route", permanent=True), True, False),
    ],
)
def test_an_error_speaks_of_the_gateway_or_of_the_number(
    error: ChannelError, elsewhere: bool, trouble: bool
) -> None:
    assert (faults.may_go_elsewhere(error), faults.is_trouble(error)) == (elsewhere, trouble)


def test_a_last_word_on_the_number_decides_and_else_what_may_pass() -> None:
    passing, limit = ChannelError("http_500"), ChannelError("no_route", permanent=True)
    final = ChannelError("not_a_number", permanent=True)
    assert faults.decisive([passing, final]) is final
    assert faults.decisive([passing, limit]) is passing
    assert faults.decisive([limit, passing]) is passing
    assert faults.decisive([limit, limit]) is limit
