"""One phone or chat, spoken through the hooks over HTTP; the steps of the worker are taken in between."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from werkzeug.serving import make_server

from mbiu import delivery, spool
from mbiu.codes import AddressKind
from mbiu.models import Delivery, utcnow
from mbiu.settings import settings
from tests.cast import count, read_all
from tests.doubles import Doubles
from tests.flow.test_sms import words as twiml_words
from tests.flow.wiring import AFRICASTALKING_SECRET, GATEWAY, eventually

NUMBER, CHAT = "+256772000101", 5550001


@contextmanager
def hooks() -> Iterator[str]:
    """The hooks, served on the port that the settings name; their address."""
    from webhooks import create_app

    server = make_server("127.0.0.1", settings().hooks_port, create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{settings().hooks_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        spool.link.stop()


def settle() -> None:
    """Read what came in and send what is due, until nothing is on its way; a chat has its own pace."""
    read_all()
    eventually(_is_quiet, what="all messages to leave")


def _is_quiet() -> bool:
    delivery.deliver()
    soon = utcnow() + dt.timedelta(minutes=1)
    return not count(Delivery, Delivery.state.in_(["queued", "sending"]), Delivery.due_at <= soon)


@dataclass
class Line:
    """A way to speak with the house: ``tell`` says a text, ``heard`` is all that came back so far."""

    kind: AddressKind
    address: str
    tell: Callable[[str], str]
    texts: Callable[[], list[str]]
    inline: list[str] = field(default_factory=list)

    def say(self, text: str) -> list[str]:
        """Say it, let the house work, and return what is new, in order."""
        before = len(self.texts())
        answer = self.tell(text)
        settle()
        return ([answer] if answer else []) + self.texts()[before:]

    def hears(self, work: Callable[[], None]) -> list[str]:
        """What comes of work in the house that was not begun from here."""
        before = len(self.texts())
        work()
        settle()
        return self.texts()[before:]


def twilio(doubles: Doubles, url: str) -> Line:
    def tell(text: str) -> str:
        status, answer = doubles.twilio.receive(f"{url}/hooks/twilio/messages", NUMBER, text)
        assert status == 200
        return twiml_words(answer)

    return Line(AddressKind.SMS, NUMBER, tell, lambda: doubles.twilio.texts(NUMBER))


def africastalking(doubles: Doubles, url: str) -> Line:
    hook = f"{url}/hooks/africastalking/{AFRICASTALKING_SECRET}/messages"

    def tell(text: str) -> str:
        assert doubles.africastalking.receive(hook, NUMBER, text)[0] == 200
        return ""

    return Line(AddressKind.SMS, NUMBER, tell, lambda: doubles.africastalking.texts(NUMBER))


def gateway(doubles: Doubles, url: str) -> Line:
    def tell(text: str) -> str:
        assert doubles.gateway.receive(f"{url}/hooks/gateway/{GATEWAY}/messages", NUMBER, text)[0] == 200
        return ""

    def texts() -> list[str]:
        return [message.text for message in doubles.gateway.sent if message.to == NUMBER]

    return Line(AddressKind.SMS, NUMBER, tell, texts)


def telegram(doubles: Doubles, url: str) -> Line:
    from mbiu.channels.telegram import Telegram
    from tests.flow.wiring import TELEGRAM_SECRET

    channel = Telegram(doubles.telegram.token, api_url=doubles.url)
    channel.set_hook(f"{url}/hooks/telegram", TELEGRAM_SECRET)
    channel.close()
    doubles.telegram.know(CHAT)

    def tell(text: str) -> str:
        doubles.telegram.inject_text(CHAT, text)
        eventually(lambda: not doubles.telegram.pending, what="Telegram to hand it over")
        return ""

    return Line(AddressKind.TELEGRAM, str(CHAT), tell, lambda: doubles.telegram.texts(CHAT))


LINES = {"twilio": twilio, "africastalking": africastalking, "gateway": gateway, "telegram": telegram}
