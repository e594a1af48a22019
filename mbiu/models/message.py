"""Messages in and out as they were said, and the files that came with them."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.codes import MessageState
from mbiu.models.base import Key, Model, Moment, Sealed, utcnow


class Message(Model):
    """One SMS or chat message. ``provider_id`` is set for incoming ones and makes a repeat harmless.

    ``location`` is a sealed JSON object with lat, lon and accuracy_m of a shared pin.
    ``reply_to`` is the incoming message that an outgoing one answers. ``thread`` is what the provider
    calls messages that belong together (an album, the parts of a long SMS), ``part`` of ``parts`` the place
    in it. ``chat_message`` is the message's id in its chat, by which an edit names the one it ``replaces``.
    ``author`` is a pseudonym of a member of a group. A ``folded`` message is kept, but not read. What a
    responder wrote about an alert has its ``alert_id``.
    ``subject`` is the sealed first line of a mail.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "uq_message_channel_provider_id",
            "channel",
            "provider_id",
            unique=True,
            postgresql_where=text("direction = 'in'"),
        ),
        Index(None, "report_id"),
        Index(None, "address_id", "created_at"),
        Index(None, "created_at"),
        Index(
            "ix_message_reply_to",
            "reply_to",
            postgresql_where=text("reply_to IS NOT NULL"),
        ),
        Index(
            "ix_message_alert_id",
            "alert_id",
            postgresql_where=text("alert_id IS NOT NULL"),
        ),
        Index(
            "ix_message_thread",
            "address_id",
            "thread",
            postgresql_where=text("thread IS NOT NULL"),
        ),
        Index(
            "ix_message_chat_message",
            "address_id",
            "chat_message",
            postgresql_where=text("chat_message IS NOT NULL"),
        ),
    )

    id: Mapped[Key]
    direction: Mapped[str] = mapped_column(String(3))
    channel: Mapped[str] = mapped_column(String(40))
    provider_id: Mapped[str | None]
    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id", ondelete="CASCADE"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    report_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("report.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED")
    )
    alert_id: Mapped[UUID | None] = mapped_column(ForeignKey("alert.id", ondelete="SET NULL"))
    reply_to: Mapped[UUID | None]
    state: Mapped[MessageState] = mapped_column(default=MessageState.HANDLED)
    text: Mapped[Sealed]
    subject: Mapped[bytes | None] = mapped_column(LargeBinary)
    location: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str | None] = mapped_column(String(8))
    forwarded: Mapped[bool] = mapped_column(default=False, server_default="false")
    edited: Mapped[bool] = mapped_column(default=False, server_default="false")
    thread: Mapped[str | None] = mapped_column(String(64))
    part: Mapped[int | None] = mapped_column(SmallInteger)
    parts: Mapped[int | None] = mapped_column(SmallInteger)
    chat_message: Mapped[str | None] = mapped_column(String(40))
    replaces: Mapped[UUID | None]
    author: Mapped[str | None] = mapped_column(String(16))
    folded: Mapped[bool] = mapped_column(default=False, server_default="false")
    sent_at: Mapped[Moment | None]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class Media(Model):
    """A file with a message: first its sealed handle at the provider, later what was kept of it.

    ``sha256`` is of the bytes as they arrived, ``original_type`` what they are by content. ``original`` and
    ``clean`` name the sealed file as received and the one remade for the screen in the media store;
    ``content_type`` is the clean one's, and before that what the provider said. A ``pending`` file becomes
    ``ready`` (there is a clean one), ``kept`` (an original alone), ``refused`` (neither) or ``erased``.
    """

    __tablename__ = "media"
    __table_args__ = (
        Index(None, "message_id"),
        Index("ix_media_due", "due_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[Key]
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    handle: Mapped[Sealed]
    state: Mapped[str] = mapped_column(String(16), default="pending")
    reason: Mapped[str] = mapped_column(default="", server_default="")
    content_type: Mapped[str] = mapped_column(default="", server_default="")
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    size: Mapped[int | None]
    original: Mapped[str | None]
    original_type: Mapped[str] = mapped_column(default="", server_default="")
    clean: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[Moment] = mapped_column(default=utcnow)
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class Attachment(Model):
    """A file that goes out with a message: its sealed ``content``, and the name the reader sees."""

    __tablename__ = "attachment"
    __table_args__ = (Index(None, "message_id"), Index(None, "created_at"))

    id: Mapped[Key]
    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    content_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[Sealed]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
