"""Every page and answer of the console that can be asked for, as it is visited to measure and to count.

A test compares this table with the console's own: a page that is missing here fails it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu.codes import EventType, IncidentState
from mbiu.models import Alert, Contact, Incident, Place, Report

ANALYST, COORDINATOR, CUSTODIAN, ADMIN, TOKEN = "ruth", "miriam", "simon", "esther", "token"

#: Not visited: nothing there that could grow, or nothing that ends.
LEFT_OUT = frozenset({
    "/healthz", "/login", "/static/<path:filename>", "/events/stream", "/people/file/template.csv",
    "/incidents/<ref>/media/<uuid:media_id>", "/incidents/<ref>/media/<uuid:media_id>/original",
    "/api/v1/openapi.json", "/api/v1/alerts/certificate", "/drills/results.csv",
    "/api/v1/alerts/<ref>/cap", "/api/v1/alerts/<ref>/cap/<int:number>",
    "/house/words/<uuid:word_id>",
    "/warnings/<ref>", "/digests/<uuid:digest_id>", "/digests/<uuid:digest_id>/brief.pdf",
    "/admin/rotas/<uuid:rota_id>", "/admin/routes/<uuid:route_id>", "/admin/chains/<uuid:chain_id>",
})  # fmt: skip

#: Rule of the console's address map -> who looks, at which addresses. Names in braces are those of `Samples`.
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "/": (ANALYST, ("/", "/?state=all", "/?state=closed", "/?sort=newest&state=all", "/?sort=reports",
                    "/?q={words}", "/?q={incident}", "/?area={area}&state=all", "/?state=messages")),
    "/queue/rows": (ANALYST, ("/queue/rows?ref={incident}",)),
    "/queue/peek/<ref>": (ANALYST, ("/queue/peek/{incident}",)),
    "/events": (ANALYST, ("/events?after={lately}",)),
    "/incidents/<ref>": (ANALYST, ("/incidents/{incident}", "/incidents/{open}?open")),
    "/leftovers": (ANALYST, ("/leftovers",)),
    "/leftovers/<ref>": (ANALYST, ("/leftovers/{leftover}",)),
    "/alerts": (ANALYST, ("/alerts",)),
    "/alerts/<ref>": (ANALYST, ("/alerts/{alert}",)),
    "/warnings": (ANALYST, ("/warnings",)),
    "/warnings/texts": (ANALYST, ("/warnings/texts",)),
    "/map": (ANALYST, ("/map?drills=all", "/map?drills=all&since=30d")),
    "/map/incidents": (ANALYST, ("/map/incidents?drills=all&since=7d&box=28,-12,42,6",
                                 "/map/incidents?drills=all&since=30d&box=29,-2,36,5")),
    "/map/areas": (ANALYST, ("/map/areas?drills=all&since=30d",)),
    "/map/places": (ANALYST, ("/map/places?q=kas",)),
    "/map/towns": (ANALYST, ("/map/towns",)),
    "/areas": (ANALYST, ("/areas?drills=all",)),
    "/areas/<path:path>": (ANALYST, ("/areas/{country}?drills=all",)),
    "/figures": (ANALYST, ("/figures", "/figures?days=365")),
    "/figures/accountability": (ANALYST, ("/figures/accountability?months=12",
                                          "/figures/accountability?months=12&by=area",
                                          "/figures/accountability?months=12&by=role")),
    "/figures/accountability/<key>.csv": (ANALYST, ("/figures/accountability/all.csv?months=12",)),
    "/figures/<key>.csv": (ANALYST, ("/figures/incidents-type.csv",)),
    "/wall": (ANALYST, ("/wall",)),
    "/wall/now": (ANALYST, ("/wall/now",)),
    "/wall/points": (ANALYST, ("/wall/points",)),
    "/wall/screens": (COORDINATOR, ("/wall/screens",)),
    "/people": (ANALYST, ("/people", "/people?role=responder")),
    "/people/<code>": (ANALYST, ("/people/{contact}",)),
    "/people/areas": (ANALYST, ("/people/areas",)),
    "/people/file": (COORDINATOR, ("/people/file",)),
    "/people/new": (COORDINATOR, ("/people/new",)),
    "/people/words": (COORDINATOR, ("/people/words",)),
    "/people/reveals": (CUSTODIAN, ("/people/reveals",)),
    "/people/twins": (CUSTODIAN, ("/people/twins",)),
    "/phone": (ANALYST, ("/phone",)),
    "/drills": (COORDINATOR, ("/drills",)),
    "/phone/messages": (ANALYST, ("/phone/messages",)),
    "/account": (ANALYST, ("/account",)),
    "/audit": (COORDINATOR, ("/audit",)),
    "/codes": (COORDINATOR, ("/codes",)),
    "/feedback": (COORDINATOR, ("/feedback",)),
    "/feedback/texts/<key>": (COORDINATOR, ("/feedback/texts/reply.receipt",)),
    "/gateways": (COORDINATOR, ("/gateways",)),
    "/admin/routes": (COORDINATOR, ("/admin/routes",)),
    "/admin/routes/new": (COORDINATOR, ("/admin/routes/new",)),
    "/admin/chains": (COORDINATOR, ("/admin/chains",)),
    "/admin/chains/new": (COORDINATOR, ("/admin/chains/new",)),
    "/admin/dry-run": (COORDINATOR, ("/admin/dry-run", "/admin/dry-run?incident={incident}")),
    "/admin/proposals": (COORDINATOR, ("/admin/proposals",)),
    "/admin/users": (ADMIN, ("/admin/users",)),
    "/admin/rotas": (COORDINATOR, ("/admin/rotas",)),
    "/digests": (COORDINATOR, ("/digests",)),
    "/house": (COORDINATOR, ("/house",)),
    "/house/exercise": (COORDINATOR, ("/house/exercise",)),
    "/house/calendar": (COORDINATOR, ("/house/calendar",)),
    "/house/places": (COORDINATOR, ("/house/places",)),
    "/house/population": (COORDINATOR, ("/house/population",)),
    "/house/retention": (COORDINATOR, ("/house/retention",)),
    "/house/texts": (COORDINATOR, ("/house/texts",)),
    "/house/words": (COORDINATOR, ("/house/words",)),
    "/house/priorities": (COORDINATOR, ("/house/priorities",)),
    "/house/tokens": (ADMIN, ("/house/tokens",)),
    "/api/v1/incidents": (TOKEN, ("/api/v1/incidents?exercise=true",)),
    "/api/v1/incidents/<ref>": (TOKEN, ("/api/v1/incidents/{incident}",)),
    "/api/v1/reports": (TOKEN, ("/api/v1/reports",)),
    "/api/v1/reports/<ref>": (TOKEN, ("/api/v1/reports/{report}",)),
    "/api/v1/alerts": (TOKEN, ("/api/v1/alerts",)),
    "/api/v1/alerts/<ref>": (TOKEN, ("/api/v1/alerts/{alert}",)),
    "/api/v1/alerts/feed": (TOKEN, ("/api/v1/alerts/feed",)),
    "/api/v1/areas": (TOKEN, ("/api/v1/areas",)),
    "/api/v1/areas/<area_id>": (TOKEN, ("/api/v1/areas/{place}",)),
}  # fmt: skip


@dataclass(frozen=True)
class Samples:
    """Something of each kind to look at, as alike as can be in small and large installations."""

    incident: str
    open: str
    report: str
    leftover: str
    alert: str
    contact: str
    place: str
    country: str
    area: str
    lately: str
    words: str = "dispute+land"

    @classmethod
    def of(cls, session: Session) -> "Samples":
        """Taken from a chronicle. Raises NoResultFound where there is none."""
        closed = _incident(session, IncidentState.CLOSED)
        waiting = _incident(session, IncidentState.OPEN)
        place = session.execute(select(Place).where(Place.id == closed.place_id)).scalar_one()
        latest = session.execute(select(func.max(Incident.updated_at) - func.make_interval(0, 0, 0, 0, 1)))
        return cls(
            incident=closed.ref,
            open=waiting.ref,
            report=_one(session, select(Report.ref).where(Report.incident_id == closed.id)),
            leftover=_one(
                session, select(Report.ref).where(Report.incident_id.is_(None)).order_by(Report.created_at)
            ),
            alert=_one(session, select(Alert.ref).where(Alert.incident_id == closed.id)),
            contact=_one(session, select(Contact.code).where(Contact.code == "EX-00001")),
            place=place.id,
            country=place.path.split("/")[1],
            area="/".join(place.path.split("/")[:3]) + "/",
            lately=latest.scalar_one().isoformat().replace("+", "%2B"),
        )


def _incident(session: Session, state: IncidentState) -> Incident:
    """One of the newest disputes of that state with five reports."""
    query = select(Incident).where(Incident.state == state, Incident.place_id.is_not(None), Incident.exercise)
    alike = (Incident.event_type != EventType.DISPUTE, Incident.restricted, func.abs(Incident.reports - 5))
    return session.scalars(query.order_by(*alike, Incident.created_at.desc()).limit(1)).one()


def _one(session: Session, query: Any) -> str:
    return str(session.scalars(query.limit(1)).one())


def visits(samples: Samples) -> Iterator[tuple[str, str, str]]:
    """Who looks at which address, and its rule."""
    values = {name: str(value) for name, value in vars(samples).items()}
    for rule, (who, addresses) in PAGES.items():
        for address in addresses:
            yield who, address.format(**values), rule
