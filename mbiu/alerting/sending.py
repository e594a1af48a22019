"""One of an alert's texts as it goes to one address."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from mbiu.alerting.contents import CHAT, MAIL
from mbiu.alerting.wording import buttons
from mbiu.models import Alert
from mbiu.outbox import Outgoing

#: An alert that could not be delivered for so long is of no use any more.
USEFUL = dt.timedelta(hours=12)


def outgoing(
    alert: Alert,
    to: Mapping[str, Any],
    wordings: Mapping[str, str],
    now: dt.datetime,
    *,
    kind: str = "alert",
    link: str = "",
) -> Outgoing | None:
    """What goes to one recipient ``to`` of the alert's chain; None where nothing of it may leave.

    ``wordings`` are those of `contents`, ``link`` leads to the page of answers. A mail has the link at its
    end, a chat buttons.
    """
    text = wordings.get(to["key"])
    if text is None:
        return None
    subject = ""
    if to["channel"] == "email" or MAIL in to["key"]:
        subject, _, text = text.partition("\n")
        text = f"{text}\n\n{link}" if link else text
    return Outgoing(
        address_id=UUID(to["address"]),
        contact_id=UUID(to["contact"]),
        channel=to["channel"],
        text=text,
        kind=kind,
        alert_id=alert.id,
        buttons=buttons(to["language"], alert.ref) if CHAT in to["key"] else [],
        step=alert.step,
        expires_at=now + USEFUL,
        subject=subject,
    )
