"""Briefs that are due: gathered once for each area, in words for each reader, sent where there is news."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from mbiu import outbox, texts
from mbiu.codes import AddressKind
from mbiu.digests import fonts, gathering, printing, saying
from mbiu.digests.news import News, news
from mbiu.digests.saying import Scene
from mbiu.digests.subscribing import next_due
from mbiu.house import occasions
from mbiu.messages import File
from mbiu.models import Address, Contact, Digest, Place, utcnow
from mbiu.outbox import Outgoing
from mbiu.wishes import quiet_until, wants_push

#: No brief looks further back, however long it was off.
LONGEST = dt.timedelta(days=35)
#: Days of the calendar that a brief looks ahead.
AHEAD = 7
DAYS = 6
#: A brief that could not be delivered for so long makes way for the next.
USEFUL = dt.timedelta(hours=20)

_Due = Row[Digest, Contact, Address]


def look(session: Session, limit: int = 20) -> int:
    """Send the briefs that are due; how many were looked at. Each goes once, however often this runs."""
    now = utcnow()
    query = (
        select(Digest, Contact, Address)
        .join(Contact, Contact.id == Digest.contact_id)
        .join(Address, Address.id == Digest.address_id)
        .where(Digest.active, Digest.due_at <= now)
        .order_by(Digest.due_at, Digest.id)
        .limit(limit)
        .with_for_update(of=Digest, skip_locked=True)
    )
    due = session.execute(query).all()
    alike: dict[tuple[str, bool], list[_Due]] = defaultdict(list)
    for row in due:
        alike[row.Digest.area_path, row.Contact.exercise].append(row)
    for (area, exercise), rows in alike.items():
        _of_area(session, area, rows, now, exercise=exercise)
    return len(due)


def _of_area(session: Session, area: str, rows: Sequence[_Due], now: dt.datetime, *, exercise: bool) -> None:
    """All briefs of one area that are due."""
    since = max(min(row.Digest.since for row in rows), now - LONGEST)
    happenings = gathering.gather(session, area, since, exercise=exercise)
    kept_from = gathering.kept_from(session, happenings, {row.Contact.id for row in rows})
    names = _names(session, [area, *(one.area for one in happenings)])
    for row in rows:
        found = news(happenings, max(row.Digest.since, since), now, kept_from[row.Contact.id])
        if (found or row.Digest.always) and _reachable(row):
            _send(session, row, found, names, now)
        row.Digest.since, row.Digest.due_at = now, next_due(row.Digest, now)


def _reachable(row: _Due) -> bool:
    there = row.Address.vault_id is not None and not (row.Address.blocked_at or row.Address.stopped_at)
    return there and wants_push(row.Contact) and row.Contact.archived_at is None


def _send(session: Session, row: _Due, found: News, names: dict[str, str], now: dt.datetime) -> None:
    digest, contact, address = row.Digest, row.Contact, row.Address
    language = contact.language or texts.first_language(contact.country)
    scene = replace(_scene(session, digest, found, names, language), exercise=contact.exercise)
    text, subject, files = _contents(found, scene, language, address.kind)
    out = Outgoing(
        address.id, contact.id, address.channel, text, "digest",
        subject=subject, attachments=files, due_at=quiet_until(contact, now), expires_at=now + USEFUL,
    )  # fmt: skip
    digest.message_id, digest.sent_at = outbox.put(session, out, now), now


def _contents(
    found: News, scene: Scene, language: str, kind: AddressKind
) -> tuple[str, str, tuple[File, ...]]:
    """The text, what stands above it, and the files."""
    if kind is AddressKind.SMS:
        return saying.sms(found, scene, language), "", ()
    if kind is not AddressKind.EMAIL:
        return saying.chat(found, scene, language), "", ()
    files = _files(found, scene, language)
    return (
        saying.mail(found, scene, language, attached=bool(files)), saying.subject(scene, language), files
    )  # fmt: skip


def _files(found: News, scene: Scene, language: str) -> tuple[File, ...]:
    """The printed brief; none on a machine without the fonts."""
    if not fonts.there():
        return ()
    content = printing.pdf(saying.paper(found, scene, language), found.until)
    return (File(f"brief-{found.until:%Y-%m-%d}.pdf", "application/pdf", content),)


def _scene(session: Session, digest: Digest, found: News, names: dict[str, str], language: str) -> Scene:
    zone = ZoneInfo(digest.zone)
    since, until = (at.astimezone(zone) for at in (found.since, found.until))
    near = occasions.near(session, digest.area_path, until.date(), AHEAD)[:DAYS]
    days = [(f"{one.starts_on:%d/%m}", f"{one.ends_on:%d/%m}", one.title) for one in near]
    area = names.get(digest.area_path) or texts.say(language, "digest.everywhere")
    return Scene(area, f"{since:%d/%m}", f"{until:%d/%m}", names, days)


def preview(
    session: Session, digest: Digest, now: dt.datetime, *, on_paper: bool = False
) -> tuple[str, tuple[File, ...]]:
    """What a brief of the last day or week would say if it went now; ``on_paper`` adds the file in any case.

    Tells what the session sees, and leaves out what the reader must not hear.
    """
    contact = session.get_one(Contact, digest.contact_id)
    kind = AddressKind.EMAIL if on_paper else session.get_one(Address, digest.address_id).kind
    since = now - dt.timedelta(days=7 if digest.weekly else 1)
    happenings = gathering.gather(session, digest.area_path, since, exercise=contact.exercise)
    but = gathering.kept_from(session, happenings, {contact.id})[contact.id]
    found = news(happenings, since, now, but)
    names = _names(session, [digest.area_path, *(one.area for one in happenings)])
    language = contact.language or texts.first_language(contact.country)
    scene = replace(_scene(session, digest, found, names, language), exercise=contact.exercise)
    text, _, files = _contents(found, scene, language, kind)
    return text, files


def _names(session: Session, paths: Collection[str]) -> dict[str, str]:
    """The name of the last unit of each path."""
    ids: dict[str, str] = {path: path.rstrip("/").rpartition("/")[2] for path in paths}
    known = dict(session.execute(select(Place.id, Place.name).where(Place.id.in_(ids.values()))).all())
    return {path: known[one] for path, one in ids.items() if one in known}
