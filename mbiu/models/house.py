"""How the house is run: its settings, its own words, its calendar, what it deleted."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, Identity, Index, Integer, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Json, Key, Model, Moment, utcnow


class HouseSetting(Model):
    """What the centre decided in place of a default of `mbiu.house.settings`."""

    __tablename__ = "house_setting"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    updated_at: Mapped[Moment] = mapped_column(default=utcnow)
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class HouseWord(Model):
    """A word or name of the centre's own over the shipped tables, as it stands now.

    ``table`` is the table of `mbiu.analysis.tables` that it belongs to, ``facts`` its row there. An
    inactive one is as if it had never been; with ``removes`` a shipped row of the same words is switched off.
    """

    __tablename__ = "house_word"
    __table_args__ = (Index("uq_house_word_table_language_words", "table", "language", "words", unique=True),)

    id: Mapped[Key]
    table: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8), default="", server_default="")
    words: Mapped[str] = mapped_column(String(120))
    facts: Mapped[Json]
    removes: Mapped[bool] = mapped_column(default=False, server_default="false")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    updated_at: Mapped[Moment] = mapped_column(default=utcnow)


class HouseWordVersion(Model):
    """A word as it was from one change to the next; never changed itself."""

    __tablename__ = "house_word_version"
    __table_args__ = (Index("uq_house_word_version_word_id_version", "word_id", "version", unique=True),)

    id: Mapped[Key]
    word_id: Mapped[UUID] = mapped_column(ForeignKey("house_word.id", ondelete="CASCADE"))
    version: Mapped[int]
    facts: Mapped[Json]
    removes: Mapped[bool]
    active: Mapped[bool]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[Moment] = mapped_column(default=utcnow)


class Occasion(Model):
    """Days that matter in an area: an election, a verdict, a feast, a market, the season of raids.

    Both days are included. A ``yearly`` one comes again on the same days of every year.
    """

    __tablename__ = "occasion"
    __table_args__ = (Index(None, "ends_on"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(default="", server_default="")
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date] = mapped_column(Date)
    yearly: Mapped[bool] = mapped_column(default=False, server_default="false")
    area_path: Mapped[str] = mapped_column(default="/", server_default="/")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)


class AreaPopulation(Model):
    """How many people live in an area, for one year and as one source says."""

    __tablename__ = "area_population"

    area_path: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    population: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(default="", server_default="")
    updated_at: Mapped[Moment] = mapped_column(default=utcnow)


class PlaceImport(Model):
    """A file of places that somebody brought: looked through first, loaded when they say so.

    ``content`` is emptied once it is done with. ``findings`` is what would happen, as `mbiu.house.bringing`
    writes it. Whoever works on it moves ``due_at`` on, so that nobody else does.
    """

    __tablename__ = "place_import"
    __table_args__ = (
        Index("ix_place_import_due", "due_at", postgresql_where=text("state IN ('new', 'wanted')")),
    )

    id: Mapped[Key]
    state: Mapped[str] = mapped_column(String(12), default="new")
    format: Mapped[str] = mapped_column(String(12))
    country: Mapped[str] = mapped_column(String(2), default="", server_default="")
    content: Mapped[bytes] = mapped_column(LargeBinary)
    findings: Mapped[Json]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    due_at: Mapped[Moment] = mapped_column(default=utcnow)
    ended_at: Mapped[Moment | None]


class Deletion(Model):
    """What was deleted for good: a kind and an id, so that it can be deleted again after a restore.

    ``noted_at`` is when it was written to the file outside the database.
    """

    __tablename__ = "deletion"
    __table_args__ = (
        Index("ix_deletion_unnoted", "id", postgresql_where=text("noted_at IS NULL")),
        Index(None, "object_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    object_id: Mapped[UUID]
    deleted_at: Mapped[Moment] = mapped_column(default=utcnow)
    noted_at: Mapped[Moment | None]
