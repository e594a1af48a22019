"""All that the database has on one incident's reports, loaded at once: the page's parts are made of it.

The number of queries is the same for one report and for two hundred.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import texts, vault
from mbiu.analysis.language import chosen
from mbiu.analysis.reading import Reading
from mbiu.db import among
from mbiu.models import Address, Contact, Delivery, Incident, Media, Message, Report, User

#: So many reports of one incident are shown.
MOST = 200


@dataclass(frozen=True)
class Said:
    """A message of a report with its delivery, if it went out."""

    row: Message
    delivery: Delivery | None

    @cached_property
    def text(self) -> str:
        return vault.unseal("message", "text", self.row.id, self.row.text)


@dataclass(frozen=True)
class Account:
    """A report with its sender, where it came from, and every message in and out that belongs to it."""

    report: Report
    contact: Contact
    address: Address
    said: tuple[Said, ...]

    @cached_property
    def reading(self) -> Reading | None:
        return reading_of(self.report)

    @property
    def language(self) -> str:
        """What this person is written to in."""
        return self.contact.language or texts.first_language(self.contact.country)


@dataclass(frozen=True)
class Material:
    """The incident with its reports, the first to come first, their files, and who works at the console."""

    row: Incident
    accounts: tuple[Account, ...]
    files: dict[UUID, list[Media]]
    users: dict[UUID, User]

    def name(self, user_id: UUID | None) -> str:
        user = self.users.get(user_id) if user_id else None
        return user.name if user else ""


def load(db: Session, row: Incident) -> Material:
    """Everything about the reports of an incident."""
    found = db.execute(
        select(Report, Contact, Address)
        .join(Contact, Contact.id == Report.contact_id)
        .join(Address, Address.id == Report.address_id)
        .where(Report.incident_id == row.id)
        .order_by(Report.created_at, Report.id)
        .limit(MOST)
    ).all()
    said = _messages(db, [one.Report.id for one in found])
    accounts = tuple(
        Account(one.Report, one.Contact, one.Address, tuple(said[one.Report.id])) for one in found
    )
    messages = [one.row.id for all_ in said.values() for one in all_]
    return Material(row, accounts, _files(db, messages), _users(db))


def _messages(db: Session, reports: list[UUID]) -> dict[UUID | None, list[Said]]:
    rows = db.execute(
        select(Message, Delivery)
        .outerjoin(Delivery, Delivery.message_id == Message.id)
        .where(among(Message.report_id, reports))
        .order_by(Message.created_at, Message.id)
    )
    found: dict[UUID | None, list[Said]] = defaultdict(list)
    for message, delivery in rows:
        found[message.report_id].append(Said(message, delivery))
    return found


def _files(db: Session, messages: list[UUID]) -> dict[UUID, list[Media]]:
    found: dict[UUID, list[Media]] = defaultdict(list)
    for media in db.scalars(select(Media).where(among(Media.message_id, messages)).order_by(Media.id)):
        found[media.message_id].append(media)
    return found


def _users(db: Session) -> dict[UUID, User]:
    return {user.id: user for user in db.scalars(select(User).order_by(func.lower(User.name)))}


def reading_of(report: Report) -> Reading | None:
    """The machine's reading of a report, or None where it has not been read."""
    if not report.reading:
        return None
    return Reading.from_json(json.loads(vault.unseal("report", "reading", report.id, report.reading)))


def languages() -> dict[str, str]:
    """The centre's languages by code."""
    return dict(chosen().names)
