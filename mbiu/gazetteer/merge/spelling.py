"""Names out of official lists in the form in which people write them."""

import re
import unicodedata
from functools import lru_cache

from mbiu.gazetteer.names import fold_name

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "\\": "/"})
_LONE = re.compile(r"""\s*(?:(?<=\s)['"]|")\s*(\w{1,3})\s*['"]?(?=\s|$)|'(\w)'(?=\s|$)""")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_BRACKETS = re.compile(r"\s*\(([^)]*)\)?\s*")
_ROMAN = re.compile(r"(?:x{0,2}(?:ix|iv|v?i{1,3}|v)|x{1,2})", re.IGNORECASE)
_SMALL = frozenset(["wa", "ya", "la", "cha", "za", "kwa", "na", "of", "the", "and", "de", "du", "ku"])
_LONG = {"tc": "town council", "t c": "town council", "div": "division", "mc": "municipal council"}
_SIGNS = frozenset(("TC", "MC", "DC"))
#: Words behind a name that say what it is, not how it is called.
KINDS = (
    "town council",
    "municipal council",
    "sub county",
    "subcounty",
    "trading centre",
    "cbd",
    "mjini",
    "vijijini",
    "urban",
    "rural",
    "district",
    "county",
    "municipality",
    "municipal",
    "township",
    "city",
    "town",
    "ward",
    "division",
    "parish",
    "village",
    "cell",
    "zone",
    "tc",
    "t c",
)
_NUMBERING = re.compile(r" (?:[a-d]|i{1,3}|iv|v|vi|[1-9])$")


def proper(name: str) -> str:
    """A name in mixed case with single blanks and plain quotes: ``KILAK NORTH`` becomes ``Kilak North``."""
    plain = " ".join(unicodedata.normalize("NFC", name).translate(_QUOTES).split())
    plain = (
        re.sub(r"\s*([/-])\s*", r"\1", _LONE.sub(lambda lone: f" {lone.group(1) or lone.group(2)}", plain))
        .replace('"', "")
        .strip(" .,;'/-")
    )
    if plain.isupper() or plain.islower():
        first = re.search(r"\w", plain)
        start = first.start() if first else 0
        return _WORD.sub(lambda word: _cased(word.group(), at_start=word.start() == start), plain)
    return plain


def _cased(word: str, *, at_start: bool) -> str:
    if len(word) == 1 or word in _SIGNS or _ROMAN.fullmatch(word):
        return word.upper()
    lower = word.lower()
    return lower if lower in _SMALL and not at_start else lower[0].upper() + lower[1:]


def split(name: str) -> tuple[str, list[str]]:
    """A name and its other names: ``Karenga(Napore)`` is also Napore, ``Walukuba/Masese`` is both."""
    inside = [found.strip() for found in _BRACKETS.findall(name) if found.strip()]
    plain = proper(_BRACKETS.sub(" ", name)) or proper(name)
    parts = [part for part in plain.split("/") if len(part) > 3]
    others = parts if len(parts) > 1 else []
    return plain, [proper(other) for other in inside if len(other) > 3] + [proper(part) for part in others]


@lru_cache(maxsize=100_000)
def stem(name: str) -> str:
    """A folded name without the word behind it that says what it is; the whole if nothing is left."""
    key = fold_name(name)
    for kind in KINDS:
        if key.endswith(" " + kind):
            return key.removesuffix(" " + kind)
    return key


@lru_cache(maxsize=100_000)
def full(name: str) -> str:
    """A folded name with the word behind it spelt out: *Kalangala TC* is *Kalangala Town Council*."""
    key = fold_name(name)
    for short, long in _LONG.items():
        if key.endswith(" " + short):
            return key.removesuffix(short) + long
    return key


@lru_cache(maxsize=100_000)
def joined(name: str) -> str:
    """The stem written together: what two lists must agree on for one unit."""
    return stem(name).replace(" ", "")


def unnumbered(name: str) -> str:
    """The folded name without A, B, II, 2 behind it."""
    return _NUMBERING.sub("", fold_name(name))


def slug(name: str) -> str:
    return fold_name(name).replace(" ", "-")
