"""The centre's own texts in place of the shipped ones: checked, kept with their history, taken back."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mbiu import audit, texts
from mbiu.audit import Actor
from mbiu.channels.text import clean, compose, segments
from mbiu.codes import ContactRole
from mbiu.feedback.matrix import Event, must_coordinate
from mbiu.models import Wording, utcnow
from mbiu.refusals import NotFound, NotPossible

_RECEIPTS = (
    "reply.receipt", "reply.receipt_first", "reply.receipt_place", "reply.receipt_which",
    "reply.receipt_what", "reply.receipt_code",
)  # fmt: skip
#: The text of each event; a receipt has several, by what is missing.
KEYS: dict[Event, tuple[str, ...]] = {
    Event.RECEIPT: _RECEIPTS,
    Event.VERIFIED: ("outcome.told_verified",),
    Event.REFUTED: ("outcome.told_refuted",),
    Event.UNVERIFIABLE: ("outcome.told_unverifiable",),
    Event.ACTION: ("outcome.told_action",),
    Event.OUTCOME: ("outcome.told",),
}
#: Everybody, where an audience is asked for.
EVERYBODY = ""
#: What else is sent to people, by how its key begins; the first that fits holds.
GROUPS: dict[str, tuple[str, ...]] = {
    "alerts": ("alert.", "reply.alert."),
    "questions": ("reply.question_", "ask."),
    "feedback": ("outcome.", "reply.receipt", "reply.status"),
    "answers": ("reply.", "page."),
    "chats": ("button.", "menu."),
    "parts_of_alerts": ("event_type.", "severity.", "certainty.", "number."),
    "gateways": ("gateway.",),
}
# Responders are told what happened; nobody else reads of it on a phone.
_OUTSPOKEN = frozenset({"alerts", "parts_of_alerts"})
_EXAMPLE = {
    "ref": "R7K3QX9",
    "choices": "1 Kasese 2 Kamwenge 3 other",
    "codes": "RAID 3",
    "refs": "A7K3QX9 A2M4PT6",
    "place": "Bwera, Kasese",
    "when": "21/11 14:05",
    "numbers": " 3-5.",
    "n": "12",
    "km": "10",
    "code": "KAS-07",
}
# What happened may be left unsaid; a reference may not.
_MAY_LACK = frozenset({"done"})


@dataclass(frozen=True)
class Text:
    """One text as it holds for an audience; ``own`` if the centre wrote it for that very audience."""

    key: str
    language: str
    audience: str
    words: str
    own: bool
    preview: str
    segments: int


def keys(event: Event) -> tuple[str, ...]:
    """The texts of an event that are shipped."""
    return tuple(key for key in KEYS[event] if key in texts.wordings(texts.FALLBACK))


def group_of(key: str) -> str:
    """The group of a text. Raises NotFound for any text that is not the centre's to change."""
    starts = ((group, begins) for group, begins in GROUPS.items() if key.startswith(begins))
    found = next(starts, None) if key in texts.wordings(texts.FALLBACK) else None
    if found is None:
        raise NotFound("There is no such text.")
    return found[0]


def grouped() -> dict[str, list[str]]:
    """Every text that is sent to people and may be changed, by group."""
    found: dict[str, list[str]] = {group: [] for group in GROUPS}
    for key in texts.wordings(texts.FALLBACK):
        group = next((name for name, begins in GROUPS.items() if key.startswith(begins)), None)
        if group:
            found[group].append(key)
    return found


def event_of(key: str) -> Event | None:
    """The event of the feedback that a text speaks of, if any. Raises NotFound as `group_of` does."""
    group_of(key)
    return next((event for event in Event if key in keys(event)), None)


def limit(key: str) -> int:
    """How many SMS a text may cost: one for a receipt, two or what the shipped one costs for others."""
    if key in _RECEIPTS:
        return 1
    shipped = ((language, texts.wordings(language)[key]) for language in texts.languages())
    return max(2, *(segments(fill(language, words)) for language, words in shipped))


def fill(language: str, words: str) -> str:
    """The text as it would arrive, with an example reference and the longest outcome."""
    values = _EXAMPLE | {"done": max(_outcomes(language), key=len)}
    return compose(words.format(**{name: values.get(name, "…") for name in texts.placeholders(words)}))


