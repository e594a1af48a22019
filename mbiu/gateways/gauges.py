"""The gateways' figures for Prometheus: states, and what went through them this month."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu.codes import GatewayState
from mbiu.gateways import costs
from mbiu.gateways.registry import ALL
from mbiu.models import Gateway, utcnow

#: What `mbiu_gateway_state` shows.
LEVELS = {GatewayState.UP: 0, GatewayState.SLOW: 1, GatewayState.DOWN: 2, GatewayState.OFF: 3}


def families(session: Session) -> Iterator[Metric]:
    """Read all of it; the gateway ``all`` stands for all of them together."""
    yield _states(session)
    yield from _spent(session)


def _states(session: Session) -> Metric:
    words = "0 up, 1 slow, 2 down, 3 switched off."
    states = GaugeMetricFamily("mbiu_gateway_state", words, labels=["gateway"])
    for name, state in session.execute(select(Gateway.name, Gateway.state).order_by(Gateway.name)):
        states.add_metric(["all" if name == ALL else name], LEVELS[state])
    return states


def _spent(session: Session) -> Iterator[Metric]:
    labels = ["gateway", "direction", "currency"]
    pieces = GaugeMetricFamily("mbiu_gateway_segments", "SMS segments this month (UTC).", labels=labels)
    money = GaugeMetricFamily("mbiu_gateway_cost", "What they cost, in the currency.", labels=labels)
    for cost in costs.monthly(session, utcnow().date().replace(day=1)):
        key = [cost.gateway, cost.direction, cost.currency]
        pieces.add_metric(key, cost.segments)
        if cost.currency:
            money.add_metric(key, cost.micros / costs.MICROS)
    yield from (pieces, money)
