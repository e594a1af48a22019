"""Asking a reporter: the next short message from there is the answer and joins the report."""

from sqlalchemy.orm import Session

from mbiu import audit, texts
from mbiu.models import Address, Contact, Report, utcnow
from mbiu.outbox import Outgoing, put
from mbiu.refusals import NotPossible


def ask(session: Session, report: Report, fact: str, words: str | None = None) -> bool:
    """Ask for ``fact`` (place, what) in the reporter's language, or in an analyst's own ``words``.

    False when the reporter wants no messages or has an open question already.
    """
    # The machine asks while it holds the report, which a message that is just coming in may wait for:
    # whoever writes now is not asked now.
    lock = {"skip_locked": words is None}
    address = session.get(Address, report.address_id, with_for_update=lock)
    contact = session.get(Contact, report.contact_id)
    if address is None or contact is None or address.stopped_at or address.blocked_at:
        return False
    if address.question and words is None:
        return False
    now = utcnow()
    language = contact.language or texts.first_language(contact.country)
    key = "reply.question_analyst" if words else f"reply.question_{fact}"
    text = texts.say(language, key, ref=report.ref, question=words)
    address.question, address.question_report_id, address.question_at = fact, report.id, now
    put(
        session,
        Outgoing(address.id, contact.id, address.channel, text, "question", report_id=report.id),
        now,
    )
    return True


def ask_as(session: Session, actor: audit.Actor, report: Report, words: str) -> None:
    """An analyst's question, recorded. Raises NotPossible when the reporter cannot be asked."""
    if not words.strip():
        raise NotPossible("Write the question first.")
    if not ask(session, report, "words", words.strip()):
        raise NotPossible("This reporter wants no messages, or the address is blocked.")
    audit.append(session, actor, "question.sent", f"report:{report.ref}")