def _outcomes(language: str) -> list[str]:
    told = texts.wordings(language).items()
    return [text for key, text in told if key.startswith("outcome.") and not key.startswith("outcome.told")]


@dataclass(frozen=True)
class Checked:
    """What is wrong with a text, a sentence each; filled in and counted where its braces can be read."""

    problems: tuple[str, ...]
    preview: str = ""
    segments: int = 0


def check(language: str, key: str, words: str) -> Checked:
    """Whether a text may be used in place of the shipped one."""
    if not words.strip():
        return Checked(("Write a text, or take the shipped one back.",))
    try:
        named = texts.placeholders(words)
    except ValueError:
        return Checked(("A brace is open, or holds more than a name. Write {ref} for the reference.",))
    known = texts.placeholders(texts.wordings(language)[key])
    found = [f"{{{name}}} means nothing in this text." for name in sorted(named - known)]
    found += [f"{{{name}}} is missing." for name in sorted(known - named - _MAY_LACK)]
    if group_of(key) not in _OUTSPOKEN and (word := texts.betrays(language, words)):
        found.append(f"«{word}» must not stand on a phone that somebody else may see.")
    preview = fill(language, words)
    cost = segments(preview)
    if cost > limit(key):
        most = "one" if limit(key) == 1 else str(limit(key))
        found.append(f"With an example filled in it costs {cost} SMS; it may cost {most} at most.")
    return Checked(tuple(found), preview, cost)


def tidy(words: str) -> str:
    """A typed text as it is kept: one line, without what cannot be stored."""
    return " ".join(clean(words).split())


def own(session: Session) -> dict[tuple[str, str, str], str]:
    """All texts of the centre by key, language and audience."""
    return {(row.key, row.language, row.audience): row.text for row in session.scalars(select(Wording))}


def text(session: Session, key: str, language: str, audience: str) -> Text:
    """A text as it holds now for an audience. Raises NotFound."""
    _known(key, language, audience)
    found = own(session)
    mine = found.get((key, language, audience))
    words = mine or found.get((key, language, EVERYBODY)) or texts.wordings(language)[key]
    filled = fill(language, words)
    return Text(key, language, audience, words, mine is not None, filled, segments(filled))


def _known(key: str, language: str, audience: str) -> None:
    audiences = {EVERYBODY, *ContactRole} if event_of(key) else {EVERYBODY}
    if language not in texts.languages() or audience not in audiences:
        raise NotFound("There is no such text.")


def save(session: Session, actor: Actor, at: tuple[str, str, str], words: str) -> None:
    """Use ``words`` for the text ``at`` (key, language, audience) from now on.

    Raises NotAllowed, NotFound, and NotPossible with everything that is wrong with the words.
    """
    must_coordinate(actor)
    key, language, audience = at
    before, words = text(session, *at), tidy(words)
    if words and texts.wordings(language)[key].endswith(" "):
        words += " "
    if wrong := check(language, key, words).problems:
        raise NotPossible(" ".join(wrong))
    if before.own and before.words == words:
        return
    values = {"text": words, "changed_by": actor.id, "changed_at": utcnow()}
    row = insert(Wording).values(key=key, language=language, audience=audience, **values)
    session.execute(row.on_conflict_do_update(constraint="pk_wording", set_=values))
    audit.append(session, actor, "wording.changed", _subject(at), before=before.words, after=words)


def reset(session: Session, actor: Actor, at: tuple[str, str, str]) -> bool:
    """Take the shipped text (for an audience: that for everybody) back; False if it was never changed."""
    must_coordinate(actor)
    before = text(session, *at)
    if not before.own:
        return False
    key, language, audience = at
    row = (Wording.key == key, Wording.language == language, Wording.audience == audience)
    session.execute(delete(Wording).where(*row))
    after = text(session, *at).words
    audit.append(session, actor, "wording.reset", _subject(at), before=before.words, after=after)
    return True


def _subject(at: tuple[str, str, str]) -> str:
    return "wording:" + ".".join(part for part in at if part)
