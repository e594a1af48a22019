"""Asking a reporter: the next short message from there is the answer and joins the report.

The machine asks once a report, and in the receipt where that has not left yet: one text costs half of two.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from mbiu import audit, feedback, texts, vault
from mbiu.channels.text import segments
from mbiu.codes import Wish
from mbiu.models import Address, Contact, Delivery, Message, Report, utcnow
from mbiu.outbox import Buttons, Outgoing, composed, put
from mbiu.refusals import NotPossible
from mbiu.wishes import quiet_until


@dataclass(frozen=True)
class Asked:
    """A question as it is put: the open fact, the end of the text's key, and the choices by place id."""

    fact: str
    key: str
    choices: tuple[tuple[str, str], ...] = ()

    def values(self, language: str) -> dict[str, str]:
        """What fills the text."""
        names = [name for _, name in self.choices] + [texts.say(language, "reply.choice_other")]
        return {"choices": " ".join(f"{number} {name}" for number, name in enumerate(names, start=1))}

    def buttons(self, language: str) -> Buttons:
        """One row for each choice, and one for «other»."""
        names = [name for _, name in self.choices]
        if not names:
            return []
        names.append(texts.say(language, "reply.choice_other"))
        return [[{"label": name, "data": f"choice:{number}"}] for number, name in enumerate(names, start=1)]


def pose(session: Session, report: Report, asked: Asked, held: Any) -> bool:
    """Ask by machine: into the receipt if that is still here, or else as a text of its own."""
    found = _open_address(session, report)
    if found is None or found[0].question not in {None, "code"}:
        return False
    address, contact = found
    language = contact.language or texts.first_language(contact.country)
    feedback.refresh(session)
    _remember(address, report, asked)
    mark = texts.say(language, "alert.exercise") if report.exercise else ""
    if held and held.extra["receipt"] == "plain":
        text = mark + texts.say(
            language, f"reply.receipt_{asked.key}@{contact.role}", ref=report.ref, **asked.values(language)
        )
        _rewrite(session, held, composed(address.channel, text), asked.buttons(language))
        return True
    text = mark + texts.say(language, f"reply.question_{asked.key}", ref=report.ref, **asked.values(language))
    out = _question(report, address, text)
    put(session, replace(out, buttons=asked.buttons(language)), utcnow())
    return True


def _remember(address: Address, report: Report, asked: Asked) -> None:
    address.question, address.question_report_id = asked.fact, report.id
    address.question_at, address.choices = utcnow(), [place for place, _ in asked.choices]


def _rewrite(session: Session, held: Any, text: str, buttons: Buttons) -> None:
    sealed = vault.seal("message", "text", held.message_id, text)
    session.execute(update(Message).where(Message.id == held.message_id).values(text=sealed))
    extra = held.extra | {"receipt": "asks"} | ({"buttons": buttons} if buttons else {})
    values: dict[str, Any] = {"segments": segments(text), "extra": extra}
    session.execute(update(Delivery).where(Delivery.id == held.id).values(values))


def _open_address(session: Session, report: Report) -> tuple[Address, Contact] | None:
    """Where the reporter may be asked by machine, locked; None where no message is wanted.

    The machine asks while it holds the report, which a message that is just coming in may wait for:
    whoever writes now is not asked now.
    """
    address = session.get(Address, report.address_id, with_for_update={"skip_locked": True})
    contact = session.get(Contact, report.contact_id)
    if address is None or contact is None or address.vault_id is None:
        return None
    closed = address.stopped_at or address.blocked_at or contact.silent_at or contact.wish is Wish.NEVER
    muted = address.mute_until is not None and address.mute_until > utcnow()
    return None if closed or muted else (address, contact)


def _question(report: Report, address: Address, text: str) -> Outgoing:
    return Outgoing(address.id, address.contact_id, address.channel, text, "question", report_id=report.id)


# --- a person's question -----------------------------------------------------------------------

#: Why somebody cannot be asked, by code.
HINDERED = {
    "borrowed": "This came from somebody else's phone, whose owner would read the question.",
    "duress": "They were forced to write this; whoever forces them may read the question.",
    "silent": "This reporter wants no messages, or the address is blocked.",
}
#: The ends of the texts that an analyst may start from.
TEMPLATES = ("ask.when", "ask.still", "ask.saw", "ask.many", "ask.safe")
_FROM_MACHINE = ("reply.question_place", "reply.question_what")


def hindrance(report: Report, contact: Contact, address: Address) -> str:
    """The code of why the reporter cannot be asked about this report (`HINDERED`); empty if they can."""
    if report.borrowed:
        return "borrowed"
    if report.duress:
        return "duress"
    closed = address.stopped_at or address.blocked_at or address.vault_id is None
    ended = contact.stopped_at or contact.silent_at or contact.wish is Wish.NEVER
    return "silent" if closed or ended else ""


def ready(language: str) -> list[str]:
    """The questions that an analyst may start from, in ``language``, without the reference before them."""
    own = [texts.say(language, key, ref="").lstrip(": ") for key in _FROM_MACHINE]
    found = [*own, *(texts.say(language, key) for key in TEMPLATES)]
    return [words[:1].upper() + words[1:] for words in found]


def worded(language: str | None, report: Report, words: str) -> str:
    """An analyst's question about a report as it is sent."""
    mark = texts.say(language, "alert.exercise") if report.exercise else ""
    return mark + texts.say(language, "reply.question_analyst", ref=report.ref, question=words.strip())


def ask_as(session: Session, actor: audit.Actor, report: Report, words: str) -> dt.datetime | None:
    """An analyst's question in their own words, recorded; the end of the quiet hours it waits for, if any.

    Raises NotPossible when nobody can be asked.
    """
    if not words.strip():
        raise NotPossible("Write the question first.")
    address = session.get(Address, report.address_id, with_for_update=True)
    contact = session.get(Contact, report.contact_id)
    if address is None or contact is None:
        raise NotPossible(HINDERED["silent"])
    if why := hindrance(report, contact, address):
        raise NotPossible(HINDERED[why])
    language = contact.language or texts.first_language(contact.country)
    now = utcnow()
    until = quiet_until(contact, now)
    _remember(address, report, Asked("words", "analyst"))
    put(session, replace(_question(report, address, worded(language, report, words)), due_at=until), now)
    audit.append(session, actor, "question.sent", f"report:{report.ref}")
    return until
