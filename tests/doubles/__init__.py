"""Stand-ins for the outside world that speak the providers' real HTTP.

``with Doubles() as doubles:`` starts Twilio, Africa's Talking, Telegram and a gateway phone on one
port of this machine; ``python -m tests.doubles --port 9100`` does the same as a process, where the
methods of each double are ``POST /_double/<name>/<method>`` with their arguments as JSON.
"""

from tests.doubles.africastalking import AfricasTalkingDouble
from tests.doubles.gateway import GatewayDouble
from tests.doubles.server import Doubles, Failure
from tests.doubles.telegram import TelegramDouble
from tests.doubles.twilio import TwilioDouble

__all__ = [
    "AfricasTalkingDouble",
    "Doubles",
    "Failure",
    "GatewayDouble",
    "TelegramDouble",
    "TwilioDouble",
]
