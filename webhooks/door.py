"""The one way from a hook into the house: the database, or the spool while that is away."""

import logging
from urllib.parse import parse_qs

from flask import request
from sqlalchemy.exc import DBAPIError

from mbiu import arrivals, spool
from mbiu.arrivals import Arrival
from mbiu.db import is_away, transaction
from mbiu.intake import Received
from mbiu.messages import BadPayload

log = logging.getLogger(__name__)

_MAX_FIELDS = 200


class NotKept(Exception):
    """Neither the database nor the spool took a message: the provider must bring it again."""


def take(arrival: Arrival, *, inline: bool = False) -> Received:
    """Take in what an authenticated caller brought; when this returns, it is safe.

    With ``inline`` the reply comes back for the provider to carry, unless the message had to be
    spooled: then it is sent once the message is taken in. Raises NotKept.
    """
    if not spool.link.is_shut:
        try:
            return _store(arrival, inline=inline)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the message is kept and the fault told
            _note(error)
    return _keep(arrival, inline=inline)


def _store(arrival: Arrival, *, inline: bool) -> Received:
    try:
        return _once(arrival, inline=inline)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    # The link had died since its last use, perhaps after the commit: a repeat is harmless.
    return _once(arrival, inline=inline)


def _once(arrival: Arrival, *, inline: bool) -> Received:
    with transaction() as session:
        return arrivals.take(session, arrival, inline=inline)


def _note(error: Exception) -> None:
    if is_away(error):
        log.warning("database.away", extra={"why": type(error).__name__})
        spool.link.failed()
    else:
        log.error("arrival.failed", exc_info=error, extra={"hook": request.endpoint})


def _keep(arrival: Arrival, *, inline: bool) -> Received:
    try:
        name = spool.put(arrival, inline=inline)
    except OSError as error:
        log.critical("spool.failed", extra={"why": type(error).__name__, "errno": error.errno})
        raise NotKept from None
    log.info("spool.kept", extra={"file": name})
    spool.link.wake()
    return Received(None)


def form() -> dict[str, list[str]]:
    """The posted form with every value of every field. Raises BadPayload for one of too many fields.

    Bytes that are no UTF-8 become U+FFFD: a signature over them then fails, as it should.
    """
    body = request.get_data(cache=False).decode("utf-8", "replace")
    try:
        return parse_qs(body, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="replace")
    except ValueError:
        raise BadPayload("form") from None
