"""Rules: which incidents go by which chain, every version that was ever in force, and what is proposed."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.codes import Certainty, Severity
from mbiu.models.base import Key, Model, Moment, Sealed, Words, utcnow


class EscalationChain(Model):
    """Who is told one after the other while nobody answers; ``steps`` as `mbiu.chains.Step` writes them.

    A running alert keeps the chain as it was when it started.
    """

    __tablename__ = "escalation_chain"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    saved_at: Mapped[Moment] = mapped_column(default=utcnow)
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class Route(Model):
    """A rule: incidents inside ``area_path`` that meet all conditions go by the escalation chain.

    Empty ``event_types`` and ``drivers`` mean any; of several drivers one is enough. ``hour_from`` and
    ``hour_to`` are full hours in the zone of the house at which an alert starts. ``exercise`` is whether only
    exercises (true), only real incidents (false) or both (none) are meant.
    """

    __tablename__ = "route"
    __table_args__ = (
        CheckConstraint(
            "(hour_from IS NULL) = (hour_to IS NULL)"
            " AND coalesce(hour_from, 0) BETWEEN 0 AND 23 AND coalesce(hour_to, 0) BETWEEN 0 AND 23",
            name="hours",
        ),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    area_path: Mapped[str] = mapped_column(default="/", server_default="/")
    event_types: Mapped[Words]
    drivers: Mapped[Words]
    min_severity: Mapped[Severity] = mapped_column(default=Severity.UNKNOWN)
    min_certainty: Mapped[Certainty] = mapped_column(default=Certainty.UNKNOWN, server_default="unknown")
    hour_from: Mapped[int | None] = mapped_column(SmallInteger)
    hour_to: Mapped[int | None] = mapped_column(SmallInteger)
    exercise: Mapped[bool | None]
    chain_id: Mapped[UUID] = mapped_column(ForeignKey("escalation_chain.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    saved_at: Mapped[Moment] = mapped_column(default=utcnow)
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class RuleVersion(Model):
    """One saving of a route or a chain (``kind``): what it was before and after, by whom, when.

    Rows are never changed. Without ``saved_by`` the system took out somebody who ended their part. What
    changes who hears of real incidents has a ``proposal_id``, or the database refuses it.
    """

    __tablename__ = "rule_version"
    __table_args__ = (UniqueConstraint("subject_id", "version"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(8))
    subject_id: Mapped[UUID]
    version: Mapped[int]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[Moment] = mapped_column(default=utcnow)
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposal.id"))


class Proposal(Model):
    """A change of who hears of real incidents: proposed by one person, in force once another agreed.

    ``kind`` is route, chain, person (which kind of responder somebody is, and where), or that of somebody's
    new address (email, webhook); ``subject_id`` the route, the chain or the contact. ``version`` is the one
    it was made on, 0 for what is new; ``chain_version`` that of the chain which a route would lead to. A new
    address lies in the vault under ``vault_id``. ``alone`` holds the sealed reason of whoever put it in force
    without a second person.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("agreed_by <> asked_by OR alone IS NOT NULL", name="two_people"),
        CheckConstraint("alone IS NULL OR agreed_by = asked_by", name="alone"),
        CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by IS NULL) AND (dropped_at IS NULL) = (dropped_by IS NULL)"
            " AND (agreed_at IS NULL OR dropped_at IS NULL)",
            name="answered",
        ),
        Index(
            "uq_proposal_waiting",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where=text("agreed_at IS NULL AND dropped_at IS NULL"),
        ),
        Index("ix_proposal_alone", "agreed_at", postgresql_where=text("alone IS NOT NULL")),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(8))
    subject_id: Mapped[UUID]
    name: Mapped[str]
    version: Mapped[int]
    chain_version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    vault_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.id", ondelete="SET NULL"))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[Moment] = mapped_column(default=utcnow)
    agreed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    agreed_at: Mapped[Moment | None]
    alone: Mapped[Sealed | None]
    dropped_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    dropped_at: Mapped[Moment | None]
