"""The merged places while they are built: a tree that starts from the seed and takes in list after list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mbiu.gazetteer.merge import spelling
from mbiu.gazetteer.names import fold_name
from mbiu.gazetteer.place import Place

_SETTLEMENTS = frozenset(("locality", "slum", "adm"))


@dataclass(slots=True, eq=False)
class Node:
    """A place in the making. ``seed`` is its hand-written row, which then says everything but the parent."""

    name: str
    level: int | None
    type_local: str
    country: str
    parent: "Node | None"
    source: str
    seed: Place | None = None
    kind: str = "adm"
    aliases: list[str] = field(default_factory=list)
    source_id: str = ""
    pcode: str = ""
    lat: float | None = None
    lon: float | None = None
    precision: str = "none"
    radius_km: float = 0.0
    population: int = 0
    policy: str = ""
    place_id: str = ""
    children: "dict[str, list[Node]]" = field(default_factory=dict)

    @property
    def is_unit(self) -> bool:
        return self.level is not None

    @property
    def held_by(self) -> "Node":
        """The parent of a place that is no country."""
        if self.parent is None:
            raise ValueError(f"{self.name} hangs under nothing")
        return self.parent

    def put(self, lat: float, lon: float, radius_km: float, precision: str = "point") -> None:
        self.lat, self.lon, self.radius_km, self.precision = lat, lon, radius_km, precision

    def up(self) -> "Iterator[Node]":
        """What holds it, nearest first."""
        one = self.parent
        while one is not None:
            yield one
            one = one.parent


class Tree:
    """All places by parent and name."""

    def __init__(self, seed: Iterable[Place]) -> None:
        rows = list(seed)
        self.nodes: list[Node] = [_of_seed(row) for row in rows]
        self.by_id = {row.place_id: node for row, node in zip(rows, self.nodes, strict=True)}
        for row, node in zip(rows, self.nodes, strict=True):
            node.parent = self.by_id.get(row.parent_id)
            self._enter(node)

    def country(self, code: str) -> Node:
        return self.by_id[code.lower()]

    def unit(self, parent: Node, name: str, level: int, type_local: str, source: str) -> Node:
        """The unit of that name in ``parent``: of the seed, of a list before this one, or new."""
        plain, others = spelling.split(name)
        found = self.find(parent, plain, level)
        if found is None:
            found = Node(plain, level, type_local, parent.country, parent, source, aliases=others)
            self.nodes.append(found)
            self._enter(found)
        return found

    def find(self, parent: Node, name: str, level: int) -> Node | None:
        """A child of that name and level, or a town that the seed has in place of the unit."""
        return next((one for one in parent.children.get(_key(name, level), ()) if _fits(one, level)), None)

    def below(self, top: Node, name: str, level: int) -> Node | None:
        """The one unit of that name and level anywhere in ``top``; nothing if there are two."""
        found = [
            one
            for one in self.nodes
            if one.level == level
            and top in one.up()
            and any(_key(n, level) == _key(name, level) for n in _names(one))
        ]
        return found[0] if len(found) == 1 else None

    def add(self, node: Node) -> Node:
        self.nodes.append(node)
        self._enter(node)
        return node

    def _enter(self, node: Node) -> None:
        if node.parent is None:
            return
        for key in dict.fromkeys(_key(name, node.level) for name in _names(node)):
            node.parent.children.setdefault(key, []).append(node)


def _of_seed(row: Place) -> Node:
    node = Node(row.name, row.admin_level, row.type_local, row.country, None, row.source, row, row.kind)
    node.place_id, node.aliases, node.policy = row.place_id, list(row.aliases), row.match_policy
    node.pcode, node.population, node.source_id = row.pcode, row.population, row.source_id
    if row.lat is not None and row.lon is not None:
        node.put(row.lat, row.lon, row.radius_km, row.coord_precision)
    return node


def _names(node: Node) -> list[str]:
    return [node.name, *node.aliases]


def _key(name: str, level: int | None) -> str:
    """Upper units are one whatever stands behind the name; below them a *Town Council* is its own unit."""
    if level is not None and level > 2:
        return fold_name(name).replace(" ", "")
    return spelling.joined(name)


def _fits(one: Node, level: int) -> bool:
    if one.level is not None:
        return one.level == level
    return one.kind in _SETTLEMENTS and one.seed is not None and not one.seed.valid_to and level == 3
