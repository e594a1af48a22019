"""Running the house: its settings and lists, one page a subject."""

from review.views.house import (
    calendar,
    exercise,
    front,
    holding,
    places,
    population,
    priorities,
    retention,
    texts,
    words,
)
from review.views.house.blueprint import pages

__all__ = [
    "calendar", "exercise", "front", "holding", "pages", "places", "population", "priorities",
    "retention", "texts", "words",
]  # fmt: skip
