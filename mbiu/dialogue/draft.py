"""What a conversation stands on, and what comes of a message: plain frozen values."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mbiu.codes import Answer, EventType, Wish


@dataclass(frozen=True)
class Draft:
    """The question that is open: about which fact, of which report, since when, with which choices.

    ``choices`` are place ids in the order in which they were offered as 1, 2, 3.
    """

    question: str | None = None
    ref: str | None = None
    at: dt.datetime | None = None
    choices: tuple[str, ...] = ()


CLEAR = Draft()


@dataclass(frozen=True)
class Code:
    """What a code of the centre's table stands for; ``numbers`` names the counts that may follow it."""

    event_type: EventType
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What is known of the sender besides the draft.

    ``last_ref`` is the newest report and ``last_at`` when it began. ``open_alerts`` are references, newest
    first, and ``alerted_at`` is when the newest came; of these the sender has ``promised`` to act on some,
    and nothing more is expected on the ``settled``. ``answered`` is the alert answered last, open or not,
    at ``answered_at``. ``belongs_to`` is the report that this message is a part of, because its provider
    says so (album, parts of a long SMS, an edit) or because it follows a text that filled a whole segment.
    ``codes`` is the centre's table of codes in capital letters.
    """

    last_ref: str | None = None
    last_at: dt.datetime | None = None
    open_alerts: tuple[str, ...] = ()
    alerted_at: dt.datetime | None = None
    promised: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    answered: str | None = None
    answered_at: dt.datetime | None = None
    belongs_to: str | None = None
    codes: Mapping[str, Code] = field(default_factory=dict)


class Kind(StrEnum):
    """What a message brings about."""

    BEGIN = "begin"
    ADD = "add"
    CHOOSE = "choose"
    STATUS = "status"
    RESPOND = "respond"
    NOTE = "note"
    INFO = "info"
    LANGUAGE = "language"
    WISH = "wish"
    QUIET = "quiet"
    STOP = "stop"
    START = "start"
    WITHDRAW = "withdraw"
    MY_DATA = "my_data"
    DELETE = "delete"
    JOIN = "join"
    VOUCH = "vouch"
    PIN = "pin"
    BORROW = "borrow"


@dataclass(frozen=True)
class Effect:
    """One thing to do, with what it needs.

    ``told`` are facts that the reporter gave by code or choice. ``hours`` are the first and the last full
    hour of quiet, local time.
    """

    kind: Kind
    ref: str | None = None
    words: str = ""
    told: Mapping[str, object] = field(default_factory=dict)
    answer: Answer | None = None
    language: str | None = None
    wish: Wish | None = None
    hours: tuple[int, int] | None = None
    code: str = ""
    pin: str = ""


@dataclass(frozen=True)
class Reply:
    """The key of a text, what fills it, and which buttons stand under it in a chat.

    ``buttons`` names a set: languages, pin, done. An empty key is no reply.
    """

    key: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    buttons: str = ""


SILENCE = Reply()


@dataclass(frozen=True)
class Step:
    """One turn of a conversation: the draft afterwards, the reply, what to do.

    Where an effect decides what to say (a status, a responder's answer), its words go before ``reply``.
    """

    draft: Draft
    reply: Reply
    effects: tuple[Effect, ...] = ()

    @property
    def effect(self) -> Effect | None:
        """The first effect, by which the turn is known."""
        return self.effects[0] if self.effects else None

    def has(self, *kinds: Kind) -> bool:
        return any(effect.kind in kinds for effect in self.effects)
