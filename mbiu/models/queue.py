"""The desk's own rows: lists that somebody keeps, and what was done to many rows at once."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Json, Key, Model, Moment, utcnow


class SavedFilter(Model):
    """A list of the queue under a name: what it is narrowed to and how it is sorted, as a query holds it.

    ``shared`` ones stand on everybody's page; each shows only what its reader may see.
    """

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[Key]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[Json]
    shared: Mapped[bool] = mapped_column(default=False, server_default="false")
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class BulkAction(Model):
    """One deed on some rows of the queue (``join``, ``none``, ``archive``, ``assign``), to be undone by.

    ``rows`` counts them, so that nobody undoes a part of it.
    """

    __tablename__ = "bulk_action"
    __table_args__ = (Index(None, "user_id", "created_at"),)

    id: Mapped[Key]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    action: Mapped[str] = mapped_column(String(16))
    rows: Mapped[int]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    undone_at: Mapped[Moment | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))


class BulkRow(Model):
    """An incident or a report that a `BulkAction` changed: the columns that differ, before it and after."""

    __tablename__ = "bulk_row"
    __table_args__ = (Index(None, "bulk_id"), Index(None, "incident_id"), Index(None, "report_id"))

    id: Mapped[Key]
    bulk_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_action.id", ondelete="CASCADE"))
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    report_id: Mapped[UUID | None] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    before: Mapped[Json]
    after: Mapped[Json]
