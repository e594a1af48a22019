"""A sign of life that leaves the house. Whoever watches for it raises the alarm when it stays away.

It goes out only after the auditor's proof, so that it says more than that a machine is on.
"""

import logging

from mbiu.channels import outside
from mbiu.db import transaction
from mbiu.escalation import auditor
from mbiu.messages import ChannelError
from mbiu.models import utcnow
from mbiu.settings import settings

log = logging.getLogger(__name__)

_GOOD = range(200, 300)


def beat() -> bool:
    """Call the address of MBIU_HEARTBEAT_URL; False where there is none, no proof, or no good answer."""
    url = settings().heartbeat_url.get_secret_value()
    if not url:
        return False
    with transaction() as session:
        proven = auditor.is_proven(session, utcnow())
    if not proven:
        log.error("heartbeat.held_back")
        return False
    return _call(url)


def _call(url: str) -> bool:
    networks = settings().hook_networks_listed
    try:
        host = outside.target(url).name
        status = outside.post(url, b"", {"Content-Type": "text/plain"}, allowed=[host], networks=networks)
    except ChannelError as error:
        log.warning("heartbeat.failed", extra={"why": error.reason})
        return False
    if status not in _GOOD:
        log.warning("heartbeat.failed", extra={"why": f"http_{status}"})
    return status in _GOOD
