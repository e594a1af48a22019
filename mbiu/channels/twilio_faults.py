"""Twilio's refusals by its error codes (twilio.com/docs/api/errors), and lines that broke."""

from mbiu.messages import ChannelError

# Of the number or the text, and of what our account may not do.
_PERMANENT = {
    21211: "not_a_number",
    21214: "not_a_number",
    21217: "not_a_number",
    21408: "country_not_enabled",
    21602: "empty",
    21608: "not_verified",
    21610: "opted_out",
    21612: "no_route",
    21614: "not_a_mobile",
    21617: "too_long",
    21635: "landline",
    30003: "out_of_reach",
    30004: "blocked",
    30005: "unknown_number",
    30006: "landline",
    30007: "filtered",
}
_BLOCKED = frozenset({21610})
# What passes, or what the operator has to mend while the text waits.
_TEMPORARY = {
    20003: "unauthorised",
    20005: "suspended",
    20429: "too_many_requests",
    14107: "too_many_requests",
    21212: "invalid_sender",
    21606: "invalid_sender",
    21611: "queue_full",
    21659: "invalid_sender",
    21660: "invalid_sender",
    30001: "queue_full",
    30002: "suspended",
    30008: "provider_fault",
    63038: "too_many_requests",
}


def refusal(error: Exception) -> ChannelError:
    """What one of the library's exceptions means for the text."""
    code, status = getattr(error, "code", None), getattr(error, "status", 0)
    if code in _PERMANENT:
        return ChannelError(_PERMANENT[code], permanent=True, blocked=code in _BLOCKED)
    if code in _TEMPORARY or status == 429:
        reason = _TEMPORARY.get(code or 0, "too_many_requests")
        return ChannelError(reason, retry_after=1.0 if reason == "too_many_requests" else None)
    if status in (401, 403):
        return ChannelError("unauthorised")
    refused = status == 400 and code is not None
    return ChannelError(f"twilio_{code or status}", permanent=refused)


def never_connected(error: OSError) -> bool:
    """Whether requests failed before a byte was sent: no name, no way, no answer at the port."""
    from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

    cause = error.args[0] if error.args else None
    cause = getattr(cause, "reason", None) or cause
    return isinstance(cause, HTTPError) and not isinstance(cause, ProtocolError | ReadTimeoutError)
