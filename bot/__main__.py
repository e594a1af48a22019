"""``python -m bot``: poll Telegram until stopped; with ``--webhook`` tell it to call the hooks, and end."""

import asyncio
import contextlib
import logging
import signal
import sys

import click

from mbiu import logs, patience
from mbiu.launch.attach import attach
from mbiu.settings import BadSetting, Settings, settings

log = logging.getLogger("bot")

_PATIENCE = 10.0


@click.command()
@click.option("--webhook", is_flag=True, help="Register the web hook at MBIU_PUBLIC_URL and end.")
def main(*, webhook: bool) -> None:
    """Carry Telegram messages into Mbiu."""
    try:
        attach()
        ours = settings()
        _require(ours)
        logs.configure(ours.log_format)
        patience.limit(_PATIENCE)
        if webhook:
            _register(ours)
        else:
            asyncio.run(_poll(ours))
    except BadSetting as error:
        click.echo(f"bot: {error}", err=True)
        sys.exit(2)


def _require(ours: Settings) -> None:
    if not ours.telegram_token.get_secret_value():
        raise BadSetting("MBIU_TELEGRAM_TOKEN is empty: there is no bot without a token")
    _ = (ours.vault_keyring, ours.blind_index_key, ours.spool_cipher_key)


def _register(ours: Settings) -> None:
    """Have Telegram call the hooks. Raises BadSetting; exits 1 when Telegram refuses."""
    from bot.menu import profiles
    from mbiu.channels.telegram import SECRET_LENGTH, Telegram
    from mbiu.messages import ChannelError

    secret = ours.telegram_hook_secret.get_secret_value()
    if len(secret) < SECRET_LENGTH:
        raise BadSetting(f"MBIU_TELEGRAM_HOOK_SECRET: want {SECRET_LENGTH} or more characters")
    if not ours.public_url:
        raise BadSetting("MBIU_PUBLIC_URL is empty: Telegram must be told where the hooks are")
    channel = Telegram(ours.telegram_token.get_secret_value(), api_url=ours.telegram_api_url)
    try:
        channel.introduce(profiles())
        channel.set_hook(f"{ours.hooks_base_url}/hooks/telegram", secret)
    except ChannelError as error:
        click.echo(f"bot: Telegram did not take the web hook ({error.reason})", err=True)
        sys.exit(1)
    finally:
        channel.close()
    click.echo("bot: Telegram calls the hooks from now on")


async def _poll(ours: Settings) -> None:
    from bot.polling import Poller
    from mbiu.channels.telegram import bot

    poller = Poller(bot(ours.telegram_token.get_secret_value(), ours.telegram_api_url))
    task = asyncio.create_task(poller.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    log.info("bot.stopped")


if __name__ == "__main__":
    main()
