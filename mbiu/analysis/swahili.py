"""What the beginning of a Swahili verb says: who, when, and whether it happened at all."""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

Tense = Literal["past", "present", "future", "if", "while", "infinitive", "none"]

BARE_STEM = 5
_SUBJECT = r"(?:ni|tu|wa|mu|m|u|a|i|zi|ya|li|ki|vi|ku|pa)"
_SUBJECT_ALONE = r"(?:a|wa|ya|la|za|cha|vya|twa|mwa|na)"
_OBJECT = r"(?:ni|ku|mw|mu|m|wa|tu|i|zi|li|ya|ki|vi|ji)?"
_RELATIVE = r"(?:o|ye|yo|lo|zo|vyo|cho|po)?"
_PREFIX = re.compile(
    rf"(?P<no>ha|si)(?P<nosubject>tu|wa|m|u|i|zi|ya|li|ki|vi|ku)?(?P<notense>ku|ja|ta|na|)(?:{_OBJECT})"
    rf"|(?P<infinitive>ku|kwa|kw)(?P<not>to)?(?:{_OBJECT})"
    rf"|{_SUBJECT}(?P<tense>nge|ngali|na|me|mesha|li|lisha|ta|taka|ka|ki|si)(?:{_RELATIVE})(?:{_OBJECT})"
    rf"|{_SUBJECT_ALONE}(?:{_OBJECT})"
    rf"|(?P<habit>hu)(?:{_OBJECT})"
)
_TENSES: dict[str, Tense] = {
    "na": "present", "me": "past", "mesha": "past", "li": "past", "lisha": "past", "ta": "future",
    "taka": "future", "ka": "past", "ki": "while", "nge": "if", "ngali": "if", "si": "if", "": "past",
}  # fmt: skip


class Verb(NamedTuple):
    """A stem found in a word, with its tense and whether the verb denies it."""

    stem: str
    tense: Tense
    negated: bool


Reader = Callable[[str, str], Verb | None]


def verbs(
    word: str, stems: frozenset[str], open_stems: frozenset[str] = frozenset(), read: Reader | None = None
) -> tuple[Verb, ...]:
    """The stems that ``word`` is a form of, longest first: ``wameuawa`` of ``uawa``, past.

    The whole beginning of the word must be made of verb prefixes, so ``chaguliwa`` (elected) is no form
    of ``uliwa`` (killed). After an open stem any ending may follow; such a stem is returned with a star.
    ``read`` tells what a beginning says; the Swahili one if it is left out.
    """
    read = read or _read
    sizes = sorted({len(stem) for stem in open_stems}, reverse=True)
    found = []
    for cut in range(len(word) - 1):
        ends = [word[cut:]] if word[cut:] in stems else []
        ends += [word[cut : cut + size] + "*" for size in sizes if word[cut : cut + size] in open_stems]
        found += [verb for stem in ends if (verb := read(word[:cut], stem))]
    return tuple(found)


def _read(prefix: str, stem: str) -> Verb | None:
    if not prefix:
        return Verb(stem, "none", False) if len(stem) >= BARE_STEM else None
    match = _PREFIX.fullmatch(prefix)
    if match is None:
        return None
    if match["no"]:
        return Verb(stem, "future" if match["notense"] == "ta" else "past", True)
    if match["infinitive"] or match["habit"]:
        return Verb(stem, "infinitive", bool(match["not"]))
    return Verb(stem, _TENSES[match["tense"] or ""], match["tense"] == "si")
