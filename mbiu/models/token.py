"""Programs that may read the API."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Key, Model, Moment, Words, utcnow


class ApiToken(Model):
    """A partner's program. The token itself was shown once; here is its SHA-256, ``digest``.

    ``scopes`` are codes of `mbiu.tokens.Scope`, ``area`` is comma-separated paths, as of a user. ``taken``
    counts the requests since ``taken_from``, of which ``per_minute`` are answered.
    """

    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint("area LIKE '/%'", name="area"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(60))
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[Words]
    area: Mapped[str] = mapped_column(default="/", server_default="/")
    per_minute: Mapped[int] = mapped_column(default=60, server_default="60")
    made_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    taken_from: Mapped[Moment | None]
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
