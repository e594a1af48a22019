"""Commands: one word, or one word and what it needs, and the buttons that say the same."""

import re
from collections.abc import Callable

from mbiu import texts
from mbiu.codes import AddressKind, Answer, Wish
from mbiu.dialogue import answers
from mbiu.dialogue.draft import CLEAR, SILENCE, Draft, Effect, Kind, Known, Reply, Step
from mbiu.dialogue.grammar import Said, language_named, reference, said
from mbiu.messages import IncomingMessage
from mbiu.refs import normal_ref

_BORROWED = re.compile(
    r"\s*#\s*([A-Za-z]{2,12}-?[0-9]{1,6})[\s,.:*#]+([0-9]{4,6})\b[\s,.:*#]*(.*)", re.DOTALL
)
_HOURS = re.compile(r"([0-9]{1,2})\s*[-–]\s*([0-9]{1,2})")
_PIN = re.compile(r"[0-9]{4,6}")
_WORD = re.compile(r"[^\W_][\w-]{3,39}")
_WISHES = {"1": Wish.PUSH, "2": Wish.PULL, "3": Wish.NEVER}
#: What one member of a group may not do for all of them.
_PERSONAL = frozenset({"delete", "my_data", "pin", "safe"})

Shape = Callable[[Said, Draft, Known], Step | None]


def borrowed(text: str, draft: Draft) -> Step | None:
    """``#KAS07 4821 and the report``: somebody else's phone."""
    found = _BORROWED.fullmatch(texts.digits(text))
    if not found:
        return None
    if not found[3].strip():
        return Step(draft, Reply("reply.new"))
    return Step(
        draft,
        Reply("reply.receipt"),
        (Effect(Kind.BORROW, code=found[1].upper(), pin=found[2]), Effect(Kind.BEGIN)),
    )


def spoken(words: list[str], draft: Draft, message: IncomingMessage, known: Known) -> Step | None:
    """The step of a message that has the shape of a command; None for anything else."""
    found = said(words)
    if not found:
        return None
    if words[0].startswith("/"):
        return _slashed(found, draft, message, known)
    return _step(found, draft, message, known)


def _slashed(found: Said, draft: Draft, message: IncomingMessage, known: Known) -> Step | None:
    if found.command == "start":
        if len(found.rest) == 1:
            return _join(found, draft, known)
        return Step(draft, Reply("reply.welcome", buttons="languages"))
    if found.command == "report":
        if found.rest:
            return Step(CLEAR, Reply("reply.receipt"), (Effect(Kind.BEGIN),))
        return _how_to_report(draft, message)
    return _step(found, draft, message, known)


def _how_to_report(draft: Draft, message: IncomingMessage) -> Step:
    guided = message.kind is AddressKind.TELEGRAM and not message.is_group
    return Step(Draft("guided_what", None) if guided else draft, Reply("reply.report_how"))


def _step(found: Said, draft: Draft, message: IncomingMessage, known: Known) -> Step | None:
    if message.is_group and found.command in _PERSONAL:
        return Step(draft, Reply("reply.help"))
    if found.command in _ALONE:
        return None if found.rest else _ALONE[found.command](found, draft, known)
    shape = _SHAPES.get(found.command)
    return shape(found, draft, known) if shape else None


def _plain(key: str, kind: Kind | None = None) -> Shape:
    def step(_: Said, draft: Draft, __: Known) -> Step:
        return Step(draft, Reply(key) if key else SILENCE, (Effect(kind),) if kind else ())

    return step


def _info(found: Said, draft: Draft, known: Known) -> Step | None:
    """What an alert is about, told anew; for whoever has none the way how everything works."""
    if not found.rest:
        only = known.open_alerts[0] if len(known.open_alerts) == 1 else None
        asked = Step(draft, SILENCE, (Effect(Kind.INFO, only),))
        return asked if known.open_alerts else Step(draft, Reply("reply.help"))
    ref = answers.alert_ref("".join(found.rest), known)
    return Step(draft, SILENCE, (Effect(Kind.INFO, ref),)) if ref else None


def _status(found: Said, draft: Draft, _: Known) -> Step | None:
    ref = reference(found.rest)
    return None if found.rest and not ref else Step(draft, SILENCE, (Effect(Kind.STATUS, ref),))


def _withdraw(found: Said, draft: Draft, known: Known) -> Step | None:
    ref = reference(found.rest) if found.rest else known.last_ref
    if found.rest and not ref:
        return None
    return Step(draft, SILENCE, (Effect(Kind.WITHDRAW, ref),))


def _new(found: Said, _: Draft, __: Known) -> Step | None:
    if not found.rest:
        return Step(CLEAR, Reply("reply.new"))
    return Step(CLEAR, Reply("reply.receipt"), (Effect(Kind.BEGIN),)) if found.exact else None


