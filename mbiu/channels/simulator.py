"""The channel of demonstrations and exercises: nothing leaves the house, but all that can go wrong does."""

import io
import random
import uuid
import wave

from mbiu.channels import conditions
from mbiu.codes import AddressKind, DeliveryState
from mbiu.messages import ChannelError, OutgoingMessage, Sent

NAME = "simulator"

#: Seconds after which a refused message is tried again: nobody in a training waits for minutes.
RETRY = 3.0

#: Begins the provider's id of a message whose arrival nobody will report.
LOST = "lost-"

PHOTO, VOICE = "photo", "voice"


class Simulator:
    """Takes every message and calls it delivered, unless a phone's conditions say otherwise.

    The page ``/phone`` shows what was sent; `mbiu.training` reports what arrives later.
    """

    name = NAME

    def __init__(self, kind: AddressKind = AddressKind.SMS) -> None:
        self.kind = kind

    def send(self, message: OutgoingMessage) -> Sent:
        """Each call gets an id of its own. Raises ChannelError as often as was wished."""
        now = conditions.of(message.to)
        if random.randrange(100) < now.fails:  # noqa: S311 - a fault for a training, no secret
            raise ChannelError("simulated_failure", retry_after=RETRY)
        own = str(uuid.uuid4())
        if now.unreceipted:
            return Sent(LOST + own, DeliveryState.SENT)
        later = now.delay or now.away_until
        return Sent(own, DeliveryState.SENT if later else DeliveryState.DELIVERED)

    def fetch_file(self, handle: str, max_bytes: int) -> bytes:
        """The made-up photo or voice note of that name. Raises ChannelError for any other."""
        made = {PHOTO: _photo, VOICE: _voice}.get(handle)
        content = made() if made else b""
        if not content or len(content) > max_bytes:
            raise ChannelError("no_such_file", permanent=True)
        return content


def _photo() -> bytes:
    """A small picture that tells, as phones do, where it was taken."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (640, 480), "#9cc3d8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 300, 640, 480), fill="#b58a4c")
    draw.polygon([(220, 220), (330, 140), (440, 220)], fill="#6b4a2b")
    draw.rectangle((245, 220, 415, 340), fill="#d9c49a")
    draw.rectangle((310, 260, 350, 340), fill="#4a3320")
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (0.0, 6.0, 0.0), 3: "E", 4: (29.0, 49.0, 0.0)})
    held = io.BytesIO()
    image.save(held, "JPEG", quality=80, exif=exif)
    return held.getvalue()


def _voice() -> bytes:
    """Two seconds of a hum."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        up = [step * 160 for step in range(40)]
        period = up + up[::-1]
        samples = (period * 200)[:16000]
        file.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))
    return held.getvalue()
