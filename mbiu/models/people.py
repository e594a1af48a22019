"""People: contacts under code names, the vault that alone knows who they are, and the console's users."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.codes import AddressKind, ContactRole, Role
from mbiu.models.base import Json, Key, Model, Moment, Sealed, utcnow


class Contact(Model):
    """A person behind reports or alerts, known by ``code`` (``KAS-07``, or 40 random bits if unknown)."""

    __tablename__ = "contact"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    role: Mapped[ContactRole] = mapped_column(default=ContactRole.UNKNOWN)
    language: Mapped[str | None] = mapped_column(String(8))
    country: Mapped[str | None] = mapped_column(String(2))
    home_place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))
    area_path: Mapped[str] = mapped_column(default="/", server_default="/")
    organisation: Mapped[str] = mapped_column(default="", server_default="")
    grade: Mapped[str] = mapped_column(String(1), default="F", server_default="F")
    exercise: Mapped[bool] = mapped_column(default=False, server_default="false")
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    stopped_at: Mapped[Moment | None]


class VaultEntry(Model):
    """The one table with numbers, chat ids, names and exact homes; every value sealed."""

    __tablename__ = "vault"
    __table_args__ = (Index(None, "contact_id"),)

    id: Mapped[Key]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(16))
    value: Mapped[Sealed]


class Address(Model):
    """One way to reach a contact, found again by its blind index, and what we last asked there.

    ``channel`` is the gateway the person last wrote through, so that answers go back the same way.
    ``question`` names the fact we asked for about ``question_report_id``.
    """

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("kind", "blind_index"),
        Index(None, "contact_id"),
    )

    id: Mapped[Key]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    kind: Mapped[AddressKind]
    blind_index: Mapped[bytes] = mapped_column(LargeBinary)
    vault_id: Mapped[UUID] = mapped_column(ForeignKey("vault.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(40))
    blocked_at: Mapped[Moment | None]
    stopped_at: Mapped[Moment | None]
    noticed_at: Mapped[Moment | None]
    question: Mapped[str | None] = mapped_column(String(16))
    question_report_id: Mapped[UUID | None]
    question_at: Mapped[Moment | None]
    replies_from: Mapped[Moment | None]
    replies: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    last_in_at: Mapped[Moment | None]


class User(Model):
    """Somebody who may log in. ``scope`` is comma-separated area paths; ``/`` is everywhere."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("scope LIKE '/%'", name="scope"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role]
    scope: Mapped[str] = mapped_column(default="/", server_default="/")
    password_hash: Mapped[str]
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_used: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    disabled_at: Mapped[Moment | None]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class UserSession(Model):
    """A log-in in one browser. The cookie holds a random token; only its SHA-256 is here."""

    __tablename__ = "user_session"
    __table_args__ = (Index(None, "user_id"), Index(None, "created_at"))

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    data: Mapped[Json]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    seen_at: Mapped[Moment] = mapped_column(default=utcnow)
    ended_at: Mapped[Moment | None]


class LoginAttempt(Model):
    """A failed log-in, by a keyed digest of the name that was tried."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index(None, "account", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[Moment] = mapped_column(default=utcnow)