def _add(found: Said, draft: Draft, known: Known) -> Step | None:
    named = reference(found.rest[:1])
    ref = named or draft.ref or known.last_ref
    if not ref or not found.exact:
        return None
    if len(found.rest) == (1 if named else 0):
        return Step(Draft("add", ref), Reply("reply.add_how", {"ref": ref}))
    return Step(CLEAR, Reply("reply.added"), (Effect(Kind.ADD, ref),))


def _language(found: Said, draft: Draft, _: Known) -> Step | None:
    if not found.rest:
        return Step(draft, Reply("reply.language_ask", {"names": texts.roll()}, buttons="languages"))
    code = language_named(found.rest[0]) if len(found.rest) == 1 else None
    return _in_language(code, draft) if code else None


def _in_language(code: str, draft: Draft) -> Step:
    return Step(draft, Reply("reply.language_set"), (Effect(Kind.LANGUAGE, language=code),))


def _safe(found: Said, draft: Draft, _: Known) -> Step | None:
    if not found.rest:
        return Step(draft, Reply("reply.safe_how"))
    said_so = "".join(found.rest)
    if said_so in _WISHES:
        return _wish(_WISHES[said_so], draft)
    hours = _HOURS.fullmatch(said_so)
    if not hours or int(hours[1]) > 23 or int(hours[2]) > 23:
        return None
    start, end = int(hours[1]), int(hours[2])
    reply = Reply("reply.safe_quiet", {"start": start, "end": end})
    return Step(draft, reply, (Effect(Kind.QUIET, hours=(start, end)),))


def _wish(wish: Wish, draft: Draft) -> Step:
    return Step(draft, Reply(f"reply.safe_{wish.value}"), (Effect(Kind.WISH, wish=wish),))


def _delete(found: Said, _: Draft, __: Known) -> Step | None:
    if not found.rest:
        return Step(Draft("delete"), Reply("reply.delete_ask"))
    sure = said(list(found.rest))
    confirmed = sure and sure.command == "yes" and not sure.rest
    return Step(CLEAR, Reply("reply.deleted"), (Effect(Kind.DELETE),)) if confirmed else None


def _yes(found: Said, draft: Draft, _: Known) -> Step | None:
    sure = draft.question == "delete" and not found.rest
    return Step(CLEAR, Reply("reply.deleted"), (Effect(Kind.DELETE),)) if sure else None


def _join(found: Said, draft: Draft, _: Known) -> Step | None:
    if len(found.rest) != 1 or not _WORD.fullmatch(found.rest[0]):
        return None
    return Step(draft, SILENCE, (Effect(Kind.JOIN, words=found.rest[0]),))


def _vouch(found: Said, draft: Draft, _: Known) -> Step | None:
    if len(found.rest) != 1 or not any(c.isdigit() for c in found.rest[0]):
        return None
    return Step(draft, SILENCE, (Effect(Kind.VOUCH, code=found.rest[0].lstrip("#").upper()),))


def _pin(found: Said, draft: Draft, _: Known) -> Step | None:
    if not found.rest:
        return Step(draft, Reply("reply.pin_how"))
    if len(found.rest) != 1 or not _PIN.fullmatch(found.rest[0]):
        return None
    return Step(draft, SILENCE, (Effect(Kind.PIN, pin=found.rest[0]),))


def _done(_: Said, draft: Draft, __: Known) -> Step | None:
    """The end of a guided report; otherwise a responder's word."""
    return Step(CLEAR, Reply("reply.added", {"ref": draft.ref})) if draft.question == "guided_more" else None


_ALONE: dict[str, Shape] = {
    "help": _plain("reply.help"),
    "stop": _plain("reply.stopped", Kind.STOP),
    "start": _plain("reply.started", Kind.START),
    "my_data": _plain("", Kind.MY_DATA),
    "report": _plain("reply.report_how"),
    "done": _done,
    "yes": _yes,
}
_SHAPES: dict[str, Shape] = {
    "info": _info,
    "status": _status,
    "withdraw": _withdraw,
    "new": _new,
    "add": _add,
    "lang": _language,
    "safe": _safe,
    "delete": _delete,
    "join": _join,
    "vouch": _vouch,
    "pin": _pin,
}


def pressed(data: str, draft: Draft, known: Known) -> Step:
    """The step of a pressed button."""
    kind, _, rest = data.partition(":")
    if kind == "lang" and rest in texts.languages():
        return _in_language(rest, draft)
    if kind == "choice" and rest.isdecimal() and (step := answers.choose(int(rest[:3]), draft)):
        return step
    if kind in set(Answer) and rest:
        ref, _, hours = rest.partition(":")
        return answers.respond(Answer(kind), normal_ref(ref), hours, draft, known)
    if kind == "info" and rest:
        return Step(draft, SILENCE, (Effect(Kind.INFO, normal_ref(rest)),))
    plain = {"report": "reply.report_how", "help": "reply.help"}
    if kind == "status":
        return Step(draft, SILENCE, (Effect(Kind.STATUS),))
    if kind == "done" and (step := _done(Said("done", ()), draft, known)):
        return step
    return Step(draft, Reply(plain.get(kind, "reply.help")))
