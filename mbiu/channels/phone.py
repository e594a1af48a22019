"""One form for every way of writing a phone number."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, ValidationResult

from mbiu.messages import BadPayload

_WRITTEN = re.compile(r"[+＋]?[\d\s().\-/\u2010-\u2015]{3,40}")
# A number copied from a phone book on Android or iOS brings its direction marks along.
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SHORT_CODE = re.compile(r"[0-9]{3,6}")


def e164(number: str, country: str, field: str = "from") -> str:
    """The number as ``+<country code><subscriber>``, whichever way it was written.

    ``country`` (ISO 3166 alpha-2) is that of a number written the national way. A short code of
    three to six digits is kept as it is. Raises BadPayload naming ``field`` for anything else,
    such as an alphanumeric sender.
    """
    number = _MARKS.sub("", number).strip()
    if _SHORT_CODE.fullmatch(number):
        return number
    if not _WRITTEN.fullmatch(number):
        raise BadPayload(field)
    read = [parsed for way in _ways(number, country) if (parsed := _parse(*way))]
    for accept in (phonenumbers.is_valid_number, _is_possible):
        for parsed in filter(accept, read):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    raise BadPayload(field)


def is_short_code(number: str) -> bool:
    """Whether nobody can be called there: a service number of three to six digits."""
    return bool(_SHORT_CODE.fullmatch(number))


def country_of(number: str, default: str) -> str:
    """The country (ISO 3166 alpha-2) that a number in E.164 belongs to; ``default`` for a short code."""
    parsed = _parse(number, None)
    region = phonenumbers.region_code_for_number(parsed) if parsed else None
    # Satellite and other worldwide numbers have the "region" 001.
    return region if region and region.isalpha() else default


def national(number: str) -> str:
    """The digits of a number in E.164 after its country code; a short code as it is."""
    parsed = _parse(number, None)
    return phonenumbers.national_significant_number(parsed) if parsed else number.lstrip("+")


def _ways(number: str, country: str) -> list[tuple[str, str | None]]:
    """How the number may be meant, likeliest first.

    ``00`` is read as the international prefix everywhere, though Kenya, Tanzania and Uganda dial
    ``000`` and others: people write what their phone book taught them.
    """
    digits = "".join(str(int(c)) for c in number if c.isdigit())
    if number[0] in "+＋":
        return [("+" + digits, None)]
    if digits.startswith("00"):
        return [("+" + digits.lstrip("0"), None)]
    return [(digits, country), ("+" + digits, None)]


def _parse(number: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None


def _is_possible(number: PhoneNumber) -> bool:
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
