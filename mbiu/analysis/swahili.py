"""What the beginning and the end of a Swahili verb say: who, when, and whether it happened at all."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

Tense = Literal["past", "present", "future", "if", "while", "infinitive", "none"]
Mood = Literal["", "e", "eni"]

BARE_STEM = 5
SHORTEST_BENT = 3
_SUBJECT = r"(?:ni|n|tu|wa|ba|mu|m|u|a|i|zi|ya|li|ki|vi|ku|pa)"
_SUBJECT_ALONE = r"(?:a|wa|ba|ka|ya|la|za|cha|vya|twa|mwa)"
_OBJECT = r"(?:ni|ku|mw|mu|m|wa|ba|tu|i|zi|li|ya|ki|vi|ji)?"
_RELATIVE = r"(?:o|ye|yo|lo|zo|vyo|cho|po|ko|mo|wo)?"
_PREFIX = re.compile(
    rf"(?P<no>ha|si)(?P<nosubject>tu|wa|ba|mu|m|u|i|zi|ya|li|ki|vi|ku|pa)?(?P<notense>ku|ja|ta|na|)(?:{_OBJECT})"
    rf"|(?P<infinitive>ku|kwa|kw)(?P<not>toku|to)?(?:{_OBJECT})"
    rf"|(?P<habit>hu)(?:{_OBJECT})"
    rf"|(?:{_SUBJECT}(?P<tense>nge|ngeli|ngali|na|me|mesha|sha|li|lisha|ta|taka|ka|ki|si)"
    rf"|[wtz](?P<brief>na|me|ta)|(?P<short>na|me|mesha|ta))(?:{_RELATIVE})(?:{_OBJECT})"
    rf"|{_SUBJECT_ALONE}(?:{_OBJECT})"
    rf"|(?P<wish>{_SUBJECT})(?:{_OBJECT})"
)
_TENSES: dict[str, Tense] = {
    "na": "present", "me": "past", "mesha": "past", "sha": "past", "li": "past", "lisha": "past",
    "ta": "future", "taka": "future", "ka": "past", "ki": "while", "nge": "if", "ngeli": "if",
    "ngali": "if", "si": "if",
}  # fmt: skip


class Verb(NamedTuple):
    """A stem found in a word, with its tense and whether the verb denies it."""

    stem: str
    tense: Tense
    negated: bool


class Endings(NamedTuple):
    """What a word may end in: endings with their stem and mood; open stems and their sizes."""

    whole: dict[str, tuple[str, Mood]]
    open: frozenset[str]
    sizes: tuple[int, ...]


Reader = Callable[[str, str], Verb | None]


def verbs(
    word: str, stems: frozenset[str], open_stems: frozenset[str] = frozenset(), read: Reader | None = None
) -> tuple[Verb, ...]:
    """The stems that ``word`` is a form of, longest first: ``wameuawa`` of ``uawa``, past.

    The whole beginning of the word must be made of verb prefixes, so ``chaguliwa`` (elected) is no form
    of ``uliwa`` (killed). A Swahili stem is also found with the endings of a wish (``washambulie``) and
    a command (``shambulieni``); Congo Swahili has *ba-* for *wa-*.
    After an open stem any ending may follow; such a stem is returned with a star. ``read`` tells what a
    beginning says in another language.
    """
    endings = _endings(stems, open_stems, bend=read is None)
    found = (
        read(word[:cut], stem) if read else _read(word[:cut], stem, mood)
        for cut in range(len(word) - 1)
        for stem, mood in _ends(word[cut:], endings)
    )
    return tuple(verb for verb in found if verb)


@lru_cache(maxsize=16)
def _endings(stems: frozenset[str], open_stems: frozenset[str], *, bend: bool) -> Endings:
    whole: dict[str, tuple[str, Mood]] = {}
    for stem in stems if bend else ():
        if stem.endswith("a") and len(stem) >= SHORTEST_BENT:
            whole |= {stem[:-1] + mood: (stem, mood) for mood in ("e", "eni")}
    whole |= {stem: (stem, "e" if stem.endswith("e") else "") for stem in stems}
    return Endings(whole, open_stems, tuple(sorted({len(stem) for stem in open_stems}, reverse=True)))


def _ends(rest: str, endings: Endings) -> Iterator[tuple[str, Mood]]:
    if rest in endings.whole:
        yield endings.whole[rest]
    mood: Mood = "eni" if rest.endswith("eni") else "e" if rest.endswith("e") else ""
    for size in endings.sizes:
        if rest[:size] in endings.open:
            yield rest[:size] + "*", mood


def _read(prefix: str, stem: str, mood: Mood = "") -> Verb | None:
    if not prefix:
        return _bare(stem, mood)
    match = _PREFIX.fullmatch(prefix)
    if match is None:
        return None
    if match["no"]:
        return Verb(stem, "future" if match["notense"] == "ta" else "past", True)
    if match["infinitive"] or match["habit"]:
        bent = mood in ("e", "eni") and not stem.endswith("*")
        return None if bent else Verb(stem, "infinitive", bool(match["not"]))
    return _finite(match, stem, mood)


def _bare(stem: str, mood: Mood) -> Verb | None:
    if len(stem) < BARE_STEM or (mood == "e" and not stem.endswith("*")):
        return None
    return Verb(stem, "future" if mood == "eni" else "none", False)


def _finite(match: re.Match[str], stem: str, mood: Mood) -> Verb | None:
    wished = mood in ("e", "eni")
    tense = match["tense"] or match["brief"] or match["short"]
    if match["short"] and len(stem) < SHORTEST_BENT:
        return None
    if match["short"] and len(stem) < SHORTEST_BENT:
        return None
    if tense:
        bent = wished and tense not in ("ka", "si") and not stem.endswith("*")
        return None if bent else Verb(stem, _TENSES[tense], tense == "si")
    if match["wish"] and not wished:
        return None
    return Verb(stem, "future" if wished else "past", False)
