"""Whether word about a report could hurt whoever sent it. Pure; when in doubt nothing is sent.

The phone may be in other hands than those that wrote. A text that arrives unasked shows that its owner
told somebody something, so every doubt about who reads it ends in silence; `STATUS` still answers.
"""

import datetime as dt
from dataclasses import dataclass

from mbiu.codes import EventType, Wish

#: So long after a report the number may belong to somebody else.
LONG_AGO = dt.timedelta(days=90)


@dataclass(frozen=True)
class Case:
    """What is known of a report, its sender and the address to write to.

    ``own`` says that the address belongs to the sender; a borrowed phone does not. ``types`` are all event
    types of the report and of its incident. ``age`` is how long ago the report came.
    """

    wish: Wish = Wish.PUSH
    stopped: bool = False
    silent: bool = False
    blocked: bool = False
    own: bool = True
    duress: bool = False
    unconfirmed: bool = False
    withdrawn: bool = False
    types: frozenset[str] = frozenset()
    age: dt.timedelta = dt.timedelta()


def why_not(case: Case) -> str:
    """The code of the first reason to say nothing; empty when word may be sent."""
    reasons = {
        # Contact ended for good after the word for danger.
        "silent": case.silent,
        # The sender was forced to write: whoever forces reads the answer.
        "duress": case.duress,
        # Somebody else may be writing from this number.
        "unconfirmed": case.unconfirmed,
        # The sender wants to have nothing to do with it any more.
        "withdrawn": case.withdrawn,
        # A survivor of sexual violence often lives with whoever did it.
        "survivor": EventType.SEXUAL_VIOLENCE.value in case.types,
        # The owner of a borrowed phone is not to learn what was told from it.
        "borrowed": not case.own,
        "stopped": case.stopped,
        "blocked": case.blocked,
        # Safe mode: only in answer, or never.
        "wish": case.wish is not Wish.PUSH,
        "old": case.age > LONG_AGO,
    }
    return next((code for code, holds in reasons.items() if holds), "")
