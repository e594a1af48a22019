"""Words as they are compared: without case, accents, apostrophes and the many ways to write Arabic."""

import unicodedata

_LETTERS = str.maketrans(
    {
        "ŋ": "ng", "œ": "oe", "æ": "ae", "ø": "o", "ı": "i", "đ": "d", "ɓ": "b", "ɗ": "d", "ɛ": "e", "ɔ": "o",
        "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ي", "ى": "ي", "ی": "ي", "ې": "ي",
        "ة": "ه", "ۃ": "ه", "ە": "ه", "ک": "ك", "ڪ": "ك", "ء": "", "ـ": "",
    }
)  # fmt: skip


def fold(word: str) -> str:
    """The word in its plainest form: small Latin letters without accents, one form of each Arabic letter, and
    digits as 0 to 9; spaces and marks are gone, unless it is made of nothing else.

    ``N'importe`` -> ``nimporte``, ``MY DATA`` -> ``mydata``, ``/help`` -> ``help``, ``؟`` -> ``?``.
    Folding twice changes nothing more.
    """
    plain = word.lower() if word.isascii() else _without_marks(word)
    kept = "".join(character for character in plain if character.isalnum())
    return kept or "".join(plain.split()).replace("؟", "?")


def digits(text: str) -> str:
    """The text with the digits of every script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


def _without_marks(word: str) -> str:
    return "".join(_plain(character) for character in unicodedata.normalize("NFKC", word).casefold())


def _plain(character: str) -> str:
    if unicodedata.decimal(character, None) is not None:
        return str(unicodedata.decimal(character))
    letters = unicodedata.normalize("NFD", character.translate(_LETTERS)).translate(_LETTERS)
    return "".join(one for one in letters if unicodedata.category(one)[0] != "M")
