"""The land of areas: brought in with a file, kept, loaded, and drawn around points where there is none."""

import json
from pathlib import Path

import pytest
from shapely import Polygon, box, union_all
from shapely.geometry import Point, shape
from sqlalchemy import select

from mbiu.db import transaction
from mbiu.gazetteer import shapes, zones
from mbiu.gazetteer.bring.incoming import Wish
from mbiu.gazetteer.bring.work import Order, carry_out
from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.shelve import write
from mbiu.models import AreaShape

LAND = box(29, -1, 35, 4)


def _feature(name: str, west: float) -> dict[str, object]:
    ring = [[west, 0.0], [west + 0.3, 0.0], [west + 0.3, 0.3], [west, 0.3], [west, 0.0]]
    return {
        "type": "Feature",
        "properties": {"shapeName": name, "shapeType": "ADM2", "shapeGroup": "UGA"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """An order to bring in two districts that lie side by side."""
    target, file = tmp_path / "gazetteer.sqlite", tmp_path / "districts.geojson"
    write(target, list(Gazetteer.seed()), {"seed": "facts"})
    features = [_feature("Kasese", 30.0), _feature("Kabarole", 30.3)]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return Order(file, "geojson", Wish("UG", 2), replaces=False, target=target)


def test_an_import_keeps_the_land_of_districts(order: Order, settings: object) -> None:
    carry_out(order, dry=False)
    with transaction() as session:
        assert shapes.load(session, order.target) == 2
        assert shapes.load(session, order.target) == 2
    with transaction() as session:
        land = {one.place_id: shape(one.geometry) for one in session.scalars(select(AreaShape))}
    assert set(land) == {"ug-kasese", "ug-kabarole"}
    assert land["ug-kasese"].area == pytest.approx(0.09)
    assert land["ug-kasese"].touches(land["ug-kabarole"])


def test_a_dry_run_keeps_nothing(order: Order) -> None:
    outcome, _ = carry_out(order, dry=True)
    assert len(outcome.shapes) == 2
    assert not shapes.beside(order.target).exists()


def test_zones_share_out_the_land_by_nearness() -> None:
    found = zones.around({"a": (0.0, 30.0), "b": (0.0, 34.0), "c": (3.0, 32.0)}, LAND)
    assert union_all(list(found.values())).area == pytest.approx(LAND.area)
    assert sum(zone.area for zone in found.values()) == pytest.approx(LAND.area)
    assert found["a"].contains(Point(30.5, 0.5))
    assert found["c"].contains(Point(32.0, 3.5))


def test_two_points_at_one_spot_have_a_zone_each() -> None:
    found = zones.around({"town": (1.0, 32.0), "rural": (1.0, 32.0), "far": (3.0, 30.0)}, LAND)
    assert len(found) == 3
    assert not found["town"].equals(found["rural"])


def test_one_point_has_all_and_none_has_nothing() -> None:
    assert zones.around({"a": (0.0, 30.0)}, LAND) == {"a": LAND}
    assert zones.around({}, LAND) == {}
    assert zones.around({"a": (0.0, 30.0)}, Polygon()) == {}
