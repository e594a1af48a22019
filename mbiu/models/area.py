"""The land of areas, as files of the centre tell it, and the screens on walls."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Key, Model, Moment, utcnow


class AreaShape(Model):
    """The land of an area as a file of the centre tells it: a GeoJSON geometry, thinned."""

    __tablename__ = "area_shape"

    place_id: Mapped[str] = mapped_column(ForeignKey("place.id", ondelete="CASCADE"), primary_key=True)
    geometry: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str]
    loaded_at: Mapped[Moment] = mapped_column(default=utcnow)


class WallScreen(Model):
    """A screen that shows the wall and nothing else, until it is taken down or whoever hung it leaves.

    Its cookie holds a random token; only its SHA-256 is here. It sees the areas that ``user_id`` sees.
    """

    __tablename__ = "wall_screen"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
    seen_at: Mapped[Moment] = mapped_column(default=utcnow)
    ended_at: Mapped[Moment | None]
