"""Pictures of the figures, with matplotlib (the extra ``plot``)."""

from pathlib import Path
from typing import Any


class NoMatplotlib(Exception):
    """The library that draws is not installed."""


def draw(result: dict[str, Any], path: Path) -> None:
    """Write coverage against accuracy and the confusion of types as SVG, PNG or PDF, by the name's ending.

    Raises NoMatplotlib; ValueError for an ending that cannot be drawn or a result without types.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise NoMatplotlib("a plot needs matplotlib: install mbiu[plot]") from None
    scores = result["fields"].get("event_type")
    if not scores:
        raise ValueError("no message has a label for event_type: there is nothing to draw")
    figure = Figure(figsize=(13, 6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(2, 3))
    _coverage(left, scores["coverage"])
    _confusion(figure, right, scores["confusion"])
    figure.savefig(path)


def _coverage(axes: Any, rows: list[dict[str, float | None]]) -> None:
    known = [row for row in rows if row["accuracy"] is not None]
    axes.plot([row["coverage"] for row in known], [row["accuracy"] for row in known], marker="o")
    for row in known:
        axes.annotate(
            f"{row['from']:g}", (row["coverage"], row["accuracy"]), (4, 4), textcoords="offset points"
        )
    axes.set(
        title="event type: answered and right, by least confidence",
        xlabel="share of messages answered",
        ylabel="share of answers that are right",
        xlim=(0, 1.05),
        ylim=(0, 1.05),
    )
    axes.grid(alpha=0.3)


def _confusion(figure: Any, axes: Any, table: dict[str, dict[str, int]]) -> None:
    codes = sorted({*table, *(read for row in table.values() for read in row)})
    shares = [[table.get(true, {}).get(read, 0) for read in codes] for true in codes]
    rows = [[n / (sum(row) or 1) for n in row] for row in shares]
    image = axes.imshow(rows, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(codes)), codes, rotation=60, ha="right")
    axes.set_yticks(range(len(codes)), codes)
    for y, row in enumerate(shares):
        for x, n in enumerate(row):
            if n:
                axes.text(
                    x,
                    y,
                    n,
                    ha="center",
                    va="center",
                    fontsize=7,
                    color="white" if rows[y][x] > 0.5 else "black",
                )
    axes.set(title="event type: true (rows) and read (columns)")
    figure.colorbar(image, ax=axes, label="share of the row")
