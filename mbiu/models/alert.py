"""Alerts and their way to people: routes, deliveries, responses."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.codes import AlertState, Answer, DeliveryState
from mbiu.models.base import Json, Key, Model, Moment, Sealed, utcnow


class Alert(Model):
    """What is sent about one version of a verified incident.

    ``chain`` is the escalation as it stood at the start, read by `mbiu.escalation.chain`; ``step`` of its
    steps are taken. ``next_at`` is when the next is, ``repeat_at`` when the last is told anew, for the
    ``repeated`` + 1st time; ``round`` counts all tellings. ``due_at`` is the earliest of what comes: a step,
    a repeat, a promise to be looked at. ``taken_by`` has taken it on at the console, until ``taken_until``.
    ``texts`` is a sealed JSON object of wordings by key. An ``unverified`` one went to mediators before
    enough people had approved; at ``settled_at`` they were told what the incident was found to be.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "ix_alert_due",
            "due_at",
            postgresql_where=text("state IN ('open', 'acknowledged') AND due_at IS NOT NULL"),
        ),
        Index("ix_alert_live", "id", postgresql_where=text("state IN ('open', 'acknowledged')")),
        Index(None, "incident_id"),
        Index(None, "created_at"),
        Index("ix_alert_open", "created_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[Key]
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    incident_version: Mapped[int]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    state: Mapped[AlertState] = mapped_column(default=AlertState.OPEN)
    texts: Mapped[Sealed]
    chain: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    step: Mapped[int] = mapped_column(default=0, server_default="0")
    exercise: Mapped[bool] = mapped_column(default=False, server_default="false")
    unverified: Mapped[bool] = mapped_column(default=False, server_default="false")
    settled_at: Mapped[Moment | None]
    due_at: Mapped[Moment | None]
    next_at: Mapped[Moment | None]
    repeat_at: Mapped[Moment | None]
    round: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    repeated: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    taken_until: Mapped[Moment | None]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    acknowledged_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]


class Delivery(Model):
    """One outgoing message on its way to one address: an alert, a reply, a question or an outcome.

    ``segments`` is what it costs as SMS; 0 for what is no SMS. ``urgency`` is that of `outbox.urgency`.

    ``extra`` holds buttons, a provider's call-back id, the gateways that did not answer whether they took it
    and whether a claim ``lapsed`` unrecorded, never a person or a text. What came too thickly is sent in one
    with others: by its ``carrier``, whose state it then shares.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_due",
            "due_at",
            postgresql_where=text("state IN ('queued', 'sending')"),
        ),
        Index(
            "ix_delivery_order",
            "urgency",
            "created_at",
            postgresql_where=text("state IN ('queued', 'sending') AND carrier_id IS NULL"),
        ),
        Index(
            "ix_delivery_expiry",
            "expires_at",
            postgresql_where=text("state IN ('queued', 'sending') AND carrier_id IS NULL"),
        ),
        Index(
            "uq_delivery_provider",
            "channel",
            "provider_id",
            unique=True,
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index(
            "uq_delivery_alert_address",
            "alert_id",
            "address_id",
            "kind",
            "round",
            unique=True,
            postgresql_where=text("alert_id IS NOT NULL"),
        ),
        Index(
            "uq_delivery_counter_address",
            "counter_id",
            "address_id",
            unique=True,
            postgresql_where=text("counter_id IS NOT NULL"),
        ),
        Index(
            "uq_delivery_sequel_address",
            "sequel_id",
            "address_id",
            "step",
            unique=True,
            postgresql_where=text("sequel_id IS NOT NULL"),
        ),
        Index(
            "uq_delivery_warning_address",
            "warning_id",
            "address_id",
            unique=True,
            postgresql_where=text("warning_id IS NOT NULL"),
        ),
        Index(None, "message_id", unique=True),
        Index("ix_delivery_speed", "channel", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
        Index("ix_delivery_alerts_of_address", "address_id", postgresql_where=text("alert_id IS NOT NULL")),
        Index("ix_delivery_carrier_id", "carrier_id", postgresql_where=text("carrier_id IS NOT NULL")),
        Index(None, "created_at"),
    )

    id: Mapped[Key]
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    alert_id: Mapped[UUID | None] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    counter_id: Mapped[UUID | None] = mapped_column(ForeignKey("counter_message.id", ondelete="CASCADE"))
    warning_id: Mapped[UUID | None] = mapped_column(ForeignKey("area_warning.id", ondelete="CASCADE"))
    sequel_id: Mapped[UUID | None] = mapped_column(ForeignKey("sequel.id", ondelete="CASCADE"))
    carrier_id: Mapped[UUID | None] = mapped_column(ForeignKey("delivery.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(16))
    urgency: Mapped[int] = mapped_column(SmallInteger, default=2, server_default="2")
    channel: Mapped[str] = mapped_column(String(40))
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[Moment] = mapped_column(default=utcnow)
    expires_at: Mapped[Moment | None]
    provider_id: Mapped[str | None]
    error: Mapped[str] = mapped_column(default="", server_default="")
    extra: Mapped[Json]
    step: Mapped[int] = mapped_column(default=0, server_default="0")
    round: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    segments: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    sent_at: Mapped[Moment | None]
    delivered_at: Mapped[Moment | None]

    @property
    def may_be_double(self) -> bool:
        """Whether a provider was called again although it may have taken an earlier call."""
        return self.attempts > 1 and bool(self.extra.get("lapsed") or self.extra.get("unsure"))


class EarlyReport(Model):
    """A delivery report that came before the provider's id was written down; applied when it is.

    ``delivery_id`` is the delivery it names itself: by that a text is known to have been taken although the
    provider's answer was lost.
    """

    __tablename__ = "early_report"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        Index(None, "created_at"),
        Index("ix_early_report_delivery_id", "delivery_id", postgresql_where=text("delivery_id IS NOT NULL")),
    )

    id: Mapped[Key]
    channel: Mapped[str] = mapped_column(String(40))
    provider_id: Mapped[str]
    delivery_id: Mapped[UUID | None]
    state: Mapped[DeliveryState]
    code: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class Response(Model):
    """A responder's word on an alert. ``due_at`` is when a promise (ack, go) should be kept; whoever made it
    was reminded at ``reminded_at``, and after ``lapsed_at`` it counts for nothing: because its time was over,
    or, with ``lapsed_why`` party, because whoever gave it turned out to belong to a suspected party.
    """

    __tablename__ = "response"
    __table_args__ = (
        Index(None, "alert_id", "created_at"),
        Index(None, "contact_id", "created_at"),
        Index("ix_response_message_id", "message_id", postgresql_where=text("message_id IS NOT NULL")),
        Index("ix_response_written", "created_at", postgresql_where=text("text IS NOT NULL")),
    )

    id: Mapped[Key]
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
    answer: Mapped[Answer]
    text: Mapped[bytes | None] = mapped_column(LargeBinary)
    due_at: Mapped[Moment | None]
    reminded_at: Mapped[Moment | None]
    lapsed_at: Mapped[Moment | None]
    lapsed_why: Mapped[str] = mapped_column(String(8), default="", server_default="")
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
