"""Which names mean the same party."""

import pytest

from mbiu.parties import kin


@pytest.mark.parametrize(
    ("name", "kind", "party", "is_same"),
    [
        ("Kasese Police Station", "institution", "police", True),
        ("polisi", "institution", "police", True),
        ("police", "institution", "GSU", True),
        ("General Service Unit", "unit", "police", True),
        ("GSU", "unit", "Administration Police", False),
        ("UPDF 305 brigade", "unit", "soldiers", True),
        ("UPDF", "unit", "police", False),
        ("Turkana", "community", "Turkana", True),
        ("Turkana women's peace network", "institution", "Turkana", False),
        ("Pian", "community", "Karamojong", True),
        ("Jie", "community", "Pian", False),
        ("Rwenzori mediators", "institution", "Rwenzori Mediators", True),
        ("Young farmers", "institution", "farmers", False),
    ],
)
def test_a_name_is_known_under_its_other_names(name: str, kind: str, party: str, *, is_same: bool) -> None:
    assert kin.same(kin.keys(name, kind), party) is is_same
