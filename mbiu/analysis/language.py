"""Which language a text is written in: a good guess for the desk, a cheap one for the reply."""

from collections import Counter
from functools import cache, lru_cache
from typing import Any

from mbiu.analysis.tables import rows
from mbiu.gazetteer.names import WORD, fold

REGIONAL = ("en", "sw", "lg", "fr", "ar", "arz", "ary", "so", "rw", "om", "am", "kik", "ln", "pcm")
MERGED = {"arz": "ar", "ary": "ar", "pcm": "en"}
SHORT_WORDS = 4
MAX_LENGTH = 1000
_ARABIC = range(0x0600, 0x0700)
_ETHIOPIC = range(0x1200, 0x1380)


def detect(text: str, default: str = "en") -> tuple[str, float]:
    """The language code (ISO 639-1 where there is one) and a confidence of 0 to 1.

    Without any word it is ``default`` with confidence 0. Texts of four words and fewer are decided by
    function words where there are any, since the statistical model is weak on them.
    """
    words = _words(text)
    if not words:
        return default, 0.0
    script = _by_script(text)
    if script:
        return script
    scores = _function_words(words)
    best = scores.most_common(2)
    if len(words) <= SHORT_WORDS and best and (len(best) == 1 or best[0][1] > best[1][1]):
        return best[0][0], 0.6
    code, confidence = _model().classify(" ".join(words))
    code = MERGED.get(code, code)
    if best and best[0][0] != code and best[0][1] >= 3 and scores[code] * 2 < best[0][1]:
        return best[0][0], 0.6
    return code, round(min(0.99, float(confidence)), 2)


def reply_language(text: str, default: str) -> str:
    """The language to answer in, by function words alone; ``default`` when they do not tell."""
    best = _function_words(_words(text)).most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return default
    return best[0][0]


def _words(text: str) -> list[str]:
    return [fold(match.group()) for match in WORD.finditer(text[:MAX_LENGTH]) if match.group().isalpha()]


def _by_script(text: str) -> tuple[str, float] | None:
    if text.isascii():
        return None
    letters = [ord(c) for c in text[:MAX_LENGTH] if c.isalpha()]
    for code, block in (("ar", _ARABIC), ("am", _ETHIOPIC)):
        if 2 * sum(letter in block for letter in letters) > len(letters):
            return code, 0.9
    return None


def _function_words(words: list[str]) -> Counter[str]:
    known = _known()
    return Counter(code for word in words for code in known.get(word, ()))


@cache
def _known() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for row in rows("function_words"):
        for term in row["terms"].split("|"):
            known[fold(term)] = (*known.get(fold(term), ()), row["code"])
    return known


class _Model:
    """py3langid, told to choose among the languages of the region only."""

    def __init__(self) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self._identifier: Any = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(list(REGIONAL))

    def classify(self, text: str) -> tuple[str, float]:
        code, confidence = self._identifier.classify(text)
        return str(code), float(confidence)


@lru_cache(maxsize=1)
def _model() -> _Model:
    return _Model()
