"""References and states."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mbiu import refs
from mbiu.codes import DeliveryState, Severity
from mbiu.delivery import words


@given(some.sampled_from("RIA"))
def test_a_reference_reads_back_as_it_was_made(letter: str) -> None:
    ref = refs.new_ref(letter)
    assert (len(ref), ref[0], refs.normal_ref(ref)) == (7, letter, ref)


@given(some.data())
def test_a_reference_survives_case_spaces_and_marks(data: some.DataObject) -> None:
    ref = refs.new_ref("R")
    gaps = data.draw(some.lists(some.sampled_from(["", " ", "-", "."]), min_size=7, max_size=7))
    typed = "".join(gap + letter for gap, letter in zip(gaps, ref.lower(), strict=True))
    assert refs.normal_ref(typed) == ref


@pytest.mark.parametrize(("typed", "ref"), [("r7k3qxo", "R7K3QX0"), ("I7KIL00", "I7K1100"), ("", "")])
def test_letters_taken_for_digits_are_put_right_behind_the_first(typed: str, ref: str) -> None:
    assert refs.normal_ref(typed) == ref


def test_a_code_name_has_40_bits_and_no_letters_that_look_alike() -> None:
    codes = {refs.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert not set("".join(codes)) & set("ILOU")


def test_ids_sort_by_time() -> None:
    ids = [refs.new_id() for _ in range(50)]
    assert ids == sorted(ids)


def test_a_delivery_only_moves_to_a_higher_state() -> None:
    for state, below in ((s, words.below(s)) for s in DeliveryState):
        assert all(other.rank < state.rank for other in below)
        assert state not in below
    order = [DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.FAILED]
    assert all(a.rank < b.rank for a, b in itertools.pairwise([*order, DeliveryState.DELIVERED]))


def test_severities_have_an_order_and_unknown_is_the_least() -> None:
    assert min(Severity, key=lambda s: s.rank) is Severity.UNKNOWN
    assert Severity.EXTREME.rank > Severity.SEVERE.rank > Severity.MODERATE.rank > Severity.MINOR.rank
