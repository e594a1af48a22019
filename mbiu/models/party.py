"""Never to a party: who belongs to what, who is named as a suspected party, exceptions that two agreed on."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Key, Model, Moment, Sealed, Words, utcnow


class Affiliation(Model):
    """An institution, a unit or a community that a contact belongs to.

    ``keys`` are the folded names under which it may be named as a party. The database keeps every
    organisation and community that a contact was ever written down with, and what a police liaison's class
    implies; one ends when somebody asks for it and somebody else agrees.
    """

    __tablename__ = "affiliation"
    __table_args__ = (
        Index(
            "uq_affiliation_contact_id_kind_name",
            "contact_id",
            "kind",
            "name",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("kind IN ('institution', 'unit', 'community')", name="kind"),
        CheckConstraint("ended_by <> end_asked_by", name="two_people"),
        CheckConstraint(
            "ended_at IS NULL OR (ended_by IS NOT NULL AND end_asked_by IS NOT NULL)", name="ended"
        ),
    )

    id: Mapped[Key]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str]
    keys: Mapped[Words]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    end_asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[Moment | None]


class Suspect(Model):
    """A group that an incident's facts name, or ever named, as a suspected party. The database adds them."""

    __tablename__ = "suspect"

    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class PartyOverride(Model):
    """An exception: one contact may be told of one version of an incident although barred.

    Asked for by one person and agreed to by another, both in writing. It holds for the ``keys`` of the
    parties that barred the contact then: when another is named, or the facts change, it is void.
    """

    __tablename__ = "party_override"
    __table_args__ = (
        Index(None, "incident_id", "contact_id"),
        CheckConstraint("agreed_by <> asked_by", name="two_people"),
        CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by IS NULL) AND (agreed_at IS NULL) = (answer IS NULL)",
            name="agreed",
        ),
    )

    id: Mapped[Key]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    version: Mapped[int]
    keys: Mapped[Words]
    reason: Mapped[Sealed]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[Moment] = mapped_column(default=utcnow)
    answer: Mapped[Sealed | None]
    agreed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    agreed_at: Mapped[Moment | None]
    dropped_at: Mapped[Moment | None]
