"""The channel of demonstrations and exercises: nothing leaves the house."""

import uuid

from mbiu.codes import AddressKind, DeliveryState
from mbiu.messages import OutgoingMessage, Sent

NAME = "simulator"


class Simulator:
    """Takes every message and calls it delivered; the page ``/phone`` shows what was sent."""

    name = NAME

    def __init__(self, kind: AddressKind = AddressKind.SMS) -> None:
        self.kind = kind

    def send(self, message: OutgoingMessage) -> Sent:  # noqa: ARG002
        """Never fails; each call gets an id of its own."""
        return Sent(str(uuid.uuid4()), DeliveryState.DELIVERED)
