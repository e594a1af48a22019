"""What the beginning of a Swahili verb says: who, when, and whether it happened at all."""

import re
from typing import Literal, NamedTuple

Tense = Literal["past", "present", "future", "if", "while", "infinitive", "none"]

BARE_STEM = 5
_SUBJECT = r"(?:ni|tu|wa|mu|m|u|a|i|zi|ya|li|ki|vi|ku|pa)"
_OBJECT = r"(?:ni|ku|mw|mu|m|wa|tu|i|zi|li|ya|ki|vi|ji)?"
_RELATIVE = r"(?:o|ye|yo|lo|zo|vyo|cho|po)?"
_PREFIX = re.compile(
    rf"(?P<no>ha|si)(?P<nosubject>tu|wa|m|u|i|zi|ya|li|ki|vi|ku)?(?P<notense>ku|ja|ta|na|)(?:{_OBJECT})"
    rf"|(?P<infinitive>ku|kwa|kw)(?P<not>to)?(?:{_OBJECT})"
    rf"|{_SUBJECT}(?P<tense>nge|ngali|na|me|mesha|li|lisha|ta|taka|ka|ki|si|)(?:{_RELATIVE})(?:{_OBJECT})"
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


def verbs(word: str, stems: frozenset[str]) -> tuple[Verb, ...]:
    """The ``stems`` that ``word`` is a form of, longest first: ``wameuawa`` of ``uawa``, past.

    The whole beginning of the word must be made of verb prefixes, so ``chaguliwa`` (elected) is no
    form of ``uliwa`` (killed).
    """
    found = []
    for cut in range(len(word) - 1):
        stem = word[cut:]
        if stem in stems and (verb := _read(word[:cut], stem)):
            found.append(verb)
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
