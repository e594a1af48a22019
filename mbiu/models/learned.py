"""What was learned from decisions."""

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from mbiu.models.base import Json, Key, Model, Moment, utcnow


class LearnedModel(Model):
    """A classifier that was fitted and tried against the rules.

    ``decisions`` is how many reports it learned from, which came in from ``data_from`` to ``data_to``;
    ``decided_to`` is the newest decision among them. ``data`` is the sealed classifier, null where it was not
    better than the rules or is too old to be kept. In use is the one with the newest ``used_from``.
    """

    __tablename__ = "learned_model"
    __table_args__ = (Index(None, "used_from"),)

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(unique=True)
    decisions: Mapped[int]
    data_from: Mapped[Moment]
    data_to: Mapped[Moment]
    decided_to: Mapped[Moment]
    scores: Mapped[Json]
    promoted: Mapped[bool]
    data: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    used_from: Mapped[Moment | None]
    created_at: Mapped[Moment] = mapped_column(default=utcnow)
