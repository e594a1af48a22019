"""`mbiu gateway`: see the SMS gateways and switch one off or on where no console is at hand."""

import click

from mbiu import audit
from mbiu.codes import GatewayState
from mbiu.db import transaction
from mbiu.gateways import watch
from mbiu.gateways.registry import names, snapshot
from mbiu.models import utcnow
from mbiu.refusals import Refused


@click.group()
def gateway() -> None:
    """See the SMS gateways, switch them off and on."""


@gateway.command(name="list")
def show() -> None:
    """One line for each gateway that is set up: name, state, errors and tries of the last minute."""
    with transaction() as session:
        states, figures = snapshot(session).states, watch.figures(session, utcnow())
    for name in names():
        seen, state = figures[name], states.get(name, GatewayState.UP)
        click.echo(f"{name}\t{state}\t{seen.errors}/{seen.tries}")


@gateway.command()
@click.argument("name")
@click.option("--why", required=True, help="a few words for the record; name nobody")
def off(name: str, why: str) -> None:
    """Send nothing by the gateway NAME any more."""
    _switch(name, why, on=False)


@gateway.command()
@click.argument("name")
@click.option("--why", required=True, help="a few words for the record; name nobody")
def on(name: str, why: str) -> None:
    """Send by the gateway NAME again."""
    _switch(name, why, on=True)


def _switch(name: str, why: str, *, on: bool) -> None:
    try:
        with transaction() as session:
            watch.switch(session, audit.SYSTEM, name, why, on=on)
    except Refused as refused:
        raise click.ClickException(refused.why) from None
    click.echo(f"{name} is {'on' if on else 'off'}")
