"""The centre's figures: kept for each day that is over, counted live for the days since.

Days are those of East Africa. What is counted for a day, by the area it happened in:

- ``reports`` and ``incidents`` that came in, by type;
- ``ended`` and ``told``: reports whose incident ended that day, and those of them whose sender was told so;
- ``decisions``, by the id of the user who took them;
- ``delivered``, ``failed`` and ``open`` texts to people, by channel, everywhere together;
- ``alerted`` alerts, and of them ``taken``, ``unable`` and ``silent`` ones, by the role of who was told, and
  with an empty label each alert once;
- disputes first taken up, as ``peaceful``, ``ongoing``, ``unresolved`` and ``unclear``, by who and type.

How long it took from the first report to each of `STEPS`, on the day on which it was reached, is kept as a
histogram of seconds rounded to two digits, for all and by role: histograms of days and areas add up, medians
do not.
"""

from mbiu.figures.accounts import Answers, By, Line, Spread, Times, answers, disputes, inner, times
from mbiu.figures.answering import ANSWERS
from mbiu.figures.counting import STEPS, Counted, begin, count, parent, today, within
from mbiu.figures.disputes import CLASS, STANDS
from mbiu.figures.keeping import again, due, first_day, refresh
from mbiu.figures.reading import SENT, Figures, Span, quantile, read, texts
from mbiu.figures.running import forget, lately, live

__all__ = [
    "ANSWERS",
    "CLASS",
    "SENT",
    "STANDS",
    "STEPS",
    "Answers",
    "By",
    "Counted",
    "Figures",
    "Line",
    "Span",
    "Spread",
    "Times",
    "again",
    "answers",
    "begin",
    "count",
    "disputes",
    "due",
    "first_day",
    "forget",
    "inner",
    "lately",
    "live",
    "parent",
    "quantile",
    "read",
    "refresh",
    "texts",
    "times",
    "today",
    "within",
]
