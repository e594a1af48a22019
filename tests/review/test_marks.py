"""Evidence marked in a text: whatever the offsets, the text stays whole."""

from hypothesis import given
from hypothesis import strategies as st

from mbiu.analysis.reading import Evidence
from review.evidence import mark

texts = st.text(max_size=60)
spans = st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=6)


def _evidence(start: int, end: int, field: str = "place") -> Evidence:
    return Evidence(field=field, value="x", start=start, end=end, text="", why="")


@given(texts, spans, st.integers(0, 20))
def test_the_parts_are_the_text(text: str, found: list[tuple[int, int]], start: int) -> None:
    assert "".join(part.text for part in mark(text, [_evidence(a, b) for a, b in found], start)) == text


@given(texts, st.integers(0, 60), st.integers(0, 60))
def test_what_is_marked_is_what_the_evidence_names(text: str, a: int, b: int) -> None:
    marked = "".join(part.text for part in mark(text, [_evidence(a, b)]) if part.fields)
    assert marked == text[a:b]


def test_offsets_count_code_points() -> None:
    text = "😀😀 Bwera"
    assert [part.text for part in mark(text, [_evidence(3, 8)]) if part.fields] == ["Bwera"]


def test_two_fields_on_one_word_are_both_named() -> None:
    (part,) = mark("Bwera", [_evidence(0, 5), _evidence(0, 5, "event_type")])
    assert part.fields == ("place", "event_type")
    assert part.title == "Place: X; Type: X"


def test_the_second_message_of_a_report_is_marked_at_its_own_place() -> None:
    assert [part.text for part in mark("at Bwera", [_evidence(10 + 3, 10 + 8)], 10) if part.fields] == [
        "Bwera"
    ]
