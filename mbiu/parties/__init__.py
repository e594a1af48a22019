"""Never to a party: who must not learn of an incident, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from mbiu.models import Incident


@dataclass(frozen=True)
class Bar:
    """Why a contact is not told of an incident, an English sentence, and who of the same class could be."""

    why: str
    alternatives: tuple[UUID, ...] = ()


def barred(session: Session, incident: Incident, contact_ids: Iterable[UUID]) -> dict[UUID, Bar]:
    """Those of the contacts who must not be told of the incident, each with the reason."""
    del session, incident, contact_ids
    return {}
