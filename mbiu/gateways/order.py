"""In which order gateways are tried for a number (pure)."""

from collections.abc import Iterable, Mapping, Sequence

from mbiu.codes import GatewayState

#: (country, prefix) -> the gateways, first choice first.
Routes = Mapping[tuple[str, str], Sequence[str]]

_RANK = {GatewayState.UP: 0, GatewayState.SLOW: 1, GatewayState.DOWN: 2}
#: After so many calls without an answer a gateway has had its chances with a text.
_CHANCES = 2


def listed(routes: Routes, country: str, national: str) -> Sequence[str]:
    """The gateways for a number without its country code, by the longest prefix; empty where none is set."""
    fitting = [prefix for land, prefix in routes if land == country and national.startswith(prefix)]
    return routes[country, max(fitting, key=len)] if fitting else ()


def arrange(
    wanted: Sequence[str],
    able: Sequence[str],
    used: str,
    states: Mapping[str, GatewayState],
    unsure: Iterable[str] = (),
) -> list[str]:
    """The gateways to try, best first.

    ``wanted`` are those of the table. Without any that is set up and on, it is the one the person ``used``,
    then the others in the order of the settings (``able``). Healthy ones go before slow ones, those before
    ones that are down; where all are alike the order is kept. ``unsure`` names, once for each time, the
    gateways that did not answer whether they took this very text: one is asked again first, because it
    may know the text by its id, and twice unheard it comes last.
    """
    on = [name for name in able if states.get(name) is not GatewayState.OFF]
    first = [name for name in wanted if name in on]
    plain = sorted(on, key=lambda name: name != used)
    ranked = sorted(first or plain, key=lambda name: _RANK[states.get(name, GatewayState.UP)])
    return _after_silence(ranked, states, list(unsure))


def _after_silence(ranked: list[str], states: Mapping[str, GatewayState], unsure: list[str]) -> list[str]:
    def place(name: str) -> int:
        times = unsure.count(name)
        if times >= _CHANCES:
            return 2
        return 0 if times and states.get(name) is not GatewayState.DOWN else 1

    return sorted(ranked, key=place)
