"""Three years of a made-up centre, for an installation that holds nothing real: to see how pages keep up.

The same seed and size give the same people, events and words; keys, and the hour in which it is made,
differ. Everything is marked as an exercise, every text is sealed, and nobody is reached: the numbers have
a country code that no country has, and every delivery is over.

The last thirty days are the same at every size, for an analyst's day does not depend on how long the
centre has been at work. What differs is the history behind them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How much to make. ``recent`` incidents are of the last thirty days."""

    reports: int
    incidents: int
    contacts: int = 5_000
    recent: int = 600

    @classmethod
    def of(cls, reports: int) -> "Size":
        """Five reports tell of each incident. Raises ValueError below 100 reports."""
        if reports < 100:
            raise ValueError("want at least 100 reports")
        incidents = reports // 5
        contacts = min(cls.contacts, max(50, reports // 2))
        return cls(reports, incidents, contacts, min(cls.recent, incidents // 2))


SIZES = {"small": Size.of(10_000), "large": Size.of(1_000_000)}


def size(words: str) -> Size:
    """``small``, ``large`` or a number of reports. Raises ValueError."""
    return SIZES[words] if words in SIZES else Size.of(int(words.replace(",", "").replace("_", "")))
