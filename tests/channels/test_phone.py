"""Phone numbers: one form for every way of writing one."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbiu.channels.phone import country_of, e164, is_short_code
from mbiu.messages import BadPayload

AMINA = "+254712345678"


@pytest.mark.parametrize(
    "written",
    [
        "+254712345678",
        "254712345678",
        "00254712345678",
        "000254712345678",
        "0712345678",
        "712345678",
        " 0712 345 678 ",
        "0712-345-678",
        "(0712) 345.678",
        "+254 712 345678",
        "+254 (0) 712 345 678",
        "＋254712345678",
        "٠٧١٢٣٤٥٦٧٨",
        "\u202a+254712345678\u202c",
        "+254\u00a0712\u00a0345\u00a0678",
        "0712\u2011345\u2011678",
    ],
)
def test_every_way_of_writing_a_number_gives_one_form(written: str) -> None:
    assert e164(written, "KE") == AMINA


@pytest.mark.parametrize(
    ("written", "country", "expected"),
    [
        ("0772123456", "UG", "+256772123456"),
        ("256772123456", "KE", "+256772123456"),
        ("0754123456", "TZ", "+255754123456"),
        ("0912345678", "SS", "+211912345678"),
        ("211912345678", "UG", "+211912345678"),
        ("0812345678", "CD", "+243812345678"),
        ("00243812345678", "UG", "+243812345678"),
        ("0788123456", "RW", "+250788123456"),
        ("79561234", "BI", "+25779561234"),
        ("0911234567", "ET", "+251911234567"),
        ("+14155552671", "UG", "+14155552671"),
    ],
)
def test_the_country_decides_what_a_national_number_means(written: str, country: str, expected: str) -> None:
    assert e164(written, country) == expected


@pytest.mark.parametrize("country", ["KE", "UG", "TZ", "SS", "CD", "RW", "BI", "ET", "SO"])
def test_every_example_mobile_has_one_form_in_its_country(country: str) -> None:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    full = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    ways = [national, full, full[1:], "00" + full[1:]]
    assert {e164(way, country) for way in ways} == {full}


@pytest.mark.parametrize("code", ["22395", "999", "40404", "141414"])
def test_a_short_code_is_kept_as_it_is(code: str) -> None:
    assert e164(code, "KE") == code
    assert is_short_code(code)
    assert not is_short_code(AMINA)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "MPESA",
        "Safaricom",
        "whatsapp:+254712345678",
        "+1800FLOWERS",
        "0712345678 ext 5",
        "0712345678;ext=5",
        "+",
        "++254712345678",
        "+254",
        "+999712345678",
        "12",
        "9" * 30,
        "+" + "9" * 2_000,
        "0712345678\x00",
        "0712345678\nBcc: x",
        "\ud8000712345678",
        "-----",
        "²⁵⁴⁷¹²³⁴⁵⁶⁷⁸",
    ],
)
def test_what_is_no_number_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(BadPayload) as refused:
        e164(written, "KE")
    assert str(refused.value) == "from"


@pytest.mark.parametrize(
    ("number", "expected"), [(AMINA, "KE"), ("+211912345678", "SS"), ("22395", "UG"), ("+88212345678", "UG")]
)
def test_a_number_tells_its_country(number: str, expected: str) -> None:
    assert country_of(number, "UG") == expected


def test_an_unknown_default_country_still_reads_international_numbers() -> None:
    assert e164(AMINA, "ZZ") == AMINA
    with pytest.raises(BadPayload):
        e164("0712345678", "ZZ")


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = e164(text, "UG")
    except BadPayload:
        return
    assert is_short_code(number) or (number[0] == "+" and number[1:].isdigit() and len(number) <= 17)


@given(st.integers(700_000_000, 799_999_999))
def test_reading_a_number_twice_changes_nothing(subscriber: int) -> None:
    once = e164(f"0{subscriber}", "KE")
    assert e164(once, "UG") == once
