"""The base map: TopoJSON read, thinned and clipped."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review import assets
from review.topojson import Box, Topology, clip, thin

BOX = Box(0, 0, 10, 10)
SQUARE = {
    "objects": {
        "land": {"geometries": [{"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "Square"}}]}
    },
    "arcs": [[[0, 0], [4, 0], [0, 4]], [[4, 4], [-4, 0], [0, -4]]],
    "transform": {"scale": [1, 1], "translate": [1, 1]},
}
points = st.tuples(st.floats(-50, 50), st.floats(-50, 50))


def test_arcs_are_summed_scaled_and_joined() -> None:
    ((geometry, polygons),) = Topology(SQUARE, 0, BOX).shapes("land")
    assert geometry["properties"]["name"] == "Square"
    assert polygons == [[[(1, 1), (5, 1), (5, 5), (1, 5), (1, 1)]]]


def test_an_arc_can_run_backwards() -> None:
    data = {**SQUARE, "objects": {"line": {"geometries": [{"type": "LineString", "arcs": [~0]}]}}}
    ((_, lines),) = Topology(data, 0, BOX).shapes("line")
    assert lines == [[[(5, 5), (5, 1), (1, 1)]]]


def test_points_on_a_straight_line_go() -> None:
    assert thin([(0, 0), (1, 0.001), (2, 0), (3, 5)], 0.01) == [(0, 0), (2, 0), (3, 5)]


@given(st.lists(points, min_size=2, max_size=40), st.floats(0, 5))
def test_thinning_keeps_the_ends_and_the_order(line: list[tuple[float, float]], tolerance: float) -> None:
    kept = thin(line, tolerance)
    assert (kept[0], kept[-1]) == (line[0], line[-1])
    rest = iter(line)
    assert all(point in rest for point in kept)


@given(st.lists(points, min_size=3, max_size=30))
def test_what_is_clipped_lies_inside_and_is_closed(ring: list[tuple[float, float]]) -> None:
    kept = clip([*ring, ring[0]], BOX)
    assert all(-1e-9 <= x <= 10 + 1e-9 and -1e-9 <= y <= 10 + 1e-9 for x, y in kept)
    assert not kept or kept[0] == kept[-1]


def test_a_ring_inside_stays_as_it_is() -> None:
    ring = [(1.0, 1.0), (5.0, 1.0), (5.0, 5.0), (1.0, 1.0)]
    assert clip(ring, BOX)[:-1] in (ring[:-1], [ring[-1], *ring[:-1]])


@pytest.mark.parametrize(("ground", "most"), [("base", 300_000), ("far", 100_000)])
def test_the_built_maps_hold_the_region_and_its_lakes(ground: str, most: int) -> None:
    file = assets.VENDOR / "map" / f"{ground}.json"
    built = json.loads(file.read_text())
    names = {feature["properties"].get("name") for feature in built["countries"]["features"]}
    assert {"Uganda", "Kenya", "Tanzania", "S. Sudan", "Rwanda", "Burundi"} <= names
    assert len(built["lakes"]["features"]) >= 5
    assert file.stat().st_size < most


def test_a_missing_package_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(assets.MissingAssets, match="run `npm ci`"):
        assets.copy(tmp_path, assets.FILES, tmp_path)
