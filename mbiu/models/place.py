"""The gazetteer in the database: named points and administrative units."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Model, Words


class Place(Model):
    """A place. ``path`` lists the ids from the country down, ``/ug/ug-kasese/``: the area scope's measure."""

    __tablename__ = "place"
    __table_args__ = (
        Index(None, "path", postgresql_ops={"path": "text_pattern_ops"}),
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
