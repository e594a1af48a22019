"""Which language a text is written in: a good guess for the desk, a cheap one for the reply.

The languages to choose among are those of ``data/languages.csv``: a closed set, since a model that
may name any language of the world names many wrong ones on a text of ten words.
"""

from collections import Counter
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from mbiu.analysis.tables import cached, rows
from mbiu.gazetteer.names import WORD, fold

SHORT_WORDS = 4
MAX_LENGTH = 1000
MODEL_WORDS = 50
SURE_MODEL = 0.9
LIKELY_MODEL = 0.6
BY_WORDS = 0.6
BY_SENDER = 0.3
BY_SCRIPT = 0.9
ENOUGH_WORDS = 3


class Script(NamedTuple):
    """The code points of a script that tells its language by itself."""

    code: str
    first: int
    last: int


@dataclass(frozen=True)
class Chosen:
    """The closed set: the model's codes with what they stand for, and the scripts that tell all.

    ``first`` is the language to expect of a country's senders while nothing is known of them.
    """

    models: Mapping[str, str]
    first: Mapping[str, str]
    scripts: tuple[Script, ...]
    codes: frozenset[str]
    names: Mapping[str, str]


def detect(text: str, default: str = "en", hints: Counter[str] | None = None) -> tuple[str, float]:
    """The language code (ISO 639-1, or 639-3 where there is none) and a confidence of 0 to 1.

    Without any word it is ``default``, the sender's language, with confidence 0. Texts of four words and
    fewer are decided by function words, then by ``hints`` (how many known words of each language the
    text holds), since the statistical model is weak on them; then the sender's language stands.
    """
    words = _words(text)
    if not words:
        return default, 0.0
    if by_script := _by_script(text):
        return by_script, BY_SCRIPT
    scores = _function_words(words)
    if len(words) <= SHORT_WORDS:
        return _short(words, scores, hints or Counter(), default)
    code, confidence = _classify(words)
    first, second = _two_best(scores)
    outvoted = scores[first] >= ENOUGH_WORDS and scores[first] >= 2 * scores[code]
    unmodelled = first not in chosen().models.values() or first == "ar"
    if first and first != code and (outvoted or (unmodelled and confidence < SURE_MODEL)):
        clear = scores[first] >= ENOUGH_WORDS or scores[first] > 2 * scores[second]
        if clear and scores[first] > scores[code]:
            return first, BY_WORDS
    return code, confidence


def _short(words: list[str], scores: Counter[str], hints: Counter[str], default: str) -> tuple[str, float]:
    for votes in (scores, hints):
        first, second = _two_best(votes)
        if first and votes[first] > votes[second]:
            return first, BY_WORDS
    code, confidence = _classify(words)
    return (code, confidence) if confidence >= LIKELY_MODEL and len(words) > 1 else (default, BY_SENDER)


def _two_best(votes: Counter[str]) -> tuple[str, str]:
    first, second = (*(code for code, count in votes.most_common(2) if count), "", "")[:2]
    return first, second


def reply_language(text: str, default: str) -> str:
    """The language to answer in, by function words alone; ``default`` when they do not tell."""
    scores = _function_words(_words(text))
    first, second = _two_best(scores)
    return first if first and scores[first] > scores[second] else default


def languages_of(word: str) -> tuple[str, ...]:
    """The languages in which a folded word is a function word."""
    return _known().get(word, ())


def script_of(character: str) -> str:
    """The language of a character whose script tells it, else empty."""
    point = ord(character)
    return next((one.code for one in chosen().scripts if one.first <= point <= one.last), "")


def _words(text: str) -> list[str]:
    return [fold(match.group()) for match in WORD.finditer(text[:MAX_LENGTH]) if match.group().isalpha()]


def _by_script(text: str) -> str:
    if text.isascii():
        return ""
    letters = [c for c in text[:MAX_LENGTH] if c.isalpha()]
    code, count = Counter(map(script_of, letters)).most_common(1)[0]
    return code if 2 * count > len(letters) else ""


def _function_words(words: list[str]) -> Counter[str]:
    known = _known()
    return Counter(code for word in words for code in known.get(word, ()))


@cached
def chosen() -> Chosen:
    """The languages of the centre."""
    table = list(rows("languages"))
    models = {model: row["code"] for row in table for model in row["models"].split()}
    scripts = (
        Script(row["code"], *(int(end, 16) for end in row["script"].split("-")))
        for row in table
        if row["script"]
    )
    first = {country: row["code"] for row in table for country in row["first_in"].split()}
    names = {row["code"]: row["name"] for row in table}
    return Chosen(models, first, tuple(scripts), frozenset(names), names)


@cached
def _known() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for row in rows("function_words"):
        for term in row["terms"].split("|") if row["code"] in chosen().codes else ():
            known[fold(term)] = tuple(dict.fromkeys((*known.get(fold(term), ()), row["code"])))
    return known


def _classify(words: list[str]) -> tuple[str, float]:
    code, confidence = _model().classify(" ".join(words[:MODEL_WORDS]))
    return chosen().models.get(str(code), str(code)), round(min(0.99, float(confidence)), 2)


@cached
def _model() -> Any:
    """py3langid, told to choose among the closed set only."""
    identifier = copy(_all_languages())
    identifier.set_languages(sorted(chosen().models))
    return identifier


@cache
def _all_languages() -> Any:
    """What takes half a second to unpack, and does not change with the centre's lists."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
