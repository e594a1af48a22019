"""What a failed call says: about the gateway, about the number, or nothing for certain (pure)."""

from mbiu.messages import ChannelError

#: The gateway will not carry this text, but another may.
_OWN_LIMITS = frozenset(
    {
        "no_route",
        "country_not_enabled",
        "not_verified",
        "filtered",
        "rejected",
        "refused",
        "invalid_sender",
        "unauthorised",
        "no_credit",
        "not_configured",
    }
)
#: Nobody knows whether the text was taken: a second gateway might send it a second time.
_UNSURE = frozenset({"timeout", "cut", "bad_answer", "broken", "http_504", "twilio_504"})
#: A wish to be asked more slowly is no illness.
_BUSY = frozenset({"too_many_requests", "queue_full"})


def is_unsure(error: ChannelError) -> bool:
    """Whether the text may have been taken although the call failed."""
    return error.reason in _UNSURE


def may_go_elsewhere(error: ChannelError) -> bool:
    """Whether another gateway should be tried at once: this one surely did not take the text."""
    if error.permanent:
        return error.reason in _OWN_LIMITS
    return not is_unsure(error)


def is_trouble(error: ChannelError) -> bool:
    """Whether the gateway itself is unwell, rather than busy or asked for what cannot be."""
    return not error.permanent and error.reason not in _BUSY


def decisive(errors: list[ChannelError]) -> ChannelError:
    """The error that decides over a text: a last word on the number, else what may pass, else the last."""
    last = errors[-1]
    if last.permanent and not may_go_elsewhere(last):
        return last
    passing = [error for error in errors if not error.permanent]
    return passing[-1] if passing else last
