"""What reporters hear of their reports: who, of what, in which words, and whether it is safe."""

from mbiu.codes import ContactRole
from mbiu.feedback.current import forget, refresh, told
from mbiu.feedback.matrix import Event
from mbiu.feedback.telling import reachable, tell, tell_all

__all__ = ["Event", "answers", "forget", "reachable", "refresh", "tell", "tell_all", "told"]


def answers(audience: ContactRole) -> bool:
    """Whether a report of this audience is answered with a receipt. Call `refresh` before."""
    return told(Event.RECEIPT, audience)
