"""Answers: a number for one of the choices that were offered, and a responder's word on an alert."""

from mbiu.codes import Answer
from mbiu.dialogue.draft import CLEAR, SILENCE, Draft, Effect, Kind, Known, Reply, Step
from mbiu.dialogue.grammar import bare, said
from mbiu.refs import normal_ref

_FIGURES = {"1": Answer.ACK, "2": Answer.GO, "3": Answer.DONE, "4": Answer.CANNOT}
_WORDS = {
    "ack": Answer.ACK,
    "yes": Answer.ACK,
    "go": Answer.GO,
    "done": Answer.DONE,
    "cannot": Answer.CANNOT,
}
_ALWAYS = "ack"
# With these also begins a report: «yes they are burning houses».
_WEAK = {"yes", "ack", "go"}
_WEAK_WORDS = 4
_TRIM = ".,;:!?*#\"'()[]"


def chosen(words: list[str], draft: Draft, known: Known) -> Step | None:
    """The number of a choice that was offered, unless an alert came since and the number is its answer."""
    number = bare(words[0])
    if not (draft.choices and number.isdecimal() and len(words) <= _WEAK_WORDS):
        return None
    newer = known.open_alerts and (not draft.at or not known.alerted_at or known.alerted_at > draft.at)
    return None if newer else choose(int(number), draft)


def choose(number: int, draft: Draft) -> Step | None:
    """The step for the choice ``number`` from 1; the one after the last is «other», which asks in words."""
    if 1 <= number <= len(draft.choices):
        effect = Effect(Kind.CHOOSE, draft.ref, told={"place_id": draft.choices[number - 1]})
        return Step(CLEAR, Reply("reply.chosen"), (effect,))
    if number == len(draft.choices) + 1:
        return Step(Draft("place", draft.ref, draft.at), Reply("reply.question_place", {"ref": draft.ref}))
    return None


def response(words: list[str], draft: Draft, known: Known) -> Step | None:
    """A responder's answer: its word first, then perhaps the reference, then perhaps more words."""
    spread = " ".join(words).replace("=", " ").split() or [""]
    command, answer, rest = _answer(spread)
    if answer is None or not (known.open_alerts or bare(spread[0]) == _ALWAYS):
        return None
    ref = _alert_ref(rest[0].strip(_TRIM), known) if rest else None
    if ref:
        rest = rest[1:]
    elif not _is_answer(command, bare(spread[0]), rest):
        return None
    if ref is None and len(known.open_alerts) == 1:
        ref = known.open_alerts[0]
    effect = Effect(Kind.RESPOND, ref, words=" ".join(rest), answer=answer)
    return Step(draft, SILENCE, (effect,))


def _answer(words: list[str]) -> tuple[str, Answer | None, list[str]]:
    """The command or figure that the words begin with, the answer it is, and the words behind it."""
    if (figure := bare(words[0])) in _FIGURES:
        return figure, _FIGURES[figure], words[1:]
    found = said(words)
    return (found.command, _WORDS.get(found.command), list(found.rest)) if found else ("", None, words)


def _is_answer(command: str, word: str, rest: list[str]) -> bool:
    """Whether words that name no alert still answer one."""
    if command in _FIGURES:
        return all(_answer([other])[1] for other in rest)
    return command not in _WEAK or word == _ALWAYS or len(rest) <= _WEAK_WORDS


def _alert_ref(word: str, known: Known) -> str | None:
    """``word`` as an alert's reference; an ordinary seven-letter word in A is none unless it is known."""
    ref = normal_ref(word)
    looks = len(word) == 7 and ref.startswith("A") and any(c.isdigit() for c in word)
    return ref if ref in known.open_alerts or looks else None
