"""The gateways of this installation with their routes and states, as they are now."""

from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import channels
from mbiu.channels.phone import national
from mbiu.codes import AddressKind, GatewayState
from mbiu.gateways import order
from mbiu.models import Gateway, GatewayRoute
from mbiu.settings import settings

SIMULATOR = "simulator"
TELEGRAM = "telegram"
#: The one channel of each kind of address that knows no gateways.
_ALONE = {AddressKind.TELEGRAM: TELEGRAM, AddressKind.EMAIL: "email", AddressKind.WEBHOOK: "webhook"}
#: What leaves by these has no price.
FREE = frozenset({SIMULATOR, *_ALONE.values()})
#: The name under which the state of all gateways together is kept.
ALL = "*"


def names() -> list[str]:
    """The SMS gateways that are set up to send by, in the order of the settings."""
    return [name for name in channels.enabled(settings()) if name not in FREE]


def single() -> list[str]:
    """The channels beside the SMS gateways that are set up: chat, mail, hooks."""
    return [name for name in channels.enabled(settings()) if name in _ALONE.values()]


def known() -> list[str]:
    """The SMS gateways that messages may go out or come in by."""
    ours = settings()
    inward = {"twilio": ours.twilio_auth_token, "africastalking": ours.africastalking_hook_secret}
    listening = [name for name, secret in inward.items() if secret.get_secret_value()]
    return list(dict.fromkeys([*names(), *listening, *(f"gateway:{name}" for name in ours.gateways)]))


@dataclass(frozen=True)
class Snapshot:
    """Routes and states of one moment."""

    routes: order.Routes
    states: dict[str, GatewayState]

    def choose(
        self, kind: AddressKind, used: str, country: str, number: str, unsure: tuple[str, ...] = ()
    ) -> list[str]:
        """The channels to try for an address, best first; empty where none is set up and on.

        ``country`` and ``number`` (E.164) decide between SMS gateways; chat, mail and hook have one channel
        each, and what was ``used`` in a demonstration stays there. ``unsure`` is as for `order.arrange`.
        """
        if used == SIMULATOR:
            return [SIMULATOR]
        if alone := _ALONE.get(kind):
            return [alone] if alone in single() else []
        wanted = order.listed(self.routes, country, national(number))
        return order.arrange(wanted, names(), used, self.states, unsure)


def snapshot(session: Session) -> Snapshot:
    """Routes and states as they are in the database now."""
    query = select(GatewayRoute).order_by(GatewayRoute.country, GatewayRoute.prefix, GatewayRoute.position)
    by_prefix = groupby(session.scalars(query), key=lambda row: (row.country, row.prefix))
    routes = {key: [row.gateway for row in rows] for key, rows in by_prefix}
    states = {row.name: row.state for row in session.execute(select(Gateway.name, Gateway.state))}
    return Snapshot(routes, states)


def choose(session: Session, kind: AddressKind, used: str, country: str, number: str) -> list[str]:
    """The channels to try for an address, best first: see `Snapshot.choose`."""
    return snapshot(session).choose(kind, used, country, number)
