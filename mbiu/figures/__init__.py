"""The centre's figures: counted once for each day that is over, live for the days since.

Days are those of East Africa. What is counted for a day, by the area it happened in:

- ``reports`` and ``incidents`` that came in, by type;
- ``ended`` and ``told``: reports whose incident ended that day, and those of them whose sender was told so;
- ``decisions``, by the id of the user who took them;
- ``delivered``, ``failed`` and ``open`` texts to people, by channel, everywhere together.

How long it took from the first report to each of `STEPS`, on the day on which it was reached, is kept as a
histogram of seconds rounded to two digits: histograms of days and areas add up, medians do not.
"""

from mbiu.figures.counting import STEPS, Counted, begin, count, parent, today, within
from mbiu.figures.keeping import again, due, first_day, refresh
from mbiu.figures.reading import SENT, Figures, Span, live, quantile, read, texts

__all__ = [
    "SENT",
    "STEPS",
    "Counted",
    "Figures",
    "Span",
    "again",
    "begin",
    "count",
    "due",
    "first_day",
    "live",
    "parent",
    "quantile",
    "read",
    "refresh",
    "texts",
    "today",
    "within",
]
