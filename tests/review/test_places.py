"""A place as people type it, found again among thousands that are called alike."""

import pytest

from mbiu.db import transaction
from mbiu.models import Place
from review import places

PATHS = {
    "/ug/": ("Uganda", 0),
    "/ug/west/": ("Western", 1),
    "/ug/west/kasese/": ("Kasese", 2),
    "/ug/west/kasese/town/": ("Kasese", 3),
    "/ug/west/kasese/bwera/": ("Bwera", 3),
    "/ug/west/kasese/maliba/": ("Maliba", 3),
    "/ug/west/kasese/maliba/bwera-2/": ("Bwera", 4),
    "/ug/west/kamwenge/": ("Kamwenge", 2),
    "/ug/west/kamwenge/bwera-3/": ("Bwera", 3),
    "/ug/west/kamwenge/kasese-2/": ("Kasese", 4),
}


@pytest.fixture
def many_of_a_name(settings: object) -> None:
    with transaction() as session:
        session.query(Place).delete()
        for path, (name, level) in PATHS.items():
            place = path.rstrip("/").rpartition("/")[2]
            session.add(Place(id=place, name=name, path=path, level=level, country="UG", kind="adm"))


@pytest.mark.usefixtures("many_of_a_name")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Bwera, Kasese, Western, Uganda", "bwera"),
        ("bwera,  kamwenge", "bwera-3"),
        ("Bwera, Maliba", "bwera-2"),
        ("Kasese", "kasese"),
        ("Kasese, Kasese", "town"),
        ("Kasese, Kamwenge", "kasese-2"),
        ("Bwera", None),
        ("Bwera, Kasese", None),
        ("Bwera, Gulu", None),
        ("", None),
    ],
)
def test_a_place_is_found_by_its_name_and_some_of_what_it_lies_in(typed: str, found: str | None) -> None:
    with transaction() as session:
        assert places.find(session, typed) == found
