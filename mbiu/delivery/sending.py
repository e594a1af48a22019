"""Sending one claimed text: gateway after gateway, until one takes it or nobody knows whether it did."""

import logging
import time

from mbiu import channels
from mbiu.delivery import rates, recording
from mbiu.delivery.claiming import lease
from mbiu.delivery.opening import Claimed
from mbiu.gateways import faults
from mbiu.gateways.watch import Try
from mbiu.messages import ChannelError, Sent
from mbiu.settings import settings

log = logging.getLogger(__name__)


def send(item: Claimed) -> None:
    """Send one and record what became of it; an error of one touches no other.

    A gateway that surely did not take the text is followed at once by the next whose rate has room. After a
    time-out nobody knows, so the text waits and the same gateway is asked first again (see `order.arrange`).
    """
    if item.heard:
        channel, provider_id = item.heard
        recording.sent(item, channel, Sent(provider_id), [])
        return
    errors: list[ChannelError] = []
    tries: list[Try] = []
    until = time.monotonic() + lease().total_seconds() / 2
    for name in item.ways:
        if name != item.ways[0] and not rates.has_room(name):
            continue
        outcome = _call(item, name)
        tries.append(_tried(name, outcome))
        if isinstance(outcome, Sent):
            recording.sent(item, name, outcome, tries)
            return
        errors.append(outcome)
        if not faults.may_go_elsewhere(outcome) or time.monotonic() > until:
            break
    recording.failed(item, faults.decisive(errors or [ChannelError("not_configured")]), tries)


def _call(item: Claimed, name: str) -> Sent | ChannelError:
    try:
        return channels.outgoing(name, settings()).send(item.message)
    except ChannelError as error:
        return error
    except Exception:
        log.exception("delivery.broken", extra={"delivery": str(item.id), "channel": name})
        return ChannelError("broken")


def _tried(name: str, outcome: Sent | ChannelError) -> Try:
    if isinstance(outcome, Sent):
        return Try(name, ok=True)
    return Try(name, ok=not faults.is_trouble(outcome), why=outcome.reason)
