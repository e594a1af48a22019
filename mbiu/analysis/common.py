"""Words of everyday speech, which are believed to be names of places only where something says so."""

from mbiu.analysis.lexicon import lexicon
from mbiu.analysis.scan import Scan
from mbiu.analysis.tables import cached, rows
from mbiu.gazetteer.names import fold

STOP_KINDS = frozenset(
    ("events", "markers", "moments", "counts", "numbers", "cues", "drivers", "risk_factors", "ignore")
)


def is_common(word: str, *, whole: bool = False) -> bool:
    """Whether a word belongs to everyday speech or to the reports' own (``whole``: and is no form of one)."""
    return word in _common_words() or lexicon().stands_in(word, STOP_KINDS, whole=whole)


def languages(scan: Scan, index: int) -> frozenset[str]:
    """The languages in which a word of the text is common; Sheng counts as Swahili."""
    hits = (hit for kind in STOP_KINDS for hit in scan.of(kind) if hit.first == hit.last == index)
    known = _common_words().get(scan.tokens[index].folded, frozenset())
    return known | {hit.entry.language.replace("sheng", "sw") for hit in hits}


@cached
def _common_words() -> dict[str, frozenset[str]]:
    words: dict[str, set[str]] = {}
    for row in (*rows("common_words"), *rows("function_words")):
        for term in row["terms"].split("|"):
            words.setdefault(fold(term), set()).add(row.get("language") or row["code"])
    return {word: frozenset(languages) for word, languages in words.items()}
