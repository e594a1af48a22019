"""Join words: whoever sends one is registered in its area and role. Kept as keyed digests only.

A word for anybody has five syllables (over 28 bits); it cannot be found by trying, because wrong words are
counted for each sender and in all. An invitation has three: it is of use to one person alone.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from mbiu import audit, texts, vault
from mbiu.codes import ContactRole
from mbiu.enrolment import tries
from mbiu.enrolment.naming import Namer
from mbiu.enrolment.people import Registrar
from mbiu.enrolment.registering import note
from mbiu.enrolment.syllables import heard, new_word
from mbiu.models import Address, Contact, JoinWord
from mbiu.outbox import Outgoing, put
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible
from mbiu.wishes import quiet_until, wants_push

#: Wrong words of one sender in a day, and of all together; beyond those a sender's first word still counts.
OF_ONE, OF_ALL = 5, 300
MOST_DAYS, MOST_USES = 90, 200
INVITED_FOR = dt.timedelta(days=14)
#: Nobody is invited again sooner.
INVITE_AGAIN = dt.timedelta(days=30)
_SYLLABLES, _SYLLABLES_INVITED = 5, 3
_EVERYBODY = "everybody"


@dataclass(frozen=True)
class Offer:
    """What a word makes of who sends it, how often and until when."""

    columns: dict[str, Any]
    uses: int
    expires_at: dt.datetime


def make(session: Session, by: Registrar, offer: Offer, now: dt.datetime) -> str:
    """Make a word for an area and role. It is returned this once and kept nowhere."""
    if not 1 <= offer.uses <= MOST_USES:
        raise NotPossible(f"A word serves 1 to {MOST_USES} people.")
    if not now < offer.expires_at <= now + dt.timedelta(days=MOST_DAYS):
        raise NotPossible(f"A word holds 1 to {MOST_DAYS} days.")
    word = new_word(_SYLLABLES)
    row = _keep(session, by, word, offer, now)
    audit.append(session, by.actor, "join_word.made", f"join_word:{row.id}", uses=offer.uses, role=row.role)
    return word


def _keep(
    session: Session, by: Registrar, word: str, offer: Offer, now: dt.datetime, contact_id: UUID | None = None
) -> JoinWord:
    columns = dict(offer.columns)
    row = JoinWord(
        id=new_id(),
        digest=_digest(word, contact_id),
        place_id=columns.pop("home_place_id", None),
        contact_id=contact_id,
        uses_left=offer.uses,
        made_by=by.actor.id,
        created_at=now,
        expires_at=offer.expires_at,
        **{name: columns[name] for name in _CARRIED if columns.get(name) is not None},
    )
    session.add(row)
    session.flush()
    return row


_CARRIED = ("role", "area_path", "organisation", "language", "supervisor_id", "exercise")


def _digest(word: str, contact_id: UUID | None = None) -> bytes:
    return vault.blind_digest("join", f"{contact_id or ''}:{heard(word)}")


def revoke(session: Session, by: Registrar, word_id: UUID) -> None:
    """Let nobody join by a word any more. Raises NotFound, also for one of other areas."""
    row = session.get(JoinWord, word_id, with_for_update=True)
    if row is None or not by.sees(row.area_path):
        raise NotFound("There is no such word.")
    row.uses_left = 0
    audit.append(session, by.actor, "join_word.revoked", f"join_word:{row.id}")


def join(session: Session, contact_id: UUID, address_id: UUID, word: str, now: dt.datetime) -> str | None:
    """Register the sender by a join word; the code name, or None: unknown, used or expired word, or too many
    wrong ones.

    Who is registered already keeps name and role, and hears the name again. The word's language, area and
    role become the sender's; nothing told before is lost.
    """
    contact = session.get(Contact, contact_id, with_for_update=True)
    if contact is None or contact.silent_at or not _may_try(session, address_id, now):
        return None
    row = session.scalar(_wanted(word, contact_id).with_for_update())
    if row is None or row.exercise != contact.exercise:
        tries.add(session, now, _account(address_id), _account(_EVERYBODY))
        return None
    if contact.role is not ContactRole.UNKNOWN:
        return contact.code
    if contact.archived_at or row.uses_left < 1 or row.expires_at <= now:
        return None
    _become(session, contact, row)
    row.uses_left, row.used_at = row.uses_left - 1, now
    audit.append(
        session, audit.SYSTEM, "contact.joined", f"contact:{contact.code}", word=row.id, role=row.role
    )
    return contact.code


def _account(who: object) -> bytes:
    return vault.blind_digest("join tries", str(who))


def _may_try(session: Session, address_id: UUID, now: dt.datetime) -> bool:
    since = now - tries.DAY
    mine = tries.count(session, _account(address_id), since)
    return mine == 0 or (mine < OF_ONE and tries.count(session, _account(_EVERYBODY), since) < OF_ALL)


def _wanted(word: str, contact_id: UUID) -> Any:
    digests = [_digest(word), _digest(word, contact_id)]
    bound = or_(JoinWord.contact_id.is_(None), JoinWord.contact_id == contact_id)
    return select(JoinWord).where(JoinWord.digest.in_(digests), bound).limit(1)


def _become(session: Session, contact: Contact, row: JoinWord) -> None:
    contact.role, contact.home_place_id, contact.area_path = row.role, row.place_id, row.area_path
    contact.organisation = row.organisation or contact.organisation
    contact.supervisor_id = row.supervisor_id if row.supervisor_id != contact.id else None
    contact.language = contact.language or row.language
    contact.code = Namer(session).next(row.area_path)
    session.flush()


# --- invitations -------------------------------------------------------------------------------


def invite(session: Session, by: Registrar, contact: Contact, offer: Offer, now: dt.datetime) -> None:
    """Write to a stranger that they can join, with a word for them alone.

    Nothing shows whether the text left: who cannot or will not be written to is not. Raises NotPossible.
    """
    if contact.role is not ContactRole.UNKNOWN or contact.archived_at:
        raise NotPossible("Only people who write without being registered can be invited.")
    if contact.invited_at and now - contact.invited_at < INVITE_AGAIN:
        raise NotPossible("This person was invited less than a month ago.")
    contact.invited_at = now
    old = update(JoinWord).where(JoinWord.contact_id == contact.id).values(uses_left=0)
    session.execute(old)
    word = new_word(_SYLLABLES_INVITED)
    offer.columns["exercise"] = contact.exercise
    _keep(session, by, word, offer, now, contact.id)
    note(session, by, "contact.invited", contact.code, role=offer.columns["role"])
    if address := _reachable(session, contact):
        language = contact.language or texts.first_language(contact.country)
        text = texts.say(language, "reply.invite", word=word)
        due_at = quiet_until(contact, now)
        put(session, Outgoing(address.id, contact.id, address.channel, text, "invite", due_at=due_at), now)


def _reachable(session: Session, contact: Contact) -> Address | None:
    """The phone or chat last heard from, if the person lets us write unasked."""
    if not wants_push(contact):
        return None
    query = (
        select(Address)
        .where(Address.contact_id == contact.id, Address.vault_id.is_not(None), ~Address.is_group)
        .where(Address.stopped_at.is_(None), Address.blocked_at.is_(None))
        .order_by(Address.last_in_at.desc().nulls_last())
        .limit(1)
    )
    return session.scalar(query)
