"""The conversation with a person: (draft, message, what is known) -> (draft, reply, effects), all pure."""

from mbiu.dialogue.answers import restated
from mbiu.dialogue.conversation import ANSWER_WORDS, QUESTION_OPEN, SAME_REPORT, decide
from mbiu.dialogue.draft import CLEAR, SILENCE, Code, Draft, Effect, Kind, Known, Reply, Step
from mbiu.dialogue.grammar import tongue

__all__ = [
    "ANSWER_WORDS",
    "CLEAR",
    "QUESTION_OPEN",
    "SAME_REPORT",
    "SILENCE",
    "Code",
    "Draft",
    "Effect",
    "Kind",
    "Known",
    "Reply",
    "Step",
    "decide",
    "restated",
    "tongue",
]
