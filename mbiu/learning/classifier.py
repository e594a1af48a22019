"""A fitted classifier: plain arrays, applied with NumPy alone, so that a worker loads no scikit-learn.

TF-IDF of words, pairs and parts of words with the rules' scores, and one logistic regression a code
(the features of Wang and Manning 2012, the weighting of Salton and Buckley 1988).
"""

import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbiu.analysis.events import Event
from mbiu.analysis.learned import Scores
from mbiu.learning import grams

Floats = NDArray[np.float32]
MAIN, OTHER = "main", "other"
#: The rules' confidence in the main type stands for more than a word does.
RULES_COUNT = 2.0
MOST_BYTES = 3_000_000
_CACHED_WORDS = 8192
#: Beyond this a probability is 0 or 1 for every purpose, and the exponential would overflow.
_FARTHEST = 40.0


class BadModel(ValueError):
    """Bytes that are no classifier of this version."""


@dataclass(frozen=True)
class Learned:
    """A classifier. Shapes: ``idf`` (grams,); ``weights`` (grams + 2 codes, heads); ``bias`` (heads,).

    ``heads`` pairs MAIN or OTHER with an event type; ``codes`` orders the rules' scores among the features.
    """

    decisions: int
    codes: tuple[str, ...]
    heads: tuple[tuple[str, str], ...]
    vocabulary: tuple[str, ...]
    idf: Floats
    weights: Floats
    bias: Floats
    _index: dict[str, int] = field(init=False, repr=False, compare=False)
    _of_word: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {gram: number for number, gram in enumerate(self.vocabulary)}
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_of_word", lru_cache(maxsize=_CACHED_WORDS)(self._grams_of_word))

    def scores(self, text: str, rules: Event) -> Scores:
        """Probabilities of the codes, main and other, for a text of which the rules say ``rules``."""
        chances = self.probabilities(text, rules)
        found: dict[str, dict[str, float]] = {MAIN: {}, OTHER: {}}
        for (kind, code), chance in zip(self.heads, chances, strict=True):
            found[kind][code] = float(chance)
        return Scores(found[MAIN], found[OTHER])

    def probabilities(self, text: str, rules: Event) -> Floats:
        """One probability a head, in the order of ``heads``."""
        numbers, values = self._vector(text)
        sums = values @ self.weights[numbers] + self.bias
        for number, value in rules_features(rules, self.codes):
            sums = sums + value * self.weights[len(self.vocabulary) + number]
        chances: Floats = 1.0 / (1.0 + np.exp(-np.clip(sums, -_FARTHEST, _FARTHEST)))
        return chances

    def _vector(self, text: str) -> tuple[NDArray[np.intp], Floats]:
        """The known grams of a text by number, and their TF-IDF values, of length 1 together."""
        counts: Counter[int] = Counter()
        before: str | None = None
        for word in grams.words(text):
            counts.update(self._of_word(word.plain))
            pair = None if before is None else self._index.get(grams.of_pair(before, word.plain))
            if pair is not None:
                counts[pair] += 1
            before = word.plain
        numbers = np.fromiter(counts.keys(), np.intp, len(counts))
        often = np.fromiter(counts.values(), np.float32, len(counts))
        values: Floats = (np.float32(1.0) + np.log(often)) * self.idf[numbers]
        length = np.sqrt(values @ values) or np.float32(1.0)
        return numbers, values / length

    def _grams_of_word(self, word: str) -> tuple[int, ...]:
        found = (self._index.get(gram) for gram in grams.of_word(word))
        return tuple(number for number in found if number is not None)

    def reason(self, text: str, code: str) -> tuple[int, int]:
        """Where the word stands whose grams speak most for ``code`` as the main type; (0, 0) if none does."""
        head = self.heads.index((MAIN, code))
        best, span = 0.0, (0, 0)
        for word in grams.words(text):
            numbers = list(self._of_word(word.plain))
            speaks = float(self.idf[numbers] @ self.weights[numbers, head]) if numbers else 0.0
            if speaks > best:
                best, span = speaks, (word.start, word.end)
        return span

    def only(self, kind: str) -> "Learned":
        """The same without the heads of the other kind."""
        kept = [number for number, (one, _) in enumerate(self.heads) if one == kind]
        heads = tuple(self.heads[number] for number in kept)
        weights, bias = self.weights[:, kept], self.bias[kept]
        return Learned(self.decisions, self.codes, heads, self.vocabulary, self.idf, weights, bias)

    # --- keeping -------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """Compressed arrays and a JSON head; no pickle. Raises BadModel if they are too many bytes."""
        head = {
            "format": grams.FORMAT,
            "decisions": self.decisions,
            "codes": self.codes,
            "heads": self.heads,
            "vocabulary": self.vocabulary,
        }
        words = np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), np.uint8)
        file = io.BytesIO()
        np.savez_compressed(file, head=words, idf=self.idf, weights=self.weights, bias=self.bias)
        if file.tell() > MOST_BYTES:
            raise BadModel(f"{file.tell()} bytes are more than {MOST_BYTES}")
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Learned":
        """What ``to_bytes`` made. Raises BadModel for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                head = json.loads(arrays["head"].tobytes())
                idf, weights, bias = (arrays[name] for name in ("idf", "weights", "bias"))
            return _checked(head, idf, weights, bias)
        except BadModel:
            raise
        except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise BadModel(f"not a model: {type(error).__name__}") from None


def _checked(head: dict[str, Any], idf: Floats, weights: Floats, bias: Floats) -> Learned:
    if head["format"] != grams.FORMAT:
        raise BadModel(f"a model of format {head['format']}, not {grams.FORMAT}")
    heads = tuple((kind, code) for kind, code in head["heads"])
    vocabulary, codes = tuple(head["vocabulary"]), tuple(head["codes"])
    shapes = [(len(vocabulary),), (len(vocabulary) + 2 * len(codes), len(heads)), (len(heads),)]
    arrays = [idf, weights, bias]
    if [array.shape for array in arrays] != shapes or any(array.dtype != np.float32 for array in arrays):
        raise BadModel("its parts do not fit together")
    if not all(np.isfinite(array).all() for array in arrays):
        raise BadModel("it holds what is no number")
    return Learned(int(head["decisions"]), codes, heads, vocabulary, idf, weights, bias)


def rules_features(rules: Event, codes: Sequence[str]) -> list[tuple[int, float]]:
    """What the rules say, as features by number: the main type with its confidence, then the others."""
    found = [(codes.index(rules.type), RULES_COUNT * rules.confidence)] if rules.type in codes else []
    return found + [(len(codes) + codes.index(code), 1.0) for code in rules.others if code in codes]
