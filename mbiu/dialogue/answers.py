"""Answers: a number for one of the choices that were offered, and a responder's word on an alert.

A responder may name the alert before or behind the word, or not at all where one alone can be meant. What
could as well be a report is one: «3 houses burnt» ends no alert.
"""

import datetime as dt

from mbiu import texts
from mbiu.codes import Answer
from mbiu.dialogue.draft import CLEAR, SILENCE, Draft, Effect, Kind, Known, Reply, Step
from mbiu.dialogue.grammar import bare, said
from mbiu.refs import normal_ref

#: How long after an answer a picture without a reference belongs to its alert.
SAME_ALERT = dt.timedelta(hours=24)
#: What was done is told at more length than an answer to a question, and soon after we asked.
DONE_WORDS = 60
TELL_SOON = dt.timedelta(hours=1)

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
# Behind a figure these say that it is no count: «3. both sides met», «3 - both sides met».
_MARKS = ".,:;)-–"
# An open question of ours about an alert stands in the draft: which one was meant, or what was done.
_WHICH, _TELL = "alert:?:", "alert:w:"


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


# --- a word on an alert ------------------------------------------------------------------------


def response(words: list[str], draft: Draft, known: Known, now: dt.datetime) -> Step | None:
    """A responder's answer, a note on an alert, or an alert's bare reference."""
    spread = " ".join(words).replace("=", " ").split() or [""]
    if ref := alert_ref(spread[0].strip(_TRIM), known):
        return _about(ref, spread[1:], draft, known)
    return _answered(words, spread, draft, known) or _told(words, draft, known, now)


def respond(answer: Answer, ref: str | None, words: str, draft: Draft, known: Known) -> Step:
    """The step of an answer: what it leaves open is asked for next."""
    ref = ref or _meant(answer, known)
    effect = Effect(Kind.RESPOND, ref, words=words, answer=answer)
    after = CLEAR if _pending(draft) else draft
    if ref is None and len(known.open_alerts) > 1:
        after = Draft(f"{_WHICH}{answer.value}")
    elif answer is Answer.DONE and not words and ref in known.open_alerts:
        after = Draft(f"{_TELL}{ref}")
    return Step(after, SILENCE, (effect,))


def _about(ref: str, rest: list[str], draft: Draft, known: Known) -> Step | None:
    """What begins with the reference of an alert: an answer, more words, or the question what it is about."""
    if not rest:
        asked = _pending(draft)
        if asked in set(Answer):
            return respond(Answer(asked), ref, "", CLEAR, known)
        return Step(draft, SILENCE, (Effect(Kind.INFO, ref),))
    _, answer, words = _answer(rest)
    if answer:
        return respond(answer, ref, " ".join(words), draft, known)
    mine = ref in known.open_alerts or ref == known.answered
    return Step(draft, SILENCE, (Effect(Kind.NOTE, ref, words=" ".join(rest)),)) if mine else None


def _answered(words: list[str], spread: list[str], draft: Draft, known: Known) -> Step | None:
    """An answer that begins with its word or figure."""
    command, answer, rest = _answer(spread)
    if known.open_alerts and _is_span(spread):
        return respond(Answer.GO, None, " ".join(spread), draft, known)
    if answer is None or not (known.open_alerts or bare(spread[0]) == _ALWAYS):
        return None
    if rest and (ref := alert_ref(rest[0].strip(_TRIM), known)):
        return respond(answer, ref, " ".join(rest[1:]), draft, known)
    if command in _FIGURES:
        said_more = _behind_a_figure(words, answer, rest, known)
        return None if said_more is None else respond(answer, None, said_more, draft, known)
    if command in _WEAK and bare(spread[0]) != _ALWAYS and len(rest) > _WEAK_WORDS:
        return None
    return respond(answer, None, " ".join(rest), draft, known)


def _is_span(words: list[str]) -> bool:
    """«2h» and «2 hours» alone, where 2 would be going, and 1 to come within the hour."""
    if len(words) == 1:
        return not words[0].isdecimal() and words[0][:1].isdecimal() and bool(texts.span(words[0]))
    figure, *unit = words
    return len(unit) == 1 and figure.isdecimal() and unit[0].isalpha() and bool(texts.span(" ".join(words)))


