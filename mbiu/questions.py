"""Asking a reporter: the next short message from there is the answer and joins the report.

The machine asks once a report, and in the receipt where that has not left yet: one text costs half of two.
"""

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
    found = _open_address(session, report, waits=False)
    if found is None or found[0].question not in {None, "code"}:
        return False
    address, contact = found
    language = contact.language or texts.first_language(contact.country)
    feedback.refresh(session)
    _remember(address, report, asked)
    if held and held.extra["receipt"] == "plain":
        text = texts.say(
            language, f"reply.receipt_{asked.key}@{contact.role}", ref=report.ref, **asked.values(language)
        )
        _rewrite(session, held, composed(address.channel, text), asked.buttons(language))
        return True
    text = texts.say(language, f"reply.question_{asked.key}", ref=report.ref, **asked.values(language))
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


def _open_address(session: Session, report: Report, *, waits: bool) -> tuple[Address, Contact] | None:
    """Where the reporter may be asked, locked; None where no message is wanted.

    The machine asks while it holds the report, which a message that is just coming in may wait for:
    whoever writes now is not asked now.
    """
    address = session.get(Address, report.address_id, with_for_update={"skip_locked": not waits})
    contact = session.get(Contact, report.contact_id)
    if address is None or contact is None or address.vault_id is None:
        return None
    closed = address.stopped_at or address.blocked_at or contact.silent_at or contact.wish is Wish.NEVER
    muted = address.mute_until is not None and address.mute_until > utcnow()
    return None if closed or (muted and not waits) else (address, contact)


def _question(report: Report, address: Address, text: str) -> Outgoing:
    return Outgoing(address.id, address.contact_id, address.channel, text, "question", report_id=report.id)


# --- a person's question -----------------------------------------------------------------------


def ask_as(session: Session, actor: audit.Actor, report: Report, words: str) -> None:
    """An analyst's question in their own words, recorded. Raises NotPossible when nobody can be asked."""
    if not words.strip():
        raise NotPossible("Write the question first.")
    if report.borrowed:
        raise NotPossible("This came from somebody else's phone, whose owner would read the question.")
    found = _open_address(session, report, waits=True)
    if found is None:
        raise NotPossible("This reporter wants no messages, or the address is blocked.")
    address, contact = found
    language = contact.language or texts.first_language(contact.country)
    text = texts.say(language, "reply.question_analyst", ref=report.ref, question=words.strip())
    _remember(address, report, Asked("words", "analyst"))
    put(session, _question(report, address, text), utcnow())
    audit.append(session, actor, "question.sent", f"report:{report.ref}")
