"""What a message means in its conversation: a pure decision, the same for SMS and chat.

Free text is a report unless the whole message has the shape of a command: «help they are burning
houses» must never be answered with the help text.
"""

import datetime as dt

from mbiu.dialogue import answers, commands
from mbiu.dialogue import coded as codes
from mbiu.dialogue.draft import CLEAR, SILENCE, Draft, Effect, Kind, Known, Reply, Step
from mbiu.dialogue.grammar import said
from mbiu.messages import IncomingMessage

#: How long a question stays open, and how long a bare pin or photo belongs to the report before it.
QUESTION_OPEN = dt.timedelta(hours=24)
SAME_REPORT = dt.timedelta(minutes=30)
#: An answer to a question is short; longer texts tell something new. People answer people at more length.
ANSWER_WORDS = 15
ANSWER_TO_A_PERSON = 40

_RECEIPT, _ADDED = Reply("reply.receipt"), Reply("reply.added")
#: The steps of a guided report: what is asked after each answer, and the buttons under it.
_GUIDED = {
    "guided_what": ("guided_where", "pin"),
    "guided_where": ("guided_when", ""),
    "guided_when": ("guided_more", "done"),
    "guided_more": ("guided_more", "done"),
}


def decide(draft: Draft, message: IncomingMessage, known: Known, now: dt.datetime) -> Step:
    """The step that ``message`` asks for, given the open ``draft`` and what is ``known`` at ``now`` (UTC)."""
    draft = _fresh(draft, now)
    if message.button:
        return commands.pressed(message.button, draft, known)
    if known.belongs_to:
        reply = _ADDED if message.edited and not message.live else SILENCE
        return Step(draft, reply, (Effect(Kind.ADD, known.belongs_to),))
    words = message.text.split()
    if not words:
        return _wordless(draft, message, known, now)
    return (
        commands.borrowed(message.text, draft)
        or commands.spoken(words, draft, message, known)
        or answers.chosen(words, draft, known)
        or answers.response(words, draft, known, now)
        or _coded(message.text, draft, known, now)
        or _guided(draft)
        or (answers.with_files(words, draft, known, now) if message.attachments else None)
        or _addition(words, draft, message, known, now)
        or Step(CLEAR, _RECEIPT, (Effect(Kind.BEGIN),))
    )


def _fresh(draft: Draft, now: dt.datetime) -> Draft:
    return draft if draft.question and draft.at and now - draft.at <= QUESTION_OPEN else CLEAR


def _wordless(draft: Draft, message: IncomingMessage, known: Known, now: dt.datetime) -> Step:
    if message.lat is None and not message.attachments:
        return Step(draft, Reply("reply.empty"))
    if step := _guided(draft) or answers.with_files([], draft, known, now):
        return step
    ref = draft.ref or _recent(known, now)
    if not ref:
        return Step(CLEAR, _RECEIPT, (Effect(Kind.BEGIN),))
    # A place answers «where?»; a mere photo settles no question.
    after = CLEAR if message.lat is not None else draft
    return Step(after, _ADDED, (Effect(Kind.ADD, ref),))


def _recent(known: Known, now: dt.datetime, within: dt.timedelta = SAME_REPORT) -> str | None:
    fresh = known.last_ref and known.last_at and now - known.last_at <= within
    return known.last_ref if fresh else None


def _coded(text: str, draft: Draft, known: Known, now: dt.datetime) -> Step | None:
    """A report by code begins one; behind NO it puts the last one right, and NO alone takes it back."""
    first, *rest = text.split()
    no = said([first])
    if no and no.command == "no":
        return _corrected(" ".join(rest), draft, known, now)
    found = codes.read(text, known.codes)
    if not found:
        return None
    reply = Reply("reply.receipt_code", {"codes": found.echo})
    return Step(Draft("code", "", now), reply, (Effect(Kind.BEGIN, told=found.told),))


def _corrected(rest: str, draft: Draft, known: Known, now: dt.datetime) -> Step | None:
    ref = (draft.ref if draft.question == "code" else None) or _recent(known, now, QUESTION_OPEN)
    found = codes.read(rest, known.codes)
    if found and ref:
        return Step(CLEAR, _ADDED, (Effect(Kind.ADD, ref, told=found.told),))
    if not rest and draft.question == "code" and ref:
        asked = Draft("what", ref, now)
        return Step(asked, Reply("reply.question_what"), (Effect(Kind.ADD, ref, told={"event_type": None}),))
    return None


def _guided(draft: Draft) -> Step | None:
    """The next step of a guided report; its reference is known once it has begun."""
    if draft.question not in _GUIDED:
        return None
    question, buttons = _GUIDED[draft.question]
    begins = draft.question == "guided_what"
    effect = Effect(Kind.BEGIN) if begins else Effect(Kind.ADD, draft.ref)
    after = Draft(question, "" if begins else draft.ref)
    return Step(after, Reply(f"reply.{question}", buttons=buttons), (effect,))


def _addition(
    words: list[str], draft: Draft, message: IncomingMessage, known: Known, now: dt.datetime
) -> Step | None:
    """Words for a report that is there: asked for, announced by a word such as «also», or an edit."""
    longest = ANSWER_TO_A_PERSON if draft.question in {"words", "add"} else ANSWER_WORDS
    if draft.ref and (len(words) <= longest or message.lat is not None):
        return Step(CLEAR, _ADDED, (Effect(Kind.ADD, draft.ref),))
    announced = said(words)
    more = announced is not None and announced.command == "more" and announced.exact and announced.rest
    if (more or message.edited) and (ref := _recent(known, now)):
        return Step(draft, _ADDED, (Effect(Kind.ADD, ref),))
    return None
