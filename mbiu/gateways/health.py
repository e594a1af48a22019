"""How a gateway is, by what the last minutes say (pure).

After GOV.UK Notify's way with its SMS providers: fail over at once, return slowly, and leave everything as
it is while all are slow, because then it is the network and not the gateway.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mbiu.codes import GatewayState

ERRORS = dt.timedelta(minutes=1)
SPEED = dt.timedelta(minutes=15)
#: A text that is not delivered after so long counts as slow.
SLOW_AFTER = dt.timedelta(minutes=5)
#: So long a gateway must be well before it comes back; twice as long for each fall of the last hours.
RETURN = dt.timedelta(minutes=5)
LONGEST_RETURN = dt.timedelta(minutes=60)
#: Falls within so long count for the return.
FALLS = dt.timedelta(hours=2)

_FEWEST_ERRORS = 3
_FEWEST_TEXTS = 5
_SLOW_SHARE = 0.3
_RANK = {GatewayState.UP: 0, GatewayState.SLOW: 1, GatewayState.DOWN: 2}


@dataclass(frozen=True)
class Seen:
    """What was measured: tries and errors of the last minute, texts of 15 minutes and how many were slow.

    A lost text is slow; only texts whose fate is known count, and a gateway that never tells has none.
    ``falls`` are its falls within `FALLS`.
    """

    tries: int = 0
    errors: int = 0
    texts: int = 0
    slow: int = 0
    falls: int = 0
    error: str = ""

    @property
    def slow_share(self) -> float:
        return self.slow / self.texts if self.texts else 0.0


@dataclass(frozen=True)
class Standing:
    """How a gateway stands, since when, and since when it does better than that."""

    state: GatewayState
    since: dt.datetime
    good_since: dt.datetime | None = None


@dataclass(frozen=True)
class Judgement:
    """The new standing; ``why`` is empty where nothing changed."""

    standing: Standing
    why: str = ""


def measure(seen: Seen) -> GatewayState:
    """The state that the figures alone speak for."""
    if seen.errors >= _FEWEST_ERRORS and seen.errors * 2 >= seen.tries:
        return GatewayState.DOWN
    if seen.texts >= _FEWEST_TEXTS and seen.slow_share >= _SLOW_SHARE:
        return GatewayState.SLOW
    return GatewayState.UP


def all_slow(standings: Mapping[str, Standing], seen: Mapping[str, Seen]) -> bool:
    """Whether every gateway that is on is slow: by its figures, or as before where it had no texts since."""
    on = {name: one for name, one in standings.items() if one.state is not GatewayState.OFF}
    slow = {name for name in on if measure(seen[name]) is GatewayState.SLOW}
    waiting = {name for name, one in on.items() if one.state is GatewayState.SLOW and _is_idle(seen[name])}
    return bool(slow) and slow | waiting == set(on)


def _is_idle(seen: Seen) -> bool:
    return seen.texts < _FEWEST_TEXTS and measure(seen) is GatewayState.UP


def judge(standing: Standing, seen: Seen, now: dt.datetime, *, quiet: bool = False) -> Judgement:
    """The standing after a look. ``quiet`` says that all are slow: then nobody becomes slow, or less so."""
    if standing.state is GatewayState.OFF:
        return Judgement(standing)
    found = measure(seen)
    if quiet and GatewayState.SLOW in {found, standing.state}:
        return Judgement(replace(standing, good_since=None))
    if found is standing.state:
        return Judgement(replace(standing, good_since=None))
    if _RANK[found] > _RANK[standing.state]:
        return Judgement(Standing(found, now), _why(found, seen))
    return _return(standing, found, seen, now)


def _return(standing: Standing, found: GatewayState, seen: Seen, now: dt.datetime) -> Judgement:
    good_since = standing.good_since or now
    if now - good_since < pause(seen.falls):
        return Judgement(replace(standing, good_since=good_since))
    minutes = int((now - good_since).total_seconds() // 60)
    return Judgement(Standing(found, now), f"{minutes} minutes without trouble")


def pause(falls: int) -> dt.timedelta:
    """How long a gateway that fell so often must be well before it comes back."""
    doublings = min(max(falls - 1, 0), 10)
    return min(LONGEST_RETURN, RETURN * (1 << doublings))


def _why(found: GatewayState, seen: Seen) -> str:
    if found is GatewayState.DOWN:
        return f"{seen.errors} of {seen.tries} tries failed within a minute ({seen.error})"
    return f"{seen.slow} of {seen.texts} texts took over 5 minutes or were lost"
