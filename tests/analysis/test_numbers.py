"""Number words of every language, written out by a grammar of their own and read back."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbiu.analysis.numbers import mentions
from mbiu.analysis.scan import scan


def words(line: str) -> list[str]:
    return line.split("|")


ENGLISH = words(
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    "|seventeen|eighteen|nineteen"
)
ENGLISH_TENS = words("twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety")
SWAHILI = words("sifuri|moja|mbili|tatu|nne|tano|sita|saba|nane|tisa")
SWAHILI_TENS = words("kumi|ishirini|thelathini|arobaini|hamsini|sitini|sabini|themanini|tisini")
FRENCH = words(
    "zéro|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-sept"
    "|dix-huit|dix-neuf"
)
FRENCH_TENS = words("--|-|vingt|trente|quarante|cinquante|soixante")
LUGANDA = words("-|gumu|bbiri|ssatu|nnya|ttaano|mukaaga|musanvu|munaana|mwenda")
LUGANDA_TENS = words(
    "-|kkumi|amakumi abiri|amakumi asatu|amakumi ana|amakumi ataano|nkaaga|nsanvu|kinaana|kyenda"
)
LUGANDA_HUNDREDS = words(
    "-|kikumi|ebikumi bibiri|ebikumi bisatu|ebikumi bina|ebikumi bitaano|lukaaga|lusanvu|lunaana|lwenda"
)
LUGANDA_THOUSANDS = words(
    "-|lukumi|enkumi bbiri|enkumi ssatu|enkumi nnya|enkumi ttaano|kakaaga|kasanvu|kanaana|akenda"
)
ARABIC = words("صفر|واحد|اثنان|ثلاثة|اربعة|خمسة|ستة|سبعة|ثمانية|تسعة|عشرة")
ARABIC_TEENS = words("احد عشر|اثنا عشر|ثلاثة عشر|اربعة عشر|خمسة عشر|ستة عشر|سبعة عشر|ثمانية عشر|تسعة عشر")
ARABIC_TENS = words("عشرون|ثلاثون|اربعون|خمسون|ستون|سبعون|ثمانون|تسعون")
ARABIC_HUNDREDS = words("مئة|مئتان|ثلاثمئة|اربعمئة|خمسمئة|ستمئة|سبعمئة|ثمانمئة|تسعمئة")


def english(value: int) -> str:
    if value < 20:
        return ENGLISH[value]
    if value < 100:
        return ENGLISH_TENS[value // 10 - 2] + (f"-{ENGLISH[value % 10]}" if value % 10 else "")
    size, word, joiner = (1000, "thousand", " ") if value >= 1000 else (100, "hundred", " and ")
    rest = value % size
    joiner = " and " if rest < 100 else joiner
    return f"{english(value // size)} {word}" + (joiner + english(rest) if rest else "")


def swahili(value: int) -> str:
    if value < 10:
        return SWAHILI[value]
    sizes = ((1000, "elfu"), (100, "mia"))
    for size, word in sizes:
        if value >= size:
            rest = value % size
            return f"{word} {SWAHILI[value // size]}" + (f" na {swahili(rest)}" if rest else "")
    return SWAHILI_TENS[value // 10 - 1] + (f" na {SWAHILI[value % 10]}" if value % 10 else "")


def french(value: int) -> str:
    if value < 20:
        return FRENCH[value]
    if value < 70:
        ten, unit = FRENCH_TENS[value // 10], value % 10
        return ten if not unit else f"{ten} et un" if unit == 1 else f"{ten}-{FRENCH[unit]}"
    if value < 80:
        return "soixante et onze" if value == 71 else f"soixante-{FRENCH[value - 60]}"
    if value < 100:
        return "quatre-vingts" if value == 80 else f"quatre-vingt-{FRENCH[value - 80]}"
    size, word = (1000, "mille") if value >= 1000 else (100, "cent")
    many, rest = divmod(value, size)
    return (word if many == 1 else f"{french(many)} {word}") + (f" {french(rest)}" if rest else "")


def luganda(value: int) -> str:
    places = ((1000, LUGANDA_THOUSANDS), (100, LUGANDA_HUNDREDS), (10, LUGANDA_TENS), (1, LUGANDA))
    parts = []
    for size, names in places:
        if digit := value // size:
            parts.append(names[digit])
        value %= size
    teens = len(parts) > 1 and parts[-2] == "kkumi"
    return " mu ".join([*parts[:-2], " na ".join(parts[-2:])] if teens else parts)


def arabic(value: int) -> str:
    if value >= 1000:
        many, rest = divmod(value, 1000)
        word = {1: "الف", 2: "الفان"}.get(many, f"{ARABIC[many]} الاف")
        return word + (f" و{arabic(rest)}" if rest else "")
    if value >= 100:
        many, rest = divmod(value, 100)
        return ARABIC_HUNDREDS[many - 1] + (f" و{arabic(rest)}" if rest else "")
    if value <= 10:
        return ARABIC[value]
    if value < 20:
        return ARABIC_TEENS[value - 11]
    ten = ARABIC_TENS[value // 10 - 2]
    return f"{ARABIC[value % 10]} و{ten}" if value % 10 else ten


@pytest.mark.parametrize("write", [english, swahili, french, luganda, arabic])
@settings(deadline=None)
@given(value=st.integers(2, 9999))
def test_a_number_written_out_is_read_back(write: Callable[[int], str], value: int) -> None:
    text = write(value)
    assert [found.best for found in mentions(scan(text))] == [value], text


@pytest.mark.parametrize("mark", [",", ".", " "])
@settings(deadline=None)
@given(value=st.integers(1000, 999_999))
def test_a_figure_in_groups_of_three_is_one_number(mark: str, value: int) -> None:
    value = value // 10 * 10
    text = f"{value:,}".replace(",", mark) + " people"
    assert [found.best for found in mentions(scan(text))] == [value], text


@settings(deadline=None)
@given(
    low=st.integers(1, 400),
    more=st.integers(1, 400),
    sign=st.sampled_from(["-", " to ", " hadi ", " à ", " – "]),
)
def test_a_range_is_in_order(low: int, more: int, sign: str) -> None:
    found = mentions(scan(f"{low}{sign}{low + more} people"))
    assert all(one.low <= one.best <= one.high for one in found)
    assert max(one.high for one in found) >= low + more


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_ordered_numbers_inside_it(text: str) -> None:
    known = scan(text)
    for one in mentions(known):
        assert one.best < 0 or one.low <= one.best <= one.high
        assert 0 <= one.first <= one.last < len(known.tokens)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3pple", [3]),
        ("watu wa3", [3]),
        ("watu wa2 wamekufa", [2]),
        ("3k cows", [3000]),
        ("two dozen", [24]),
        ("a couple of men", [2]),
        ("٥ أشخاص", [5]),
        ("une vingtaine de blessés", [20]),
        ("kikumi mu ataano", [150]),
        ("kkumi n'omu", [11]),
        ("khamsa u ishrin", [25]),
        ("talata miya", [300]),
        ("شخصين", [2]),
        ("elfu 3", [3000]),
        ("mia mbili hamsini", [250]),
        ("elfu ishirini na tano", [25_000]),
        ("3 no 4 dead", [4]),
        ("not 3 but 4 dead", [4]),
        ("3 fled but 4 died", [3, 4]),
        ("kati ya watu 10 na 15", [12]),
        ("بين 10 و15", [12]),
        ("un soldat du camp UN", [1]),
        ("2000 people", [2000]),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, expected: list[int]) -> None:
    assert [found.best for found in mentions(scan(text))] == expected


@pytest.mark.parametrize(
    "text",
    [
        *("500/=", "UGX 5,000", "$ 300", "450 dollars", "80%", "UG102", "A104 road", "the boy, 12, ran"),
        *(
            "a girl of 7",
            "aged 45",
            "miaka 12",
            "12-year-old",
            "on 5 March",
            "le 3 mars",
            "15/3",
            "3-1",
            "17h30",
        ),
        *("Area 5", "block 3", "km 12", "14 km", "in 2019", "+211 912 345 678", "0.361, 30.123"),
    ],
)
def test_what_counts_nobody_is_no_number(text: str) -> None:
    assert mentions(scan(text)) == []
