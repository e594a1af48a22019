"""What a Luganda verb says by its beginning and end, and the noun behind its other forms."""

import re
from collections.abc import Iterator

from mbiu.analysis.swahili import Tense, Verb

_OBJECT = r"(?:n|m|tu|tw|ku|kw|mu|mw|ba|b|gu|gi|li|ga|ki|bi|ka|bu|zi|lu|ee|e)?"
_SUBJECT = (
    r"(?:n|m|nn|mm|tu|tw|o|w|mu|mw|a|y|ba|b|bo|be|bee|e|gu|gw|gi|gy|li|ly|ga|g|ki|ky|bi|by|bu|bw|ku|kw|zi|z"
    r"|lu|lw)"
)
_PREFIX = re.compile(
    rf"(?:(?P<infinitive>(?:n|e|ng|olw|lw|by)?(?:oku|okw|ku|kw|okwe|okwee)(?P<not>ta)?)"
    rf"|n?(?P<no>te|ti|si|ta|te?ba)?(?:[aeo]?{_SUBJECT}(?P<tense>naa|nna|na|lii|li|ka|aa|a|e|ee|o)?)?){_OBJECT}"
)
_FUTURE = ("naa", "nna", "na", "li", "lii")
_PAST = ("a", "aa")
_PERFECT = ("ye", "dde", "zza", "sse", "se", "ze", "tte", "ddwa", "zzaako", "zzaawo", "ddeko", "ddwaawo")
#: What ties a noun to the word before it (*n'abantu*, *gw'omulambo*); it may also lose its first vowel.
_TIE = re.compile("(?:olw|ky|by|lw|gw|ly|kw|bw|[nwbzgyk])(?=[aeo])")
_VOWELS = ("a", "e", "o")
_DOUBLED = re.compile(r"(.)\1+")
_INFINITIVE = re.compile("o?k[uw]")
SHORTEST_NOUN = 6


def squeezed(word: str) -> str:
    """The word with single letters for doubled ones and ng for ŋ: people write them either way.

    An infinitive stays as it is: *okubba* is to steal, *okuba* to be.
    """
    if _INFINITIVE.match(word):
        return word
    return _DOUBLED.sub(r"\1", word).replace("ŋ", "ng")


def is_noun(folded: str) -> bool:
    """Whether a listed word is looked up in its other forms too: short ones are too like other words."""
    return len(folded) >= SHORTEST_NOUN and folded.startswith(_VOWELS)


def nouns(folded: str) -> Iterator[str]:
    """The squeezed nouns of which a word may be a form: ``abantu`` for *nabantu*, *bantu* and *abbantu*."""
    tie = _TIE.match(folded)
    bare = squeezed(folded[tie.end() :] if tie else folded)
    yield bare
    if not bare.startswith(_VOWELS):
        yield from (vowel + bare for vowel in _VOWELS)


def read(prefix: str, stem: str) -> Verb | None:
    """The verb that ``prefix`` makes of ``stem``, or None where it is no verb's beginning."""
    match = _PREFIX.fullmatch(prefix)
    if match is None or not prefix:
        return None
    return Verb(stem, _tense(match, stem), bool(match["no"] or match["not"]))


def _tense(match: re.Match[str], stem: str) -> Tense:
    if match["infinitive"]:
        return "infinitive"
    if stem.endswith(_PERFECT) or match["tense"] in _PAST:
        return "past"
    return "future" if match["tense"] in _FUTURE else "none"
