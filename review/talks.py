"""What was said with each reporter of an incident, and what to know before one asks them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from mbiu import questions
from mbiu.channels.text import segments
from mbiu.codes import AddressKind, Wish
from mbiu.models import utcnow
from mbiu.wishes import quiet_until
from review.material import Account, Material, Said, languages
from review.words import short_time

#: Why somebody cannot be asked, by the code of `mbiu.questions.hindrance`.
HINDERED = {
    "borrowed": lazy_gettext("This came from somebody else’s phone, whose owner would read the question."),
    "duress": lazy_gettext("They were forced to write this; whoever forces them may read the question."),
    "silent": lazy_gettext("This person asked for no more messages, or the address does not work."),
}
#: What an outgoing message was, by the kind of its delivery.
KINDS = {
    "question": lazy_gettext("Question"),
    "reply": lazy_gettext("Answer of the machine"),
    "outcome": lazy_gettext("Feedback"),
    "test": lazy_gettext("Test"),
}


@dataclass(frozen=True)
class Line:
    """One message of the conversation; for one that went out how far it got, and what it cost."""

    direction: str
    text: str
    at: dt.datetime
    report: str
    kind: str = ""
    state: str = ""
    error: str = ""
    sent_at: dt.datetime | None = None
    delivered_at: dt.datetime | None = None
    segments: int = 0


@dataclass(frozen=True)
class Ready:
    """A question to start from and the SMS it costs."""

    words: str
    segments: int


@dataclass(frozen=True)
class Talk:
    """The conversation with one reporter. ``report`` is what a question is asked about; ``hindered`` says why
    they cannot be asked, ``beforehand`` what to know before one asks."""

    code: str
    report: str
    language: str
    sms: bool
    lines: list[Line]
    hindered: str
    beforehand: list[str]
    ready: list[Ready]
    prefix: str


def talks(material: Material) -> list[Talk]:
    """One conversation a reporter, in the order in which they first reported."""
    by_person: dict[str, list[Account]] = {}
    for account in material.accounts:
        by_person.setdefault(account.contact.code, []).append(account)
    return [_talk(accounts) for accounts in by_person.values()]


def _talk(accounts: list[Account]) -> Talk:
    last = accounts[-1]
    hindrances = [questions.hindrance(one.report, one.contact, one.address) for one in accounts]
    # Whoever can be asked about one of several reports is asked about the latest of those.
    free = [one for one, why in zip(accounts, hindrances, strict=True) if not why]
    forced = "duress" if "duress" in hindrances else ""
    asked, why = (free[-1], "") if free and not forced else (last, forced or hindrances[-1])
    sms = asked.address.kind is AddressKind.SMS
    return Talk(
        code=last.contact.code,
        report=asked.report.ref,
        language=languages().get(asked.language, asked.language),
        sms=sms,
        lines=_lines(accounts),
        hindered=str(HINDERED[why]) if why else "",
        beforehand=[] if why else list(_beforehand(asked)),
        ready=[_ready(asked, words) for words in questions.ready(asked.language)],
        prefix=questions.worded(asked.language, asked.report, ""),
    )


def _ready(account: Account, words: str) -> Ready:
    return Ready(words, segments(questions.worded(account.language, account.report, words)))


def _lines(accounts: list[Account]) -> list[Line]:
    found = [_line(one, account.report.ref) for account in accounts for one in account.said]
    return sorted(found, key=lambda line: line.at)


def _line(said: Said, report: str) -> Line:
    row, delivery = said.row, said.delivery
    if delivery is None:
        return Line(row.direction, said.text, row.created_at, report)
    kind = KINDS.get(delivery.kind)
    return Line(
        row.direction,
        said.text,
        row.created_at,
        report,
        kind=str(kind) if kind else delivery.kind,
        state=delivery.state.value,
        error=delivery.error.replace("_", " "),
        sent_at=delivery.sent_at,
        delivered_at=delivery.delivered_at,
        segments=delivery.segments,
    )


def _beforehand(account: Account) -> Iterable[str]:
    """What somebody should know before they send a question there."""
    if until := quiet_until(account.contact, utcnow()):
        yield _(
            "Quiet hours run there until %(time)s; the question waits for their end.", time=short_time(until)
        )
    if account.contact.wish is Wish.PULL:
        yield _("They want to hear from us only in answer to a message of theirs.")
    if account.address.is_group:
        yield _("This is a group: everybody in it reads the question.")
    if account.report.unconfirmed:
        yield _("Perhaps somebody else holds the phone: call back before you ask.")
    if account.report.withdrawn_at:
        yield _("They took this report back.")
