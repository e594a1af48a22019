"""Read TopoJSON, thin and clip its shapes: enough to make a small base map at set-up.

Shapes are GeoJSON coordinates in degrees, longitude first.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
Line = list[Point]
Json = dict[str, Any]


@dataclass(frozen=True)
class Box:
    """A rectangle in degrees."""

    west: float
    south: float
    east: float
    north: float

    def touches(self, line: Line) -> bool:
        """Whether the rectangle around a line meets this one."""
        lons, lats = [p[0] for p in line], [p[1] for p in line]
        return (
            min(lons) <= self.east
            and max(lons) >= self.west
            and min(lats) <= self.north
            and max(lats) >= self.south
        )

    def edges(self) -> Iterator[tuple[Callable[[Point], bool], Callable[[Point, Point], Point]]]:
        """For each side: is a point inside of it, and where does a segment cross it?"""
        for bound, keep_greater in ((self.west, True), (self.east, False)):
            yield _side(bound, axis=0, keep_greater=keep_greater)
        for bound, keep_greater in ((self.south, True), (self.north, False)):
            yield _side(bound, axis=1, keep_greater=keep_greater)


def _side(
    bound: float, *, axis: int, keep_greater: bool
) -> tuple[Callable[[Point], bool], Callable[[Point, Point], Point]]:
    def inside(p: Point) -> bool:
        return p[axis] >= bound if keep_greater else p[axis] <= bound

    def cross(a: Point, b: Point) -> Point:
        share = (bound - a[axis]) / (b[axis] - a[axis])
        other = a[1 - axis] + share * (b[1 - axis] - a[1 - axis])
        return (bound, other) if axis == 0 else (other, bound)

    return inside, cross


def clip(ring: Line, box: Box) -> Line:
    """The part of a closed ring inside a box (Sutherland and Hodgman 1974); empty if none."""
    for inside, cross in box.edges():
        kept: Line = []
        for a, b in zip(ring[-1:] + ring[:-1], ring, strict=True):
            if inside(a) != inside(b):
                kept.append(cross(a, b))
            if inside(b):
                kept.append(b)
        ring = kept
        if not ring:
            return []
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def thin(line: Line, tolerance: float) -> Line:
    """Drop points that lie within ``tolerance`` degrees of the line (Douglas and Peucker 1973)."""
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        far, distance = _farthest(line, first, last)
        if distance > tolerance**2:
            keep.add(far)
            spans += [(first, far), (far, last)]
    return [line[i] for i in sorted(keep)]


def _farthest(line: Line, first: int, last: int) -> tuple[int, float]:
    (x0, y0), (x1, y1) = line[first], line[last]
    dx, dy = x1 - x0, y1 - y0
    square = dx * dx + dy * dy
    far, distance = first, 0.0
    for i in range(first + 1, last):
        px, py = line[i][0] - x0, line[i][1] - y0
        share = max(0.0, min(1.0, (px * dx + py * dy) / square)) if square else 0.0
        gap = (px - share * dx) ** 2 + (py - share * dy) ** 2
        if gap > distance:
            far, distance = i, gap
    return far, distance


class Topology:
    """A decoded TopoJSON file whose arcs are thinned on first use, so that borders still meet.

    An arc outside ``box`` is cut down to its two ends, to be clipped away later.
    """

    def __init__(self, data: Json, tolerance: float, box: Box) -> None:
        self.objects: dict[str, Json] = data["objects"]
        self._raw = data["arcs"]
        self._scale, self._shift = data["transform"]["scale"], data["transform"]["translate"]
        self._tolerance, self._box = tolerance, box
        self._arcs: dict[int, Line] = {}

    def shapes(self, name: str) -> Iterator[tuple[Json, list[list[Line]]]]:
        """Each geometry of an object with its polygons (or its lines, one a polygon)."""
        for geometry in self.objects[name]["geometries"]:
            yield geometry, [[self._join(part) for part in parts] for parts in _nested(geometry)]

    def _join(self, indices: Iterable[int]) -> Line:
        line: Line = []
        for index in indices:
            arc = self._arc(index) if index >= 0 else self._arc(~index)[::-1]
            line += arc[1:] if line else arc
        return line

    def _arc(self, index: int) -> Line:
        if index not in self._arcs:
            line = self._decode(index)
            near = self._box.touches(line)
            self._arcs[index] = thin(line, self._tolerance) if near else [line[0], line[-1]]
        return self._arcs[index]

    def _decode(self, index: int) -> Line:
        x = y = 0
        line: Line = []
        for dx, dy in self._raw[index]:
            x, y = x + dx, y + dy
            line.append((x * self._scale[0] + self._shift[0], y * self._scale[1] + self._shift[1]))
        return line


def _nested(geometry: Json) -> list[list[list[int]]]:
    """A geometry's arcs as polygons of rings of arc numbers, whatever its type."""
    arcs = geometry.get("arcs", [])
    match geometry["type"]:
        case "LineString":
            return [[arcs]]
        case "MultiLineString":
            return [[line] for line in arcs]
        case "Polygon":
            return [arcs]
        case "MultiPolygon":
            return list(arcs)
    return []
