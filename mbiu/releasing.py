"""Words of a report that an analyst lets go out with an alert: ticked one by one, short, without a number.

By default an alert holds no word that anybody wrote. Of survivors, and of what few may see, nothing goes out.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, survivors
from mbiu.audit import Actor
from mbiu.channels.text import clean, clusters
from mbiu.models import Incident, Report
from mbiu.refusals import NotPossible
from mbiu.words import messages, put_together

#: So many reports are offered, the newest; so many letters of each go out.
OFFERED, LONGEST = 5, 240
_HIDDEN = "…"
# Phone numbers however they are written, mail addresses, links, names of accounts.
_TELLING = re.compile(r"\+?\d(?:[ ./-]?\d){5,}|\S+@\S+|@\w+|\b(?:https?://|www\.)\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Offer:
    """A report's words exactly as they would go out."""

    ref: str
    text: str


def offers(session: Session, incident: Incident) -> list[Offer]:
    """What could go out with an alert of an incident, newest first; nothing of what few may see."""
    if incident.restricted or survivors.is_survivor(incident):
        return []
    rows = session.execute(
        select(Report.id, Report.ref)
        .where(Report.incident_id == incident.id, Report.withdrawn_at.is_(None), Report.erased_at.is_(None))
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(OFFERED)
    ).all()
    said = messages(session, [row.id for row in rows])
    found = (Offer(row.ref, shown(put_together(said[row.id]).text)) for row in rows)
    return [one for one in found if one.text]


def shown(text: str) -> str:
    """The words in one line, with nothing in them that leads to a person's phone or account."""
    line = _TELLING.sub(_HIDDEN, " ".join(clean(text).replace('"', "'").split()))
    if len(line) <= LONGEST:
        return line
    kept = ""
    for one in clusters(line):
        if len(kept) + len(one) >= LONGEST:
            break
        kept += one
    whole = kept.rpartition(" ")[0] or kept
    return f"{whole}{_HIDDEN}"


def release(session: Session, actor: Actor, incident: Incident, refs: Collection[str]) -> str:
    """The words of the ticked reports, one after the other, and a note of who let them go.

    Raises NotPossible for a report that is not offered.
    """
    if not refs:
        return ""
    offered = {one.ref: one.text for one in offers(session, incident)}
    if missing := [ref for ref in refs if ref not in offered]:
        raise NotPossible(f"The words of {missing[0][:12]} cannot go out with an alert of {incident.ref}.")
    audit.append(session, actor, "report.released", f"incident:{incident.ref}", reports=sorted(refs))
    return " / ".join(text for ref, text in offered.items() if ref in refs)
