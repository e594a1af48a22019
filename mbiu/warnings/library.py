"""The protective messages of the house: written by one person, agreed to by another, before they are needed.

A text is never changed: a new one is written in its place and the old one put away.
"""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, texts
from mbiu.audit import Actor
from mbiu.channels.text import clean, compose, segments
from mbiu.models import ProtectiveText, utcnow
from mbiu.refs import new_id
from mbiu.refusals import NotAllowed, NotFound, NotPossible
from mbiu.verification import MAY_DECIDE


class Variant(StrEnum):
    """What a message is for."""

    PROTECT = "protect"
    COUNTER_RUMOUR = "counter_rumour"
    ALL_CLEAR = "all_clear"


VARIANTS = tuple(Variant)
#: An SMS of more segments than this is not read to its end. A name stands for the area meanwhile.
SEGMENTS = 3
_PLACE = "Nakapiripirit"
_LONGEST, _MOST = 80, 200


def write(
    session: Session, actor: Actor, name: str, variant: str, wordings: Mapping[str, str]
) -> ProtectiveText:
    """Put down a message for another person to agree to; ``{place}`` in it becomes the name of the area.

    Raises NotPossible for words that speak of conflict or are too long, and for what has no English or no
    wording at all.
    """
    may_keep(actor)
    name = " ".join(clean(name).split())
    if not name or len(name) > _LONGEST:
        raise NotPossible("Give it a name of at most 80 characters.")
    if variant not in set(Variant):
        raise NotPossible("Choose what the message is for.")
    said = {language: _checked(language, text) for language, text in wordings.items() if text.strip()}
    if texts.FALLBACK not in said:
        raise NotPossible("Write it in English at least: who reads none of the other languages gets that.")
    row = ProtectiveText(id=new_id(), name=name, variant=variant, texts=said, written_by=actor.id)
    session.add(row)
    audit.append(session, actor, "protective.written", f"text:{row.id}", variant=variant, after=sorted(said))
    return row


def _checked(language: str, text: str) -> str:
    if language not in texts.languages():
        raise NotPossible("There is no such language.")
    words = " ".join(clean(text).split())
    try:
        known = texts.placeholders(words) <= {"place"}
    except ValueError:
        known = False
    if not known:
        raise NotPossible("Only {place} can stand in braces.")
    if word := texts.betrays(language, words):
        raise NotPossible(f"«{word}» shows whoever sees the phone what this is about. Say it otherwise.")
    if segments(compose(words.format(place=_PLACE))) > SEGMENTS:
        raise NotPossible(f"A message has at most {SEGMENTS} SMS; this one is longer ({language}).")
    return words


def agree(session: Session, actor: Actor, text_id: UUID) -> None:
    """Agree to a message that somebody else has written. Raises NotAllowed, NotFound, NotPossible."""
    row = _held(session, actor, text_id)
    if row.agreed_at:
        raise NotPossible("It was agreed already.")
    if row.written_by == actor.id:
        raise NotAllowed("You wrote it; another person must agree to it.")
    row.agreed_by, row.agreed_at = actor.id, utcnow()
    audit.append(session, actor, "protective.agreed", f"text:{row.id}")


def retire(session: Session, actor: Actor, text_id: UUID) -> None:
    """Put a message away; warnings that were prepared with it keep their words."""
    row = _held(session, actor, text_id)
    row.retired_at = utcnow()
    audit.append(session, actor, "protective.retired", f"text:{row.id}")


def _held(session: Session, actor: Actor, text_id: UUID) -> ProtectiveText:
    may_keep(actor)
    row = session.get(ProtectiveText, text_id, with_for_update=True)
    if row is None or row.retired_at:
        raise NotFound("There is no such message.")
    return row


def may_keep(actor: Actor) -> None:
    """Raises NotAllowed for whoever may not warn people."""
    if actor.id is None or actor.role not in MAY_DECIDE:
        raise NotAllowed("Only analysts and coordinators warn people.")


def kept(session: Session) -> list[ProtectiveText]:
    """All messages in use or waiting for a second person, by variant and name."""
    query = select(ProtectiveText).where(ProtectiveText.retired_at.is_(None))
    rows = session.scalars(query.order_by(ProtectiveText.name, ProtectiveText.id).limit(_MOST))
    return sorted(rows, key=lambda row: VARIANTS.index(Variant(row.variant)))


def agreed(session: Session, text_id: UUID) -> ProtectiveText:
    """A message that can be sent. Raises NotFound."""
    row = session.get(ProtectiveText, text_id)
    if row is None or row.retired_at or row.agreed_at is None:
        raise NotFound("There is no such agreed message.")
    return row


def shipped() -> dict[str, dict[str, str]]:
    """The messages that come with Mbiu, to begin from: ``protect.stay`` to its wordings by language."""
    keys = [key for key in texts.wordings(texts.FALLBACK) if key.startswith("warning.")]
    return {
        key.removeprefix("warning."): {code: texts.wordings(code)[key] for code in texts.languages()}
        for key in keys
    }
