"""People: contacts under code names, the vault that alone knows who they are, and the console's users."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    case,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.codes import AddressKind, ContactRole, ResponderClass, Role, Wish
from mbiu.models.base import Json, Key, Model, Moment, Sealed, Words, utcnow


class Contact(Model):
    """A person behind reports or alerts, known by ``code`` (``KAS-07``, or 40 random bits if unknown).

    ``community`` and ``denomination`` say no more than whether two sources are independent of each other.
    ``pin`` is an Argon2 hash for use from a borrowed phone; ``panic_word`` and ``duress_word`` are keyed
    digests of the person's own words. ``quiet_from`` and ``quiet_to`` are hours of the day, local time, in
    which nothing is sent unasked; ``silent_at`` is when all contact ended for good. From ``doubted_at`` on
    somebody else may be using the number, so that reports stay unconfirmed until a call-back. ``archived_at``
    is when a coordinator ended somebody's part; ``drills_at`` when somebody agreed to take part in drills;
    ``twin_of`` is who was registered with the same number before, which only a custodian may learn.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index(
            "ix_contact_supervisor_id", "supervisor_id", postgresql_where=text("supervisor_id IS NOT NULL")
        ),
        Index(
            "ix_contact_responder_class",
            "responder_class",
            "area_path",
            postgresql_ops={"area_path": "text_pattern_ops"},
            postgresql_where=text("responder_class IS NOT NULL"),
        ),
        Index("ix_contact_drills", "code", postgresql_where=text("drills_at IS NOT NULL")),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    role: Mapped[ContactRole] = mapped_column(default=ContactRole.UNKNOWN)
    responder_class: Mapped[ResponderClass | None]
    language: Mapped[str | None] = mapped_column(String(8))
    country: Mapped[str | None] = mapped_column(String(2))
    home_place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))
    area_path: Mapped[str] = mapped_column(default="/", server_default="/")
    organisation: Mapped[str] = mapped_column(default="", server_default="")
    grade: Mapped[str] = mapped_column(String(1), default="F", server_default="F")
    exercise: Mapped[bool] = mapped_column(default=False, server_default="false")
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    stopped_at: Mapped[Moment | None]
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    vouched_by: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    vouched_at: Mapped[Moment | None]
    invited_at: Mapped[Moment | None]
    community: Mapped[str] = mapped_column(default="", server_default="")
    denomination: Mapped[str] = mapped_column(default="", server_default="")
    wish: Mapped[Wish] = mapped_column(default=Wish.PUSH, server_default="push")
    quiet_from: Mapped[int | None] = mapped_column(SmallInteger)
    quiet_to: Mapped[int | None] = mapped_column(SmallInteger)
    pin: Mapped[str | None]
    pin_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    pin_from: Mapped[Moment | None]
    panic_word: Mapped[bytes | None] = mapped_column(LargeBinary)
    duress_word: Mapped[bytes | None] = mapped_column(LargeBinary)
    silent_at: Mapped[Moment | None]
    doubted_at: Mapped[Moment | None]
    archived_at: Mapped[Moment | None]
    drills_at: Mapped[Moment | None]
    twin_of: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))


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
    ``question`` names the fact we asked for about ``question_report_id``, ``choices`` what was offered
    under 1, 2, 3 (place ids, references); together they are the draft of the conversation.
    ``is_group`` marks a chat of several people. ``last_text`` and ``repeats`` count equal texts in a row, and
    nothing is answered by itself before ``mute_until``. ``full_at`` is when the last text came that filled
    a segment, so that what follows at once is its next part; ``taken`` counts messages since ``taken_from``.
    Without a ``vault_id`` nobody can be reached here.
    """

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("kind", "blind_index"),
        Index(None, "contact_id"),
        Index("ix_address_burn", "burn_at", postgresql_where=text("burn_at IS NOT NULL")),
    )

    id: Mapped[Key]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    kind: Mapped[AddressKind]
    blind_index: Mapped[bytes] = mapped_column(LargeBinary)
    vault_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(String(40))
    blocked_at: Mapped[Moment | None]
    stopped_at: Mapped[Moment | None]
    noticed_at: Mapped[Moment | None]
    question: Mapped[str | None] = mapped_column(String(16))
    question_report_id: Mapped[UUID | None]
    question_at: Mapped[Moment | None]
    choices: Mapped[Words]
    is_group: Mapped[bool] = mapped_column(default=False, server_default="false")
    sent_at: Mapped[Moment | None]
    last_text: Mapped[bytes | None] = mapped_column(LargeBinary)
    repeats: Mapped[int] = mapped_column(default=0, server_default="0")
    mute_until: Mapped[Moment | None]
    full_at: Mapped[Moment | None]
    taken_from: Mapped[Moment | None]
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    replies_from: Mapped[Moment | None]
    replies: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    last_in_at: Mapped[Moment | None]
    burn_at: Mapped[Moment | None]


#: The order in which somebody's addresses are used: a phone before a partner's server, that before a mailbox;
#: of equal ones that which the person used last.
BY_USE = (
    case((Address.kind == AddressKind.EMAIL, 2), (Address.kind == AddressKind.WEBHOOK, 1), else_=0),
    Address.last_in_at.desc().nulls_last(),
)


class Erasure(Model):
    """A chat of somebody who is gone, whose messages are still to be deleted there; then the row goes too.

    ``chat`` is the sealed chat id. With ``incoming_only`` what the bot wrote stays.
    """

    __tablename__ = "erasure"
    __table_args__ = (Index(None, "due_at"),)

    id: Mapped[Key]
    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    chat: Mapped[Sealed]
    incoming_only: Mapped[bool] = mapped_column(default=False, server_default="false")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[Moment] = mapped_column(default=utcnow)
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class User(Model):
    """Somebody who may log in. ``scope`` is comma-separated area paths; ``/`` is everywhere.

    Who is ``cleared`` sees restricted incidents; custodians and coordinators do so without it.
    """

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("scope LIKE '/%'", name="scope"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role]
    scope: Mapped[str] = mapped_column(default="/", server_default="/")
    password_hash: Mapped[str]
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_used: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    cleared: Mapped[bool] = mapped_column(default=False, server_default="false")
    language: Mapped[str | None] = mapped_column(String(8))
    theme: Mapped[str] = mapped_column(String(8), default="auto", server_default="auto")
    shortcuts: Mapped[bool] = mapped_column(default=True, server_default="true")
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
    """A failed try, by a keyed digest of what stands for it: the name of a log-in, who sent a join word."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index(None, "account", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[Moment] = mapped_column(default=utcnow)


class JoinWord(Model):
    """A word by which somebody enrols in an area and a role; only its keyed ``digest`` is kept.

    With a ``contact_id`` it is an invitation, and of use to that person alone.
    """

    __tablename__ = "join_word"

    id: Mapped[Key]
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    role: Mapped[ContactRole]
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"))
    area_path: Mapped[str] = mapped_column(default="/", server_default="/")
    organisation: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str | None] = mapped_column(String(8))
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    exercise: Mapped[bool] = mapped_column(default=False, server_default="false")
    uses_left: Mapped[int] = mapped_column(default=1, server_default="1")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
