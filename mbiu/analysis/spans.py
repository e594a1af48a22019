"""Where a text changes its language: *Mapigano yameanza near the market, people are running*.

Each word is given a language where one is plain (a function word, a word of the lists, a Swahili or
Luganda verb, a script); stretches of a language need three such words to count.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from mbiu.analysis.language import chosen, detect, languages_of, script_of
from mbiu.analysis.reading import Evidence
from mbiu.analysis.scan import Scan

ENOUGH_WORDS = 3
MAX_TOKENS = 200
_MERGED = {"sheng": "sw"}
_UNTOLD_KINDS = frozenset(("actors", "cues"))
_SHAPES = (
    ("sw", re.compile(r"(?:wa|a|tu|ni|i|ya|li|zi|u)(?:me|na|li|ta|ka|ki)[a-z]{2,12}[aeiu]")),
    ("sw", re.compile(r"(?:ha|hawa|hatu|haija|haya)(?:ku|ja|ta|wa)[a-z]{2,12}[aeiu]")),
    ("lg", re.compile(r"(?:oku|aba|omu|eki|ebi|obu|emi|olu|ama|bwe)[a-z]{3,14}[aeiou]")),
)


class Span(NamedTuple):
    """A stretch of one language: tokens ``first`` to ``last``, with the words that told it."""

    language: str
    first: int
    last: int
    told: int


def written_in(
    scan: Scan, sender: str | None, country: str | None
) -> tuple[str, float, tuple[Evidence, ...]]:
    """The main language of a text, a confidence of 0 to 1, and for a mixed text each stretch as evidence.

    ``sender``, the language the sender uses, or else that of the country stands where a text is too short.
    """
    code, sure = detect(scan.text, sender or chosen().first.get(country or "", "en"), _hints(scan))
    found = spans(scan)
    if found and code not in {span.language for span in found}:
        code = _main(found)
    return code, sure, _evidence(scan, found)


def _hints(scan: Scan) -> Counter[str]:
    """How many words of the lists each language has in the text."""
    hits = (hit for kind, found in scan.kinds.items() if kind not in _UNTOLD_KINDS for hit in found)
    told = {(hit.first, _MERGED.get(hit.entry.language, hit.entry.language)) for hit in hits}
    return Counter(language for _, language in told)


def spans(scan: Scan) -> tuple[Span, ...]:
    """The stretches of a mixed text in order; none where it is in one language."""
    found = _merged(list(_runs(_told(scan))))
    return tuple(found) if len({span.language for span in found}) > 1 else ()


def _evidence(scan: Scan, found: tuple[Span, ...]) -> tuple[Evidence, ...]:
    return tuple(
        scan.evidence(
            "language", span.language, span.first, span.last, f"{span.told} words of {span.language}"
        )
        for span in found
    )


def _main(found: tuple[Span, ...]) -> str:
    """The language with most words in a mixed text; the first among equals."""
    words: Counter[str] = Counter()
    for span in found:
        words[span.language] += span.told
    return words.most_common(1)[0][0]


def _told(scan: Scan) -> list[str]:
    """The plain language of each token, or empty."""
    listed: dict[int, set[str]] = {}
    for kind, hits in scan.kinds.items():
        for hit in hits if kind not in _UNTOLD_KINDS else ():
            language = _MERGED.get(hit.entry.language, hit.entry.language)
            for index in range(hit.first, hit.last + 1):
                listed.setdefault(index, set()).add(language)
    return [
        _language(token.folded, listed.get(index, set()))
        for index, token in enumerate(scan.tokens[:MAX_TOKENS])
    ]


def _language(word: str, listed: set[str]) -> str:
    known = set(languages_of(word)) or listed
    if len(known) == 1:
        return known.pop()
    if known or word.isdecimal():
        return ""
    shaped = {code for code, shape in _SHAPES if code in chosen().codes and shape.fullmatch(word)}
    return shaped.pop() if len(shaped) == 1 else script_of(word[0])


def _runs(told: list[str]) -> Iterator[Span]:
    """Stretches without a change; words that tell nothing go with what stands before them."""
    current: Span | None = None
    for index, language in enumerate(told):
        if current is None:
            current = Span(language, 0, index, bool(language)) if language else None
        elif language in ("", current.language):
            current = Span(current.language, current.first, index, current.told + bool(language))
        else:
            yield current
            current = Span(language, index, index, 1)
    if current:
        yield current


def _merged(runs: list[Span]) -> list[Span]:
    """Stretches of too few words go into a neighbour, the least telling first."""
    while len(runs) > 1 and (weak := min(runs, key=lambda run: run.told)).told < ENOUGH_WORDS:
        index = runs.index(weak)
        sides = [side for side in (index - 1, index + 1) if 0 <= side < len(runs)]
        into = max(sides, key=lambda side: runs[side].told)
        runs[into] = _joined(runs[into], weak, told=runs[into].told)
        del runs[index]
        runs = _of_one(runs)
    return _of_one(runs)


def _of_one(runs: list[Span]) -> list[Span]:
    """Neighbours of one language, joined."""
    out: list[Span] = []
    for run in runs:
        if out and out[-1].language == run.language:
            out[-1] = _joined(out[-1], run, told=out[-1].told + run.told)
        else:
            out.append(run)
    return out


def _joined(one: Span, two: Span, *, told: int) -> Span:
    return Span(one.language, min(one.first, two.first), max(one.last, two.last), told)
