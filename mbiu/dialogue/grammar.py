"""The words that are commands, in every language of the catalogues; one slip of the finger is forgiven."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from mbiu import texts
from mbiu.refs import normal_ref

#: A word shorter than this is taken as it stands: one letter more or less makes it another.
FORGIVEN_FROM = 4
#: What cannot be taken back, or stands for a single letter of an answer, must be written exactly.
EXACT = frozenset({"panic", "delete", "yes", "no", "more"})
_TRIM = ".,;:!?*\"'()[]«»؟،"
_BOT_NAME = re.compile(r"@\w+\Z")


@dataclass(frozen=True)
class Said:
    """A message that begins with a command word; ``rest`` are the words behind it, ``exact`` no slip."""

    command: str
    rest: tuple[str, ...]
    exact: bool = True


@lru_cache(maxsize=4096)
def bare(word: str) -> str:
    """A word without the marks around it, folded as the grammar's words are; a lone mark stays."""
    return texts.fold(_BOT_NAME.sub("", word).strip(_TRIM) or word)


def said(words: list[str]) -> Said | None:
    """The command that the words begin with: the longest of one to three words, exact before forgiven."""
    grammar = texts.grammar()
    for size in (3, 2, 1):
        head = "".join(bare(word) for word in words[:size])
        if len(words) >= size and (command := grammar.get(head)):
            return Said(command, _rest(words[size:]))
    command = nearest(bare(words[0])) if words else None
    return Said(command, _rest(words[1:]), exact=False) if command else None


def _rest(words: list[str]) -> tuple[str, ...]:
    return tuple(map(texts.digits, words))


@lru_cache(maxsize=4096)
def nearest(word: str) -> str | None:
    """The command that one letter too many, too few, wrong or swapped would make; None if two compete."""
    if len(word) < FORGIVEN_FROM or not word.isalpha():
        return None
    found = {
        command
        for known, command in texts.grammar().items()
        if command not in EXACT
        and len(known) >= FORGIVEN_FROM
        and abs(len(known) - len(word)) <= 1
        and OSA.distance(known, word, score_cutoff=1) <= 1
    }
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=4096)
def tongue(word: str) -> str | None:
    """The one language whose command words hold ``word``; None for none, or several."""
    wanted = bare(word)
    found = [code for code in texts.languages() if wanted in _words_of(code)]
    return found[0] if len(found) == 1 else None


@lru_cache
def _words_of(language: str) -> frozenset[str]:
    return frozenset(texts.fold(one) for name in texts.commands() for one in texts.spoken(language, name))


def language_named(word: str) -> str | None:
    """The code of the language that goes by this name or code in any of the catalogues."""
    return texts.tongues().get(bare(word))


def reference(words: tuple[str, ...]) -> str | None:
    """The words as a report's reference, however it is spaced; None if they can be anything else."""
    joined = "".join(words)
    ref = normal_ref(joined)
    if len(ref) != 7 or not ref[0].isalpha() or not ref.isascii():
        return None
    spelt = any(c.isdigit() for c in joined) or (ref[0] == "R" and len(words) == 1)
    return ref if spelt else None
