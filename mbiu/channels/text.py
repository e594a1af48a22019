"""Text at the border: what comes in is made safe to store, what goes out is measured for SMS."""

import re
import unicodedata
from collections.abc import Iterator

MAX_LENGTH = 4_000
"""Code points of an incoming text that are kept."""

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NEWLINE = re.compile("\r\n?|[\u2028\u2029\x85]")

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM7 = _BASIC | _EXTENSION

_ZERO_WIDTH_JOINER = "\u200d"
_IN_PLACE = str.maketrans(
    {
        "‘": "'", "’": "'", "‛": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'", "‚": ",",
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "•": "-", "…": "...",
        "ŋ": "ng", "Ŋ": "Ng", "œ": "oe", "Œ": "OE", "ı": "i",
        "\t": " ", "\xad": "", "\u200b": "", "\u200e": "", "\u200f": "", "\u2060": "", "\ufeff": "",
    }
)  # fmt: skip
_INSIDE_QUOTES = re.compile(r"(?<=«)[\xa0\u202f ]|[\xa0\u202f ](?=»)")


def clean(text: str) -> str:
    """The text as it may be stored: NFC, at most MAX_LENGTH code points, lines ended by ``\\n``.

    Control characters other than newline and tab are dropped, and lone surrogates become U+FFFD:
    PostgreSQL refuses NUL and UTF-8 cannot carry a surrogate, so a report holding either would
    never be stored.
    """
    text = text[: 4 * MAX_LENGTH]
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _UNWANTED.sub("", _NEWLINE.sub("\n", text))
    return unicodedata.normalize("NFC", text)[:MAX_LENGTH]


def compose(text: str) -> str:
    """The text as a phone is sent it: in the 7-bit alphabet if that takes no more than plainer quotes, dashes
    and spaces and a few accents less (``ê`` -> ``e``, ``ç`` -> ``c``, ``ŋ`` -> ``ng``), else as it is.

    One typographic quote more than halves what an SMS holds. Composing twice changes nothing more.
    """
    if is_gsm7(text):
        return text
    plain = _INSIDE_QUOTES.sub("", unicodedata.normalize("NFC", text)).translate(_IN_PLACE)
    plain = "".join(one if one in _GSM7 else _simpler(one) for one in plain)
    return plain if is_gsm7(plain) else text


def _simpler(character: str) -> str:
    """A letter without the marks that the 7-bit alphabet lacks, any space as a space."""
    if character.isspace():
        return " "
    base, *marks = list(unicodedata.normalize("NFD", character))
    return base if marks and base in _GSM7 else character


def is_gsm7(text: str) -> bool:
    """Whether a phone network sends the text in the 7-bit alphabet (160 characters a segment)."""
    return _GSM7.issuperset(text)


def segments(text: str) -> int:
    """How many SMS the text costs: 160 septets or 70 UTF-16 units alone, 153 or 67 when joined.

    An escaped GSM-7 character or a surrogate pair is never split over two segments.
    """
    if is_gsm7(text) and _EXTENSION.isdisjoint(text):
        return 1 if len(text) <= 160 else -(-len(text) // 153)
    widths, alone, joined = _measure(text)
    if sum(widths) <= alone:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > joined:
            count, used = count + 1, 0
        used += width
    return count


def fills(text: str) -> bool:
    """Whether the text takes up one whole segment of a joined SMS, so that more of it may follow.

    A long text is cut at 153 septets or 67 UTF-16 units, one earlier before a character of two.
    """
    widths, alone, joined = _measure(text)
    return joined - 1 <= sum(widths) <= alone


def _measure(text: str) -> tuple[list[int], int, int]:
    if is_gsm7(text):
        return [2 if character in _EXTENSION else 1 for character in text], 160, 153
    return [2 if ord(character) > 0xFFFF else 1 for character in text], 70, 67


def fit(text: str, limit: int = 1, *, after: str = "") -> str:
    """The longest beginning of the text that costs at most ``limit`` segments, written behind ``after``.

    It ends after a whole word where there is one, and never between a letter and its marks or
    within an emoji.
    """
    if segments(after + text) <= limit:
        return text
    kept = _longest(text, limit, after)
    words = re.split(r"\s+\S*\Z", kept, maxsplit=1)
    whole = text[len(kept)].isspace() or not words[0].strip()
    return (kept if whole else words[0]).rstrip()


def _longest(text: str, limit: int, after: str) -> str:
    ends = [0]
    for cluster in clusters(text[: 160 * limit + 1]):
        ends.append(ends[-1] + len(cluster))
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if segments(after + text[: ends[middle]]) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[: ends[low]]


def split(text: str, limit: int = 1) -> list[str]:
    """The text in parts of at most ``limit`` segments, numbered ``1/3`` if there are several.

    For gateways that cannot join the segments of one text. Parts end after whole words; a word longer
    than a part is cut between two characters as a reader sees them.
    """
    text = text.strip()
    if segments(text) <= limit:
        return [text]
    digits = 1
    while True:
        parts = _parts(text, limit, digits)
        if len(str(len(parts))) <= digits:
            return [f"{number}/{len(parts)} {part}" for number, part in enumerate(parts, 1)]
        digits += 1


def _parts(rest: str, limit: int, digits: int) -> list[str]:
    parts: list[str] = []
    room = "9" * digits
    while rest:
        # A character that fits into no part, such as a letter with a hundred marks, goes alone.
        part = fit(rest, limit, after=f"{room}/{room} ") or next(clusters(rest))
        parts.append(part)
        rest = rest[len(part) :].lstrip()
    return parts


def clusters(text: str) -> Iterator[str]:
    """The characters as a reader sees them: a letter with its marks, an emoji sequence, a flag."""
    current = ""
    for character in text:
        if current and not _continues(current, character):
            yield current
            current = ""
        current += character
    if current:
        yield current


def _continues(current: str, character: str) -> bool:
    if unicodedata.category(character).startswith("M") or character == _ZERO_WIDTH_JOINER:
        return True
    if current[-1] == _ZERO_WIDTH_JOINER or "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    if "\U000e0020" <= character <= "\U000e007f":
        return True
    return _is_flag_letter(character) and len(current) == 1 and _is_flag_letter(current)


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
