"""A text cut where evidence begins and ends, so that the page can mark what was read from it."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from mbiu.analysis.reading import Evidence
from review.words import label

NUMBERS = frozenset({"killed", "injured", "displaced", "abducted", "livestock"})


@dataclass(frozen=True)
class Part:
    """A stretch of a text, marked if something was read from it."""

    text: str
    fields: tuple[str, ...] = ()
    title: str = ""

    @property
    def kind(self) -> str:
        if "place" in self.fields:
            return "place"
        return "numbers" if NUMBERS & set(self.fields) else "other"


def mark(text: str, evidence: Iterable[Evidence], start: int = 0) -> list[Part]:
    """``text`` cut where evidence begins or ends; ``start`` is its place in the text that was read."""
    told = (e for e in evidence if e.field != "language")
    spans = [(max(e.start - start, 0), min(e.end - start, len(text)), e) for e in told]
    spans = [span for span in spans if span[0] < span[1]]
    cuts = sorted({0, len(text), *(cut for a, b, _ in spans for cut in (a, b))})
    return [
        _part(text[a:b], [e for first, last, e in spans if first <= a and b <= last])
        for a, b in itertools.pairwise(cuts)
    ]


def _part(text: str, marks: list[Evidence]) -> Part:
    fields = tuple(dict.fromkeys(e.field for e in marks))
    return Part(text, fields, "; ".join(dict.fromkeys(f"{label(e.field)}: {label(e.value)}" for e in marks)))
