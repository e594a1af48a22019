"""Incidents: the events themselves, with what people decided about them."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.codes import (
    Certainty,
    EventType,
    IncidentState,
    Precision,
    Priority,
    Severity,
    Urgency,
    Verdict,
)
from mbiu.models.base import Json, Key, Model, Moment, Numbers, Sealed, Words, utcnow

#: Fifths of a degree, counted from the south-west corner of the world; see `mbiu.search.cell`.
CELL = "(floor(lat * 5)::integer + 450) * 1800 + floor(lon * 5)::integer + 900"


class Incident(Model):
    """One event. ``version`` counts changes of text, place or severity, each of which voids approvals.

    ``numbers`` maps killed, injured, displaced, abducted and livestock to ``{"low", "best", "high"}``.
    ``actors`` maps the groups that the reports name to their side, as first told; ``risk_factors`` are
    those of the UN Framework that the words suggest.
    ``block`` is the district's path, where other reports of the same event are looked for; that of the
    sender's home where no place is told. ``cell`` numbers the squares of a fifth of a degree.
    ``sources`` counts independent reporters; copies of one text count once.
    ``child`` says that a child is among those harmed. ``survivor`` marks what takes the path for survivors
    (sexual violence, children); that, and what was told under duress, is ``restricted`` to cleared users. The
    database sets both. At ``warn_at`` mediators are warned if no second person has approved by then.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index(
            "ix_incident_queue",
            "priority",
            "due_at",
            "id",
            postgresql_where=text("state IN ('open', 'claimed')"),
        ),
        Index(None, "state", "created_at"),
        Index(None, "block", "created_at"),
        Index(None, "cell", "created_at"),
        Index(None, "place_id", "created_at"),
        Index(None, "area_path", postgresql_ops={"area_path": "text_pattern_ops"}),
        Index(None, "updated_at"),
        Index(None, "priority", "state", postgresql_include=["area_path", "restricted"]),
        Index("ix_incident_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        Index("ix_incident_held", "id", postgresql_where=text("held")),
        Index("ix_incident_survivor", "id", postgresql_where=text("survivor")),
        Index("ix_incident_warn", "warn_at", postgresql_where=text("warn_at IS NOT NULL")),
        Index(
            "ix_incident_told",
            "reports",
            "created_at",
            "id",
            postgresql_where=text("state IN ('open', 'claimed')"),
        ),
        Index("ix_incident_assigned", "assigned_to", postgresql_where=text("assigned_to IS NOT NULL")),
        Index(None, "created_at"),
        Index("ix_incident_gravest", "priority", text("created_at DESC"), text("id DESC")),
        CheckConstraint("grade_source IN ('A', 'B', 'C', 'D', 'E', 'F')", name="grade_source"),
        CheckConstraint("grade_information BETWEEN 1 AND 6", name="grade_information"),
    )

    id: Mapped[Key]
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    state: Mapped[IncidentState] = mapped_column(default=IncidentState.OPEN)
    event_type: Mapped[EventType] = mapped_column(default=EventType.UNKNOWN)
    other_types: Mapped[Words]
    drivers: Mapped[Words]
    severity: Mapped[Severity] = mapped_column(default=Severity.UNKNOWN)
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.UNKNOWN)
    certainty: Mapped[Certainty] = mapped_column(default=Certainty.UNKNOWN)
    priority: Mapped[Priority] = mapped_column(default=Priority.P4)
    numbers: Mapped[Json]
    actors: Mapped[Json]
    risk_factors: Mapped[Numbers]
    missing: Mapped[Words]
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))
    area_path: Mapped[str] = mapped_column(default="/", server_default="/")
    country: Mapped[str | None] = mapped_column(String(2))
    block: Mapped[str] = mapped_column(default="", server_default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    cell: Mapped[int | None] = mapped_column(Computed(CELL, persisted=True))
    precision: Mapped[Precision] = mapped_column(default=Precision.NONE)
    radius_km: Mapped[float | None]
    occurred_from: Mapped[Moment | None]
    occurred_to: Mapped[Moment | None]
    reports: Mapped[int] = mapped_column(default=0, server_default="0")
    sources: Mapped[int] = mapped_column(default=0, server_default="0")
    grade_source: Mapped[str] = mapped_column(String(1), default="F", server_default="F")
    grade_information: Mapped[int] = mapped_column(default=6, server_default="6")
    claimed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    claim_until: Mapped[Moment | None]
    assigned_to: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    restricted: Mapped[bool] = mapped_column(default=False, server_default="false")
    child: Mapped[bool] = mapped_column(default=False, server_default="false")
    survivor: Mapped[bool] = mapped_column(default=False, server_default="false")
    warn_at: Mapped[Moment | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("incident.id"))
    exercise: Mapped[bool] = mapped_column(default=False, server_default="false")
    held: Mapped[bool] = mapped_column(default=False, server_default="false")
    due_at: Mapped[Moment] = mapped_column(default=utcnow)
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    updated_at: Mapped[Moment] = mapped_column(default=utcnow)
    verified_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    archived_at: Mapped[Moment | None]


class Decision(Model):
    """A verdict by one person on one version of an incident. Never changed, only followed by another."""

    __tablename__ = "decision"
    __table_args__ = (Index(None, "incident_id", "created_at"),)

    id: Mapped[Key]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    verdict: Mapped[Verdict]
    version: Mapped[int]
    reason: Mapped[Sealed]
    grade_source: Mapped[str | None] = mapped_column(String(1))
    grade_information: Mapped[int | None]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class Authorship(Model):
    """Who shaped an incident's facts (corrected, merged, split): not to approve it while it is grave."""

    __tablename__ = "authorship"
    __table_args__ = (Index("uq_authorship_incident_user", "incident_id", "user_id", unique=True),)

    id: Mapped[Key]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class Note(Model):
    """An analyst's remark on an incident."""

    __tablename__ = "note"
    __table_args__ = (Index(None, "incident_id"),)

    id: Mapped[Key]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[Sealed]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class NoteMention(Model):
    """Somebody whom a note names (``@ruth``), and when they opened the incident since."""

    __tablename__ = "note_mention"
    __table_args__ = (Index("ix_note_mention_unseen", "user_id", postgresql_where=text("seen_at IS NULL")),)

    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    seen_at: Mapped[Moment | None]
