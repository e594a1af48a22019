"""The gazetteer in the database: named points and administrative units."""

from sqlalchemy import Identity, Index, String, false, func
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Json, Model, Moment, Words, utcnow


class Place(Model):
    """A place. ``path`` lists the ids from the country down, ``/ug/ug-kasese/``: the area scope's measure.

    A ``retired`` one stands in no gazetteer any more; an incident or a contact still refers to it.
    """

    __tablename__ = "place"
    __table_args__ = (
        Index(None, "path", postgresql_ops={"path": "text_pattern_ops"}),
        Index(None, "level"),
        Index("uq_place_pcode", "pcode", unique=True, postgresql_where="pcode IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    aliases: Mapped[Words]
    kind: Mapped[str] = mapped_column(String(16))
    level: Mapped[int | None]
    type_local: Mapped[str] = mapped_column(default="", server_default="")
    country: Mapped[str] = mapped_column(String(2))
    parent_id: Mapped[str | None] = mapped_column(index=True)
    path: Mapped[str]
    pcode: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    coord_precision: Mapped[str] = mapped_column(default="none", server_default="none")
    radius_km: Mapped[float | None]
    population: Mapped[int | None]
    match_policy: Mapped[str] = mapped_column(String(8), default="auto", server_default="auto")
    source: Mapped[str] = mapped_column(default="", server_default="")
    source_id: Mapped[str] = mapped_column(default="", server_default="")
    valid_to: Mapped[str] = mapped_column(default="", server_default="")
    replaced_by: Mapped[str] = mapped_column(default="", server_default="")
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())


#: The console looks places up by how their names begin.
Index(
    "ix_place_name_lower",
    func.lower(Place.name).label("name_lower"),
    postgresql_ops={"name_lower": "text_pattern_ops"},
)

#: And finds names that are spelt nearly so (the extension pg_trgm).
Index(
    "ix_place_name_alike",
    func.lower(Place.name).label("name_lower"),
    postgresql_using="gin",
    postgresql_ops={"name_lower": "gin_trgm_ops"},
)


class PlaceEdition(Model):
    """A loading of the gazetteer; the newest row says which edition the database holds."""

    __tablename__ = "place_edition"

    id: Mapped[int] = mapped_column(Identity(always=False), primary_key=True)
    edition: Mapped[str] = mapped_column(String(16))
    places: Mapped[int]
    sources: Mapped[Json]
    loaded_at: Mapped[Moment] = mapped_column(default=utcnow)
