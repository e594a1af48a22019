"""Reports: what one reporter says happened, and how the machine read it."""

from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.codes import EventType, JoiningState, Lane, Precision, ReportState, Severity, Urgency
from mbiu.models.base import Json, Key, Model, Moment, Sealed, Words, utcnow

#: Reports that were read and led to no incident, and wait for a person to agree.
LEFTOVER = (
    "incident_id IS NULL AND state = 'read' AND archived_at IS NULL AND withdrawn_at IS NULL"
    " AND erased_at IS NULL"
)


class Report(Model):
    """One reporter's account, made of one or more messages.

    ``reading`` is the sealed JSON of the machine's Reading; the columns beside it are what the
    queue, the map and the join need to search, and hold no words of the reporter.
    ``fingerprint`` is a keyed digest of the normalised text; ``copied`` says that the words are those
    of an earlier report. ``independent`` says whether it is a source of its own in its incident;
    ``source_note`` is the code of why it is not (`mbiu.joining.REASONS`). ``told`` holds what the reporter
    said by code or by choice (``event_type``, ``place_id``, counts), which goes before what was read.
    ``borrowed`` reports came from somebody else's phone, ``unconfirmed`` ones from a sender who may be
    another than the number says, ``duress`` ones with the word that asks us to do nothing.
    ``restricted`` ones are seen by cleared users alone; the database sets it. ``folded`` counts messages
    beyond the limits that were kept with the report unread. ``withdrawn_at`` is when the reporter
    took it back, ``erased_at`` when its words were removed at the reporter's wish, ``archived_at`` when a
    person agreed that it tells of no event.
    """

    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_due", "lane", "due_at", postgresql_where=text("state = 'received'")),
        Index(None, "incident_id", "created_at"),
        Index(
            "ix_report_witness",
            "incident_id",
            "created_at",
            postgresql_where=text("NOT copied"),
        ),
        Index(None, "contact_id", "created_at"),
        Index("ix_report_borrowed", "contact_id", "created_at", postgresql_where=text("borrowed")),
        Index(None, "address_id", "created_at"),
        Index(None, "created_at"),
        Index(None, "area_path", postgresql_ops={"area_path": "text_pattern_ops"}),
        Index(None, "fingerprint", "created_at"),
        Index("ix_report_sexual", "id", postgresql_where=text("event_type = 'sexual_violence'")),
        Index("ix_report_leftover", "created_at", "id", postgresql_where=text(LEFTOVER)),
    )

    id: Mapped[Key]
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    state: Mapped[ReportState] = mapped_column(default=ReportState.RECEIVED)
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incident.id", ondelete="SET NULL"))
    area_path: Mapped[str] = mapped_column(default="/", server_default="/")
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    precision: Mapped[Precision] = mapped_column(default=Precision.NONE)
    radius_km: Mapped[float | None]
    event_type: Mapped[EventType] = mapped_column(default=EventType.UNKNOWN)
    severity: Mapped[Severity] = mapped_column(default=Severity.UNKNOWN)
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.UNKNOWN)
    language: Mapped[str | None] = mapped_column(String(8))
    missing: Mapped[Words]
    reading: Mapped[bytes | None] = mapped_column(LargeBinary)
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary)
    copied: Mapped[bool] = mapped_column(default=False, server_default="false")
    independent: Mapped[bool] = mapped_column(default=True, server_default="true")
    source_note: Mapped[str] = mapped_column(String(16), default="", server_default="")
    corrected: Mapped[bool] = mapped_column(default=False, server_default="false")
    exercise: Mapped[bool] = mapped_column(default=False, server_default="false")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[Moment] = mapped_column(default=utcnow)
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    read_at: Mapped[Moment | None]
    joined_at: Mapped[Moment | None]
    outcome_told_at: Mapped[Moment | None]
    verdict_told_at: Mapped[Moment | None]
    action_told_at: Mapped[Moment | None]
    lane: Mapped[int] = mapped_column(SmallInteger, default=Lane.STRANGER, server_default="1")
    told: Mapped[Json]
    borrowed: Mapped[bool] = mapped_column(default=False, server_default="false")
    unconfirmed: Mapped[bool] = mapped_column(default=False, server_default="false")
    duress: Mapped[bool] = mapped_column(default=False, server_default="false")
    restricted: Mapped[bool] = mapped_column(default=False, server_default="false")
    folded: Mapped[int] = mapped_column(default=0, server_default="0")
    withdrawn_at: Mapped[Moment | None]
    erased_at: Mapped[Moment | None]
    archived_at: Mapped[Moment | None]


class ReportTerms(Model):
    """Keyed digests of a report's words, to search by (`mbiu.searching`); they open nothing."""

    __tablename__ = "report_terms"
    __table_args__ = (Index(None, "terms", postgresql_using="gin"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    terms: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list, server_default="{}")


class Joining(Model):
    """A report put together with an incident, or proposed to be, with the reasons; kept when it is undone.

    Made by the machine where ``made_by`` is empty. ``left_id`` is the incident that the report was before.
    A pair that a person has undone (``undone_at``) is never joined again by the machine.
    """

    __tablename__ = "joining"
    __table_args__ = (
        Index(None, "report_id", "created_at"),
        Index(None, "incident_id", "created_at"),
        Index("ix_joining_left_id", "left_id", postgresql_where=text("left_id IS NOT NULL")),
    )

    id: Mapped[Key]
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    left_id: Mapped[UUID | None] = mapped_column(ForeignKey("incident.id", ondelete="SET NULL"))
    state: Mapped[JoiningState]
    same_event: Mapped[float | None]
    independent: Mapped[bool]
    why: Mapped[Words]
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[Moment | None]


class Correction(Model):
    """A value of a reading that a person put right: what the machine said, what is true."""

    __tablename__ = "correction"
    __table_args__ = (Index(None, "report_id"),)

    id: Mapped[Key]
    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    field: Mapped[str] = mapped_column(String(24))
    before: Mapped[Sealed]
    after: Mapped[Sealed]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class ReportCode(Model):
    """A short code that reporters may write in place of words, as the centre's own table defines it.

    ``numbers`` names the counts that may follow it, in order: killed, injured and so on.
    """

    __tablename__ = "report_code"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    event_type: Mapped[EventType]
    words: Mapped[str] = mapped_column(default="", server_default="")
    numbers: Mapped[Words]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    changed_at: Mapped[Moment] = mapped_column(default=utcnow)
