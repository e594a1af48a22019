"""Words that can be said over a bad line and typed on nine keys: syllables of one consonant and one vowel."""

import secrets

from mbiu.texts.folding import fold

# Each stands for all that sounds like it, so that who hears «g» for «k» or «r» for «l» still gets in.
_CONSONANTS = "bdfjklmnsw"
_VOWELS = "aeiou"
_SOUNDS_LIKE = str.maketrans("pvgcqtrzxhy", "bfkkkdlss  ")
#: Stems that nobody should have to say aloud, or that a stranger should not find in a phone.
_AVOIDED = ("bomu", "damu", "dako", "fida", "jasusi", "kifo", "kuma", "mafi", "sila")


def new_word(syllables: int) -> str:
    """A random word of so many syllables, each worth more than five and a half bits."""
    while True:
        word = "".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(syllables))
        if not any(stem in word for stem in _AVOIDED):
            return word


def heard(text: str) -> str:
    """What people typed for a word, in the form that all ways to hear it share."""
    plain = fold(text).translate(_SOUNDS_LIKE).replace(" ", "")
    return "".join(letter for at, letter in enumerate(plain) if plain[at - 1 : at] != letter)
