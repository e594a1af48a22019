"""The ways in and out: one module a channel, and the ones this installation may send by.

A channel's module, and with it the provider's library, is imported when it is first used.
"""

import os
import threading
from collections.abc import Callable

from mbiu.messages import Channel, ChannelError
from mbiu.settings import Settings

_made: dict[str, tuple[Settings, Channel]] = {}
_making = threading.Lock()
# A connection shared by parent and child mixes up their answers.
os.register_at_fork(after_in_child=_made.clear)


def enabled(settings: Settings) -> list[str]:
    """The names of the channels to send by: those of MBIU_CHANNELS, or else all that are configured.

    The simulator is among them where there is training, for the phones of the training alone.
    """
    named = [name.strip() for name in settings.channels.split(",") if name.strip()]
    extra = ["simulator"] if named and settings.training and "simulator" not in named else []
    return named + extra or configured(settings)


def configured(settings: Settings) -> list[str]:
    """The names of the channels whose settings are complete; the simulator only to show and to train."""
    names = [name for name, (is_set, _) in _CHANNELS.items() if is_set(settings)]
    return names + [f"gateway:{name}" for name in settings.gateway_addresses if name in settings.gateways]


def outgoing(name: str, settings: Settings) -> Channel:
    """The channel to send by, made once a process. Raises ChannelError("not_configured"), permanent."""
    kept = _made.get(name)
    if kept and kept[0] is settings:
        return kept[1]
    with _making:
        return _kept_or_made(name, settings)


def _kept_or_made(name: str, settings: Settings) -> Channel:
    kept = _made.get(name)
    if kept and kept[0] is settings:
        return kept[1]
    if name not in enabled(settings):
        raise ChannelError("not_configured", permanent=True)
    channel = _make(name, settings)
    if kept:
        getattr(kept[1], "close", _nothing)()
    _made[name] = (settings, channel)
    return channel


def close() -> None:
    """Forget all channels and close their connections."""
    while _made:
        _, (_, channel) = _made.popitem()
        getattr(channel, "close", _nothing)()


def _nothing() -> None:
    return


def _make(name: str, settings: Settings) -> Channel:
    if name.startswith("gateway:"):
        return _gateway(name.removeprefix("gateway:"), settings)
    is_set, make = _CHANNELS.get(name, (_never, _simulator))
    if not is_set(settings) and name != "simulator":
        raise ChannelError("not_configured", permanent=True)
    return make(settings)


def _gateway(name: str, settings: Settings) -> Channel:
    from mbiu.channels.gateway import Gateway

    if name not in settings.gateways or name not in settings.gateway_addresses:
        raise ChannelError("not_configured", permanent=True)
    return Gateway(name, settings.gateways[name], settings.gateway_addresses[name])


def _twilio(settings: Settings) -> Channel:
    from mbiu.channels.twilio import Twilio

    # Twilio refuses a call-back address that it cannot reach, and the message with it.
    reachable = settings.public_url or settings.twilio_api_url
    return Twilio(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        settings.twilio_from,
        api_url=settings.twilio_api_url,
        status_url=f"{settings.hooks_base_url}/hooks/twilio/status" if reachable else "",
    )


def _africastalking(settings: Settings) -> Channel:
    from mbiu.channels.africastalking import AfricasTalking

    return AfricasTalking(
        settings.africastalking_username,
        settings.africastalking_api_key.get_secret_value(),
        settings.africastalking_from,
        api_url=settings.africastalking_api_url,
    )


def _telegram(settings: Settings) -> Channel:
    from mbiu.channels.telegram import Telegram

    token = settings.telegram_token.get_secret_value()
    return Telegram(token, api_url=settings.telegram_api_url, share=settings.workers)


def _email(settings: Settings) -> Channel:
    from mbiu.channels.email import Email, Server

    return Email(Server.read(settings.smtp_url.get_secret_value()), settings.mail_from)


def _webhook(settings: Settings) -> Channel:
    from mbiu.channels.webhook import Webhook

    return Webhook(settings.hook_hosts_listed, settings.hook_networks_listed)


def _simulator(_: Settings) -> Channel:
    from mbiu.channels.simulator import Simulator

    return Simulator()


def _twilio_is_set(settings: Settings) -> bool:
    return bool(
        settings.twilio_account_sid and settings.twilio_auth_token.get_secret_value() and settings.twilio_from
    )


def _africastalking_is_set(settings: Settings) -> bool:
    return bool(settings.africastalking_username and settings.africastalking_api_key.get_secret_value())


def _telegram_is_set(settings: Settings) -> bool:
    return bool(settings.telegram_token.get_secret_value())


def _email_is_set(settings: Settings) -> bool:
    return bool(settings.smtp_url.get_secret_value() and settings.mail_from)


def _webhook_is_set(settings: Settings) -> bool:
    return bool(settings.hook_hosts_listed)


def _pretends(settings: Settings) -> bool:
    return settings.demo or settings.training


def _never(_: Settings) -> bool:
    return False


_CHANNELS: dict[str, tuple[Callable[[Settings], bool], Callable[[Settings], Channel]]] = {
    "twilio": (_twilio_is_set, _twilio),
    "africastalking": (_africastalking_is_set, _africastalking),
    "telegram": (_telegram_is_set, _telegram),
    "email": (_email_is_set, _email),
    "webhook": (_webhook_is_set, _webhook),
    "simulator": (_pretends, _simulator),
}