def _answer(words: list[str]) -> tuple[str, Answer | None, list[str]]:
    """The command or figure that the words begin with, the answer it is, and the words behind it."""
    if (figure := bare(words[0])) in _FIGURES:
        return figure, _FIGURES[figure], words[1:]
    found = said(words)
    return (found.command, _WORDS.get(found.command), list(found.rest)) if found else ("", None, words)


def _behind_a_figure(words: list[str], answer: Answer, rest: list[str], known: Known) -> str | None:
    """The words behind «3» if it is an answer; None if it can be a count."""
    if all(_answer([other])[1] for other in rest):
        return " ".join(rest)
    _, again, more = _answer(rest)
    if again is answer:
        return " ".join(more)
    marked = words[0][-1] in _MARKS or "=" in words[0] or rest[0] in _MARKS
    hours = answer in {Answer.ACK, Answer.GO} and len(rest) <= _WEAK_WORDS and texts.span(" ".join(rest))
    if marked or hours:
        return " ".join(rest).lstrip(_MARKS + " ")
    expected = len(known.promised) == 1 and answer in {Answer.DONE, Answer.CANNOT}
    return " ".join(rest) if expected and not _tells(" ".join(words)) else None


def _tells(text: str) -> bool:
    """Whether a text that begins with a figure counts something by it, or tells of an event or of harm."""
    from mbiu.analysis.counts import count
    from mbiu.analysis.events import event
    from mbiu.analysis.groups import groups
    from mbiu.analysis.scan import scan

    seen = scan(text)
    counted = any(group.first == 0 and group.noun for group in groups(seen))
    found = count(seen)
    kind = event(seen, found).type
    return counted or bool(found.evidence) or kind not in {"unknown", "none", "peace", "dispute"}


def _meant(answer: Answer, known: Known) -> str | None:
    """The alert that is meant where none is named: the only open one, or the only one it can be about."""
    if len(known.open_alerts) == 1:
        return known.open_alerts[0]
    if answer is Answer.DONE:
        return known.promised[0] if len(known.promised) == 1 else None
    waiting = [ref for ref in known.open_alerts if ref not in (*known.promised, *known.settled)]
    if len(waiting) != 1 or (known.promised and answer is not Answer.ACK):
        return None
    return waiting[0]


def alert_ref(word: str, known: Known) -> str | None:
    """``word`` as an alert's reference; an ordinary seven-letter word in A is none unless it is known."""
    ref = normal_ref(word)
    looks = len(word) == 7 and ref.startswith("A") and any(c.isdigit() for c in word)
    return ref if looks or ref in (*known.open_alerts, known.answered) else None


def restated(text: str) -> str:
    """The words behind the answer that a text begins with, where the answer itself was understood before."""
    spread = text.replace("=", " ").split()
    return " ".join(_answer(spread)[2]) if spread else ""


# --- more on an alert --------------------------------------------------------------------------


def _pending(draft: Draft) -> str:
    """What we asked about an alert: an answer whose alert we asked for, or the alert to tell of."""
    question = draft.question or ""
    return question[len(_TELL) :] if question.startswith((_WHICH, _TELL)) else ""


def _told(words: list[str], draft: Draft, known: Known, now: dt.datetime) -> Step | None:
    """Words that we asked for when something was done, or that say that they go on from an answer."""
    asked = (draft.question or "").startswith(_TELL) and draft.at and now - draft.at <= TELL_SOON
    if asked and len(words) <= DONE_WORDS and not said(words):
        return Step(CLEAR, SILENCE, (Effect(Kind.NOTE, _pending(draft), words=" ".join(words)),))
    more = said(words)
    if known.answered and more and more.command == "more" and more.exact and more.rest and _latest(known):
        return Step(draft, SILENCE, (Effect(Kind.NOTE, known.answered, words=" ".join(more.rest)),))
    return None


def with_files(words: list[str], draft: Draft, known: Known, now: dt.datetime) -> Step | None:
    """A picture or recording that follows an answer: it shows what the alert is about."""
    fresh = known.answered_at and now - known.answered_at <= SAME_ALERT
    if not (known.answered and fresh and _latest(known)) or draft.ref or len(words) > DONE_WORDS:
        return None
    return Step(draft, SILENCE, (Effect(Kind.NOTE, known.answered, words=" ".join(words)),))


def _latest(known: Known) -> bool:
    """Whether the sender answered an alert after beginning the newest report."""
    return not (known.last_at and known.answered_at and known.last_at > known.answered_at)
